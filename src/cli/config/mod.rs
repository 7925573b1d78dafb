//! `trailql config`, and how configuration files become defaults of arguments.
//!
//! There is no second list of options: a key of a file is the long name of an argument, its value is checked by the
//! argument's own parser, and then stands as the argument's default.

mod check;
mod command;
mod show;

use std::ffi::OsString;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::Exit;
use super::args::{Cli, Command};
use super::output::OutputArgs;
use crate::config::{self, Config, NamedArchive, Setting, ShellDefaults};
use crate::output::{Palette, style};
use crate::session::{Error, Named, Options};
use crate::terminal::Terminal;
pub(super) use command::command;

/// `trailql config`.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) what: ConfigCommand,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every option, archive, parameter and colour: its value, and where that comes from.
    Show(ConfigShowArgs),
    /// Show which files are looked for, and which are there.
    Path(ConfigPathArgs),
}

/// `trailql config show`.
#[derive(Debug, Args)]
pub(super) struct ConfigShowArgs {
    /// Where and how results are written.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// `trailql config path`.
#[derive(Debug, Args)]
pub(super) struct ConfigPathArgs {
    /// Where and how results are written.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// Runs the subcommand.
pub(super) fn run(command: &ConfigCommand, setup: &Setup, terminal: &Terminal) -> Result<Exit, Error> {
    let (rows, output) = match command {
        ConfigCommand::Show(args) => (show::settings(setup)?, &args.output),
        ConfigCommand::Path(args) => (show::files(setup)?, &args.output),
    };
    let format = output.format()?;
    let sink = output.sink()?;
    let most = output.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    terminal.write(&rows.slice(0, rows.num_rows().min(most)), format, None, &sink)?;
    sink.keep()?;
    Ok(Exit::Complete)
}

/// Everything that was said before the work begins: files, variables and arguments.
pub(super) struct Setup {
    /// What the files say.
    config: Config,
    /// The command without defaults from files.
    command: clap::Command,
    arguments: Vec<OsString>,
    matches: ArgMatches,
}

/// Reads a command line.
pub(super) fn parse(command: &clap::Command, arguments: &[OsString]) -> Result<(Cli, ArgMatches), clap::Error> {
    let mut command = command.clone();
    let matches = command.try_get_matches_from_mut(arguments)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, matches))
}

impl Setup {
    /// Reads the configuration files that a command line asks for, and the command line once more with what they say.
    ///
    /// # Errors
    /// When a file cannot be read, or says something that is wrong.
    pub(super) fn read(cli: Cli, matches: ArgMatches, arguments: Vec<OsString>) -> Result<(Cli, Self), Error> {
        let command = command();
        let named = cli.common.config.as_deref();
        let needs_none = match &cli.command {
            Some(Command::Completions(_) | Command::Man(_)) => true,
            Some(Command::Config(args)) => matches!(args.what, ConfigCommand::Path(_)),
            _ => false,
        };
        if cli.common.no_init || needs_none {
            return Ok((cli, Self { config: Config::default(), command, arguments, matches }));
        }
        let config = Config::load(named).map_err(|error| match error {
            config::Error::Wrong(wrong) => Error::Query(wrong),
            error => Error::Usage { message: error.to_string(), help: "--no-init goes without it".to_owned() },
        })?;
        check::check(&config, &command).map_err(Error::Query)?;
        let mut setup = Self { config, command, arguments, matches };
        let (cli, matches) = setup.parsed(&[])?;
        setup.matches = matches;
        Ok((cli, setup))
    }

    /// The same files with another command line, as the shell gives one.
    ///
    /// # Errors
    /// clap's own for a command line that is wrong, or asks for help; ours within for defaults that do not fit it.
    pub(super) fn again(&self, arguments: Vec<OsString>) -> Result<Result<(Cli, Self), Error>, clap::Error> {
        let (_, matches) = parse(&self.command, &arguments)?;
        let mut setup = Self { config: self.config.clone(), command: self.command.clone(), arguments, matches };
        Ok(setup.parsed(&[]).map(|(cli, matches)| {
            setup.matches = matches;
            (cli, setup)
        }))
    }

    /// The command line with the defaults of the files, and with these over them.
    fn parsed(&self, more: &[Setting]) -> Result<(Cli, ArgMatches), Error> {
        let chosen = self.matches.subcommand_name();
        let mut settings = self.config.defaults_of(chosen.unwrap_or("shell"));
        settings.extend(more);
        let command = command::with_defaults(self.command.clone(), chosen, &settings);
        parse(&command, &self.arguments).map_err(|error| Error::Usage {
            message: error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
            help: "`trailql config show` tells where each value comes from".to_owned(),
        })
    }

    /// Options with what the files say about archives and parameters.
    pub(super) fn options(&self, options: Options, now: DateTime<Utc>) -> Options {
        let params = self.config.params.iter().map(|param| (param.key.clone(), param.value.to_string()));
        let params = params.chain(options.params.clone()).collect();
        let options = Options { params, ..options };
        let named: Vec<_> = self.config.archives.iter().map(|archive| self.named(archive, &options, now)).collect();
        Options { named: Arc::from(named), default_archives: self.default_archives(), ..options }
    }

    fn named(&self, archive: &NamedArchive, options: &Options, now: DateTime<Utc>) -> Named {
        let own = || {
            let (cli, _) = self.parsed(&archive.options)?;
            let own = cli.common.options(now)?;
            Ok(Box::new(Options { params: options.params.clone(), ..own }))
        };
        let own = (!archive.options.is_empty()).then(|| {
            own().map_err(|error: Error| match error {
                Error::Usage { message, help } => (message, help),
                error => (error.to_string(), "mend it in the configuration file".to_owned()),
            })
        });
        Named { name: archive.name.clone(), locations: archive.locations.clone(), options: own }
    }

    /// What is asked when the command line names no archive.
    fn default_archives(&self) -> Vec<String> {
        let settings = self.config.defaults_of(self.matches.subcommand_name().unwrap_or("shell"));
        let archive = settings.iter().find(|setting| setting.key == check::ARCHIVE);
        archive.map(|setting| setting.value.texts()).unwrap_or_default()
    }

    /// The colours asked for.
    pub(super) fn palette(&self) -> Palette {
        let mut palette = Palette::default();
        for color in &self.config.colors {
            // Checked when the files were read.
            if let Ok(style) = style(&color.value.to_string()) {
                palette.set(&color.key, style);
            }
        }
        palette
    }

    /// How the shell begins.
    pub(super) fn shell(&self) -> ShellDefaults {
        self.config.shell()
    }
}
