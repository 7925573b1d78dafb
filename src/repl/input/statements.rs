//! Where statements begin and end in what is typed, pasted or read from a file.
//!
//! SQL ends with `;`, `\g`, `\gx` or `\G`; a pipe query also with an empty line; a pattern also with its line, once
//! its braces are closed; a meta command is one line. None of these end anything inside a literal or a comment.

use super::tokens::{self, Kind, Token};
use crate::session::Language;

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::repl) enum Ending {
    /// `;`
    Semicolon,
    /// `\g`
    Go,
    /// `\gx` or `\G`: the answer is shown line by line.
    GoVertical,
    /// An empty line.
    BlankLine,
    /// The end of its line.
    Line,
    /// Nothing ended it so far.
    Open,
}

/// One statement, or one meta command, of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::repl) struct Piece<'t> {
    /// The text, without comments before it, its ending, and blanks around it.
    pub(in crate::repl) text: &'t str,
    /// Where it begins in the whole text, in bytes.
    pub(in crate::repl) start: usize,
    /// The language; none for a meta command.
    pub(in crate::repl) language: Option<Language>,
    /// How it ended.
    pub(in crate::repl) ending: Ending,
}

/// Whether a text is as whole as it gets: its last statement has ended. Nothing at all is whole, too.
///
/// The text has no line end after its last line. That it ends with one says that the last line is empty.
pub(in crate::repl) fn is_complete(text: &str, language: Option<Language>) -> bool {
    split(text, language).last().is_none_or(|last| last.ending != Ending::Open)
}

/// The statements of a text, in order. Texts whose language nobody gave tell it themselves.
pub(in crate::repl) fn split(text: &str, language: Option<Language>) -> Vec<Piece<'_>> {
    pieces(text, language, true)
}

/// As [`split`], while somebody types: the line that the cursor stands in is not empty for good.
pub(super) fn typed(text: &str, language: Option<Language>) -> Vec<Piece<'_>> {
    pieces(text, language, false)
}

/// How much of a text is looked at first, so that many short statements do not each look at all of it.
const WINDOW: usize = 16 << 10;

fn pieces(text: &str, language: Option<Language>, is_entered: bool) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        at += leading(text.get(at..).unwrap_or_default());
        let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else { return pieces };
        let found = if rest.starts_with(['.', '\\']) {
            meta(rest)
        } else {
            let language = language.unwrap_or_else(|| Language::of_text(window(rest)));
            let End { length, skip, ending } = end(rest, language, is_entered);
            (Some(language), length, skip, ending)
        };
        let (language, length, skip, ending) = found;
        let inside = rest.get(..length).unwrap_or(rest).trim();
        if !inside.is_empty() || matches!(ending, Ending::Go | Ending::GoVertical) {
            pieces.push(Piece { text: inside, start: at, language, ending });
        }
        // A piece takes at least a byte, so that this ends.
        let taken = (length + skip).max(rest.chars().next().map_or(1, char::len_utf8));
        at = at.saturating_add(taken).min(text.len());
    }
}

/// The beginning of a text, not cut within a character.
fn window(text: &str) -> &str {
    let mut end = WINDOW.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// The blanks and comments that a text begins with, in bytes.
fn leading(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let line = || rest.find('\n').map_or(rest.len(), |end| end + 1);
        let comment = match rest {
            _ if rest.starts_with("--") || rest.starts_with('#') || rest.starts_with("//") => line(),
            _ if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) => end + 2,
                // A comment that has no end is the beginning of something.
                None => return text.len() - rest.len(),
            },
            _ => return text.len() - rest.len(),
        };
        rest = rest.get(comment..).unwrap_or_default();
    }
}

/// `\g` and the like at the beginning of a text, with nothing more in the word.
fn go(text: &str) -> Option<(usize, Ending)> {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == ';');
    [(r"\gx", Ending::GoVertical), (r"\G", Ending::GoVertical), (r"\g", Ending::Go)]
        .into_iter()
        .find(|(word, _)| text.strip_prefix(word).is_some_and(ends))
        .map(|(word, ending)| (word.len(), ending))
}

fn meta(rest: &str) -> (Option<Language>, usize, usize, Ending) {
    match go(rest) {
        Some((length, ending)) => (None, 0, length, ending),
        None => (None, rest.find('\n').unwrap_or(rest.len()), 1, Ending::Line),
    }
}

