//! Times from and to ISO 8601 and the seconds since 1970.

use chrono::{NaiveTime, SecondsFormat};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::iso;
use super::times::{Times, days, timestamps};
use super::zones::zoned;
use crate::functions::rows::{at, doubles, texts};
use crate::functions::scalar::{Args, Scalar, Want, engine, gives, scalar, takes};
use crate::functions::{Build, Function, Origin};
use crate::schema::Kind;

/// What SQL may call of this family.
pub(in crate::functions) const INSTANTS: &[Function] = &[
    scalar! {
        "from_iso8601_timestamp", "from_iso8601_timestamp(text)", "The time that a text in ISO 8601 spells.",
        [("from_iso8601_timestamp('2023-07-10T13:42:36+02:00')", "2023-07-10T11:42:36Z"),
         ("from_iso8601_timestamp('2023-W28-1T11:42')", "2023-07-10T11:42:00Z")],
        (Time) -> Kind::Time.data_type(), from_iso8601_timestamp
    },
    scalar! {
        "from_iso8601_date", "from_iso8601_date(text)", "The day that a text in ISO 8601 spells.",
        [("from_iso8601_date('2023-07-10')", "2023-07-10"), ("from_iso8601_date('2023-191')", "2023-07-10")],
        (Text) -> DataType::Date32, |args| {
            let subjects = args.texts(0)?;
            days(args.rows(), |row| {
                let subject = at(&subjects, row)?;
                Some(match iso::date(subject) {
                    Some(day) => Ok(day.and_time(NaiveTime::MIN)),
                    None => exec_err!("`from_iso8601_date` takes a day such as `2023-07-10`, not `{subject}`"),
                })
            })
        }
    },
    scalar! {
        "to_iso8601", "to_iso8601(time)", "A time as ISO 8601 spells it.",
        [("to_iso8601('2023-07-10T11:42:36Z')", "2023-07-10T11:42:36.000Z"),
         ("to_iso8601(DATE '2023-07-10')", "2023-07-10")],
        (Time) -> DataType::Utf8, to_iso8601
    },
    Function {
        name: "from_unixtime",
        aliases: &[],
        usage: "from_unixtime(seconds[, zone])",
        summary: "The time so many seconds after the beginning of 1970.",
        examples: &[
            ("from_unixtime(1688989356)", "2023-07-10T11:42:36Z"),
            ("from_unixtime(1688989356.5)", "2023-07-10T11:42:36.500Z"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "from_unixtime",
                inputs: |types| takes("from_unixtime", types, &[Want::Number], &[Want::Text]),
                output: |call| match call.fields.len() {
                    1 => Ok(gives(Kind::Time.data_type())),
                    _ => zoned("from_unixtime", call),
                },
                values: from_unixtime,
            }
            .function()
        }),
    },
    scalar! {
        "from_unixtime_nanos", "from_unixtime_nanos(nanoseconds)",
        "The time so many nanoseconds after the beginning of 1970, in whole milliseconds.",
        [("from_unixtime_nanos(1688989356123456789)", "2023-07-10T11:42:36.123Z")],
        (Integer) -> Kind::Time.data_type(), |args| {
            let nanos = args.integers(0)?;
            timestamps(args, |row| Some(Ok(at(&nanos, row)?.div_euclid(1_000_000))))
        }
    },
    scalar! {
        "to_unixtime", "to_unixtime(time)", "The seconds from the beginning of 1970 to a time.",
        [("to_unixtime('2023-07-10T11:42:36Z')", "1688989356.0")],
        (Time) -> DataType::Float64, |args| {
            let times = Times::of(args, 0)?;
            doubles(args.rows(), |row| Some(times.millis(row)? as f64 / 1000.0))
        }
    },
    engine! {
        "localtimestamp" as "now", "localtimestamp", "The time at which the query began.",
        [("localtimestamp = now()", "true")]
    },
];

fn from_iso8601_timestamp(args: &Args<'_>) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    if *args.field(0).data_type() != DataType::Utf8 {
        return timestamps(args, |row| times.millis(row).map(Ok));
    }
    let subjects = args.texts(0)?;
    timestamps(args, |row| {
        let subject = at(&subjects, row)?;
        Some(times.millis(row).or_else(|| iso::timestamp(subject)).ok_or_else(|| {
            exec_datafusion_err!(
                "`from_iso8601_timestamp` takes a time such as `2023-07-10T11:42:36Z`, not `{subject}`"
            )
        }))
    })
}

fn to_iso8601(args: &Args<'_>) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    let has_zone = !matches!(args.field(0).data_type(), DataType::Timestamp(_, None));
    let is_date = *args.field(0).data_type() == DataType::Date32;
    texts(args.rows(), |row| {
        let (millis, local) = (times.millis(row)?, times.local(row)?);
        let offset = times.clock.offset(millis)?;
        let date = local.format("%Y-%m-%d");
        Some(Ok(match (is_date, has_zone) {
            (true, _) => date.to_string(),
            (_, false) => format!("{date}T{}", local.format("%H:%M:%S%.3f")),
            (_, true) => local.and_local_timezone(offset).single()?.to_rfc3339_opts(SecondsFormat::Millis, true),
        }))
    })
}

fn from_unixtime(args: &Args<'_>) -> Result<ArrayRef> {
    let (seconds, zones) = (args.doubles(0)?, args.optional(1, Args::texts)?);
    timestamps(args, |row| {
        if let Some(zones) = &zones {
            at(zones, row)?;
        }
        let seconds = at(&seconds, row)?;
        let millis = (seconds * 1000.0).round();
        Some(if millis.abs() < 9e15 {
            Ok(millis as i64)
        } else {
            exec_err!("`from_unixtime` takes seconds since 1970, not {seconds:?}")
        })
    })
}
