//! What the shell can be set to: one table, read by the commands, by completion, by `.show` and by `trailql.toml`.

use std::path::PathBuf;

use super::commands::Argument;
use crate::config::ShellDefaults;
use crate::diag::closest;
use crate::output::chart::{Place, Wanted};
use crate::output::{FORMATS, Format};
use crate::session::{Error, Language};
use crate::terminal::View;

/// How the shell asks and shows.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The form of results.
    pub(super) format: Format,
    /// The language of what is typed; told from the text when none.
    pub(super) language: Option<Language>,
    /// Whether the time that an answer took is told.
    pub(super) timer: bool,
    /// Rows of a result that a table shows; all when none.
    pub(super) max_rows: Option<usize>,
    /// The text for null.
    pub(super) null: Option<String>,
    /// Whether long values take several lines rather than being cut.
    pub(super) wrap: bool,
    /// Whether charts are drawn by themselves.
    pub(super) chart: bool,
    /// How long results are read.
    pub(super) pager: Pager,
    /// How lines are edited.
    pub(super) edits: Edits,
    /// Where results go; the terminal when none.
    pub(super) output: Option<PathBuf>,
    /// The editor of `.edit`; the environment's when none.
    pub(super) editor: Option<String>,
    /// How many lines the history holds.
    pub(super) history_lines: usize,
}

/// How results are read that are longer than the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pager {
    /// By the pager that the environment names.
    On,
    /// By nothing.
    Off,
    /// By this command.
    Command(String),
}

/// Whose keys edit a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edits {
    /// Emacs'.
    Emacs,
    /// Vi's.
    Vi,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::default(),
            language: None,
            timer: true,
            max_rows: None,
            null: None,
            wrap: false,
            chart: false,
            pager: Pager::On,
            edits: Edits::Emacs,
            output: None,
            editor: None,
            history_lines: 10_000,
        }
    }
}

impl Settings {
    /// How an answer in this form is shown.
    pub(super) fn view(&self, format: Format) -> View {
        View {
            chart: self.chart.then_some(Wanted { kind: None, place: Place::Below }),
            wrap: self.wrap,
            null: self.null.clone(),
            max_rows: self.max_rows,
            ..View::from(format)
        }
    }

    /// As the configuration has them.
    pub(super) fn of(defaults: &ShellDefaults) -> Result<Self, Error> {
        let mut settings = Self::default();
        for setting in ALL {
            let Some(key) = setting.key else { continue };
            let switch = defaults.flag(key).map(on_or_off);
            if let Some(text) = switch.or_else(|| defaults.text(key).map(str::to_owned)) {
                (setting.set)(&mut settings, &text)?;
            }
        }
        settings.editor = defaults.text("editor").map(str::to_owned);
        settings.history_lines = defaults.number("history-size").unwrap_or(settings.history_lines);
        Ok(settings)
    }
}

/// One thing that can be set.
pub(super) struct Setting {
    /// Its key in `[defaults.shell]` of the configuration, where it has one.
    pub(super) key: Option<&'static str>,
    /// Its command, with other names.
    pub(super) names: &'static [&'static str],
    /// What it looks like.
    pub(super) usage: &'static str,
    /// What it does.
    pub(super) summary: &'static str,
    /// What may follow.
    pub(super) argument: Argument,
    /// Its value.
    pub(super) get: fn(&Settings) -> String,
    /// Sets it from text, or says what is wrong with that.
    pub(super) set: fn(&mut Settings, &str) -> Result<(), Error>,
}

const SWITCH: Argument = Argument::Word(&["on", "off"]);

