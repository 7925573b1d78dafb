//! `addtotals`: the sum of every row's numbers, and a row of the sums of every column.
//!
//! Source: CloudWatch Logs User Guide, "addtotals".

use std::fmt;

use datafusion::functions::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{max, sum};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, GroupingSet, lit, when};

use super::{Command, Row};
use crate::diag::Span;
use crate::insights::ast::{Glob, Name};
use crate::insights::lower::{Lowers, column, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::{Class, Value};
use crate::insights::world::Named;

pub(super) const ROW: Row = Row {
    name: "addtotals",
    usage: "addtotals fieldname=Total row=true col=false field, …",
    summary: "Adds the sum of every row, and a row of the sums of all.",
    example: "stats count(*) as calls by awsRegion | addtotals row=false col=true",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct AddTotals {
    name: Option<Name>,
    adds_column: bool,
    adds_row: bool,
    /// All numbers that are shown when there is none.
    fields: Vec<Glob>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let mut totals = AddTotals { name: None, adds_column: true, adds_row: false, fields: Vec::new() };
    loop {
        if parser.eat_option("fieldname") {
            totals.name = Some(parser.name()?);
        } else if parser.eat_option("row") {
            totals.adds_column = parser.flag()?;
        } else if parser.eat_option("col") {
            totals.adds_row = parser.flag()?;
        } else {
            break;
        }
    }
    totals.fields = parser.globs()?;
    Ok(Command::AddTotals(totals))
}

impl AddTotals {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut names = Vec::new();
        for shown in rows.chosen(&self.fields) {
            let value = rows.value_shown(&shown);
            let is_number = matches!(value.class, Class::Number | Class::Count);
            if is_number || !self.fields.is_empty() {
                names.push((shown.0, value));
            }
        }
        if self.adds_column {
            let total = self.name.as_ref().map_or("Total", |name| &name.text);
            let value = row_total(&names)?;
            let value = rows.keep(total, value)?;
            rows.make(total, value.clone());
            names.push((total.to_owned(), value));
        }
        if self.adds_row { add_row(rows, &names) } else { Ok(()) }
    }
}

/// The sum of the numbers that are there.
fn row_total(numbers: &[(String, Value)]) -> Lowers<Value> {
    let class = if numbers.iter().all(|(_, value)| value.class == Class::Count) { Class::Count } else { Class::Number };
    let of = |value: &Value| if class == Class::Count { value.expr.clone() } else { value.number() };
    let zero = || if class == Class::Count { lit(0_i64) } else { lit(0.0) };
    let terms = numbers.iter().map(|(_, value)| coalesce(vec![of(value), zero()])).reduce(|a, b| a + b);
    let present = numbers.iter().map(|(_, value)| of(value).is_not_null()).reduce(Expr::or);
    let Some((terms, present)) = terms.zip(present) else { return Ok(Value::missing()) };
    Ok(Value::new(when(present, terms).end().map_err(unplanned)?, class))
}

/// Adds a row with the sums of these columns at the end: every row is a group of its own, and all are one group.
fn add_row(rows: &mut Rows, numbers: &[(String, Value)]) -> Lowers<()> {
    let place = rows.window("place", row_number(), Vec::new())?;
    // Whether a row is the last is a key of its own: DataFusion 55 takes the groups for sorted as the rows were.
    let last = rows.fresh("last");
    let is_last = place.clone().is_null().alias(&last);
    let (mut made, mut kept, mut columns) = (Vec::new(), vec![is_last, place.clone()], Vec::new());
    for shown in rows.columns_shown() {
        let is_summed = numbers.iter().any(|(name, _)| *name == shown.0);
        let value = rows.value_shown(&shown);
        let fresh = rows.fresh(&shown.0);
        let (made_of, class) = match value.class {
            Class::Count if is_summed => (sum(value.expr), Class::Count),
            _ if is_summed => (sum(value.number()), Class::Number),
            class => (max(value.expr), class),
        };
        made.push(made_of.alias(&fresh));
        let one = column(&fresh);
        // The one value of a row's group; of all rows there is none to show.
        let own = if is_summed { one } else { when(place.clone().is_not_null(), one).end().map_err(unplanned)? };
        let own_name = rows.fresh(&shown.0);
        kept.push(own.alias(&own_name));
        columns.push(Named::new(&shown.0, Value::new(column(&own_name), class)));
    }
    let made = rows.settle(made)?;
    let groups = Expr::GroupingSet(GroupingSet::GroupingSets(vec![vec![place.clone()], Vec::new()]));
    rows.build(|plan| plan.aggregate([groups], made)?.project(kept))?;
    rows.stand_for(columns, vec![column(&last).sort(true, false), place.sort(true, false)]);
    Ok(())
}

impl fmt::Display for AddTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("addtotals")?;
        if let Some(name) = &self.name {
            write!(f, " fieldname={name}")?;
        }
        write!(f, " row={} col={}", self.adds_column, self.adds_row)?;
        self.fields.iter().try_for_each(|field| write!(f, " {field}"))
    }
}
