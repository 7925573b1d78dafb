//! What the functions of many rows mean.

use datafusion::arrow::datatypes::DataType;
use datafusion::functions::expr_fn::{character_length, concat, nullif};
use datafusion::functions_aggregate::expr_fn;
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::functions_aggregate::percentile_cont::percentile_cont;
use datafusion::logical_expr::expr::NullTreatment;
use datafusion::logical_expr::{Expr, ExprFunctionExt, cast, lit, when};

use super::Args;
use crate::functions::histogram::histogram_json;
use crate::functions::natural;
use crate::insights::period::Period;
use crate::insights::value::{Class, Literal, Value};

/// Aggregates, and the value that their columns make.
pub(in crate::insights) struct Aggregate {
    pub(in crate::insights) exprs: Vec<Expr>,
    pub(in crate::insights) finish: Box<dyn FnOnce(Vec<Expr>) -> Value>,
}

impl Aggregate {
    /// One aggregate, whose column is of this class.
    fn of(expr: Expr, class: Class) -> Self {
        let finish =
            move |mut columns: Vec<Expr>| columns.pop().map_or_else(Value::missing, |column| Value::new(column, class));
        Self { exprs: vec![expr], finish: Box::new(finish) }
    }
}

fn number(expr: Expr) -> Aggregate {
    Aggregate::of(expr, Class::Number)
}

fn rows(expr: Expr) -> Aggregate {
    Aggregate::of(expr, Class::Count)
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
    match &args.values[0] {
        value if value.class == Class::Count => rows(expr_fn::sum(value.expr.clone())),
        value => number(expr_fn::sum(value.number())),
    }
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
    number(percentile_cont(order, lit(percent / 100.0)))
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
            let text = |keys: Vec<Expr>| Value::text_of(natural::natural_text().call(keys));
            Aggregate { exprs: vec![choose(key)], finish: Box::new(text) }
        }
        Class::Time => Aggregate::of(choose(value.expr.clone()), Class::Time),
        Class::Count => rows(choose(value.expr.clone())),
        Class::Number | Class::Flag => number(choose(value.number())),
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
    let class = if value.class == Class::Missing { Class::Text } else { value.class };
    Aggregate::of(first_by_time(args, value.expr.clone(), ascending), class)
}

/// What is there in the oldest or newest event that has it.
fn first_by_time(args: &Args, expr: Expr, ascending: bool) -> Expr {
    let order = vec![args.timestamp.time().sort(ascending, false)];
    let first = first_value_udaf().call(vec![expr]);
    // Not a filter: DataFusion's debug builds fail when one lets nothing through.
    let present = first.clone().order_by(order).null_treatment(NullTreatment::IgnoreNulls).build();
    present.unwrap_or(first)
}

/// How much the number grows per period within its bin; without bins, from the first event that has it to the last.
pub(super) fn rate(args: &Args) -> Aggregate {
    let number = args.values[0].number();
    let time = cast(args.timestamp.time(), DataType::Int64);
    let time = when(number.clone().is_not_null(), time.clone()).end().unwrap_or(time);
    let exprs = vec![
        first_by_time(args, number.clone(), true),
        first_by_time(args, number, false),
        expr_fn::min(time.clone()),
        expr_fn::max(time),
    ];
    let (period, bin) = (args.period.milliseconds(), args.bin.map(Period::milliseconds));
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any real period are exact")]
    let finish = move |columns: Vec<Expr>| {
        let [first, last, begin, end] = columns.as_slice() else { return Value::missing() };
        let span = match bin {
            Some(bin) => lit(bin as f64),
            None => nullif(cast(end.clone() - begin.clone(), DataType::Float64), lit(0.0)),
        };
        Value::number_of((last.clone() - first.clone()) / (span / lit(period as f64)))
    };
    Aggregate { exprs, finish: Box::new(finish) }
}

/// How many of the numbers are in each of so many parts of their range.
pub(super) fn histogram(args: &Args) -> Aggregate {
    let buckets = match args.values[1].literal {
        #[expect(clippy::cast_possible_truncation, reason = "checked when it was parsed")]
        Some(Literal::Number(buckets)) => buckets as i64,
        _ => 1,
    };
    Aggregate::of(histogram_json().call(vec![args.values[0].number(), lit(buckets)]), Class::Text)
}
