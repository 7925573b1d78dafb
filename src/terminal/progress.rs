//! The line that says how far an answer is: on stderr, of anything over half a second, gone before the rows come.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Form;
use super::view;
use crate::output::diagnostic::{Counter, counted_line};
use crate::output::summary::{human_bytes, human_count, human_duration};
use crate::session::{Gauge, Reached};

/// When progress is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ShowProgress {
    /// On a terminal.
    #[default]
    Auto,
    /// As plain lines where stderr is no terminal.
    Always,
    /// Nowhere.
    Never,
}

/// Nothing is said of what takes less.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line of a terminal is drawn, and how often a plain line is written.
const ON_A_TERMINAL: Duration = Duration::from_millis(100);
const IN_A_LOG: Duration = Duration::from_secs(1);

/// See the file.
pub(super) struct Progress {
    bar: ProgressBar,
    is_line: bool,
    form: Form,
    started: Instant,
    ticks: tokio::time::Interval,
}

impl Progress {
    /// None where nobody wants it.
    pub(super) fn new(show: ShowProgress, quiet: bool, form: Form) -> Option<Self> {
        let is_terminal = std::io::stderr().is_terminal();
        if quiet || show == ShowProgress::Never || (show == ShowProgress::Auto && !is_terminal) {
            return None;
        }
        // A line that is drawn over again is no line of JSON.
        let is_line = is_terminal && form == Form::Human;
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
        let period = if is_line { ON_A_TERMINAL } else { IN_A_LOG };
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + PATIENCE, period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Some(Self { bar, is_line, form, started: Instant::now(), ticks })
    }

    /// Waits for the next time something is to be said.
    pub(super) async fn tick(&mut self) {
        self.ticks.tick().await;
    }

    /// Says how far an answer is; where there is none yet, that log files are listed. Gives a line of a log back.
    pub(super) fn draw(&self, gauge: Option<&Gauge>) -> Option<String> {
        let taken = self.started.elapsed();
        let reached = gauge.map(Gauge::reached);
        let line = match &reached {
            Some(reached) => line(reached, taken),
            None => format!("listing log files · {}", human_duration(taken)),
        };
        if self.form == Form::Json {
            return Some(counted(&line, reached.as_ref(), taken));
        }
        self.draw_line(line)
    }

    /// Shows a line. Gives a line of a log back.
    pub(super) fn draw_line(&self, line: String) -> Option<String> {
        if self.form == Form::Json {
            return Some(counted_line("progress", &line, &[]));
        }
        if !self.is_line {
            return Some(line);
        }
        self.bar.set_message(fitting(line, view::width()));
        self.bar.tick();
        None
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        self.bar.set_message("");
        self.bar.reset();
        self.bar.finish_and_clear();
    }
}

/// A line with room behind it: `^C`, as terminals echo it, would else go on in the next line and keep this one from
/// being taken away.
fn fitting(line: String, columns: Option<usize>) -> String {
    match columns {
        Some(columns) => line.chars().take(columns.saturating_sub("^C".len() + 1)).collect(),
        None => line,
    }
}

impl Drop for Progress {
    /// Work that is given up leaves no line behind.
    fn drop(&mut self) {
        self.clear();
    }
}

fn counted(line: &str, reached: Option<&Reached>, taken: Duration) -> String {
    let count = |count: fn(&Reached) -> u64| reached.map_or(Counter::Unknown, |reached| Counter::Whole(count(reached)));
    let counters = [
        ("files", count(|reached| reached.files)),
        ("planned_files", count(|reached| reached.planned)),
        ("bytes", count(|reached| reached.bytes)),
        ("planned_bytes", count(|reached| reached.planned_bytes)),
        ("records", count(|reached| reached.records)),
        ("seconds", Counter::Seconds(taken.as_secs_f64())),
    ];
    counted_line("progress", line, &counters)
}

/// `12,345 of 15,271 files · 105 MB of 130 MB · 480,000 records · 260 MB/s · 1.20 s left`
fn line(reached: &Reached, taken: Duration) -> String {
    let mut parts = vec![
        format!("{} of {} files", human_count(reached.files), human_count(reached.planned)),
        format!("{} of {}", human_bytes(reached.bytes), human_bytes(reached.planned_bytes)),
        format!("{} records", human_count(reached.records)),
    ];
    let rate = reached.bytes as f64 / taken.as_secs_f64();
    if rate >= 1.0 {
        parts.push(format!("{}/s", human_bytes(rate as u64)));
        let left = reached.planned_bytes.saturating_sub(reached.bytes) as f64 / rate;
        if let Ok(left) = Duration::try_from_secs_f64(left) {
            parts.push(format!("{} left", human_duration(left)));
        }
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_takes() {
        let reached = Reached {
            files: 12_345,
            planned: 15_271,
            bytes: 105_000_000,
            planned_bytes: 130_000_000,
            records: 480_000,
        };
        assert_eq!(
            line(&reached, Duration::from_millis(500)),
            "12,345 of 15,271 files · 105 MB of 130 MB · 480,000 records · 210 MB/s · 119 ms left"
        );
        let nothing = Reached { files: 0, bytes: 0, records: 0, ..reached };
        assert_eq!(line(&nothing, Duration::ZERO), "0 of 15,271 files · 0 B of 130 MB · 0 records");
    }
}
