//! One row per finding.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::super::{Finding, Findings, Hit};
use crate::session::Error;

/// A column of findings: its name, whether a table for people has it, and its value.
struct Column {
    name: &'static str,
    for_people: bool,
    value: Value,
}

enum Value {
    Text(fn(&Findings, &Finding) -> Option<String>),
    Number(fn(&Findings, &Finding) -> i64),
    Details,
}

macro_rules! columns {
    ($($name:literal $people:literal $kind:ident $($value:expr)?;)*) => {
        &[$(Column { name: $name, for_people: $people, value: Value::$kind$(($value))? }),*]
    };
}

const COLUMNS: &[Column] = columns! {
    "rule" true Text |_, finding| Some(finding.about.id.clone());
    "level" true Text |_, finding| Some(finding.about.level.to_string());
    "title" false Text |_, finding| Some(finding.about.title.clone());
    "technique" false Text |_, finding| Some(finding.about.attack.join(", "));
    "time" true Text |all, finding| time(all.event(finding));
    "first_time" false Text |all, finding| time(all.first_event(finding));
    "events" true Number |_, finding| i64::try_from(finding.events.len()).unwrap_or(i64::MAX);
    "account" true Text |all, finding| all.event(finding).account.clone();
    "region" true Text |all, finding| all.event(finding).region.clone();
    "actor" true Text |all, finding| all.event(finding).actor.clone();
    "source_address" true Text |all, finding| all.event(finding).address.clone();
    "event_source" false Text |all, finding| all.event(finding).event_source.clone();
    "event_name" true Text |all, finding| all.event(finding).event_name.clone();
    "error_code" false Text |all, finding| all.event(finding).error_code.clone();
    "event_id" false Text |all, finding| all.event(finding).event_id.clone();
    "details" true Details;
    "path" false Text |all, finding| Some(all.event(finding).path.to_string());
    "record_index" false Number |all, finding| all.event(finding).record_index;
};

/// The names of the columns of machine formats; `record` is the last.
pub fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.name).chain(["record"])
}

/// One row per finding; for people without the record and what it says twice.
///
/// # Errors
/// When a record that was found cannot be read back.
pub fn rows(findings: &Findings, list: &[Finding], for_people: bool) -> Result<RecordBatch, Error> {
    let mut arrays: Vec<(&str, ArrayRef)> = Vec::new();
    for column in COLUMNS.iter().filter(|column| column.for_people || !for_people) {
        let array: ArrayRef = match column.value {
            Value::Details => {
                let details = |finding| if for_people { details(finding) } else { details_as_json(finding) };
                Arc::new(list.iter().map(details).collect::<StringArray>())
            }
            Value::Text(value) => {
                Arc::new(list.iter().map(|finding| value(findings, finding)).collect::<StringArray>())
            }
            Value::Number(value) => {
                Arc::new(list.iter().map(|finding| Some(value(findings, finding))).collect::<Int64Array>())
            }
        };
        arrays.push((column.name, array));
    }
    if !for_people {
        let records = list.iter().map(|finding| findings.record(findings.event(finding)).map(Some));
        arrays.push(("record", Arc::new(records.collect::<Result<StringArray, _>>()?)));
    }
    RecordBatch::try_from_iter(arrays).map_err(|error| Error::Bug(error.to_string()))
}

/// When an event was, as CloudTrail writes times.
pub(super) fn time(event: &Hit) -> Option<String> {
    let time = DateTime::<Utc>::from_timestamp_millis(event.time?)?;
    Some(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn details(finding: &Finding) -> Option<String> {
    let details: Vec<_> = finding.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!details.is_empty()).then(|| details.join(", "))
}

fn details_as_json(finding: &Finding) -> Option<String> {
    let details = finding.details.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    let details: serde_json::Map<String, serde_json::Value> = details.collect();
    (!details.is_empty()).then(|| serde_json::Value::Object(details).to_string())
}
