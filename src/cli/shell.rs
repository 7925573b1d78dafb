//! `trailql` without a command: the shell, which runs the other commands itself where it is asked to.

use std::ffi::OsString;

use clap::Args;
use tokio::runtime::Runtime;

use super::config::{self, Setup};
use super::proof::VerifiedArgs;
use super::{Exit, run_command};
use crate::repl::{self, Ended, Host, Hosted, Running, Start};
use crate::session::{Error, Options};
use crate::terminal::Terminal;

/// Options of the shell.
#[derive(Debug, Args)]
pub(super) struct ShellArgs {
    /// Keep nothing of what is typed.
    #[arg(long, env = "TRAILQL_NO_HISTORY")]
    no_history: bool,
    /// What is known of log files.
    #[command(flatten)]
    verified: VerifiedArgs,
}

/// Opens the shell.
pub(super) fn run(
    runtime: &Runtime,
    archives: &[String],
    args: &ShellArgs,
    options: Options,
    setup: &Setup,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    let (options, defaults) = (args.verified.over(options), setup.shell());
    let keeps_history = !args.no_history && defaults.flag("history").unwrap_or(true);
    let start = Start { archives, options, terminal: terminal.clone(), defaults, keeps_history };
    let ended = repl::run(runtime, start, &CommandLine { setup })?;
    Ok(match ended {
        Ended::Complete => Exit::Complete,
        Ended::Incomplete => Exit::Incomplete,
        Ended::Interrupted => Exit::Interrupted,
    })
}

/// The commands of the command line, as the shell sees them.
struct CommandLine<'s> {
    setup: &'s Setup,
}

/// Commands that the shell has commands of its own for, or that are for other shells.
const NOT_HERE: &[&str] = &["query", "translate", "completions", "man", "help"];

impl Host for CommandLine<'_> {
    fn commands(&self) -> Vec<Hosted> {
        let cli = config::command();
        let commands = cli.get_subcommands().filter(|command| !NOT_HERE.contains(&command.get_name()));
        let summary = |command: &clap::Command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let mut letters = about.split('.').next().unwrap_or_default().chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        };
        let hosted = |command: &clap::Command| Hosted {
            name: command.get_name().to_owned(),
            summary: summary(command),
            words: words(command),
        };
        commands.map(hosted).collect()
    }

    fn run<'a>(
        &'a self,
        words: Vec<String>,
        archives: Vec<String>,
        options: Options,
        terminal: &'a Terminal,
    ) -> Running<'a> {
        Box::pin(async move {
            let arguments = std::iter::once("trailql".to_owned()).chain(words).map(OsString::from).collect();
            let (cli, setup) = match self.setup.again(arguments) {
                Ok(parsed) => parsed?,
                Err(error) => {
                    let _ = error.print();
                    return Ok(false);
                }
            };
            let Some(mut command) = cli.command else { return Ok(false) };
            command.default_archives(archives);
            let options = inherited(cli.common.options(options.now)?, options);
            let exit = run_command(&command, options, &setup, terminal).await?;
            Ok(exit == Exit::Incomplete)
        })
    }
}

/// What may stand in a command's arguments.
fn words(command: &clap::Command) -> Vec<String> {
    let mut words: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for command in std::iter::once(command).chain(command.get_subcommands()) {
        for argument in command.get_arguments() {
            words.extend(argument.get_long().map(|long| format!("--{long}")));
            words.extend(argument.get_possible_values().iter().map(|value| value.get_name().to_owned()));
        }
    }
    words.sort();
    words.dedup();
    words
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
