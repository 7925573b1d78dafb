//! Buckets that make trouble: denied, archived, slow, away for a while; and runs that are stopped.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::s3::{Fault, Proxy, Request, S3Server};
use crate::sign::{Bucket, Chain};

use super::report::Report;
use super::run::{range, trailql};
use super::s3::{run, upload, verify};

#[test]
fn a_denied_object_is_unreadable_and_the_rest_is_checked() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-denied", &[&chain]);
    upload(server, &bucket);
    for (key, valid) in [(chain.log_key(2, 0), 7), (chain.digest(2), 6)] {
        let keys = server.user_with_policy(&json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::verify-denied/{key}")},
        ]}));
        let options = ["--format", "json", "--verbose"];
        let report =
            Report::parse(run(server.endpoint(), &keys, &bucket, "s3://verify-denied", &options), &bucket.name);
        report.exits(3);
        assert_eq!(report.status(&key), "unreadable", "{:#}", report.json);
        assert_eq!(report.json["summary"]["logs"]["valid"], valid);
    }
}

#[test]
fn a_missing_object_is_missing_not_denied() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let mut bucket = Bucket::named("verify-missing", &[&chain]);
    let key = chain.log_key(2, 0);
    bucket.remove(&key);
    upload(server, &bucket);
    verify(server, &bucket, "verify-missing", &[]).exits(1).has_logs(&[(&key, "missing")]);
}

#[test]
fn passing_trouble_is_waited_out_and_lasting_trouble_is_told() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-trouble", &[&chain]);
    upload(server, &bucket);
    let proxy = Proxy::in_front_of(server.endpoint());
    proxy.fail_next(2, 503);
    run(&proxy.endpoint(), server.keys(), &bucket, "s3://verify-trouble", &[]).exits(0);
    let key = chain.log_key(2, 0);
    let broken = key.clone();
    proxy.fault_when(move |request| (request.key == broken).then_some(Fault::Cut));
    let options = ["--format", "json", "--verbose"];
    let ended = run(&proxy.endpoint(), server.keys(), &bucket, "s3://verify-trouble", &options);
    Report::parse(ended, &bucket.name).exits(3).has_logs(&[(&key, "unreadable")]);
}

#[test]
fn no_access_at_all_is_code_4() {
    let Some(server) = S3Server::shared() else { return };
    let bucket = Bucket::named("verify-nobody", &[&Chain::hours(2)]);
    upload(server, &bucket);
    let keys = server.user_with_policy(&json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::verify-another/*"},
    ]}));
    run(server.endpoint(), &keys, &bucket, "s3://verify-nobody", &[]).exits(4);
    run(server.endpoint(), server.keys(), &bucket, "s3://verify-no-such-bucket", &[]).exits(4);
}

#[test]
fn archived_objects_are_unreadable() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-frozen", &[&chain]);
    upload(server, &bucket);
    let key = chain.log_key(2, 0);
    let proxy = Proxy::in_front_of(server.endpoint());
    let frozen = key.clone();
    proxy.fault_when(move |request| (request.key == frozen).then_some(Fault::Archived));
    let options = ["--format", "json", "--verbose"];
    let run = run(&proxy.endpoint(), server.keys(), &bucket, "s3://verify-frozen", &options);
    let report = Report::parse(run, &bucket.name);
    report.exits(3).has_logs(&[(&key, "unreadable")]);
    let detail = report.entry(&key)["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("archived storage class"), "{detail}");
}

#[test]
fn state_saves_requests() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(5);
    let bucket = Bucket::named("verify-state", &[&chain]);
    upload(server, &bucket);
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state").display().to_string();
    let proxy = Proxy::in_front_of(server.endpoint());
    let again = || run(&proxy.endpoint(), server.keys(), &bucket, "s3://verify-state", &["--state", &state]);
    again().exits(0);
    proxy.forget();
    again().exits(0).says("8 of 8 log files unchanged since the last check");
    let is_log = |request: &Request| request.is_get() && request.key.contains("/CloudTrail/");
    assert!(!proxy.requests().iter().any(is_log));
    // The same size, another ETag.
    let key = chain.log_key(2, 0);
    let mut bytes = bucket.objects[&key].bytes.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    server.put("verify-state", &key, &bytes, &[]);
    again().exits(1).says("7 of 8 log files unchanged since the last check");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_keeps_its_state() {
    let Some(server) = S3Server::shared() else { return };
    let chain = Chain::hours(30);
    let bucket = Bucket::named("verify-interrupted", &[&chain]);
    upload(server, &bucket);
    let proxy = Proxy::in_front_of(server.endpoint());
    let folder = tempfile::tempdir().expect("a folder");
    let (keys, state) = (folder.path().join("keys.json"), folder.path().join("state"));
    fs::write(&keys, bucket.key_list().to_string()).expect("a file");
    let mut command = trailql();
    command
        .args(["verify", "s3://verify-interrupted", "--endpoint-url", &proxy.endpoint(), "--aws-region", "us-east-1"])
        .args(["--jobs", "1"])
        .arg("--public-keys")
        .arg(&keys)
        .arg("--state")
        .arg(&state)
        .args(range(&bucket, &[]))
        .env("AWS_ACCESS_KEY_ID", &server.keys().access_key)
        .env("AWS_SECRET_ACCESS_KEY", &server.keys().secret_key)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    // Slowly enough to be stopped before the end.
    proxy.delay(Duration::from_millis(500));
    let child = command.spawn().expect("trailql can be started");
    let begun = || proxy.requests().iter().filter(|it| it.is_get() && it.key.contains("/CloudTrail/")).count();
    for _ in 0..600 {
        let kept = fs::read_to_string(&state).map_or(0, |text| text.lines().count());
        if begun() >= 3 && kept > 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun() >= 3, "the log files are read in the end");
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill can be started").success());
    let output = child.wait_with_output().expect("trailql ends");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.to_lowercase().contains("interrupted"), "{said}");
    let kept = fs::read_to_string(&state).expect("a state");
    assert!(kept.lines().count() > 1, "{kept}");
    let more = ["--state", &state.display().to_string()];
    run(server.endpoint(), server.keys(), &bucket, "s3://verify-interrupted", &more)
        .exits(0)
        .says("log files unchanged since the last check");
}
