//! Reading statements: when one is complete, and what may stand at the cursor.

use rustyline::completion::{Completer, Pair};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter, Hinter};

use super::commands;
use crate::insights;
use crate::schema::columns;
use crate::session::Language;

/// The editor's helper.
#[derive(Helper, Hinter, Highlighter)]
pub(super) struct Input {
    /// What may stand somewhere in SQL, and what a query may begin with.
    words: Vec<String>,
    /// Fields of Logs Insights.
    fields: Vec<String>,
}

impl Input {
    pub(super) fn new(tables: Vec<String>) -> Self {
        let columns = columns::ALL.iter();
        let json = columns.clone().map(|column| column.json).filter(|json| !json.is_empty());
        let system = insights::SYSTEM_FIELDS.iter().copied();
        let fields = json.clone().chain(system).map(str::to_owned).collect();
        let mut words: Vec<String> = columns.map(|column| column.name).chain(json).map(str::to_owned).collect();
        words.extend(insights::commands::ALL.iter().map(|row| row.name.to_owned()));
        words.extend(["SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT"].map(str::to_owned));
        words.extend(tables);
        words.sort();
        words.dedup();
        Self { words, fields }
    }
}

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Plain,
    Vertical,
}

/// One statement of a text.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) ending: Ending,
}

pub(super) fn split(text: &str, _: Option<Language>) -> Vec<Piece> {
    let (text, ending) = match text.trim().strip_suffix("\\G") {
        Some(text) => (text, Ending::Vertical),
        None => (text, Ending::Plain),
    };
    vec![Piece { text: text.trim().trim_end_matches(';').to_owned(), ending }]
}

impl Input {
    pub(super) fn set_language(&mut self, _: Option<Language>) {}
}

/// Whether a text is a whole statement. A meta command is one line; SQL ends with `;`, a pipe query also with an empty line.
pub(super) fn is_complete(text: &str, _: Option<Language>) -> bool {
    let trimmed = text.trim();
    let is_meta = trimmed.starts_with(['.', '\\']);
    let ends = match Language::of_text(text) {
        Language::Sql => false,
        Language::Insights | Language::Sigma => text.ends_with('\n'),
        Language::Filter => text.ends_with('\n') || trimmed.ends_with('}'),
    };
    trimmed.is_empty() || is_meta || trimmed.ends_with(';') || ends
}

impl Validator for Input {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_complete(context.input(), None) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Completer for Input {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..position).unwrap_or(line);
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '\\')))
            .map_or(0, |at| at + 1);
        let word = before.get(start..).unwrap_or_default();
        if word.is_empty() {
            return Ok((position, Vec::new()));
        }
        Ok((start, self.candidates(before, word, start == 0).into_iter().map(pair).collect()))
    }
}

impl Input {
    /// What the word at the end of a text may become.
    fn candidates(&self, text: &str, word: &str, is_first: bool) -> Vec<String> {
        let metas = commands::known().flat_map(|(names, _)| names).copied().filter(|_| is_first);
        let mut known: Vec<String> = metas.map(str::to_owned).collect();
        if Language::of_text(text) == Language::Insights && !is_first {
            let expected = insights::expected_at(text, text.len());
            if expected.iter().any(|what| what == "<field>") {
                known.extend(self.fields.iter().cloned());
            }
            known.extend(expected.into_iter().filter(|what| !what.starts_with('<')));
        } else {
            known.extend(self.words.iter().cloned());
        }
        let lower = word.to_lowercase();
        known.retain(|known| known.to_lowercase().starts_with(&lower));
        known
    }
}

fn pair(known: String) -> Pair {
    Pair { display: known.clone(), replacement: known }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipe_queries_are_completed_with_what_their_parser_expects() {
        let input = Input::new(vec!["cloudtrail".to_owned()]);
        let check = |text: &str, wanted: &[&str]| {
            let word = text.rsplit([' ', '(']).next().unwrap_or_default();
            assert_eq!(input.candidates(text, word, text == word), wanted, "{text}");
        };
        check("fillm", &["fillmissing"]);
        check("filter eventN", &["eventName"]);
        check("filter eventName li", &["like"]);
        check("fields eventName | lim", &["limit"]);
        check("stats count(*) b", &["by"]);
        check("stats count(*) by @ti", &["@timestamp"]);
        check("fields strl", &["strlen("]);
        check("SELECT eventna", &["eventName", "eventname"]);
    }

    #[test]
    fn statements_end_where_they_say_so() {
        assert!(is_complete(".tables", None));
        assert!(is_complete("SELECT 1;", None));
        assert!(!is_complete("SELECT 1", None));
        assert!(!is_complete("SELECT 1\n", None));
        assert!(!is_complete("stats count(*)", None));
        assert!(is_complete("stats count(*)\n", None));
        assert!(is_complete("stats count(*);", None));
    }
}
