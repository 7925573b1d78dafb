//! Messages as JSON, one object a line, so that a program need not read what is drawn for people.
//!
//! Errors, warnings and notices have the same members in the same order, null where there is nothing to say. Texts
//! are as they are, and what would steer a terminal is written as JSON's own `\u009b`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json as value};

use super::Title;
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::output::escape;

/// Every diagnostic of one text, a line each.
///
/// Offsets are bytes, half-open; lines and columns count from 1, columns in characters.
#[must_use]
pub fn json(diagnostics: &Diagnostics) -> String {
    let lines = diagnostics.list.iter().map(|diagnostic| of_diagnostic(diagnostic, &diagnostics.source));
    lines.fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

/// A message that points at no text.
#[must_use]
pub fn json_line(title: Title, message: &str, help: &[String]) -> String {
    let nowhere = (Value::Null, Value::Null);
    line(&object(title, None, message, Value::Null, nowhere, Vec::new(), help))
}

/// A message about a file as a whole.
#[must_use]
pub fn json_of_file(title: Title, message: &str, file: &str) -> String {
    let nowhere = (Value::Null, Value::Null);
    line(&object(title, None, message, file.into(), nowhere, Vec::new(), &[]))
}

/// One number of a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Counter {
    /// A count.
    Whole(u64),
    /// A time in seconds.
    Seconds(f64),
    /// Yes or no.
    Is(bool),
    /// What was not counted.
    Unknown,
}

/// A line of counters: `kind`, what people would read, then the counters.
#[must_use]
pub fn counted_line(kind: &str, message: &str, counters: &[(&str, Counter)]) -> String {
    let mut members = Map::new();
    members.insert("kind".to_owned(), kind.into());
    members.insert("message".to_owned(), message.into());
    for (name, counter) in counters {
        let counter = match *counter {
            Counter::Whole(count) => count.into(),
            // Milliseconds are all that a person can tell apart.
            Counter::Seconds(seconds) => ((seconds * 1e3).round() / 1e3).into(),
            Counter::Is(is) => is.into(),
            Counter::Unknown => Value::Null,
        };
        members.insert((*name).to_owned(), counter);
    }
    line(&Value::Object(members))
}

fn of_diagnostic(diagnostic: &Diagnostic, source: &Source) -> String {
    let (mut place, mut spans) = ((Value::Null, Value::Null), Vec::new());
    if let Some((span, label)) = &diagnostic.label {
        let (row, column) = position(&source.text, span.start);
        place = (row.into(), column.into());
        spans.push(value!({
            "start": span.start,
            "end": span.end.max(span.start),
            "line": row,
            "column": column,
            "label": label,
        }));
    }
    let title = Title::from(diagnostic.severity);
    let file = Value::from(&*source.name);
    line(&object(title, Some(diagnostic.code), &diagnostic.message, file, place, spans, &diagnostic.help))
}

fn object(
    title: Title,
    code: Option<&str>,
    message: &str,
    file: Value,
    (row, column): (Value, Value),
    spans: Vec<Value>,
    help: &[String],
) -> Value {
    value!({
        "kind": title.name(),
        "code": code,
        "message": message,
        "file": file,
        "line": row,
        "column": column,
        "spans": spans,
        "help": help,
    })
}

fn line(value: &Value) -> String {
    escape::json(&value.to_string()).into_owned()
}

/// Line and column of a byte, both from 1. A byte beyond the text is at its end, one inside a letter at the letter.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Span;

    #[test]
    fn a_diagnostic_says_where_it_is_in_lines_columns_and_bytes() {
        let wrong =
            Diagnostic::error("I204", "no aggregate is named `cuont`").at(Span::new(16, 21), "not one").help("h");
        let notice = Diagnostic::notice("I301", "any rows");
        let list = vec![wrong, notice];
        let text = json(&Diagnostics { source: Source::new("a.insights", "fields é\nstats cuont(*)"), list });
        assert_snapshot!(text, @r#"
        {"kind":"error","code":"I204","message":"no aggregate is named `cuont`","file":"a.insights","line":2,"column":7,"spans":[{"start":16,"end":21,"line":2,"column":7,"label":"not one"}],"help":["h"]}
        {"kind":"notice","code":"I301","message":"any rows","file":"a.insights","line":null,"column":null,"spans":[],"help":[]}
        "#);
    }

    #[test]
    fn messages_and_counters_are_one_line_each() {
        assert_snapshot!(json_line(Title::Warning, "a\nb\u{9b}", &["c".to_owned()]), @r#"{"kind":"warning","code":null,"message":"a\nb\u009b","file":null,"line":null,"column":null,"spans":[],"help":["c"]}"#);
        assert_snapshot!(json_of_file(Title::Warning, "cannot read x: cut", "x"), @r#"{"kind":"warning","code":null,"message":"cannot read x: cut","file":"x","line":null,"column":null,"spans":[],"help":[]}"#);
        let counters =
            [("rows", Counter::Whole(3)), ("seconds", Counter::Seconds(0.0124)), ("list_requests", Counter::Unknown)];
        assert_snapshot!(counted_line("summary", "3 rows", &counters), @r#"{"kind":"summary","message":"3 rows","rows":3,"seconds":0.012,"list_requests":null}"#);
    }

    proptest! {
        #[test]
        fn any_diagnostic_is_one_line_of_json(text in any::<String>(), start in 0_usize..60, end in any::<usize>(), words in any::<String>()) {
            let list = vec![Diagnostic::error("I204", words.clone()).at(Span::new(start, end), words.clone()).help(words)];
            let line = json(&Diagnostics { source: Source::new("q", text), list });
            prop_assert_eq!(line.matches('\n').count(), 1);
            prop_assert!(serde_json::from_str::<Value>(&line).is_ok());
            prop_assert!(!line.contains(|char| char != '\n' && escape::steers(char)));
        }
    }
}
