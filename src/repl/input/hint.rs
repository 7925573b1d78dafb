//! The rest of a call whose bracket is open: what the next arguments are.

use super::calls;
use super::statements;
use super::tokens::{self, Kind};
use crate::session::Language;

/// The arguments that are left of the call at the end of a text, where the next one has not begun.
pub(super) fn arguments(text: &str, language: Option<Language>) -> Option<String> {
    if text.len() > super::highlight::MOST || !text.trim_end().ends_with(['(', ',']) {
        return None;
    }
    let piece = statements::typed(text, language).pop()?;
    if piece.start + piece.text.len() < text.trim_end().len() {
        return None;
    }
    let language = piece.language?;
    let tokens: Vec<_> = tokens::lex(piece.text, language).into_iter().filter(|token| !token.is_trivia()).collect();
    let is = |at: usize, symbol: &str| tokens.get(at).is_some_and(|token| token.is(piece.text, symbol));
    let mut depth = 0_usize;
    let mut number = 0;
    for at in (0..tokens.len()).rev() {
        if is(at, ")") || is(at, "]") {
            depth += 1;
        } else if is(at, "[") {
            depth = depth.checked_sub(1)?;
        } else if is(at, ",") && depth == 0 {
            number += 1;
        } else if is(at, "(") {
            if depth == 0 {
                let name = tokens.get(at.checked_sub(1)?).filter(|name| name.kind == Kind::Word)?;
                let usage = calls::usage(name.of(piece.text), language)?;
                return rest(usage, number);
            }
            depth -= 1;
        }
    }
    None
}

/// What a call looks like from one of its arguments on.
fn rest(usage: &str, number: usize) -> Option<String> {
    let inside = usage.get(usage.find('(')? + 1..)?;
    let mut depth = 0_usize;
    let mut starts = vec![0];
    let mut end = None;
    for (at, c) in inside.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' if depth == 0 => {
                end = Some(at);
                break;
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => starts.push(at + 1),
            _ => {}
        }
    }
    let shown = inside.get(*starts.get(number)?..=end?)?.trim_start();
    (shown != ")").then(|| shown.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_call_tells_its_arguments() {
        let check =
            |text: &str, expected: Option<&str>| assert_eq!(arguments(text, None).as_deref(), expected, "{text}");
        check("SELECT regexp_like(", Some("text, pattern)"));
        check("SELECT regexp_like(eventname, ", Some("pattern)"));
        check("SELECT regexp_like(eventname", None);
        check("SELECT regexp_like(lower(a, b), ", Some("pattern)"));
        check("SELECT nosuch(", None);
        check("SELECT now(", None);
        check("SELECT regexp_like(a, b, c, ", None);
        check("SELECT 'regexp_like(", None);
        check("é(", None);
        assert_eq!(rest("f(a[, b], c)", 1).as_deref(), Some("c)"));
    }
}
