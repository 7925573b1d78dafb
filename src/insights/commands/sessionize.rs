//! `sessionize`: numbers the visits of an identity, which end after a time without events.
//!
//! Sessions are numbered from 1 by the time they begin, those that begin together by their keys. Rows in which one of
//! the keys is missing belong to none.
//!
//! Source: CloudWatch Logs User Guide, "sessionize".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::functions_aggregate::min_max::min_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::functions_window::expr_fn::{dense_rank, lag};
use datafusion::logical_expr::{Expr as Engine, ExprFunctionExt, SortExpr, cast, lit, when};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{Expr, List, Name, level};
use crate::insights::lower::{Lowers, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::period::{Period, Unit};
use crate::insights::rows::Rows;
use crate::insights::value::{Class, Value};
use crate::insights::window::{aggregate, up_to_here};

pub(super) const ROW: Row = Row {
    name: "sessionize",
    usage: "sessionize field, … maxspan 30m as name",
    summary: "Numbers the sessions of an identity.",
    example: "sessionize userIdentity.arn maxspan 1h as visit | stats count(*), min(@timestamp) by visit",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Sessionize {
    keys: Vec<Expr>,
    gap: Period,
    alias: Option<Name>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let keys = parser.list(|parser| parser.expr_at(level::ADD))?;
    let gap = if parser.eat_word("maxspan").is_some() {
        parser.eat(crate::insights::token::TokenKind::Equal);
        parser.fixed_period()?
    } else {
        Period { count: 30, unit: Unit::Minute }
    };
    let alias = if parser.eat_word("as").is_some() { Some(parser.name()?) } else { None };
    Ok(Command::Sessionize(Sessionize { keys, gap, alias }))
}

impl Sessionize {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut keys = Vec::new();
        for key in &self.keys {
            let text = rows.value(key)?.text();
            keys.push(rows.computed("key", text)?);
        }
        let Some(time) = rows.world.timestamp().filter(|time| time.class == Class::Time) else {
            return Err(Diagnostic::error("I028", "`sessionize` needs `@timestamp`, which is gone after `stats`")
                .at(self.keys[0].span, "no `@timestamp` here")
                .help("write `sessionize` before `stats`"));
        };
        let time = rows.computed("time", time.time())?;
        let mut order = vec![time.clone().sort(true, false)];
        order.extend(rows.world.places().into_iter().map(|place| place.sort(true, false)));
        let within = |function: Engine| function.partition_by(keys.clone()).order_by(order.clone());
        let before = rows.windowed("before", within(lag(time.clone(), Some(1), None)).build())?;
        let millis = |time: Engine| cast(time, DataType::Int64);
        let pause = millis(time.clone()) - millis(before.clone());
        let begins = before.is_null().or(pause.gt(lit(self.gap.milliseconds())));
        let begins = rows.computed("begins", cast(begins, DataType::Int64))?;
        let count = within(aggregate(sum_udaf(), vec![begins])).window_frame(up_to_here()).build();
        let count = rows.windowed("count", count)?;
        let start = aggregate(min_udaf(), vec![time]).partition_by([keys.clone(), vec![count]].concat()).build();
        let start = rows.windowed("start", start)?;
        let present = keys.iter().map(|key| key.clone().is_not_null()).reduce(Engine::and).unwrap_or_else(|| lit(true));
        let present = rows.computed("present", present)?;
        let mut rank: Vec<SortExpr> = vec![present.clone().sort(false, false), start.sort(true, false)];
        rank.extend(keys.into_iter().map(|key| key.sort(true, false)));
        let number = rows.windowed("session", dense_rank().order_by(rank).build())?;
        let number = when(present, cast(number, DataType::Int64)).end().map_err(unplanned)?;
        let number = rows.computed("session", number)?;
        let name = self.alias.as_ref().map_or("session_id", |alias| &alias.text);
        rows.make(name, Value::new(number, Class::Count));
        Ok(())
    }
}

impl fmt::Display for Sessionize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sessionize {} maxspan {}", List(&self.keys), self.gap)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, " as {alias}"))
    }
}
