//! Whether what the files say fits the options there are.

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use super::command::{OF_ONE_RUN, is_flag};
use crate::config::{Config, KEYS, Kind, NamedArchive, Place, Setting, Value};
use crate::diag::{Diagnostic, Diagnostics, closest};
use crate::output::{Format, THINGS, style};
use crate::session::bound;

/// The key of what is asked when no archive is given; an argument, not an option, on the command line.
pub(super) const ARCHIVE: &str = "archive";

/// The options that make sense of one archive.
const OF_ARCHIVES: &[&str] = &[
    "account",
    "aws-region",
    "delivery-slack",
    "endpoint-url",
    "max-file-bytes",
    "no-sign-request",
    "org",
    "profile",
    "region",
    "request-payer",
    "role-arn",
    "since",
    "until",
];

/// Checks every setting.
///
/// # Errors
/// With everything that is wrong with the first file in which something is.
pub(super) fn check(config: &Config, command: &Command) -> Result<(), Diagnostics> {
    let mut check = Check { config, command, wrong: Vec::new() };
    for default in &config.defaults {
        match &default.command {
            None => check.default(None, &default.setting),
            Some((name, place)) => match of_command(command, name) {
                Some(arguments) => check.default(Some((name.as_str(), arguments)), &default.setting),
                None => check.no_command(name, place),
            },
        }
    }
    config.archives.iter().for_each(|archive| check.archive(archive));
    config.params.iter().for_each(|param| check.param(param));
    config.colors.iter().for_each(|color| check.color(color));
    let first = check
        .wrong
        .iter()
        .map(|(place, _)| place.source.clone())
        .min_by_key(|source| config.files.iter().position(|file| *file.name == *source.name));
    let Some(source) = first else { return Ok(()) };
    let mut list: Vec<_> =
        check.wrong.into_iter().filter(|(place, _)| place.source == source).map(|(_, wrong)| wrong).collect();
    list.sort_by_key(|wrong| wrong.label.as_ref().map(|(span, _)| span.start));
    list.dedup();
    Err(Diagnostics { source, list })
}

struct Check<'c> {
    config: &'c Config,
    command: &'c Command,
    wrong: Vec<(Place, Diagnostic)>,
}

/// The arguments that a section is about; none where there is no such command.
fn of_command<'c>(command: &'c Command, name: &str) -> Option<Vec<&'c Arg>> {
    let mut arguments: Vec<_> = command.get_arguments().collect();
    if name != "shell" {
        below(command.get_subcommands().find(|inner| inner.get_name() == name)?, &mut arguments);
    }
    Some(arguments)
}

fn below<'c>(command: &'c Command, arguments: &mut Vec<&'c Arg>) {
    arguments.extend(command.get_arguments());
    command.get_subcommands().for_each(|inner| below(inner, arguments));
}

/// The arguments with this long name. A flag `x` that can only be refused has the key `x`, too.
fn named<'c>(arguments: &[&'c Arg], key: &str) -> Vec<&'c Arg> {
    arguments.iter().filter(|arg| arg.get_long() == Some(key)).copied().collect()
}

