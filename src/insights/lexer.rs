//! Text → tokens. Every byte belongs to exactly one token, so nothing here can fail.
//!
//! One rule looks back: a slash opens a pattern after `like`, after `=~` and where `parse` expects its
//! pattern; anywhere else it divides.

use super::token::{Token, TokenKind};
use crate::diag::Span;

/// The tokens of a query, blanks and comments included, in order and without gaps.
#[must_use]
pub fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, previous: None, depth: 0, awaits_pattern: false };
    let mut tokens = Vec::new();
    while lexer.at < text.len() {
        let start = lexer.at;
        let kind = lexer.token();
        debug_assert!(lexer.at > start, "a token has at least one byte");
        let token = Token { kind, span: Span::new(start, lexer.at) };
        if !kind.is_trivia() {
            lexer.remember(token);
        }
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The last token that is not trivia.
    previous: Option<Token>,
    /// Open parentheses and brackets.
    depth: usize,
    /// Inside `parse`, before its pattern.
    awaits_pattern: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }

    fn take_line(&mut self) {
        self.take_while(|c| c != '\n');
    }

    fn token(&mut self) -> TokenKind {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return TokenKind::End };
        if first.is_whitespace() {
            self.take_while(char::is_whitespace);
            return TokenKind::Blank;
        }
        if is_word_start(first) || (first == '.' && self.follows_segment()) {
            self.at += first.len_utf8();
            self.take_while(is_word);
            return TokenKind::Word;
        }
        if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            return self.number();
        }
        match first {
            '#' => {
                self.take_line();
                TokenKind::Comment
            }
            '"' | '\'' => self.delimited(first, TokenKind::Text, |_| false),
            '`' => self.delimited(first, TokenKind::Quoted, |c| c == '\n'),
            '/' if self.expects_pattern() => self.delimited(first, TokenKind::Regex, |c| c == '\n'),
            '/' if rest.starts_with("//") => {
                self.take_line();
                TokenKind::ForeignComment
            }
            // Two minus signs in a row make sense before a number or a parenthesis only.
            '-' if rest.starts_with("--")
                && !rest[2..].starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '(') =>
            {
                self.take_line();
                TokenKind::ForeignComment
            }
            _ => self.symbol(first),
        }
    }

    fn symbol(&mut self, first: char) -> TokenKind {
        const TWO: &[(&str, TokenKind)] = &[
            ("==", TokenKind::Equal),
            ("=~", TokenKind::Match),
            ("!=", TokenKind::NotEqual),
            ("<=", TokenKind::LessEqual),
            (">=", TokenKind::GreaterEqual),
            ("&&", TokenKind::Ampersands),
        ];
        if let Some((text, kind)) = TWO.iter().find(|(text, _)| self.rest().starts_with(text)) {
            self.at += text.len();
            return *kind;
        }
        self.at += first.len_utf8();
        match first {
            '|' => TokenKind::Pipe,
            ',' => TokenKind::Comma,
            ':' => TokenKind::Colon,
            '(' => TokenKind::OpenParen,
            ')' => TokenKind::CloseParen,
            '[' => TokenKind::OpenBracket,
            ']' => TokenKind::CloseBracket,
            '=' => TokenKind::Equal,
            '<' => TokenKind::Less,
            '>' => TokenKind::Greater,
            '+' => TokenKind::Plus,
            '-' => TokenKind::Minus,
            '*' => TokenKind::Star,
            '/' => TokenKind::Slash,
            '%' => TokenKind::Percent,
            '^' => TokenKind::Caret,
            '!' => TokenKind::Bang,
            _ => TokenKind::Stray,
        }
    }

    fn number(&mut self) -> TokenKind {
        let digit = |c: char| c.is_ascii_digit();
        self.take_while(digit);
        if self.rest().starts_with('.') && self.rest()[1..].starts_with(digit) {
            self.at += 1;
            self.take_while(digit);
        }
        // An exponent needs a digit; otherwise the letter begins a unit.
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E']) {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.starts_with(digit) {
                self.at += 1 + (exponent.len() - digits.len());
                self.take_while(digit);
            }
        }
        TokenKind::Number
    }

    /// Up to the next delimiter that no backslash precedes, or to where the literal must have ended.
    fn delimited(&mut self, delimiter: char, kind: TokenKind, ends: impl Fn(char) -> bool) -> TokenKind {
        self.at += delimiter.len_utf8();
        while let Some(c) = self.peek() {
            if ends(c) {
                break;
            }
            self.at += c.len_utf8();
            if c == delimiter {
                return kind;
            }
            if c == '\\'
                && let Some(escaped) = self.peek()
                && !ends(escaped)
                // In a quoted name only the backtick can be escaped.
                && (delimiter != '`' || escaped == '`')
            {
                self.at += escaped.len_utf8();
            }
        }
        TokenKind::Unclosed
    }

    /// Whether a dot here goes on with a path: after a quoted name, and after `[*]`.
    fn follows_segment(&self) -> bool {
        let ends_segment = |token: Token| matches!(token.kind, TokenKind::Quoted | TokenKind::CloseBracket);
        self.previous.is_some_and(|token| ends_segment(token) && token.span.end == self.at)
    }

    fn expects_pattern(&self) -> bool {
        let Some(previous) = self.previous else { return false };
        match previous.kind {
            TokenKind::Match => true,
            TokenKind::Word if self.text[previous.span.range()].eq_ignore_ascii_case("like") => true,
            _ => self.awaits_pattern && self.depth == 0,
        }
    }

    fn remember(&mut self, token: Token) {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => self.depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket => self.depth = self.depth.saturating_sub(1),
            TokenKind::Pipe => self.awaits_pattern = false,
            TokenKind::Text | TokenKind::Regex if self.depth == 0 => self.awaits_pattern = false,
            TokenKind::Word if self.previous.is_none_or(|token| token.kind == TokenKind::Pipe) => {
                self.awaits_pattern = self.text[token.span.range()].eq_ignore_ascii_case("parse");
                // A pipe inside a subquery begins a command too; parentheses count from there.
                if self.awaits_pattern {
                    self.depth = 0;
                }
            }
            _ => {}
        }
        self.previous = Some(token);
    }
}

