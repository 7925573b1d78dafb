//! The command line: arguments as typed, one file per command, exit codes.

mod alarm;
mod args;
mod exit;
mod filter;
mod hunt;
mod hunt_format;
mod query;
mod texts;
mod translate;

use std::process::ExitCode;

use clap::Parser;

pub use exit::{CODES, Exit};

use crate::repl;
use crate::session::Error;
use crate::terminal::Terminal;
use args::{Cli, Color, Command};

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
        Some(Command::Query(args)) => runtime.block_on(interruptible(query::run(&args, options, terminal))),
        Some(Command::Hunt(args)) => runtime.block_on(interruptible(hunt::run(&args, options, terminal))),
        Some(Command::Translate(args)) => runtime.block_on(interruptible(translate::run(&args, options, terminal))),
        Some(Command::Filter(args)) => runtime.block_on(interruptible(filter::run(&args.what, options, terminal))),
        Some(Command::Alarm(args)) => runtime.block_on(interruptible(alarm::run(&args.what, options, terminal))),
        None => repl::run(&runtime, &cli.archives, options, terminal.clone())
            .map(|is_incomplete| if is_incomplete { Exit::Incomplete } else { Exit::Complete }),
    };
    // Reading that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    exit
}

/// Ends with 130 at Ctrl-C. Dropping the work ends it.
async fn interruptible(work: impl Future<Output = Result<Exit, Error>>) -> Result<Exit, Error> {
    tokio::select! {
        exit = work => exit,
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    }
}
