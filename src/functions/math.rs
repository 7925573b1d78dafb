//! Numbers: what DataFusion calls by other names, and bits.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::Function;
use super::scalar::{Args, engine, scalar};

/// What SQL may call of this family.
pub(super) const MATH: &[Function] = &[
    engine! { "ceiling" as "ceil", "ceiling(number)", "The next whole number up.", [("ceiling(1.2)", "2.0")] },
    engine! { "truncate" as "trunc", "truncate(number)", "A number without what follows the point.", [("truncate(-1.7)", "-1.0")] },
    engine! { "is_nan" as "isnan", "is_nan(number)", "Whether a number is none.", [("is_nan(nan())", "true")] },
    engine! { "variance" as "var", "variance(number)", "The sample variance.", [("variance(x) FROM (VALUES 1, 3) AS t(x)", "2.0")] },
    scalar! {
        "is_finite", "is_finite(number)", "Whether a number is neither infinite nor none.", [("is_finite(1.5)", "true")],
        (Number) -> DataType::Boolean, |args| tested(args, f64::is_finite)
    },
    scalar! {
        "is_infinite", "is_infinite(number)", "Whether a number is infinite.", [("is_infinite(infinity())", "true")],
        (Number) -> DataType::Boolean, |args| tested(args, f64::is_infinite)
    },
    scalar! {
        "infinity", "infinity()", "What is greater than every number.", [("infinity() > 1", "true")],
        () -> DataType::Float64, |args| Ok(Arc::new(Float64Array::from(vec![f64::INFINITY; args.rows()])))
    },
    scalar! {
        "nan", "nan()", "What is no number.", [("is_nan(nan())", "true")],
        () -> DataType::Float64, |args| Ok(Arc::new(Float64Array::from(vec![f64::NAN; args.rows()])))
    },
    scalar! {
        "e", "e()", "Euler's number.", [("round(e(), 3)", "2.718")],
        () -> DataType::Float64, |args| Ok(Arc::new(Float64Array::from(vec![std::f64::consts::E; args.rows()])))
    },
    scalar! {
        "bitwise_and", "bitwise_and(number, number)", "The bits that both have.", [("bitwise_and(12, 10)", "8")],
        (Integer Integer) -> DataType::Int64, |args| bits(args, |left, right| left & right)
    },
    scalar! {
        "bitwise_or", "bitwise_or(number, number)", "The bits that either has.", [("bitwise_or(12, 10)", "14")],
        (Integer Integer) -> DataType::Int64, |args| bits(args, |left, right| left | right)
    },
    scalar! {
        "bitwise_xor", "bitwise_xor(number, number)", "The bits that one of them has.", [("bitwise_xor(12, 10)", "6")],
        (Integer Integer) -> DataType::Int64, |args| bits(args, |left, right| left ^ right)
    },
    scalar! {
        "bitwise_not", "bitwise_not(number)", "The bits that it does not have.", [("bitwise_not(5)", "-6")],
        (Integer) -> DataType::Int64, |args| {
            let turned = args.integers(0)?.iter().map(|number| Some(!number?)).collect::<Int64Array>();
            Ok(Arc::new(turned))
        }
    },
];

fn tested(args: &Args<'_>, is: fn(f64) -> bool) -> Result<ArrayRef> {
    let tested: BooleanArray = args.doubles(0)?.iter().map(|number| Some(is(number?))).collect();
    Ok(Arc::new(tested))
}

fn bits(args: &Args<'_>, of: fn(i64, i64) -> i64) -> Result<ArrayRef> {
    let (left, right) = (args.integers(0)?, args.integers(1)?);
    let combined: Int64Array = left.iter().zip(&right).map(|(left, right)| Some(of(left?, right?))).collect();
    Ok(Arc::new(combined))
}
