//! Rounding points in time to whole periods, aligned to UTC.
//!
//! Periods of fixed length count from the beginning of 1970, weeks from a Monday; months, quarters and years
//! are the calendar's. DataFusion's `date_bin` counts nanoseconds and fails for the year 2300; a record can claim
//! any year.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Datelike, NaiveDate};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListBuilder, TimestampMillisecondArray, TimestampMillisecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, TimestampMillisecondType};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{Expr, ScalarUDF, lit};

use super::Function;
use super::kernel::kernel;
use super::nested::{list_of, wrong};
use super::scalar::{Scalar, gives};
use crate::schema::Kind;

/// What SQL may call of this family.
pub(super) const PERIOD: &[Function] = &[
    Function::ours(
        "time_floor",
        "time_floor(time, milliseconds, months)",
        "The beginning of the period that a time is in, so many milliseconds or months long; the other number is 0.",
        &[("time_floor(from_iso8601_timestamp('2023-07-10T11:42:36Z'), 300000, 0)", "2023-07-10T11:40:00Z")],
        time_floor,
    ),
    Function::ours(
        "time_ceil",
        "time_ceil(time, milliseconds, months)",
        "The next beginning of a period, or the time itself where it is one.",
        &[("time_ceil(from_iso8601_timestamp('2023-07-10T11:42:36Z'), 0, 1)", "2023-08-01T00:00:00Z")],
        time_ceil,
    ),
    Function::ours(
        "time_bins",
        "time_bins(from, before, milliseconds, months)",
        "The beginnings of periods from the one that `from` is in to the last before `before`; at least the first.",
        &[(
            "cardinality(time_bins(from_iso8601_timestamp('2023-07-10T11:42:36Z'), \
             from_iso8601_timestamp('2023-07-10T12:00:00Z'), 300000, 0))",
            "4",
        )],
        time_bins,
    ),
];

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Milliseconds; at least 1.
    Milliseconds(i64),
    /// Months of the calendar; at least 1.
    Months(i32),
}

/// `time_floor(time, milliseconds, months)`: the beginning of the period the time is in; one of the two is 0.
#[must_use]
pub fn time_floor() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("time_floor", inputs(), Kind::Time.data_type(), |times, length| round(times, length, floor))
    });
    Arc::clone(&FUNCTION)
}

/// `time_ceil(time, milliseconds, months)`: the next beginning of a period; the time itself when it is one.
#[must_use]
pub fn time_ceil() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("time_ceil", inputs(), Kind::Time.data_type(), |times, length| round(times, length, ceil))
    });
    Arc::clone(&FUNCTION)
}

/// `time_bins(from, before, milliseconds, months)`: the beginnings of periods from the one that `from` is in, as long
/// as they are before `before`; at least the first.
#[must_use]
pub fn time_bins() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        Scalar {
            name: "time_bins",
            inputs: |types| match types {
                [_, _, _, _] => Ok([inputs()[..1].to_vec(), inputs()].concat()),
                _ => wrong("time_bins", "from, before, milliseconds, months", types),
            },
            output: |_| Ok(gives(list_of(Kind::Time.data_type()))),
            values: |args| {
                let time = |index: usize| -> Result<_> {
                    Ok(args.array(index)?.as_primitive::<TimestampMillisecondType>().clone())
                };
                let (from, before) = (time(0)?, time(1)?);
                let (milliseconds, months) = (args.integers(2)?, args.integers(3)?);
                let item = TimestampMillisecondBuilder::new().with_data_type(Kind::Time.data_type());
                let mut lists = ListBuilder::new(item);
                for row in 0..args.rows() {
                    let length = match (milliseconds.value(row), months.value(row)) {
                        (milliseconds @ 1.., _) => Some(Length::Milliseconds(milliseconds)),
                        (_, months @ 1..) => i32::try_from(months).ok().map(Length::Months),
                        _ => None,
                    };
                    let from = (!from.is_null(row)).then(|| from.value(row));
                    match from.zip(length).and_then(|(from, length)| floor(from, length).zip(Some(length))) {
                        Some((first, length)) => append_bins(lists.values(), first, before.value(row), length)?,
                        None => lists.values().append_null(),
                    }
                    lists.append(true);
                }
                Ok(Arc::new(lists.finish()))
            },
        }
        .function()
    });
    Arc::clone(&FUNCTION)
}

/// More bins than anybody looks at: a week of seconds.
const BINS: usize = 604_800;

fn append_bins(bins: &mut TimestampMillisecondBuilder, first: i64, before: i64, length: Length) -> Result<()> {
    let mut bin = first;
    for _ in 0..BINS {
        bins.append_value(bin);
        match bin.checked_add(1).and_then(|later| ceil(later, length)) {
            Some(next) if next < before => bin = next,
            _ => return Ok(()),
        }
    }
    exec_err!("more than {BINS} empty bins lie between two; a longer period has fewer")
}

