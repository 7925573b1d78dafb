//! Files that lie where log files lie, and that no digest lists.

use crate::sign::{Bucket, Chain, Link, Log, gunzip, gzip, minute};

use super::run::{check, text};

/// Eight hours, and a log file delivered at this minute that nobody listed.
fn with_injected(minutes: i64) -> (Log, Bucket) {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let log = chain.log(minute(minutes));
    bucket.put(&log.key, log.stored.clone());
    (log, bucket)
}

#[test]
fn a_file_dropped_into_covered_time_is_unlisted() {
    // Also in an hour without any log file, which its digest says.
    for minutes in [10, 170, 200, 350] {
        let (log, bucket) = with_injected(minutes);
        check(&bucket, &[]).exits(1).has_digests(&[]).has_logs(&[(&log.key, "unlisted")]).has_holes(&[]);
    }
    let (log, bucket) = with_injected(170);
    text(&bucket, &[])
        .exits(1)
        .says(&format!("Log file\ts3://trail-archive/{}\tUNLISTED: no digest lists this file\n", log.key))
        .says("\n1 log file UNLISTED\n");
    check(&bucket, &["--no-unlisted"]).is_clean();
    check(&bucket, &["--allow", "unlisted"]).exits(0);
}

#[test]
fn it_does_not_matter_how_the_dropped_file_is_packed() {
    for suffix in [".json", ".json.zst"] {
        let chain = Chain::hours(8);
        let mut bucket = Bucket::of(&[&chain]);
        let log = chain.log(minute(170));
        let key = log.key.replace(".json.gz", suffix);
        bucket.put(&key, log.content.clone());
        check(&bucket, &[]).exits(1).has_logs(&[(&key, "unlisted")]);
    }
}

#[test]
fn a_listed_file_beside_its_own_repacked_twin_is_not_an_excuse() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let log = &chain.digests[2].logs[0];
    let twin = log.key.replace(".json.gz", ".json");
    bucket.put(&twin, b"{\"Records\":[{\"eventName\":\"Forged\"}]}".to_vec());
    // The listed one is there, so the other is one more file, and a query would read it.
    check(&bucket, &[]).exits(1).has_logs(&[(&twin, "unlisted")]);
}

#[test]
fn a_file_in_the_last_hours_may_still_be_listed() {
    let (log, bucket) = with_injected(470);
    let report = check(&bucket, &[]);
    report.has_digests(&[]).has_holes(&[]);
    assert!(["uncovered", "pending"].contains(&report.status(&log.key)), "{:#}", report.json);
    let (log, bucket) = with_injected(500);
    check(&bucket, &["--end", "2024-03-10T09:00:00Z"]).exits(0).has_logs(&[(&log.key, "pending")]);
    // A shorter slack makes up its mind sooner.
    let (log, bucket) = with_injected(440);
    check(&bucket, &["--slack", "10m"]).exits(1).has_logs(&[(&log.key, "unlisted")]);
}

#[test]
fn a_file_older_than_the_first_digest_is_uncovered() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let log = chain.log(minute(-8));
    bucket.put(&log.key, log.stored);
    let report = check(&bucket, &["--start", "2024-03-10T00:00:00Z"]);
    report.exits(3).has_logs(&[(&log.key, "uncovered")]);
    assert_eq!(report.entry(&log.key)["reason"], "before_first");
}

#[test]
fn a_file_in_a_gap_is_uncovered() {
    let mut chain = Chain::hours(10);
    let log = chain.digests[4].logs[0].clone();
    chain.digests.drain(4..6);
    chain.digests[4].link = Link::None;
    let mut bucket = Bucket::of(&[&chain]);
    bucket.put(&log.key, log.stored);
    let report = check(&bucket, &[]);
    report.exits(3).has_logs(&[(&log.key, "uncovered")]);
    assert_eq!(
        (&report.entry(&log.key)["reason"], &report.entry(&log.key)["class"]),
        (&"gap".into(), &"incomplete".into())
    );
}

#[test]
fn a_copy_under_another_name_is_unlisted_and_a_duplicate() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let listed = chain.log_key(2, 0);
    let copy = chain.log(minute(170)).key;
    // Packed anew: equal content, other bytes.
    let packed = gzip(&gunzip(&bucket.object(&listed).bytes));
    bucket.put(&copy, packed);
    let report = check(&bucket, &[]);
    report.exits(1).has_logs(&[(&copy, "unlisted")]);
    let notes = report.notes("duplicate_content");
    assert_eq!(notes.len(), 1, "{:#}", report.json["notes"]);
    let note = notes[0].to_string();
    assert!(note.contains(&listed) && note.contains(&copy), "{note}");
}

