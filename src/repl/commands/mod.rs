//! The meta commands: one table, which makes the help, the completion and the dispatch.

mod ask;
mod event;
mod files;
mod help;
mod look;
mod range;
mod show;

use std::ops::ControlFlow;

use super::settings;
use super::shell::Shell;
use crate::diag::closest;
use crate::session::Error;

/// What may follow a meta command, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument {
    /// Nothing.
    Nothing,
    /// A table.
    Table,
    /// A form of results.
    Format,
    /// A language of queries.
    Language,
    /// A file.
    File,
    /// A folder or bucket of log files.
    Archive,
    /// A time, or how long ago.
    Time,
    /// An account.
    Account,
    /// A region.
    Region,
    /// A saved query.
    SavedQuery,
    /// An `eventID`, or the number of a row.
    Event,
    /// A meta command, a function, a command of a pipe or a field.
    Topic,
    /// A function.
    Function,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A query.
    Query,
    /// Text that nobody can guess.
    Text,
}

/// What a command came to: whether the shell goes on.
pub(super) type Done = Result<ControlFlow<()>, Error>;

/// The shell goes on.
pub(super) const GO_ON: Done = Ok(ControlFlow::Continue(()));

/// One meta command.
pub(super) struct Meta {
    /// Its names, the documented one first, with `.` or `\`.
    pub(super) names: &'static [&'static str],
    /// What it looks like.
    pub(super) usage: &'static str,
    /// What it does.
    pub(super) summary: &'static str,
    /// What may follow it.
    pub(super) argument: Argument,
    run: fn(&mut Shell<'_>, &str) -> Done,
}

/// A part of the table, under a heading of the help.
pub(super) struct Part {
    pub(super) title: &'static str,
    pub(super) metas: &'static [Meta],
}

/// Every meta command that is no setting, and no command of the command line.
pub(super) const PARTS: &[Part] = &[
    Part { title: "Questions", metas: ask::ALL },
    Part { title: "What there is", metas: look::ALL },
    Part { title: "Records", metas: event::ALL },
    Part { title: "Range", metas: range::ALL },
    Part { title: "Results", metas: show::ALL },
    Part { title: "Files", metas: files::ALL },
    Part { title: "The shell", metas: help::ALL },
];

/// The names, and what may follow, of every meta command, settings included.
pub(super) fn known() -> impl Iterator<Item = (&'static [&'static str], Argument)> {
    let metas = PARTS.iter().flat_map(|part| part.metas).map(|meta| (meta.names, meta.argument));
    metas.chain(settings::ALL.iter().map(|setting| (setting.names, setting.argument)))
}

/// Runs a line that begins like a meta command.
pub(super) fn run(shell: &mut Shell<'_>, line: &str) -> Done {
    let line = line.trim_end_matches(';').trim_end();
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = argument.trim();
    if let Some(meta) = PARTS.iter().flat_map(|part| part.metas).find(|meta| meta.names.contains(&name)) {
        return (meta.run)(shell, argument);
    }
    if let Some(setting) = settings::ALL.iter().find(|setting| setting.names.contains(&name)) {
        if argument.is_empty() {
            shell.answer(&(setting.get)(shell.settings()))?;
            return GO_ON;
        }
        (setting.set)(shell.settings_mut(), argument)?;
        return GO_ON;
    }
    let hosted = shell.host().commands();
    let is_hosted = |name: &str| hosted.iter().any(|hosted| hosted.name == name);
    if let Some(command) = name.strip_prefix('.').filter(|command| is_hosted(command)) {
        return ask::hosted(shell, command, argument);
    }
    let hosted: Vec<String> = hosted.iter().map(|hosted| format!(".{}", hosted.name)).collect();
    let names = known().flat_map(|(names, _)| names).copied().chain(hosted.iter().map(String::as_str));
    Err(Error::Usage {
        message: format!("no command is named `{name}`"),
        help: closest(name, names)
            .map_or_else(|| ".help lists the commands".to_owned(), |close| format!("`{close}` has a similar name")),
    })
}

/// A command that lacks what it needs.
fn missing(usage: &str) -> Error {
    Error::Usage { message: format!("expected `{usage}`"), help: ".help lists the commands".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_begin_like_commands() {
        let mut seen = BTreeSet::new();
        for name in known().flat_map(|(names, _)| names) {
            assert!(name.starts_with(['.', '\\']), "{name}");
            assert!(seen.insert(name), "{name} stands twice");
        }
    }

    #[test]
    fn usages_begin_with_the_documented_name() {
        let metas = PARTS.iter().flat_map(|part| part.metas).map(|meta| (meta.names[0], meta.usage, meta.summary));
        let settings = settings::ALL.iter().map(|setting| (setting.names[0], setting.usage, setting.summary));
        for (name, usage, summary) in metas.chain(settings) {
            assert_eq!(usage.split(' ').next(), Some(name));
            assert!(!summary.ends_with('.'), "{usage}");
        }
    }
}
