//! What kind of thing SQL wants where the cursor stands, by the tokens before it.

use super::code::Code;
use super::keywords::{self, is_keyword};
use super::scope;
use crate::repl::input::tokens::Kind;

/// What is wanted where the cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A statement, or a query in brackets.
    Statement,
    Table,
    /// A value: a column, a function, a literal.
    Value,
    /// What goes on after a value or a table.
    Operator,
    /// One of these words.
    Words(&'static [&'static str]),
    Type,
    /// Something that only the writer knows.
    Name,
}

/// The function whose call the cursor stands in.
pub(super) fn call(code: &Code) -> Option<usize> {
    let open = scope::open_brackets(code, code.at).pop()?;
    let name = open.checked_sub(1)?;
    let is_query = code.is_word(open + 1, &["select", "with"]);
    let is_call = code.kind(name) == Some(Kind::Word) && !code.is_word(name, &["in", "as", "exists"]);
    (is_call && !is_query).then_some(name)
}

/// Whether a `CASE` is open.
pub(super) fn is_in_case(code: &Code) -> bool {
    let count = |word| (0..code.at).filter(|&at| code.is_word(at, &[word])).count();
    count("case") > count("end")
}

/// The part of the query that the cursor stands in; empty within a bracket that is no query.
pub(super) fn clause(code: &Code) -> &'static str {
    const PARTS: &[&str] = &["SELECT", "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT"];
    let mut depth = 0_usize;
    for at in (0..code.at).rev() {
        if code.is(at, ")") {
            depth += 1;
        } else if code.is(at, "(") {
            if depth == 0 {
                return "";
            }
            depth -= 1;
        } else if depth == 0 {
            if code.is_word(at, &["on", "using"]) {
                return "FROM";
            }
            if let Some(part) = PARTS.iter().find(|part| code.is_word(at, &[part])) {
                return part;
            }
        }
    }
    ""
}

/// What is wanted at the cursor.
pub(super) fn at_cursor(code: &Code) -> Wanted {
    let Some(last) = code.at.checked_sub(1) else { return Wanted::Statement };
    let before = |words: &[&str]| last.checked_sub(1).is_some_and(|at| code.is_word(at, words));
    let word = code.of(last).to_ascii_uppercase();
    match code.kind(last) {
        Some(Kind::Symbol) => return after_symbol(code, last),
        Some(Kind::Word) => {}
        _ => return Wanted::Operator,
    }
    match word.as_str() {
        "FROM" if call(code).is_some() || before(&["distinct"]) => Wanted::Value,
        "FROM" | "JOIN" | "INTO" | "UPDATE" | "DESCRIBE" | "LATERAL" => Wanted::Table,
        "DESC" if last == 0 => Wanted::Table,
        "TABLE" | "VIEW" if before(&["drop", "alter", "repair", "create"]) => {
            let is_new = before(&["create"]) && !code.is_word(0, &["show"]);
            if is_new { Wanted::Name } else { Wanted::Table }
        }
        "AS" if call(code).is_some_and(|name| code.is_word(name, &["cast", "try_cast"])) => Wanted::Type,
        "AS" if code.is_word(0, &["create", "prepare"]) && clause(code).is_empty() => {
            Wanted::Words(&["SELECT", "WITH"])
        }
        "AS" | "LIMIT" | "OFFSET" | "WITH" | "PREPARE" | "INTERVAL" | "ESCAPE" => Wanted::Name,
        "DATE" | "TIMESTAMP" | "TIME" => Wanted::Operator,
        "NOT" if before(&["is"]) => Wanted::Words(&["NULL", "DISTINCT FROM", "TRUE", "FALSE"]),
        "ALL" if before(&["union", "intersect", "except"]) => Wanted::Words(&["SELECT"]),
        "SELECT" | "DISTINCT" | "ALL" | "WHERE" | "AND" | "OR" | "NOT" | "ON" | "HAVING" | "BY" | "WHEN" | "THEN"
        | "ELSE" | "CASE" | "BETWEEN" | "LIKE" | "SET" => Wanted::Value,
        "IN" | "EXISTS" | "USING" => Wanted::Words(&["("]),
        _ => match keywords::following(&word) {
            // `LEFT(` and the like are no joins; as a column's name they are in quotes.
            Some(words) if is_keyword(&word) || last == 0 || before(&["create", "or", "msck"]) => Wanted::Words(words),
            _ => Wanted::Operator,
        },
    }
}

fn after_symbol(code: &Code, last: usize) -> Wanted {
    let before = |words: &[&str]| last.checked_sub(1).is_some_and(|at| code.is_word(at, words));
    match code.of(last) {
        ")" | "]" => Wanted::Operator,
        "(" if before(&["from", "join", "as"]) => Wanted::Words(&["SELECT", "WITH"]),
        "(" if before(&["over"]) => Wanted::Words(&["PARTITION BY", "ORDER BY"]),
        "(" if before(&["filter"]) => Wanted::Words(&["WHERE"]),
        "," if clause(code) == "FROM" => Wanted::Table,
        "*" => {
            let is_star = last.checked_sub(1).is_none_or(|at| {
                code.is_word(at, &["select", "distinct"]) || [",", "(", "."].iter().any(|symbol| code.is(at, symbol))
            });
            if is_star { Wanted::Operator } else { Wanted::Value }
        }
        ";" => Wanted::Statement,
        // A placeholder.
        symbol if symbol.starts_with('$') || symbol == "?" => Wanted::Operator,
        ":" => Wanted::Name,
        _ => Wanted::Value,
    }
}
