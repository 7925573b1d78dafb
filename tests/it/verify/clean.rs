//! Archives that have nothing wrong with them, however odd they look.

use serde_json::Value;

use crate::sign::{Bucket, Chain, Digest, Key, Link, gunzip, gzip, minute, sha256, zstd};

use super::run::{check, check_copy};

#[test]
fn a_signed_archive_is_ok_and_every_file_of_it_is_counted() {
    let chain = Chain::hours(8);
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.is_clean();
    assert_eq!(report.json["summary"]["digests"]["valid"], 8);
    // Two an hour, but for the fourth.
    assert_eq!(report.json["summary"]["logs"]["valid"], 14);
    assert_eq!(report.json["found"], report.json["requested"]);
    let digest = report.entry(&chain.digest(4));
    assert_eq!((&digest["authenticated"], &digest["signature_source"]), (&true.into(), &"metadata".into()));
    assert_eq!(digest["fingerprint"], Key::new(0).fingerprint());
    assert_eq!(digest["previous"], format!("s3://trail-archive/{}", chain.digest(3)));
    let log = &chain.digests[4].logs[0];
    let entry = report.entry(&log.key);
    assert_eq!((entry["expected"].as_str(), &entry["actual"]), (Some(&*sha256(&log.content)), &entry["expected"]));
}

#[test]
fn accounts_regions_organizations_and_prefixes_are_checked_in_one_run() {
    let chains = [
        Chain::hours(5),
        Chain::new("111122223333", "eu-west-1").with_hours(5),
        Chain::new("444455556666", "us-east-1").with_hours(5),
        Chain::new("111122223333", "us-east-1").trail("another_trail", "eu-central-1").with_hours(5),
        Chain::new("111122223333", "us-east-1").of("o-abc1234567").with_hours(5),
        Chain::new("111122223333", "us-east-1").below("audit/2024/").of("o-abc1234567").with_hours(5),
    ];
    let report = check(&Bucket::of(&chains.each_ref()), &[]);
    report.is_clean();
    assert_eq!(report.json["summary"]["digests"]["valid"], 30);
    assert_eq!(report.json["summary"]["logs"]["valid"], 48);
    let of = |field: &str| report.chains().map(|chain| chain[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("trail").iter().filter(|trail| *trail == "another_trail").count(), 1);
    assert_eq!(of("organization").iter().filter(|name| *name == "o-abc1234567").count(), 2);
    assert_eq!(of("organization").iter().filter(|name| name.is_null()).count(), 4);
    assert_eq!(of("home_region").iter().filter(|name| *name == "eu-central-1").count(), 1);
    let prefixes = of("prefix");
    assert!(
        prefixes.iter().any(|prefix| prefix.as_str().is_some_and(|text| text.trim_end_matches('/') == "audit/2024"))
    );
}

#[test]
fn options_narrow_what_is_checked() {
    let chains = [
        Chain::hours(5),
        Chain::new("111122223333", "eu-west-1").with_hours(5),
        Chain::new("444455556666", "us-east-1").with_hours(5),
        Chain::new("111122223333", "us-east-1").trail("second", "us-east-1").with_hours(5),
        Chain::new("111122223333", "us-east-1").of("o-abc1234567").with_hours(5),
    ];
    let bucket = Bucket::of(&chains.each_ref());
    for (more, expected) in [
        (&["--account", "444455556666"][..], 1),
        (&["--account", "444455556666", "--account", "111122223333"], 5),
        (&["--region", "eu-west-1"], 1),
        (&["--trail", "second"], 1),
        (&["--trail", "arn:aws:cloudtrail:us-east-1:111122223333:trail/second"], 1),
        (&["--org", "o-abc1234567"], 1),
    ] {
        let report = check(&bucket, more);
        report.is_clean();
        assert_eq!(report.chains().count(), expected, "{more:?}");
    }
}

#[test]
fn log_files_of_another_trail_are_listed_even_when_only_one_trail_is_asked_for() {
    let second = Chain::new("111122223333", "us-east-1").trail("second", "us-east-1").with_hours(8);
    check(&Bucket::of(&[&Chain::hours(8), &second]), &["--trail", "second"]).is_clean();
}

#[test]
fn keys_may_rotate_and_come_as_subject_public_key_info() {
    let mut chain = Chain::hours(8);
    for (index, digest) in chain.digests.iter_mut().enumerate() {
        digest.signer = [Key::new(0), Key::new(1), Key::new(2).as_subject_public_key_info()][index / 3];
    }
    check(&Bucket::of(&[&chain]), &[]).is_clean();
}

#[test]
fn intervals_come_from_the_documents_however_long_they_are() {
    let chain = Chain::new("111122223333", "us-east-1").with_periods(&[60, 59, 120, 61, 40, 60, 90]);
    check(&Bucket::of(&[&chain]), &[]).is_clean();
}

#[test]
fn an_account_without_any_event_has_digests_all_the_same() {
    let mut chain = Chain::hours(4);
    chain.digests.iter_mut().for_each(|digest| digest.logs.clear());
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.is_clean();
    assert_eq!(report.json["summary"]["digests"]["valid"], 4);
}

#[test]
fn hashes_are_of_what_was_packed_not_of_the_packing() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    for object in bucket.objects.values_mut() {
        let mut stored =
            flate2::GzBuilder::new().mtime(7).filename("x").comment("y").write(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut stored, &gunzip(&object.bytes)).expect("memory can be written");
        object.bytes = stored.finish().expect("memory can be written");
    }
    check(&bucket, &[]).is_clean();
}

