//! `CAST(time AS VARCHAR)`: `2023-07-10 11:42:36.000`, with ` UTC` behind it where the type has a zone.

use std::sync::Arc;

use chrono::DateTime;
use datafusion::arrow::array::timezone::Tz;
use datafusion::arrow::array::{AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMillisecondType};
use datafusion::common::plan_err;
use datafusion::logical_expr::ScalarUDF;

use crate::functions::scalar::{Scalar, gives};

/// A timestamp as Trino writes it.
#[must_use]
pub fn timestamp_text() -> Arc<ScalarUDF> {
    Scalar {
        name: "timestamp_text",
        inputs: |types| match types {
            [DataType::Timestamp(_, zone)] => Ok(vec![DataType::Timestamp(TimeUnit::Millisecond, zone.clone())]),
            _ => plan_err!("expected a timestamp"),
        },
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let times = args.array(0)?;
            let zone = match times.data_type() {
                DataType::Timestamp(_, Some(name)) => Some((name.parse::<Tz>()?, name)),
                _ => None,
            };
            let text = |millis: i64| {
                let utc = DateTime::from_timestamp_millis(millis)?;
                Some(match &zone {
                    Some((zone, name)) => format!("{} {name}", utc.with_timezone(zone).format(FORMAT)),
                    None => utc.format(FORMAT).to_string(),
                })
            };
            let texts: StringArray =
                times.as_primitive::<TimestampMillisecondType>().iter().map(|millis| text(millis?)).collect();
            Ok(Arc::new(texts))
        },
    }
    .function()
}

const FORMAT: &str = "%Y-%m-%d %H:%M:%S%.3f";
