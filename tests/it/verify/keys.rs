//! Public keys that are not there, or are no keys; digests wait for them without being called false.

use std::fs;

use serde_json::{Value, json};

use crate::sign::{Bucket, Chain, ELLIPTIC, Key, SHORT, iso};

use super::run::{check, on_copy, run};

/// Eight hours, the fifth signed by a key of its own.
fn with_other_key() -> (Chain, Bucket) {
    let mut chain = Chain::hours(8);
    chain.digests[4].signer = Key::new(1);
    let bucket = Bucket::of(&[&chain]);
    (chain, bucket)
}

#[track_caller]
fn check_fifth(chain: &Chain, bucket: &Bucket, status: &str) {
    let logs = [chain.log_key(4, 0), chain.log_key(4, 1)];
    let report = check(bucket, &[]);
    report
        .exits(3)
        .has_digests(&[(&chain.digest(4), status)])
        .has_logs(&[(&logs[0], "unverified"), (&logs[1], "unverified")])
        .has_holes(&[("invalid", 240, 300)]);
    assert_eq!(report.entry(&logs[0])["class"], "incomplete");
    assert_eq!(report.entry(&chain.digest(4))["fingerprint"], Key::new(1).fingerprint());
}

#[test]
fn a_key_that_was_not_given_leaves_its_digests_open() {
    let (chain, mut bucket) = with_other_key();
    bucket.public_keys.remove(&Key::new(1).fingerprint());
    check_fifth(&chain, &bucket, "key_not_found");
    // Whoever reads it can fetch the key: where, and of when.
    let run = on_copy(&bucket, &bucket.lay_out(), &[]);
    run.exits(3)
        .says(&format!("fingerprint {}", Key::new(1).fingerprint()))
        .says("INVALID: public key not found in region us-east-1");
}

#[test]
fn what_is_no_key_is_unusable() {
    let (chain, mut bucket) = with_other_key();
    for der in [&b"\x30\x03not a key"[..], b"", ELLIPTIC, SHORT] {
        bucket.list_instead_of(Key::new(1), der);
        check_fifth(&chain, &bucket, "key_unusable");
    }
}

#[test]
fn a_key_under_the_fingerprint_of_another_is_unusable() {
    let (chain, mut bucket) = with_other_key();
    bucket.list_instead_of(Key::new(1), &Key::new(2).der());
    check_fifth(&chain, &bucket, "key_unusable");
    // Even if it is the very key that signed: its fingerprint is of the other form.
    bucket.list_instead_of(Key::new(1), &Key::new(1).as_subject_public_key_info().der());
    check_fifth(&chain, &bucket, "key_unusable");
}

#[test]
fn keys_of_another_kind_verify_nothing_under_their_own_fingerprint() {
    for der in [ELLIPTIC, SHORT, b"not a key"] {
        let mut chain = Chain::hours(8);
        let fingerprint = Bucket::of(&[]).list(der);
        chain.digests[4].edit(move |document| document["digestPublicKeyFingerprint"] = fingerprint.clone().into());
        let mut bucket = Bucket::of(&[&chain]);
        bucket.list(der);
        check(&bucket, &[]).exits(3).has_digests(&[(&chain.digest(4), "key_unusable")]);
    }
}

#[test]
fn keys_are_never_refused_for_their_times_but_noted() {
    let (_, mut bucket) = with_other_key();
    for (start, end) in [(json!(0), json!(1.0)), (json!("1436317441.0"), json!("2015-08-09T01:04:01Z"))] {
        let entry = bucket.public_keys.get_mut(&Key::new(1).fingerprint()).expect("a key");
        entry["ValidityStartTime"] = start;
        entry["ValidityEndTime"] = end;
        let report = check(&bucket, &[]);
        report.is_clean();
        assert_eq!(report.notes("key_validity").len(), 1, "{:#}", report.json);
    }
    let entry = bucket.public_keys.get_mut(&Key::new(1).fingerprint()).expect("a key");
    // Within a day of the end of its validity.
    entry["ValidityStartTime"] = json!("2024-02-01T00:00:00+00:00");
    entry["ValidityEndTime"] = json!("2024-03-09T12:00:00+00:00");
    let report = check(&bucket, &[]);
    report.is_clean();
    assert!(report.notes("key_validity").is_empty());
}

#[test]
fn key_files_are_read_in_every_shape_and_merged() {
    let (_, bucket) = with_other_key();
    let copy = bucket.lay_out();
    let (first, second) = (Key::new(0).entry(), Key::new(1).entry());
    let bare: Value = json!([second, first]);
    for (one, other) in [
        (json!({"publicKeyList": [first]}), json!([second])),
        (json!([first]), json!({"PublicKeyList": [second], "NextToken": null})),
        // The same key twice is one key.
        (bare.clone(), bare),
    ] {
        let paths = [(copy.beside("one.json"), one), (copy.beside("other.json"), other)].map(|(path, content)| {
            fs::write(&path, content.to_string()).expect("a file");
            path.display().to_string()
        });
        let more = ["--public-keys", &paths[0], "--public-keys", &paths[1]];
        on_copy(&bucket, &copy, &more).exits(0);
        on_copy(&bucket, &copy, &more[..2]).says("digest files valid");
    }
}

#[test]
fn key_files_that_cannot_be_read_are_wrong_usage() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    let path = copy.beside("keys.json");
    let argument = path.display().to_string();
    on_copy(&bucket, &copy, &["--public-keys", &argument]).exits(2).complains("keys.json");
    let other = json!({"Fingerprint": Key::new(0).fingerprint(), "Value": Key::new(1).entry()["Value"]});
    for content in ["", "not JSON", "3", "{}", &json!([Key::new(0).entry(), other]).to_string()] {
        fs::write(&path, content).expect("a file");
        let run = on_copy(&bucket, &copy, &["--public-keys", &argument]);
        assert_eq!(run.code, Some(2), "{content}: {run:?}");
        assert_eq!(run.stdout, "", "{content}");
    }
}

#[test]
fn without_keys_nothing_can_be_verified_and_the_way_to_them_is_told() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    let root = copy.root().display().to_string();
    run(&["verify", &root]).exits(3).complains("public-keys");
    let path = copy.beside("none.json");
    fs::write(&path, "{\"PublicKeyList\":[]}").expect("a file");
    on_copy(&bucket, &copy, &["--public-keys", &path.display().to_string()]).exits(3);
}

#[test]
fn keys_inside_the_archive_are_warned_about() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    let inside = copy.path("AWSLogs/keys.json");
    fs::copy(copy.public_keys(), &inside).expect("a copy");
    let run = on_copy(&bucket, &copy, &["--public-keys", &inside.display().to_string()]);
    run.exits(0).complains("keys.json");
    let quiet = on_copy(&bucket, &copy, &[]);
    assert!(!quiet.stderr.contains("warning"), "{}", quiet.stderr);
}

#[test]
fn a_missing_key_is_told_with_region_and_time() {
    let mut chain = Chain::new("111122223333", "eu-west-1").with_hours(5);
    chain.digests[2].signer = Key::new(1);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.public_keys.remove(&Key::new(1).fingerprint());
    let report = check(&bucket, &[]);
    let said = format!("{}{}", report.json, report.run.stderr);
    assert!(said.contains("eu-west-1"), "{said}");
    assert!(said.contains(&iso(chain.digests[2].end)), "{said}");
}
