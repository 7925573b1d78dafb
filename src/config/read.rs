//! The text of a configuration file as settings with their places.

use std::borrow::Cow;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::files::PROJECT_FILE;
use super::shell::{self, KEYS};
use super::value::{Place, Setting, Value};
use super::{Config, Default, NamedArchive};
use crate::diag::{Diagnostic, Diagnostics, Source, Span, closest};

/// The tables of a configuration.
const TABLES: [&str; 4] = ["archives", "colors", "defaults", "params"];

type Entry<'t, 'i> = (&'t Spanned<Cow<'i, str>>, &'t Spanned<DeValue<'i>>);

/// Reads a file. `folder` is where its paths start from; `is_own` is whether it may name programs to run.
pub(super) fn read(source: &Source, folder: &Path, is_own: bool) -> Result<Config, Diagnostics> {
    let (table, broken) = DeTable::parse_recoverable(&source.text);
    let mut reader = Reader { source, folder, is_own, wrong: Vec::new(), config: Config::default() };
    for error in &broken {
        let span = error.span().map_or(Span::default(), |span| Span::new(span.start, span.end));
        // The library may say more in further lines.
        let message = error.message().lines().next().unwrap_or_default();
        reader.wrong.push(Diagnostic::error("C001", format!("the file is no TOML: {message}")).at(span, ""));
    }
    // What could be made out of a broken file is not worth complaints of its own.
    if broken.is_empty() {
        reader.file(table.get_ref());
    }
    let Reader { mut wrong, config, .. } = reader;
    if wrong.is_empty() {
        return Ok(config);
    }
    wrong.sort_by_key(|wrong| wrong.label.as_ref().map(|(span, _)| span.start));
    Err(Diagnostics { source: source.clone(), list: wrong })
}

struct Reader<'s> {
    source: &'s Source,
    folder: &'s Path,
    is_own: bool,
    wrong: Vec<Diagnostic>,
    config: Config,
}

