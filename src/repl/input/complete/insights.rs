//! What may stand at the cursor in a pipe query.

use super::code::{Code, Cursor, Step};
use super::fields::{self, Style};
use super::rank::Candidate;
use super::{Found, World, values};
use crate::insights;
use crate::repl::input::calls;
use crate::repl::input::tokens::Kind;
use crate::repl::words::ELEMENT;
use crate::session::Language;

const STYLE: Style = Style { quote, element: ELEMENT };

/// A name as it stands in a path: with backticks where it would be read as something else.
fn quote(name: &str) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@');
    let is_plain = name.chars().all(is_part) && name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@'));
    if is_plain { Some(name.to_owned()) } else { (!name.contains('`')).then(|| format!("`{name}`")) }
}

/// What may stand at the end of a statement's text; `rest` follows the cursor.
pub(super) fn find(statement: &str, rest: &str, world: &World<'_>) -> Option<Found> {
    let code = Code::new(statement, rest, Language::Insights);
    match code.cursor {
        Cursor::Other => None,
        Cursor::Literal(start, '`') => {
            let (path, _) = code.path_before(code.at).filter(|_| is_path_open(&code, start)).unwrap_or_default();
            let typed = statement.get(start..)?.to_owned();
            let close = if rest.starts_with('`') { "" } else { "`" };
            let found = named(&path, &typed, &code, world).into_iter().filter(|field| field.key != ELEMENT);
            let written = |field: Candidate| {
                let text = format!("{}{close}", field.key);
                field.written(text)
            };
            Some(Found { start, typed, candidates: found.map(written).collect() })
        }
        Cursor::Literal(start, quote) => values::within_quotes(statement, rest, (start, quote), &code, world),
        Cursor::Word(start) => Some(word(statement, start, &code, world)),
    }
}

/// Whether a quoted name that begins at a place goes on with a path.
fn is_path_open(code: &Code, start: usize) -> bool {
    let last = code.at.checked_sub(1).and_then(|last| code.tokens.get(last));
    last.is_some_and(|last| last.end + 1 == start && last.of(&code.text).ends_with('.'))
}

fn word(statement: &str, start: usize, code: &Code, world: &World<'_>) -> Found {
    let typed = statement.get(start..).unwrap_or_default();
    let dot = typed.rfind('.');
    let expected = insights::expected_at(statement, statement.len());
    let is_field = expected.iter().any(|what| what == "<field>");
    if let Some(dot) = dot {
        let (above, last) = (typed.get(..dot).unwrap_or_default(), typed.get(dot + 1..).unwrap_or_default());
        let mut path: Vec<Step> = Vec::new();
        if typed.starts_with('.') {
            path.extend(code.path_before(code.at).map(|(path, _)| path).unwrap_or_default());
        }
        path.extend(above.split('.').filter(|part| !part.is_empty()).map(step));
        let mut candidates = named(&path, last, code, world);
        candidates.retain(|_| is_field || expected.is_empty() || typed.starts_with('.'));
        return Found { start: start + dot + 1, typed: last.to_owned(), candidates };
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for what in &expected {
        match what.as_str() {
            "<field>" => candidates.extend(named(&[], typed, code, world)),
            "<period>" => candidates.extend(["1m", "5m", "1h", "1d"].map(Candidate::word)),
            call if call.ends_with('(') => {
                let name = call.trim_end_matches('(');
                let usage = calls::usage(name, Language::Insights).unwrap_or(call);
                candidates.push(Candidate::function(name, usage));
            }
            word if word.starts_with(|c: char| c.is_alphabetic()) => candidates.push(Candidate::word(word)),
            _ => {}
        }
    }
    Found { start, typed: typed.to_owned(), candidates }
}

fn step(part: &str) -> Step {
    if part.bytes().all(|byte| byte.is_ascii_digit()) { Step::Element } else { Step::Name(part.to_owned()) }
}

/// Fields below a path, and, where there is none, what commands have named, and paths by their last name.
fn named(path: &[Step], typed: &str, code: &Code, world: &World<'_>) -> Vec<Candidate> {
    let learned = world.words.paths_of(&code.equals("eventname"));
    let mut path: Vec<&str> = path
        .iter()
        .map(|step| match step {
            Step::Name(name) => name.as_str(),
            Step::Element => ELEMENT,
        })
        .collect();
    // The record itself has the members that are fields.
    if path.first() == Some(&"@message") {
        path.remove(0);
    }
    let mut found = fields::below(&path, &learned, STYLE);
    if path.is_empty() {
        let named =
            (1..code.tokens.len()).filter(|&at| code.is_word(at - 1, &["as"]) && code.kind(at) != Some(Kind::Text));
        let names: Vec<String> = named.filter_map(|at| code.name(at)).collect();
        found.extend(names.into_iter().filter_map(|name| {
            let text = if name.starts_with('@') { Some(name.clone()) } else { quote(&name) }?;
            Some(Candidate::word(name).written(text).weighing(4))
        }));
        found.extend(fields::deep(typed, &learned, STYLE));
    }
    found
}
