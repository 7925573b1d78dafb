//! Ctrl-C and Ctrl-D.

use std::time::{Duration, Instant};

use crate::terminal::{Terminal, key};

#[test]
fn ctrl_c_gives_up_a_line_and_ctrl_d_leaves() {
    let mut shell = Terminal::open();
    shell.types("SELECT nonsense");
    shell.says("nonsense");
    shell.types(key::CTRL_C);
    shell.prompted();
    shell.is_sound();
    // Twice on an empty line is nothing: only what follows a query that was ended leaves.
    shell.gives_up();
    shell.gives_up();
    shell.is_sound();
    shell.types(key::CTRL_D);
    shell.ends_with(0);
}

/// Questions that take hours.
fn slow() -> [String; 2] {
    let all = ["a", "b", "c", "d", "e"].map(|alias| format!("cloudtrail {alias}")).join(" CROSS JOIN ");
    [
        format!("SELECT count(*) FROM {all};"),
        format!("SELECT count(*) FROM {all} WHERE a.eventid || b.eventid < c.eventid || d.eventid || e.eventid;"),
    ]
}

/// Asks a question that takes hours, and waits until it is worked on.
fn begin(shell: &mut Terminal, question: &str) {
    shell.types(question);
    shell.types(key::ENTER);
    shell.shows(&question[question.len() - 10..]);
    std::thread::sleep(Duration::from_millis(1500));
}

#[test]
fn ctrl_c_ends_a_query_and_leaves_the_shell() {
    let mut shell = Terminal::open();
    for question in slow() {
        begin(&mut shell, &question);
        let asked = Instant::now();
        shell.types(key::CTRL_C);
        shell.says("query cancelled");
        shell.prompted();
        // 200 ms where the machine has nothing else to do.
        assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?}", asked.elapsed());
        shell.is_sound();
    }
    shell.quits();
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_goes_on_behind_a_query_that_was_ended() {
    let mut shell = Terminal::open();
    begin(&mut shell, &slow()[0]);
    shell.types(key::CTRL_C);
    shell.prompted();
    std::thread::sleep(Duration::from_millis(300));
    let before = shell.worked();
    std::thread::sleep(Duration::from_secs(1));
    let after = shell.worked();
    assert!(after - before < Duration::from_millis(150), "{:?} of work in a second of rest", after - before);
    shell.quits();
}

#[test]
fn another_ctrl_c_soon_after_leaves() {
    let mut shell = Terminal::open();
    begin(&mut shell, &slow()[0]);
    shell.types(key::CTRL_C);
    shell.says("query cancelled");
    shell.prompted();
    shell.types(key::CTRL_C);
    shell.ends_with(130);
}

#[test]
fn what_is_watched_is_asked_again_until_ctrl_c() {
    let mut shell = Terminal::open();
    shell.answers(&["SELECT 7 AS seven;"], &["seven", "1 row"]);
    shell.types(".watch 0.2\r");
    for _ in 0..3 {
        shell.says("every 0.2 s");
        shell.says("seven");
    }
    shell.types(key::CTRL_C);
    shell.says("cancelled");
    shell.prompted();
    shell.is_sound();
    shell.quits();
}
