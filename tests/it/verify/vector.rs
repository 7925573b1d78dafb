//! An archive that openssl signed, checked in under `tests/fixture/vector`: neither trailql nor the tests' own signer
//! had a hand in it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sign::{SHORT, gunzip, sha256};

use super::report::Report;
use super::run::{finish, trailql};

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/vector").join(name)
}

fn verify(metadata: &str, region: &str) -> Report {
    let mut command = trailql();
    command
        .arg("verify")
        .arg(place("bucket"))
        .arg("--public-keys")
        .arg(place("public-keys.json"))
        .arg("--digest-metadata")
        .arg(place(metadata))
        .args(["--region", region, "--start", "2024-03-10T00:07:01Z", "--end", "2024-03-10T03:07:01Z"])
        .args(["--format", "json", "--verbose"]);
    Report::parse(finish(command), "vector-archive")
}

#[test]
fn what_openssl_signed_is_valid() {
    let report = verify("metadata.json", "us-east-1");
    report.is_clean();
    assert_eq!(report.json["summary"]["digests"]["valid"], 3);
    assert_eq!(report.json["summary"]["logs"]["valid"], 1);
    let log = report.logs().next().expect("a log file");
    let stored = std::fs::read(log["path"].as_str().expect("a path")).expect("a file");
    assert_eq!(log["actual"], sha256(&gunzip(&stored)));
}

#[test]
fn a_signature_with_sha_1_is_none() {
    let report = verify("metadata-sha1.json", "us-east-1");
    report.exits(1);
    let statuses: Vec<_> = report.digests().map(|digest| digest["status"].clone()).collect();
    assert_eq!(statuses, ["signature_invalid"; 3]);
    // Those of SHA-256 stand in the digests that follow.
    let authenticated: Vec<_> = report.digests().map(|digest| digest["authenticated"].clone()).collect();
    assert_eq!(authenticated, [false, true, true]);
}

#[test]
fn a_signature_by_a_short_key_is_not_believed() {
    let report = verify("metadata.json", "eu-west-1");
    report.exits(3);
    assert!(report.digests().all(|digest| digest["status"] == "key_unusable"), "{:#}", report.json);
    assert!(report.digests().all(|digest| digest["authenticated"] == false));
    // Of the same length as the other short key of the tests.
    let listed: Value =
        serde_json::from_slice(&std::fs::read(place("public-keys.json")).expect("a file")).expect("JSON");
    let length = listed["PublicKeyList"][1]["Value"].as_str().map(str::len);
    assert_eq!(length, Some(SHORT.len().div_ceil(3) * 4));
}
