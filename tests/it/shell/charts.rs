//! Charts in the terminal.

use crate::terminal::{Start, Terminal};

#[test]
fn rows_over_time_offer_their_chart_and_draw_it() {
    let mut shell = Terminal::open();
    shell.answers(&["stats count(*) as calls by bin(6h);"], &["bin(6h)", "rows", ".chart draws these rows over time"]);
    shell.answers(&["\x0c.chart"], &["calls", "May"]);
    let screen = shell.screen();
    assert!(screen.chars().any(|char| ('\u{2580}'..='\u{28ff}').contains(&char)), "{screen}");
    shell.answers(&["\x0c.chart bar"], &["calls"]);
    shell.answers(&["SELECT 'no' AS numbers;", ".chart"], &["no column has numbers"]);
    shell.quits();
}

#[test]
fn charts_come_by_themselves_where_they_are_wanted() {
    let mut shell = Start::new().size(60, 100).open();
    shell.answers(&[".charts on", "stats count(*) as calls by bin(12h);"], &["bin(12h)", "└", "calls", "rows"]);
    let screen = shell.screen();
    assert!(screen.chars().any(|char| ('\u{2581}'..='\u{28ff}').contains(&char)), "{screen}");
    shell.answers(&["SELECT 'no' AS numbers;"], &["no", "1 row"]);
    shell.quits();
}

#[test]
fn a_narrow_terminal_has_narrow_charts() {
    let mut shell = Start::new().size(40, 30).open();
    shell.answers(&["stats count(*) as n by eventName | sort n desc | limit 3;"], &["3 rows"]);
    shell.answers(&[".chart bar"], &["GetObject", "█"]);
    let screen = shell.screen();
    let mut bars = screen.lines().filter(|line| line.contains('█'));
    assert!(bars.clone().count() >= 3 && bars.all(|line| line.chars().count() <= 30), "{screen}");
    shell.quits();
}
