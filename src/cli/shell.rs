//! `trailql` without a command: the shell, which runs the other commands itself where it is asked to.

use clap::{Args, CommandFactory, Parser};
use tokio::runtime::Runtime;

use super::args::Cli;
use super::{Exit, run_command};
use crate::repl::{self, Ended, Host, Running, Start};
use crate::session::{Error, Options};
use crate::terminal::Terminal;

/// Options of the shell.
#[derive(Debug, Args)]
pub(super) struct ShellArgs {
    /// Keep nothing of what is typed.
    #[arg(long, env = "TRAILQL_NO_HISTORY")]
    no_history: bool,
}

/// Opens the shell.
pub(super) fn run(
    runtime: &Runtime,
    archives: &[String],
    args: &ShellArgs,
    options: Options,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    let start = Start { archives, options, terminal: terminal.clone(), keeps_history: !args.no_history };
    let ended = repl::run(runtime, start, &CommandLine)?;
    Ok(match ended {
        Ended::Complete => Exit::Complete,
        Ended::Incomplete => Exit::Incomplete,
        Ended::Interrupted => Exit::Interrupted,
    })
}

/// The commands of the command line, as the shell sees them.
struct CommandLine;

/// Commands that say something the shell has a command of its own for.
const OF_THE_SHELL: &[&str] = &["query", "translate", "help"];

impl Host for CommandLine {
    fn commands(&self) -> Vec<(String, String)> {
        let of_shell = |name: &str| OF_THE_SHELL.contains(&name);
        let cli = Cli::command();
        let commands = cli.get_subcommands().filter(|command| !of_shell(command.get_name()));
        let summary = |command: &clap::Command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            about.split('.').next().unwrap_or_default().to_lowercase()
        };
        commands.map(|command| (command.get_name().to_owned(), summary(command))).collect()
    }

    fn run<'a>(
        &'a self,
        words: Vec<String>,
        archives: Vec<String>,
        options: Options,
        terminal: &'a Terminal,
    ) -> Running<'a> {
        Box::pin(async move {
            let cli = match Cli::try_parse_from([vec!["trailql".to_owned()], words].concat()) {
                Ok(cli) => cli,
                Err(error) => {
                    let _ = error.print();
                    return Ok(false);
                }
            };
            let Some(mut command) = cli.command else { return Ok(false) };
            command.default_archives(archives);
            let options = inherited(cli.common.options(options.now)?, options);
            let exit = run_command(&command, options, terminal).await?;
            Ok(exit == Exit::Incomplete)
        })
    }
}

/// Options of a command, and the shell's where the command says nothing.
fn inherited(own: Options, shell: Options) -> Options {
    let either = |own: Vec<String>, shell: Vec<String>| if own.is_empty() { shell } else { own };
    let has_range = own.since.is_some() || own.until.is_some();
    Options {
        since: if has_range { own.since } else { shell.since },
        until: if has_range { own.until } else { shell.until },
        accounts: either(own.accounts, shell.accounts),
        regions: either(own.regions, shell.regions),
        organizations: either(own.organizations, shell.organizations),
        params: [shell.params, own.params].concat(),
        ..shell
    }
}
