//! SARIF 2.1.0, which code hosts and security dashboards read.
//!
//! Every rule that was tried is listed, so that a rule without results is known to have run. Results are written as
//! they come. A log file is no text with lines, so a record's place in it is a logical location, as a JSON pointer.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub, "SARIF support for code
//! scanning", for `security-severity` and the tag `security`.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::{About, Finding, Findings, Hit, Level};
use super::{Context, attack, fingerprint, line_of, object, text, time, write_line, written};
use crate::output::escape;
use crate::session::Error;

/// The schema's address.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What keys of log files are relative to.
const BASE: &str = "ARCHIVE";
/// The events of a finding that are named beside the one it is shown by.
const MOST_RELATED: usize = 100;

/// Everything but what a path of a URI has as it is. A colon could be taken for the end of a scheme.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes findings as one SARIF log with one run.
///
/// # Errors
/// When they cannot be written, or a record that was found cannot be read back.
pub fn write(findings: &Findings, context: &Context, out: &mut impl Write) -> Result<(), Error> {
    let rules: Vec<Value> = findings.rules.iter().map(|about| rule(about)).collect();
    let driver =
        json!({"name": "trailql", "version": context.version, "semanticVersion": context.version, "rules": rules});
    let bases = json!({BASE: base(context)});
    write_line(out, &format!("{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{"))?;
    write_line(out, &format!("\"tool\":{},", line_of(&json!({ "driver": driver }))))?;
    write_line(out, &format!("\"invocations\":[{}],", line_of(&invocation(findings, context))))?;
    write_line(out, &format!("\"originalUriBaseIds\":{},", line_of(&bases)))?;
    write_line(out, "\"columnKind\":\"unicodeCodePoints\",\n\"results\":[")?;
    let places: HashMap<*const About, usize> = findings.rules.iter().map(Arc::as_ptr).zip(0..).collect();
    for (number, finding) in findings.list.iter().enumerate() {
        let place = places.get(&Arc::as_ptr(&finding.about)).copied();
        let comma = if number + 1 < findings.list.len() { "," } else { "" };
        write_line(out, &format!("{}{comma}", line_of(&result(findings, finding, place)?)))?;
    }
    write_line(out, "]}]}")
}