/// Whether a bare name can begin with this.
pub(super) fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '@'
}

/// Whether a bare path can go on with this.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(TokenKind, &str)]) {
        let tokens: Vec<_> = lex(text)
            .into_iter()
            .filter(|token| token.kind != TokenKind::Blank)
            .map(|token| (token.kind, &text[token.span.range()]))
            .collect();
        assert_eq!(tokens, expected, "{text}");
    }

    #[test]
    fn words_numbers_and_quotes() {
        use TokenKind::{Caret, Comma, Number, OpenParen, Pipe, Quoted, Text, Word};
        check("a.0.b @x _y", &[(Word, "a.0.b"), (Word, "@x"), (Word, "_y")]);
        check(
            "12 12.5 .5 1e6 5m 1.5e-3",
            &[
                (Number, "12"),
                (Number, "12.5"),
                (Number, ".5"),
                (Number, "1e6"),
                (Number, "5"),
                (Word, "m"),
                (Number, "1.5e-3"),
            ],
        );
        check(
            "r.`x-y`.0.z,`a\\`b`",
            &[(Word, "r."), (Quoted, "`x-y`"), (Word, ".0.z"), (Comma, ","), (Quoted, "`a\\`b`")],
        );
        check(r#"'a"b' "c\"|#d""#, &[(Text, r#"'a"b'"#), (Text, r#""c\"|#d""#)]);
        check("a^(|", &[(Word, "a"), (Caret, "^"), (OpenParen, "("), (Pipe, "|")]);
    }

    #[test]
    fn a_slash_opens_a_pattern_only_where_one_is_expected() {
        use TokenKind::{CloseParen, Match, OpenParen, Regex, Slash, Word};
        check("a / b / c", &[(Word, "a"), (Slash, "/"), (Word, "b"), (Slash, "/"), (Word, "c")]);
        check("a like /b|#\\/c/", &[(Word, "a"), (Word, "like"), (Regex, "/b|#\\/c/")]);
        check("a =~ /b/", &[(Word, "a"), (Match, "=~"), (Regex, "/b/")]);
        check("parse a /b/", &[(Word, "parse"), (Word, "a"), (Regex, "/b/")]);
        check("parse /b/", &[(Word, "parse"), (Regex, "/b/")]);
        check(
            "parse f(a/b) /c/",
            &[
                (Word, "parse"),
                (Word, "f"),
                (OpenParen, "("),
                (Word, "a"),
                (Slash, "/"),
                (Word, "b"),
                (CloseParen, ")"),
                (Regex, "/c/"),
            ],
        );
    }

    #[test]
    fn comments_end_with_their_line() {
        use TokenKind::{Comment, ForeignComment, Minus, Number, Word};
        check("# x | y\na # b", &[(Comment, "# x | y"), (Word, "a"), (Comment, "# b")]);
        check("-- x\na // b", &[(ForeignComment, "-- x"), (Word, "a"), (ForeignComment, "// b")]);
        check("1--2", &[(Number, "1"), (Minus, "-"), (Minus, "-"), (Number, "2")]);
    }

    #[test]
    fn what_never_ends_is_one_token() {
        use TokenKind::{Pipe, Unclosed, Word};
        check("a \"b\n| c", &[(Word, "a"), (Unclosed, "\"b\n| c")]);
        check("a like /b\n| c", &[(Word, "a"), (Word, "like"), (Unclosed, "/b"), (Pipe, "|"), (Word, "c")]);
    }

    proptest! {
        #[test]
        fn lexing_covers_every_byte(text in "\\PC*|[a-z|/'\"`\\\\#\\-. \n0-9(]*|(like|parse|=~|/|'|\n| )*") {
            let mut at = 0;
            for token in lex(&text) {
                prop_assert_eq!(token.span.start, at);
                prop_assert!(token.span.end > at);
                at = token.span.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
