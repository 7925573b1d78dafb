//! The configuration as rows: what counts, and where it comes from.

use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, Command};
use datafusion::arrow::record_batch::RecordBatch;

use super::Setup;
use super::command::{OF_ONE_RUN, is_flag};
use crate::cli::filter::rows;
use crate::config::{Config, FileState, KEYS, Setting};
use crate::output::{THINGS, style_name};
use crate::session::Error;

const BUILT_IN: &str = "built in";

type Row = Vec<Option<String>>;

fn row(section: &str, name: &str, value: Option<String>, source: impl ToString) -> Row {
    vec![Some(section.to_owned()), Some(name.to_owned()), value, Some(source.to_string())]
}

/// The files that are looked for, the least of them first.
pub(super) fn files(setup: &Setup) -> Result<RecordBatch, Error> {
    let named: Option<String> =
        setup.matches.get_one::<std::path::PathBuf>("config").map(|path| path.display().to_string());
    let is_off = setup.matches.get_flag("no_init");
    let files = Config::looked_for(named.as_deref().map(Path::new));
    let state = |path: &Path| match (path.try_exists(), is_off) {
        (_, true) => "not read: --no-init",
        (Ok(false), _) => "not there",
        (Ok(true), _) => "there",
        (Err(_), _) => "cannot be reached",
    };
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
            vec![Some(file.name.clone()), Some(path.display().to_string()), Some(state(&file.path).to_owned())]
        })
        .collect();
    rows(["file", "path", "state"].map(str::to_owned).to_vec(), &files)
}

/// Every setting there can be, and those that files make.
pub(super) fn settings(setup: &Setup) -> Result<RecordBatch, Error> {
    let mut found = Vec::new();
    let config = &setup.config;
    let is_shown = |arg: &&Arg| arg.get_long().is_some_and(|long| !OF_ONE_RUN.contains(&long));
    for arg in setup.command.get_arguments().filter(is_shown) {
        let (value, source) = global(setup, arg);
        found.push(row("defaults", arg.get_long().unwrap_or_default(), value, source));
    }
    if let Some(setting) = config.defaults_of("").iter().find(|setting| setting.key == super::check::ARCHIVE) {
        found.push(row("defaults", super::check::ARCHIVE, Some(setting.value.to_string()), &setting.place));
    }
    for command in setup.command.get_subcommands() {
        let section = format!("defaults.{}", command.get_name());
        let settings = config.defaults_of(command.get_name());
        let mut named = Vec::new();
        own(command, &mut |arg| {
            let Some(long) = arg.get_long().filter(|long| !OF_ONE_RUN.contains(long) && !named.contains(long)) else {
                return;
            };
            named.push(long);
            let (value, source) = of_command(arg, settings.iter().find(|setting| setting.key == long).copied());
            found.push(row(&section, long, value, source));
        });
        let of_all =
            |setting: &&Setting| !named.contains(&setting.key.as_str()) && is_of(config, command.get_name(), setting);
        for setting in settings.into_iter().filter(of_all) {
            found.push(row(&section, &setting.key, Some(setting.value.to_string()), &setting.place));
        }
    }
    let shell = config.defaults_of("shell");
    for key in KEYS {
        let set = shell.iter().find(|setting| setting.key == key.name);
        let value = set.map(|setting| setting.value.to_string());
        let source = set.map_or_else(|| BUILT_IN.to_owned(), |setting| setting.place.to_string());
        found.push(row("defaults.shell", key.name, value, source));
    }
    for setting in shell
        .into_iter()
        .filter(|setting| !KEYS.iter().any(|key| key.name == setting.key) && is_of(config, "shell", setting))
    {
        found.push(row("defaults.shell", &setting.key, Some(setting.value.to_string()), &setting.place));
    }
    for archive in &config.archives {
        let section = format!("archives.{}", archive.name);
        found.push(row(&section, "location", Some(archive.locations.join(", ")), &archive.place));
        for setting in &archive.options {
            found.push(row(&section, &setting.key, Some(setting.value.to_string()), &setting.place));
        }
    }
    for param in &config.params {
        found.push(row("params", &param.key, Some(param.value.to_string()), &param.place));
    }
    let palette = setup.palette();
    for thing in THINGS {
        let set = config.colors.iter().find(|color| color.key == thing);
        let source = set.map_or_else(|| BUILT_IN.to_owned(), |color| color.place.to_string());
        found.push(row("colors", thing, palette.style(thing).map(style_name), source));
    }
    // What they say may be a secret; that they are there is not.
    let mut variables: Vec<_> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("AWS_"))
        .collect();
    variables.sort_unstable();
    for name in variables {
        found.push(row("environment", &name, Some("set".to_owned()), format!("environment {name}")));
    }
    for file in config.files.iter().filter(|file| file.state == FileState::Read) {
        found.push(row("files", &file.name, Some(file.path.display().to_string()), "read"));
    }
    rows(["section", "name", "value", "source"].map(str::to_owned).to_vec(), &found)
}

/// Whether a setting stands in the section of this command.
fn is_of(config: &Config, command: &str, setting: &Setting) -> bool {
    config.defaults.iter().any(|default| {
        default.command.as_ref().is_some_and(|(name, _)| name == command)
            && default.setting.place.source == setting.place.source
            && default.setting.place.span == setting.place.span
    })
}

/// Every argument of a command and of those below it.
fn own<'c>(command: &'c Command, each: &mut impl FnMut(&'c Arg)) {
    command.get_arguments().for_each(&mut *each);
    command.get_subcommands().for_each(|inner| own(inner, each));
}

/// An option of every command, as this run has it.
fn global(setup: &Setup, arg: &Arg) -> (Option<String>, String) {
    let id = arg.get_id().as_str();
    let value = if is_flag(arg) {
        Some(setup.matches.get_flag(id).to_string())
    } else {
        setup
            .matches
            .get_raw(id)
            .map(|values| values.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>().join(", "))
    };
    let source = match setup.matches.value_source(id) {
        Some(ValueSource::CommandLine) => "flag".to_owned(),
        Some(ValueSource::EnvVariable) => of_variable(arg),
        _ => {
            let settings = setup.config.defaults_of("config");
            let set = settings.iter().find(|setting| arg.get_long() == Some(setting.key.as_str()));
            set.map_or_else(|| BUILT_IN.to_owned(), |setting| setting.place.to_string())
        }
    };
    (value, source)
}

/// An option of one command, as its next run would have it.
fn of_command(arg: &Arg, set: Option<&Setting>) -> (Option<String>, String) {
    let variable = arg.get_env().and_then(std::env::var_os);
    if let Some(value) = variable {
        return (Some(value.to_string_lossy().into_owned()), of_variable(arg));
    }
    if let Some(set) = set {
        return (Some(set.value.to_string()), set.place.to_string());
    }
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let value = if is_flag(arg) { Some("false".to_owned()) } else { (!values.is_empty()).then(|| values.join(", ")) };
    (value, BUILT_IN.to_owned())
}

fn of_variable(arg: &Arg) -> String {
    let name = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("environment {name}")
}
