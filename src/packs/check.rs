//! The tests of saved queries: small trails in which they must find something, and others in which they must not.
//!
//! ```json
//! { "finds": [[record, …], …], "ignores": [[record, …], …] }
//! ```
//!
//! Each inner list is a trail of its own. A record holds the keys that matter, the others are filled in. In its place
//! `{ "repeat": 5, "every": "10s", "vary": ["requestParameters.userName"], "record": {…} }` stands for five of them.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Finding, Hunt, Pack, Rule, SavedQuery, shown};
use crate::diag::Source;
use crate::session::{Error, Session};

/// The tests of one query.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    finds: Vec<Vec<Item>>,
    ignores: Vec<Vec<Item>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Many(Repeated),
    One(Map<String, Value>),
}

/// One record many times, later and later.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    repeat: u32,
    #[serde(default)]
    every: Option<String>,
    #[serde(default)]
    vary: Vec<String>,
    record: Map<String, Value>,
}

/// What a query does not find in its own tests, or finds too much; nothing when it passes.
///
/// # Errors
/// When the rule cannot be evaluated.
pub fn check(session: &Session, pack: &Pack, query: &SavedQuery, rule: &Rule) -> Result<Vec<String>, Error> {
    let Some(tests) = &query.tests else {
        return Ok(vec![format!("there are no tests: `{}/tests/{}.json`", pack.name, query.id)]);
    };
    let tests = match read(tests) {
        Ok(tests) => tests,
        Err(message) => return Ok(vec![message]),
    };
    let mut wrong = Vec::new();
    for (kind, cases, expects) in [("finds", &tests.finds, true), ("ignores", &tests.ignores, false)] {
        if cases.is_empty() {
            wrong.push(format!("`{kind}` has no case"));
        }
        for (number, case) in (1..).zip(cases) {
            let records = match records(case) {
                Ok(records) => records,
                Err(message) => {
                    wrong.push(format!("`{kind}`, case {number}: {message}"));
                    continue;
                }
            };
            match (findings(session, rule, &records)?.len(), expects) {
                (0, true) => wrong.push(format!("`{kind}`, case {number}: nothing is found")),
                (count @ 1.., false) => wrong.push(format!("`{kind}`, case {number}: {count} found")),
                _ => {}
            }
        }
    }
    Ok(wrong)
}

/// Every record of the tests of a query that finds something, as text.
///
/// # Errors
/// What is wrong with the tests.
pub fn examples(query: &SavedQuery) -> Result<Vec<Vec<String>>, String> {
    let Some(tests) = &query.tests else { return Ok(Vec::new()) };
    read(tests)?.finds.iter().map(|case| records(case)).collect()
}

/// What a rule finds in these records.
pub(super) fn findings(session: &Session, rule: &Rule, records: &[String]) -> Result<Vec<Finding>, Error> {
    let mut hunt = Hunt::new(session, vec![rule.clone()]);
    let pass = session.pass_over_texts(hunt.predicates(), &shown())?;
    let texts: Vec<&str> = records.iter().map(String::as_str).collect();
    let rows = pass.of(&texts).map_err(|error| Error::Execution(error.strip_backtrace()))?;
    hunt.take(&rows)?;
    Ok(hunt.finish(&[], None, None)?.list)
}

fn read(tests: &Source) -> Result<Tests, String> {
    serde_json::from_str(&tests.text).map_err(|error| format!("{}: {error}", tests.name))
}

/// The records of a case as text, filled in.
fn records(case: &[Item]) -> Result<Vec<String>, String> {
    let mut records: Vec<Map<String, Value>> = Vec::new();
    for item in case {
        match item {
            Item::One(record) => records.push(record.clone()),
            Item::Many(repeated) => repeated.append(&mut records)?,
        }
    }
    let filled = (0..).zip(records).map(|(number, record)| filled(number, record));
    filled.map(|record| record.map(|record| Value::Object(record).to_string())).collect()
}

impl Repeated {
    fn append(&self, records: &mut Vec<Map<String, Value>>) -> Result<(), String> {
        let every = self.every.as_deref().unwrap_or("1s");
        let every = humantime::parse_duration(every).ok().and_then(|every| Duration::from_std(every).ok());
        let every = every.ok_or("`every` is no duration; write 10s, 5m")?;
        let start = match self.record.get("eventTime").and_then(Value::as_str) {
            Some(text) => text.parse::<DateTime<Utc>>().map_err(|_| format!("`{text}` is no time"))?,
            None => NOON,
        };
        for number in 0..self.repeat {
            let mut record = self.record.clone();
            let offset = i32::try_from(number).ok().and_then(|number| every.checked_mul(number)).unwrap_or_default();
            let time = start.checked_add_signed(offset).unwrap_or(start);
            record.insert("eventTime".to_owned(), time.to_rfc3339_opts(SecondsFormat::Secs, true).into());
            for path in &self.vary {
                vary(&mut record, path, number + 1);
            }
            records.push(record);
        }
        Ok(())
    }
}

/// Puts a number behind the text at a path.
fn vary(record: &mut Map<String, Value>, path: &str, number: u32) {
    let (parents, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut inside = record;
    for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
        let member = inside.entry(parent).or_insert_with(|| Value::Object(Map::new()));
        if !member.is_object() {
            *member = Value::Object(Map::new());
        }
        let Some(object) = member.as_object_mut() else { return };
        inside = object;
    }
    let text = inside.get(name).and_then(Value::as_str).unwrap_or(name);
    let varied = format!("{text}-{number}");
    inside.insert(name.to_owned(), varied.into());
}

/// The time of the first record that says none.
const NOON: DateTime<Utc> = DateTime::from_timestamp(1_772_366_400, 0).expect("2026-03-01T12:00:00Z");

/// A record with the keys that every record has.
fn filled(number: i64, record: Map<String, Value>) -> Result<Map<String, Value>, String> {
    for key in ["eventSource", "eventName"] {
        if !record.get(key).is_some_and(Value::is_string) && record.get("eventCategory") != Some(&"Insight".into()) {
            return Err(format!("record {} has no `{key}`", number + 1));
        }
    }
    let time = NOON.checked_add_signed(Duration::seconds(number)).unwrap_or(NOON);
    let base = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": "arn:aws:iam::123456789012:user/alice",
            "accountId": "123456789012",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "userName": "alice",
        },
        "eventTime": time.to_rfc3339_opts(SecondsFormat::Secs, true),
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "aws-cli/2.15.0",
        "requestParameters": null,
        "responseElements": null,
        "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "eventCategory": "Management",
        "recipientAccountId": "123456789012",
    });
    let mut filled = base.as_object().cloned().unwrap_or_default();
    filled.extend(record);
    Ok(filled)
}
