//! Text → tokens of single statements. Every token keeps its place in the text as written.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, TokenizerError, Word};

use super::dialect::Athena;
use super::span;
use crate::diag::Diagnostic;

/// The statements of a text, as tokens; empty ones are left out.
///
/// # Errors
/// When a quote or a comment has no end.
pub(super) fn statements(text: &str) -> Result<Vec<Vec<TokenWithSpan>>, TokenizerError> {
    let tokens = Tokenizer::new(&Athena, &without_wiki_comments(text)).tokenize_with_location()?;
    let statements = tokens.split(|token| token.token == Token::SemiColon);
    Ok(statements.filter(|tokens| tokens.iter().any(|token| !is_blank(token))).map(<[_]>::to_vec).collect())
}

/// Lines between statements that wikis mark with `#` or `//`, made blank.
fn without_wiki_comments(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut is_between = true;
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        if is_between && (words.starts_with('#') || words.starts_with("//")) {
            mended.extend(line.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            continue;
        }
        if !words.is_empty() && !words.starts_with("--") {
            is_between = words.ends_with(';');
        }
        mended.push_str(line);
    }
    mended
}

/// Whether a token says nothing.
pub(super) fn is_blank(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Whitespace(_))
}

/// Whether a token is this word, not quoted, in any case.
pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

/// A quoted name.
pub(super) fn name(value: &str) -> Token {
    Token::Word(Word { value: value.to_owned(), quote_style: Some('"'), keyword: Keyword::NoKeyword })
}

/// A word that stands for itself, at the place of another token.
pub(super) fn word(value: &str, span: Span) -> TokenWithSpan {
    TokenWithSpan::new(Token::make_word(value, None), span)
}

/// Tokens read from left to right, blanks passed over.
pub(super) struct Reader<'a> {
    tokens: &'a [TokenWithSpan],
    at: usize,
}

impl<'a> Reader<'a> {
    /// From the first token on.
    pub(super) fn new(tokens: &'a [TokenWithSpan]) -> Self {
        let mut reader = Self { tokens, at: 0 };
        reader.pass_blanks();
        reader
    }

    fn pass_blanks(&mut self) {
        while self.tokens.get(self.at).is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// The next token; [`Token::EOF`] at the end.
    pub(super) fn peek(&self) -> &'a Token {
        self.tokens.get(self.at).map_or(&Token::EOF, |token| &token.token)
    }

    /// Where the next token stands; at the end, where the last one ended.
    pub(super) fn place(&self) -> Span {
        match self.tokens.get(self.at) {
            Some(token) => token.span,
            None => self.tokens.last().map_or(Span::new(Location::new(1, 1), Location::new(1, 1)), |last| {
                Span::new(last.span.end, last.span.end)
            }),
        }
    }

    /// The error of a reader that wants something else than the next token, which stands in `text`.
    pub(super) fn expected(&self, code: &'static str, what: &str, text: &str) -> Diagnostic {
        let found = match self.peek() {
            Token::EOF => "the end".to_owned(),
            token => format!("`{token}`"),
        };
        let place = span::convert(text, self.place()).unwrap_or_default();
        Diagnostic::error(code, format!("expected {what}, found {found}")).at(place, "")
    }

    /// The next token, which is passed.
    pub(super) fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.at = (self.at + 1).min(self.tokens.len());
        self.pass_blanks();
        token
    }

    /// Passes the next token where it is this one.
    pub(super) fn take(&mut self, token: &Token) -> bool {
        let is_next = self.peek() == token;
        if is_next {
            self.next();
        }
        is_next
    }

    /// Passes the next words where they are these.
    pub(super) fn words(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        for word in words {
            if !is_word(self.peek(), word) {
                self.at = start;
                return false;
            }
            self.next();
        }
        true
    }

    /// The tokens that are left.
    pub(super) fn rest(&self) -> &'a [TokenWithSpan] {
        &self.tokens[self.at.min(self.tokens.len())..]
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// How many tokens were passed, blanks included.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// A name of one to three parts: `t`, `db.t`, `"catalog"."db"."t"`.
    pub(super) fn object_name(&mut self) -> Option<Vec<String>> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                Token::Word(word) => parts.push(word.value.clone()),
                Token::SingleQuotedString(text) => parts.push(text.clone()),
                _ => return None,
            }
            self.next();
            if !self.take(&Token::Period) {
                return Some(parts);
            }
        }
    }

    /// A text in single quotes.
    pub(super) fn text(&mut self) -> Option<String> {
        match self.peek() {
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => {
                self.next();
                Some(text.clone())
            }
            Token::Word(word) if word.quote_style == Some('"') => {
                self.next();
                Some(word.value.clone())
            }
            _ => None,
        }
    }

    /// The tokens between a bracket, which is next, and its partner; both are passed.
    pub(super) fn bracketed(&mut self) -> Option<&'a [TokenWithSpan]> {
        if !self.take(&Token::LParen) {
            return None;
        }
        let start = self.at;
        let mut depth = 1_u32;
        while !self.is_done() {
            match self.peek() {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inside = &self.tokens[start..self.at];
                self.next();
                return Some(inside);
            }
            self.next();
        }
        None
    }
}
