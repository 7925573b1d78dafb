//! Links between digests: broken, turned around, or past one that is there.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::sign::{Bucket, Chain, Digest, Link, minute};

use super::run::{check, text};

/// Eight hours, with the document of the sixth changed before it was signed.
fn with_edit(edit: impl Fn(&mut Value) + 'static) -> (Chain, Bucket) {
    let mut chain = Chain::hours(8);
    chain.digests[5].edit(edit);
    let bucket = Bucket::of(&[&chain]);
    (chain, bucket)
}

#[test]
fn a_link_that_does_not_fit_the_digest_before_is_broken() {
    let edits: [fn(&mut Value); 3] = [
        |document| document["previousDigestHashValue"] = "ab".repeat(32).into(),
        |document| document["previousDigestSignature"] = "ab".repeat(256).into(),
        |document| document["previousDigestHashValue"] = "no hex".into(),
    ];
    for edit in edits {
        let (chain, bucket) = with_edit(edit);
        let report = check(&bucket, &[]);
        report.exits(1).has_digests(&[(&chain.digest(5), "chain_broken")]).has_logs(&[]).has_holes(&[]);
        assert_eq!(report.entry(&chain.digest(5))["authenticated"], true);
        assert!(report.entry(&chain.digest(5))["detail"].is_string());
    }
}

#[test]
fn a_digest_that_names_itself_or_a_later_one_breaks_the_chain() {
    let chain = Chain::hours(8);
    for (index, name) in [(5, "itself"), (6, "the next"), (7, "the newest")] {
        let target = chain.digest(index);
        let (chain, bucket) = with_edit(move |document| document["previousDigestS3Object"] = target.clone().into());
        let report = check(&bucket, &[]);
        report.exits(1).has_holes(&[]).has_logs(&[]);
        assert_eq!(report.status(&chain.digest(5)), "chain_broken", "{name}");
        // Everything older is checked all the same.
        assert_eq!(report.digests().count(), 8);
    }
}

#[test]
fn two_digests_that_name_each_other_end() {
    let mut chain = Chain::hours(8);
    let (second, third) = (chain.digest(2), chain.digest(3));
    chain.digests[2].edit(move |document| document["previousDigestS3Object"] = third.clone().into());
    chain.digests[3].edit(move |document| document["previousDigestS3Object"] = second.clone().into());
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.exits(1);
    assert_eq!(report.status(&chain.digest(2)), "chain_broken");
}

#[test]
fn a_digest_that_the_next_passes_by_is_an_orphan_and_verified_all_the_same() {
    let mut chain = Chain::hours(8);
    chain.digests[5].link = Link::To(3);
    let mut bucket = Bucket::of(&[&chain]);
    let report = check(&bucket, &[]);
    report.exits(0).has_digests(&[(&chain.digest(4), "orphan")]).has_logs(&[]).has_holes(&[]);
    assert_eq!(report.entry(&chain.digest(4))["authenticated"], true);
    assert_eq!(report.json["summary"]["logs"]["valid"], 14);
    check(&bucket, &["--strict"]).exits(1);
    text(&bucket, &[])
        .exits(0)
        .says(&format!("Warning\tDigest file\ts3://trail-archive/{}\tnot linked by the next digest", chain.digest(4)));
    bucket.remove(&chain.log_key(4, 1));
    check(&bucket, &[]).exits(1).has_logs(&[(&chain.log_key(4, 1), "missing")]);
}

#[test]
fn time_that_jumps_between_linked_digests_is_noted() {
    let mut chain = Chain::hours(8);
    // One second is nobody's fault.
    chain.digests[2].start += TimeDelta::seconds(1);
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.exits(0).has_digests(&[]);
    assert!(report.notes("time_jump").is_empty());
    chain.digests[5].start -= TimeDelta::minutes(10);
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.exits(0).has_digests(&[]).has_holes(&[]);
    assert_eq!(report.notes("time_jump").len(), 1, "{:#}", report.json);
}

#[test]
fn a_jump_forward_in_time_is_a_hole() {
    let mut chain = Chain::hours(8);
    chain.digests[5].start += TimeDelta::minutes(30);
    chain.digests[5].logs.clear();
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.exits(3).has_digests(&[]);
    assert_eq!(report.notes("time_jump").len(), 1);
    assert_eq!(report.holes().count(), 1, "{:#}", report.json);
}

