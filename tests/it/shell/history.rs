//! The history: in its place, with its rights, found again.

use crate::terminal::{Start, Terminal, key};

#[cfg(unix)]
#[test]
fn the_history_is_in_its_place_and_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut shell = Terminal::open();
    shell.is_sound();
    shell.answers(&[" SELECT 'not kept' AS a;"], &["1 row"]);
    // A line is kept as soon as it was read, whatever becomes of the shell.
    let path = shell.home.path().join("state/trailql/history");
    let kept = std::fs::read_to_string(&path).expect("there is a history");
    assert!(kept.contains("SELECT 40 + 2 AS sound;") && !kept.contains("not kept"), "{kept}");
    let mode = std::fs::metadata(&path).expect("there is a history").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    shell.quits();
}

#[test]
fn what_was_typed_comes_back_with_the_arrow_and_by_search() {
    let mut shell = Terminal::open();
    shell.answers(&["SELECT 'first' AS a;"], &["1 row"]);
    shell.answers(&["SELECT 'second',", "2 AS b;"], &["1 row"]);
    shell.types(key::UP);
    shell.shows("2 AS b;");
    shell.gives_up();
    shell.types(key::CTRL_R);
    shell.types("first");
    shell.shows("reverse-i-search");
    shell.types(key::ENTER);
    shell.says("│ first │");
    shell.prompted();
    shell.quits();
}

#[test]
fn a_history_that_cannot_be_kept_is_told_and_nothing_else() {
    let start = Start::new();
    std::fs::create_dir_all(start.home().join("state")).expect("a folder");
    std::fs::write(start.home().join("state/trailql"), "a file where a folder should be").expect("a file");
    let mut shell = start.start();
    shell.says("history is not kept");
    shell.prompted();
    shell.is_sound();
    shell.quits();
}

#[test]
fn a_damaged_history_is_no_reason_not_to_work() {
    let start = Start::new();
    std::fs::create_dir_all(start.home().join("state/trailql")).expect("a folder");
    let garbage: Vec<u8> = (0..=255).cycle().take(4096).collect();
    std::fs::write(start.home().join("state/trailql/history"), garbage).expect("a file");
    let mut shell = start.open();
    shell.is_sound();
    shell.quits();
}

#[test]
fn no_history_is_kept_where_none_is_wanted() {
    let mut shell = Start::new().arg("--no-history").open();
    shell.is_sound();
    assert!(!shell.home.path().join("state/trailql/history").exists());
    shell.quits();
}
