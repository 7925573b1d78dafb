//! Diagnostics and messages as text: drawn for people, or a JSON object a line for programs.

mod draw;
mod json;

pub use draw::{draw, draw_message};
pub use json::{Counter, counted_line, json, json_line, json_of_file};

use crate::diag::Severity;

/// What a message without a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    /// It did not work.
    Error,
    /// It worked, and the answer is less than what was asked for.
    Warning,
    /// It worked, and does something its author may not expect.
    Notice,
}

impl From<Severity> for Title {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Notice => Self::Notice,
        }
    }
}

impl Title {
    /// The word for it.
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}
