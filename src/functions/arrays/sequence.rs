//! Sequences of numbers, dates and times.

use std::sync::Arc;

use chrono::{DateTime, Days, Months, TimeDelta, Utc};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, IntervalMonthDayNanoArray, PrimitiveArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Int64Type, IntervalMonthDayNano, IntervalUnit, TimestampMillisecondType,
};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::make::{MOST_ELEMENTS, number};
use crate::functions::nested::{assemble, list_of, plain, wrong};
use crate::functions::scalar::{Args, Scalar, gives};
use crate::schema::Kind;

/// Trino's own limit.
const LONGEST_SEQUENCE: usize = 10_000;

pub(super) fn sequence() -> Arc<ScalarUDF> {
    Scalar {
        name: "sequence",
        inputs: |types| {
            let expected = "bigint, bigint[, bigint] or time, time[, interval]";
            let ends: Vec<_> = types.iter().take(2).map(plain).collect();
            let is_whole = |data_type: &DataType| data_type.is_integer() || data_type.is_null();
            let is_day = |data_type: &DataType| matches!(data_type, DataType::Date32 | DataType::Null);
            let is_time =
                |data_type: &DataType| matches!(data_type, DataType::Date32 | DataType::Timestamp(..) | DataType::Utf8);
            let is_interval = |data_type: &DataType| matches!(data_type, DataType::Interval(_) | DataType::Null);
            let step = types.get(2);
            if !matches!(types.len(), 2 | 3) {
                return wrong("sequence", expected, types);
            }
            if ends.iter().all(is_whole) && step.is_none_or(is_whole) {
                return Ok(vec![DataType::Int64; types.len()]);
            }
            let end = if ends.iter().all(is_day) { DataType::Date32 } else { Kind::Time.data_type() };
            if !ends.iter().all(|end| is_time(end) || end.is_null()) || !step.is_none_or(is_interval) {
                return wrong("sequence", expected, types);
            }
            let mut wanted = vec![end; 2];
            wanted.extend(step.map(|_| DataType::Interval(IntervalUnit::MonthDayNano)));
            Ok(wanted)
        },
        output: |call| Ok(gives(list_of(call.fields[0].data_type().clone()))),
        values: |args| match args.field(0).data_type() {
            DataType::Int64 => numbers(args),
            _ => times(args),
        },
    }
    .function()
}

fn numbers(args: &Args<'_>) -> Result<ArrayRef> {
    let (starts, stops) = (args.array(0)?, args.array(1)?);
    let steps = if args.len() > 2 { Some(args.array(2)?) } else { None };
    let (mut values, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..args.rows() {
        let (Some(start), Some(stop)) = (number(&starts, row), number(&stops, row)) else {
            lengths.push(0);
            valid.push(false);
            continue;
        };
        let step = match &steps {
            Some(steps) => number(steps, row),
            None => Some(if stop >= start { 1 } else { -1 }),
        };
        valid.push(step.is_some());
        let Some(step) = step else {
            lengths.push(0);
            continue;
        };
        let before = values.len();
        extend(&mut values, start, stop, step.signum(), &start, &stop, |count| {
            step.checked_mul(count).and_then(|way| start.checked_add(way))
        })?;
        lengths.push(values.len() - before);
    }
    assemble(Arc::new(PrimitiveArray::<Int64Type>::from_iter_values(values)), lengths, valid, args.output())
}

/// Appends the values from start to stop; `nth` gives the one that so many steps lead to.
fn extend(
    values: &mut Vec<i64>,
    start: i64,
    stop: i64,
    direction: i64,
    start_text: &dyn std::fmt::Display,
    stop_text: &dyn std::fmt::Display,
    nth: impl Fn(i64) -> Option<i64>,
) -> Result<()> {
    if direction == 0 {
        return exec_err!("`sequence` takes a step other than 0");
    }
    if (direction > 0 && stop < start) || (direction < 0 && stop > start) {
        return exec_err!("`sequence` cannot step from {start_text} to {stop_text} in that direction");
    }
    let first = values.len();
    for count in 0.. {
        match nth(count) {
            Some(value) if (direction > 0 && value <= stop) || (direction < 0 && value >= stop) => values.push(value),
            _ => break,
        }
        if values.len() - first > LONGEST_SEQUENCE {
            return exec_err!("`sequence` from {start_text} to {stop_text} has more than {LONGEST_SEQUENCE} entries");
        }
        if values.len() > MOST_ELEMENTS {
            return exec_err!("the arrays made of one batch hold more than {MOST_ELEMENTS} elements");
        }
    }
    Ok(())
}

fn times(args: &Args<'_>) -> Result<ArrayRef> {
    let is_day = args.field(0).data_type() == &DataType::Date32;
    let ends = |index: usize| -> Result<ArrayRef> { Ok(cast(&args.array(index)?, &Kind::Time.data_type())?) };
    let (starts, stops) = (ends(0)?, ends(1)?);
    let (starts, stops) =
        (starts.as_primitive::<TimestampMillisecondType>(), stops.as_primitive::<TimestampMillisecondType>());
    let steps = match args.len() {
        2 if is_day => IntervalMonthDayNanoArray::from_value(IntervalMonthDayNano::new(0, 1, 0), args.rows()),
        2 => return exec_err!("`sequence` of times takes a step, such as INTERVAL '1' HOUR"),
        _ => args.array(2)?.as_primitive().clone(),
    };
    let (mut values, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..args.rows() {
        let is_valid = starts.is_valid(row) && stops.is_valid(row) && steps.is_valid(row);
        valid.push(is_valid);
        let before = values.len();
        if is_valid {
            let (start, stop) = (starts.value(row), stops.value(row));
            let Some(from) = DateTime::from_timestamp_millis(start) else {
                return exec_err!("`sequence` cannot start beyond the calendar");
            };
            let until = DateTime::from_timestamp_millis(stop).unwrap_or(DateTime::<Utc>::MAX_UTC);
            let mut step = steps.value(row);
            if args.len() == 2 && stop < start {
                step = IntervalMonthDayNano::new(0, -1, 0);
            }
            let nth = |count| Some(advance(from, step, count)?.timestamp_millis());
            let direction = nth(1).map_or(0, |next| (next - start).signum());
            extend(&mut values, start, stop, direction, &from.to_rfc3339(), &until.to_rfc3339(), nth)?;
        }
        lengths.push(values.len() - before);
    }
    let times: ArrayRef =
        Arc::new(PrimitiveArray::<TimestampMillisecondType>::from_iter_values(values).with_timezone("UTC"));
    let values = if is_day { cast(&times, &Date32Type::DATA_TYPE)? } else { times };
    assemble(values, lengths, valid, args.output())
}

/// A time so many steps on.
fn advance(from: DateTime<Utc>, step: IntervalMonthDayNano, count: i64) -> Option<DateTime<Utc>> {
    let months = i64::from(step.months).checked_mul(count)?;
    let days = i64::from(step.days).checked_mul(count)?;
    let size = u32::try_from(months.unsigned_abs()).ok()?;
    let moved = if months < 0 {
        from.checked_sub_months(Months::new(size))
    } else {
        from.checked_add_months(Months::new(size))
    }?;
    let size = Days::new(days.unsigned_abs());
    let moved = if days < 0 { moved.checked_sub_days(size) } else { moved.checked_add_days(size) }?;
    moved.checked_add_signed(TimeDelta::nanoseconds(step.nanoseconds.checked_mul(count)?))
}
