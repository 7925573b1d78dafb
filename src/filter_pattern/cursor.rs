//! Reading a pattern character by character, and the errors that arise on the way.

use crate::diag::{Diagnostic, Span};

/// A place in a pattern.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// What reading gives, or what is wrong.
pub(super) type Reads<T> = Result<T, Diagnostic>;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes this text if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Takes characters as long as they fit.
    pub(super) fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..rest.find(|character| !fits(character)).unwrap_or(rest.len())).unwrap_or_default();
        self.at += taken.len();
        taken
    }

    pub(super) fn skip_space(&mut self) {
        self.take(char::is_whitespace);
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// What stands here, as a message says it, and where: a word, a mark, or the end.
    pub(super) fn found(&self) -> (String, Span) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return ("the end".to_owned(), Span::new(self.at, self.at)) };
        let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '$');
        let end = match is_word(first) {
            true => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
            false => ["&&", "||", "==", "=~", "<>", "!="]
                .iter()
                .find(|mark| rest.starts_with(**mark))
                .map_or(first.len_utf8(), |mark| mark.len()),
        };
        let word = rest.get(..end).unwrap_or_default();
        let mut shown: String = word.chars().take(SHOWN).collect();
        if shown.len() < word.len() {
            shown.push('…');
        }
        (format!("`{}`", shown.escape_debug()), Span::new(self.at, self.at + end))
    }

    /// That something else was expected here.
    pub(super) fn expected(&self, what: &str) -> Diagnostic {
        let (found, span) = self.found();
        Diagnostic::error("F001", format!("expected {what}, found {found}")).at(span, "not expected here")
    }
}

/// The characters of a word that a message repeats.
const SHOWN: usize = 40;

/// An error at a place.
pub(super) fn error(code: &'static str, message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error(code, message).at(span, label)
}
