//! The command line's own description, with a variable of the environment for every option, and defaults from files.

use clap::builder::{ArgPredicate, BoolishValueParser};
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::cli::args::Cli;
use crate::config::{Setting, Value};

/// Options that choose what one run does. Neither a variable nor a file may choose that for every run.
pub(super) const OF_ONE_RUN: &[&str] = &[
    "command", "config", "dir", "file", "filters", "help", "lint", "list", "no-init", "out", "param", "pattern",
    "show", "test", "version", "why",
];

/// The command, every option with its variable.
pub(in crate::cli) fn command() -> Command {
    with_variables(Cli::command())
}

fn with_variables(command: Command) -> Command {
    command.mut_args(with_variable).mut_subcommands(with_variables)
}

fn with_variable(arg: Arg) -> Arg {
    let named = arg.get_long().filter(|long| !OF_ONE_RUN.contains(long)).map(variable);
    let arg = match named {
        Some(variable) if arg.get_env().is_none() => arg.env(variable),
        _ => arg,
    };
    // `1` and `yes` are what people set a variable to.
    if is_flag(&arg) && arg.get_env().is_some() { arg.value_parser(BoolishValueParser::new()) } else { arg }
}

/// The variable of an option.
fn variable(long: &str) -> String {
    format!("TRAILQL_{}", long.replace('-', "_").to_uppercase())
}

/// Whether an argument takes no value on the command line.
pub(super) fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

/// The command with these values as defaults, of its own options and of those of the chosen subcommand.
pub(super) fn with_defaults(command: Command, chosen: Option<&str>, settings: &[&Setting]) -> Command {
    let command = with_own_defaults(command, settings);
    match chosen {
        Some(chosen) => command.mut_subcommand(chosen, |command| with_all_defaults(command, settings)),
        None => command,
    }
}

fn with_all_defaults(command: Command, settings: &[&Setting]) -> Command {
    with_own_defaults(command, settings).mut_subcommands(|command| with_all_defaults(command, settings))
}

fn with_own_defaults(command: Command, settings: &[&Setting]) -> Command {
    let names: Vec<String> = command.get_arguments().filter_map(Arg::get_long).map(str::to_owned).collect();
    command.mut_args(|arg| with_default(arg, &names, settings))
}

fn with_default(arg: Arg, names: &[String], settings: &[&Setting]) -> Arg {
    let Some(long) = arg.get_long().map(str::to_owned) else { return arg };
    // The last one counts.
    let of = |key: &str| settings.iter().rev().find(|setting| setting.key == key).map(|setting| &setting.value);
    let opposite = long.strip_prefix("no-").map_or_else(|| format!("no-{long}"), str::to_owned);
    let opposite = names.iter().find(|name| **name == opposite && is_flag(&arg));
    let refused = || match of(opposite?)? {
        Value::Flag(flag) => Some(Value::Flag(!flag)),
        _ => None,
    };
    let Some(value) = of(&long).cloned().or_else(refused) else { return arg };
    let arg = arg.default_values(value.texts());
    match opposite {
        // What the command line says outranks what a file says, in whichever of the two forms.
        Some(opposite) => arg.default_value_if(opposite.replace('-', "_"), ArgPredicate::IsPresent, "false"),
        None => arg,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn each<'c>(command: &'c Command, found: &mut Vec<(&'c Command, &'c Arg)>) {
        found.extend(command.get_arguments().map(|arg| (command, arg)));
        command.get_subcommands().for_each(|inner| each(inner, found));
    }

    #[test]
    fn every_option_has_its_variable_and_one_name_means_one_thing() {
        let command = command();
        let mut found = Vec::new();
        each(&command, &mut found);
        for (of, arg) in found {
            let Some(long) = arg.get_long() else { continue };
            let named = arg.get_env().map(|name| name.to_string_lossy().into_owned());
            let is_own = ["config", "no-init"].contains(&long);
            if OF_ONE_RUN.contains(&long) && !is_own {
                assert_eq!(named, None, "{} --{long}", of.get_name());
            } else {
                assert_eq!(named, Some(variable(long)), "{} --{long}", of.get_name());
            }
        }
    }

    #[test]
    fn the_description_holds_together() {
        command().debug_assert();
        let options: BTreeSet<_> = OF_ONE_RUN.iter().collect();
        assert!(options.iter().copied().eq(OF_ONE_RUN), "in the order of names");
    }
}
