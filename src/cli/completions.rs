//! `trailql completions`: a script that completes commands and options, for the shell that is named.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use super::{Exit, config};
use crate::output;
use crate::session::Error;
use crate::terminal::Sink;

/// `trailql completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(super) shell: Shell,
}

/// Writes the script to stdout.
pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut config::command(), "trailql", &mut script);
    let sink = Sink::stdout();
    sink.writer().write_all(&script).map_err(|error| Error::Output(output::Error::Write(error)))?;
    sink.keep()?;
    Ok(Exit::Complete)
}