impl Reader<'_> {
    fn file(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            match (name, value.get_ref()) {
                ("archives", DeValue::Table(table)) => self.archives(table),
                ("defaults", DeValue::Table(table)) => self.defaults(table),
                ("params", DeValue::Table(table)) => self.config.params = self.settings(table),
                ("colors", DeValue::Table(table)) => self.config.colors = self.settings(table),
                (known, other) if TABLES.contains(&known) => {
                    let message = format!("`{known}` is a table, not {}", kind(other));
                    self.wrong("C003", message, value.span(), Some(format!("begin it with a line `[{known}]`")));
                }
                (name, other) => {
                    let help = match (closest(name, TABLES), other) {
                        (Some(close), _) => format!("`{close}` has a similar name"),
                        (None, DeValue::Table(_)) => {
                            "there are `archives`, `colors`, `defaults` and `params`".to_owned()
                        }
                        (None, _) => "options stand below `[defaults]`".to_owned(),
                    };
                    self.wrong("C002", format!("no table is named `{name}`"), key.span(), Some(help));
                }
            }
        }
    }

    fn defaults(&mut self, table: &DeTable<'_>) {
        let mut of_commands = Vec::new();
        for (key, value) in in_order(table) {
            if let DeValue::Table(inner) = value.get_ref() {
                of_commands.push((key, inner));
            } else if let Some(setting) = self.setting((key, value)) {
                self.config.defaults.push(Default { command: None, setting });
            }
        }
        for (key, table) in of_commands {
            let command = (key.get_ref().to_string(), self.place(key.span()));
            for setting in self.settings(table) {
                let runs = KEYS.iter().any(|known| known.runs && known.name == setting.key);
                if command.0 == shell::COMMAND && runs && !self.is_own {
                    let message = format!("`{}` names a program, and {PROJECT_FILE} may be anybody's", setting.key);
                    let help = "set it in the file of your own, which `trailql config path` names".to_owned();
                    self.wrong("C004", message, setting.place.span.range(), Some(help));
                } else {
                    self.config.defaults.push(Default { command: Some(command.clone()), setting });
                }
            }
        }
    }

    fn archives(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            if !is_name(name) {
                let message = format!("`{name}` is no name of an archive");
                let help = "a name is of letters, digits, `-`, `_` and `.`, and begins with a letter, a digit or `_`";
                self.wrong("C002", message, key.span(), Some(help.to_owned()));
                continue;
            }
            let (location, options) = match value.get_ref() {
                DeValue::Table(table) => {
                    let mut settings = self.settings(table);
                    let location = settings.iter().position(|setting| setting.key == "location");
                    (location.map(|at| settings.remove(at)), settings)
                }
                _ => (self.setting((key, value)), Vec::new()),
            };
            let Some(location) = location else {
                if matches!(value.get_ref(), DeValue::Table(_)) {
                    let help = "add `location = \"s3://bucket/prefix\"`, or a list of locations".to_owned();
                    self.wrong("C003", format!("the archive `{name}` has no location"), key.span(), Some(help));
                }
                continue;
            };
            let locations = match location.value {
                Value::Flag(_) => Vec::new(),
                value => value.texts(),
            };
            if locations.is_empty() || locations.iter().any(String::is_empty) {
                let help = "write a folder, a file, s3://bucket/prefix, or a list of them".to_owned();
                let message = format!("the location of the archive `{name}` is none");
                self.wrong("C003", message, location.value_place.span.range(), Some(help));
                continue;
            }
            let locations = locations.iter().map(|location| self.located(location)).collect();
            let place = self.place(key.span());
            self.config.archives.push(NamedArchive { name: name.to_owned(), place, locations, options });
        }
    }

    /// A location as the working folder sees it: paths start from the folder of the file, `~/` from the home.
    fn located(&self, location: &str) -> String {
        if location.contains("://") {
            return location.to_owned();
        }
        let path = match (location.strip_prefix("~/"), dirs::home_dir()) {
            (Some(below), Some(home)) => home.join(below),
            _ => self.folder.join(location),
        };
        path.to_str().map_or_else(|| location.to_owned(), str::to_owned)
    }

    fn settings(&mut self, table: &DeTable<'_>) -> Vec<Setting> {
        in_order(table).into_iter().filter_map(|entry| self.setting(entry)).collect()
    }

    fn setting(&mut self, (key, value): Entry<'_, '_>) -> Option<Setting> {
        let read = match value.get_ref() {
            DeValue::Array(items) => {
                let texts: Option<Vec<_>> = items.iter().map(|item| text(item.get_ref())).collect();
                texts.map(Value::List)
            }
            DeValue::Boolean(flag) => Some(Value::Flag(*flag)),
            other => text(other).map(Value::Text),
        };
        let Some(read) = read else {
            let name = key.get_ref();
            let message = match value.get_ref() {
                DeValue::Array(_) => format!("the list `{name}` holds something else than texts and numbers"),
                other => format!("`{name}` takes a text, a number, true or false, or a list, not {}", kind(other)),
            };
            self.wrong("C003", message, value.span(), None);
            return None;
        };
        Some(Setting {
            key: key.get_ref().to_string(),
            place: self.place(key.span()),
            value: read,
            value_place: self.place(value.span()),
        })
    }

    fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place { source: self.source.clone(), span: Span::new(span.start, span.end) }
    }

    fn wrong(&mut self, code: &'static str, message: String, span: std::ops::Range<usize>, help: Option<String>) {
        let wrong = Diagnostic::error(code, message).at(Span::new(span.start, span.end), "");
        self.wrong.push(match help {
            Some(help) => wrong.help(help),
            None => wrong,
        });
    }
}

