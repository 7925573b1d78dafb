//! The command line: arguments as typed, one file per command, exit codes.

mod alarm;
mod args;
mod common;
mod completions;
mod config;
mod coverage;
mod exit;
mod filter;
mod hunt;
mod lookup;
mod man;
mod output;
mod policy;
mod public_keys;
mod query;
mod shell;
mod texts;
mod translate;
mod usage;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

pub use exit::{CODES, Exit};

use crate::session::{Error, Options};
use crate::terminal::{Interrupts, Terminal};
use args::{Cli, Command};
use config::Setup;

/// Runs the command line of this process to its end.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let (cli, matches) = match config::parse(&config::command(), &arguments) {
        Ok(parsed) => parsed,
        Err(error) => return usage::end(&error, &arguments).into(),
    };
    let terminal = cli.common.terminal();
    let (cli, setup) = match Setup::read(cli, matches, arguments) {
        Ok(read) => read,
        Err(error) => {
            terminal.fail(&error);
            return Exit::of_error(&error).into();
        }
    };
    let terminal = cli.common.terminal().with_palette(setup.palette());
    let exit = start(cli, &setup, &terminal).unwrap_or_else(|error| {
        terminal.fail(&error);
        Exit::of_error(&error)
    });
    exit.into()
}

fn start(cli: Cli, setup: &Setup, terminal: &Terminal) -> Result<Exit, Error> {
    let now = chrono::Utc::now();
    let options = setup.options(cli.common.options(now)?, now);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let threads = options.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    // One more minds the clock while the others work.
    runtime.worker_threads(threads.unwrap_or(1).max(1).saturating_add(1));
    let runtime = runtime.enable_all().build().map_err(|error| Error::Bug(error.to_string()))?;
    let exit = match cli.command {
        // It ends by itself at Ctrl-C, with what it has verified so far.
        Some(Command::Verify(args)) => runtime.block_on(verify::run(&args, options, terminal)),
        Some(command) => runtime.block_on(interruptible(run_command(&command, options, setup, terminal))),
        None => shell::run(&runtime, &cli.archives, &cli.shell, options, setup, terminal),
    };
    // Reading that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    exit
}

/// Runs one command to its end.
async fn run_command(command: &Command, options: Options, setup: &Setup, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        Command::Query(args) => query::run(args, options, terminal).await,
        Command::Hunt(args) => hunt::run(args, options, terminal).await,
        Command::Lookup(args) => lookup::run(args, options, terminal).await,
        Command::Coverage(args) => coverage::run(args, options, terminal).await,
        Command::Verify(args) => verify::run(args, options, terminal).await,
        Command::Translate(args) => translate::run(args, options, terminal).await,
        Command::Filter(args) => filter::run(&args.what, options, terminal).await,
        Command::Alarm(args) => alarm::run(&args.what, options, terminal).await,
        Command::PublicKeys(args) => public_keys::run(args, options, terminal).await,
        Command::Policy(args) => policy::run(args, &options, terminal),
        Command::Config(args) => config::run(&args.what, setup, terminal),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// Ends with 130 at Ctrl-C. Dropping the work ends it.
async fn interruptible(work: impl Future<Output = Result<Exit, Error>>) -> Result<Exit, Error> {
    let Ok(mut interrupts) = Interrupts::listen() else { return work.await };
    tokio::select! {
        exit = work => exit,
        () = interrupts.next() => Ok(Exit::Interrupted),
    }
}