#[test]
fn listed_files_of_equal_content_are_noted_and_fine() {
    let mut chain = Chain::hours(8);
    let content = chain.digests[2].logs[0].content.clone();
    let other = &mut chain.digests[4].logs[0];
    *other = Log::new(other.key.clone(), content);
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.is_clean();
    assert_eq!(report.notes("duplicate_content").len(), 1);
}

#[test]
fn a_file_of_no_known_name_is_foreign() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let folder = chain.log_key(2, 0);
    let folder = &folder[..folder.rfind('/').expect("a folder")];
    bucket.put(&format!("{folder}/notes.txt"), b"x".to_vec());
    bucket.put(
        &format!("{folder}/999999999999_CloudTrail_us-east-1_20240310T0300Z_0123456789abcdef.json.gz"),
        gzip(b"{}"),
    );
    let report = check(&bucket, &[]);
    let foreign = report.notes("foreign").iter().map(|note| note.to_string()).collect::<String>();
    assert!(foreign.contains("notes.txt"), "{:#}", report.json);
    assert!(!report.logs().any(|log| log["uri"].to_string().contains("notes.txt")));
}

#[test]
fn other_families_are_searched_only_if_some_digest_lists_one() {
    let mut chain = Chain::hours(8);
    let listed = chain.log_in("CloudTrail-Insight", minute(250));
    let dropped = chain.log_in("CloudTrail-Insight", minute(170));
    let mut bucket = Bucket::of(&[&chain]);
    bucket.put(&dropped.key, dropped.stored.clone());
    check(&bucket, &[]).is_clean();
    chain.digests[4].logs.push(listed);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.put(&dropped.key, dropped.stored);
    check(&bucket, &[]).exits(1).has_logs(&[(&dropped.key, "unlisted")]);
}

#[test]
fn a_trail_without_validation_in_the_same_folder_is_hinted_at() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    for name in ["second", "third"] {
        let other = Chain::new("111122223333", "us-east-1").trail(name, "us-east-1").with_hours(8);
        for log in other.digests[..6].iter().flat_map(|digest| &digest.logs) {
            bucket.put(&log.key, log.stored.clone());
        }
    }
    let report = check(&bucket, &[]);
    report.exits(1).has_digests(&[]);
    assert!(report.json["unlisted"].as_array().is_some_and(|list| list.len() == 20));
    let hints = report.notes("hint");
    assert!(hints.iter().any(|hint| hint["text"].to_string().contains("trail")), "{:#}", report.json["notes"]);
}

#[test]
fn a_trail_with_validation_in_the_same_folder_lists_its_own() {
    let chain = Chain::hours(8);
    let second = Chain::new("111122223333", "us-east-1").trail("second", "us-east-1").with_hours(8);
    let mut bucket = Bucket::of(&[&chain, &second]);
    check(&bucket, &[]).is_clean();
    // The one trail's list does not say what the other delivered.
    bucket.remove(&second.digest(4));
    let report = check(&bucket, &[]);
    report.exits(1).has_digests(&[(&second.digest(4), "missing")]);
    for log in 0..2 {
        let status = report.status(&second.log_key(4, log));
        assert!(["uncovered", "unlisted"].contains(&status), "{status}");
    }
}

#[test]
fn the_folders_of_the_days_in_the_range_are_searched() {
    let chain = Chain::hours(60);
    let mut bucket = Bucket::of(&[&chain]);
    let logs = [100, 24 * 60 + 100, 48 * 60 + 100].map(|minutes| chain.log(minute(minutes)));
    for log in &logs {
        bucket.put(&log.key, log.stored.clone());
    }
    let report = check(&bucket, &["--start", "2024-03-11T00:11:09Z", "--end", "2024-03-11T20:00:00Z"]);
    report.exits(1).has_logs(&[(&logs[1].key, "unlisted")]);
}

#[test]
fn a_region_without_any_digest_is_not_passed_over() {
    let mut bucket = Bucket::of(&[&Chain::hours(8)]);
    let other = Chain::new("111122223333", "ap-south-1").with_hours(8);
    let log = &other.digests[2].logs[0];
    bucket.put(&log.key, log.stored.clone());
    let report = check(&bucket, &[]);
    // Validation covers all regions of a trail; a folder that no digest speaks of is no part of what was proven.
    assert_ne!(report.run.code, Some(0), "{:#}", report.json);
    assert_eq!(report.status(&log.key), "uncovered");
}
