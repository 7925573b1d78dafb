//! What the functions of one row mean.

use datafusion::arrow::datatypes::DataType;
use datafusion::functions::expr_fn;
use datafusion::logical_expr::{Expr, cast, lit, try_cast, when};

use super::Args;
use crate::functions::address::{self, Family};
use crate::functions::{json, period};
use crate::insights::value::{Class, Leaf, Literal, Value};
use crate::schema::Kind;

fn number(args: &Args, index: usize) -> Expr {
    args.values[index].number()
}

fn text(args: &Args, index: usize) -> Expr {
    args.values[index].text()
}

/// The number where the condition holds, else null.
fn only_when(condition: Expr, number: Expr) -> Value {
    Value::number_of(when(condition, number.clone()).end().unwrap_or(number))
}

pub(super) fn abs(args: &Args) -> Value {
    Value::number_of(expr_fn::abs(number(args, 0)))
}

pub(super) fn ceil(args: &Args) -> Value {
    Value::number_of(expr_fn::ceil(number(args, 0)))
}

pub(super) fn floor(args: &Args) -> Value {
    Value::number_of(expr_fn::floor(number(args, 0)))
}

pub(super) fn log(args: &Args) -> Value {
    only_when(number(args, 0).gt(lit(0.0)), expr_fn::ln(number(args, 0)))
}

pub(super) fn sqrt(args: &Args) -> Value {
    only_when(number(args, 0).gt_eq(lit(0.0)), expr_fn::sqrt(number(args, 0)))
}

pub(super) fn greatest(args: &Args) -> Value {
    extreme(args, expr_fn::greatest)
}

pub(super) fn least(args: &Args) -> Value {
    extreme(args, expr_fn::least)
}

fn extreme(args: &Args, choose: fn(Vec<Expr>) -> Expr) -> Value {
    if args.values.iter().any(|value| value.class == Class::Time) {
        return Value::time_of(choose(args.values.iter().map(Value::time).collect()));
    }
    Value::number_of(choose(args.values.iter().map(Value::number).collect()))
}

pub(super) fn bin(args: &Args) -> Value {
    Value::time_of(period::floor_of(args.timestamp.time(), args.period.length()))
}

pub(super) fn datefloor(args: &Args) -> Value {
    Value::time_of(period::floor_of(args.values[0].time(), args.period.length()))
}

pub(super) fn dateceil(args: &Args) -> Value {
    Value::time_of(period::ceil_of(args.values[0].time(), args.period.length()))
}

pub(super) fn from_millis(args: &Args) -> Value {
    // Text counts as a number here, though elsewhere it could be read as a time.
    Value::time_of(Value::number_of(number(args, 0)).time())
}

pub(super) fn to_millis(args: &Args) -> Value {
    Value::number_of(cast(cast(args.values[0].time(), DataType::Int64), DataType::Float64))
}

pub(super) fn now(args: &Args) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "seconds of any real clock are exact")]
    Value::literal(Literal::Number(args.now.timestamp() as f64))
}

pub(super) fn ispresent(args: &Args) -> Value {
    Value::flag_of(args.values[0].expr.clone().is_not_null())
}

/// The first that is there, as the one class all have, else as text.
pub(super) fn coalesce(args: &Args) -> Value {
    let mut classes = args.values.iter().map(|value| value.class).filter(|class| *class != Class::Missing);
    let class = classes.next().unwrap_or(Class::Missing);
    let of_one_class = classes.all(|other| other == class);
    let (class, form): (_, fn(&Value) -> Expr) = match class {
        Class::Number | Class::Count if of_one_class => (Class::Number, Value::number),
        Class::Time if of_one_class => (Class::Time, Value::time),
        Class::Missing => return Value::missing(),
        _ => (Class::Text, Value::text),
    };
    let present = args.values.iter().filter(|value| value.class != Class::Missing);
    Value::new(expr_fn::coalesce(present.map(form).collect()), class)
}

/// Archived records are not masked.
pub(super) fn unmask(args: &Args) -> Value {
    args.values[0].clone()
}

/// Text of JSON: its members are fields, read where they are named.
pub(super) fn json_parse(args: &Args) -> Value {
    let value = &args.values[0];
    // The record itself, whose members are read where the file is, and what is parsed already.
    if value.leaf.as_ref().is_some_and(|leaf| leaf.path.is_empty()) {
        return value.clone();
    }
    // What is no JSON is missing.
    let json = json::json_extract().call(vec![value.text(), lit("$")]);
    Value::leaf(Leaf { json, path: Vec::new(), is_flag: false, is_record: false })
}

