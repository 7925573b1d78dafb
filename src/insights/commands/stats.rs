//! `stats`: one row per group, or one of all rows. After it, only what it names exists.

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{ExprKind, Item, List};
use crate::insights::functions;
use crate::insights::lower::{Group, Lowers, Named, Rows, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "stats",
    usage: "stats aggregate as name, … by key, …",
    summary: "Counts and sums, per group.",
    example: "stats count(*) as calls by eventSource, bin(1h)",
    parse: Some(parse),
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Stats {
    pub(in crate::insights) items: Vec<Item>,
    pub(in crate::insights) keys: Vec<Item>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let items = parser.list(Parser::item)?;
    let keys = if parser.eat_word("by").is_some() { parser.list(Parser::item)? } else { Vec::new() };
    if parser.is_word_ahead(0, "offset") {
        return Err(
            Diagnostic::error("I023", "`offset` is not supported yet").at(parser.token().span, "a later version will")
        );
    }
    Ok(Command::Stats(Stats { items, keys }))
}

impl Stats {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        rows.is_strict = !rows.has_record;
        let mut group = Group::default();
        let mut keys = Vec::new();
        for item in &self.keys {
            let value = rows.value(&item.expr)?;
            let fresh = rows.fresh(item.name());
            keys.push(value.expr.alias(&fresh));
            group.columns.push(named(item, Value::new(column(&fresh), value.class)));
        }
        rows.group = Some(group);
        for item in &self.items {
            let value = rows.value(&item.expr)?;
            if let Some(group) = &mut rows.group {
                group.columns.push(named(item, value));
            }
        }
        let Some(Group { columns, aggregates }) = rows.group.take() else { return Ok(()) };
        if keys.is_empty() && aggregates.is_empty() {
            let span = self.items[0].expr.span;
            return Err(Diagnostic::error("I026", "`stats` without an aggregate").at(span, "the same for every row"));
        }
        let keys = rows.settle(keys)?;
        let aggregates = rows.settle(aggregates)?;
        rows.build(|plan| plan.aggregate(keys, aggregates))?;
        rows.replace(columns, self.keys.len())?;
        rows.is_strict = false;
        Ok(())
    }
}

fn named(item: &Item, value: Value) -> Named {
    let name = item.name().to_owned();
    let aggregate = match &item.expr.kind {
        ExprKind::Call(call) if item.alias.is_none() => functions::find(&call.name.text).map(|function| function.name),
        _ => None,
    };
    let key = if item.alias.is_some() { name.clone() } else { item.expr.key() };
    Named { name, key, value, aggregate: aggregate.map(str::to_owned) }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stats {}", List(&self.items))?;
        if self.keys.is_empty() { Ok(()) } else { write!(f, " by {}", List(&self.keys)) }
    }
}
