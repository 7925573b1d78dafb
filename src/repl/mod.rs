//! The shell: a prompt in which both languages and the meta commands work.

mod commands;
mod history;
mod input;

use rustyline::error::ReadlineError;
use rustyline::{CompletionType, Config, Editor};
use tokio::runtime::Runtime;

use crate::diag::Source;
use crate::output::Format;
use crate::session::{Error, Language, Options, Session};
use crate::terminal::{Sink, Terminal};
use commands::Next;
use input::Input;

/// What the shell remembers between two lines.
struct Shell<'a> {
    runtime: &'a Runtime,
    session: Session,
    terminal: Terminal,
    format: Format,
    language: Option<Language>,
}

/// Opens archives and reads lines until the end of input.
///
/// # Errors
/// When an archive cannot be opened, or the terminal cannot be read.
pub fn run(runtime: &Runtime, archives: &[String], options: Options, terminal: Terminal) -> Result<(), Error> {
    let session = runtime.block_on(Session::open(archives, options))?;
    let mut shell = Shell { runtime, session, terminal, format: Format::default(), language: None };
    let of_terminal = |error: ReadlineError| Error::Execution(format!("the terminal cannot be read: {error}"));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .history_ignore_space(true)
        .auto_add_history(true)
        .build();
    let mut editor = Editor::<Input, _>::with_config(config).map_err(of_terminal)?;
    editor.set_helper(Some(Input::new(shell.session.tables())));
    let history = history::open(&mut editor, &shell.terminal);
    if !shell.terminal.is_quiet() {
        shell.terminal.say(&format!("trailql {} · .help lists commands, .quit leaves", env!("CARGO_PKG_VERSION")));
    }
    loop {
        match editor.readline("trailql> ") {
            Ok(line) => {
                if shell.line(line.trim()) == Next::Leave {
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
        history::save(&mut editor, &path, &shell.terminal);
    }
    Ok(())
}

impl Shell<'_> {
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
        if let Err(error) = self.runtime.block_on(work) {
            self.terminal.fail(&error);
        }
    }

    async fn answer(&self, text: &str) -> Result<(), Error> {
        let language = self.language.unwrap_or_else(|| Language::of_text(text));
        let text = if language == Language::Insights { text.trim_end().trim_end_matches(';') } else { text };
        let source = Source::new("query", text);
        let mut sink = Sink::stdout();
        for statement in self.session.parse(&source, language)? {
            let answer = self.session.run(statement).await?;
            self.terminal.show(answer, self.format, None, &mut sink, &[]).await?;
        }
        Ok(())
    }
}
