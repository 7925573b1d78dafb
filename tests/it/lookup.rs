//! Looking events up: what is found, in which order, and how much is read for it.

use std::fs;
use std::path::Path;

use tokio::runtime::Runtime;

use trailql::lookup::{self, Attribute, Event, Lookup, Search};
use trailql::session::{Options, Outcome, Session};

/// Writes a log file of some records that was delivered at this time of a day in March 2026.
fn deliver(root: &Path, account: &str, day: u32, time: &str, records: &[String]) {
    let folder = root.join(format!("AWSLogs/{account}/CloudTrail/us-east-1/2026/03/{day:02}"));
    fs::create_dir_all(&folder).expect("folders");
    let count = fs::read_dir(&folder).expect("a folder").count();
    let name = format!("{account}_CloudTrail_us-east-1_202603{day:02}T{time}Z_{count:016}.json");
    fs::write(folder.join(name), format!("{{\"Records\":[{}]}}", records.join(","))).expect("a file");
}

/// A record with this id and time, and more members.
fn record(id: &str, day: u32, time: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","eventTime":"2026-03-{day:02}T{time}Z","eventSource":"iam.amazonaws.com","eventName":"GetUser","eventID":"{id}","readOnly":true,"eventCategory":"Management"{more}}}"#
    )
}

/// What is found, and what was read in the last run.
fn found(archives: &[&Path], wanted: Lookup) -> (Vec<Event>, Outcome) {
    let archives: Vec<String> = archives.iter().map(|archive| archive.display().to_string()).collect();
    let mut options = Options::new("2026-04-01T00:00:00Z".parse().expect("a time"));
    options.threads = Some(2);
    Runtime::new().expect("threads").block_on(async {
        let session = Session::open(&archives, options).await.expect("archives");
        let (mut search, mut events) = (Search::new(wanted), Vec::new());
        loop {
            let mut answer = search.ask(&session).await.expect("an answer");
            while let Some(batch) = answer.next().await.expect("rows") {
                events.extend(search.take(&batch).expect("events"));
            }
            if !search.is_short() {
                return (events, answer.outcome());
            }
        }
    })
}

fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_deref().unwrap_or("none")).collect()
}

fn attributes(texts: &[&str]) -> Vec<Attribute> {
    texts.iter().flat_map(|text| lookup::parse(text).expect(text)).collect()
}

#[test]
fn the_newest_events_come_first_and_ties_in_the_order_of_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    deliver(
        folder.path(),
        "111111111111",
        2,
        "1205",
        &[record("c", 2, "12:00:00", ""), record("b", 2, "12:00:00", "")],
    );
    deliver(folder.path(), "111111111111", 3, "0905", &[record("d", 3, "09:00:00", "")]);
    deliver(folder.path(), "111111111111", 1, "1205", &[record("a", 1, "12:00:00", "")]);
    let (events, _) = found(&[folder.path()], Lookup::default());
    assert_eq!(ids(&events), ["d", "b", "c", "a"]);
    let (events, _) = found(&[folder.path()], Lookup { most: Some(2), ..Lookup::default() });
    assert_eq!(ids(&events), ["d", "b"]);
    let bounds = Lookup {
        start: Some("2026-03-02T12:00:00Z".parse().expect("a time")),
        end: Some("2026-03-03T09:00:00Z".parse().expect("a time")),
        ..Lookup::default()
    };
    assert_eq!(ids(&found(&[folder.path()], bounds).0), ["d", "b", "c"], "both ends are inclusive");
}

#[test]
fn copies_by_two_trails_are_one_event_and_cost_none_of_the_events_asked_for() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for folder in [&one, &other] {
        for hour in 1..=6 {
            let event = record(&format!("e{hour}"), 5, &format!("{hour:02}:00:00"), "");
            deliver(folder.path(), "111111111111", 5, &format!("{hour:02}05"), &[event]);
        }
    }
    let (events, _) = found(&[one.path(), other.path()], Lookup { most: Some(4), ..Lookup::default() });
    assert_eq!(ids(&events), ["e6", "e5", "e4", "e3"]);
    let both = attributes(&["AttributeKey=EventId,AttributeValue=e6", "AttributeKey=EventId,AttributeValue=e1"]);
    let (events, _) = found(&[one.path(), other.path()], Lookup { attributes: both, ..Lookup::default() });
    assert_eq!(ids(&events), ["e6", "e1"]);
    // Another record under the same id is no copy.
    deliver(other.path(), "111111111111", 5, "0706", &[record("e6", 5, "06:00:00", ",\"errorCode\":\"x\"")]);
    let (events, _) = found(&[one.path(), other.path()], Lookup { most: Some(3), ..Lookup::default() });
    assert_eq!(ids(&events), ["e6", "e6", "e5"]);
}