pub(super) fn json_stringify(args: &Args) -> Value {
    let value = &args.values[0];
    match &value.leaf {
        Some(leaf) if !leaf.path.is_empty() => Value::text_of(leaf.read(Kind::Json)),
        _ => Value::text_of(value.text()),
    }
}

pub(super) fn is_valid_ip(args: &Args) -> Value {
    Value::flag_of(address::is_address_of(text(args, 0), Family::Any))
}

pub(super) fn is_valid_ip_v4(args: &Args) -> Value {
    Value::flag_of(address::is_address_of(text(args, 0), Family::V4))
}

pub(super) fn is_valid_ip_v6(args: &Args) -> Value {
    Value::flag_of(address::is_address_of(text(args, 0), Family::V6))
}

pub(super) fn is_ip_in_subnet(args: &Args) -> Value {
    in_subnet(args, Family::Any)
}

pub(super) fn is_ipv4_in_subnet(args: &Args) -> Value {
    in_subnet(args, Family::V4)
}

pub(super) fn is_ipv6_in_subnet(args: &Args) -> Value {
    in_subnet(args, Family::V6)
}

fn in_subnet(args: &Args, family: Family) -> Value {
    match &args.values[1].literal {
        Some(Literal::Text(subnet)) => Value::flag_of(address::in_subnet_of(text(args, 0), subnet, family)),
        _ => Value::literal(Literal::Flag(false)),
    }
}

fn or_empty(text: Expr) -> Expr {
    expr_fn::coalesce(vec![text, lit("")])
}

/// What counts as blank.
const BLANKS: &str = " \t\n\r\u{b}\u{c}";

pub(super) fn isempty(args: &Args) -> Value {
    Value::flag_of(or_empty(text(args, 0)).eq(lit("")))
}

pub(super) fn isblank(args: &Args) -> Value {
    Value::flag_of(expr_fn::btrim(vec![or_empty(text(args, 0)), lit(BLANKS)]).eq(lit("")))
}

pub(super) fn concat(args: &Args) -> Value {
    Value::text_of(expr_fn::concat(args.values.iter().map(|value| or_empty(value.text())).collect()))
}

fn trimmed(args: &Args, trim: fn(Vec<Expr>) -> Expr) -> Value {
    let characters = args.values.get(1).map_or_else(|| lit(BLANKS), Value::text);
    Value::text_of(trim(vec![text(args, 0), characters]))
}

pub(super) fn ltrim(args: &Args) -> Value {
    trimmed(args, expr_fn::ltrim)
}

pub(super) fn rtrim(args: &Args) -> Value {
    trimmed(args, expr_fn::rtrim)
}

pub(super) fn trim(args: &Args) -> Value {
    trimmed(args, expr_fn::btrim)
}

pub(super) fn strlen(args: &Args) -> Value {
    Value::number_of(cast(expr_fn::character_length(text(args, 0)), DataType::Float64))
}

pub(super) fn toupper(args: &Args) -> Value {
    Value::text_of(expr_fn::upper(text(args, 0)))
}

pub(super) fn tolower(args: &Args) -> Value {
    Value::text_of(expr_fn::lower(text(args, 0)))
}

/// Counts from 0; what lies before the text or beyond it is empty.
pub(super) fn substr(args: &Args) -> Value {
    let position = |index: usize| {
        let whole = try_cast(expr_fn::trunc(vec![number(args, index)]), DataType::Int64);
        // `greatest` would make a missing number 0.
        when(whole.clone().lt(lit(0_i64)), lit(0_i64)).otherwise(whole.clone()).unwrap_or(whole)
    };
    let mut parts = vec![text(args, 0), position(1) + lit(1_i64)];
    if args.values.len() > 2 {
        parts.push(position(2));
    }
    Value::text_of(datafusion::functions::unicode::substr().call(parts))
}

pub(super) fn replace(args: &Args) -> Value {
    Value::text_of(expr_fn::replace(text(args, 0), text(args, 1), text(args, 2)))
}

pub(super) fn strcontains(args: &Args) -> Value {
    let found = expr_fn::contains(text(args, 0), text(args, 1));
    Value::number_of(cast(cast(found, DataType::Int64), DataType::Float64))
}

pub(super) fn md5(args: &Args) -> Value {
    Value::text_of(expr_fn::md5(text(args, 0)))
}

pub(super) fn sha256(args: &Args) -> Value {
    Value::text_of(expr_fn::encode(expr_fn::sha256(text(args, 0)), lit("hex")))
}
