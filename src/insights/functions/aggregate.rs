//! What the functions of many rows mean.

use datafusion::arrow::datatypes::DataType;
use datafusion::functions::expr_fn::{character_length, concat};
use datafusion::functions_aggregate::expr_fn;
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::logical_expr::expr::NullTreatment;
use datafusion::logical_expr::{Expr, ExprFunctionExt, cast, lit, when};

use super::Args;
use crate::functions::natural;
use crate::insights::value::{Class, Literal, Value};

/// An aggregate, and the value that its column is.
pub(in crate::insights) struct Aggregate {
    pub(in crate::insights) expr: Expr,
    pub(in crate::insights) finish: fn(Expr) -> Value,
}

fn number(expr: Expr) -> Aggregate {
    Aggregate { expr, finish: Value::number_of }
}

fn rows(expr: Expr) -> Aggregate {
    Aggregate { expr, finish: |column| Value::new(column, Class::Count) }
}

pub(super) fn count(args: &Args) -> Aggregate {
    rows(expr_fn::count(args.values.first().map_or_else(|| lit(1_i64), |value| value.expr.clone())))
}

/// Of several fields, the combinations in which all are there.
pub(super) fn count_distinct(args: &Args) -> Aggregate {
    let expr = match args.values.as_slice() {
        [value] => value.expr.clone(),
        values => {
            // A length before every text keeps `a`, `bc` and `ab`, `c` apart.
            let texts = values
                .iter()
                .flat_map(|value| [cast(character_length(value.text()), DataType::Utf8), lit(":"), value.text()]);
            let all = values.iter().map(|value| value.expr.clone().is_not_null()).reduce(Expr::and);
            let key = concat(texts.collect());
            let only = all.and_then(|all| when(all, key.clone()).end().ok());
            only.unwrap_or(key)
        }
    };
    rows(expr_fn::count_distinct(expr))
}

pub(super) fn sum(args: &Args) -> Aggregate {
    number(expr_fn::sum(args.values[0].number()))
}

pub(super) fn avg(args: &Args) -> Aggregate {
    number(expr_fn::avg(args.values[0].number()))
}

pub(super) fn stddev(args: &Args) -> Aggregate {
    number(expr_fn::stddev(args.values[0].number()))
}

pub(super) fn pct(args: &Args) -> Aggregate {
    let percent = match args.values[1].literal {
        Some(Literal::Number(percent)) => percent,
        _ => 50.0,
    };
    let order = args.values[0].number().sort(true, false);
    number(expr_fn::approx_percentile_cont(order, lit(percent / 100.0), None))
}

pub(super) fn min(args: &Args) -> Aggregate {
    extreme(&args.values[0], expr_fn::min)
}

pub(super) fn max(args: &Args) -> Aggregate {
    extreme(&args.values[0], expr_fn::max)
}

/// The least or greatest in the order of `sort`.
fn extreme(value: &Value, choose: fn(Expr) -> Expr) -> Aggregate {
    match value.class {
        Class::Text | Class::Missing => {
            let key = natural::key_of(value.expr.clone());
            Aggregate { expr: choose(key), finish: |key| Value::text_of(natural::natural_text().call(vec![key])) }
        }
        Class::Time => Aggregate { expr: choose(value.expr.clone()), finish: Value::time_of },
        Class::Number | Class::Count | Class::Flag => number(choose(value.number())),
    }
}

pub(super) fn earliest(args: &Args) -> Aggregate {
    by_time(args, true)
}

pub(super) fn latest(args: &Args) -> Aggregate {
    by_time(args, false)
}

fn by_time(args: &Args, ascending: bool) -> Aggregate {
    let value = &args.values[0];
    let order = vec![args.timestamp.time().sort(ascending, false)];
    let first = first_value_udaf().call(vec![value.expr.clone()]);
    // Not a filter: DataFusion's debug builds fail when one lets nothing through.
    let present = first.clone().order_by(order).null_treatment(NullTreatment::IgnoreNulls).build();
    let expr = present.unwrap_or(first);
    let finish: fn(Expr) -> Value = match value.class {
        Class::Text | Class::Missing => Value::text_of,
        Class::Number => Value::number_of,
        Class::Count => |column| Value::new(column, Class::Count),
        Class::Flag => Value::flag_of,
        Class::Time => Value::time_of,
    };
    Aggregate { expr, finish }
}