/// The bins between two times.
#[must_use]
pub fn bins_of(from: Expr, before: Expr, length: Length) -> Expr {
    let mut args = args(from, length);
    args.insert(1, before);
    time_bins().call(args)
}

/// A time column rounded down.
#[must_use]
pub fn floor_of(time: Expr, length: Length) -> Expr {
    time_floor().call(args(time, length))
}

/// A time column rounded up.
#[must_use]
pub fn ceil_of(time: Expr, length: Length) -> Expr {
    time_ceil().call(args(time, length))
}

fn args(time: Expr, length: Length) -> Vec<Expr> {
    let (milliseconds, months) = match length {
        Length::Milliseconds(milliseconds) => (milliseconds, 0),
        Length::Months(months) => (0, i64::from(months)),
    };
    vec![time, lit(milliseconds), lit(months)]
}

fn inputs() -> Vec<DataType> {
    vec![Kind::Time.data_type(), DataType::Int64, DataType::Int64]
}

fn round(times: &ArrayRef, length: &[ScalarValue], one: fn(i64, Length) -> Option<i64>) -> Result<ArrayRef> {
    let length = match length {
        [ScalarValue::Int64(Some(milliseconds @ 1..)), _] => Some(Length::Milliseconds(*milliseconds)),
        [_, ScalarValue::Int64(Some(months @ 1..))] => i32::try_from(*months).ok().map(Length::Months),
        _ => None,
    };
    let times = times.as_primitive::<TimestampMillisecondType>();
    let rounded: TimestampMillisecondArray = times.iter().map(|time| one(time?, length?)).collect();
    Ok(Arc::new(rounded.with_timezone("UTC")))
}

const DAY: i64 = 86_400_000;
const WEEK: i64 = 7 * DAY;
/// Monday, 5 January 1970.
const MONDAY: i64 = 4 * DAY;

fn floor(time: i64, length: Length) -> Option<i64> {
    match length {
        Length::Milliseconds(step) => {
            let origin = if step % WEEK == 0 { MONDAY } else { 0 };
            let past = time.checked_sub(origin)?.rem_euclid(step);
            time.checked_sub(past)
        }
        Length::Months(step) => month_start(months(time)?.div_euclid(step).checked_mul(step)?),
    }
}

fn ceil(time: i64, length: Length) -> Option<i64> {
    let floor = floor(time, length)?;
    if floor == time {
        return Some(time);
    }
    match length {
        Length::Milliseconds(step) => floor.checked_add(step),
        Length::Months(step) => month_start(months(floor)?.checked_add(step)?),
    }
}

/// Months from January 1970.
fn months(time: i64) -> Option<i32> {
    let date = DateTime::from_timestamp_millis(time)?;
    Some((date.year() - 1970) * 12 + date.month0().cast_signed())
}

fn month_start(months: i32) -> Option<i64> {
    let month = months.rem_euclid(12).cast_unsigned() + 1;
    let date = NaiveDate::from_ymd_opt(months.div_euclid(12).checked_add(1970)?, month, 1)?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(time: &str, length: Length, down: &str, up: &str) {
        let millis = |text: &str| text.parse::<DateTime<chrono::Utc>>().expect(text).timestamp_millis();
        assert_eq!(floor(millis(time), length), Some(millis(down)), "{time} down");
        assert_eq!(ceil(millis(time), length), Some(millis(up)), "{time} up");
    }

    #[test]
    fn times_are_rounded_to_the_period() {
        let minutes = |count: i64| Length::Milliseconds(count * 60_000);
        check("2026-01-01T10:07:30Z", minutes(5), "2026-01-01T10:05:00Z", "2026-01-01T10:10:00Z");
        check("2026-01-01T10:05:00Z", minutes(5), "2026-01-01T10:05:00Z", "2026-01-01T10:05:00Z");
        check("1969-12-31T23:59:59Z", minutes(60), "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z");
        // Thursday; weeks begin on Monday.
        check("2026-01-01T10:07:30Z", Length::Milliseconds(WEEK), "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z");
        check("2026-02-10T00:00:00Z", Length::Months(1), "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        check("2026-08-10T00:00:00Z", Length::Months(3), "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z");
        check("2026-08-10T00:00:00Z", Length::Months(12), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        check("9999-12-31T23:59:59Z", minutes(60), "9999-12-31T23:00:00Z", "+10000-01-01T00:00:00Z");
    }

    #[test]
    fn times_without_a_calendar_have_no_month() {
        assert_eq!(floor(i64::MAX, Length::Months(1)), None);
        assert_eq!(floor(i64::MIN, Length::Milliseconds(7)), None);
        assert_eq!(ceil(i64::MAX, Length::Milliseconds(1000)), None);
    }
}