/// The entries of a table as they stand in the file.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// A single value as text.
fn text(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(integer) => whole(integer)?,
        DeValue::Float(float) => float.as_str().to_owned(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

fn whole(integer: &DeInteger<'_>) -> Option<String> {
    if integer.radix() == 10 {
        return Some(integer.as_str().trim_start_matches('+').to_owned());
    }
    i128::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number.to_string())
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A name that no path needs: paths with a `/`, and those that begin with a `.`, are never names.
fn is_name(name: &str) -> bool {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().all(is_inner) && name.starts_with(|first: char| first.is_alphanumeric() || first == '_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &str) -> Result<Config, Diagnostics> {
        read(&Source::new("config.toml", text), Path::new("/etc/trailql"), true)
    }

    fn wrong(text: &str) -> Vec<(usize, &'static str, String)> {
        let found = read_text(text).expect_err(text);
        let line = |wrong: &Diagnostic| {
            let span = wrong.label.as_ref().map_or(Span::default(), |(span, _)| *span);
            Place { source: found.source.clone(), span }.line()
        };
        found.list.iter().map(|wrong| (line(wrong), wrong.code, wrong.message.clone())).collect()
    }

    #[test]
    fn settings_keep_their_places_and_commands_come_after_all() {
        let text =
            "[defaults.hunt]\nlimit = 1_000\n[defaults]\nstrict = true\nsince = 2026-05-01\nregion = [\"a\", \"b\"]\n";
        let config = read_text(text).expect(text);
        let shown: Vec<_> = config
            .defaults
            .iter()
            .map(|default| {
                let of = default.command.as_ref().map_or("", |(command, _)| command.as_str());
                format!("{of} {}={} {}", default.setting.key, default.setting.value, default.setting.place)
            })
            .collect();
        assert_eq!(
            shown,
            [
                " strict=true config.toml:4",
                " since=2026-05-01 config.toml:5",
                " region=a, b config.toml:6",
                "hunt limit=1000 config.toml:2",
            ]
        );
    }

    #[test]
    fn archives_have_locations_that_start_at_their_file() {
        let text = "[archives]\nprod = \"s3://b/p\"\nhere = \"logs\"\n[archives.two]\nlocation = [\"a\", \"/b\"]\nprofile = \"x\"\n";
        let config = read_text(text).expect(text);
        let shown: Vec<_> =
            config.archives.iter().map(|archive| format!("{} {}", archive.name, archive.locations.join(" "))).collect();
        assert_eq!(shown, ["prod s3://b/p", "here /etc/trailql/logs", "two /etc/trailql/a /b"]);
        assert_eq!(config.archives[2].options[0].key, "profile");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(wrong("a = 1\n[defautls]\n").iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(wrong("defaults = 3")[0].2, "`defaults` is a table, not a number");
        assert_eq!(wrong("[archives]\n\"a/b\" = \"x\"")[0].2, "`a/b` is no name of an archive");
        assert_eq!(wrong("[archives.a]\nprofile = \"x\"")[0].2, "the archive `a` has no location");
        assert_eq!(wrong("[archives]\na = true")[0].2, "the location of the archive `a` is none");
        assert_eq!(wrong("[params]\na = [[1]]")[0].1, "C003");
        assert_eq!(wrong("[params\na = 1")[0].1, "C001");
        assert_eq!(wrong("[params]\na = 1\na = 2")[0].0, 3);
    }

    #[test]
    fn programs_are_not_taken_from_a_folder_somebody_else_has_packed() {
        let source = Source::new(PROJECT_FILE, "[defaults.shell]\npager = \"curl evil\"\ntimer = true\n");
        let found = read(&source, Path::new(""), false).expect_err("a program");
        assert_eq!(found.list[0].code, "C004");
        assert!(read(&source, Path::new(""), true).is_ok());
    }

    #[test]
    fn a_later_archive_replaces_an_earlier_one_as_a_whole() {
        let mut config =
            read_text("[archives.a]\nlocation = \"s3://b\"\nrole-arn = \"r\"\n[params]\nx = 1\n").expect("one");
        config.add(read_text("[archives]\na = \"s3://c\"\n[params]\nx = 2\ny = 3\n").expect("another"));
        assert_eq!(config.archives.len(), 1);
        assert!(config.archives[0].options.is_empty());
        let params: Vec<_> = config.params.iter().map(|param| format!("{}={}", param.key, param.value)).collect();
        assert_eq!(params, ["x=2", "y=3"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in prop_oneof![any::<String>(), "[a-z\\[\\]=\"'\n.#1{}, ]{0,60}"]) {
            let _ = read_text(&text);
        }
    }
}
