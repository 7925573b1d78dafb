//! `stats`: one row per group, or one of all rows. After it, only what it names exists.
//!
//! `… by bin(5m) offset 1h` counts every event in the bin an hour later, to be laid beside what happened there.

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{ExprKind, Item, List};
use crate::insights::lower::{Lowers, Range};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::period::Period;
use crate::insights::rows::{Group, Rows};

pub(super) const ROW: Row = Row {
    name: "stats",
    usage: "stats aggregate as name, … by key, … offset 1h",
    summary: "Counts and sums, per group.",
    example: "stats count(*) as calls by eventSource, bin(1h)",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Stats {
    pub(in crate::insights) items: Vec<Item>,
    pub(in crate::insights) keys: Vec<Item>,
    offset: Option<Period>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let items = parser.list(Parser::item)?;
    let keys = if parser.eat_word("by").is_some() { parser.list(Parser::item)? } else { Vec::new() };
    let offset = if parser.eat_word("offset").is_some() { Some(parser.fixed_period()?) } else { None };
    Ok(Command::Stats(Stats { items, keys, offset }))
}

impl Stats {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        rows.is_strict = !rows.world.has_record();
        if let Some(offset) = self.offset {
            rows.shift_back(offset)?;
        }
        let (keys, columns) = rows.grouping(&self.keys)?;
        let bins = self.keys.iter().enumerate().find_map(|(index, key)| Some((index, period(key)?)));
        rows.group = Some(Group { columns, aggregates: Vec::new(), bin: bins.map(|(_, period)| period) });
        for item in &self.items {
            let value = rows.value(&item.expr)?;
            if let Some(group) = &mut rows.group {
                group.columns.push(item.named(value));
            }
        }
        let Some(Group { columns, aggregates, .. }) = rows.group.take() else { return Ok(()) };
        if keys.is_empty() && aggregates.is_empty() {
            let span = self.items[0].expr.span;
            return Err(Diagnostic::error("I026", "`stats` without an aggregate").at(span, "the same for every row"));
        }
        let aggregates = rows.settle(aggregates)?;
        rows.build(|plan| plan.aggregate(keys, aggregates))?;
        rows.replace(columns, self.keys.len())?;
        (rows.is_strict, rows.offset, rows.bins) = (false, None, bins);
        Ok(())
    }
}

impl Rows {
    /// Reads the time asked for, less the offset, and has `bin` count from there.
    fn shift_back(&mut self, offset: Period) -> Lowers<()> {
        let shift = offset.milliseconds();
        let asked = self.read.range.unwrap_or(self.context.scope.range);
        let back = |millis: Option<i64>| millis.and_then(|millis| millis.checked_sub(shift));
        if asked != Range::default() {
            *self =
                self.again(Some(Range { since: back(asked.since), before: back(asked.before) }), self.done.len())?;
        }
        self.offset = Some(shift);
        Ok(())
    }
}

/// The period of a key that is a bin.
fn period(key: &Item) -> Option<Period> {
    let ExprKind::Call(call) = &key.expr.kind else { return None };
    let is_bin = ["bin", "datefloor"].contains(&call.name.text.as_str());
    let period = |arg: &crate::insights::ast::Expr| match arg.kind {
        ExprKind::Period(period) => Some(period),
        _ => None,
    };
    call.args.iter().find_map(period).filter(|_| is_bin)
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stats {}", List(&self.items))?;
        if !self.keys.is_empty() {
            write!(f, " by {}", List(&self.keys))?;
        }
        self.offset.map_or(Ok(()), |offset| write!(f, " offset {offset}"))
    }
}
