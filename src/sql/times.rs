//! `eventtime` is text, and is compared as a point in time.
//!
//! `eventtime >= TIMESTAMP '…'`, `eventtime < '2023-07-10 11:50:00'`, `date_trunc('hour', eventtime)` and the
//! like mean the time, so the timestamp behind the text takes its place. What means text (`LIKE`, `substr`,
//! `min`, equality with half a time) stays text.

use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, ExprSchema, Result, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::expr::{Between, BinaryExpr, Case, Cast, InList, ScalarFunction, TryCast};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator, cast, lit};
use datafusion::optimizer::AnalyzerRule;

use super::expressions;
use crate::functions::time::timestamp_of;
use crate::record::parse_time;
use crate::schema::{Kind, columns};

/// The rule, to stand before type coercion.
#[derive(Debug)]
pub struct CompareTimes;

/// DataFusion's functions that take a point in time, and count nanoseconds.
const FUNCTIONS_OF_NANOSECONDS: &[&str] = &["date_bin", "to_char", "to_local_time"];

/// Functions that take a point in time, or a text of one.
const FUNCTIONS_OF_TIME: &[&str] = &[
    "date",
    "date_add",
    "date_diff",
    "date_format",
    "date_part",
    "date_trunc",
    "day",
    "day_of_week",
    "day_of_year",
    "format_datetime",
    "hour",
    "last_day_of_month",
    "minute",
    "month",
    "quarter",
    "second",
    "to_unixtime",
    "week",
    "year",
    "year_of_week",
];

/// Functions that read a text of time, and what the format must begin with for `eventtime` to have it.
const READERS: &[(&str, &str)] =
    &[("from_iso8601_timestamp", ""), ("date_parse", "%Y-%m-%dT%"), ("parse_datetime", "yyyy-MM-dd''T''HH:mm:ss")];

impl AnalyzerRule for CompareTimes {
    fn name(&self) -> &'static str {
        "compare_times"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        expressions::rewrite(plan, rewrite)
    }
}

fn rewrite(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    Ok(match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if op.supports_propagation() => {
            match compare(&left, op, &right, schema) {
                Some(compared) => Transformed::yes(compared),
                None => Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })),
            }
        }
        Expr::Between(between) if holds_time(&between.expr, schema) => {
            let Between { expr, negated, low, high } = between;
            let bound = |op, side: &Expr| {
                let text = || Expr::BinaryExpr(BinaryExpr::new(expr.clone(), op, Box::new(side.clone())));
                compare(&expr, op, side, schema).unwrap_or_else(text)
            };
            let within = bound(Operator::GtEq, &low).and(bound(Operator::LtEq, &high));
            Transformed::yes(if negated { Expr::Not(Box::new(within)) } else { within })
        }
        Expr::InList(InList { expr, list, negated }) if holds_time(&expr, schema) => {
            let points: Option<Vec<Expr>> = list.iter().map(|item| point(item, schema)).collect();
            match points {
                Some(list) => {
                    Transformed::yes(Expr::InList(InList { expr: Box::new(timestamp_of(*expr)), list, negated }))
                }
                None => Transformed::no(Expr::InList(InList { expr, list, negated })),
            }
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if FUNCTIONS_OF_NANOSECONDS.contains(&func.name()) => {
            let args =
                args.into_iter().map(|arg| if holds_time(&arg, schema) { within_range(arg) } else { arg }).collect();
            Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args }))
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if FUNCTIONS_OF_TIME.contains(&func.name()) => {
            let args =
                args.into_iter().map(|arg| if holds_time(&arg, schema) { timestamp_of(arg) } else { arg }).collect();
            Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args }))
        }
        Expr::ScalarFunction(call) => match read_time(&call, schema) {
            Some(time) => Transformed::yes(time),
            None => Transformed::no(Expr::ScalarFunction(call)),
        },
        Expr::Cast(Cast { expr, field }) if is_time(field.data_type()) && holds_time(&expr, schema) => {
            Transformed::yes(Expr::Cast(Cast { expr: Box::new(within_range(*expr)), field }))
        }
        Expr::TryCast(TryCast { expr, field }) if is_time(field.data_type()) && holds_time(&expr, schema) => {
            Transformed::yes(Expr::TryCast(TryCast { expr: Box::new(within_range(*expr)), field }))
        }
        expr => Transformed::no(expr),
    })
}

