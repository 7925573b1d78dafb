//! The same verdicts from a bucket, with what only a bucket has: metadata, rights, other buckets.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::s3::{Keys, Proxy, S3Server};
use crate::sign::{Bucket, Chain, Copy, Digest, gzip, minute};

use super::report::Report;
use super::run::{Run, check, finish, on_copy, range, trailql};

/// Uploads a bucket under its own name.
pub(super) fn upload(server: &S3Server, bucket: &Bucket) {
    upload_as(server, bucket, &bucket.name);
}

pub(super) fn upload_as(server: &S3Server, bucket: &Bucket, name: &str) {
    server.create_bucket(name);
    for (key, object) in &bucket.objects {
        let metadata: Vec<_> = object.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        server.put(name, key, &object.bytes, &metadata);
    }
}

/// A run over `s3://` and what follows.
pub(super) fn run(endpoint: &str, keys: &Keys, bucket: &Bucket, archive: &str, more: &[&str]) -> Run {
    let copy = Bucket::of(&[]).lay_out();
    fs::write(copy.public_keys(), bucket.key_list().to_string()).expect("a file");
    let mut command = trailql();
    command
        .args(["verify", archive, "--endpoint-url", endpoint, "--aws-region", "us-east-1"])
        .arg("--public-keys")
        .arg(copy.public_keys())
        .args(range(bucket, more))
        .args(more)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_key);
    finish(command)
}

/// The whole report over the bucket of this name.
#[track_caller]
pub(super) fn verify(server: &S3Server, bucket: &Bucket, name: &str, more: &[&str]) -> Report {
    let options = [&["--format", "json", "--verbose"], more].concat();
    let archive = format!("s3://{name}");
    Report::parse(run(server.endpoint(), server.keys(), bucket, &archive, &options), &bucket.name)
}

/// What was found of each file.
fn verdicts(report: &Report) -> BTreeMap<String, String> {
    let entries = report.digests().chain(report.logs());
    entries.map(|entry| (entry["uri"].to_string(), format!("{} {}", entry["status"], entry["class"]))).collect()
}

#[test]
fn a_bucket_and_its_copy_have_the_same_verdicts() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(10);
    let other = Chain::new("444455556666", "eu-west-1").below("audit/").of("o-abc1234567").with_hours(10);
    let mut bucket = Bucket::named("verify-verdicts", &[&chain, &other]);
    bucket.remove(&chain.digest(4));
    bucket.object(&chain.log_key(2, 0)).bytes = gzip(b"{}");
    bucket.object(&chain.digest(6)).metadata.insert("signature".to_owned(), "00".repeat(256));
    bucket.object(&other.digest(6)).metadata.clear();
    bucket.remove(&other.log_key(5, 1));
    upload(server, &bucket);
    let (there, here) = (verify(server, &bucket, &bucket.name, &[]), check(&bucket, &[]));
    assert_eq!(verdicts(&there), verdicts(&here));
    assert_eq!(there.json["summary"], here.json["summary"]);
    let holes = |report: &Report| report.holes().cloned().collect::<Vec<_>>();
    assert_eq!(holes(&there), holes(&here));
}

#[test]
fn keys_with_odd_characters_are_keys_in_a_bucket_too() {
    let Some(server) = S3Server::shared() else { return };
    // No blank: the test server calculates another signature for listings with one in the prefix.
    let chain = Chain::new("111122223333", "us-east-1").below("a+b=c/é/").with_hours(5);
    let bucket = Bucket::named("verify-odd-keys", &[&chain]);
    upload(server, &bucket);
    for archive in ["s3://verify-odd-keys", "s3://verify-odd-keys/a+b=c", "s3://verify-odd-keys/a+b=c/é/"] {
        let options = ["--format", "json", "--verbose"];
        let ended = run(server.endpoint(), server.keys(), &bucket, archive, &options);
        let report = Report::parse(ended, &bucket.name);
        report.is_clean();
        assert_eq!(report.json["summary"]["logs"]["valid"], 8, "{archive}");
    }
}

#[test]
fn signatures_come_with_the_objects() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-clean", &[&chain]);
    upload(server, &bucket);
    let proxy = Proxy::in_front_of(server.endpoint());
    let options = ["--format", "json", "--verbose"];
    let run = run(&proxy.endpoint(), server.keys(), &bucket, "s3://verify-clean/", &options);
    let report = Report::parse(run, &bucket.name);
    report.is_clean();
    assert!(report.digests().all(|digest| digest["signature_source"] == "metadata"), "{:#}", report.json);
    let requests = proxy.requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "no request but GET is needed");
    let mut fetched: Vec<_> = requests.iter().filter(|it| it.is_get()).map(|it| it.key.clone()).collect();
    fetched.sort();
    assert_eq!(fetched, bucket.objects.keys().cloned().collect::<Vec<_>>(), "each object once");
}

