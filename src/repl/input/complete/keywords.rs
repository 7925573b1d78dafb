//! The words of SQL: which there are, and which may follow which.

use super::rank::Candidate;

/// What a statement begins with.
pub(super) const STATEMENTS: &[&str] = &[
    "SELECT",
    "WITH",
    "EXPLAIN",
    "EXPLAIN ANALYZE",
    "SHOW",
    "DESCRIBE",
    "CREATE",
    "DROP",
    "ALTER TABLE",
    "VALUES",
    "INSERT INTO",
    "PREPARE",
    "EXECUTE",
    "DEALLOCATE PREPARE",
    "UNLOAD",
    "COPY",
    "MSCK REPAIR TABLE",
    "SET",
    "RESET",
];

/// What an expression may begin with, beside names and functions.
pub(super) const EXPRESSIONS: &[&str] = &[
    "CASE",
    "CAST(",
    "TRY_CAST(",
    "EXISTS",
    "EXTRACT(",
    "FALSE",
    "INTERVAL",
    "NOT",
    "NULL",
    "TRUE",
    "DATE",
    "TIMESTAMP",
    "ARRAY[",
];

/// What goes on after a value.
pub(super) const OPERATORS: &[&str] =
    &["AND", "OR", "IN", "IS NULL", "IS NOT NULL", "LIKE", "BETWEEN", "NOT IN", "NOT LIKE", "NOT BETWEEN"];

/// What follows the tables of a query.
pub(super) const AFTER_TABLE: &[&str] = &[
    "AS",
    "CROSS JOIN",
    "FULL JOIN",
    "INNER JOIN",
    "JOIN",
    "LEFT JOIN",
    "ON",
    "RIGHT JOIN",
    "USING",
    "WHERE",
    "CROSS JOIN UNNEST(",
];

/// The types that a value is cast to.
pub(super) const TYPES: &[&str] = &[
    "ARRAY",
    "BIGINT",
    "BOOLEAN",
    "DATE",
    "DECIMAL",
    "DOUBLE",
    "INTEGER",
    "JSON",
    "MAP",
    "REAL",
    "SMALLINT",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE",
    "TINYINT",
    "VARCHAR",
    "VARBINARY",
];

/// What may follow a query's parts, each from the part at which it begins.
const CLAUSES: &[(&str, &[&str])] = &[
    ("SELECT", &["AS", "FROM"]),
    ("FROM", AFTER_TABLE),
    ("WHERE", &[]),
    ("GROUP", &["GROUP BY"]),
    ("HAVING", &["HAVING"]),
    ("WINDOW", &["WINDOW"]),
    ("ORDER", &["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "ORDER BY"]),
    ("LIMIT", &["LIMIT", "OFFSET"]),
];

/// What may follow the part of a query that begins with a word.
pub(super) fn after_clause(clause: &str) -> Vec<&'static str> {
    let at = CLAUSES.iter().position(|(name, _)| *name == clause);
    let mut words: Vec<&str> = match clause {
        "ORDER" => vec!["ASC", "DESC", "NULLS FIRST", "NULLS LAST"],
        // Without tables nothing of the rest makes sense but a union.
        "SELECT" => return vec!["AS", "FROM", "UNION", "UNION ALL", "OVER (", "FILTER (WHERE"],
        _ => Vec::new(),
    };
    let Some(at) = at else { return words };
    if clause == "FROM" {
        words.extend(AFTER_TABLE);
    }
    words.extend(CLAUSES.iter().skip(at + 1).flat_map(|(_, words)| words.iter()));
    words
}

/// What must follow a word.
pub(super) fn following(word: &str) -> Option<&'static [&'static str]> {
    let words: &[&str] = match word {
        "GROUP" | "ORDER" | "PARTITION" => &["BY"],
        "INNER" | "CROSS" => &["JOIN"],
        "LEFT" | "RIGHT" | "FULL" => &["JOIN", "OUTER JOIN"],
        "OUTER" => &["JOIN"],
        "IS" => &["NULL", "NOT NULL", "DISTINCT FROM", "NOT DISTINCT FROM", "TRUE", "FALSE"],
        "UNION" => &["ALL", "SELECT", "DISTINCT"],
        "INTERSECT" | "EXCEPT" => &["SELECT", "ALL"],
        "NULLS" => &["FIRST", "LAST"],
        "INSERT" => &["INTO"],
        "EXPLAIN" => &["ANALYZE", "SELECT", "WITH"],
        "ANALYZE" => &["SELECT", "WITH"],
        "SHOW" => &[
            "TABLES",
            "COLUMNS FROM",
            "CREATE TABLE",
            "CREATE VIEW",
            "DATABASES",
            "FUNCTIONS",
            "FUNCTIONS LIKE",
            "PARTITIONS",
            "SCHEMAS",
            "TBLPROPERTIES",
            "VIEWS",
        ],
        "CREATE" => &[
            "TABLE",
            "VIEW",
            "OR REPLACE VIEW",
            "EXTERNAL TABLE",
            "EXTERNAL TABLE IF NOT EXISTS",
            "DATABASE",
            "SCHEMA",
        ],
        "DROP" => &["TABLE", "VIEW", "TABLE IF EXISTS", "VIEW IF EXISTS", "DATABASE", "SCHEMA"],
        "ALTER" => &["TABLE"],
        "REPLACE" => &["VIEW"],
        "EXTERNAL" => &["TABLE", "TABLE IF NOT EXISTS"],
        "OVER" | "FILTER" => &["("],
        "MSCK" => &["REPAIR TABLE"],
        "DEALLOCATE" => &["PREPARE"],
        "WITHIN" => &["GROUP (ORDER BY"],
        _ => return None,
    };
    Some(words)
}

/// Words that are never a name in a query.
const RESERVED: &[&str] = &[
    "ALL",
    "ALTER",
    "ANALYZE",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CREATE",
    "CROSS",
    "DEALLOCATE",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXECUTE",
    "EXISTS",
    "EXPLAIN",
    "EXTRACT",
    "FALSE",
    "FILTER",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MSCK",
    "NATURAL",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PREPARE",
    "RIGHT",
    "ROWS",
    "SELECT",
    "SET",
    "SHOW",
    "TABLE",
    "THEN",
    "TRUE",
    "TRY_CAST",
    "UNION",
    "UNLOAD",
    "UNNEST",
    "UPDATE",
    "USING",
    "VALUES",
    "VIEW",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHIN",
];

/// Whether a word is never a name, in any case.
pub(in crate::repl::input) fn is_keyword(word: &str) -> bool {
    word.len() <= 16 && RESERVED.binary_search(&word.to_ascii_uppercase().as_str()).is_ok()
}

/// Keywords in the case of what is typed, else in that of what the statement begins with.
pub(super) fn cased(words: &[&str], typed: &str, statement: &str) -> Vec<Candidate> {
    let letters = |text: &str| text.chars().find(|c| c.is_alphabetic());
    let is_lower = letters(typed).or_else(|| letters(statement)).is_some_and(char::is_lowercase);
    let word = |word: &&str| Candidate::word(if is_lower { word.to_lowercase() } else { (*word).to_owned() });
    words.iter().map(word).map(|candidate| candidate.weighing(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(is_keyword("select") && is_keyword("WITHIN") && !is_keyword("eventname") && !is_keyword("é"));
    }
}
