//! `trailql man`: the manual, from the arguments themselves, the table of exit codes, and what stands below.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{CODES, Exit, config};
use crate::output;
use crate::session::Error;
use crate::terminal::Sink;

/// `trailql man`.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Folder to write one page a command to; one page of all goes to stdout when not given.
    #[arg(long, value_name = "FOLDER")]
    pub(super) dir: Option<PathBuf>,
}

/// Variables that are no option's.
const VARIABLES: &[(&str, &str)] = &[
    ("TRAILQL_…", "Every option that is no choice of one run has a variable: --max-bytes is TRAILQL_MAX_BYTES."),
    ("AWS_…", "Credentials, profile, region and endpoint, as the AWS command line reads them."),
    ("COLUMNS", "Width of tables on a terminal."),
    ("NO_COLOR, CLICOLOR_FORCE", "Whether to colour, where --color does not say."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "Where the configuration and the history are."),
];

/// Files that are read or written unasked.
const FILES: &[(&str, &str)] = &[
    (
        "$XDG_CONFIG_HOME/trailql/config.toml",
        "The configuration of the user: archives by name, defaults, parameters, colours.",
    ),
    ("./trailql.toml", "The configuration of the working folder, which outranks the user's."),
    ("$XDG_STATE_HOME/trailql/history", "Lines of the shell."),
];

/// Writes the manual.
pub(super) fn run(args: &ManArgs) -> Result<Exit, Error> {
    let mut command = config::command();
    command.build();
    let written = match &args.dir {
        Some(folder) if !folder.is_dir() => {
            return Err(Error::Usage {
                message: format!("there is no folder `{}`", folder.display()),
                help: "--dir names a folder that is there and can be written to".to_owned(),
            });
        }
        Some(folder) => pages(&command, "trailql", folder),
        None => whole(&command).and_then(|page| Sink::stdout().writer().write_all(titled(&page).as_bytes())),
    };
    written.map_err(|error| Error::Output(output::Error::Write(error)))?;
    Ok(Exit::Complete)
}

/// One page of the command and every command below it.
fn whole(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    of_commands(command, "trailql", &mut page)?;
    sections(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// What each command is for, and its own options.
fn of_commands(command: &Command, name: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let name = format!("{name} {}", inner.get_name());
        let mut roff = Roff::new();
        roff.control("SH", [name.to_uppercase().as_str()]);
        roff.text([roman(inner.get_about().map(ToString::to_string).unwrap_or_default())]);
        for arg in inner.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help") {
            let value = arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str());
            let takes_value = arg.get_action().takes_values();
            let heading = match (arg.get_short(), arg.get_long()) {
                (Some(short), Some(long)) => format!("-{short}, --{long}"),
                (None, Some(long)) => format!("--{long}"),
                _ => String::new(),
            };
            let value = value.filter(|_| takes_value).unwrap_or_default();
            roff.control("TP", []);
            roff.text([
                bold(heading.clone()),
                roman(if heading.is_empty() || value.is_empty() { "" } else { " " }),
                roman(value),
            ]);
            roff.text([roman(arg.get_help().map(ToString::to_string).unwrap_or_default())]);
        }
        roff.to_writer(page)?;
        of_commands(inner, &name, page)?;
    }
    Ok(())
}

/// A page for each command, named as `man` looks for it.
fn pages(command: &Command, name: &str, folder: &Path) -> io::Result<()> {
    let mut page = Vec::new();
    let man = Man::new(command.clone().name(name.to_owned()).bin_name(name.replace('-', " ")));
    man.render(&mut page)?;
    if name == "trailql" {
        sections(&mut page)?;
    }
    std::fs::write(folder.join(format!("{name}.1")), titled(&page))?;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        pages(inner, &format!("{name}-{}", inner.get_name()), folder)?;
    }
    Ok(())
}

/// A page that begins with its title, as `whatis` and `mandoc` want it. The library begins each section with the same
/// two lines about quotes.
fn titled(page: &[u8]) -> String {
    let page = String::from_utf8_lossy(page);
    let (quotes, rest): (Vec<_>, Vec<_>) =
        page.lines().partition(|line| [".ie \\n(.g .ds Aq", ".el .ds Aq"].iter().any(|start| line.starts_with(start)));
    let title = rest.iter().filter(|line| line.starts_with(".TH ")).take(1);
    let quotes = quotes.iter().take(2);
    let body = rest.iter().filter(|line| !line.starts_with(".TH "));
    title.chain(quotes).chain(body).fold(String::with_capacity(page.len()), |text, line| text + line + "\n")
}

/// Exit codes, environment and files.
fn sections(page: &mut Vec<u8>) -> io::Result<()> {
    let mut codes: Vec<_> = CODES.iter().map(|(_, code, meaning)| (*code, *meaning)).collect();
    codes.sort_unstable();
    let codes: Vec<_> = codes.into_iter().map(|(code, meaning)| (code.to_string(), meaning)).collect();
    let mut roff = Roff::new();
    let mut section = |title: &str, entries: &[(&str, &str)]| {
        roff.control("SH", [title]);
        for (name, text) in entries {
            roff.control("TP", []);
            roff.text([bold(*name)]);
            roff.text([roman(*text)]);
        }
    };
    section("EXIT STATUS", &codes.iter().map(|(code, meaning)| (code.as_str(), *meaning)).collect::<Vec<_>>());
    section("ENVIRONMENT", VARIABLES);
    section("FILES", FILES);
    roff.to_writer(page)
}
