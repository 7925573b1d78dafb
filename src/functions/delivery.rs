//! When a log file was delivered, as its name says.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, TimestampMillisecondArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, ScalarUDF};

use super::function::Function;
use super::kernel::kernel;
use crate::archive::layout::name_parts;
use crate::schema::Kind;

/// What SQL may call of this family.
pub(super) const DELIVERY: &[Function] = &[Function::ours(
    "delivery_time",
    "delivery_time(\"$path\")",
    "When a log file was delivered, to the minute, by its name; NULL for other names.",
    &[(
        "delivery_time('a/123456789012_CloudTrail_us-east-1_20260301T0205Z_Example000000000.json.gz')",
        "2026-03-01T02:05:00Z",
    )],
    delivery_time,
)];

/// `delivery_time(path)`: whole minutes.
#[must_use]
pub fn delivery_time() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("delivery_time", vec![DataType::Utf8], Kind::Time.data_type(), |paths, _| {
            let delivered = |path: &str| Some(name_parts(path.rsplit('/').next()?)?.delivered.timestamp_millis());
            let times: TimestampMillisecondArray =
                paths.as_string::<i32>().iter().map(|path| path.and_then(delivered)).collect();
            Ok(Arc::new(times.with_timezone("UTC")) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// The time in the name of a log file, row by row.
#[must_use]
pub fn delivered_of(path: Expr) -> Expr {
    delivery_time().call(vec![path])
}
