//! Selectors: `$.userIdentity.arn`, `$.resources[*].ARN`, `$.requestParameters.['tag.key']`.

use super::ast::Selector;
use super::cursor::{Cursor, Reads, error};
use crate::diag::{Diagnostics, Source};
use crate::functions::selector::{self, Part, is_name};

/// Reads a selector alone, such as the value of a metric.
///
/// # Errors
/// What is wrong with it.
pub fn parse_selector(source: &Source) -> Result<Selector, Diagnostics> {
    let mut cursor = Cursor::new(&source.text);
    cursor.skip_space();
    let read = read(&mut cursor).and_then(|selector| {
        cursor.skip_space();
        if cursor.peek().is_some() { Err(cursor.expected("the end of the selector")) } else { Ok(selector) }
    });
    read.map_err(|error| Diagnostics { source: source.clone(), list: vec![error] })
}

/// Reads the selector that begins here.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Reads<Selector> {
    let start = cursor.at;
    if !cursor.eat("$") {
        let (found, span) = cursor.found();
        let name = found.trim_matches('`');
        let help = match name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            true => format!("write `$.{name}`"),
            false => "a field of the record is written `$.eventName`".to_owned(),
        };
        return Err(
            error("F003", format!("expected a selector, found {found}"), span, "a selector begins with `$`").help(help)
        );
    }
    let mut parts = Vec::new();
    loop {
        let at = cursor.at;
        if cursor.eat(".[") || cursor.eat("[") {
            let is_dotted = cursor.at == at + 2;
            parts.push(bracket(cursor, at, is_dotted)?);
        } else if cursor.eat(".*") {
            parts.push(Part::Members);
        } else if cursor.eat(".") {
            let name = cursor.take(is_name);
            if name.is_empty() {
                let (found, span) = cursor.found();
                return Err(error("F003", format!("expected a name after `.`, found {found}"), span, "no name")
                    .help("a name of other characters is written `.['name']`"));
            }
            parts.push(Part::Key(name.into()));
        } else {
            break;
        }
    }
    let span = cursor.span_from(start);
    if parts.is_empty() {
        return Err(error("F003", "`$` alone is no selector", span, "a name is missing")
            .help("a field of the record is written `$.eventName`"));
    }
    if let Some(other) = cursor.peek().filter(|next| is_stray(*next)) {
        let at = cursor.at;
        return Err(error(
            "F003",
            format!("a name in a selector has letters, digits, `_` and `-`, not `{}`", other.escape_debug()),
            crate::diag::Span::new(at, at + other.len_utf8()),
            "not part of a name",
        )
        .help("a name of other characters is written `.['name']`"));
    }
    let wildcards = parts.iter().filter(|part| part.is_wildcard()).count();
    if wildcards > 1 {
        return Err(error(
            "F007",
            format!("a selector has one wildcard at most, not {wildcards}"),
            span,
            "too many wildcards",
        )
        .help("CloudWatch refuses it; name the index of one of the arrays: `$.a[0].b[*]`"));
    }
    Ok(Selector { parts, span })
}

/// Whether a character goes on with what looks like a name.
fn is_stray(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '=' | '!' | '<' | '>' | ')' | '(' | '}' | '{' | '&' | '|' | '~')
}

/// What stands in brackets, whose first is read.
fn bracket(cursor: &mut Cursor<'_>, start: usize, is_dotted: bool) -> Reads<Part> {
    if let Some(quote) = cursor.peek().filter(|next| matches!(next, '\'' | '"')) {
        cursor.next();
        let name = cursor.take(|character| character != quote);
        if !cursor.eat(&quote.to_string()) {
            return Err(error("F002", "a quoted name never ends", cursor.span_from(start), "begins here"));
        }
        return if cursor.eat("]") { Ok(Part::Key(name.into())) } else { Err(cursor.expected("`]`")) };
    }
    let inside = cursor.take(|character| character != ']' && !character.is_whitespace());
    if !cursor.eat("]") {
        return Err(cursor.expected("`]`"));
    }
    let part = if inside == "*" {
        Some(Part::Elements)
    } else if !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()) {
        // Beyond what a number can say there is no element.
        Some(Part::Index(inside.parse().unwrap_or(usize::MAX)))
    } else {
        None
    };
    part.filter(|_| !is_dotted).ok_or_else(|| {
        error("F003", "brackets hold a number, `*`, or a name in quotes", cursor.span_from(start), "none of these")
            .help("`[0]`, `[*]` and `.['tag.key']` are steps of a selector")
    })
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&selector::write(&self.parts))
    }
}
