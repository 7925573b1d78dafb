//! Colours of what is typed. Every character stays, but for those that would steer the terminal.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use anstyle::{AnsiColor, Effects, Style};

use super::statements;
use super::tokens::{self, Kind, Token};
use super::{calls, complete};
use crate::insights::{self, commands};
use crate::schema::columns;
use crate::session::Language;

/// A longer text is a paste, and stays as it is.
pub(super) const MOST: usize = 20_000;

const KEYWORD: Style = AnsiColor::Blue.on_default().effects(Effects::BOLD);
const FUNCTION: Style = AnsiColor::Blue.on_default();
const FIELD: Style = AnsiColor::Cyan.on_default();
const TEXT: Style = AnsiColor::Green.on_default();
const NUMBER: Style = AnsiColor::Yellow.on_default();
const COMMENT: Style = Style::new().effects(Effects::DIMMED);
const WRONG: Style = AnsiColor::Red.on_default().effects(Effects::UNDERLINE);
const COMMAND: Style = AnsiColor::Magenta.on_default().effects(Effects::BOLD);
const BRACKET: Style = Style::new().effects(Effects::BOLD.insert(Effects::UNDERLINE));
/// Hints stand back.
pub(super) const HINT: Style = Style::new().effects(Effects::DIMMED);

/// A part of the text, and how it is drawn.
type Painted = (Range<usize>, Style);

/// The text with colours. The brackets that belong together at the cursor are set off, unless the line is done.
pub(super) fn paint<'t>(text: &'t str, cursor: Option<usize>, language: Option<Language>) -> Cow<'t, str> {
    if text.len() > MOST {
        return plain(text);
    }
    let mut parts: Vec<Painted> = Vec::new();
    let mut end = 0;
    for piece in statements::typed(text, language) {
        parts.push((end..piece.start, COMMENT));
        end = piece.start + piece.text.len();
        match piece.language {
            None => meta(piece.text, piece.start, &mut parts),
            Some(language) => statement(piece.text, piece.start, language, cursor, &mut parts),
        }
    }
    // What stands between statements is blank, a mark of their end, or a comment.
    parts.push((end..text.len(), COMMENT));
    draw(text, &parts)
}

/// The text without colours.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) { Cow::Owned(text.chars().map(shown).collect()) } else { Cow::Borrowed(text) }
}

fn steers(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// A picture in place of a character that steers the terminal.
fn shown(c: char) -> char {
    match c {
        _ if !steers(c) => c,
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    }
}

fn draw<'t>(text: &'t str, parts: &[Painted]) -> Cow<'t, str> {
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for (range, style) in parts {
        let (Some(before), Some(inside)) = (text.get(at..range.start), text.get(range.clone())) else { continue };
        out.push_str(&plain(before));
        if inside.trim().is_empty() || *style == Style::new() {
            out.push_str(&plain(inside));
        } else {
            out.push_str(&format!("{style}{}{style:#}", plain(inside)));
        }
        at = range.end;
    }
    out.push_str(&plain(text.get(at..).unwrap_or_default()));
    Cow::Owned(out)
}

fn meta(text: &str, start: usize, parts: &mut Vec<Painted>) {
    let name = text.find(char::is_whitespace).unwrap_or(text.len());
    parts.push((start..start + name, COMMAND));
}

