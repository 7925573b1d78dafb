//! Text → tokens, for any of the languages and however unfinished the text is.
//!
//! This is no parser's lexer: it only tells words, literals and comments apart, so that completion, colours and the
//! ends of statements see the same pieces. Every byte belongs to exactly one token.

use crate::insights::{self, TokenKind};
use crate::session::Language;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name. In Logs Insights and in patterns it has the dots of a path in it.
    Word,
    /// A name in quotes.
    Quoted,
    /// A text in quotes.
    Text,
    /// A regular expression.
    Pattern,
    /// A number.
    Number,
    /// An operator, a bracket, a comma.
    Symbol,
    /// Blanks and line ends.
    Blank,
    /// A comment.
    Comment,
    /// A literal or a comment that never ends; its first byte says which.
    Open,
}

/// A piece of text and its place, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// The piece itself.
    pub(super) fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it says nothing.
    pub(super) fn is_trivia(&self) -> bool {
        matches!(self.kind, Kind::Blank | Kind::Comment)
    }

    /// Whether it is this operator.
    pub(super) fn is(&self, text: &str, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.of(text) == symbol
    }

    /// Whether it is this word, in any case.
    pub(super) fn is_word(&self, text: &str, word: &str) -> bool {
        self.kind == Kind::Word && self.of(text).eq_ignore_ascii_case(word)
    }
}

/// The tokens of a statement.
pub(super) fn lex(text: &str, language: Language) -> Vec<Token> {
    match language {
        Language::Sql => sql(text).collect(),
        Language::Insights => insights::lex(text).iter().map(of_insights).collect(),
        Language::Filter => Lexer::new(text, Rules::Filter).collect(),
        // Rules are files of their own: nobody types them.
        Language::Sigma if text.is_empty() => Vec::new(),
        Language::Sigma => vec![Token { kind: Kind::Blank, start: 0, end: text.len() }],
    }
}

/// The tokens of SQL, one at a time.
pub(super) fn sql(text: &str) -> impl Iterator<Item = Token> {
    Lexer::new(text, Rules::Sql)
}

fn of_insights(token: &insights::Token) -> Token {
    let kind = match token.kind {
        TokenKind::Word => Kind::Word,
        TokenKind::Quoted => Kind::Quoted,
        TokenKind::Text => Kind::Text,
        TokenKind::Regex => Kind::Pattern,
        TokenKind::Number => Kind::Number,
        TokenKind::Unclosed => Kind::Open,
        TokenKind::Blank => Kind::Blank,
        TokenKind::Comment | TokenKind::ForeignComment => Kind::Comment,
        _ => Kind::Symbol,
    };
    Token { kind, start: token.span.start, end: token.span.end }
}

/// Whose literals and comments they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    Sql,
    Filter,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    rules: Rules,
    /// Whether nothing but blanks and comments came since the last statement, where wikis write comments of their own.
    is_between: bool,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.text.get(self.at..)?;
        let first = rest.chars().next()?;
        let (kind, length) = self.token(rest, first);
        let token = Token { kind, start: self.at, end: self.at + length };
        self.at = token.end;
        if !token.is_trivia() {
            self.is_between = token.is(self.text, ";");
        }
        Some(token)
    }
}

/// Operators of two characters.
const PAIRS: &[&str] = &["<>", "!=", "<=", ">=", "==", "||", "&&", "->", "=>", "::"];

impl<'a> Lexer<'a> {
    fn new(text: &'a str, rules: Rules) -> Self {
        Self { text, at: 0, rules, is_between: true }
    }

