//! One row per finding.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};

use super::super::{Finding, Findings};
use super::attack::NUMBERINGS;
use super::time;
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
    /// What a verification says: only where one was asked for.
    Flag(fn(&Findings, &Finding) -> Option<bool>),
    Proof(for<'a> fn(&'a Findings, &'a Finding) -> Option<&'a str>),
    Details,
    /// A column for each numbering of techniques.
    Techniques,
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
    "" false Techniques;
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
    "verified" true Flag |all, finding| all.verified(finding).0;
    "verified_reason" false Proof |all, finding| all.verified(finding).1;
};

/// The names of the columns of machine formats; `record` is the last.
pub fn columns() -> impl Iterator<Item = &'static str> {
    let names = COLUMNS.iter().flat_map(|column| match column.value {
        Value::Techniques => NUMBERINGS.iter().map(|numbering| numbering.column).collect(),
        _ => vec![column.name],
    });
    names.chain(["record"])
}

/// One row per finding; for people without the record and what it says twice.
///
/// # Errors
/// When a record that was found cannot be read back.
pub fn rows(findings: &Findings, list: &[Finding], for_people: bool) -> Result<RecordBatch, Error> {
    let mut arrays: Vec<(&str, ArrayRef)> = Vec::new();
    let is_wanted = |column: &&Column| {
        (column.for_people || !for_people)
            && (findings.is_verified || !matches!(column.value, Value::Flag(_) | Value::Proof(_)))
    };
    for column in COLUMNS.iter().filter(is_wanted) {
        let array: ArrayRef = match column.value {
            Value::Techniques => {
                arrays.extend(NUMBERINGS.iter().map(|numbering| {
                    let ids = list.iter().map(|finding| Some((numbering.of)(&finding.about).join(", ")));
                    (numbering.column, Arc::new(ids.collect::<StringArray>()) as ArrayRef)
                }));
                continue;
            }
            Value::Details => {
                let details = |finding| if for_people { details(finding) } else { details_as_json(finding) };
                Arc::new(list.iter().map(details).collect::<StringArray>())
            }
            Value::Text(value) => {
                Arc::new(list.iter().map(|finding| value(findings, finding)).collect::<StringArray>())
            }
            Value::Flag(value) => {
                Arc::new(list.iter().map(|finding| value(findings, finding)).collect::<BooleanArray>())
            }
            Value::Proof(value) => {
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

fn details(finding: &Finding) -> Option<String> {
    let details: Vec<_> = finding.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!details.is_empty()).then(|| details.join(", "))
}

fn details_as_json(finding: &Finding) -> Option<String> {
    let details = finding.details.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    let details: serde_json::Map<String, serde_json::Value> = details.collect();
    (!details.is_empty()).then(|| serde_json::Value::Object(details).to_string())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::output::{Format, Options, Writer};

    #[test]
    fn machines_are_told_everything_and_people_what_they_need() {
        let (mut findings, _) = sample::findings();
        findings.is_verified = true;
        let batch = rows(&findings, &findings.list, false).expect("rows");
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, columns().collect::<Vec<_>>());
        findings.is_verified = false;
        let batch = rows(&findings, &findings.list, false).expect("rows");
        assert_eq!(batch.num_columns(), names.len() - 2, "what was not asked for is not told");
        let batch = rows(&findings, &findings.list, true).expect("rows");
        assert_eq!((batch.num_rows(), batch.column_by_name("record")), (2, None));
    }

    #[test]
    fn formulas_in_names_of_callers_are_defused_for_spreadsheets() {
        let (mut findings, _) = sample::findings();
        findings.hits[0].actor = Some("=HYPERLINK(\"http://x\")".to_owned());
        let batch = rows(&findings, &findings.list[..1], false).expect("rows");
        let file = tempfile::NamedTempFile::new().expect("a file");
        let out = Box::new(file.reopen().expect("a file"));
        let mut writer = Writer::new(Format::Csv, batch.schema(), Options::default(), out).expect("a heading");
        writer.write(&batch).expect("rows");
        writer.finish().expect("an end");
        let text = std::fs::read_to_string(file.path()).expect("text");
        assert!(text.contains(",\"'=HYPERLINK(\"\"http://x\"\")\","), "{text}");
    }
}