fn rule(about: &About) -> Value {
    let mut tags = vec!["security".to_owned()];
    tags.extend(attack::every_id(about));
    let severity = match about.level {
        Level::Critical => "9.5",
        Level::High => "8.0",
        Level::Medium => "5.5",
        Level::Low => "3.0",
        Level::Informational => "0.0",
    };
    let help = format!("Noise: {}. Source: {}.", about.noisy, about.source);
    json!({
        "id": about.id,
        "shortDescription": {"text": message(&about.title)},
        "fullDescription": {"text": message(&about.why)},
        "help": {"text": message(&help)},
        "defaultConfiguration": {"level": level(about.level)},
        "properties": {"security-severity": severity, "level": about.level.name(), "pack": about.pack, "tags": tags},
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::Informational => "note",
    }
}

fn result(findings: &Findings, finding: &Finding, place: Option<usize>) -> Result<Value, Error> {
    let (about, event) = (&finding.about, findings.event(finding));
    let details = finding.details.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let details: serde_json::Map<String, Value> = details.collect();
    let proof = findings.is_verified.then(|| findings.verified(finding));
    let properties = object([
        ("time", time(event).map(Value::from)),
        ("firstTime", time(findings.first_event(finding)).map(Value::from)),
        ("events", Some(finding.events.len().into())),
        ("account", text(event.account.as_ref())),
        ("region", text(event.region.as_ref())),
        ("actor", text(event.actor.as_ref())),
        ("sourceAddress", text(event.address.as_ref())),
        ("eventSource", text(event.event_source.as_ref())),
        ("eventName", text(event.event_name.as_ref())),
        ("errorCode", text(event.error_code.as_ref())),
        ("eventId", text(event.event_id.as_ref())),
        ("recordIndex", Some(event.record_index.into())),
        ("verified", proof.map(|(verified, _)| verified.into())),
        ("verifiedReason", proof.and_then(|(_, reason)| reason).map(Value::from)),
        ("details", (!details.is_empty()).then_some(Value::Object(details))),
    ]);
    let others = &finding.events[..finding.events.len() - 1];
    let related = &others[others.len().saturating_sub(MOST_RELATED)..];
    let related: Vec<Value> = related.iter().map(|place| location(&findings.hits[*place])).collect();
    let fingerprints = json!({
        "ruleAndEvent/v1": format!("{}/{}", about.id, event.event_id.as_deref().unwrap_or_default()),
        "ruleAndRecords/v1": fingerprint(findings, finding)?,
    });
    Ok(object([
        ("ruleId", Some(about.id.as_str().into())),
        ("ruleIndex", place.map(Value::from)),
        ("level", Some(level(about.level).into())),
        ("message", Some(json!({"text": sentence(about, event, finding.events.len())}))),
        ("locations", Some(json!([location(event)]))),
        ("relatedLocations", (!related.is_empty()).then(|| related.into())),
        ("partialFingerprints", Some(fingerprints)),
        ("properties", Some(properties)),
    ]))
}

/// What was found, in words.
fn sentence(about: &About, event: &Hit, events: usize) -> String {
    let mut words = format!("{}: ", about.title);
    words.push_str(event.event_name.as_deref().unwrap_or("an event"));
    let facts = [
        (" by ", &event.actor),
        (" from ", &event.address),
        (" in account ", &event.account),
        (" in ", &event.region),
        (" with the error ", &event.error_code),
    ];
    for (before, fact) in facts {
        if let Some(fact) = fact {
            words.push_str(before);
            words.push_str(fact);
        }
    }
    if let Some(time) = time(event) {
        words.push_str(&format!(" at {time}"));
    }
    if events > 1 {
        words.push_str(&format!(", the last of {events} events"));
    }
    format!("{}.", message(&words))
}

fn location(event: &Hit) -> Value {
    json!({
        "physicalLocation": {"artifactLocation": {"uri": uri(&event.path), "uriBaseId": BASE}},
        "logicalLocations": [{"fullyQualifiedName": format!("/Records/{}", event.record_index), "kind": "object"}],
    })
}

fn uri(path: &str) -> String {
    // A reference that begins with a slash would leave the base.
    utf8_percent_encode(path.trim_start_matches('/'), ESCAPED).to_string()
}

/// The archive. Its address is told where it has one that others can use.
fn base(context: &Context) -> Value {
    let description = json!({"text": message(&format!("The archive: {}.", context.archives.join(", ")))});
    match context.archives.as_slice() {
        [archive] if archive.starts_with("s3://") => {
            let path = archive.trim_start_matches("s3://").trim_end_matches('/');
            json!({"uri": format!("s3://{}/", uri(path)), "description": description})
        }
        _ => json!({ "description": description }),
    }
}

fn invocation(findings: &Findings, context: &Context) -> Value {
    let outcome = &context.outcome;
    let note = |level: &str, words: &str| json!({"level": level, "message": {"text": message(words)}});
    let mut notes: Vec<Value> = Vec::new();
    notes.extend(outcome.failed.iter().map(|failure| note("error", &failure.to_string())));
    let unlisted = |(place, reason): &(String, String)| note("error", &format!("cannot list {place}: {reason}"));
    notes.extend(outcome.unlisted.iter().map(unlisted));
    if outcome.malformed > 0 {
        notes.push(note("error", &format!("{} elements of `Records` are no objects", outcome.malformed)));
    }
    notes.extend(findings.notices.iter().map(|notice| note("note", notice)));
    json!({
        "executionSuccessful": !outcome.is_incomplete(),
        "endTimeUtc": written(context.generated),
        "toolExecutionNotifications": notes,
        "properties": {
            "logFilesListed": outcome.files_listed,
            "logFilesPruned": outcome.files_pruned,
            "logFilesRead": outcome.files_read,
            "logFilesFailed": outcome.failed.len(),
            "records": outcome.records,
        },
    })
}

/// A message's text: what would be a placeholder or a link in it is not, and what steers is written out.
fn message(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for character in escape::terminal(words).chars() {
        match character {
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            '[' | ']' | '\\' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn log() -> Value {
        let (findings, context) = sample::findings();
        let mut out = Vec::new();
        write(&findings, &context, &mut out).expect("memory takes everything");
        serde_json::from_slice(&out).expect("JSON")
    }

    /// The members that the schema knows, of objects that allow no others.
    fn check_members(value: &Value, known: &[&str], required: &[&str]) {
        let members = value.as_object().unwrap_or_else(|| panic!("{value} is an object"));
        for name in members.keys() {
            assert!(known.contains(&name.as_str()), "`{name}` in {value}");
        }
        for name in required {
            assert!(members.contains_key(*name), "no `{name}` in {value}");
        }
    }

    fn check_message(value: &Value) {
        check_members(value, &["text", "markdown", "id", "arguments", "properties"], &["text"]);
        assert!(value["text"].as_str().is_some_and(|text| !text.is_empty()), "{value}");
    }

    #[test]
    fn a_log_keeps_to_the_schema() {
        let log = log();
        check_members(&log, &["$schema", "version", "runs"], &["version", "runs"]);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let known = ["tool", "invocations", "originalUriBaseIds", "columnKind", "results"];
        check_members(run, &known, &["tool"]);
        let driver = &run["tool"]["driver"];
        check_members(driver, &["name", "version", "semanticVersion", "rules"], &["name"]);
        let rules = driver["rules"].as_array().expect("rules");
        for rule in rules {
            let known = ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"];
            check_members(rule, &known, &["id"]);
            for words in ["shortDescription", "fullDescription", "help"] {
                check_message(&rule[words]);
            }
            let tags: Vec<_> = rule["properties"]["tags"].as_array().expect("tags").iter().collect();
            assert!(tags.iter().all(|tag| tag.is_string()));
            assert!(tags.iter().enumerate().all(|(at, tag)| !tags[..at].contains(tag)), "{tags:?}");
        }
        for result in run["results"].as_array().expect("results") {
            let known = [
                "ruleId",
                "ruleIndex",
                "level",
                "message",
                "locations",
                "relatedLocations",
                "partialFingerprints",
                "properties",
            ];
            check_members(result, &known, &["message"]);
            check_message(&result["message"]);
            assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().expect("a level")));
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("a place")).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(result["partialFingerprints"].as_object().expect("texts").values().all(Value::is_string));
        }
        let invocation = &run["invocations"][0];
        assert!(invocation["executionSuccessful"].is_boolean());
        for notification in invocation["toolExecutionNotifications"].as_array().expect("notes") {
            check_members(notification, &["level", "message"], &["message"]);
            check_message(&notification["message"]);
        }
    }

    #[test]
    fn a_result_says_what_was_found_and_where() {
        let log = log();
        let result = &log["runs"][0]["results"][0];
        assert_eq!((&result["ruleId"], &result["level"]), (&json!("ct.b"), &json!("error")));
        assert_eq!(
            result["message"]["text"],
            "Logging stopped: StopLogging by arn:aws:iam::123456789012:user/zoe from 192.0.2.7 in account \
             123456789012 in us-east-1 at 2026-03-01T10:00:00Z."
        );
        let place = &result["locations"][0];
        assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "AWSLogs/a%20b%3Ac/%C3%A9.json.gz");
        assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "/Records/3");
        assert_eq!(result["properties"]["details"]["trail"], "main");
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][1];
        assert_eq!(rule["properties"]["security-severity"], "8.0");
        assert_eq!(rule["properties"]["tags"], json!(["security", "T1562.008", "T1685.002"]));
    }

    #[test]
    fn the_events_of_a_finding_are_named() {
        let log = log();
        let result = &log["runs"][0]["results"][1];
        assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(1));
        assert_eq!(result["properties"]["events"], 2);
        assert!(result["message"]["text"].as_str().is_some_and(|text| text.ends_with("the last of 2 events.")));
    }

    #[test]
    fn what_was_not_read_makes_the_run_unsuccessful() {
        let (findings, mut context) = sample::findings();
        context.outcome.unlisted.push(("s3://b/x".to_owned(), "denied".to_owned()));
        let told = invocation(&findings, &context);
        assert_eq!(told["executionSuccessful"], false);
        assert_eq!(told["toolExecutionNotifications"][0]["message"]["text"], "cannot list s3://b/x: denied");
    }

    #[test]
    fn text_of_strangers_is_no_placeholder_no_link_and_steers_nothing() {
        assert_eq!(message("{0} [x](http://y) \u{202e}\x1b"), "{{0}} \\[x\\](http://y) \\\\u{{202e}}\\\\x1b");
        assert_eq!(uri("/../a?b#c\u{202e}"), "../a%3Fb%23c%E2%80%AE");
        let (findings, context) = sample::hostile();
        let mut out = Vec::new();
        write(&findings, &context, &mut out).expect("memory takes everything");
        let text = String::from_utf8(out).expect("text");
        assert!(!text.contains(|character| character != '\n' && escape::steers(character)), "{text}");
        let log: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(log["runs"][0]["results"][0]["properties"]["actor"], sample::HOSTILE);
    }
}
