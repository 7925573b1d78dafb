//! Statements of several lines, pasting, an editor of one's own.

use crate::terminal::{Start, Terminal, key};

#[test]
fn statements_of_either_language_end_where_they_say_so() {
    let mut shell = Terminal::open();
    shell.answers(&["SELECT count(*) AS n", "FROM cloudtrail", ";"], &["372", "1 row"]);
    shell.answers(&["stats count(*) as n", "| limit 1", ""], &["372", "1 row"]);
    shell.answers(&["stats count(*) as n;"], &["372", "1 row"]);
    shell.answers(&["SELECT 'a;b' AS x; SELECT 2 AS y;"], &["a;b", "1 row", "y", "1 row"]);
    shell.answers(&["SELECT 1 AS one -- no end; here", ";"], &["one", "1 row"]);
    shell.quits();
}

#[test]
fn a_backslash_and_a_capital_g_show_a_value_a_line() {
    let mut shell = Terminal::open();
    shell.answers(&["SELECT 1 AS a, 'x' AS b\\G"], &["RECORD 1", "a | 1", "b | x", "1 row"]);
    shell.answers(&["SELECT 1 AS a, 'x' AS b;"], &["│ a │ b │", "1 row"]);
    shell.answers(&["\\x", "SELECT 3 AS c;"], &["RECORD 1", "c | 3", "1 row"]);
    shell.answers(&["\\x", "SELECT 4 AS d;"], &["│ d │", "1 row"]);
    shell.answers(&["\\G"], &["RECORD 1", "d | 4", "1 row"]);
    shell.quits();
}

#[test]
fn what_is_typed_while_a_query_runs_is_the_next_line() {
    let mut shell = Terminal::open();
    shell.types("SELECT 1 AS first;\rSELECT 2 AS second;\r.mode csv\rSELECT 3 AS third;\r");
    for text in ["│ first │", "│ second │", "third"] {
        shell.says(text);
    }
    shell.says("1 row");
    shell.prompted();
    shell.quits();
}

#[test]
fn a_line_that_was_left_open_can_be_changed_above() {
    let mut shell = Terminal::open();
    shell.types("SELECT 1 AS wrong\r, 2 AS two");
    shell.shows(", 2 AS two");
    // Up to the first line, its last word away, and another in its place.
    shell.types(key::UP);
    shell.types("\x05\x17right\x1b[B\x05;\r");
    shell.says("right");
    shell.says("1 row");
    shell.prompted();
    shell.quits();
}

#[test]
fn what_is_pasted_waits_for_enter() {
    let mut shell = Terminal::open();
    shell.pastes("SELECT 5 AS five;\nSELECT 6 AS six;\n");
    shell.shows("SELECT 6 AS six;");
    assert!(!shell.screen().contains("1 row"), "{}", shell.screen());
    shell.types(key::ENTER);
    shell.says("five");
    shell.says("1 row");
    shell.says("six");
    shell.says("1 row");
    shell.prompted();
    shell.is_sound();
    shell.quits();
}

#[test]
fn binary_that_is_pasted_is_text_and_harmless() {
    let mut shell = Terminal::open();
    shell.pastes("SELECT '\u{1}\u{7}\u{9b}2J\u{202e}' AS odd;\r");
    shell.types(key::ENTER);
    shell.says("1 row");
    shell.prompted();
    shell.is_sound();
    let garbage: Vec<u8> = (0..=255_u8).filter(|byte| !matches!(byte, 3 | 4 | 26 | 27 | 28)).collect();
    shell.pastes(&String::from_utf8_lossy(&garbage));
    shell.gives_up();
    shell.is_sound();
    shell.quits();
}

#[cfg(unix)]
#[test]
fn an_editor_of_ones_own_changes_the_query() {
    use std::os::unix::fs::PermissionsExt as _;

    let start = Start::new();
    let editor = start.home().join("editor");
    std::fs::write(&editor, "#!/bin/sh\nsed -i s/one/two/ \"$1\"\n").expect("a script");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).expect("a script");
    let mut shell = start.env("VISUAL", &editor).open();
    shell.answers(&["SELECT 'one' AS x;"], &["one", "1 row"]);
    shell.types(".edit\r");
    shell.prompted_with("SELECT 'two' AS x");
    shell.types(";\r");
    shell.says("│ two │");
    shell.prompted();
    shell.types("SELECT 'one and one'");
    shell.types(key::CTRL_X_CTRL_E);
    shell.prompted_with("SELECT 'two and one'");
    shell.gives_up();
    shell.quits();
}

#[test]
fn an_editor_that_is_not_there_loses_nothing() {
    let mut shell = Start::new().env("VISUAL", "no-such-editor").open();
    shell.answers(&["SELECT 'one' AS x;"], &["one", "1 row"]);
    shell.types(".edit\r");
    shell.says("`no-such-editor` cannot be used as an editor");
    shell.prompted_with("SELECT 'one' AS x");
    shell.gives_up();
    shell.quits();
}

#[test]
fn vi_edits_a_line_where_it_is_wanted() {
    let mut shell = Terminal::open();
    shell.answers(&[".editmode vi"], &[]);
    // A word is taken away in command mode, and another put in its place.
    shell.types("SELECT 1 AS wrong");
    shell.types(key::ESCAPE);
    std::thread::sleep(std::time::Duration::from_millis(700));
    shell.types("bcwright");
    shell.types(";\r");
    shell.says("right");
    shell.says("1 row");
    shell.prompted();
    shell.quits();
}
