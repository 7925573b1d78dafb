//! From DataFusion's errors in planning to diagnostics with a place and a remedy.

use datafusion::common::{DataFusionError, SchemaError};
use datafusion::sql::sqlparser::tokenizer;

use super::span;
use crate::diag::{Diagnostic, Source, closest};
use crate::functions;
use crate::schema::columns;

/// What DataFusion could not plan, as a diagnostic on the text. `tables` and `functions` are the names it could have meant.
#[must_use]
pub fn diagnose(source: &Source, error: &DataFusionError, tables: &[String], functions: &[String]) -> Diagnostic {
    let mut diagnostic = match error.find_root() {
        DataFusionError::SchemaError(error, _) => of_schema(error),
        DataFusionError::Plan(sentence) => of_plan(sentence, tables, functions),
        other => {
            let sentence = other.strip_backtrace();
            if sentence.contains("Unsupported ast node in sqltorel: Lambda") {
                return Diagnostic::error("S005", "a function `x -> …` stands where no function takes one")
                    .help("`transform`, `filter`, `reduce`, `any_match`, `zip_with` and the like take functions");
            }
            of_arguments(&sentence).unwrap_or_else(|| Diagnostic::error("S005", tidy(&sentence)))
        }
    };
    let place = place(source, error, &diagnostic);
    let marked = place.and_then(|place| source.text.get(place.range())).unwrap_or_default();
    if let Some(text) = marked.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        diagnostic.help.clear();
        diagnostic = diagnostic.help(format!("text stands in single quotes: '{text}'; double quotes name columns"));
    }
    match place {
        Some(place) if diagnostic.label.is_none() => diagnostic.at(place, ""),
        _ => diagnostic,
    }
}

fn of_schema(error: &SchemaError) -> Diagnostic {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let name = field.name();
            if let Some(relation) = &field.relation
                && !valid_fields.is_empty()
                && !valid_fields
                    .iter()
                    .any(|known| known.relation.as_ref().is_some_and(|known| known.table() == relation.table()))
            {
                return Diagnostic::error("S003", format!("no table or alias is named `{relation}` here"));
            }
            let known = valid_fields.iter().map(|field| field.name());
            let diagnostic = Diagnostic::error("S002", format!("no column is named `{name}`"));
            match closest(name, known.chain(columns::ALL.iter().map(|column| column.name))) {
                Some(close) if close != name => diagnostic.help(format!("`{close}` has a similar name")),
                _ => diagnostic.help("`DESCRIBE cloudtrail` lists the columns; `json_extract_scalar(eventjson, '$.path')` reaches any field"),
            }
        }
        SchemaError::AmbiguousReference { field } => {
            Diagnostic::error("S005", format!("column `{}` stands in more than one table here", field.name()))
                .help("write the table's name or alias before it")
        }
        other => Diagnostic::error("S005", tidy(&other.to_string())),
    }
}

fn of_plan(sentence: &str, tables: &[String], known: &[String]) -> Diagnostic {
    let quoted = |prefix: &str, suffix: &str| {
        sentence.strip_prefix(prefix).and_then(|rest| rest.split_once(suffix)).map(|(name, _)| name)
    };
    if let Some(name) = quoted("table '", "' not found") {
        let name = name.rsplit('.').next().unwrap_or(name);
        let diagnostic = Diagnostic::error("S003", format!("no table is named `{name}`"));
        if tables.is_empty() {
            return diagnostic.help("there is no archive to ask; name one: `trailql query PATH_OR_URL -c '…'`");
        }
        return match closest(name, tables.iter().map(String::as_str)) {
            Some(close) => diagnostic.help(format!("`{close}` has a similar name")),
            None => diagnostic.help(format!(
                "there are {}",
                tables.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(", ")
            )),
        };
    }
    if let Some(rest) = sentence.strip_prefix("Column in SELECT must be in GROUP BY") {
        let name = rest.split('"').nth(1).and_then(|name| name.rsplit('.').next()).unwrap_or_default();
        return Diagnostic::error("S005", format!("column `{name}` is neither in GROUP BY nor aggregated"))
            .help("add it to GROUP BY, or aggregate it: `min`, `max`, `count`, `array_agg`");
    }
    if let Some(name) = quoted("Invalid function '", "'") {
        if functions::is_absent(name) {
            return Diagnostic::error("S004", format!("`{name}` is a function of Trino that trailql does not have"))
                .help("`SHOW FUNCTIONS` lists what it has");
        }
        let diagnostic = Diagnostic::error("S004", format!("no function is named `{name}`"));
        return match closest(name, known.iter().map(String::as_str)) {
            Some(close) => diagnostic.help(format!("`{close}` has a similar name")),
            None => diagnostic.help("`SHOW FUNCTIONS` lists them"),
        };
    }
    if let Some((name, _)) = sentence.strip_prefix("Field ").and_then(|rest| rest.split_once(" not found in struct")) {
        let name = name.trim_matches('\'');
        let diagnostic = Diagnostic::error("S002", format!("no member is named `{name}`"));
        return match closest(name, columns::members()) {
            Some(close) => diagnostic.help(format!("`{close}` has a similar name")),
            None => diagnostic.help("`.schema` in the shell lists the members"),
        };
    }
    of_arguments(sentence).unwrap_or_else(|| Diagnostic::error("S005", tidy(sentence)))
}

