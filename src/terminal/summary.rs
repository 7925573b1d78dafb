//! The line after an answer.

use std::time::Duration;

use crate::output::Written;
use crate::output::diagnostic::{Counter, counted_line};
use crate::output::summary::{human_bytes, human_count, human_duration};
use crate::session::Outcome;

/// The line after an answer: rows, or what was `made` of them, files, records, bytes, time.
pub(super) fn line(made: Option<&str>, outcome: &Outcome, written: &Written, taken: Option<Duration>) -> String {
    let plural = |count: u64, one: &str| format!("{} {one}{}", human_count(count), if count == 1 { "" } else { "s" });
    let rows = || plural(outcome.rows.min(written.rows + written.hidden_rows), "row");
    let mut parts = vec![made.map_or_else(rows, str::to_owned)];
    if written.hidden_rows > 0 {
        parts.push(format!("{} not shown", human_count(written.hidden_rows)));
    }
    if written.hidden_columns > 0 {
        parts.push(format!("{} not shown", plural(written.hidden_columns as u64, "column")));
    }
    if outcome.scanned {
        let failed = outcome.failed.len() as u64;
        let mut files = format!(
            "{}: {} pruned, {} read, {} failed",
            plural(outcome.files_listed, "log file"),
            human_count(outcome.files_pruned),
            human_count(outcome.files_read),
            human_count(failed),
        );
        if outcome.files_unread > 0 {
            files = format!("{files}, {} not needed", human_count(outcome.files_unread));
        }
        parts.push(files);
        if outcome.files_ignored > 0 {
            parts.push(format!("{} ignored", plural(outcome.files_ignored, "other file")));
        }
        parts.push(plural(outcome.records, "record"));
        parts.push(format!("{} ({} of JSON)", human_bytes(outcome.stored_bytes), human_bytes(outcome.inflated_bytes)));
    }
    if let Some((list, get)) = outcome.requests.filter(|requests| *requests != (0, 0)) {
        parts.push(format!("{} LIST, {} GET", human_count(list), human_count(get)));
    }
    parts.extend(taken.map(human_duration));
    parts.join(" · ")
}

/// The same as JSON, its counters as numbers. What was not counted is null: no file, or no bucket, was asked.
pub(super) fn json(made: Option<&str>, outcome: &Outcome, written: &Written, taken: Duration) -> String {
    let scanned = |count: u64| if outcome.scanned { Counter::Whole(count) } else { Counter::Unknown };
    let requests = |count: fn((u64, u64)) -> u64| {
        outcome.requests.map_or(Counter::Unknown, |requests| Counter::Whole(count(requests)))
    };
    let counters = [
        ("rows", Counter::Whole(outcome.rows.min(written.rows.saturating_add(written.hidden_rows)))),
        ("rows_hidden", Counter::Whole(written.hidden_rows)),
        ("files_listed", scanned(outcome.files_listed)),
        ("files_pruned", scanned(outcome.files_pruned)),
        ("files_read", scanned(outcome.files_read)),
        ("files_failed", scanned(outcome.failed.len() as u64)),
        ("files_not_needed", scanned(outcome.files_unread)),
        ("files_ignored", scanned(outcome.files_ignored)),
        ("folders_unlisted", scanned(outcome.unlisted.len() as u64)),
        ("records", scanned(outcome.records)),
        ("malformed", scanned(outcome.malformed)),
        ("stored_bytes", scanned(outcome.stored_bytes)),
        ("json_bytes", scanned(outcome.inflated_bytes)),
        ("list_requests", requests(|(list, _)| list)),
        ("get_requests", requests(|(_, get)| get)),
        ("seconds", Counter::Seconds(taken.as_secs_f64())),
        ("complete", Counter::Is(!outcome.is_incomplete())),
    ];
    counted_line("summary", &line(made, outcome, written, Some(taken)), &counters)
}