/// `from_iso8601_timestamp(eventtime)` and `date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ')` are the time itself.
fn read_time(call: &ScalarFunction, schema: &DFSchema) -> Option<Expr> {
    let (_, begins) = READERS.iter().find(|(name, _)| *name == call.func.name())?;
    let (text, format) = match call.args.as_slice() {
        [text] => (text, ""),
        [text, Expr::Literal(format, _)] => (text, format.try_as_str()??),
        _ => return None,
    };
    // In a pattern a quote may be written once or twice.
    let is_whole = format.replace("''", "'").starts_with(&begins.replace("''", "'"));
    (is_whole && holds_time(text, schema)).then(|| timestamp_of(text.clone()))
}

/// The comparison of a text of time with something else, when it means the time.
fn compare(left: &Expr, op: Operator, right: &Expr, schema: &DFSchema) -> Option<Expr> {
    let (time, op, other) = if holds_time(left, schema) {
        (left, op, right)
    } else if holds_time(right, schema) {
        (right, op.swap()?, left)
    } else {
        return None;
    };
    let (op, other) = match day(other) {
        // No text of a time equals a day, and midnight sorts after it: `>` begins at midnight, `<=` ends before it.
        Some(midnight) => match op {
            Operator::Gt | Operator::GtEq => (Operator::GtEq, midnight),
            Operator::Lt | Operator::LtEq => (Operator::Lt, midnight),
            _ => return None,
        },
        None => (op, point(other, schema)?),
    };
    Some(Expr::BinaryExpr(BinaryExpr::new(Box::new(timestamp_of(time.clone())), op, Box::new(other))))
}

/// The point in time, null where DataFusion's functions, which count nanoseconds, would end the query: one record
/// from the year 9999 must not.
fn within_range(text: Expr) -> Expr {
    let time = timestamp_of(text);
    let nanoseconds = |nanoseconds: i64| literal(DateTime::from_timestamp_nanos(nanoseconds).timestamp_millis());
    let is_within = time.clone().gt(nanoseconds(i64::MIN)).and(time.clone().lt(nanoseconds(i64::MAX)));
    let when = vec![(Box::new(is_within), Box::new(time))];
    Expr::Case(Case { expr: None, when_then_expr: when, else_expr: None })
}

/// Whether an expression is a column, or a member of one, that holds a time as text.
fn holds_time(expr: &Expr, schema: &DFSchema) -> bool {
    match expr {
        Expr::Column(column) => schema
            .field_from_column(column)
            .is_ok_and(|field| field.metadata().get(columns::HOLDS).is_some_and(|holds| holds == columns::TIME)),
        Expr::Alias(alias) => holds_time(&alias.expr, schema),
        Expr::ScalarFunction(call) if call.func.name() == "get_field" => {
            let last = call.args.last();
            matches!(last, Some(Expr::Literal(name, _)) if name.try_as_str() == Some(Some("creationdate")))
        }
        _ => false,
    }
}

/// A point in time: an expression of such a type, or a text that spells one in full.
fn point(expr: &Expr, schema: &DFSchema) -> Option<Expr> {
    if let Expr::Literal(value, _) = expr
        && let Some(text) = value.try_as_str()
    {
        let text = text?;
        let spelled = text.len() > DAY.len()
            && text.is_char_boundary(DAY.len())
            && text[DAY.len()..].starts_with(['T', ' ', 't']);
        return if spelled { Some(literal(parse_time(text)?)) } else { None };
    }
    let is_point = expr.get_type(schema).is_ok_and(|found| is_time(&found));
    is_point.then(|| cast(expr.clone(), Kind::Time.data_type()))
}

const DAY: &str = "yyyy-mm-dd";

/// Midnight of a text that spells a day and no more.
fn day(expr: &Expr) -> Option<Expr> {
    let Expr::Literal(value, _) = expr else { return None };
    let text = value.try_as_str()??;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == DAY.len())?;
    Some(literal(DateTime::<Utc>::from_naive_utc_and_offset(day.and_hms_opt(0, 0, 0)?, Utc).timestamp_millis()))
}

fn literal(millis: i64) -> Expr {
    lit(ScalarValue::TimestampMillisecond(Some(millis), Some("UTC".into())))
}

fn is_time(found: &DataType) -> bool {
    matches!(found, DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64)
}
