//! The shell: a prompt in which both languages and the meta commands work.

mod commands;
mod history;
mod input;
mod words;

use std::cell::Cell;
use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::error::ReadlineError;
use rustyline::{CompletionType, Config, Editor};
use tokio::runtime::Runtime;

use crate::diag::Source;
use crate::output::Format;
use crate::session::{Error, Language, Options, Session};
use crate::terminal::{Sink, Terminal};
use commands::Next;
use input::Input;
use words::{Learning, Words};

/// What the shell remembers between two lines.
struct Shell<'a> {
    runtime: &'a Runtime,
    session: Arc<Session>,
    terminal: Terminal,
    format: Format,
    language: Option<Language>,
    is_incomplete: Cell<bool>,
    /// Whether a query runs, so that nothing else should.
    is_busy: Arc<AtomicBool>,
}

/// Opens archives and reads lines until the end of input. True when something could not be read for an answer.
///
/// On a terminal an error is said and the next line is read. Input that comes from a pipe or a file ends at the first
/// error, and its last statement needs no end.
///
/// # Errors
/// When an archive cannot be opened, the terminal cannot be read, or a statement of a pipe fails.
pub fn run(runtime: &Runtime, archives: &[String], options: Options, terminal: Terminal) -> Result<bool, Error> {
    let session = Arc::new(runtime.block_on(Session::open(archives, options))?);
    let is_incomplete = Cell::new(false);
    let format = Format::default();
    let is_busy = Arc::default();
    let mut shell = Shell { runtime, session, terminal, format, language: None, is_incomplete, is_busy };
    if io::stdin().is_terminal() {
        shell.converse()?;
    } else {
        shell.script(io::stdin().lock())?;
    }
    Ok(shell.is_incomplete.get())
}

impl Shell<'_> {
    /// Reads lines from the terminal, with editing, completion and history.
    fn converse(&mut self) -> Result<(), Error> {
        let of_terminal = |error: ReadlineError| Error::Execution(format!("the terminal cannot be read: {error}"));
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .history_ignore_space(true)
            .auto_add_history(true)
            .build();
        let mut editor = Editor::<Input, _>::with_config(config).map_err(of_terminal)?;
        let words = Arc::new(Words::default());
        let busy = Arc::clone(&self.is_busy);
        let _learning = Learning::begin(self.runtime.handle(), self.session.archives(), Arc::clone(&words), busy);
        editor.set_helper(Some(Input::new(Box::new(Arc::clone(&self.session)), words, self.terminal.color())));
        let history = history::open(&mut editor, &self.terminal);
        if !self.terminal.is_quiet() {
            self.terminal.say(&format!("trailql {} · .help lists commands, .quit leaves", env!("CARGO_PKG_VERSION")));
        }
        loop {
            if let Some(input) = editor.helper() {
                input.set_language(self.language);
            }
            match editor.readline("trailql> ") {
                Ok(line) => {
                    if self.line(line.trim()) == Next::Leave {
                        break;
                    }
                }
                // Ctrl-C at the prompt gives up the line, as in every shell.
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(of_terminal(error)),
            }
        }
        if let Some(path) = history {
            history::save(&mut editor, &path, &self.terminal);
        }
        Ok(())
    }

    /// Runs the statements and commands of a text, in order. Ctrl-C ends the process, as in every script.
    fn script(&mut self, input: impl BufRead) -> Result<(), Error> {
        let of_input = |error: io::Error| Error::Usage {
            message: format!("cannot read the queries from stdin: {error}"),
            help: "queries are UTF-8 text".to_owned(),
        };
        let mut text = String::new();
        for line in input.lines() {
            text.push_str(&line.map_err(of_input)?);
            let is_meta = text.trim_start().starts_with(['.', '\\']);
            if is_meta && commands::run(self, text.trim()) == Next::Leave {
                return Ok(());
            }
            if !is_meta && input::is_complete(&text, self.language) {
                self.runtime.block_on(self.answer(text.trim()))?;
            }
            if is_meta || input::is_complete(&text, self.language) {
                text.clear();
            } else {
                text.push('\n');
            }
        }
        self.runtime.block_on(self.answer(text.trim()))
    }

    fn line(&mut self, line: &str) -> Next {
        if line.is_empty() {
            return Next::Line;
        }
        if line.starts_with(['.', '\\']) {
            return commands::run(self, line);
        }
        self.query(line);
        Next::Line
    }

    /// A line that answers a command. Nothing can be done when nobody reads it.
    fn answer_line(&self, text: &str) {
        let _ = Sink::stdout().heading(text);
    }

    /// Answers a text. Ctrl-C ends the query and leaves the shell.
    fn query(&self, text: &str) {
        let work = async {
            tokio::select! {
                answered = self.answer(text) => answered,
                _ = tokio::signal::ctrl_c() => {
                    self.terminal.say("query cancelled");
                    Ok(())
                }
            }
        };
        self.is_busy.store(true, Ordering::Relaxed);
        let answered = self.runtime.block_on(work);
        self.is_busy.store(false, Ordering::Relaxed);
        if let Err(error) = answered {
            self.terminal.fail(&error);
        }
    }

    async fn answer(&self, text: &str) -> Result<(), Error> {
        let language = self.language.unwrap_or_else(|| Language::of_text(text));
        let text = if language != Language::Sql { text.trim_end().trim_end_matches(';') } else { text };
        let source = Source::new("query", text);
        let mut sink = Sink::stdout();
        for statement in self.session.parse(&source, language)? {
            let answer = self.terminal.wait(self.session.run(statement)).await?;
            let shown = self.terminal.show(answer, self.format, None, &mut sink, &[]).await?;
            self.is_incomplete.set(self.is_incomplete.get() || shown.outcome.is_incomplete());
        }
        Ok(())
    }
}
