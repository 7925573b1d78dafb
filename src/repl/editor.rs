//! The line editor: keys, history, and what a line that was read means to the loop.

use std::sync::{Arc, Mutex, PoisonError};

use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, EditMode, Editor, Event, EventContext, EventHandler, KeyCode,
    KeyEvent, Modifiers, RepeatCount,
};

use super::history::History;
use super::input::Input;
use super::settings::{Edits, Settings};
use super::shell::Shell;

const PROMPT: &str = "trailql> ";

/// What came of reading a line.
pub(super) enum Line {
    /// A text to run: statements, or a command.
    Text(String),
    /// A text to go on with in an editor of one's own.
    Edit(String),
    /// Ctrl-C.
    GivenUp,
    /// Ctrl-D, or the terminal went away.
    End,
}

/// See the file.
pub(super) struct LineEditor {
    editor: Editor<Input, DefaultHistory>,
    history: Option<History>,
    /// The text that Ctrl-X Ctrl-E was typed on.
    to_edit: Arc<Mutex<Option<String>>>,
}

impl LineEditor {
    pub(super) fn new(shell: &mut Shell<'_>, keeps_history: bool) -> Result<Self, ReadlineError> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .history_ignore_space(true)
            .history_ignore_dups(true)?
            .max_history_size(shell.settings().history_lines)?
            .auto_add_history(false)
            .bracketed_paste(true)
            .build();
        let mut editor = Editor::<Input, _>::with_config(config)?;
        editor.set_helper(Some(shell.input()));
        let to_edit = Arc::new(Mutex::new(None));
        let handler = EventHandler::Conditional(Box::new(TakeToEditor(Arc::clone(&to_edit))));
        editor.bind_sequence(Event::KeySeq(vec![KeyEvent::ctrl('X'), KeyEvent::ctrl('E')]), handler);
        editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), EventHandler::Simple(Cmd::Newline));
        let history = keeps_history.then(|| History::open(&mut editor, shell.terminal())).flatten();
        Ok(Self { editor, history, to_edit })
    }

    /// Edits as the settings have it.
    pub(super) fn follow(&mut self, settings: &Settings) {
        self.editor.set_edit_mode(if settings.edits == Edits::Vi { EditMode::Vi } else { EditMode::Emacs });
        if let Some(input) = self.editor.helper() {
            input.set_language(settings.language);
        }
    }

    /// Reads a line, which begins with a draft where there is one.
    pub(super) fn read(&mut self, draft: Option<String>) -> Result<Line, ReadlineError> {
        let read = self.editor.readline_with_initial(PROMPT, (draft.as_deref().unwrap_or_default(), ""));
        let to_edit = self.to_edit.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(match (read, to_edit) {
            (_, Some(text)) => Line::Edit(text),
            (Ok(text), None) => {
                self.remember(&text);
                Line::Text(text)
            }
            (Err(ReadlineError::Interrupted), None) => Line::GivenUp,
            (Err(ReadlineError::Eof), None) => Line::End,
            (Err(error), None) => return Err(error),
        })
    }

    /// Lines are kept as they are read: a shell that is killed has lost none.
    fn remember(&mut self, text: &str) {
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        // A line too many, or one that begins with a space, is not added.
        let is_added = self.editor.add_history_entry(text).unwrap_or_default();
        if let Some(history) = self.history.as_ref().filter(|_| is_added) {
            history.append(&mut self.editor);
        }
    }
}

/// Notes the text at the cursor and gives up the line.
struct TakeToEditor(Arc<Mutex<Option<String>>>);

impl ConditionalEventHandler for TakeToEditor {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.line().to_owned());
        Some(Cmd::Interrupt)
    }
}
