//! What a field is compared with: text, a number, a regular expression, `*`.

use super::ast::{Number, Text, Value};
use super::cursor::{Cursor, Reads, error};
use super::regex;
use crate::diag::{Diagnostic, Span};
use crate::functions::selector::Decimal;

/// Reads what stands behind `=` or `!=`.
pub(super) fn read(cursor: &mut Cursor<'_>, notices: &mut Vec<Diagnostic>) -> Reads<Value> {
    let start = cursor.at;
    match cursor.peek() {
        Some('"') => quoted(cursor, notices).map(Value::Text),
        Some('%') => regex::read(cursor).map(Value::Regex),
        Some('(') => {
            let (_, span) = cursor.found();
            Err(error("F001", "expected a value, found `(`", span, "not a value")
                .help("each comparison has its own selector: `($.f = \"a\") || ($.f = \"b\")`"))
        }
        Some('\'') => {
            let (_, span) = cursor.found();
            Err(error("F001", "expected a value, found `'`", span, "not a value").help("text stands in double quotes"))
        }
        Some('=') => {
            let (found, _) = cursor.found();
            cursor.next();
            let span = Span::new(start.saturating_sub(1), cursor.at);
            let _ = found;
            Err(error("F004", "`==` is an operator of another language", span, "not an operator here")
                .help("write `=`"))
        }
        _ => bare(cursor, notices),
    }
}

/// Whether a character may stand in a value without quotes.
fn is_bare(character: char) -> bool {
    !character.is_whitespace()
        && !matches!(character, '"' | '\'' | '(' | ')' | '{' | '}' | '&' | '|' | '=' | '!' | '<' | '>' | '%')
}

fn bare(cursor: &mut Cursor<'_>, notices: &mut Vec<Diagnostic>) -> Reads<Value> {
    let start = cursor.at;
    let written = cursor.take(is_bare);
    let span = cursor.span_from(start);
    if written.is_empty() {
        return Err(cursor.expected("a value").help("text stands in double quotes: `$.eventName = \"ConsoleLogin\"`"));
    }
    if written.starts_with("$.") || written.starts_with("$[") {
        return Err(error("F004", "two fields cannot be compared", span, "expected a value, found a selector")
            .help("a text that begins so stands in double quotes"));
    }
    if written == "*" {
        return Ok(Value::Any);
    }
    if Decimal::parse(written).is_some() {
        return Ok(Value::Number(Number(written.to_owned())));
    }
    Ok(Value::Text(text(written, start, notices)))
}

/// Reads the number behind `<` and its like.
pub(super) fn number(cursor: &mut Cursor<'_>, operator: &str) -> Reads<Number> {
    let start = cursor.at;
    let written = cursor.take(is_bare);
    if Decimal::parse(written).is_some() {
        return Ok(Number(written.to_owned()));
    }
    cursor.at = start;
    let (found, mut span) = cursor.found();
    if !written.is_empty() {
        span.end = span.end.max(start + written.len());
    }
    Err(error("F005", format!("expected a number after `{operator}`, found {found}"), span, "not a number")
        .help("only numbers have an order; without quotes: `$.f > 5`"))
}

fn quoted(cursor: &mut Cursor<'_>, notices: &mut Vec<Diagnostic>) -> Reads<Text> {
    let start = cursor.at;
    let inside = string(cursor)?;
    Ok(text(inside, start + 1, notices))
}

/// Reads a string in double quotes, and gives what stands between them as it is written.
pub(super) fn string<'a>(cursor: &mut Cursor<'a>) -> Reads<&'a str> {
    let start = cursor.at;
    cursor.next();
    let rest = cursor.rest();
    let mut is_escaped = false;
    for (at, character) in rest.char_indices() {
        match character {
            '"' if !is_escaped => {
                cursor.at += at + 1;
                return Ok(rest.get(..at).unwrap_or_default());
            }
            _ => is_escaped = character == '\\',
        }
    }
    cursor.at += rest.len();
    Err(error("F002", "a string never ends", Span::new(start, start + 1), "begins here"))
}

/// The text that is written so: `\"` is a quote, `*` a wildcard, and a backslash before anything else a backslash.
fn text(written: &str, start: usize, notices: &mut Vec<Diagnostic>) -> Text {
    let mut text = Text::default();
    let mut characters = written.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if characters.next_if(|(_, next)| *next == '"').is_some() => text.push('"'),
            '\\' if characters.next_if(|(_, next)| *next == '*').is_some() => {
                notices.push(
                    Diagnostic::notice("F021", "`\\*` is an asterisk here, and not in CloudWatch")
                        .at(Span::new(start + at, start + at + 2), "not a wildcard")
                        .help("CloudWatch's documentation has no way to write an asterisk that is no wildcard"),
                );
                text.push('*');
            }
            '*' => text.push_any(),
            character => text.push(character),
        }
    }
    text
}
