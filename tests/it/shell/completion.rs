//! What Tab offers, and what is coloured while it is typed.

use crate::terminal::{Start, Terminal, key};

/// Types a beginning, presses Tab until the words of the archive have been learned, and waits for a prompt that ends so.
#[track_caller]
fn completes(shell: &mut Terminal, typed: &str, completed: &str) {
    shell.types(typed);
    shell.types(key::TAB);
    shell.prompted_with(completed);
    shell.gives_up();
}

#[test]
fn tab_completes_what_may_stand_there() {
    let mut shell = Terminal::open();
    completes(&mut shell, ".refr", ".refresh");
    completes(&mut shell, ".mode ndj", ".mode ndjson");
    completes(&mut shell, "SELECT eventna", "SELECT eventname");
    completes(&mut shell, "SELECT * FROM insight_ev", "SELECT * FROM insight_events");
    completes(&mut shell, "SELECT useridentity.sessionc", "SELECT useridentity.sessioncontext");
    completes(&mut shell, "SELECT regexp_lik", "SELECT regexp_like(");
    completes(&mut shell, "filter eventSou", "filter eventSource");
    completes(&mut shell, "stats count(*) by recipientA", "stats count(*) by recipientAccountId");
    shell.quits();
}

#[test]
fn what_the_archive_holds_is_learned_and_offered() {
    let mut shell = Terminal::open();
    shell.waits_for_file("cache/trailql/words");
    completes(
        &mut shell,
        "SELECT 1 FROM cloudtrail WHERE eventname = 'StopLog",
        "SELECT 1 FROM cloudtrail WHERE eventname = 'StopLogging'",
    );
    completes(&mut shell, "filter eventSource = \"secretsm", "filter eventSource = \"secretsmanager.amazonaws.com\"");
    completes(&mut shell, "fields requestParameters.instanceT", "fields requestParameters.instanceType");
    completes(&mut shell, ".account 4444", ".account 444455556666");
    shell.quits();
}

#[test]
fn several_candidates_are_listed_with_their_signatures() {
    let mut shell = Terminal::open();
    shell.types("SELECT json_ex");
    shell.types(key::TAB);
    shell.types(key::TAB);
    shell.shows("json_extract_scalar(");
    shell.gives_up();
    shell.is_sound();
    shell.quits();
}

#[test]
fn what_is_typed_is_coloured_by_its_language() {
    let mut shell = Start::new().without_env("NO_COLOR").open();
    shell.types("SELECT 'text' FROM cloudtrail");
    shell.prompted_with("SELECT 'text' FROM cloudtrail");
    assert!(shell.is_coloured("SELECT") && shell.is_coloured("'text'") && !shell.is_coloured("cloudtrail"));
    shell.gives_up();
    shell.types("filter eventName");
    shell.prompted_with("filter eventName");
    assert!(shell.is_coloured("filter"));
    shell.gives_up();
    shell.quits();
}
