//! Tokens → names: fields by their paths, names to give, archives and tables, and what an expression is called.

use super::ast::{Glob, Item, Name, Path, Segment, Text, is_reserved};
use super::parser::{EXPRESSION, NAME, Parsed, Parser};
use super::token::TokenKind;
use crate::diag::{Diagnostic, Span};

impl Parser<'_> {
    /// A field or a name: words and quoted names without blanks between them.
    pub(super) fn path(&mut self) -> Parsed<Path> {
        if !matches!(self.peek(), TokenKind::Word | TokenKind::Quoted) {
            return Err(self.unexpected());
        }
        let start = self.token().span.start;
        let mut segments = Vec::new();
        // Whether the last segment is complete, so that only a dot can go on.
        let mut complete = false;
        loop {
            let token = self.token();
            let adjoins = segments.is_empty() || token.span.start == self.last_end();
            let text = self.slice(token.span);
            match token.kind {
                TokenKind::Quoted if adjoins && !complete => {
                    segments.push(Segment::Name(text[1..text.len() - 1].replace("\\`", "`")));
                    complete = true;
                }
                TokenKind::OpenBracket if adjoins && complete => {
                    segments.push(self.subscript()?);
                    continue;
                }
                TokenKind::Word if adjoins && (segments.is_empty() || (complete && text.starts_with('.'))) => {
                    let text = if complete { &text[1..] } else { text };
                    complete = !text.is_empty() && !text.ends_with('.');
                    let text = text.strip_suffix('.').unwrap_or(text);
                    let names = text.split('.').filter(|_| !text.is_empty());
                    segments.extend(names.map(|name| Segment::Name(name.to_owned())));
                }
                _ => break,
            }
            self.bump();
        }
        let span = Span::new(start, self.last_end());
        let is_empty = |segment: &Segment| matches!(segment, Segment::Name(name) if name.is_empty());
        if !complete || segments.iter().any(is_empty) {
            return Err(Diagnostic::error(
                "I004",
                format!("`{}` lacks a name between or after its dots", self.slice(span)),
            )
            .at(span, "incomplete path"));
        }
        Ok(Path { segments, span })
    }

    /// `[*]`, any element of a list, or `[0]`, the element with this number.
    fn subscript(&mut self) -> Parsed<Segment> {
        self.bump();
        let token = self.token();
        let segment = match token.kind {
            TokenKind::Star => Segment::Each,
            TokenKind::Number if self.slice(token.span).bytes().all(|byte| byte.is_ascii_digit()) => {
                Segment::Name(self.slice(token.span).to_owned())
            }
            _ => {
                self.expect("*");
                self.expect("<number>");
                return Err(self.unexpected());
            }
        };
        self.bump();
        self.require(TokenKind::CloseBracket)?;
        Ok(segment)
    }

    /// A name to give: after `as`.
    pub(super) fn name(&mut self) -> Parsed<Name> {
        self.expect(NAME);
        let token = self.token();
        if token.kind == TokenKind::Word && is_reserved(self.slice(token.span)) {
            return Err(self.unexpected().help(format!("write it in backticks: `` `{}` ``", self.slice(token.span))));
        }
        let path = self.path()?;
        Ok(Name { text: path.text(), span: path.span })
    }

    /// The name of something outside the query: a text, or what stands there without blanks.
    pub(super) fn source_name(&mut self) -> Parsed<Text> {
        self.expect(NAME);
        let start = self.token();
        match start.kind {
            TokenKind::Text => return self.text(),
            TokenKind::Quoted => {
                let name = self.name()?;
                return Ok(Text { text: name.text, span: name.span });
            }
            TokenKind::Word | TokenKind::Slash | TokenKind::Number => {}
            _ => return Err(self.unexpected()),
        }
        self.bump();
        let goes_on = |kind: TokenKind| {
            matches!(kind, TokenKind::Word | TokenKind::Slash | TokenKind::Number | TokenKind::Minus | TokenKind::Colon)
        };
        while goes_on(self.peek()) && self.token().span.start == self.last_end() {
            self.bump();
        }
        let span = Span::new(start.span.start, self.last_end());
        Ok(Text { text: self.slice(span).to_owned(), span })
    }

    /// `['a', 'b']`, or one text without brackets.
    pub(super) fn texts(&mut self) -> Parsed<Vec<Text>> {
        if self.eat(TokenKind::OpenBracket).is_none() {
            return Ok(vec![self.text()?]);
        }
        let texts = self.list(Self::text)?;
        self.require(TokenKind::CloseBracket)?;
        Ok(texts)
    }

    fn text(&mut self) -> Parsed<Text> {
        let span = self.require(TokenKind::Text)?.span;
        Ok(Text { text: unquote(self.slice(span)), span })
    }

    /// Fields, or names with `*` for any characters, with blanks or commas between them; none is fine.
    pub(super) fn globs(&mut self) -> Parsed<Vec<Glob>> {
        let mut globs = Vec::new();
        loop {
            let start = self.token();
            let is_many =
                |parser: &Self| parser.peek() == TokenKind::Star && parser.token().span.start == parser.last_end();
            match start.kind {
                TokenKind::Star => _ = self.bump(),
                TokenKind::Word | TokenKind::Quoted => {
                    let path = self.path()?;
                    if !is_many(self) {
                        globs.push(Glob::One(path));
                        self.eat(TokenKind::Comma);
                        continue;
                    }
                }
                _ => {
                    self.expect(EXPRESSION);
                    return Ok(globs);
                }
            }
            while matches!(self.peek(), TokenKind::Star | TokenKind::Word) && self.token().span.start == self.last_end()
            {
                self.bump();
            }
            globs.push(Glob::Many(self.slice(Span::new(start.span.start, self.last_end())).to_owned()));
            self.eat(TokenKind::Comma);
        }
    }

    /// A column as later commands name it: a name, or the expression that made it.
    pub(super) fn column_name(&mut self) -> Parsed<Name> {
        let expr = self.expr_at(super::ast::level::ADD)?;
        Ok(Name { text: expr.key(), span: expr.span })
    }

    /// An expression, and a name for it.
    pub(super) fn item(&mut self) -> Parsed<Item> {
        if self.peek() == TokenKind::Star {
            let star = self.bump();
            return Err(Diagnostic::error("I029", "`*` is not a field")
                .at(star.span, "not a field")
                .help("name the fields; `@message` is the whole record"));
        }
        let start = self.at;
        let expr = self.expr()?;
        let text = self.squeezed(start);
        let alias = if self.eat_word("as").is_some() { Some(self.name()?) } else { None };
        Ok(Item { expr, text, alias })
    }

    /// The text from a token up to the last one taken: every blank or comment as one space.
    fn squeezed(&self, from: usize) -> String {
        let mut text = String::new();
        let mut end = self.tokens[from].span.start;
        for token in &self.tokens[from..self.at] {
            if token.span.start > end {
                text.push(' ');
            }
            text.push_str(self.slice(token.span));
            end = token.span.end;
        }
        // A name in backticks is shown without them.
        match text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) {
            Some(name) if !name.contains('`') => name.to_owned(),
            _ => text,
        }
    }
}

/// The string in a token's text: without quotes, escapes resolved, unknown escapes kept.
pub(super) fn unquote(token: &str) -> String {
    let inner = &token[1..token.len() - 1];
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some(escaped @ ('"' | '\'' | '\\')) => text.push(escaped),
            other => text.extend(std::iter::once('\\').chain(other)),
        }
    }
    text
}
