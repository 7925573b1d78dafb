//! Messages to stderr: errors, warnings, notices and the summary, drawn for people or as a line of JSON each.

use std::io::{self, Write};
use std::time::Instant;

use super::{Terminal, summary};
use crate::diag::{Diagnostics, Severity};
use crate::output::chart::Undrawn;
use crate::output::diagnostic::{self, Title};
use crate::output::summary::human_count;
use crate::output::{self, Palette, escape};
use crate::session::{Error, Outcome};

/// The form of everything on stderr.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Text, drawn with its place.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Files that could not be read are named up to this number; the rest is counted. Programs are told of each.
const FILES_NAMED: usize = 20;

impl Terminal {
    /// Says what there is to remark on a query.
    pub fn remark(&self, notices: &Diagnostics) {
        if !self.quiet && !notices.list.is_empty() {
            self.diagnostics(notices);
        }
    }

    /// Warnings about what could not be read, the reason for an empty answer, and the summary line.
    pub fn report(&self, made: Option<&str>, outcome: &Outcome, written: &output::Written, started: Instant) {
        let failed = outcome.failed.iter().map(|failure| (failure.to_string(), &failure.location));
        let unlisted = outcome.unlisted.iter();
        let unlisted = unlisted.map(|(location, reason)| (format!("cannot list {location}: {reason}"), location));
        let named = if self.form == Form::Json { usize::MAX } else { FILES_NAMED };
        for (message, file) in failed.chain(unlisted).take(named) {
            match self.form {
                Form::Human => self.warn(&message, &[]),
                Form::Json => self.write_line(&diagnostic::json_of_file(Title::Warning, &message, file)),
            }
        }
        let unread = outcome.failed.len() + outcome.unlisted.len();
        if unread > named {
            self.warn(&format!("and {} more files or folders cannot be read", unread - named), &[]);
        }
        if outcome.malformed > 0 {
            let count = human_count(outcome.malformed);
            self.warn(&format!("{count} elements of `Records` are no objects and were passed over"), &[]);
        }
        if self.quiet {
            return;
        }
        for notice in &outcome.unknown_fields {
            self.message(Title::Notice, &notice.message, &notice.help);
        }
        if let Some(why) = &outcome.why_empty {
            let what = if outcome.rows == 0 { "no rows" } else { "nothing was read" };
            self.message(Title::Notice, &format!("{what}: {why}"), &[]);
        }
        let line = match self.form {
            Form::Human => summary::line(made, outcome, written, self.is_timed.then(|| started.elapsed())),
            Form::Json => summary::json(made, outcome, written, started.elapsed()),
        };
        self.write_line(&line);
    }

    /// Says an error. A reader that went away is none.
    pub fn fail(&self, error: &Error) {
        match error {
            Error::Query(diagnostics) => {
                debug_assert!(
                    diagnostics.list.iter().any(|one| one.severity == Severity::Error),
                    "an error without an error"
                );
                self.diagnostics(diagnostics);
            }
            Error::Output(error) if error.is_closed_pipe() => {}
            error => {
                let mut message = match error {
                    // The cause names the place already.
                    Error::Archive { location, source } if source.to_string().contains(location) => source.to_string(),
                    error => error.to_string(),
                };
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    // A transparent error says the same as its source.
                    if !message.ends_with(&cause.to_string()) {
                        message = format!("{message}: {cause}");
                    }
                    source = if matches!(error, Error::Archive { .. }) { None } else { cause.source() };
                }
                let help = match error {
                    Error::Usage { help, .. } | Error::Limit { help, .. } => Some(help.clone()),
                    Error::Archive { source, .. } => source.help(),
                    Error::Execution(message) if message.starts_with("cannot cast") => {
                        Some("`try_cast` gives null where `cast` fails".to_owned())
                    }
                    _ => None,
                };
                self.message(Title::Error, &message, help.as_slice());
            }
        }
    }

    /// Says something that is neither an error nor a result.
    pub fn note(&self, message: &str) {
        if self.quiet {
            return;
        }
        match self.form {
            Form::Human => self.write_line(&escape::terminal(message)),
            Form::Json => self.message(Title::Notice, message, &[]),
        }
    }

    /// Warns of something.
    pub fn caution(&self, message: &str, help: &str) {
        self.warn(message, &[help.to_owned()]);
    }

    /// Points something out that its author may not expect.
    pub fn notice(&self, message: &str, help: &str) {
        if !self.quiet {
            self.message(Title::Notice, message, &[help.to_owned()]);
        }
    }

    /// Says why there is no chart.
    pub fn note_undrawn(&self, why: Undrawn) {
        if !self.quiet {
            self.message(Title::Notice, &why.to_string(), &[]);
        }
    }

    /// Text for stderr, as it is; for programs a notice.
    pub fn say(&self, text: &str) {
        match self.form {
            Form::Human => self.write_line(text),
            Form::Json => self.write_line(&diagnostic::json_line(Title::Notice, text.trim_end(), &[])),
        }
    }

    fn warn(&self, message: &str, help: &[String]) {
        self.message(Title::Warning, message, help);
    }

    /// What the parser of the command line says: its first sentence, then its tips.
    pub fn usage(&self, message: &str, help: &[String]) {
        self.message(Title::Error, message, help);
    }

    fn message(&self, title: Title, message: &str, help: &[String]) {
        self.write_line(&match self.form {
            Form::Human => diagnostic::draw_message(title, message, help, self.palette()),
            Form::Json => diagnostic::json_line(title, message, help),
        });
    }

    fn diagnostics(&self, diagnostics: &Diagnostics) {
        self.write_line(&match self.form {
            Form::Human => diagnostic::draw(diagnostics, self.palette()),
            Form::Json => diagnostic::json(diagnostics),
        });
    }

    fn palette(&self) -> Option<&Palette> {
        self.color.then_some(&self.palette)
    }

    /// Text in its final form. Nothing can be done when nobody reads it.
    pub(super) fn write_line(&self, text: &str) {
        let newline = if text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(io::stderr().lock(), "{text}{newline}");
    }
}
