//! Meta commands, and what may follow each.

use std::collections::BTreeSet;

use super::rank::Candidate;
use super::{Found, World, files, keywords, members, of_language};
use crate::insights;
use crate::output::FORMATS;
use crate::repl::commands::{self, Argument};
use crate::repl::input::calls;
use crate::schema::columns;
use crate::session::Language;

/// The names of the meta commands, those of the command line with them.
pub(super) fn names(world: &World<'_>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for (names, _) in commands::known() {
        for (index, name) in names.iter().enumerate() {
            // The documented name first.
            found.push(Candidate::word(*name).weighing(u8::from(index == 0)));
        }
    }
    found.extend(world.around.commands().into_iter().map(|name| Candidate::word(format!(".{name}")).weighing(1)));
    found
}

/// What may stand at the end of a line that begins like a meta command.
pub(super) fn find(line: &str, rest: &str, world: &World<'_>) -> Option<Found> {
    let Some(blank) = line.find(char::is_whitespace) else {
        return Some(Found { start: 0, typed: line.to_owned(), candidates: names(world) });
    };
    let name = line.get(..blank)?;
    let argument = line.get(blank..)?.trim_start();
    let start = line.len() - argument.len();
    let known = commands::known().find(|(names, _)| names.contains(&name));
    let Some((_, follows)) = known else { return command_line(line, argument, start, world) };
    let whole = |candidates| Some(Found { start, typed: argument.to_owned(), candidates });
    match follows {
        Argument::Nothing | Argument::Event | Argument::Text => None,
        Argument::Table => table(argument, world).map(|found| found.after(start)),
        Argument::Format => {
            whole(FORMATS.iter().filter(|info| info.text).map(|info| Candidate::word(info.name)).collect())
        }
        Argument::Language => whole(["auto", "filter", "insights", "sigma", "sql"].map(Candidate::word).to_vec()),
        Argument::File => whole(files(argument)),
        Argument::Archive => {
            let mut found = files(argument);
            found.extend(world.around.archives().into_iter().map(Candidate::word));
            whole(found)
        }
        Argument::Time => whole(["1h", "24h", "7d", "30d", "90d"].map(Candidate::word).to_vec()),
        Argument::SavedQuery => whole(world.around.saved_queries().into_iter().map(Candidate::word).collect()),
        Argument::Account => whole(learned(&world.words.learned.accounts)),
        Argument::Region => whole(learned(&world.words.learned.regions)),
        Argument::Topic => {
            let (last, typed) = last_word(argument);
            Some(Found { start: start + last, typed: typed.to_owned(), candidates: topics(world) })
        }
        Argument::Function => {
            let function =
                |(name, usage): &(&str, &str)| Candidate { display: (*usage).to_owned(), ..Candidate::word(*name) };
            whole(calls::of(Language::Sql).iter().map(function).collect())
        }
        Argument::Word(words) => whole(words.iter().map(|word| Candidate::word(*word)).collect()),
        Argument::Query => {
            let language = world.language.unwrap_or_else(|| Language::of_text(argument));
            if argument.chars().all(|c| c.is_alphanumeric() || c == '_') {
                let mut candidates = keywords::cased(keywords::STATEMENTS, argument, "");
                candidates.extend(insights::commands::ALL.iter().map(|row| Candidate::word(row.name)));
                return whole(candidates);
            }
            of_language(argument, rest, language, world).map(|found| found.after(start))
        }
    }
}

/// What may stand in the arguments of a command of the command line.
fn command_line(line: &str, argument: &str, start: usize, world: &World<'_>) -> Option<Found> {
    let command = line.strip_prefix('.')?;
    let name = command.split_whitespace().next()?;
    world.around.commands().iter().find(|known| *known == name)?;
    let (last, typed) = last_word(argument);
    let mut candidates: Vec<_> = world.around.command_line(command).into_iter().map(Candidate::word).collect();
    if !typed.starts_with('-') {
        candidates.extend(files(typed));
    }
    Some(Found { start: start + last, typed: typed.to_owned(), candidates })
}

/// Where the last word of a text begins, and the word.
fn last_word(text: &str) -> (usize, &str) {
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + text.get(at..).and_then(first_length).unwrap_or(1));
    (start, text.get(start..).unwrap_or_default())
}

fn first_length(text: &str) -> Option<usize> {
    text.chars().next().map(char::len_utf8)
}

/// A table, or one of a schema.
fn table(argument: &str, world: &World<'_>) -> Option<Found> {
    let tables = world.around.tables();
    let (schema, typed) = match argument.rsplit_once('.') {
        Some((schema, typed)) => (Some(schema), typed),
        None => (None, argument),
    };
    let is_wanted = |table: &&crate::session::KnownTable| match schema {
        Some(schema) => table.schema.eq_ignore_ascii_case(schema.trim_matches('"')),
        None => table.is_default,
    };
    let mut candidates: Vec<_> = tables.iter().filter(is_wanted).map(members::table).collect();
    if schema.is_none() {
        candidates.extend(tables.iter().map(|table| members::column(&table.schema).weighing(0)));
    }
    Some(Found { start: argument.len() - typed.len(), typed: typed.to_owned(), candidates })
}

fn learned(words: &BTreeSet<Box<str>>) -> Vec<Candidate> {
    words.iter().map(|word| Candidate::word(&**word)).collect()
}

/// What help is there for.
fn topics(world: &World<'_>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = names(world);
    found.extend(commands::known().filter_map(|(names, _)| Some(Candidate::word(names.first()?.get(1..)?))));
    found.extend(insights::commands::ALL.iter().map(|row| Candidate::word(row.name)));
    found.extend(
        columns::ALL.iter().filter(|column| !column.json.is_empty()).map(|column| Candidate::word(column.json)),
    );
    for language in [Language::Sql, Language::Insights] {
        found.extend(calls::of(language).iter().map(|(name, _)| Candidate::word(*name).weighing(0)));
    }
    found
}