#[test]
fn a_link_without_its_hash_or_signature_is_malformed_or_broken() {
    for field in ["previousDigestHashValue", "previousDigestSignature"] {
        let (chain, bucket) = with_edit(move |document| document[field] = Value::Null);
        let report = check(&bucket, &[]);
        report.exits(1);
        assert!(["malformed", "chain_broken"].contains(&report.status(&chain.digest(5))), "{field}: {:#}", report.json);
    }
}

#[test]
fn a_link_to_nowhere_is_a_failure_and_the_rest_is_checked() {
    for key in ["", "x", "AWSLogs/", "\u{0}", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2024/03/10/x.json.gz"] {
        let (_, bucket) = with_edit(move |document| document["previousDigestS3Object"] = key.into());
        let report = check(&bucket, &[]);
        report.exits(1).has_logs(&[]).has_holes(&[]);
        assert_eq!(report.json["summary"]["logs"]["valid"], 14, "{key:?}");
    }
}

#[test]
fn a_digest_renamed_to_another_time_is_missing_there_and_moved_here() {
    for (seconds, name) in [(-7, "earlier"), (7, "later")] {
        let chain = Chain::hours(8);
        let mut bucket = Bucket::of(&[&chain]);
        let mut moved = Digest::new(minute(240), minute(300) + TimeDelta::seconds(seconds));
        moved.signer = chain.digests[4].signer;
        let target = chain.digest_key(&moved);
        bucket.rename(&chain.digest(4), &target);
        let report = check(&bucket, &[]);
        report.exits(1).has_digests(&[(&chain.digest(4), "missing"), (&target, "moved")]);
        assert!(report.entry(&target)["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{name}");
        text(&bucket, &[])
            .exits(1)
            .says("INVALID: has been moved from its original location")
            .says("INVALID: not found");
    }
}

#[test]
fn a_copy_of_a_digest_under_another_name_is_moved() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let copy = chain.digest(4).replace("main-trail", "other-trail");
    let object = bucket.object(&chain.digest(4)).clone();
    bucket.objects.insert(copy.clone(), object);
    let report = check(&bucket, &[]);
    report.exits(1).has_digests(&[(&copy, "moved")]);
    assert_eq!(report.status(&chain.digest(4)), "valid");
}

#[test]
fn a_digest_of_one_account_in_the_folder_of_another_is_moved() {
    let chains = [Chain::hours(5), Chain::new("444455556666", "us-east-1").with_hours(5)];
    let mut bucket = Bucket::of(&chains.each_ref());
    let object = bucket.object(&chains[0].digest(2)).clone();
    bucket.objects.insert(chains[1].digest(2), object);
    let report = check(&bucket, &[]);
    report.exits(1);
    assert_eq!(report.status(&chains[1].digest(2)), "moved");
    assert_eq!(report.status(&chains[0].digest(2)), "valid");
}

#[test]
fn a_document_of_another_account_than_its_key_is_not_valid() {
    let (chain, bucket) = with_edit(|document| document["awsAccountId"] = json!("999999999999"));
    let report = check(&bucket, &[]);
    // It was signed so; whatever it is called, it must not pass as a statement on this account's other account.
    assert_eq!(report.entry(&chain.digest(5))["authenticated"], true);
}

#[test]
fn backfill_digests_have_a_chain_of_their_own() {
    let mut chain = Chain::hours(10);
    for hour in [1_i64, 4, 6] {
        let mut digest = Digest::new(minute(60 * hour), minute(60 * (hour + 1)));
        digest.generated = Some(minute(60 * 30));
        digest.logs.extend(chain.digests[hour as usize].logs.pop());
        chain.backfills.push(digest);
    }
    let mut bucket = Bucket::of(&[&chain]);
    let missing = chain.digest_key(&chain.backfills[1]);
    bucket.remove(&missing);
    let report = check(&bucket, &[]);
    let log = &chain.backfills[1].logs[0].key;
    // No hole: backfill digests do not claim any time; nothing that could list the file is away but a backfill digest.
    report.exits(1).has_digests(&[(&missing, "missing")]).has_holes(&[]);
    assert_ne!(report.status(log), "valid");
    assert_eq!(report.json["summary"]["backfill_digests"], json!({"valid": 2, "missing": 1}));
    text(&bucket, &[]).says("backfill digest files valid, 1/3 backfill digest files INVALID");
}
