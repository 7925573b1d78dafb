//! What a pass shows of every record that some rule fits.

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::functions::core::expr_fn::{coalesce, get_field};
use datafusion::logical_expr::Expr;
use datafusion::prelude::col;

use crate::functions::time::timestamp_of;

/// The columns of a pass beside the rules: facts of every hit.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
pub(super) enum Shown {
    Time,
    Account,
    Region,
    Actor,
    Address,
    EventSource,
    EventName,
    EventId,
    ErrorCode,
    Path,
    RecordIndex,
    Verified,
    VerifiedReason,
    Record,
}

/// The columns that a pass has to show for a hunt.
#[must_use]
pub fn shown() -> Vec<(&'static str, Expr)> {
    let identity = |names: &[&str]| names.iter().fold(col("useridentity"), |expr, name| get_field(expr, *name));
    vec![
        ("time", timestamp_of(col("eventtime"))),
        ("account", coalesce(vec![col("recipientaccountid"), identity(&["accountid"])])),
        ("region", col("awsregion")),
        (
            "actor",
            coalesce(vec![
                identity(&["arn"]),
                identity(&["sessioncontext", "sessionissuer", "arn"]),
                identity(&["invokedby"]),
                identity(&["username"]),
                identity(&["principalid"]),
                identity(&["accountid"]),
                identity(&["type"]),
            ]),
        ),
        ("address", col("sourceipaddress")),
        ("event_source", col("eventsource")),
        ("event_name", col("eventname")),
        ("event_id", col("eventid")),
        ("error_code", col("errorcode")),
        ("path", col("\"$path\"")),
        ("record_index", col("record_index")),
        ("verified", col("verified")),
        ("verified_reason", col("verified_reason")),
        ("record", col("eventjson")),
    ]
}

/// The records of the next rows of a pass, as text.
#[must_use]
pub fn records_of(batch: &RecordBatch) -> Vec<String> {
    let records = batch.column(Shown::Record as usize + 1).as_string::<i32>();
    records.iter().flatten().map(str::to_owned).collect()
}
