//! Reading statements: when one is complete, what may stand at the cursor, and how it looks while it is typed.

mod calls;
mod complete;
mod highlight;
mod hint;
mod statements;
mod tokens;

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

pub(super) use complete::Surroundings;
pub(super) use statements::{Ending, is_complete, split};

use super::words::Words;
use crate::session::Language;

/// The editor's helper.
pub(super) struct Input {
    around: Box<dyn Surroundings>,
    words: Arc<Words>,
    /// Whether there are colours, and with them hints.
    color: bool,
    /// The language that was chosen; none when each text tells its own.
    language: Cell<Option<Language>>,
    /// Whether the line is drawn for the last time.
    is_final: Cell<bool>,
}

impl Input {
    pub(super) fn new(around: Box<dyn Surroundings>, words: Arc<Words>, color: bool) -> Self {
        Self { around, words, color, language: Cell::new(None), is_final: Cell::new(false) }
    }

    /// Chooses the language of what is typed; none lets each text tell its own.
    pub(super) fn set_language(&self, language: Option<Language>) {
        self.language.set(language);
    }

    fn candidates(&self, text: &str, position: usize) -> (usize, Vec<Pair>) {
        let known = self.words.known();
        let language = self.language.get();
        complete::complete(text, position, &complete::World { around: &*self.around, words: &known, language })
    }
}

impl Helper for Input {}

impl Validator for Input {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_complete = is_complete(context.input(), self.language.get());
        Ok(if is_complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Input {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok(self.candidates(line, position))
    }
}

impl Highlighter for Input {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let cursor = (!self.is_final.get()).then_some(position);
        if self.color { highlight::paint(line, cursor, self.language.get()) } else { highlight::plain(line) }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let style = highlight::HINT;
        Cow::Owned(format!("{style}{}{style:#}", highlight::plain(hint)))
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        self.is_final.set(kind == CmdKind::ForcedRefresh);
        self.color && line.len() <= highlight::MOST
    }
}

/// What is shown after the cursor: to be read, or to be taken over with the right arrow.
pub(super) struct Shown {
    text: String,
    is_taken: bool,
}

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.is_taken.then_some(&self.text)
    }
}

impl Hinter for Input {
    type Hint = Shown;

    /// Without colours a hint would look like something typed.
    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<Shown> {
        if !self.color || position < line.len() || line.trim().is_empty() {
            return None;
        }
        if let Some(text) = hint::arguments(line, self.language.get()) {
            return Some(Shown { text, is_taken: false });
        }
        let text = HistoryHinter::new().hint(line, position, context)?;
        // A hint of several lines would move what stands below.
        (!text.contains('\n')).then_some(Shown { text, is_taken: true })
    }
}
