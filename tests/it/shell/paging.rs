//! Results that are longer than the screen.

use crate::terminal::{Start, key};

/// A pager that numbers lines, so that it can be seen where it was.
const NUMBERED: &str = "sed 's/^/paged /'";

#[test]
fn what_is_longer_than_the_screen_goes_through_the_pager() {
    let mut shell = Start::new().size(20, 100).env("TRAILQL_PAGER", NUMBERED).open();
    shell.answers(&["SELECT eventname FROM cloudtrail LIMIT 3;"], &["┌", "3 rows"]);
    assert!(!shell.screen().contains("paged"), "{}", shell.screen());
    shell.answers(&["SELECT eventname FROM cloudtrail LIMIT 50;"], &["paged ┌", "paged └", "50 rows"]);
    shell.answers(&[".pager off", "SELECT eventname FROM cloudtrail LIMIT 50;"], &["50 rows"]);
    shell.answers(&[".pager tr a-z A-Z", "SELECT eventname FROM cloudtrail LIMIT 50;"], &["EVENTNAME", "50 rows"]);
    shell.quits();
}

#[test]
fn less_shows_a_long_result_and_gives_the_terminal_back() {
    let has_less = std::process::Command::new("less").arg("--version").output().is_ok();
    assert!(has_less || std::env::var_os("TRAILQL_REQUIRE_LESS").is_none(), "there is no less");
    if !has_less {
        return;
    }
    let mut shell = Start::new().size(20, 100).without_env("PAGER").open();
    shell.types("SELECT eventname FROM cloudtrail ORDER BY eventname LIMIT 100;\r");
    shell.shows("AssumeRole");
    shell.types("G");
    shell.shows("(END)");
    shell.types("q");
    shell.says("100 rows");
    shell.prompted();
    shell.is_sound();
    shell.quits();
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut shell = Start::new().size(20, 100).env("TRAILQL_PAGER", "head -n 1").open();
    shell.types("SELECT a.eventname FROM cloudtrail a CROSS JOIN cloudtrail b;\r");
    shell.says("┌");
    shell.prompted();
    shell.is_sound();
    shell.answers(&[".mode csv"], &[]);
    shell.types("SELECT a.eventname FROM cloudtrail a CROSS JOIN cloudtrail b;\r");
    shell.says("eventname");
    shell.prompted();
    shell.quits();
}

#[test]
fn a_pager_that_is_not_there_is_done_without() {
    let mut shell = Start::new().size(20, 100).env("TRAILQL_PAGER", "no-such-pager 2>/dev/null || cat").open();
    shell.answers(&["SELECT eventname FROM cloudtrail LIMIT 50;"], &["eventname", "50 rows"]);
    shell.types(key::CTRL_D);
    shell.ends_with(0);
}
