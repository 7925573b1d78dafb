//! The line after an answer.

use std::time::Duration;

use crate::output::Written;
use crate::output::summary::{human_bytes, human_count, human_duration};
use crate::session::Outcome;

/// The line after an answer: rows, or what was `made` of them, files, records, bytes, time.
pub(super) fn line(made: Option<&str>, outcome: &Outcome, written: &Written, taken: Duration) -> String {
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
    parts.push(human_duration(taken));
    parts.join(" · ")
}
