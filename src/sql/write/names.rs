//! Names: readable ones for what the plan has no name to show for, and quotes around those that need them.

use std::collections::HashSet;

use datafusion::arrow::datatypes::DataType;
use datafusion::sql::sqlparser::keywords::{
    ALL_KEYWORDS, ALL_KEYWORDS_INDEX, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_IDENTIFIER, RESERVED_FOR_TABLE_ALIAS,
};

/// The type of what nobody told the type of.
pub(super) const UNKNOWN: DataType = DataType::Utf8;

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name, or it with a number where it is taken.
    pub(super) fn fresh(&mut self, name: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        let fresh = candidates.find(|candidate| !self.0.contains(candidate)).unwrap_or_default();
        self.0.insert(fresh.clone());
        fresh
    }
}

/// A name that needs no quotes, after one that commands made: `userIdentity.arn#3` is `useridentity_arn`.
pub(super) fn plain(name: &str) -> String {
    let name = name.split_once('#').map_or(name, |(name, _)| name);
    let mut plain = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            plain.push(character.to_ascii_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('_') {
            plain.push('_');
        }
    }
    let plain = plain.trim_end_matches('_');
    match plain.chars().next() {
        None => "field".to_owned(),
        Some(first) if first.is_ascii_digit() || is_keyword(plain) => format!("field_{plain}"),
        Some(_) => plain.to_owned(),
    }
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_');
    if is_plain && !is_keyword(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Whether a reader of SQL may take the word for one of its own.
fn is_keyword(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let known = ALL_KEYWORDS.binary_search(&upper.as_str()).ok().and_then(|at| ALL_KEYWORDS_INDEX.get(at));
    let is_reserved = known.is_some_and(|keyword| {
        RESERVED_FOR_COLUMN_ALIAS.contains(keyword)
            || RESERVED_FOR_TABLE_ALIAS.contains(keyword)
            || RESERVED_FOR_IDENTIFIER.contains(keyword)
    });
    is_reserved || TRINO.contains(&upper.as_str())
}

/// Source: Trino's documentation, "Keywords and identifiers"; and words that begin an expression.
const TRINO: &[&str] = &[
    "ALL",
    "ALTER",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CUBE",
    "CURRENT_CATALOG",
    "CURRENT_DATE",
    "CURRENT_PATH",
    "CURRENT_ROLE",
    "CURRENT_SCHEMA",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "DEALLOCATE",
    "DEFAULT",
    "DELETE",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXECUTE",
    "EXISTS",
    "EXTRACT",
    "FALSE",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "GROUPING",
    "HAVING",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "JSON_ARRAY",
    "JSON_EXISTS",
    "JSON_OBJECT",
    "JSON_QUERY",
    "JSON_TABLE",
    "JSON_VALUE",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LISTAGG",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "MAP",
    "NATURAL",
    "NORMALIZE",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "POSITION",
    "PREPARE",
    "RECURSIVE",
    "RIGHT",
    "ROLLUP",
    "ROW",
    "SELECT",
    "SET",
    "SKIP",
    "SOME",
    "STRUCT",
    "SUBSTRING",
    "TABLE",
    "THEN",
    "TO",
    "TRIM",
    "TRUE",
    "TRY_CAST",
    "UESCAPE",
    "UNION",
    "UNNEST",
    "USER",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_commands_made_become_readable() {
        for (made, expected) in [
            ("userIdentity.arn#3", "useridentity_arn"),
            ("count(*)#12", "count"),
            ("@timestamp", "timestamp"),
            ("5m#1", "field_5m"),
            ("@#1", "field"),
            ("order#2", "field_order"),
            ("é#2", "field"),
        ] {
            assert_eq!(plain(made), expected, "{made}");
        }
    }

    #[test]
    fn a_name_is_taken_once() {
        let mut names = Names::default();
        assert_eq!([names.fresh("a"), names.fresh("a"), names.fresh("a")], ["a", "a_2", "a_3"]);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, expected) in [
            ("eventname", "eventname"),
            ("eventName", "\"eventName\""),
            ("count(*)", "\"count(*)\""),
            ("a\"b", "\"a\"\"b\""),
            ("order", "\"order\""),
            ("select", "\"select\""),
            ("1st", "\"1st\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(name), expected, "{name}");
        }
    }
}