fn statement(text: &str, start: usize, language: Language, cursor: Option<usize>, parts: &mut Vec<Painted>) {
    let tokens = tokens::lex(text, language);
    let cursor = cursor.and_then(|cursor| cursor.checked_sub(start));
    let pair = cursor.and_then(|cursor| brackets(text, &tokens, cursor));
    let mut before: Option<&Token> = None;
    for (index, token) in tokens.iter().enumerate() {
        let word = token.of(text);
        let follows_dot = before.is_some_and(|before| before.is(text, "."));
        let is_call = tokens.get(index + 1).is_some_and(|next| next.is(text, "("));
        let style = match token.kind {
            _ if pair.is_some_and(|(a, b)| a == token.start || b == token.start) => BRACKET,
            Kind::Text | Kind::Pattern => TEXT,
            Kind::Quoted => FIELD,
            Kind::Number => NUMBER,
            Kind::Comment => COMMENT,
            Kind::Open if word.starts_with("/*") => COMMENT,
            Kind::Open => WRONG,
            Kind::Word if language == Language::Insights => {
                let is_first = before.is_none_or(|before| before.is(text, "|"));
                let is_typed = cursor.is_some_and(|cursor| cursor == token.end);
                insights_word(word, is_first, is_typed, is_call)
            }
            Kind::Word if language == Language::Sql => sql_word(word, follows_dot, is_call),
            Kind::Word if word.starts_with('$') => FIELD,
            Kind::Word if ["EXISTS", "IS", "NOT", "NULL", "TRUE", "FALSE"].contains(&word) => KEYWORD,
            Kind::Word | Kind::Blank | Kind::Symbol => Style::new(),
        };
        if style != Style::new() {
            parts.push((start + token.start..start + token.end, style));
        }
        if !token.is_trivia() {
            before = Some(token);
        }
    }
}

fn sql_word(word: &str, follows_dot: bool, is_call: bool) -> Style {
    if !follows_dot && complete::is_keyword(word) {
        KEYWORD
    } else if is_call {
        if is_function(word, Language::Sql) { FUNCTION } else { Style::new() }
    } else if follows_dot || is_column(word) {
        FIELD
    } else {
        Style::new()
    }
}

/// Words of the language that are no commands.
const INSIGHTS_WORDS: &[&str] =
    &["and", "as", "asc", "between", "by", "desc", "in", "is", "like", "not", "on", "or", "where"];

fn insights_word(word: &str, is_first: bool, is_typed: bool, is_call: bool) -> Style {
    let begins = |name: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let mut names = commands::ALL.iter().map(|row| row.name).chain(["explain", "analyze"]);
    if is_first {
        let is_command = names.clone().any(|name| name.eq_ignore_ascii_case(word));
        // A name that is still being typed is not wrong yet.
        let may_become = is_typed && names.any(begins);
        return if is_command || may_become { KEYWORD } else { WRONG };
    }
    if is_call {
        return if is_function(word, Language::Insights) { FUNCTION } else { Style::new() };
    }
    if INSIGHTS_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        return KEYWORD;
    }
    let first = word.split('.').next().unwrap_or_default();
    let is_field = insights::SYSTEM_FIELDS.contains(&first) || is_column(first);
    if is_field { FIELD } else { Style::new() }
}

fn is_function(word: &str, language: Language) -> bool {
    static NAMES: LazyLock<[HashSet<String>; 2]> = LazyLock::new(|| {
        [Language::Sql, Language::Insights]
            .map(|language| calls::of(language).iter().map(|(name, _)| name.to_lowercase()).collect())
    });
    let [sql, insights] = &*NAMES;
    let names = if language == Language::Sql { sql } else { insights };
    names.contains(&word.to_lowercase())
}

fn is_column(word: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| columns::ALL.iter().map(|column| column.name).collect());
    NAMES.contains(word.to_lowercase().as_str())
}

/// The bracket at the cursor, or right before it, and its partner.
fn brackets(text: &str, tokens: &[Token], cursor: usize) -> Option<(usize, usize)> {
    const PAIRS: [(&str, &str); 3] = [("(", ")"), ("[", "]"), ("{", "}")];
    let touched = |token: &&Token| token.kind == Kind::Symbol && (token.start == cursor || token.end == cursor);
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| touched(token)) {
        for (open, close) in PAIRS {
            let partner = if token.is(text, open) {
                partner(text, tokens.get(index..)?.iter(), open, close)
            } else if token.is(text, close) {
                partner(text, tokens.get(..=index)?.iter().rev(), close, open)
            } else {
                continue;
            };
            if let Some(partner) = partner {
                return Some((token.start, partner));
            }
        }
    }
    None
}