impl Check<'_> {
    fn add(&mut self, place: &Place, wrong: Diagnostic) {
        self.wrong.push((place.clone(), wrong.at(place.span, "")));
    }

    fn no_command(&mut self, name: &str, place: &Place) {
        let names: Vec<_> = self.command.get_subcommands().map(Command::get_name).chain(["shell"]).collect();
        let help = closest(name, names.iter().copied())
            .map_or_else(|| format!("there are {}", quoted(&names)), |close| format!("`{close}` has a similar name"));
        let message = format!("no command is named `{name}`");
        self.add(place, Diagnostic::error("C002", message).help(help));
    }

    fn default(&mut self, of: Option<(&str, Vec<&Arg>)>, setting: &Setting) {
        if setting.key == ARCHIVE {
            return self.asked(setting);
        }
        let shell_key = KEYS.iter().find(|key| key.name == setting.key);
        if let (Some(("shell", _)), Some(key)) = (&of, shell_key) {
            return self.shell(key.kind, setting);
        }
        let arguments = of.as_ref().map_or_else(
            || {
                let mut all = Vec::new();
                below(self.command, &mut all);
                all
            },
            |(_, arguments)| arguments.clone(),
        );
        let found = named(&arguments, &setting.key);
        if found.is_empty() {
            return self.no_option(of.as_ref().map(|(name, _)| *name), &arguments, setting);
        }
        match self.disputed(of.is_some(), setting) {
            Some(disputed) => self.add(&setting.value_place, disputed),
            None => self.option(&found, setting),
        }
    }

    /// What is wrong with a value for all commands that some take and others do not.
    fn disputed(&self, is_of_one: bool, setting: &Setting) -> Option<Diagnostic> {
        let takes = |command: &&Command| {
            let mut inner = Vec::new();
            below(command, &mut inner);
            let found = named(&inner, &setting.key);
            (!found.is_empty()).then(|| found.iter().all(|arg| refusal(arg, setting).is_none()))
        };
        let of = |wanted: bool| {
            let commands = self.command.get_subcommands();
            commands.filter(|command| takes(command) == Some(wanted)).map(Command::get_name).collect::<Vec<_>>()
        };
        let (taking, refusing) = (of(true), of(false));
        if is_of_one || taking.is_empty() || refusing.is_empty() {
            return None;
        }
        let message = format!("`{}` is no value of `{}` for {}", setting.value, setting.key, quoted(&refusing));
        let tables: Vec<_> = taking.iter().map(|name| format!("[defaults.{name}]")).collect();
        let tables: Vec<_> = tables.iter().map(String::as_str).collect();
        Some(Diagnostic::error("C003", message).help(format!("set it below {}", quoted(&tables))))
    }

    fn option(&mut self, arguments: &[&Arg], setting: &Setting) {
        if OF_ONE_RUN.contains(&setting.key.as_str()) {
            let message = format!("`{}` is an option of one run, and no default of all", setting.key);
            let help = match setting.key.as_str() {
                "param" => "parameters stand below `[params]`".to_owned(),
                key => format!("give --{key} on the command line"),
            };
            return self.add(&setting.place, Diagnostic::error("C002", message).help(help));
        }
        if let Some(wrong) = arguments.iter().find_map(|arg| refusal(arg, setting)) {
            self.add(&setting.value_place, wrong);
        }
    }

    fn no_option(&mut self, of: Option<&str>, arguments: &[&Arg], setting: &Setting) {
        let key = setting.key.as_str();
        let others: Vec<_> = self
            .command
            .get_subcommands()
            .filter(|command| {
                let mut inner = Vec::new();
                below(command, &mut inner);
                !named(&inner, key).is_empty()
            })
            .map(Command::get_name)
            .collect();
        let of_shell = KEYS.iter().any(|known| known.name == key);
        let mut known: Vec<_> = arguments.iter().filter_map(|arg| arg.get_long()).chain([ARCHIVE]).collect();
        known.retain(|name| !OF_ONE_RUN.contains(name));
        if of == Some("shell") {
            known.extend(KEYS.iter().map(|key| key.name));
        }
        let message = match of {
            Some(command) => format!("`{command}` has no option `{key}`"),
            None => format!("no command has an option `{key}`"),
        };
        let help = match closest(key, known.iter().copied()) {
            _ if of_shell => "it is the shell's: set it below `[defaults.shell]`".to_owned(),
            _ if !others.is_empty() => format!("it is an option of {}", quoted(&others)),
            Some(close) => format!("`{close}` has a similar name"),
            None => "keys are the long names of options, as `trailql --help` lists them".to_owned(),
        };
        self.add(&setting.place, Diagnostic::error("C002", message).help(help));
    }

    fn shell(&mut self, kind: Kind, setting: &Setting) {
        let mut checked = kind.check(&setting.value);
        if let (Ok(()), Kind::Format, Value::Text(text)) = (&checked, kind, &setting.value) {
            checked = match text.parse::<Format>() {
                Ok(format) if !format.info().text => Err("expected a format for a terminal".to_owned()),
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            };
        }
        if let Err(expected) = checked {
            let message = format!("`{}` is no value of `{}`: {expected}", setting.value, setting.key);
            self.add(&setting.value_place, Diagnostic::error("C003", message));
        }
    }

    /// The archives that are asked when none is given.
    fn asked(&mut self, setting: &Setting) {
        let is_place = |text: &String| {
            text.contains(['/', '\\', '.']) || self.config.archives.iter().any(|archive| archive.name == *text)
        };
        let texts = setting.value.texts();
        let unknown = texts.iter().find(|text| !is_place(text));
        if matches!(setting.value, Value::Flag(_)) || texts.is_empty() {
            let wrong = Diagnostic::error("C003", "`archive` takes a name, a location, or a list of them");
            return self.add(&setting.value_place, wrong);
        }
        let Some(unknown) = unknown else { return };
        let names = self.config.archives.iter().map(|archive| archive.name.as_str());
        let help = closest(unknown, names).map_or_else(
            || format!("define it below `[archives]`, or write `./{unknown}` for a folder"),
            |close| format!("`{close}` has a similar name; a folder is written `./{unknown}`"),
        );
        let wrong = Diagnostic::error("C003", format!("no archive is named `{unknown}`")).help(help);
        self.add(&setting.value_place, wrong);
    }

    fn archive(&mut self, archive: &NamedArchive) {
        let all: Vec<_> = self.command.get_arguments().collect();
        for setting in &archive.options {
            let key = setting.key.as_str();
            if OF_ARCHIVES.contains(&key) {
                self.option(&named(&all, key), setting);
                continue;
            }
            let help = if !named(&all, key).is_empty() {
                "it is of all archives together: set it below `[defaults]`".to_owned()
            } else {
                let known = OF_ARCHIVES.iter().copied().chain(["location"]);
                closest(key, known).map_or_else(
                    || format!("there are `location`, {}", quoted(OF_ARCHIVES)),
                    |close| format!("`{close}` has a similar name"),
                )
            };
            let message = format!("`{key}` is no option of an archive");
            self.add(&setting.place, Diagnostic::error("C002", message).help(help));
        }
    }

    fn param(&mut self, param: &Setting) {
        let is_name = !param.key.is_empty() && param.key.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            let message = format!("`{}` is no name of a parameter", param.key);
            self.add(&param.place, Diagnostic::error("C002", message).help("a name is of letters, digits and `_`"));
        }
        if matches!(param.value, Value::List(_)) {
            let message = format!("the parameter `{}` takes one value, not a list", param.key);
            self.add(&param.value_place, Diagnostic::error("C003", message));
        }
    }

    fn color(&mut self, color: &Setting) {
        if !THINGS.contains(&color.key.as_str()) {
            let help = closest(&color.key, THINGS).map_or_else(
                || format!("there are {}", quoted(&THINGS)),
                |close| format!("`{close}` has a similar name"),
            );
            let message = format!("nothing named `{}` has a colour", color.key);
            return self.add(&color.place, Diagnostic::error("C002", message).help(help));
        }
        let read = match &color.value {
            Value::Text(text) => style(text).map(drop),
            _ => Err("expected a text such as `bold red`".to_owned()),
        };
        if let Err(wrong) = read {
            self.add(&color.value_place, Diagnostic::error("C003", wrong));
        }
    }
}

