//! An event as `aws cloudtrail lookup-events` prints it, and as a row.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit, TimestampMillisecondType};
use serde_json::{Map, Value};

use super::parsed;
use super::resources::{Resource, resources};
use super::user_name::user_name;

/// An event; a member that the record does not have is none.
///
/// Source: CloudTrail API Reference, "Event".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `eventID`.
    pub id: Option<String>,
    /// `eventName`.
    pub name: Option<String>,
    /// `true` or `false`.
    pub read_only: Option<String>,
    /// The key that signed the request.
    pub access_key_id: Option<String>,
    /// When the request was made.
    pub time: Option<DateTime<Utc>>,
    /// The service that was asked.
    pub source: Option<String>,
    /// See [`user_name`].
    pub user_name: Option<String>,
    /// See [`resources`].
    pub resources: Vec<Resource>,
    /// The record as it stands in its log file.
    pub record: String,
    /// Whether its log file is proven unchanged, and why not, where a verification was asked for.
    pub proof: Option<(Option<bool>, Option<String>)>,
}

impl Event {
    /// An event from the columns of [`super::row`]. None when they are others, which is a bug.
    pub(super) fn of(batch: &RecordBatch, row: usize) -> Option<Self> {
        let text = |name: &str| {
            let column = batch.column_by_name(name)?.as_string_opt::<i32>()?;
            // Sign-ins have an empty access key.
            Some(column.value(row)).filter(|text| column.is_valid(row) && !text.is_empty()).map(str::to_owned)
        };
        let times = batch.column_by_name("at")?.as_primitive_opt::<TimestampMillisecondType>()?;
        let time = times.is_valid(row).then(|| times.value(row)).and_then(DateTime::from_timestamp_millis);
        let record = text("record")?;
        let value = parsed(&record);
        Some(Self {
            id: text("id"),
            name: text("name"),
            read_only: text("read_only"),
            access_key_id: text("access_key_id"),
            time,
            source: text("source"),
            user_name: user_name(&value).map(str::to_owned),
            resources: resources(&value),
            record,
            proof: batch
                .column_by_name("verified")
                .and_then(|column| column.as_boolean_opt())
                .map(|verified| (verified.is_valid(row).then(|| verified.value(row)), text("verified_reason"))),
        })
    }

    /// The event as JSON, in the order and with the names of AWS; what it does not have is left out.
    #[must_use]
    pub fn json(&self) -> Value {
        let time = self.time.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false));
        let resources = self.resources.iter().map(|resource| {
            let members = [("ResourceType", &resource.kind), ("ResourceName", &resource.name)];
            Value::Object(present(members.map(|(name, value)| (name, value.clone().map(Value::String)))))
        });
        let text = |value: &Option<String>| value.clone().map(Value::String);
        Value::Object(present([
            ("EventId", text(&self.id)),
            ("EventName", text(&self.name)),
            ("ReadOnly", text(&self.read_only)),
            ("AccessKeyId", text(&self.access_key_id)),
            ("EventTime", text(&time)),
            ("EventSource", text(&self.source)),
            ("Username", text(&self.user_name)),
            ("Resources", Some(Value::Array(resources.collect()))),
            ("CloudTrailEvent", text(&Some(self.record.clone()))),
            ("Verified", self.proof.as_ref().map(|(verified, _)| Value::from(*verified))),
            ("VerifiedReason", self.proof.as_ref().and_then(|(_, reason)| text(reason))),
        ]))
    }
}

fn present(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The columns of [`rows`].
#[must_use]
pub fn schema(has_records: bool, has_proof: bool) -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let mut fields: Vec<Field> = ["EventId", "EventName", "ReadOnly", "AccessKeyId"].map(text).into();
    fields.push(Field::new("EventTime", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true));
    fields.extend(["EventSource", "Username", "Resources"].map(text));
    fields.extend(has_records.then(|| text("CloudTrailEvent")));
    if has_proof {
        fields.extend([Field::new("Verified", DataType::Boolean, true), text("VerifiedReason")]);
    }
    Arc::new(Schema::new(fields))
}

/// Events as rows. Resources are JSON, as is the record; where records are not wanted, resources are names.
#[must_use]
pub fn rows(events: &[Event], has_records: bool, has_proof: bool) -> Option<RecordBatch> {
    let text =
        |value: fn(&Event) -> Option<&str>| Arc::new(events.iter().map(value).collect::<StringArray>()) as ArrayRef;
    let times: TimestampMillisecondArray =
        events.iter().map(|event| event.time.map(|time| time.timestamp_millis())).collect();
    let names = |event: &Event| {
        let names: Vec<&str> = event.resources.iter().filter_map(|resource| resource.name.as_deref()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let json = |event: &Event| Some(event.json().get("Resources")?.to_string());
    let resources: StringArray =
        events.iter().map(|event| if has_records { json(event) } else { names(event) }).collect();
    let mut columns = vec![
        text(|event| event.id.as_deref()),
        text(|event| event.name.as_deref()),
        text(|event| event.read_only.as_deref()),
        text(|event| event.access_key_id.as_deref()),
        Arc::new(times.with_timezone("UTC")),
        text(|event| event.source.as_deref()),
        text(|event| event.user_name.as_deref()),
        Arc::new(resources),
    ];
    columns.extend(has_records.then(|| text(|event| Some(&event.record))));
    if has_proof {
        let verified = events.iter().map(|event| event.proof.as_ref().and_then(|(verified, _)| *verified));
        columns.push(Arc::new(verified.collect::<BooleanArray>()));
        columns.push(text(|event| event.proof.as_ref().and_then(|(_, reason)| reason.as_deref())));
    }
    RecordBatch::try_new(schema(has_records, has_proof), columns).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_names_and_the_order_of_aws_and_leaves_out_what_it_has_not() {
        let event = Event {
            id: Some("e1".to_owned()),
            name: Some("ConsoleLogin".to_owned()),
            read_only: Some("false".to_owned()),
            access_key_id: None,
            time: DateTime::from_timestamp(1_778_547_751, 0),
            source: Some("signin.amazonaws.com".to_owned()),
            user_name: None,
            resources: vec![Resource { kind: None, name: Some("x".to_owned()) }],
            record: "{\"a\":\"\\u00e9\"}".to_owned(),
            proof: None,
        };
        assert_eq!(
            event.json().to_string(),
            r#"{"EventId":"e1","EventName":"ConsoleLogin","ReadOnly":"false","EventTime":"2026-05-12T01:02:31+00:00","EventSource":"signin.amazonaws.com","Resources":[{"ResourceName":"x"}],"CloudTrailEvent":"{\"a\":\"\\u00e9\"}"}"#
        );
        let rows = rows(&[event], true, false).expect("rows");
        assert_eq!((rows.num_rows(), rows.num_columns()), (1, 9));
    }
}