/// A call with arguments that the function does not take: DataFusion lists every attempt, and calls some a bug of its own.
fn of_arguments(sentence: &str) -> Option<Diagnostic> {
    let (why, rest) = sentence.split_once("No function matches the given name and argument types '")?;
    // Functions of ours say it themselves.
    if let Some((_, own)) = why.split_once("coercion failed with: Error during planning: ") {
        return Some(Diagnostic::error("S005", tidy(own)));
    }
    let (call, rest) = rest.split_once('\'')?;
    let (name, types) = call.split_once('(')?;
    let types = types.trim_end_matches(')').replace("Utf8", "text");
    let error = Diagnostic::error("S005", format!("`{name}` does not take ({types})"));
    let known = rest.split_once("Candidate functions:").map(|(_, known)| known.split_whitespace().collect::<Vec<_>>());
    let is_list = |known: &Vec<&str>| known.iter().any(|one| !one.contains("UserDefined"));
    Some(match known.filter(is_list) {
        Some(known) => error.help(format!("there are {}; `CAST(x AS type)` makes one of another", known.join(" "))),
        None => error,
    })
}

/// The place that DataFusion knows, or else the first place where the name in question stands.
fn place(source: &Source, error: &DataFusionError, diagnostic: &Diagnostic) -> Option<crate::diag::Span> {
    let known = error.diagnostic().and_then(|found| {
        let datafusion::common::Span { start, end } = found.span?;
        let location = |place: datafusion::common::Location| tokenizer::Location::new(place.line, place.column);
        span::convert(&source.text, tokenizer::Span::new(location(start), location(end)))
    });
    known.or_else(|| {
        let name = diagnostic.message.split('`').nth(1)?;
        span::find_word(&source.text, name)
    })
}

/// A sentence with `Struct` in place of `Struct("type": Utf8, …)`, whose members can go on for a page.
fn without_members(sentence: &str) -> String {
    let Some((before, rest)) = sentence.split_once("Struct(") else { return sentence.to_owned() };
    let mut depth = 1_usize;
    let end = rest.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    format!("{before}Struct{}", without_members(end.map_or("", |end| &rest[end + 1..])))
}

/// A sentence of DataFusion's in our form: one line, lower case, no full stop.
fn tidy(sentence: &str) -> String {
    let sentence = without_members(&sentence.split_whitespace().collect::<Vec<_>>().join(" "));
    // What follows is sqlparser's own notation of its tree.
    let sentence = sentence.split(" Substring {").next().unwrap_or_default();
    let mut characters = sentence.trim_end_matches('.').chars();
    let first = characters.next();
    let second = characters.clone().next();
    // Keeps acronyms: `UNION …`, `SQL …`.
    let keep = second.is_some_and(char::is_uppercase);
    first.into_iter().flat_map(|c| if keep { vec![c] } else { c.to_lowercase().collect() }).chain(characters).collect()
}