/// Where a statement ends, how many bytes the mark of its end has, and which it is.
struct End {
    length: usize,
    skip: usize,
    ending: Ending,
}

fn end(rest: &str, language: Language, is_entered: bool) -> End {
    let whole = End { length: rest.len(), skip: 0, ending: Ending::Open };
    match language {
        Language::Sql => mark(rest, tokens::sql(rest)).unwrap_or(whole),
        Language::Insights => {
            let near = window(rest);
            // What was cut off may change the last token, so that it cannot count.
            let found =
                insights_end(near, is_entered).filter(|end| near.len() == rest.len() || end.length + 2 < WINDOW);
            let found = found.or_else(|| (near.len() < rest.len()).then(|| insights_end(rest, is_entered)).flatten());
            found.unwrap_or(whole)
        }
        Language::Filter => filter_end(rest, is_entered).unwrap_or(whole),
        Language::Sigma => {
            let is_ended = is_entered && (rest.ends_with('\n') || rest.trim_end().ends_with(';'));
            let length = rest.trim_end().trim_end_matches(';').len();
            if is_ended { End { length, skip: rest.len() - length, ending: Ending::BlankLine } } else { whole }
        }
    }
}

/// The first `;` or `\g` among tokens.
fn mark(text: &str, mut tokens: impl Iterator<Item = Token>) -> Option<End> {
    tokens.find_map(|token| match token.kind {
        Kind::Symbol if token.is(text, ";") => Some(End { length: token.start, skip: 1, ending: Ending::Semicolon }),
        Kind::Symbol if token.is(text, "\\") => {
            let (skip, ending) = go(text.get(token.start..)?)?;
            Some(End { length: token.start, skip, ending })
        }
        _ => None,
    })
}

fn insights_end(text: &str, is_entered: bool) -> Option<End> {
    let tokens = tokens::lex(text, Language::Insights);
    for token in &tokens {
        if let Some(end) = mark(text, std::iter::once(*token)) {
            return Some(end);
        }
        // A quote that is never closed is a mistake, which an empty line lets go.
        if matches!(token.kind, Kind::Blank | Kind::Open)
            && let Some((start, skip)) = blank_line(text, token, is_entered)
        {
            return Some(End { length: start, skip, ending: Ending::BlankLine });
        }
    }
    None
}

/// The empty line within a token, unless the query goes on with a pipe after it.
fn blank_line(text: &str, token: &Token, is_entered: bool) -> Option<(usize, usize)> {
    let inside = token.of(text);
    let mut at = inside.find('\n')?;
    loop {
        let after = inside.get(at + 1..)?;
        let blanks = after.len() - after.trim_start_matches(|c: char| c.is_whitespace() && c != '\n').len();
        let is_end = token.end == text.len() && blanks == after.len();
        let is_empty_line = after.get(blanks..).is_some_and(|rest| rest.starts_with('\n')) || (is_end && is_entered);
        if is_empty_line {
            let goes_on = text.get(token.start + at..).is_some_and(|rest| rest.trim_start().starts_with('|'));
            return (!goes_on).then_some((token.start + at, 1 + blanks));
        }
        at = at + 1 + after.find('\n')?;
    }
}

