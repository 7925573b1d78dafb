//! The tokens of a statement around the cursor, and what completion asks of them in any language.

use crate::repl::input::tokens::{self, Kind, Token};
use crate::session::Language;

/// A statement, what was typed at the cursor taken out.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) text: String,
    /// Without blanks and comments.
    pub(super) tokens: Vec<Token>,
    /// How many of them stand before the cursor.
    pub(super) at: usize,
    /// What the cursor stands in or touches.
    pub(super) cursor: Cursor,
}

/// What the cursor stands in or touches, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    /// A word, which may be empty.
    Word(usize),
    /// A literal that is not closed: where its inside begins, and the quote.
    Literal(usize, char),
    /// A comment or a number, of which nobody can know the rest.
    Other,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    /// An element of a list.
    Element,
}

/// How much after the cursor is looked at.
const MOST_REST: usize = 16 << 10;

impl Code {
    /// The tokens of a statement up to the cursor, and of what comes after it.
    pub(super) fn new(before: &str, rest: &str, language: Language) -> Self {
        let mut tokens = tokens::lex(before, language);
        let cursor = cursor(before, tokens.last());
        if cursor != Cursor::Word(before.len()) {
            tokens.pop();
        }
        tokens.retain(|token| !token.is_trivia());
        let at = tokens.len();
        let mut text = before.to_owned();
        let mut end = rest.len().min(MOST_REST);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let rest = rest.get(..end).unwrap_or_default();
        // Within a literal, what follows its end counts.
        let skipped = match cursor {
            Cursor::Literal(_, quote) => rest.find([quote, '\n']).map_or(rest.len(), |end| end + 1),
            _ => rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()),
        };
        let rest = rest.get(skipped..).unwrap_or_default();
        text.push(' ');
        let shift = text.len();
        text.push_str(rest);
        let after = tokens::lex(rest, language).into_iter();
        let after = after.take_while(|token| !token.is(rest, ";")).filter(|token| !token.is_trivia());
        tokens.extend(after.map(|token| Token { start: token.start + shift, end: token.end + shift, ..token }));
        Self { text, tokens, at, cursor }
    }

    /// The text of a token.
    pub(super) fn of(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.of(&self.text))
    }

    /// The kind of a token.
    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// Whether a token is this operator.
    pub(super) fn is(&self, index: usize, symbol: &str) -> bool {
        self.tokens.get(index).is_some_and(|token| token.is(&self.text, symbol))
    }

    /// Whether a token is one of these words, in any case.
    pub(super) fn is_word(&self, index: usize, words: &[&str]) -> bool {
        let token = self.tokens.get(index);
        token.is_some_and(|token| words.iter().any(|word| token.is_word(&self.text, word)))
    }

    /// A name, without quotes.
    pub(super) fn name(&self, index: usize) -> Option<String> {
        let text = self.of(index);
        match self.kind(index)? {
            Kind::Word => Some(text.to_owned()),
            Kind::Quoted => Some(text.trim_matches(['"', '`']).to_owned()),
            _ => None,
        }
    }

    /// A text, without quotes.
    pub(super) fn literal(&self, index: usize) -> Option<String> {
        let inside = self.of(index).get(1..)?;
        let inside = inside.get(..inside.len().checked_sub(1)?)?;
        (self.kind(index)? == Kind::Text).then(|| inside.replace("''", "'"))
    }

    fn touches(&self, left: usize, right: usize) -> bool {
        let (Some(left), Some(right)) = (self.tokens.get(left), self.tokens.get(right)) else { return false };
        left.end == right.start
    }

    /// The path that ends before a token, and where it begins: `a.b[1]."c"`, in the case of the text.
    pub(super) fn path_before(&self, end: usize) -> Option<(Vec<Step>, usize)> {
        let mut steps = Vec::new();
        let mut at = end;
        loop {
            at = at.checked_sub(1)?;
            if self.is(at, "]") {
                let open = (0..at).rev().take(4).find(|&open| self.is(open, "["))?;
                steps.push(match self.literal(open + 1) {
                    Some(name) => Step::Name(name),
                    None => Step::Element,
                });
                at = open;
                continue;
            }
            let name = self.name(at)?;
            // Where paths are one word, the dots are in it.
            let is_plain = self.kind(at) == Some(Kind::Word);
            let parts = name.split('.').filter(|part| !is_plain || !part.is_empty() && *part != "$").rev();
            let parts = parts.map(|part| match part.parse::<usize>() {
                Ok(_) => Step::Element,
                Err(_) => Step::Name(part.to_owned()),
            });
            if is_plain {
                steps.extend(parts)
            } else {
                steps.push(Step::Name(name.clone()))
            }
            let Some(dot) = at.checked_sub(1) else { break };
            let is_dotted = self.is(dot, ".") && self.touches(dot, at);
            // A quoted name in a path of Logs Insights: `a.` before it, or `.b` after it.
            let is_glued = self.touches(dot, at)
                && matches!(self.kind(dot), Some(Kind::Word | Kind::Quoted))
                && (self.of(dot).ends_with('.') || self.of(at).starts_with('.'));
            match (is_dotted, is_glued) {
                (true, _) => at = dot,
                (_, true) => {}
                _ => break,
            }
        }
        steps.reverse();
        Some((steps, at))
    }

    /// The field that the literal at a token is compared with, in lower case.
    pub(super) fn subject(&self, literal: usize) -> Option<Vec<String>> {
        let last = literal.checked_sub(1)?;
        let end = if self.is_comparison(last) {
            self.without_not(last)
        } else {
            let open = self.list_start(last)?;
            let word = open.checked_sub(1)?;
            if self.is_word(word, &["in"]) {
                self.without_not(word)
            } else {
                // A function of a field and a text: `starts_with(eventname, '…`.
                return (self.is(last, ",") && self.kind(word) == Some(Kind::Word))
                    .then(|| self.path_before(last))
                    .flatten()
                    .filter(|(_, start)| *start == open + 1)
                    .map(|(steps, _)| lower(&steps));
            }
        };
        Some(lower(&self.path_before(end)?.0))
    }

    fn is_comparison(&self, index: usize) -> bool {
        ["=", "==", "<>", "!="].iter().any(|operator| self.is(index, operator))
            || self.is_word(index, &["like", "ilike"])
    }

    /// The place of an operator, or of the `NOT` before it.
    fn without_not(&self, operator: usize) -> usize {
        match operator.checked_sub(1) {
            Some(before) if self.is_word(before, &["not"]) => before,
            _ => operator,
        }
    }

    /// The bracket that opens the list whose comma or bracket stands at a token, or the call whose second argument begins.
    fn list_start(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            if self.is(at, "(") || self.is(at, "[") {
                return Some(at);
            }
            let is_inside = self.is(at, ",")
                || self.is(at, ".")
                || matches!(self.kind(at), Some(Kind::Text | Kind::Number | Kind::Word | Kind::Quoted));
            at = at.checked_sub(1).filter(|_| is_inside)?;
        }
    }

    /// The texts that a field is said to equal, anywhere in the statement.
    pub(super) fn equals(&self, field: &str) -> Vec<String> {
        let texts = (0..self.tokens.len()).filter(|&index| self.kind(index) == Some(Kind::Text));
        let is_of_field = |index: &usize| {
            let is_like = index.checked_sub(1).is_some_and(|operator| self.is_word(operator, &["like", "ilike"]));
            !is_like && self.subject(*index).is_some_and(|path| path.last().is_some_and(|last| last == field))
        };
        texts.filter(is_of_field).filter_map(|index| self.literal(index)).take(20).collect()
    }
}

fn lower(steps: &[Step]) -> Vec<String> {
    let name = |step: &Step| match step {
        Step::Name(name) => Some(name.to_lowercase()),
        Step::Element => None,
    };
    steps.iter().filter_map(name).collect()
}

/// What the cursor at the end of a text stands in.
fn cursor(before: &str, last: Option<&Token>) -> Cursor {
    let Some(last) = last else { return Cursor::Word(before.len()) };
    let text = last.of(before);
    match last.kind {
        Kind::Word => Cursor::Word(last.start),
        Kind::Open => match text.chars().next() {
            Some(quote @ ('\'' | '"' | '`')) => Cursor::Literal(last.start + 1, quote),
            _ => Cursor::Other,
        },
        Kind::Comment if text.starts_with("/*") => Cursor::Word(before.len()),
        Kind::Comment | Kind::Number => Cursor::Other,
        _ => Cursor::Word(before.len()),
    }
}
