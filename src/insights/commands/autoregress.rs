//! `autoregress`: values of earlier rows beside each row's own.
//!
//! Source: CloudWatch Logs User Guide, "autoregress".

use std::fmt;
use std::ops::RangeInclusive;

use datafusion::functions_window::expr_fn::lag;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::Item;
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::token::TokenKind;
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "autoregress",
    usage: "autoregress field as name p=1-3",
    summary: "Puts the values of earlier rows beside each row's own.",
    example: "stats count(*) as n by bin(1h) as hour | sort hour asc | autoregress n p=1-2",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct AutoRegress {
    item: Item,
    /// How many rows before.
    places: RangeInclusive<usize>,
}

/// How far back rows are kept; what SPL allows too.
const FARTHEST: usize = 1000;

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let item = parser.item()?;
    let mut places = 1..=1;
    if parser.eat_option("p") {
        let first = place(parser)?;
        let last = if parser.eat(TokenKind::Minus).is_some() { place(parser)? } else { first };
        if last < first {
            let error = Diagnostic::error("I036", format!("`p` ends at {last}, before it begins at {first}"));
            return Err(error.at(parser.last(), "before the beginning").help("write the smaller number first"));
        }
        places = first..=last;
    }
    Ok(Command::AutoRegress(AutoRegress { item, places }))
}

fn place(parser: &mut Parser<'_>) -> Parsed<usize> {
    let place = parser.rows()?;
    if place <= FARTHEST {
        return Ok(place);
    }
    Err(Diagnostic::error("I036", format!("`p` reaches back {FARTHEST} rows at most, not {place}"))
        .at(parser.last(), "too far"))
}

impl AutoRegress {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let value = rows.value(&self.item.expr)?;
        let now = rows.computed(self.item.name(), value.expr.clone())?;
        let is_one = self.places.start() == self.places.end();
        for place in self.places.clone() {
            let name = match &self.item.alias {
                Some(alias) if is_one => alias.text.clone(),
                _ => format!("{}_p{place}", self.item.name()),
            };
            let shift = i64::try_from(place).unwrap_or(i64::MAX);
            let before = rows.window(&name, lag(now.clone(), Some(shift), None), Vec::new())?;
            rows.make(&name, Value::new(before, value.class));
        }
        Ok(())
    }
}

impl fmt::Display for AutoRegress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "autoregress {} p={}", self.item, self.places.start())?;
        if self.places.start() == self.places.end() { Ok(()) } else { write!(f, "-{}", self.places.end()) }
    }
}
