//! OCSF Detection Findings, one JSON object per line, for data lakes and SIEMs.
//!
//! The class with the profile `cloud`, in the schema's version 1.3.0. Each event of a finding is an evidence, with
//! the record as it stands in its log file as the evidence's data. What the schema has no place for is in `unmapped`.
//!
//! Source: Open Cybersecurity Schema Framework 1.3.0, Detection Finding (2004) and its objects.

use std::io::Write;
use std::net::IpAddr;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::super::{About, Finding, Findings, Hit, Level};
use super::{Context, attack, fingerprint, line_of, object, text, unwritten};
use crate::output::escape;
use crate::session::Error;

/// The version of the schema.
const SCHEMA: &str = "1.3.0";
/// The latest events of a finding that are evidence; the others are counted.
const MOST_EVIDENCES: usize = 100;

/// Writes findings, one JSON object per line.
///
/// # Errors
/// When they cannot be written, or a record that was found cannot be read back.
pub fn write(findings: &Findings, context: &Context, out: &mut impl Write) -> Result<(), Error> {
    findings.list.iter().try_for_each(|finding| one(findings, finding, context, out))
}

/// Writes one finding. Records go through as they are: numbers in them may have more digits than numbers here.
fn one(findings: &Findings, finding: &Finding, context: &Context, out: &mut impl Write) -> Result<(), Error> {
    let shown = findings.record(findings.event(finding))?;
    let shown: Value = serde_json::from_str(&shown).unwrap_or_default();
    let head = head(findings, finding, &shown, context)?;
    let mut write = |text: &str| out.write_all(text.as_bytes()).map_err(unwritten);
    write(open(&line_of(&head)))?;
    write(",\"evidences\":[")?;
    let first = finding.events.len().saturating_sub(MOST_EVIDENCES);
    for (number, event) in findings.events(finding).skip(first).enumerate() {
        let record = findings.record(event)?;
        let parsed: Value = serde_json::from_str(&record).unwrap_or_default();
        write(if number > 0 { "," } else { "" })?;
        write(open(&line_of(&evidence(event, &parsed))))?;
        write(",\"data\":")?;
        write(&data(&record))?;
        write("}")?;
    }
    write("]}\n")
}

/// An object that goes on.
fn open(object: &str) -> &str {
    object.strip_suffix('}').unwrap_or(object)
}

/// A record as JSON on one line; as text when it is no JSON.
fn data(record: &str) -> String {
    if serde_json::from_str::<IgnoredAny>(record).is_err() {
        return line_of(&record.into());
    }
    // Strings hold no line breaks, so these stand between values.
    escape::json(&record.trim().replace(['\n', '\r', '\t'], " ")).into_owned()
}

fn head(findings: &Findings, finding: &Finding, shown: &Value, context: &Context) -> Result<Value, Error> {
    let (about, event) = (&finding.about, findings.event(finding));
    let uid = fingerprint(findings, finding)?;
    let (severity_id, severity) = severity(about.level);
    let (first, last) = (findings.first_event(finding).time, event.time);
    let now = context.generated.timestamp_millis();
    let info = object([
        ("uid", Some(uid.as_str().into())),
        ("title", Some(about.title.as_str().into())),
        ("desc", Some(about.why.as_str().into())),
        ("created_time", Some(now.into())),
        ("first_seen_time", first.map(Value::from)),
        ("last_seen_time", last.map(Value::from)),
        ("analytic", Some(json!({"uid": about.id, "name": about.title, "type_id": 1, "type": "Rule"}))),
        ("attacks", Some(attacks(about))),
        ("data_sources", Some(json!(["AWS CloudTrail"]))),
    ]);
    let product = json!({"name": "trailql", "vendor_name": "trailql", "version": context.version});
    let metadata = json!({
        "version": SCHEMA, "product": product, "profiles": ["cloud"], "uid": uid, "log_name": "AWS CloudTrail",
    });
    Ok(object([
        ("class_uid", Some(2004.into())),
        ("class_name", Some("Detection Finding".into())),
        ("category_uid", Some(2.into())),
        ("category_name", Some("Findings".into())),
        ("activity_id", Some(1.into())),
        ("activity_name", Some("Create".into())),
        ("type_uid", Some(200_401.into())),
        ("type_name", Some("Detection Finding: Create".into())),
        ("time", Some(now.into())),
        ("start_time", first.map(Value::from)),
        ("end_time", last.map(Value::from)),
        ("severity_id", Some(severity_id.into())),
        ("severity", Some(severity.into())),
        ("status_id", Some(1.into())),
        ("status", Some("New".into())),
        ("count", Some(finding.events.len().into())),
        ("message", Some(about.title.as_str().into())),
        ("metadata", Some(metadata)),
        ("finding_info", Some(info)),
        ("cloud", Some(cloud(event))),
        ("resources", resources(shown)),
        ("unmapped", Some(unmapped(findings, finding))),
    ]))
}

