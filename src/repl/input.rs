//! Reading statements: when one is complete, and what may stand at the cursor.

use rustyline::completion::{Completer, Pair};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter, Hinter};

use super::commands;
use crate::schema::columns;
use crate::session::Language;

/// The editor's helper.
#[derive(Helper, Hinter, Highlighter)]
pub(super) struct Input {
    words: Vec<String>,
}

impl Input {
    pub(super) fn new(tables: Vec<String>) -> Self {
        let columns = columns::ALL.iter();
        let json = columns.clone().map(|column| column.json).filter(|json| !json.is_empty());
        let mut words: Vec<String> = columns.map(|column| column.name).chain(json).map(str::to_owned).collect();
        words.extend(crate::insights::commands::ALL.iter().map(|row| row.name.to_owned()));
        words.extend(["SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT"].map(str::to_owned));
        words.extend(tables);
        words.sort();
        words.dedup();
        Self { words }
    }
}

/// Whether a text is a whole statement. A meta command is one line; SQL ends with `;`, a pipe query also with an empty line.
pub(super) fn is_complete(text: &str) -> bool {
    let trimmed = text.trim();
    let is_meta = trimmed.starts_with(['.', '\\']);
    let ends_empty = text.ends_with('\n') && Language::of_text(text) == Language::Insights;
    trimmed.is_empty() || is_meta || trimmed.ends_with(';') || ends_empty
}

impl Validator for Input {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_complete(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
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
        let metas = commands::ALL.iter().flat_map(|meta| meta.names).copied().filter(|_| start == 0);
        let lower = word.to_lowercase();
        let candidates =
            self.words.iter().map(String::as_str).chain(metas).filter(|known| known.to_lowercase().starts_with(&lower));
        let pairs = candidates.map(|known| Pair { display: known.to_owned(), replacement: known.to_owned() }).collect();
        Ok((start, pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_where_they_say_so() {
        assert!(is_complete(".tables"));
        assert!(is_complete("SELECT 1;"));
        assert!(!is_complete("SELECT 1"));
        assert!(!is_complete("SELECT 1\n"));
        assert!(!is_complete("stats count(*)"));
        assert!(is_complete("stats count(*)\n"));
        assert!(is_complete("stats count(*);"));
    }
}
