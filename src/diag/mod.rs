//! What is wrong with a text somebody wrote: where, what, and the remedy.
//!
//! A [`Diagnostic`] knows byte offsets and sentences. Drawing it, with lines, columns and colours, is
//! `output`'s work; this room does no I/O.

mod codes;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use codes::{ALL as CODES, Code, code};

/// A half-open range of byte offsets into one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The offsets as a range, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The query does not run.
    Error,
    /// The query runs, and does something its author may not expect.
    Notice,
}

/// One thing that is wrong with a text, or worth saying about it.
///
/// Messages are lower case without a full stop, names in backticks; the remedy is the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A letter for the room and a number, listed in [`CODES`].
    pub code: &'static str,
    /// Whether the query still runs.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// The place, and a word on it that may be empty.
    pub label: Option<(Span, String)>,
    /// Remedies, one line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), label: None, help: Vec::new() }
    }

    /// A remark on a query that runs.
    #[must_use]
    pub fn notice(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Notice, ..Self::error(code, message) }
    }

    /// Points at the place and says a word about it.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.label = Some((span, label.into()));
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// A text that diagnostics point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What to call it: a file's path, `query`, `stdin`.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// A named text.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// Everything found wrong with one text, in the order of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The text.
    pub source: Source,
    /// What is wrong with it; never empty in an error.
    pub list: Vec<Diagnostic>,
}

impl fmt::Display for Diagnostics {
    /// The first message alone, for places that cannot draw.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.list.first() {
            Some(first) => write!(f, "{} [{}]", first.message, first.code),
            None => f.write_str("no diagnostics"),
        }
    }
}

impl std::error::Error for Diagnostics {}

/// The candidate closest to `word`, when it is close enough to be what was meant.
///
/// Case is ignored; up to a third of the letters, and at least one, may differ.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_word_is_suggested_and_a_far_one_is_not() {
        let names = ["count", "count_distinct", "sum"];
        assert_eq!(closest("cuont", names), Some("count"));
        assert_eq!(closest("SUMM", names), Some("sum"));
        assert_eq!(closest("percentile", names), None);
    }
}
