//! Tokens → what commands take beside expressions: options, flags, numbers of rows, periods of a fixed length.

use super::parser::{Parsed, Parser};
use super::period::Period;
use super::token::TokenKind;
use crate::diag::Diagnostic;
use crate::functions::period::Length;

impl Parser<'_> {
    /// Takes `name=` if it stands at the cursor, else notes that it was expected.
    pub(super) fn eat_option(&mut self, name: &'static str) -> bool {
        let is_there = self.is_word_ahead(0, name) && self.ahead(1).kind == TokenKind::Equal;
        if is_there {
            self.bump();
            self.bump();
        } else {
            self.allow(name);
        }
        is_there
    }

    /// `true` or `false`, as an option's value.
    pub(super) fn flag(&mut self) -> Parsed<bool> {
        for (word, flag) in [("true", true), ("false", false), ("t", true), ("f", false)] {
            if self.is_word_ahead(0, word) {
                self.bump();
                return Ok(flag);
            }
        }
        self.expect("true");
        self.expect("false");
        Err(self.unexpected())
    }

    /// A positive whole number.
    pub(super) fn rows(&mut self) -> Parsed<usize> {
        self.expect("<number>");
        let token = self.token();
        let error = |span, found: String| {
            Diagnostic::error("I018", format!("expected a positive whole number, found {found}"))
                .at(span, "not a number of rows")
        };
        if token.kind == TokenKind::Minus {
            let minus = self.bump();
            let span = if self.peek() == TokenKind::Number { minus.span.to(self.bump().span) } else { minus.span };
            return Err(error(span, format!("`{}`", self.slice(span))));
        }
        let rows = self.slice(token.span).parse().ok().filter(|rows| *rows > 0);
        match rows.filter(|_| token.kind == TokenKind::Number) {
            Some(rows) => {
                self.bump();
                Ok(rows)
            }
            None => {
                let error = error(token.span, self.found());
                if token.kind != TokenKind::End && token.kind != TokenKind::Pipe {
                    self.bump();
                }
                Err(error)
            }
        }
    }

    /// A period of a fixed length: months differ.
    pub(super) fn fixed_period(&mut self) -> Parsed<Period> {
        self.expect("<period>");
        let number = self.require(TokenKind::Number)?.span;
        let unit = self.require(TokenKind::Word)?.span;
        let period = self.period(number, unit);
        if matches!(period.length(), Length::Months(_)) {
            self.report(
                Diagnostic::error("I012", "months and years differ in length")
                    .at(number.to(unit), "not of a fixed length")
                    .help("write it in days or weeks"),
            );
        }
        Ok(period)
    }
}
