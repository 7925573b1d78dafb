//! Signatures that do not hold, and those that are not where they belong.

use crate::sign::{Bucket, Chain, gunzip, gzip};

use super::run::{check, text};

/// Changes the signature of the fifth digest of eight.
fn with_signature(change: impl Fn(&mut String)) -> (Chain, Bucket) {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    change(bucket.object(&chain.digest(4)).metadata.get_mut("signature").expect("a signature"));
    (chain, bucket)
}

#[test]
fn a_wrong_signature_is_a_failure_though_the_next_digest_vouches_for_the_content() {
    type Change = fn(&mut String);
    let changes: [(&str, Change); 7] = [
        ("a digit", |it| it.replace_range(40..41, if &it[40..41] == "0" { "1" } else { "0" })),
        ("not hex", |it| it.replace_range(0..2, "zz")),
        ("short", |it| it.truncate(510)),
        ("long", |it| it.push_str("00")),
        ("odd", |it| it.truncate(511)),
        ("empty", String::clear),
        ("zeros", |it| *it = "0".repeat(512)),
    ];
    for (name, change) in changes {
        let (chain, bucket) = with_signature(change);
        let report = check(&bucket, &[]);
        report.exits(1).has_digests(&[(&chain.digest(4), "signature_invalid")]).has_logs(&[]).has_holes(&[]);
        let digest = report.entry(&chain.digest(4));
        assert_eq!(digest["authenticated"], true, "{name}");
        assert_eq!(digest["signature_source"], "next_digest", "{name}");
        let detail = digest["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("authenticated by the next digest"), "{name}: {detail}");
    }
}

#[test]
fn another_algorithm_is_a_failure_that_names_it() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(4)).metadata.insert("signature-algorithm".to_owned(), "SHA1withRSA".to_owned());
    let report = check(&bucket, &[]);
    report.exits(1).has_digests(&[(&chain.digest(4), "signature_invalid")]).has_logs(&[]);
    assert!(report.entry(&chain.digest(4))["detail"].as_str().is_some_and(|detail| detail.contains("SHA1withRSA")));
}

#[test]
fn a_changed_digest_fails_and_its_log_files_stay_unverified() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let object = bucket.object(&chain.digest(4));
    let body = String::from_utf8(gunzip(&object.bytes)).expect("JSON");
    object.bytes = gzip(body.replacen("\"logFiles\"", "\"extra\":1,\"logFiles\"", 1).as_bytes());
    let logs = [chain.log_key(4, 0), chain.log_key(4, 1)];
    bucket.object(&logs[1]).bytes = gzip(b"{\"Records\":[]}");
    let report = check(&bucket, &[]);
    report
        .exits(1)
        .has_digests(&[(&chain.digest(4), "signature_invalid")])
        .has_logs(&[(&logs[0], "unverified"), (&logs[1], "unverified")])
        .has_holes(&[("invalid", 240, 300)]);
    assert_eq!(report.entry(&chain.digest(4))["authenticated"], false);
    for (log, detail) in [(0, "hash matches"), (1, "hash differs")] {
        let entry = report.entry(&logs[log]);
        assert_eq!(entry["class"], "failure");
        assert!(entry["detail"].as_str().is_some_and(|text| text.contains(detail)), "{entry}");
    }
}

#[test]
fn the_newest_digest_has_nobody_to_vouch_for_it() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(7)).metadata.insert("signature".to_owned(), "0".repeat(512));
    let report = check(&bucket, &[]);
    report
        .exits(1)
        .has_digests(&[(&chain.digest(7), "signature_invalid")])
        .has_logs(&[(&chain.log_key(7, 0), "unverified"), (&chain.log_key(7, 1), "unverified")]);
    assert_eq!(report.entry(&chain.digest(7))["authenticated"], false);
    assert_eq!(report.holes().count(), 1);
}

#[test]
fn a_digest_that_lost_its_metadata_is_vouched_for_by_the_next() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(4)).metadata.clear();
    let report = check(&bucket, &[]);
    report.is_clean();
    assert_eq!(report.entry(&chain.digest(4))["signature_source"], "next_digest");
}

#[test]
fn a_copy_without_metadata_is_verified_but_for_the_newest_of_each_chain() {
    let chains = [Chain::hours(8), Chain::new("111122223333", "eu-west-1").with_hours(8)];
    let mut bucket = Bucket::of(&chains.each_ref());
    bucket.lose_metadata();
    let mut logs = Vec::new();
    let mut digests = Vec::new();
    for chain in &chains {
        digests.push(chain.digest(7));
        logs.extend([chain.log_key(7, 0), chain.log_key(7, 1)]);
    }
    let unverified = |keys: &[String]| keys.iter().map(|key| (key.clone(), "unverified")).collect::<Vec<_>>();
    let report = check(&bucket, &[]);
    fn borrowed<'k>(pairs: &'k [(String, &'static str)]) -> Vec<(&'k str, &'static str)> {
        pairs.iter().map(|(key, status)| (key.as_str(), *status)).collect()
    }
    report.exits(0).has_digests(&borrowed(&unverified(&digests))).has_logs(&borrowed(&unverified(&logs)));
    assert_eq!(report.json["summary"]["digests"]["valid"], 14);
    assert_eq!(report.entry(&digests[0])["signature_source"], "none");
    assert_eq!(report.entry(&logs[0])["class"], "pending");
    text(&bucket, &[]).exits(0).says("UNVERIFIED: no signature known");
    check(&bucket, &["--strict"]).exits(1);
}

#[test]
fn a_digest_before_a_restart_has_its_metadata_alone() {
    let mut chain = Chain::hours(8);
    chain.digests[5].link = crate::sign::Link::None;
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(4)).metadata.clear();
    let report = check(&bucket, &[]);
    report.has_digests(&[(&chain.digest(4), "unverified")]);
    assert_eq!(report.entry(&chain.log_key(4, 0))["class"], "pending");
}

#[test]
fn metadata_can_be_required() {
    let chain = Chain::hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(2)).metadata.clear();
    let report = check(&bucket, &["--require-metadata"]);
    report.exits(1).has_digests(&[(&chain.digest(2), "signature_invalid")]);
    let run = text(&bucket, &["--require-metadata"]);
    run.exits(1).says("\tINVALID: signature verification failed");
}

#[test]
fn a_signature_of_another_digest_is_no_signature_of_this_one() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let other = bucket.object(&chain.digest(2)).metadata.clone();
    bucket.object(&chain.digest(4)).metadata = other;
    check(&bucket, &[]).exits(1).has_digests(&[(&chain.digest(4), "signature_invalid")]);
}

#[test]
fn the_recorded_names_are_signed_too() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let object = bucket.object(&chain.digest(7));
    let body = String::from_utf8(gunzip(&object.bytes)).expect("JSON");
    // Both the hash and the second line of the text to sign.
    object.bytes = gzip(body.replacen("\"trail-archive\"", "\"other-archive\"", 1).as_bytes());
    check(&bucket, &[]).exits(1);
}