/// Every setting.
pub(super) const ALL: &[Setting] = &[
    Setting {
        key: None,
        names: &[".charts"],
        usage: ".charts on|off",
        summary: "draw a chart by itself where an answer has times and numbers",
        argument: SWITCH,
        get: |settings| on_or_off(settings.chart),
        set: |settings, text| switch(&mut settings.chart, text),
    },
    Setting {
        key: Some("edit-mode"),
        names: &[".editmode"],
        usage: ".editmode emacs|vi",
        summary: "whose keys edit a line",
        argument: Argument::Word(&["emacs", "vi"]),
        get: |settings| if settings.edits == Edits::Vi { "vi".to_owned() } else { "emacs".to_owned() },
        set: |settings, text| {
            settings.edits = match text {
                "emacs" => Edits::Emacs,
                "vi" => Edits::Vi,
                _ => return Err(expected(text, &["emacs", "vi"])),
            };
            Ok(())
        },
    },
    Setting {
        key: Some("lang"),
        names: &[".lang"],
        usage: ".lang sql|insights|filter|sigma|auto",
        summary: "the language of what is typed; auto tells it from the text",
        argument: Argument::Language,
        get: |settings| settings.language.map_or("auto", Language::name).to_owned(),
        set: |settings, text| {
            settings.language = match (text, Language::named(text)) {
                ("auto", _) => None,
                (_, Some(language)) => Some(language),
                _ => return Err(expected(text, &["sql", "insights", "filter", "sigma", "auto"])),
            };
            Ok(())
        },
    },
    Setting {
        key: Some("max-rows"),
        names: &[".maxrows"],
        usage: ".maxrows N|all",
        summary: "how many rows of a result a table shows",
        argument: Argument::Word(&["all", "100", "1000"]),
        get: |settings| settings.max_rows.map_or_else(|| "all".to_owned(), |rows| rows.to_string()),
        set: |settings, text| {
            settings.max_rows = match text {
                "all" => None,
                number => Some(number.parse().map_err(|_| expected(number, &["a number", "all"]))?),
            };
            Ok(())
        },
    },
    Setting {
        key: Some("mode"),
        names: &[".mode"],
        usage: ".mode FORMAT",
        summary: "the form of results",
        argument: Argument::Format,
        get: |settings| settings.format.to_string(),
        set: |settings, text| {
            settings.format = text.parse().map_err(|error: crate::output::UnknownFormat| Error::Usage {
                message: error.to_string(),
                help: format!("formats are {}", formats()),
            })?;
            Ok(())
        },
    },
    Setting {
        key: Some("null-value"),
        names: &[".nullvalue"],
        usage: ".nullvalue TEXT",
        summary: "the text for null; as the format has it when none is given",
        argument: Argument::Text,
        get: |settings| settings.null.clone().unwrap_or_else(|| "as the format has it".to_owned()),
        set: |settings, text| {
            settings.null = (text != "default").then(|| text.trim_matches(['\'', '"']).to_owned());
            Ok(())
        },
    },
    Setting {
        key: None,
        names: &[".output", "\\o"],
        usage: ".output FILE|stdout",
        summary: "where results go from now on, one after the other",
        argument: Argument::File,
        get: |settings| settings.output.as_ref().map_or("stdout".to_owned(), |path| path.display().to_string()),
        set: |settings, text| {
            settings.output = (text != "stdout").then(|| PathBuf::from(text));
            Ok(())
        },
    },
    Setting {
        key: Some("pager"),
        names: &[".pager"],
        usage: ".pager on|off|COMMAND",
        summary: "what shows results that are longer than the screen",
        argument: SWITCH,
        get: |settings| match &settings.pager {
            Pager::On => "on".to_owned(),
            Pager::Off => "off".to_owned(),
            Pager::Command(command) => command.clone(),
        },
        set: |settings, text| {
            settings.pager = match text {
                "on" => Pager::On,
                "off" => Pager::Off,
                command => Pager::Command(command.to_owned()),
            };
            Ok(())
        },
    },
    Setting {
        key: Some("timer"),
        names: &[".timer", "\\timing"],
        usage: ".timer on|off",
        summary: "tell the time that an answer took",
        argument: SWITCH,
        get: |settings| on_or_off(settings.timer),
        set: |settings, text| switch(&mut settings.timer, text),
    },
    Setting {
        key: None,
        names: &[".wrap"],
        usage: ".wrap on|off",
        summary: "long values take several lines rather than being cut",
        argument: SWITCH,
        get: |settings| on_or_off(settings.wrap),
        set: |settings, text| switch(&mut settings.wrap, text),
    },
];

fn on_or_off(is_on: bool) -> String {
    if is_on { "on".to_owned() } else { "off".to_owned() }
}

fn switch(value: &mut bool, text: &str) -> Result<(), Error> {
    *value = match text {
        "on" => true,
        "off" => false,
        _ => return Err(expected(text, &["on", "off"])),
    };
    Ok(())
}

/// The names of the formats.
pub(super) fn formats() -> String {
    FORMATS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ")
}

/// A word that is none of those that may stand there.
pub(super) fn expected(found: &str, words: &[&str]) -> Error {
    let close = closest(found, words.iter().copied());
    Error::Usage {
        message: format!("expected {}, found `{found}`", words.join(" or ")),
        help: close
            .map_or_else(|| ".help lists the commands".to_owned(), |close| format!("`{close}` has a similar name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_takes_back_what_it_says() {
        for setting in ALL.iter().filter(|setting| setting.names[0] != ".nullvalue") {
            let mut settings = Settings::default();
            let said = (setting.get)(&settings);
            (setting.set)(&mut settings, &said).expect(&said);
            assert_eq!((setting.get)(&settings), said, "{}", setting.usage);
        }
    }

    #[test]
    fn every_key_of_the_configuration_sets_something() {
        let others = ["editor", "history", "history-size"];
        let keys: Vec<&str> = ALL.iter().filter_map(|setting| setting.key).chain(others).collect();
        for key in crate::config::KEYS {
            assert!(keys.contains(&key.name), "{}", key.name);
        }
        assert_eq!(keys.len(), crate::config::KEYS.len());
    }

    #[test]
    fn a_wrong_word_is_told_and_changes_nothing() {
        let mut settings = Settings::default();
        for (name, text) in [(".timer", "onn"), (".lang", "pipes"), (".mode", "jsno"), (".maxrows", "-1")] {
            let setting = ALL.iter().find(|setting| setting.names[0] == name).expect(name);
            assert!((setting.set)(&mut settings, text).is_err(), "{name}");
            assert_eq!((setting.get)(&settings), (setting.get)(&Settings::default()), "{name}");
        }
    }
}
