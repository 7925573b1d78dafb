//! What may stand at the cursor in a metric-filter pattern: paths after `$.`, and values that they are compared with.

use super::code::{Code, Cursor};
use super::fields::{self, Style};
use super::rank::Candidate;
use super::{Found, World, values};
use crate::repl::words::ELEMENT;
use crate::session::Language;

const STYLE: Style = Style { quote, element: "[0]" };

/// Names that a selector can write.
fn quote(name: &str) -> Option<String> {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then(|| name.to_owned())
}

/// What may stand at the end of a pattern's text; `rest` follows the cursor.
pub(super) fn find(statement: &str, rest: &str, world: &World<'_>) -> Option<Found> {
    let code = Code::new(statement, rest, Language::Filter);
    match code.cursor {
        Cursor::Literal(start, quote) => values::within_quotes(statement, rest, (start, quote), &code, world),
        Cursor::Word(start) => {
            let typed = statement.get(start..)?;
            let Some(selector) = typed.strip_prefix("$.") else {
                let words = ["$.", "EXISTS", "IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"];
                let candidates = words.into_iter().map(Candidate::word).collect();
                return Some(Found { start, typed: typed.to_owned(), candidates });
            };
            let (above, last) = selector.rsplit_once('.').unwrap_or(("", selector));
            // `a[0]` are two steps.
            let path = above.split(['.', '[']).map(|part| part.trim_end_matches(']')).filter(|part| !part.is_empty());
            let is_index = |part: &str| part == "*" || part.bytes().all(|byte| byte.is_ascii_digit());
            let path: Vec<&str> = path.map(|part| if is_index(part) { ELEMENT } else { part }).collect();
            let learned = world.words.paths_of(&code.equals("eventname"));
            let mut candidates = fields::below(&path, &learned, STYLE);
            candidates.retain(|field| !field.key.starts_with('@') && field.key != ELEMENT);
            Some(Found { start: statement.len() - last.len(), typed: last.to_owned(), candidates })
        }
        Cursor::Other => None,
    }
}
