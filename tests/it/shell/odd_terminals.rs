//! Terminals that are narrow, dumb, without colours; homes that are not there.

use crate::terminal::{Start, Terminal, key};

#[test]
fn twenty_columns_are_enough() {
    let mut shell = Start::new().size(30, 20).open();
    shell.types("SELECT eventname, sourceipaddress, eventtime FROM cloudtrail LIMIT 2;\r");
    shell.says("2 rows");
    shell.prompted();
    // Of a table nothing goes on in the next line.
    let screen = shell.screen();
    let mut rules = screen.lines().filter(|line| line.starts_with(['┌', '├', '└', '│']));
    assert!(rules.clone().count() >= 5 && rules.all(|line| line.chars().count() <= 20), "{screen}");
    shell.answers(&["SELECT eventnme FROM cloudtrail;"], &["error"]);
    shell.quits();
}

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let mut shell = Start::new().env("TERM", "dumb").without_env("NO_COLOR").without_env("PAGER").start();
    shell.says("trailql");
    shell.types("SELECT count(*) AS n FROM cloudtrail;\n");
    shell.says("372");
    shell.says("1 row");
    shell.types(".quit\n");
    shell.ends_with(0);
}

#[test]
fn colours_are_where_nobody_minds() {
    let mut shell = Start::new().without_env("NO_COLOR").open();
    shell.answers(&["SELECT NULL AS nothing;"], &["nothing", "1 row"]);
    assert!(shell.is_coloured("NULL  "), "{}", shell.screen());
    shell.quits();
    let mut shell = Terminal::open();
    shell.answers(&["SELECT NULL AS nothing;"], &["nothing", "1 row"]);
    assert!(!shell.is_coloured("NULL  "), "{}", shell.screen());
    shell.quits();
}

#[test]
fn a_home_that_is_not_there_is_no_reason_not_to_work() {
    let start = Start::new().env("HOME", "/no/such/home");
    let start =
        ["STATE", "CONFIG", "CACHE"].iter().fold(start, |start, name| start.without_env(&format!("XDG_{name}_HOME")));
    let mut shell = start.start();
    shell.prompted();
    shell.is_sound();
    shell.quits();
}

#[test]
fn a_table_fits_the_terminal_that_was_made_smaller() {
    let mut shell = Terminal::open();
    let question = "SELECT eventtime, eventname, useridentity.arn FROM cloudtrail ORDER BY eventtime LIMIT 3;";
    shell.answers(&[question], &["3 rows"]);
    let widest = |screen: &str| {
        let rules = screen.lines().filter(|line| line.starts_with('┌'));
        rules.map(|line| line.chars().count()).max().unwrap_or_default()
    };
    let before = widest(&shell.screen());
    shell.answers(&["\x0c"], &[]);
    shell.resize(40, 60);
    shell.types(key::ENTER);
    shell.prompted();
    shell.types("\x0c");
    shell.prompted();
    shell.types(question);
    shell.types(key::ENTER);
    shell.says("3 rows");
    shell.prompted();
    let after = widest(&shell.screen());
    assert!(before > 60 && after <= 60 && after > 0, "{before} columns, then {after}\n{}", shell.screen());
    shell.quits();
}
