//! `fillmissing`: rows for the bins in which nothing happened, from the beginning to the end of the time asked for, or
//! else of what there is. Every combination of the other keys gets its own.
//!
//! Source: CloudWatch Logs User Guide, "fillmissing".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, UnnestOptions};
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::functions_window::expr_fn::{lag, lead};
use datafusion::logical_expr::{Expr as Engine, ExprFunctionExt, cast, lit, when};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::functions::period::{bins_of, floor_of};
use crate::insights::ast::{Expr, Name, Path, level};
use crate::insights::lower::{Lowers, column, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::sources::moment;
use crate::insights::value::{Class, Value};

pub(super) const ROW: Row = Row {
    name: "fillmissing",
    usage: "fillmissing with 0 for field, …",
    summary: "Adds rows for bins in which nothing happened.",
    example: "stats count(*) as n by bin(1h) | fillmissing with 0 for n",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct FillMissing {
    span: Span,
    /// What stands in new rows, and in which column.
    values: Vec<Fill>,
}

#[derive(Debug, Clone)]
struct Fill {
    value: Expr,
    field: Name,
}

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    let mut values = Vec::new();
    if parser.eat_word("with").is_some() {
        values = parser.list(|parser| {
            let value = parser.expr_at(level::ADD)?;
            if parser.eat_word("for").is_none() {
                return Err(parser.unexpected());
            }
            Ok(Fill { value, field: parser.column_name()? })
        })?;
    }
    Ok(Command::FillMissing(FillMissing { span: word, values }))
}

impl FillMissing {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let Some((at, period)) = rows.bins else {
            return Err(Diagnostic::error("I039", "`fillmissing` needs bins")
                .at(self.span, "no bins before this")
                .help("write `stats … by bin(1h)` before it"));
        };
        let length = period.length();
        let names: Vec<String> = rows.columns_shown().into_iter().map(|(name, _)| name).collect();
        let keys: Vec<Value> = rows.world.columns.iter().take(rows.keys).map(|key| key.value.clone()).collect();
        let time = keys[at].expr.clone();
        let others: Vec<Engine> =
            keys.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, key)| key.expr.clone()).collect();
        let order = vec![time.clone().sort(true, false)];
        let within = |function: Engine| function.partition_by(others.clone()).order_by(order.clone()).build();
        let before = rows.windowed("before", within(lag(time.clone(), Some(1), None)))?;
        let next = rows.windowed("next", within(lead(time.clone(), Some(1), None)))?;
        let first = rows.overall("first", min_udaf(), vec![time.clone()])?;
        let last = rows.overall("last", max_udaf(), vec![time.clone()])?;
        let asked = rows.context.scope.range;
        let first = asked.since.map_or(first, |since| floor_of(moment(since), length));
        // The end is not part of the bins, so the last bin ends a moment after its beginning.
        let millis = |time: Engine| cast(time, DataType::Int64);
        let end = asked.before.map_or(millis(last) + lit(1_i64), lit);
        let from = when(time.clone().is_null(), time.clone()).when(before.is_null(), first).otherwise(time.clone());
        let to = when(next.clone().is_null(), cast(end, time_type())).otherwise(next);
        let bins = bins_of(from.map_err(unplanned)?, to.map_err(unplanned)?, length);
        let bin = rows.fresh(&rows.world.columns[at].name);
        rows.add(vec![(bin.clone(), bins)])?;
        let options = UnnestOptions::new().with_preserve_nulls(false);
        rows.build(|plan| plan.unnest_column_with_options(Column::new_unqualified(&bin), options))?;
        rows.exchange(&time, &column(&bin))?;
        let bin = column(&bin);
        let is_old = bin.clone().eq(time.clone()).or(time.is_null());
        rows.world.columns[at].value = Value::time_of(bin);
        for name in names {
            let Some(place) = rows.world.columns.iter().rposition(|column| column.name == name) else { continue };
            if place < rows.keys {
                continue;
            }
            let old = rows.world.columns[place].value.clone();
            let fill = self
                .values
                .iter()
                .find(|fill| fill.field.text == name || rows.world.columns[place].key == fill.field.text);
            let fill = fill.map_or_else(|| Ok(Value::missing()), |fill| rows.value(&fill.value))?;
            let filled = when(is_old.clone(), old.expr.clone()).otherwise(of_class(&fill, old.class));
            let filled = rows.computed(&name, filled.map_err(unplanned)?)?;
            rows.exchange(&old.expr, &filled)?;
            rows.world.columns[place].value = Value::new(filled, old.class);
        }
        for fill in &self.values {
            let path = Path::of(&fill.field.text);
            if rows.look_up(&path).is_none() {
                return Err(rows.gone(&Path { span: fill.field.span, ..path }));
            }
        }
        Ok(())
    }
}

fn time_type() -> DataType {
    crate::schema::Kind::Time.data_type()
}

/// A value in the form that a column of this class has.
fn of_class(value: &Value, class: Class) -> Engine {
    match class {
        Class::Number => value.number(),
        Class::Count => cast(value.number(), DataType::Int64),
        Class::Flag => value.truth(),
        Class::Time => value.time(),
        Class::Text | Class::Missing => value.text(),
    }
}

impl Rows {
    /// Puts one column in another's place where the order is made of it.
    fn exchange(&mut self, old: &Engine, new: &Engine) -> Lowers<()> {
        for key in &mut self.order {
            let exchanged = key.expr.clone().transform_up(|expr| {
                Ok(if expr == *old { Transformed::yes(new.clone()) } else { Transformed::no(expr) })
            });
            key.expr = exchanged.map_err(unplanned)?.data;
        }
        self.scramble();
        Ok(())
    }
}

impl fmt::Display for FillMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fillmissing")?;
        for (index, fill) in self.values.iter().enumerate() {
            f.write_str(if index == 0 { " with " } else { ", " })?;
            fill.value.write(f, level::ADD)?;
            write!(f, " for {}", fill.field)?;
        }
        Ok(())
    }
}
