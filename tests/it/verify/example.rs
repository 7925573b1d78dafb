//! The signed example: the night of the intrusion in one region, its digest files, and what somebody did to it since.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use crate::sign::{Bucket, Chain, Digest, Log, at, gunzip, gzip};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
const LOGS: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/05";

/// The example's files, by their paths below `examples/signed`.
fn example() -> BTreeMap<String, Vec<u8>> {
    let mut chain = Chain::new("111122223333", "us-east-1").trail("management-events", "us-east-1");
    let (mut start, end) = (at("2026-05-11T22:11:09Z"), at("2026-05-12T03:11:09Z"));
    let mut logs = logs();
    while start < end {
        let mut digest = Digest::new(start, start + TimeDelta::hours(1));
        let (listed, others): (Vec<_>, Vec<_>) = logs.into_iter().partition(|(delivered, _)| *delivered < digest.end);
        digest.logs = listed.into_iter().filter(|(delivered, _)| *delivered >= start).map(|(_, log)| log).collect();
        (logs, start) = (others, digest.end);
        chain.digests.push(digest);
    }
    let mut bucket = Bucket::named("example-trails", &[&chain]);
    let mut keys = bucket.key_list();
    for key in keys["PublicKeyList"].as_array_mut().into_iter().flatten() {
        (key["ValidityStartTime"], key["ValidityEndTime"]) =
            (json!("2026-05-01T00:00:00Z"), json!("2026-05-31T00:00:00Z"));
    }
    // What somebody with rights on the bucket did afterwards: records cut out, a log file removed, one added.
    let key = |name: &str| format!("{LOGS}/12/111122223333_CloudTrail_us-east-1_20260512T{name}.json.gz");
    let edited = key("0020Z_LQcjLTxg9aZFsedC");
    let mut content: Value = serde_json::from_slice(&gunzip(&bucket.object(&edited).bytes)).expect("a log file");
    content["Records"].as_array_mut().expect("records").remove(0);
    bucket.put(&edited, gzip(content.to_string().as_bytes()));
    bucket.remove(&key("0110Z_9QNyHksOJmEeMGlQ"));
    let alibi = bucket.object(&key("0035Z_dPlFCxBRj8pg83h2")).bytes.clone();
    bucket.put(&key("0045Z_xJ2mVqT8sLw4ZbRk"), alibi);
    let metadata = bucket.metadata();
    let mut files: BTreeMap<_, _> =
        bucket.objects.into_iter().map(|(key, object)| (format!("bucket/{key}"), object.bytes)).collect();
    files.insert("public-keys.json".to_owned(), format!("{keys:#}\n").into_bytes());
    files.insert("digest-metadata.json".to_owned(), format!("{metadata:#}\n").into_bytes());
    files
}

/// The log files of the story, with the times when they were delivered.
fn logs() -> Vec<(chrono::DateTime<chrono::Utc>, Log)> {
    let mut logs = Vec::new();
    for day in ["11", "12"] {
        let mut names: Vec<_> = fs::read_dir(format!("{EXAMPLES}/archive/{LOGS}/{day}"))
            .expect("the example archive")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for name in names {
            let key = format!("{LOGS}/{day}/{name}");
            let time = name.split('_').nth(3).expect("a time");
            let time = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%MZ").expect("a time").and_utc();
            let stored = fs::read(format!("{EXAMPLES}/archive/{key}")).expect("a log file");
            let log = Log { key, content: gunzip(&stored), stored };
            logs.push((time + TimeDelta::seconds(90), log));
        }
    }
    logs
}

/// `TRYCMD=overwrite` writes it.
#[test]
fn the_signed_example_is_what_its_story_says() {
    let folder = Path::new(EXAMPLES).join("signed");
    let is_written = std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite");
    for (name, bytes) in example() {
        let path = folder.join(&name);
        if is_written {
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(&path, &bytes).expect("a file");
        }
        // Compressors may choose differently; what they packed is the same.
        let unpacked = |bytes: &[u8]| if name.ends_with(".gz") { gunzip(bytes) } else { bytes.to_vec() };
        let there = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(unpacked(&there) == unpacked(&bytes), "{name} differs");
    }
}