/// The first token that brings as many brackets of one kind as of the other.
fn partner<'t>(text: &str, tokens: impl Iterator<Item = &'t Token>, one: &str, other: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for token in tokens {
        if token.is(text, one) {
            depth += 1;
        } else if token.is(text, other) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(token.start);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The painted parts, as `colour:text`.
    fn check(text: &str, expected: &[&str]) {
        let names = [
            (KEYWORD, "keyword"),
            (FUNCTION, "function"),
            (FIELD, "field"),
            (TEXT, "text"),
            (NUMBER, "number"),
            (COMMENT, "comment"),
            (WRONG, "wrong"),
            (COMMAND, "command"),
            (BRACKET, "bracket"),
        ];
        let mut painted = paint(text, Some(text.len()), None).into_owned();
        for (style, name) in names {
            painted = painted.replace(&style.to_string(), &format!("\u{1}{name}:"));
        }
        let painted = painted.replace("\u{1b}[0m", "\u{2}");
        let parts = painted.split('\u{1}').skip(1).map(|part| part.split('\u{2}').next().unwrap_or_default());
        assert_eq!(parts.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn sql_has_its_colours() {
        check(
            "SELECT lower(eventname), 'x', 1 FROM cloudtrail -- c",
            &[
                "keyword:SELECT",
                "function:lower",
                "field:eventname",
                "text:'x'",
                "number:1",
                "keyword:FROM",
                "comment:-- c",
            ],
        );
        check(
            "SELECT \"$path\", useridentity.type",
            &["keyword:SELECT", "field:\"$path\"", "field:useridentity", "field:type"],
        );
        check("SELECT 'x", &["keyword:SELECT", "wrong:'x"]);
        check("SELECT /* x", &["keyword:SELECT", "comment:/* x"]);
        check("select nosuch(1)", &["keyword:select", "bracket:(", "number:1", "bracket:)"]);
    }

    #[test]
    fn pipe_queries_have_theirs() {
        check(
            "filter eventName like /x/ | stats count(*) by @log",
            &[
                "keyword:filter",
                "field:eventName",
                "keyword:like",
                "text:/x/",
                "keyword:stats",
                "function:count",
                "keyword:by",
                "field:@log",
            ],
        );
        check("fields a | wrnog b", &["keyword:fields", "wrong:wrnog"]);
        check("fields a | fil", &["keyword:fields", "keyword:fil"]);
        check(".mode csv", &["command:.mode"]);
        check("{ $.eventName = \"x\" }", &["bracket:{", "field:$.eventName", "text:\"x\"", "bracket:}"]);
    }

    #[test]
    fn what_would_steer_the_terminal_is_a_picture() {
        assert_eq!(plain("a\u{1b}[2J\u{7f}\u{9b}\n\t"), "a\u{241b}[2J\u{2421}\u{fffd}\n\t");
        assert!(!paint("SELECT '\u{1b}]0;x\u{7}'", None, None).contains("\u{1b}]"));
    }

    #[test]
    fn a_long_paste_has_no_colours() {
        let text = "SELECT 1, ".repeat(MOST);
        assert_eq!(paint(&text, None, None), text);
    }

    proptest! {
        #[test]
        fn no_character_is_lost(text in "\\PC*|['\"`;|{}()\\\\#\n\t é/*.-]*|(select|stats|\n|;|'|\\|| )*", cursor in 0_usize..50) {
            for language in [None, Some(Language::Sql), Some(Language::Insights), Some(Language::Filter)] {
                let painted = paint(&text, Some(cursor), language);
                prop_assert_eq!(anstream::adapter::strip_str(&painted).to_string(), plain(&text).into_owned());
            }
        }
    }
}
