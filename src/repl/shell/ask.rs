//! Asking: from a text to answers that are shown, kept, written.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Question, Shell};
use crate::diag::Source;
use crate::output::Format;
use crate::output::chart::{self, Kind};
use crate::repl::commands;
use crate::repl::input::{self, Ending};
use crate::repl::settings::Pager;
use crate::session::{Error, KeptRows, Statement};
use crate::terminal::{Sink, View};

impl Shell<'_> {
    /// Runs what was typed: statements and meta commands. Breaks where the shell is to end.
    pub(in crate::repl) fn take(&mut self, text: &str) -> Result<ControlFlow<()>, Error> {
        for piece in input::split(text, self.settings.language) {
            // Ctrl-C ends what is left of the text, too.
            if self.was_cancelled() {
                break;
            }
            let is_vertical = piece.ending == Ending::GoVertical;
            match (piece.language, self.last.clone()) {
                // `\G` by itself shows the answer before in another way.
                (_, Some(last)) if piece.text.is_empty() => self.ask(&last, is_vertical)?,
                (_, None) if piece.text.is_empty() => {}
                (Some(language), _) => self.ask(&Question { text: piece.text.to_owned(), language }, is_vertical)?,
                (None, _) => {
                    if commands::run(self, piece.text)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Asks a question, and remembers it and its rows.
    pub(in crate::repl) fn ask(&mut self, question: &Question, is_vertical: bool) -> Result<(), Error> {
        self.last = Some(question.clone());
        let source = Source::new(self.source.as_str(), question.text.as_str());
        let session = Arc::clone(&self.session);
        for statement in session.parse(&source, question.language)? {
            if !self.was_cancelled() {
                self.show(statement, is_vertical)?;
            }
        }
        Ok(())
    }

    /// Shows the answer to a statement.
    fn show(&mut self, statement: Statement, is_vertical: bool) -> Result<(), Error> {
        let format = if is_vertical { Format::Line } else { self.settings.format };
        let is_once = self.once.is_some();
        let (mut sink, format) = self.sink(format)?;
        let view = self.settings.view(format);
        let session = Arc::clone(&self.session);
        let terminal = self.terminal.clone().timed(self.settings.timer);
        let work = async {
            let mut answer = terminal.wait(session.run(statement)).await?;
            let kept = answer.keep();
            let shown = terminal.show(answer, &view, &mut sink, &[]).await?;
            Ok((shown, kept()))
        };
        let Some((shown, rows)) = self.wait(work)? else { return Ok(()) };
        sink.keep()?;
        if !is_once {
            // What failed or was cancelled has left nothing there to add to.
            self.begun.clone_from(&self.settings.output);
        }
        self.note_incomplete(shown.outcome.is_incomplete());
        if !rows.schema().fields().is_empty() {
            self.session.remember(&rows)?;
            self.offer_chart(&view, &rows);
            self.rows = Some(rows);
        }
        Ok(())
    }

    /// Tells of the chart that rows over time would make.
    fn offer_chart(&self, view: &View, rows: &KeptRows) {
        let is_shown = view.format == Format::Table && view.chart.is_none() && rows.rows() > 1;
        if is_shown && self.interrupts.is_some() && chart::suggest(rows.schema()) == Some(Kind::Time) {
            self.terminal.note(".chart draws these rows over time; .charts on always does");
        }
    }

    /// Where a result goes, and in which form.
    fn sink(&mut self, format: Format) -> Result<(Sink, Format), Error> {
        if let Some(path) = self.once.take() {
            let format = Format::of_file(&path.to_string_lossy()).unwrap_or(format);
            return Ok((Sink::file(path.clone()).map_err(|error| unwritable(&path, &error))?, format));
        }
        let Some(path) = self.settings.output.clone() else {
            if !format.info().text {
                return Err(Error::Usage {
                    message: format!("`{format}` is no text for a terminal"),
                    help: "name a file with .once FILE or .output FILE".to_owned(),
                });
            }
            return Ok((self.screen(), format));
        };
        let format = Format::of_file(&path.to_string_lossy()).unwrap_or(format);
        let has_one = self.begun.as_ref() == Some(&path);
        if has_one && (!format.info().text || format == Format::Html) {
            return Err(Error::Usage {
                message: format!("{} has a result, and a file of `{format}` holds no other", path.display()),
                help: "name another with .output FILE, or go on with .output stdout".to_owned(),
            });
        }
        let open = if has_one { Sink::added_to } else { Sink::file };
        Ok((open(path.clone()).map_err(|error| unwritable(&path, &error))?, format))
    }

    /// The terminal, with the pager that is set.
    pub(in crate::repl) fn screen(&self) -> Sink {
        match &self.settings.pager {
            Pager::Off => Sink::stdout(),
            Pager::On => Sink::pager(None),
            Pager::Command(command) => Sink::pager(Some(command)),
        }
    }

    /// Lines that answer a command, through the pager where they are many.
    pub(in crate::repl) fn answer(&self, lines: &str) -> Result<(), Error> {
        let mut sink = self.screen();
        sink.heading(lines.trim_end_matches('\n'))?;
        sink.settle()
    }

    /// Waits for some work. None when Ctrl-C ended it, which has been said.
    pub(in crate::repl) fn wait<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<Option<T>, Error> {
        let Some(interrupts) = &self.interrupts else { return self.runtime.block_on(work).map(Some) };
        self.is_busy.store(true, Ordering::Relaxed);
        let done = self.runtime.block_on(interrupts.guard(work));
        self.is_busy.store(false, Ordering::Relaxed);
        if done.is_none() {
            self.was_cancelled.set(true);
            self.terminal.say("query cancelled");
        }
        done.transpose()
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::Usage {
        message: format!("cannot write {}: {error}", path.display()),
        help: "name a file in a folder that is there".to_owned(),
    }
}