#[test]
fn a_search_for_an_id_ends_where_it_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    for day in 1..=28 {
        for hour in 0..24 {
            let event = record(&format!("{day}-{hour}"), day, &format!("{hour:02}:00:00"), "");
            deliver(folder.path(), "111111111111", day, &format!("{hour:02}05"), &[event]);
        }
    }
    let id = |id: &str| Lookup {
        attributes: attributes(&[&format!("AttributeKey=EventId,AttributeValue={id}")]),
        ..Lookup::default()
    };
    let (events, outcome) = found(&[folder.path()], id("28-20"));
    assert_eq!(ids(&events), ["28-20"]);
    assert!(outcome.files_read < 100, "{} of {} files", outcome.files_read, outcome.files_listed);
    let (events, outcome) = found(&[folder.path()], id("nowhere"));
    assert!(events.is_empty());
    assert_eq!(outcome.files_read, 28 * 24);
}

#[test]
fn attributes_find_what_they_name_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let who = |identity: &str| format!(",\"userIdentity\":{identity}");
    let records = [
        record("root", 1, "00:00:06", &who(r#"{"type":"Root","accountId":"1"}"#)),
        record("user-root", 1, "00:00:05", &who(r#"{"type":"IAMUser","userName":"root"}"#)),
        record(
            "role",
            1,
            "00:00:04",
            &who(r#"{"type":"AssumedRole","principalId":"AROA:al\u0069ce","accessKeyId":"ASIA1"}"#),
        ),
        record("alice", 1, "00:00:03", &who(r#"{"type":"IAMUser","userName":"alice","accessKeyId":"AKIA1"}"#)),
        record("decoy", 1, "00:00:02", r#","userAgent":"alice","requestParameters":{"userName":"root"}"#),
        record(
            "key",
            1,
            "00:00:01",
            r#","resources":[{"ARN":"arn:aws:kms:eu-west-1:1:key\/0a1b","type":"AWS::KMS::Key"}]"#,
        ),
    ];
    deliver(folder.path(), "111111111111", 1, "0005", &records);
    let check = |texts: &[&str], expected: &[&str]| {
        let wanted = Lookup { attributes: attributes(texts), ..Lookup::default() };
        assert_eq!(ids(&found(&[folder.path()], wanted).0), expected, "{texts:?}");
    };
    check(&["AttributeKey=Username,AttributeValue=root"], &["root", "user-root"]);
    check(&["AttributeKey=Username,AttributeValue=alice"], &["role", "alice"]);
    check(&["AttributeKey=Username,AttributeValue=Alice"], &[]);
    check(&["AttributeKey=Username,AttributeValue=alice", "AttributeKey=AccessKeyId,AttributeValue=AKIA1"], &["alice"]);
    check(
        &["AttributeKey=AccessKeyId,AttributeValue=AKIA1", "AttributeKey=AccessKeyId,AttributeValue=ASIA1"],
        &["role", "alice"],
    );
    check(&["AttributeKey=ResourceName,AttributeValue=root"], &["decoy"]);
    check(&["AttributeKey=ResourceName,AttributeValue=key/0a1b"], &["key"]);
    check(&["AttributeKey=ResourceName,AttributeValue=0a1b"], &["key"]);
    check(&["AttributeKey=ResourceName,AttributeValue=0a1"], &[]);
    check(&["AttributeKey=ResourceType,AttributeValue=AWS::KMS::Key"], &["key"]);
    check(&["AttributeKey=ResourceType,AttributeValue=AWS::IAM::User"], &["decoy"]);
    check(&["AttributeKey=ReadOnly,AttributeValue=false"], &[]);
    check(
        &["AttributeKey=EventName,AttributeValue=GetUser", "AttributeKey=EventSource,AttributeValue=s3.amazonaws.com"],
        &[],
    );
}

#[test]
fn a_record_is_given_as_it_stands_in_its_log_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = record("x", 1, "00:00:01", ",\"note\":\"\\u001b[31m \\/ é \u{202e}\" , \"n\" : 1.50");
    deliver(folder.path(), "111111111111", 1, "0005", std::slice::from_ref(&text));
    let deep = format!(",\"deep\":{}{}", "[".repeat(200), "]".repeat(200));
    deliver(folder.path(), "111111111111", 1, "0006", &[record("deep", 1, "00:00:02", &deep)]);
    let (events, _) = found(&[folder.path()], Lookup::default());
    assert_eq!(ids(&events), ["deep", "x"]);
    assert_eq!(events[1].record, text);
    Runtime::new().expect("threads").block_on(async {
        let location = folder.path().display().to_string();
        let session = Session::open(&[location], Options::new(chrono::Utc::now())).await.expect("an archive");
        assert_eq!(lookup::event(&session, "x").await.expect("an answer"), Some(text));
        assert_eq!(lookup::event(&session, "y").await.expect("an answer"), None);
    });
}
