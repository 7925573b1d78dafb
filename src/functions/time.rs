//! Points in time: the text of a record's time as a timestamp.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{AsArray, TimestampMillisecondArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExpressionPlacement, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::{Build, Function, Origin};
use crate::record;
use crate::schema::Kind;

/// What SQL may call of this family.
pub(super) const TIME: &[Function] = &[Function {
    name: "event_timestamp",
    aliases: &[],
    usage: "event_timestamp(text)",
    summary: "The point in time that `eventtime` or a text like it spells; NULL for other text.",
    examples: &[
        ("event_timestamp('2023-07-10T11:42:36Z')", "2023-07-10T11:42:36Z"),
        ("event_timestamp('yesterday')", "NULL"),
    ],
    origin: Origin::Ours,
    build: Build::Scalar(event_timestamp),
}];

/// `event_timestamp(text)`: UTC milliseconds from any form in which CloudTrail writes a time; null for other text.
///
/// `eventtime` is text; where a query compares it with a timestamp, this function stands between the two,
/// and the scan reads the time in place of the text.
#[must_use]
pub fn event_timestamp() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        Arc::new(ScalarUDF::new_from_impl(EventTimestamp { signature: Signature::string(1, Volatility::Immutable) }))
    });
    Arc::clone(&FUNCTION)
}

/// The point in time that a text column holds.
#[must_use]
pub fn timestamp_of(text: Expr) -> Expr {
    event_timestamp().call(vec![text])
}

/// See [`event_timestamp`].
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EventTimestamp {
    signature: Signature,
}

impl ScalarUDFImpl for EventTimestamp {
    fn name(&self) -> &'static str {
        "event_timestamp"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(Kind::Time.data_type())
    }

    fn placement(&self, args: &[ExpressionPlacement]) -> ExpressionPlacement {
        match args {
            [ExpressionPlacement::Column | ExpressionPlacement::MoveTowardsLeafNodes] => {
                ExpressionPlacement::MoveTowardsLeafNodes
            }
            _ => ExpressionPlacement::KeepInPlace,
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let text = cast(&args.args[0].to_array(args.number_rows)?, &DataType::Utf8)?;
        let times: TimestampMillisecondArray =
            text.as_string::<i32>().iter().map(|text| text.and_then(record::parse_time)).collect();
        Ok(ColumnarValue::Array(Arc::new(times.with_timezone("UTC"))))
    }
}
