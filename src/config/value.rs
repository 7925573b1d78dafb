//! Values of a configuration file, and where they stand.

use std::fmt;

use crate::diag::{Diagnostic, Diagnostics, Source, Span};

/// A place in a configuration file.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub source: Source,
    /// The bytes.
    pub span: Span,
}

impl Place {
    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        let end = self.source.text.floor_char_boundary(self.span.start);
        self.source.text.get(..end).unwrap_or_default().matches('\n').count() + 1
    }

    /// An error that points here.
    #[must_use]
    pub fn wrong(&self, error: Diagnostic, label: &str) -> Diagnostics {
        Diagnostics { source: self.source.clone(), list: vec![error.at(self.span, label)] }
    }
}

impl fmt::Display for Place {
    /// `./trailql.toml:7`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source.name, self.line())
    }
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// The value.
    pub value: Value,
    /// Where that stands.
    pub value_place: Place,
}

/// A value. Numbers, dates and times are texts: what reads an option from the command line reads them here, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Flag(bool),
    /// One text.
    Text(String),
    /// Several.
    List(Vec<String>),
}

impl Value {
    /// The value as the arguments of a command line.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Flag(flag) => vec![flag.to_string()],
            Self::Text(text) => vec![text.clone()],
            Self::List(texts) => texts.clone(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(", "))
    }
}
