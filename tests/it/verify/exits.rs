//! The code that a run ends with: 1 outranks 3, 3 outranks 0.

use crate::sign::{Bucket, Chain, Key, gzip, minute};

use super::run::{check, on_copy, run, text};

#[test]
fn a_failure_outranks_what_is_incomplete() {
    let mut chain = Chain::hours(8);
    chain.digests[4].signer = Key::new(1);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.public_keys.remove(&Key::new(1).fingerprint());
    check(&bucket, &[]).exits(3);
    bucket.object(&chain.log_key(2, 0)).bytes = gzip(b"{}");
    check(&bucket, &[]).exits(1);
}

#[test]
fn what_is_pending_is_no_failure_unless_strict() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(7)).metadata.clear();
    check(&bucket, &[]).exits(0);
    check(&bucket, &["--strict"]).exits(1);
    check(&Bucket::of(&[&chain]), &["--strict"]).exits(0);
}

#[test]
fn classes_and_statuses_can_be_allowed() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.log_key(2, 0)).bytes = gzip(b"{}");
    bucket.remove(&chain.log_key(4, 0));
    check(&bucket, &["--allow", "modified"]).exits(1);
    let report = check(&bucket, &["--allow", "modified,missing"]);
    report.exits(0).has_logs(&[(&chain.log_key(2, 0), "modified"), (&chain.log_key(4, 0), "missing")]);
    check(&bucket, &["--allow", "modified", "--allow", "missing"]).exits(0);
    check(&bucket, &["--allow", "failure"]).exits(0);
    check(&bucket, &["--allow", "orphan"]).exits(1);
    text(&bucket, &["--allow", "whatever"]).exits(2).complains("whatever");
}

#[test]
fn a_hole_can_be_allowed_by_its_reason() {
    let bucket = Bucket::of(&[&Chain::hours(8)]);
    let start = ["--start", "2024-03-09T12:00:00Z"];
    check(&bucket, &start).exits(3);
    check(&bucket, &[&start[..], &["--allow", "before_first"]].concat()).exits(0);
    check(&bucket, &[&start[..], &["--allow", "gap"]].concat()).exits(3);
}

#[test]
fn an_unlisted_file_is_a_failure_and_an_uncovered_one_is_not() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let log = chain.log(minute(170));
    bucket.put(&log.key, log.stored);
    check(&bucket, &[]).exits(1);
    let other = Chain::new("111122223333", "eu-west-1").with_hours(1);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.put(&other.log_key(0, 0), other.digests[0].logs[0].stored.clone());
    check(&bucket, &[]).exits(3);
}

#[test]
fn an_archive_that_is_not_there_cannot_be_read() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    let nowhere = copy.beside("nowhere").display().to_string();
    let keys = copy.public_keys().display().to_string();
    let ended = run(&["verify", &nowhere, "--public-keys", &keys]);
    ended.exits(4).complains("nowhere");
    assert_eq!(ended.stdout, "");
}

#[test]
fn wrong_options_are_wrong_usage() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    for more in [&["--format", "yaml"][..], &["--jobs", "0"], &["--jobs", "x"], &["--bucket-map", "x"], &["--no-such"]]
    {
        let ended = on_copy(&bucket, &copy, more);
        ended.exits(2);
        assert_eq!(ended.stdout, "", "{more:?}");
    }
}

#[test]
fn all_is_said_in_the_report_too() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    assert_eq!(check(&bucket, &[]).json["summary"]["result"], "ok");
    bucket.remove(&chain.log_key(2, 0));
    assert_eq!(check(&bucket, &[]).json["summary"]["result"], "failed");
}
