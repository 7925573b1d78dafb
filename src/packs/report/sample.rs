//! Findings for the tests of reports.

use std::sync::Arc;

use super::super::{About, Finding, Findings, Hit, Level};
use super::Context;

/// What a stranger may write into a log.
pub(super) const HOSTILE: &str = "</script><script>alert(1)</script>\"><img src=x onerror=alert(2)>\u{1b}[2J\u{202e}&amp;=cmd|'/c'!A1\u{2028}{0}[a](b)";

fn about(id: &str, title: &str, level: Level, attack: &str) -> Arc<About> {
    Arc::new(About {
        id: id.to_owned(),
        pack: "defence".to_owned(),
        title: title.to_owned(),
        why: "It hides what comes next.".to_owned(),
        attack: vec![attack.to_owned()],
        level,
        noisy: "changes that were planned".to_owned(),
        source: "CloudTrail User Guide".to_owned(),
        data: None,
        file: format!("{id}.sql"),
        condition: None,
    })
}

/// Adds an event at a time in milliseconds; its place among the hits.
fn event(findings: &mut Findings, time: Option<i64>, word: &str, record: &str) -> usize {
    let text = findings.records.push(record).expect("room");
    findings.hits.push(Hit {
        time,
        account: Some("123456789012".to_owned()),
        region: Some("us-east-1".to_owned()),
        actor: Some(word.to_owned()),
        address: Some("192.0.2.7".to_owned()),
        event_source: Some("cloudtrail.amazonaws.com".to_owned()),
        event_name: Some("StopLogging".to_owned()),
        event_id: Some(format!("event-{}", findings.hits.len())),
        error_code: None,
        path: "AWSLogs/a b:c/é.json.gz".into(),
        record_index: 3,
        verified: None,
        verified_reason: None,
        text,
    });
    findings.hits.len() - 1
}

fn context() -> Context {
    Context {
        archives: vec!["trails".to_owned()],
        since: None,
        until: None,
        generated: "2026-03-02T00:00:00Z".parse().expect("a time"),
        version: "1.2.3".to_owned(),
        outcome: crate::session::Outcome { files_read: 2, files_listed: 2, records: 9, ..Default::default() },
    }
}

/// 2026-03-01T10:00:00Z.
pub(super) const TEN: i64 = 1_772_359_200_000;

/// Three rules, of which two found something: one event, and one of two events.
pub(super) fn findings() -> (Findings, Context) {
    let mut findings = Findings::default();
    let low = about("ct.a", "Trails read", Level::Low, "T1526");
    let high = about("ct.b", "Logging stopped", Level::High, "T1562.008");
    let idle = about("ct.c", "Keys made", Level::Medium, "T1098.001");
    let zoe = "arn:aws:iam::123456789012:user/zoe";
    let record = r#"{"eventName": "StopLogging", "requestID": "r-1",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/zoe", "principalId": "AIDA", "userName": "zoe", "accountId": "123456789012"},
        "requestParameters": {"big": 12345678901234567890.10},
        "resources": [{"ARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/main", "accountId": "123456789012", "type": "AWS::CloudTrail::Trail"}]}"#;
    let one = event(&mut findings, Some(TEN), zoe, record);
    let two = event(&mut findings, Some(TEN + 250), "ec2.amazonaws.com", "{\"n\": 2}");
    let three = event(&mut findings, Some(TEN + 3_600_000), zoe, "no json");
    let details = vec![("trail".to_owned(), "main".to_owned())];
    findings.list.push(Finding { about: Arc::clone(&high), events: vec![one], details });
    findings.list.push(Finding { about: Arc::clone(&low), events: vec![two, three], details: Vec::new() });
    findings.rules = vec![low, high, idle];
    findings.notices.push("no S3 data events were met: 1 rule can find nothing (ct.c)".to_owned());
    (findings, context())
}

/// One finding, all of whose words mean harm.
pub(super) fn hostile() -> (Findings, Context) {
    let mut findings = Findings::default();
    let rule = about("ct.b", HOSTILE, Level::Critical, HOSTILE);
    let record = serde_json::json!({ HOSTILE: HOSTILE, "userIdentity": {"arn": HOSTILE, "type": HOSTILE} }).to_string();
    let one = event(&mut findings, None, HOSTILE, &record);
    findings.hits[one].path = HOSTILE.into();
    findings.hits[one].address = Some(HOSTILE.to_owned());
    let details = vec![(HOSTILE.to_owned(), HOSTILE.to_owned())];
    findings.list.push(Finding { about: Arc::clone(&rule), events: vec![one], details });
    findings.rules = vec![rule];
    findings.notices.push(HOSTILE.to_owned());
    let context = Context { archives: vec![HOSTILE.to_owned()], ..context() };
    (findings, context)
}