/// A pattern ends with its line when every brace, bracket and parenthesis of it is closed, else with an empty line.
fn filter_end(text: &str, is_entered: bool) -> Option<End> {
    let mut depth = 0_usize;
    for token in tokens::lex(text, Language::Filter) {
        if let Some(end) = mark(text, std::iter::once(token)) {
            return Some(end);
        }
        match token.of(text) {
            "{" | "(" | "[" => depth = depth.saturating_add(1),
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            inside if depth == 0 && token.kind == Kind::Blank => {
                if let Some(line) = inside.find('\n')
                    && (is_entered || token.end < text.len())
                {
                    return Some(End { length: token.start + line, skip: 1, ending: Ending::Line });
                }
            }
            _ => {}
        }
        if matches!(token.kind, Kind::Blank | Kind::Open)
            && let Some((length, skip)) = blank_line(text, &token, is_entered)
        {
            return Some(End { length, skip, ending: Ending::BlankLine });
        }
    }
    let is_whole = is_entered && depth == 0 && text.trim_end().ends_with('}');
    is_whole.then_some(End { length: text.len(), skip: 0, ending: Ending::Line })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(&str, Ending)]) {
        let found: Vec<_> = split(text, None).iter().map(|piece| (piece.text, piece.ending)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn statements_end_where_they_say_so() {
        use Ending::{BlankLine, Go, GoVertical, Line, Open, Semicolon};
        check("", &[]);
        check(" -- nothing\n", &[]);
        check(".tables", &[(".tables", Line)]);
        check(".mode csv\nSELECT 1;", &[(".mode csv", Line), ("SELECT 1", Semicolon)]);
        check("SELECT 1", &[("SELECT 1", Open)]);
        check("SELECT 1\n", &[("SELECT 1", Open)]);
        check("SELECT 1; SELECT 2;", &[("SELECT 1", Semicolon), ("SELECT 2", Semicolon)]);
        check("SELECT ';' ; ;", &[("SELECT ';'", Semicolon)]);
        check("SELECT 1 -- ;", &[("SELECT 1 -- ;", Open)]);
        check("SELECT /* ; */ 1;", &[("SELECT /* ; */ 1", Semicolon)]);
        check("SELECT \"a;b\";", &[("SELECT \"a;b\"", Semicolon)]);
        check("SELECT 'a", &[("SELECT 'a", Open)]);
        check("SELECT 1 \\g", &[("SELECT 1", Go)]);
        check("SELECT 1 \\gx", &[("SELECT 1", GoVertical)]);
        check("SELECT 1\\G", &[("SELECT 1", GoVertical)]);
        check("SELECT '\\G'", &[("SELECT '\\G'", Open)]);
        check("\\G", &[("", GoVertical)]);
        check("\\d cloudtrail", &[("\\d cloudtrail", Line)]);
        check("stats count(*)", &[("stats count(*)", Open)]);
        check("stats count(*)\n", &[("stats count(*)", BlankLine)]);
        check("stats count(*)\n  ", &[("stats count(*)", BlankLine)]);
        check("stats count(*);", &[("stats count(*)", Semicolon)]);
        check("fields a # ;\n| limit 1", &[("fields a # ;\n| limit 1", Open)]);
        check("filter a = 'x;y'\n| limit 1;", &[("filter a = 'x;y'\n| limit 1", Semicolon)]);
        check("filter a like /;/;", &[("filter a like /;/", Semicolon)]);
        check("fields a\n\nfields b\n", &[("fields a", BlankLine), ("fields b", BlankLine)]);
        check("fields a\n\n| limit 1\n", &[("fields a\n\n| limit 1", BlankLine)]);
        check("fields a\r\n\r\nfields b", &[("fields a", BlankLine), ("fields b", Open)]);
        check("filter a = 'x\n", &[("filter a = 'x", BlankLine)]);
        check("{ $.a = 1 }", &[("{ $.a = 1 }", Line)]);
        check("{ $.a = 1 && ($.b = \"}\"", &[("{ $.a = 1 && ($.b = \"}\"", Open)]);
        check("{ $.a = 1\n}", &[("{ $.a = 1\n}", Line)]);
        check("{ $.a = 1 };SELECT 1;", &[("{ $.a = 1 }", Semicolon), ("SELECT 1", Semicolon)]);
        check("stats count(*); SELECT 1;", &[("stats count(*)", Semicolon), ("SELECT 1", Semicolon)]);
        check("title: x\ndetection:\n  a: b\nlogsource:\n", &[("title: x\ndetection:\n  a: b\nlogsource:", BlankLine)]);
    }

    #[test]
    fn a_language_that_was_chosen_counts() {
        assert!(is_complete("eventName = 'x'\n", Some(Language::Insights)));
        assert!(!is_complete("stats count(*)\n", Some(Language::Sql)));
        assert!(is_complete("ERROR\n", Some(Language::Filter)));
        assert!(is_complete("", None));
    }

    proptest! {
        #[test]
        fn any_text_is_split_in_order(text in "\\PC*|['\"`;|{}\\\\gGx#\n\t é/*.-]*|(select|stats|\n|;|'| )*") {
            for language in [None, Some(Language::Sql), Some(Language::Insights), Some(Language::Filter)] {
                let mut at = 0;
                for piece in split(&text, language) {
                    prop_assert!(piece.start >= at);
                    at = piece.start + piece.text.len();
                    prop_assert_eq!(text.get(piece.start..at).map(str::trim), Some(piece.text.trim()));
                }
                let _ = is_complete(&text, language);
                let _ = typed(&text, language);
            }
        }
    }
}
