//! The smallest pieces of a query's text.

use crate::diag::Span;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, digits, `_`, `@` and dots: a keyword, a name, a path or a part of one.
    Word,
    /// A name between backticks.
    Quoted,
    /// Text between single or double quotes.
    Text,
    /// A pattern between slashes.
    Regex,
    /// Digits, with a fraction or an exponent.
    Number,
    /// `|`
    Pipe,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=~`
    Match,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`, as division
    Slash,
    /// `%`
    Percent,
    /// `^`
    Caret,
    /// `!`
    Bang,
    /// `&&`, which is no operator here.
    Ampersands,
    /// A string, pattern or quoted name that never ends; its first byte says which.
    Unclosed,
    /// Blanks and line ends.
    Blank,
    /// `#` to the end of the line.
    Comment,
    /// `--` or `//` to the end of the line, which is no comment here.
    ForeignComment,
    /// Anything else.
    Stray,
    /// After the last byte. Never made by the lexer.
    End,
}

impl TokenKind {
    /// Whether it only keeps other tokens apart.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Blank | Self::Comment | Self::ForeignComment)
    }

    /// How a message names it.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Word | Self::Quoted => "a name",
            Self::Text => "a string",
            Self::Regex => "a pattern",
            Self::Number => "a number",
            Self::Pipe => "|",
            Self::Comma => ",",
            Self::Colon => ":",
            Self::OpenParen => "(",
            Self::CloseParen => ")",
            Self::OpenBracket => "[",
            Self::CloseBracket => "]",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Match => "=~",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Star => "*",
            Self::Slash => "/",
            Self::Percent => "%",
            Self::Caret => "^",
            Self::Bang => "!",
            Self::Ampersands => "&&",
            Self::Unclosed | Self::Stray => "a stray character",
            Self::Blank | Self::Comment | Self::ForeignComment => "a blank",
            Self::End => "the end of the query",
        }
    }
}

/// A piece of text and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}