#[test]
fn another_compression_is_taken_and_said_once() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    for (hour, suffix) in [(1, ""), (2, ".zst")] {
        for log in &chain.digests[hour].logs {
            bucket.remove(&log.key);
            let stored = if suffix.is_empty() { log.content.clone() } else { zstd(&log.content) };
            bucket.put(&format!("{}{suffix}", log.key.trim_end_matches(".gz")), stored);
        }
    }
    let report = check(&bucket, &[]);
    report.is_clean();
    let notes = report.notes("other_compression");
    assert_eq!(notes.len(), 1);
    assert!(notes[0]["text"].as_str().is_some_and(|text| text.contains('4')), "{notes:?}");
}

#[test]
fn fields_nobody_knows_and_other_whitespace_change_nothing() {
    let mut chain = Chain::hours(8);
    chain.digests[2].edit(|document| {
        document["somethingNew"] = serde_json::json!({"logFiles": [1, 2], "nested": [[["x"]]]});
        document["logFiles"][0]["alsoNew"] = Value::Null;
    });
    chain.digests[4].rewrite(|text| {
        let document: Value = serde_json::from_str(text).expect("a document");
        format!("\n\t{document:#} \n").into_bytes()
    });
    check(&Bucket::of(&[&chain]), &[]).is_clean();
}

#[test]
fn hex_may_be_upper_case() {
    let mut chain = Chain::hours(8);
    chain.digests[4].edit(|document| {
        for pointer in ["/previousDigestHashValue", "/logFiles/0/hashValue"] {
            let field = document.pointer_mut(pointer).expect("a field");
            *field = field.as_str().expect("hex").to_uppercase().into();
        }
    });
    let mut bucket = Bucket::of(&[&chain]);
    let signature = bucket.object(&chain.digest(7)).metadata.get_mut("signature").expect("a signature");
    *signature = signature.to_uppercase();
    check(&bucket, &[]).is_clean();
}

#[test]
fn null_log_files_are_no_log_files() {
    let mut chain = Chain::hours(8);
    chain.digests[3].edit(|document| document["logFiles"] = Value::Null);
    check(&Bucket::of(&[&chain]), &[]).is_clean();
}

#[test]
fn a_restart_without_a_gap_leaves_no_hole() {
    let mut chain = Chain::hours(8);
    chain.digests[4].link = Link::None;
    check(&Bucket::of(&[&chain]), &[]).is_clean();
}

#[test]
fn backfill_digests_may_be_linked_or_not_and_leave_no_gaps() {
    for link in [Link::Previous, Link::None] {
        let mut chain = Chain::hours(10);
        for hour in [1, 4, 6] {
            let log = chain.digests[hour].logs.pop().expect("a log file");
            let mut digest = Digest::new(minute(60 * hour as i64), minute(60 * (hour as i64 + 1)));
            digest.generated = Some(minute(60 * 30));
            digest.link = link;
            digest.logs.push(log);
            chain.backfills.push(digest);
        }
        let report = check(&Bucket::of(&[&chain]), &[]);
        report.is_clean();
        assert_eq!(report.json["summary"]["backfill_digests"]["valid"], 3, "{link:?}");
        assert_eq!(report.json["summary"]["logs"]["valid"], 16);
        assert_eq!(report.chains().map(|chain| chain["kind"].clone()).collect::<Vec<_>>(), ["hourly", "backfill"]);
    }
}

#[test]
fn a_file_listed_twice_is_checked_once_and_noted() {
    let mut chain = Chain::hours(8);
    let log = chain.digests[2].logs[0].clone();
    chain.digests[4].logs.push(log.clone());
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.is_clean();
    assert_eq!(report.json["summary"]["logs"]["valid"], 14);
    let notes = report.notes("listed_twice");
    assert_eq!(notes.len(), 1);
    assert!(notes[0].to_string().contains(&log.key));
}

#[test]
fn keys_with_odd_characters_are_keys() {
    let prefix = "a+b c/é%2F=d/";
    let chain = Chain::new("111122223333", "us-east-1").below(prefix).trail("a_b.c-d__e", "us-east-1").with_hours(5);
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.is_clean();
    assert_eq!(report.chains().next().map(|chain| chain["trail"].clone()), Some("a_b.c-d__e".into()));
    assert_eq!(report.status(&chain.digest(2)), "valid");
}

#[test]
fn a_digest_may_be_compressed_anew() {
    let chain = Chain::hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    let object = bucket.object(&chain.digest(2));
    object.bytes = gzip(&gunzip(&object.bytes));
    check(&bucket, &[]).is_clean();
}

#[test]
fn an_archive_that_was_unpacked_whole_stays_verifiable() {
    let chain = Chain::hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    let copy = bucket.lay_out();
    for (key, object) in std::mem::take(&mut bucket.objects) {
        std::fs::remove_file(copy.path(&key)).expect("a file that is there");
        copy.write(key.trim_end_matches(".gz"), &gunzip(&object.bytes));
    }
    check_copy(&bucket, &copy, &[]).is_clean();
}
