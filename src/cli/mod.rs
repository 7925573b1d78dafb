//! The command line: arguments as typed, one file per command, exit codes.

mod alarm;
mod args;
mod common;
mod coverage;
mod exit;
mod filter;
mod hunt;
mod lookup;
mod output;
mod query;
mod shell;
mod texts;
mod translate;

use std::process::ExitCode;

use clap::Parser;

pub use exit::{CODES, Exit};

use crate::session::{Error, Options};
use crate::terminal::Terminal;
use args::{Cli, Command};
use common::Color;

/// Runs the command line of this process to its end.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with 0, everything else to stderr with 2.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Complete };
            let _ = error.print();
            return exit.into();
        }
    };
    let color = match cli.common.color {
        Color::Auto => None,
        Color::Always => Some(true),
        Color::Never => Some(false),
    };
    let terminal = Terminal::new(color, cli.common.quiet, cli.common.progress);
    let exit = start(cli, &terminal).unwrap_or_else(|error| {
        terminal.fail(&error);
        Exit::of_error(&error)
    });
    exit.into()
}

fn start(cli: Cli, terminal: &Terminal) -> Result<Exit, Error> {
    let options = cli.common.options(chrono::Utc::now())?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = options.threads {
        // One more minds the clock and Ctrl-C while the others work.
        runtime.worker_threads(threads.max(1).saturating_add(1));
    }
    let runtime = runtime.enable_all().build().map_err(|error| Error::Bug(error.to_string()))?;
    let exit = match cli.command {
        Some(command) => runtime.block_on(interruptible(run_command(&command, options, terminal))),
        None => shell::run(&runtime, &cli.archives, &cli.shell, options, terminal),
    };
    // Reading that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    exit
}

/// Runs one command to its end.
async fn run_command(command: &Command, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        Command::Query(args) => query::run(args, options, terminal).await,
        Command::Hunt(args) => hunt::run(args, options, terminal).await,
        Command::Lookup(args) => lookup::run(args, options, terminal).await,
        Command::Coverage(args) => coverage::run(args, options, terminal).await,
        Command::Translate(args) => translate::run(args, options, terminal).await,
        Command::Filter(args) => filter::run(&args.what, options, terminal).await,
        Command::Alarm(args) => alarm::run(&args.what, options, terminal).await,
    }
}

/// Ends with 130 at Ctrl-C. Dropping the work ends it.
async fn interruptible(work: impl Future<Output = Result<Exit, Error>>) -> Result<Exit, Error> {
    tokio::select! {
        exit = work => exit,
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    }
}
