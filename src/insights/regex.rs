//! Patterns between slashes: their text, and what is wrong with them.

use regex::Regex;

use crate::diag::{Diagnostic, Span};

/// The pattern of a literal: without its slashes, `\/` resolved.
pub(super) fn text(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut chars = literal[1..literal.len() - 1].chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('/') => text.push('/'),
                other => text.extend(std::iter::once('\\').chain(other)),
            },
            c => text.push(c),
        }
    }
    text
}

/// Checks the pattern of a literal that stands at `span`.
pub(super) fn check(literal: &str, span: Span) -> Result<(), Diagnostic> {
    let Err(error) = Regex::new(&text(literal)) else { return Ok(()) };
    let regex::Error::Syntax(message) = error else {
        return Err(Diagnostic::error("I007", "the pattern is too large").at(span, "too large once compiled"));
    };
    let reason = message.rsplit("error: ").next().unwrap_or(&message).trim();
    let place = place(literal, &message, span);
    let unsupported = reason.contains("look-around") || reason.contains("backreference");
    Err(if unsupported {
        Diagnostic::error("I008", "look-around and back-references are not supported")
            .at(place, "not supported")
            .help("match more, and exclude with a second `not like`")
    } else {
        Diagnostic::error("I007", format!("the pattern does not parse: {reason}")).at(place, reason)
    })
}

/// Where the error is: the regex crate draws carets under the pattern, four columns in.
fn place(literal: &str, message: &str, span: Span) -> Span {
    let drawn = message.lines().find(|line| line.contains('^') && line.trim_matches([' ', '^']).is_empty());
    let Some(drawn) = drawn else { return span };
    let columns = drawn.len() - drawn.trim_start().len();
    let Some(skipped) = columns.checked_sub(4) else { return span };
    // An escaped slash is one character of the pattern and two of the literal.
    let mut at = 1;
    for _ in 0..skipped {
        let rest = &literal[at..literal.len() - 1];
        let Some(c) = rest.chars().next() else { break };
        at += if rest.starts_with("\\/") { 2 } else { c.len_utf8() };
    }
    let carets = drawn.matches('^').count();
    let end = literal[at..].char_indices().nth(carets).map_or(literal.len(), |(end, _)| at + end);
    Span::new(span.start + at, span.start + end.min(literal.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_point_into_the_literal() {
        let check = |literal: &str, code: &str, place: &str| {
            let error = super::check(literal, Span::new(0, literal.len())).expect_err("an error");
            let (span, _) = error.label.expect("a place");
            assert_eq!((error.code, &literal[span.range()]), (code, place), "{literal}");
        };
        check("/(/", "I007", "(");
        check(r"/a\/é[z-a]/", "I007", "z-a");
        check(r"/x(?=y)/", "I008", "(?=");
        check(r"/(x)\1/", "I008", r"\1");
    }

    #[test]
    fn an_escaped_slash_is_a_slash() {
        assert_eq!(text(r"/a\/b\d\\/"), r"a/b\d\\");
    }
}
