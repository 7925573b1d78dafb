//! Spans of time.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, IntervalMonthDayNanoArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, DurationMillisecondType, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit, TimeUnit,
};
use datafusion::common::{Result, exec_datafusion_err, plan_err};

use crate::functions::rows::{at, integers};
use crate::functions::scalar::{Args, Scalar, gives, scalar, type_names};
use crate::functions::{Build, Function, Origin};

/// What SQL may call of this family.
pub(in crate::functions) const SPANS: &[Function] = &[
    scalar! {
        "parse_duration", "parse_duration(text)", "The span of time that a text such as `42.8ms` or `3d` spells.",
        [("TIMESTAMP '2023-07-10 11:42:36' - parse_duration('2d') = TIMESTAMP '2023-07-08 11:42:36'", "true"),
         ("to_milliseconds(parse_duration('1.5h'))", "5400000")],
        (Text) -> DataType::Interval(IntervalUnit::MonthDayNano), parse_duration
    },
    Function {
        name: "to_milliseconds",
        aliases: &[],
        usage: "to_milliseconds(interval)",
        summary: "The milliseconds of a span of time.",
        examples: &[("to_milliseconds(INTERVAL '1' DAY)", "86400000")],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "to_milliseconds",
                inputs: |types| match types {
                    [DataType::Interval(_) | DataType::Null] => {
                        Ok(vec![DataType::Interval(IntervalUnit::MonthDayNano)])
                    }
                    [DataType::Duration(_)] => Ok(vec![DataType::Duration(TimeUnit::Millisecond)]),
                    _ => plan_err!("`to_milliseconds` takes (interval), not ({})", type_names(types)),
                },
                output: |_| Ok(gives(DataType::Int64)),
                values: to_milliseconds,
            }
            .function()
        }),
    },
];

fn parse_duration(args: &Args<'_>) -> Result<ArrayRef> {
    let subjects = args.texts(0)?;
    let spans: IntervalMonthDayNanoArray =
        (0..args.rows()).map(|row| at(&subjects, row).map(duration).transpose()).collect::<Result<_>>()?;
    Ok(Arc::new(spans))
}

/// A number and a unit; milliseconds are kept.
fn duration(text: &str) -> Result<IntervalMonthDayNano> {
    let error = || exec_datafusion_err!("`parse_duration` takes a span of time such as `42.8ms`, not `{text}`");
    let text = text.trim();
    let end = text.find(|character: char| character.is_ascii_alphabetic()).ok_or_else(error)?;
    let (number, unit) = text.split_at(end);
    let millis = match unit {
        "ns" => 1e-6,
        "us" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        "m" => 60e3,
        "h" => 3600e3,
        "d" => 86_400e3,
        _ => return Err(error()),
    };
    let number = number.trim_end();
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| is_number).ok_or_else(error)?;
    let millis = (number * millis).round();
    /// What nanoseconds have room for, in milliseconds: 292 years.
    const MOST: f64 = 9.2e12;
    if millis > MOST {
        return Err(error());
    }
    Ok(IntervalMonthDayNano::new(0, 0, millis as i64 * 1_000_000))
}

fn to_milliseconds(args: &Args<'_>) -> Result<ArrayRef> {
    let spans = args.array(0)?;
    if matches!(spans.data_type(), DataType::Duration(_)) {
        let spans = cast(&spans, &DataType::Duration(TimeUnit::Millisecond))?;
        let spans = spans.as_primitive::<DurationMillisecondType>().clone();
        return integers(args.rows(), |row| Some(Ok(at(&spans, row)?)));
    }
    let spans = spans.as_primitive::<IntervalMonthDayNanoType>();
    integers(args.rows(), |row| {
        let span = at(spans, row)?;
        if span.months != 0 {
            return Some(Err(exec_datafusion_err!("`to_milliseconds` takes a span of days and less, not of months")));
        }
        Some(Ok(i64::from(span.days) * 86_400_000 + span.nanoseconds / 1_000_000))
    })
}