/// Why an argument does not take a value.
fn refusal(arg: &Arg, setting: &Setting) -> Option<Diagnostic> {
    let key = setting.key.as_str();
    let wrong = |message: String| Some(Diagnostic::error("C003", message));
    if is_flag(arg) {
        let is_fit = matches!(setting.value, Value::Flag(_));
        let message = format!("`{key}` takes true or false, not `{}`", setting.value);
        return if is_fit { None } else { wrong(message) };
    }
    let takes_many = matches!(arg.get_action(), ArgAction::Append);
    let texts = match &setting.value {
        Value::List(_) if !takes_many => return wrong(format!("`{key}` takes one value, not a list")),
        value => value.texts(),
    };
    let is_time = ["since", "until"].contains(&key);
    texts.iter().find_map(|text| {
        if is_time && bound(key, text, chrono::Utc::now()).is_err() {
            return wrong(format!("cannot read `{text}` as the time of `{key}`"))
                .map(|wrong| wrong.help("write 2026-05-01, 2026-05-01T12:00:00Z, or how long ago: 24h, 7d"));
        }
        refused(arg.get_value_parser().clone(), key, text)
    })
}

/// Has the option's own parser read a value.
fn refused(parser: ValueParser, key: &str, text: &str) -> Option<Diagnostic> {
    let option = Arg::new("option").long("option").action(ArgAction::Set).value_parser(parser);
    let command = Command::new("check").no_binary_name(true).arg(option);
    let error = command.try_get_matches_from([format!("--option={text}")]).err()?;
    let message = format!("`{text}` is no value of `{key}`");
    let values = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.clone(),
        _ => Vec::new(),
    };
    if error.kind() == ErrorKind::InvalidValue && !values.is_empty() {
        let help = closest(text, values.iter().map(String::as_str)).map_or_else(
            || format!("there are {}", quoted(&values.iter().map(String::as_str).collect::<Vec<_>>())),
            |close| format!("`{close}` has a similar name"),
        );
        return Some(Diagnostic::error("C003", message).help(help));
    }
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    Some(Diagnostic::error("C003", cause.map_or_else(|| message.clone(), |cause| format!("{message}: {cause}"))))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
