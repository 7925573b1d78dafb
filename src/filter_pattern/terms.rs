//! Terms: `word`, `"a phrase"`, `?either`, `-without`, `%regex%`.

use super::ast::{Pattern, Term, Terms};
use super::cursor::{Cursor, Reads};
use super::{regex, value};
use crate::diag::{Diagnostic, Span};

/// Reads terms up to the end.
pub(super) fn read(cursor: &mut Cursor<'_>, notices: &mut Vec<Diagnostic>) -> Reads<Pattern> {
    let mut terms = Terms::default();
    let mut optional = None;
    loop {
        cursor.skip_space();
        let start = cursor.at;
        let Some(first) = cursor.peek() else { break };
        if matches!(first, '?' | '-') {
            cursor.next();
        }
        let Some(term) = term(cursor)? else { continue };
        match first {
            '?' => {
                optional.get_or_insert(cursor.span_from(start));
                terms.optional.push(term);
            }
            '-' => terms.excluded.push(term),
            _ => terms.required.push(term),
        }
    }
    if let Some(span) = optional.filter(|_| !(terms.required.is_empty() && terms.excluded.is_empty())) {
        notices.push(ignored(span));
    }
    let is_empty = terms.required.is_empty() && terms.optional.is_empty() && terms.excluded.is_empty();
    Ok(if is_empty { Pattern::Everything } else { Pattern::Terms(terms) })
}

fn ignored(span: Span) -> Diagnostic {
    Diagnostic::notice("F023", "`?` has no effect next to other terms")
        .at(span, "passed over, as CloudWatch does")
        .help("ask for alternatives alone, or with a regular expression: `%a|b%`")
}

/// One term; none for a phrase of blanks, which every record has.
fn term(cursor: &mut Cursor<'_>) -> Reads<Option<Term>> {
    match cursor.peek() {
        Some('"') => {
            let phrase = value::string(cursor)?.replace("\\\"", "\"");
            Ok((!phrase.trim().is_empty()).then_some(Term::Text(phrase)))
        }
        Some('%') => regex::read(cursor).map(|regex| Some(Term::Regex(regex))),
        _ => {
            let word = cursor.take(|character| !character.is_whitespace() && character != '"');
            // Quotes, which CloudWatch wants around such a term, could not be put around one that ends so.
            if word.is_empty() || word.ends_with('\\') || cursor.peek() == Some('"') {
                return Err(cursor
                    .expected("a term")
                    .help("a term with other than letters and digits stands in double quotes"));
            }
            Ok(Some(Term::Text(word.to_owned())))
        }
    }
}