#[test]
fn other_days_are_not_listed_or_read() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(24 * 6);
    let bucket = Bucket::named("verify-days", &[&chain]);
    upload(server, &bucket);
    let proxy = Proxy::in_front_of(server.endpoint());
    let more = ["--start", "2024-03-12T01:00:00Z", "--end", "2024-03-12T20:00:00Z"];
    run(&proxy.endpoint(), server.keys(), &bucket, "s3://verify-days", &more).exits(0);
    for request in proxy.requests() {
        let place = format!("{}{}", request.key, request.query("prefix").unwrap_or_default());
        for day in ["/03/10", "/03/14", "/03/15"] {
            assert!(!place.contains(day), "{request:?}");
        }
    }
}

#[test]
fn a_bucket_that_was_moved_is_told_from_one_that_is_where_it_was() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let mut bucket = Bucket::named("verify-recorded", &[&chain]);
    upload_as(server, &bucket, "verify-actual");
    let keys: Vec<_> = (0..5).map(|index| chain.digest(index)).collect();
    let report = verify(server, &bucket, "verify-actual", &[]);
    report.exits(1);
    for key in &keys {
        let digest = report.digests().find(|it| it["uri"].to_string().contains(key.as_str())).expect("a digest");
        assert_eq!(digest["status"], "moved", "{digest}");
    }
    let said = format!("{}{}", report.json, report.run.stderr);
    assert!(said.contains("--bucket-map"), "{said}");
    for more in [&["--bucket-map", "verify-recorded=verify-actual"][..], &["--allow-moved"]] {
        let report = verify(server, &bucket, "verify-actual", more);
        report.exits(0);
        assert_eq!(report.json["summary"]["logs"]["valid"], 8, "{more:?}");
    }
    verify(server, &bucket, "verify-actual", &["--bucket-map", "verify-another=verify-actual"]).exits(1);
    // Leave to be elsewhere is not leave to be something else.
    let key = chain.log_key(2, 0);
    server.put("verify-actual", &key, &gzip(b"{}"), &[]);
    verify(server, &bucket, "verify-actual", &["--allow-moved"]).exits(1);
    bucket.remove(&key);
}

#[test]
fn saved_metadata_makes_a_copy_complete() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-saved", &[&chain]);
    upload(server, &bucket);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metadata.json").display().to_string();
    run(server.endpoint(), server.keys(), &bucket, "s3://verify-saved", &["--save-metadata", &path]).exits(0);
    let saved: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
    let objects: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_value(saved["objects"].clone()).expect("objects");
    assert_eq!(saved["bucket"], "verify-saved");
    assert_eq!(objects.len(), 5);
    for (key, metadata) in &objects {
        assert_eq!(metadata["signature"], bucket.objects[key].metadata["signature"]);
    }
    let copy = bucket.lay_out();
    fs::remove_file(copy.metadata()).expect("a file that is there");
    fs::write(copy.metadata(), "{\"objects\":{}}").expect("a file");
    let offline = |copy: &Copy, more: &[&str]| on_copy(&bucket, copy, &[&["--require-metadata"], more].concat());
    offline(&copy, &["--digest-metadata", &path]).exits(0);
    offline(&copy, &[]).exits(1);
}

#[test]
fn a_backfill_digest_without_its_time_is_malformed() {
    let Some(server) = S3Server::shared() else { return };
    let mut chain = Chain::hours(8);
    let mut backfill = Digest::new(minute(60), minute(120));
    backfill.generated = Some(minute(60 * 30));
    backfill.logs.extend(chain.digests[1].logs.pop());
    chain.backfills.push(backfill);
    let mut bucket = Bucket::named("verify-backfill", &[&chain]);
    let key = chain.digest_key(&chain.backfills[0]);
    upload(server, &bucket);
    verify(server, &bucket, "verify-backfill", &[]).is_clean();
    bucket.object(&key).metadata.remove("backfill-generation-timestamp");
    let metadata = &bucket.objects[&key].metadata;
    let metadata: Vec<_> = metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    server.put("verify-backfill", &key, &bucket.objects[&key].bytes, &metadata);
    verify(server, &bucket, "verify-backfill", &[]).exits(1).has_digests(&[(&key, "malformed")]);
}

#[test]
fn content_encoding_changes_nothing() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-encoding", &[&chain]);
    upload(server, &bucket);
    for key in [chain.digest(2), chain.log_key(2, 0)] {
        let object = &bucket.objects[&key];
        let metadata = object.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let metadata: Vec<_> = metadata.chain([("content-encoding", "gzip")]).collect();
        server.put("verify-encoding", &key, &object.bytes, &metadata);
    }
    verify(server, &bucket, "verify-encoding", &[]).is_clean();
}
