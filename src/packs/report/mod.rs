//! Findings for people and for machines: a summary, rows, SARIF, OCSF, a page of HTML.
//!
//! Whatever comes from a log is hostile on its way out; each format escapes it as its readers need.

mod attack;
pub mod html;
pub mod ocsf;
mod rows;
#[cfg(test)]
mod sample;
pub mod sarif;
mod summary;

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Finding, Findings, Hit};
use crate::output::{self, escape};
use crate::session::{self, Error};

pub use rows::{columns, rows};
pub use summary::{TONES, summary, totals};

/// What a report says beside the findings.
#[derive(Debug, Clone)]
pub struct Context {
    /// The archives, as they were named.
    pub archives: Vec<String>,
    /// The earliest event that was asked for.
    pub since: Option<DateTime<Utc>>,
    /// The latest event that was asked for.
    pub until: Option<DateTime<Utc>>,
    /// When the report is made.
    pub generated: DateTime<Utc>,
    /// The version of trailql.
    pub version: String,
    /// What was read.
    pub outcome: session::Outcome,
}

/// When an event was, as CloudTrail writes times.
fn time(event: &Hit) -> Option<String> {
    DateTime::from_timestamp_millis(event.time?).map(written)
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A text that the same rule and the same records have wherever they are found, and others do not: hexadecimal
/// digits of a hash. Records without an `eventID` are the same only in one place.
fn fingerprint(findings: &Findings, finding: &Finding) -> Result<String, Error> {
    let mut hash = Sha256::new();
    hash.update(finding.about.id.as_bytes());
    for event in findings.events(finding) {
        let record = findings.record(event)?;
        hash.update((record.len() as u64).to_le_bytes());
        hash.update(record.as_bytes());
        if event.event_id.is_none() {
            // Nothing else tells such a record from one that says the same.
            hash.update(event.path.as_bytes());
            hash.update(event.record_index.to_le_bytes());
        }
    }
    Ok(hex::encode(&hash.finalize()[..16]))
}

/// One line of JSON in which nothing steers a terminal, reorders text or hides.
fn line_of(value: &Value) -> String {
    escape::json(&value.to_string()).into_owned()
}

fn write_line(out: &mut impl Write, line: &str) -> Result<(), Error> {
    out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(unwritten)
}

fn unwritten(error: io::Error) -> Error {
    Error::Output(output::Error::Write(error))
}

/// The members of an object that have a value.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    Value::Object(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// A text as JSON, where there is one.
fn text(value: Option<&String>) -> Option<Value> {
    value.map(|value| Value::from(value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_the_rule_and_the_records_not_on_where_they_are() {
        let (mut findings, _) = sample::findings();
        let of = |findings: &Findings, place: usize| fingerprint(findings, &findings.list[place]).expect("a text");
        let (one, two) = (of(&findings, 0), of(&findings, 1));
        assert_ne!(one, two);
        findings.hits[0].path = "elsewhere".into();
        assert_eq!(of(&findings, 0), one);
        findings.list[1].events.pop();
        assert_ne!(of(&findings, 1), two);
        findings.hits[0].event_id = None;
        let nameless = of(&findings, 0);
        findings.hits[0].record_index += 1;
        assert_ne!(of(&findings, 0), nameless);
    }
}
