//! Statements as runbooks have them, for Athena and for CloudTrail Lake: all of them run, unchanged.

use crate::asked::Asked;

const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

/// Runs the statements of a file in order, in one session.
#[track_caller]
fn all_run(text: &str, at_least: usize) {
    let asked = Asked::open(&[BUNDLED]);
    let failures = asked.each(text, at_least);
    assert!(failures.is_empty(), "{} of them fail:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn what_athena_runs_runs_here() {
    all_run(include_str!("../corpus/athena.sql"), 80);
}

#[test]
fn what_cloudtrail_lake_runs_runs_here() {
    all_run(include_str!("../corpus/lake.sql"), 40);
}

#[test]
fn definitions_and_statements_about_them_run_here() {
    all_run(include_str!("../corpus/definitions.sql"), 40);
}
