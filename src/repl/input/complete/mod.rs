//! What may stand at the cursor, in any language and in meta commands.

mod code;
mod fields;
mod insights;
mod keywords;
mod members;
mod meta;
mod patterns;
mod rank;
mod scope;
mod sql;
#[cfg(test)]
mod tests;
mod values;
mod wanted;

use rustyline::completion::{FilenameCompleter, Pair};

use super::statements::{self, Ending};
use crate::repl::words::Known;
use crate::session::{KnownTable, Language};

pub(super) use keywords::is_keyword;
use rank::Candidate;

/// What the shell knows that changes while it runs.
pub(in crate::repl) trait Surroundings {
    /// The tables of every archive and schema.
    fn tables(&self) -> Vec<KnownTable>;

    /// Names of saved queries.
    fn saved_queries(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names of archives, from the configuration.
    fn archives(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names of the commands of the command line that the shell runs.
    fn commands(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the word at the end of a command line may be. The line begins with the command, without dot.
    fn command_line(&self, _line: &str) -> Vec<String> {
        Vec::new()
    }
}

/// What there is to choose from.
pub(super) struct World<'w> {
    pub(super) around: &'w dyn Surroundings,
    pub(super) words: &'w Known,
    /// The language that was chosen; none when each text tells its own.
    pub(super) language: Option<Language>,
}

/// What may stand somewhere: where it begins, what was typed of it so far, and what it could be.
#[derive(Debug, Default)]
struct Found {
    start: usize,
    typed: String,
    candidates: Vec<Candidate>,
}

impl Found {
    /// Moves the place by what stands before the text that was looked at.
    fn after(mut self, start: usize) -> Self {
        self.start += start;
        self
    }
}

/// What may stand at a position, and from where on it takes the place of the text.
pub(super) fn complete(text: &str, position: usize, world: &World<'_>) -> (usize, Vec<Pair>) {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    match find(text, position, world) {
        Some(found) if found.start <= position && text.is_char_boundary(found.start) => {
            (found.start, rank::pairs(&found.typed, found.candidates))
        }
        _ => (position, Vec::new()),
    }
}

fn find(text: &str, position: usize, world: &World<'_>) -> Option<Found> {
    let before = text.get(..position)?;
    let pieces = statements::typed(before, world.language);
    // A command whose line goes on up to the cursor is still being typed.
    let is_open = |ending: Ending, end: usize| match ending {
        Ending::Open => true,
        Ending::Line => !before.get(end..).unwrap_or_default().contains('\n'),
        _ => false,
    };
    let open = pieces.last().filter(|last| is_open(last.ending, last.start + last.text.len()));
    let Some(open) = open else { return begin(before, "", position, world) };
    let statement = before.get(open.start..)?;
    let rest = text.get(position..)?;
    match open.language {
        None => meta::find(statement, rest, world).map(|found| found.after(open.start)),
        Some(_) if is_first_word(statement) => begin(before, statement, open.start, world),
        Some(language) => of_language(statement, rest, language, world).map(|found| found.after(open.start)),
    }
}

/// What may stand at the end of a statement's text.
fn of_language(statement: &str, rest: &str, language: Language, world: &World<'_>) -> Option<Found> {
    match language {
        Language::Sql => sql::find(statement, rest, world),
        Language::Insights => insights::find(statement, rest, world),
        Language::Filter => patterns::find(statement, rest, world),
        Language::Sigma => None,
    }
}

fn is_first_word(statement: &str) -> bool {
    statement.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A statement begins here: its language is not known yet, unless somebody chose it.
fn begin(before: &str, typed: &str, start: usize, world: &World<'_>) -> Option<Found> {
    // Within a comment nothing is offered, and neither is anything after one on its line.
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    if typed.is_empty() && (line.starts_with("--") || line.starts_with('#') || line.starts_with("//")) {
        return None;
    }
    let mut candidates = Vec::new();
    if world.language.is_none_or(|language| language == Language::Sql) {
        candidates.extend(keywords::cased(keywords::STATEMENTS, typed, ""));
    }
    match world.language {
        None | Some(Language::Insights) => {
            candidates.extend(crate::insights::commands::ALL.iter().map(|row| Candidate::word(row.name)));
        }
        Some(Language::Filter) => {
            return patterns::find(before.get(start..)?, "", world).map(|found| found.after(start));
        }
        _ => {}
    }
    if typed.is_empty() {
        candidates.extend(meta::names(world));
    }
    Some(Found { start, typed: typed.to_owned(), candidates })
}

/// Files by the beginning of their path, which no escapes are in.
fn files(typed: &str) -> Vec<Candidate> {
    // Between quotes no character is special, and that is what is needed; a quote would end it.
    if typed.contains(['\'', '\0']) {
        return Vec::new();
    }
    let quoted = format!("'{typed}");
    let Ok((_, found)) = FilenameCompleter::new().complete_path(&quoted, quoted.len()) else { return Vec::new() };
    let is_plain = |pair: &Pair| !pair.replacement.chars().any(|c| c.is_control() || c == '\'');
    let candidate = |pair: Pair| Candidate { display: pair.display, ..Candidate::exactly(pair.replacement) };
    found.into_iter().filter(is_plain).map(candidate).collect()
}