fn severity(level: Level) -> (u8, &'static str) {
    match level {
        Level::Informational => (1, "Informational"),
        Level::Low => (2, "Low"),
        Level::Medium => (3, "Medium"),
        Level::High => (4, "High"),
        Level::Critical => (5, "Critical"),
    }
}

/// The techniques. A part of one is told with the whole that it is of.
fn attacks(about: &About) -> Value {
    let attacks = attack::NUMBERINGS.iter().flat_map(|numbering| {
        (numbering.of)(about).into_iter().map(|id| {
            let technique = id.split_once('.').map_or(id.as_str(), |(whole, _)| whole);
            object([
                ("technique", Some(json!({ "uid": technique }))),
                ("sub_technique", id.contains('.').then(|| json!({ "uid": id }))),
                ("version", Some(numbering.version.into())),
            ])
        })
    });
    attacks.collect::<Vec<_>>().into()
}

fn account(id: &str) -> Value {
    json!({"uid": id, "type_id": 10, "type": "AWS Account"})
}

fn cloud(event: &Hit) -> Value {
    object([
        ("provider", Some("AWS".into())),
        ("account", event.account.as_deref().map(account)),
        ("region", text(event.region.as_ref())),
    ])
}

/// The resources that the record names.
fn resources(record: &Value) -> Option<Value> {
    let named = record.get("resources")?.as_array()?.iter().filter_map(|resource| {
        let member = |name: &str| resource.get(name).and_then(Value::as_str);
        let owner = member("accountId").map(|id| json!({ "account": account(id) }));
        Some(object([
            ("uid", Some(member("ARN")?.into())),
            ("type", member("type").map(Value::from)),
            ("owner", owner),
        ]))
    });
    let named: Vec<Value> = named.collect();
    (!named.is_empty()).then(|| named.into())
}

fn unmapped(findings: &Findings, finding: &Finding) -> Value {
    let about = &finding.about;
    let details = finding.details.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let details: serde_json::Map<String, Value> = details.collect();
    let first = finding.events.len().saturating_sub(MOST_EVIDENCES);
    let places = findings.events(finding).skip(first).map(|event| {
        object([
            ("event_id", text(event.event_id.as_ref())),
            ("log_file", Some(event.path.as_ref().into())),
            ("record_index", Some(event.record_index.into())),
            ("verified", findings.is_verified.then(|| event.verified.into())),
            ("verified_reason", event.verified_reason.as_deref().filter(|_| findings.is_verified).map(Value::from)),
        ])
    });
    object([
        ("pack", Some(about.pack.as_str().into())),
        ("false_positives", Some(about.noisy.as_str().into())),
        ("source", Some(about.source.as_str().into())),
        ("details", (!details.is_empty()).then_some(Value::Object(details))),
        ("events", Some(places.collect::<Vec<_>>().into())),
        ("events_left_out", (first > 0).then(|| first.into())),
    ])
}

fn evidence(event: &Hit, record: &Value) -> Value {
    object([
        ("actor", actor(event, record)),
        ("src_endpoint", event.address.as_deref().map(endpoint)),
        ("api", event.event_name.as_deref().map(|name| api(name, event, record))),
    ])
}

fn endpoint(address: &str) -> Value {
    // Calls that services make have their names in place of an address.
    let name = if address.parse::<IpAddr>().is_ok() { "ip" } else { "svc_name" };
    json!({ name: address })
}

fn api(operation: &str, event: &Hit, record: &Value) -> Value {
    let member = |name: &str| record.get(name).and_then(Value::as_str);
    let response = object([
        ("error", text(event.error_code.as_ref())),
        ("error_message", member("errorMessage").map(Value::from)),
    ]);
    object([
        ("operation", Some(operation.into())),
        ("service", event.event_source.as_ref().map(|source| json!({ "name": source }))),
        ("version", member("apiVersion").map(Value::from)),
        ("request", member("requestID").map(|id| json!({ "uid": id }))),
        ("response", event.error_code.is_some().then_some(response)),
    ])
}