    /// The kind and the length of the token that the rest of the text begins with.
    fn token(&self, rest: &str, first: char) -> (Kind, usize) {
        let line = || rest.find('\n').unwrap_or(rest.len());
        let is_sql = self.rules == Rules::Sql;
        match first {
            _ if first.is_whitespace() => (Kind::Blank, run(rest, char::is_whitespace)),
            _ if is_sql && rest.starts_with("--") => (Kind::Comment, line()),
            '#' if !is_sql && self.is_between => (Kind::Comment, line()),
            '#' | '/' if is_sql && self.is_between && (first == '#' || rest.starts_with("//")) => {
                (Kind::Comment, line())
            }
            '/' if is_sql && rest.starts_with("/*") => match rest.get(2..).and_then(|inside| inside.find("*/")) {
                Some(end) => (Kind::Comment, end + 4),
                None => (Kind::Open, rest.len()),
            },
            '\'' if is_sql => doubled(rest, first, Kind::Text),
            '"' | '`' if is_sql => doubled(rest, first, Kind::Quoted),
            '$' if is_sql => dollar(rest),
            '"' => escaped(rest, first, Kind::Text),
            '%' => escaped(rest, first, Kind::Pattern),
            _ if first.is_ascii_digit() => (Kind::Number, number(rest)),
            _ if is_sql && is_word_start(first) => (Kind::Word, run(rest, is_word)),
            '$' | '*' if !is_sql => (Kind::Word, run(rest, |c| is_word(c) || matches!(c, '.' | '[' | ']' | '*'))),
            _ if !is_sql && is_word_start(first) => (Kind::Word, run(rest, |c| is_word(c) || c == '.')),
            _ => match PAIRS.iter().find(|pair| rest.starts_with(**pair)) {
                Some(pair) => (Kind::Symbol, pair.len()),
                None => (Kind::Symbol, first.len_utf8()),
            },
        }
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '@')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '$')
}

/// How many bytes at the beginning are of this kind.
fn run(rest: &str, wanted: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !wanted(c)).unwrap_or(rest.len())
}

fn number(rest: &str) -> usize {
    let digits = run(rest, |c| c.is_ascii_digit());
    let fraction = rest.get(digits..).and_then(|rest| rest.strip_prefix('.'));
    digits + fraction.map_or(0, |fraction| 1 + run(fraction, |c| c.is_ascii_digit()))
}

/// Up to the closing quote; a quote written twice is one of the text.
fn doubled(rest: &str, quote: char, kind: Kind) -> (Kind, usize) {
    let mut at = 1;
    while let Some(found) = rest.get(at..).and_then(|inside| inside.find(quote)) {
        at += found + 1;
        if !rest.get(at..).is_some_and(|after| after.starts_with(quote)) {
            return (kind, at);
        }
        at += 1;
    }
    (Kind::Open, rest.len())
}

/// Up to the next delimiter that no backslash precedes.
fn escaped(rest: &str, delimiter: char, kind: Kind) -> (Kind, usize) {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == delimiter => return (kind, at + c.len_utf8()),
            _ => {}
        }
    }
    (Kind::Open, rest.len())
}

/// `$$ text $$`, `$tag$ text $tag$`, or a placeholder.
fn dollar(rest: &str) -> (Kind, usize) {
    let name = 1 + run(rest.get(1..).unwrap_or_default(), |c| c.is_alphanumeric() || c == '_');
    if !rest.get(name..).is_some_and(|after| after.starts_with('$')) {
        return (Kind::Symbol, name);
    }
    let (tag, inside) = rest.split_at(name + 1);
    match inside.find(tag) {
        Some(end) => (Kind::Text, tag.len() + end + tag.len()),
        None => (Kind::Open, rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(Kind, &str)]) {
        let tokens = lex(text, Language::Sql);
        let found = tokens.iter().filter(|token| token.kind != Kind::Blank);
        let found: Vec<_> = found.map(|token| (token.kind, token.of(text))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn literals_and_comments_are_one_piece() {
        use Kind::{Comment, Number, Open, Quoted, Symbol, Text, Word};
        check("a <> 'it''s'", &[(Word, "a"), (Symbol, "<>"), (Text, "'it''s'")]);
        check("\"$path\" `x`", &[(Quoted, "\"$path\""), (Quoted, "`x`")]);
        check("a -- ; '\nb", &[(Word, "a"), (Comment, "-- ; '"), (Word, "b")]);
        check("/* ' */ 1.5", &[(Comment, "/* ' */"), (Number, "1.5")]);
        check("# wiki\na", &[(Comment, "# wiki"), (Word, "a")]);
        check("'open", &[(Open, "'open")]);
        check("/* open", &[(Open, "/* open")]);
        check("$$;$$ $1 $t$'$t$", &[(Text, "$$;$$"), (Symbol, "$1"), (Text, "$t$'$t$")]);
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_token(text in "\\PC*|['\"`$/*#;\\\\a-z0-9é \n-]*") {
            for language in [Language::Sql, Language::Insights, Language::Filter, Language::Sigma] {
                let mut at = 0;
                for token in lex(&text, language) {
                    prop_assert_eq!(token.start, at);
                    prop_assert!(token.end > at && text.is_char_boundary(token.end));
                    at = token.end;
                }
                prop_assert_eq!(at, text.len());
            }
        }
    }
}
