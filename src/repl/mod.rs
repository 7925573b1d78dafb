//! The shell: a prompt in which both languages and the meta commands work.
//!
//! `shell` holds what is remembered between two lines and asks the questions, `commands` is the table of meta
//! commands, `settings` what can be set, `input` everything about the text at the cursor.

mod around;
mod commands;
mod editor;
mod history;
mod host;
mod input;
mod interrupt;
mod saved;
mod settings;
mod shell;
mod words;

use std::io::{self, BufRead, IsTerminal};
use std::ops::ControlFlow;

use rustyline::error::ReadlineError;
use tokio::runtime::Runtime;

pub use host::{Host, Hosted, Running};

use crate::config::ShellDefaults;
use crate::session::{Error, Options};
use crate::terminal::Terminal;
use editor::{Line, LineEditor};
use shell::Shell;

/// What a shell begins with.
#[derive(Debug)]
pub struct Start<'a> {
    /// Archives to ask.
    pub archives: &'a [String],
    /// What is asked of them.
    pub options: Options,
    /// How answers are shown.
    pub terminal: Terminal,
    /// What it is set to at first.
    pub defaults: ShellDefaults,
    /// Whether what is typed is kept.
    pub keeps_history: bool,
}

/// How a shell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every answer was complete.
    Complete,
    /// Something could not be read for an answer.
    Incomplete,
    /// By Ctrl-C.
    Interrupted,
}

/// Opens archives and reads lines until the end of input.
///
/// On a terminal an error is said and the next line is read. Input that comes from a pipe or a file ends at the first
/// error, and its last statement needs no end.
///
/// # Errors
/// When an archive cannot be opened, the terminal cannot be read, or a statement of a pipe fails.
pub fn run(runtime: &Runtime, start: Start<'_>, host: &dyn Host) -> Result<Ended, Error> {
    let keeps_history = start.keeps_history;
    let mut shell = Shell::open(runtime, start, host)?;
    let is_interrupted = if io::stdin().is_terminal() {
        converse(&mut shell, keeps_history)?
    } else {
        script(&mut shell, io::stdin().lock())?;
        false
    };
    Ok(match shell.is_incomplete() {
        _ if is_interrupted => Ended::Interrupted,
        true => Ended::Incomplete,
        false => Ended::Complete,
    })
}

/// Reads lines from the terminal, with editing, completion and history. True when Ctrl-C ended it.
fn converse(shell: &mut Shell<'_>, keeps_history: bool) -> Result<bool, Error> {
    let of_terminal = |error: ReadlineError| Error::Execution(format!("the terminal cannot be read: {error}"));
    shell.listen_to_interrupts()?;
    let mut editor = LineEditor::new(shell, keeps_history).map_err(of_terminal)?;
    shell.greet();
    loop {
        editor.follow(shell.settings());
        match editor.read(shell.take_draft()).map_err(of_terminal)? {
            Line::Text(text) => {
                shell.begin_line();
                let done = shell.take(&text);
                if let Err(error) = &done {
                    shell.terminal().fail(error);
                }
                if let Ok(ControlFlow::Break(())) = done {
                    return Ok(false);
                }
            }
            Line::Edit(text) => shell.edit(&text),
            // Ctrl-C at the prompt gives up the line, as in every shell, unless it follows another closely.
            Line::GivenUp if shell.means_to_leave() => return Ok(true),
            Line::GivenUp => {}
            Line::End => return Ok(false),
        }
    }
}

/// Runs the statements and commands of a text, in order. Ctrl-C ends the process, as in every script.
fn script(shell: &mut Shell<'_>, input: impl BufRead) -> Result<(), Error> {
    let of_input = |error: io::Error| Error::Usage {
        message: format!("cannot read the queries from stdin: {error}"),
        help: "queries are UTF-8 text".to_owned(),
    };
    let mut text = String::new();
    for line in input.lines() {
        text.push_str(&line.map_err(of_input)?);
        if !input::is_complete(&text, shell.settings().language) {
            text.push('\n');
        } else if shell.take(&std::mem::take(&mut text))?.is_break() {
            return Ok(());
        }
    }
    shell.take(&text).map(drop)
}