/// Who called: a user, and the service that called for it.
fn actor(event: &Hit, record: &Value) -> Option<Value> {
    let member = |name: &str| record.pointer("/userIdentity").and_then(|identity| identity.get(name)?.as_str());
    let arn = event.actor.as_deref().filter(|actor| actor.starts_with("arn:"));
    let uid = member("arn").or(arn);
    let (name, owner) = (member("userName"), member("accountId"));
    let user = (uid.is_some() || name.is_some() || owner.is_some()).then(|| {
        let (type_id, kind) = match member("type") {
            None => (0, None),
            Some("Root") => (2, Some("Root")),
            Some("IAMUser") => (1, Some("IAMUser")),
            Some("AWSService") => (4, Some("AWSService")),
            Some(kind) => (99, Some(kind)),
        };
        object([
            ("uid", uid.map(Value::from)),
            ("uid_alt", member("principalId").map(Value::from)),
            ("name", name.map(Value::from)),
            ("type_id", Some(type_id.into())),
            ("type", kind.map(Value::from)),
            ("credential_uid", member("accessKeyId").map(Value::from)),
            ("account", owner.map(account)),
        ])
    });
    let service = member("invokedBy").or_else(|| event.actor.as_deref().filter(|_| user.is_none()));
    let actor = object([("user", user), ("app_name", service.map(Value::from))]);
    actor.as_object().is_some_and(|actor| !actor.is_empty()).then_some(actor)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn written(findings: &Findings, context: &Context) -> String {
        let mut out = Vec::new();
        write(findings, context, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("text")
    }

    fn lines() -> Vec<Value> {
        let (findings, context) = sample::findings();
        written(&findings, &context).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn every_finding_is_a_line_with_what_the_class_requires() {
        let lines = lines();
        assert_eq!(lines.len(), 2);
        for line in &lines {
            assert_eq!(line["class_uid"], 2004);
            assert_eq!(line["type_uid"], 2004 * 100 + line["activity_id"].as_u64().expect("a number"));
            // 2026-03-02T00:00:00Z.
            assert_eq!((&line["time"], &line["category_uid"]), (&json!(1_772_409_600_000_i64), &json!(2)));
            assert_eq!(line["metadata"]["version"], "1.3.0");
            assert!(line["metadata"]["product"]["vendor_name"].is_string());
            assert_eq!(line["cloud"]["provider"], "AWS");
            assert!(line["finding_info"]["uid"].as_str().is_some_and(|uid| uid.len() == 32));
            assert!(line["finding_info"]["title"].is_string());
            assert_eq!(line["finding_info"]["analytic"]["type_id"], 1);
            assert!(line["evidences"].as_array().is_some_and(|evidences| !evidences.is_empty()));
        }
        assert_eq!((&lines[0]["severity_id"], &lines[1]["severity_id"]), (&json!(4), &json!(2)));
        assert_ne!(lines[0]["finding_info"]["uid"], lines[1]["finding_info"]["uid"]);
    }

    #[test]
    fn what_the_record_says_is_where_the_schema_has_it() {
        let line = &lines()[0];
        let evidence = &line["evidences"][0];
        let user = json!({
            "uid": "arn:aws:iam::123456789012:user/zoe", "uid_alt": "AIDA", "name": "zoe", "type_id": 1,
            "type": "IAMUser", "account": {"uid": "123456789012", "type_id": 10, "type": "AWS Account"},
        });
        assert_eq!(evidence["actor"]["user"], user);
        assert_eq!(evidence["src_endpoint"], json!({"ip": "192.0.2.7"}));
        let api = json!({
            "operation": "StopLogging", "service": {"name": "cloudtrail.amazonaws.com"}, "request": {"uid": "r-1"},
        });
        assert_eq!(evidence["api"], api);
        assert_eq!(evidence["data"]["eventName"], "StopLogging");
        let technique = json!([
            {"technique": {"uid": "T1562"}, "sub_technique": {"uid": "T1562.008"}, "version": "18.0"},
            {"technique": {"uid": "T1685"}, "sub_technique": {"uid": "T1685.002"}, "version": "19.0"},
        ]);
        assert_eq!(line["finding_info"]["attacks"], technique);
        assert_eq!(line["resources"][0]["uid"], "arn:aws:cloudtrail:us-east-1:123456789012:trail/main");
        assert_eq!(line["unmapped"]["details"], json!({"trail": "main"}));
    }

    #[test]
    fn events_are_evidences_and_give_the_first_and_the_last_time() {
        let line = &lines()[1];
        assert_eq!(line["finding_info"]["first_seen_time"], sample::TEN + 250);
        assert_eq!(line["finding_info"]["last_seen_time"], sample::TEN + 3_600_000);
        assert_eq!(line["count"], 2);
        let evidences = &line["evidences"];
        assert_eq!(evidences[0]["actor"], json!({"app_name": "ec2.amazonaws.com"}));
        assert_eq!((&evidences[0]["data"], &evidences[1]["data"]), (&json!({"n": 2}), &json!("no json")));
    }

    #[test]
    fn records_keep_every_digit_and_take_one_line() {
        let (findings, context) = sample::findings();
        let text = written(&findings, &context);
        assert!(text.contains("12345678901234567890.10"), "{text}");
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn callers_that_are_services_have_no_address() {
        assert_eq!(endpoint("cloudtrail.amazonaws.com"), json!({"svc_name": "cloudtrail.amazonaws.com"}));
        assert_eq!(endpoint("2001:db8::1"), json!({"ip": "2001:db8::1"}));
    }

    #[test]
    fn text_of_strangers_comes_back_and_steers_nothing() {
        let (findings, context) = sample::hostile();
        let text = written(&findings, &context);
        assert!(!text.contains(|character| character != '\n' && escape::steers(character)), "{text}");
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["evidences"][0]["data"][sample::HOSTILE], sample::HOSTILE);
    }
}
