//! Parts of a date or time: the year, the hour, the day of the week.

use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::times::{Times, days};
use crate::functions::Function;
use crate::functions::rows::{Compiled, at, integers};
use crate::functions::scalar::{Args, scalar};

/// What SQL may call of this family.
pub(in crate::functions) const PARTS: &[Function] = &[
    scalar! { "year", "year(time)", "The year.", [("year('2023-07-10T11:42:36Z')", "2023")],
    (Time) -> DataType::Int64, |args| part(args, year) },
    scalar! { "quarter", "quarter(time)", "The quarter of the year, 1 to 4.", [("quarter('2023-07-10')", "3")],
    (Time) -> DataType::Int64, |args| part(args, quarter) },
    scalar! { "month", "month(time)", "The month, 1 to 12.", [("month('2023-07-10T11:42:36Z')", "7")],
    (Time) -> DataType::Int64, |args| part(args, month) },
    scalar! { "week" or "week_of_year", "week(time)", "The ISO week of the year, 1 to 53.",
    [("week('2021-01-03')", "53"), ("week('2021-01-04')", "1")],
    (Time) -> DataType::Int64, |args| part(args, week) },
    scalar! { "year_of_week" or "yow", "year_of_week(time)", "The year to which the ISO week belongs.",
    [("year_of_week('2021-01-03')", "2020")],
    (Time) -> DataType::Int64, |args| part(args, year_of_week) },
    scalar! { "day" or "day_of_month", "day(time)", "The day of the month.", [("day('2023-07-10T11:42:36Z')", "10")],
    (Time) -> DataType::Int64, |args| part(args, day) },
    scalar! { "day_of_week" or "dow", "day_of_week(time)", "The day of the week, Monday 1 to Sunday 7.",
    [("day_of_week('2023-07-10')", "1"), ("day_of_week('2023-07-16')", "7")],
    (Time) -> DataType::Int64, |args| part(args, day_of_week) },
    scalar! { "day_of_year" or "doy", "day_of_year(time)", "The day of the year, 1 to 366.",
    [("day_of_year('2024-12-31')", "366")],
    (Time) -> DataType::Int64, |args| part(args, day_of_year) },
    scalar! { "hour", "hour(time)", "The hour, 0 to 23.", [("hour('2023-07-10T11:42:36Z')", "11")],
    (Time) -> DataType::Int64, |args| part(args, hour) },
    scalar! { "minute", "minute(time)", "The minute, 0 to 59.", [("minute('2023-07-10T11:42:36Z')", "42")],
    (Time) -> DataType::Int64, |args| part(args, minute) },
    scalar! { "second", "second(time)", "The second, 0 to 59.", [("second('2023-07-10T11:42:36Z')", "36")],
    (Time) -> DataType::Int64, |args| part(args, second) },
    scalar! { "millisecond", "millisecond(time)", "The millisecond, 0 to 999.",
    [("millisecond('2023-07-10T11:42:36.123Z')", "123")],
    (Time) -> DataType::Int64, |args| part(args, millisecond) },
    scalar! { "date_part", "date_part(part, time)", "A part of a time by its name, as in `extract(part FROM time)`.",
    [("date_part('dow', '2023-07-16')", "7"), ("date_part('hour', '2023-07-10T11:42:36Z')", "11")],
    (Text Time) -> DataType::Int64, date_part },
    scalar! { "timezone_hour", "timezone_hour(time)", "The hours by which the zone of a time is ahead of UTC.",
    [("timezone_hour(at_timezone('2023-07-10T11:42:36Z', 'Asia/Kolkata'))", "5")],
    (Time) -> DataType::Int64, |args| offset(args, |seconds| seconds / 3600) },
    scalar! { "timezone_minute", "timezone_minute(time)", "The minutes beside the hours of `timezone_hour`.",
    [("timezone_minute(at_timezone('2023-07-10T11:42:36Z', 'Asia/Kolkata'))", "30")],
    (Time) -> DataType::Int64, |args| offset(args, |seconds| seconds / 60 % 60) },
    scalar! { "date", "date(time)", "The day of a time.", [("date('2023-07-10T11:42:36Z')", "2023-07-10")],
    (Time) -> DataType::Date32, |args| {
        let times = Times::of(args, 0)?;
        days(args.rows(), |row| Some(Ok(times.local(row)?)))
    } },
    scalar! { "last_day_of_month", "last_day_of_month(time)", "The last day of the month.",
    [("last_day_of_month('2024-02-10')", "2024-02-29")],
    (Time) -> DataType::Date32, |args| {
        let times = Times::of(args, 0)?;
        days(args.rows(), |row| Some(Ok(last_day(times.local(row)?)?)))
    } },
];

type Part = fn(NaiveDateTime) -> i64;

fn year(time: NaiveDateTime) -> i64 {
    time.year().into()
}

fn quarter(time: NaiveDateTime) -> i64 {
    i64::from(time.month0()) / 3 + 1
}

fn month(time: NaiveDateTime) -> i64 {
    time.month().into()
}

fn week(time: NaiveDateTime) -> i64 {
    time.iso_week().week().into()
}

fn year_of_week(time: NaiveDateTime) -> i64 {
    time.iso_week().year().into()
}

fn day(time: NaiveDateTime) -> i64 {
    time.day().into()
}

fn day_of_week(time: NaiveDateTime) -> i64 {
    time.weekday().number_from_monday().into()
}

fn day_of_year(time: NaiveDateTime) -> i64 {
    time.ordinal().into()
}

fn hour(time: NaiveDateTime) -> i64 {
    time.hour().into()
}

fn minute(time: NaiveDateTime) -> i64 {
    time.minute().into()
}

fn second(time: NaiveDateTime) -> i64 {
    time.second().into()
}

fn millisecond(time: NaiveDateTime) -> i64 {
    (time.nanosecond() / 1_000_000).into()
}

fn epoch(time: NaiveDateTime) -> i64 {
    time.and_utc().timestamp()
}

fn part(args: &Args<'_>, part: Part) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    integers(args.rows(), |row| Some(Ok(part(times.local(row)?))))
}

fn date_part(args: &Args<'_>) -> Result<ArrayRef> {
    let (names, times) = (args.texts(0)?, Times::of(args, 1)?);
    let mut parts = Compiled::new(named);
    integers(args.rows(), |row| {
        let (name, time) = (at(&names, row)?, times.local(row)?);
        Some(parts.of(name).map(|part| part(time)))
    })
}

fn named(name: &str) -> Result<Part> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "year" => year,
        "quarter" => quarter,
        "month" => month,
        "week" | "week_of_year" => week,
        "year_of_week" | "yow" | "isoyear" => year_of_week,
        "day" | "day_of_month" => day,
        "day_of_week" | "dow" | "isodow" => day_of_week,
        "day_of_year" | "doy" => day_of_year,
        "hour" => hour,
        "minute" => minute,
        "second" => second,
        "millisecond" | "milliseconds" => millisecond,
        "epoch" => epoch,
        _ => return exec_err!("`{name}` is no part of a time, such as `year`, `week`, `dow` or `hour`"),
    })
}

fn offset(args: &Args<'_>, of: fn(i64) -> i64) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    integers(args.rows(), |row| {
        let offset = times.clock.offset(times.millis(row)?)?;
        Some(Ok(of(offset.local_minus_utc().into())))
    })
}

fn last_day(time: NaiveDateTime) -> Option<NaiveDateTime> {
    let day = time.date().with_day(time.date().num_days_in_month().into())?;
    Some(day.and_time(NaiveTime::MIN))
}
