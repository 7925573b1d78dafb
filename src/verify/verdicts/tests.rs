use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::archive::Location;

const CONTENT: &[u8] = b"{\"Records\":[]}";
const LOGS: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/12";

fn key(name: &str) -> String {
    format!("{LOGS}/111122223333_CloudTrail_us-east-1_20260512T0020Z_{name}.json.gz")
}

fn hex_of(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn log(uri: &str, path: Option<&str>, status: &str) -> Value {
    json!({"uri": uri, "path": path, "status": status, "class": "ok", "expected": hex_of(CONTENT), "actual": null,
        "bytes": 14, "detail": null, "something_new": [1]})
}

/// A report of these log files of one digest file, and of these unlisted ones.
fn report(archive: &str, authenticated: bool, logs: &[Value], unlisted: &[Value]) -> Value {
    let valid = logs.iter().filter(|log| log["status"] == "valid").count();
    json!({
        "version": 1, "archive": archive, "requested": {"start": "x", "end": "y"},
        "chains": [{"bucket": "trails", "covered": [{"start": "x", "end": "y"}], "digests": [
            {"uri": "s3://trails/d", "status": "valid", "authenticated": authenticated, "logs": logs},
        ]}],
        "unlisted": unlisted, "notes": [{"kind": "hint", "text": "x"}],
        "summary": {"digests": {"valid": 1}, "logs": {"valid": valid}, "result": "ok", "exit_code": 0},
    })
}

fn written(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("report");
    fs::write(&path, text).expect("a file");
    (folder, path)
}

fn verdicts(text: &str, archives: usize) -> Verdicts {
    let (_folder, path) = written(text);
    read(&[path], archives).expect("a report")
}

fn refusal(text: &str) -> String {
    let (_folder, path) = written(text);
    let error = read(&[path], 1).expect_err("no report");
    error.to_string().replace(&_folder.path().display().to_string(), "")
}

fn bucket(name: &str, prefix: &str) -> Root {
    Root::of(&Location::S3 { bucket: name.to_owned(), prefix: prefix.to_owned() })
}

fn folder(path: &Path) -> Root {
    Root::of(&Location::Local(path.to_owned()))
}

/// The verdict and its reason.
#[track_caller]
fn says(verdicts: &Verdicts, root: &Root, key: &str, expected: Option<bool>, reason: &str) {
    let judgement = verdicts.judge(root, key, CONTENT, Packing::Regular);
    let found = (judgement.verified, judgement.reason.as_deref().unwrap_or_default());
    assert_eq!(found, (expected, reason), "{key}");
}

#[test]
fn content_that_an_authenticated_digest_file_lists_is_verified() {
    let uri = format!("s3://trails/p/{}", key("a"));
    let text = report("s3://trails/p", true, &[log(&uri, None, "valid")], &[]).to_string();
    let verdicts = verdicts(&text, 1);
    assert_eq!((verdicts.len(), verdicts.is_empty()), (1, false));
    let root = bucket("trails", "p");
    says(&verdicts, &root, &key("a"), Some(true), "");
    says(&verdicts, &root, &key("b"), None, "not in the verification");
    let judge = |content: &[u8], packing| verdicts.judge(&root, &key("a"), content, packing);
    assert_eq!(judge(b"{}", Packing::Regular), Judgement::because(Some(false), "modified"));
    let trailing = Judgement::because(Some(false), "malformed: trailing data");
    assert_eq!(judge(CONTENT, Packing::TrailingData), trailing);
    // The root may lie anywhere on the way to the file, and unpacked copies have a shorter name.
    says(&verdicts, &bucket("trails", ""), &format!("p/{}", key("a")), Some(true), "");
    let (above, name) = (format!("p/{LOGS}"), key("a"));
    says(&verdicts, &bucket("trails", &above), &name[LOGS.len() + 1..], Some(true), "");
    says(&verdicts, &root, key("a").trim_end_matches(".gz"), Some(true), "");
}

#[test]
fn every_status_has_its_verdict() {
    let uri = |name: &str| format!("s3://trails/{}", key(name));
    let mut other_algorithm = log(&uri("algorithm"), None, "malformed");
    other_algorithm["detail"] = json!("unsupported hashAlgorithm SHA-512");
    let mut without_hash = log(&uri("gone"), None, "missing");
    without_hash["expected"] = Value::Null;
    let mut unauthenticated = log(&uri("unverified"), None, "unverified");
    unauthenticated["detail"] = json!("hash matches");
    let logs = [
        log(&uri("valid"), None, "valid"),
        log(&uri("modified"), None, "modified"),
        log(&uri("missing"), None, "missing"),
        log(&uri("malformed"), None, "malformed"),
        log(&uri("unreadable"), None, "unreadable"),
        other_algorithm,
        without_hash,
        unauthenticated,
        log(&uri("new"), None, "some new status"),
    ];
    let unlisted = [
        json!({"uri": uri("forged"), "status": "unlisted", "class": "failure", "reason": null}),
        json!({"uri": uri("hole"), "status": "uncovered", "reason": "validation was off"}),
        json!({"uri": uri("late"), "status": "pending", "reason": null}),
    ];
    let document = report("s3://trails", true, &logs, &unlisted);
    let mut lines = vec![json!({"type": "run", "version": 1, "archive": "s3://trails"})];
    lines.push(json!({"type": "digest", "uri": "s3://trails/d", "authenticated": true, "status": "valid"}));
    for one in logs.iter().chain(&unlisted) {
        let mut line = one.clone();
        line["type"] = json!("log");
        lines.push(line);
    }
    lines.push(json!({"type": "hole", "reason": "gap"}));
    lines.push(json!({"type": "summary", "logs": {"valid": 1}}));
    let lines = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for text in [document.to_string(), serde_json::to_string_pretty(&document).expect("JSON"), lines] {
        let verdicts = verdicts(&text, 1);
        let root = bucket("trails", "");
        // Its bytes are compared anew, whatever they were when it was verified.
        for name in ["valid", "modified", "missing", "malformed", "unreadable"] {
            says(&verdicts, &root, &key(name), Some(true), "");
        }
        says(&verdicts, &root, &key("algorithm"), Some(false), "malformed: unsupported hashAlgorithm SHA-512");
        says(&verdicts, &root, &key("gone"), None, "missing");
        says(&verdicts, &root, &key("unverified"), None, "unverified: hash matches");
        says(&verdicts, &root, &key("new"), None, "some new status");
        says(&verdicts, &root, &key("forged"), Some(false), "unlisted");
        says(&verdicts, &root, &key("hole"), None, "uncovered: validation was off");
        says(&verdicts, &root, &key("late"), None, "pending");
    }
}

#[test]
fn what_a_digest_file_without_authenticity_lists_proves_nothing() {
    let uri = format!("s3://trails/{}", key("a"));
    let text = report("s3://trails", false, &[log(&uri, None, "valid")], &[]).to_string();
    let reason = "unverified: its digest file is not authenticated";
    says(&verdicts(&text, 1), &bucket("trails", ""), &key("a"), None, reason);
}

#[test]
fn a_file_that_two_digest_files_list_may_be_either() {
    let uri = format!("s3://trails/{}", key("a"));
    let mut other = log(&uri, None, "modified");
    other["expected"] = json!(hex_of(b"other"));
    let text = report("s3://trails", true, &[other, log(&uri, None, "valid")], &[]).to_string();
    let verdicts = verdicts(&text, 1);
    let root = bucket("trails", "");
    says(&verdicts, &root, &key("a"), Some(true), "");
    let judged = |content: &[u8]| verdicts.judge(&root, &key("a"), content, Packing::Regular).verified;
    assert_eq!((judged(b"other"), judged(b"third")), (Some(true), Some(false)));
}

#[test]
fn prefixes_and_buckets_are_told_apart() {
    let uri = |prefix: &str| format!("s3://trails/{prefix}{}", key("a"));
    let text = report(
        "s3://trails",
        true,
        &[log(&uri("a/"), None, "valid")],
        &[json!({"uri": uri("b/"), "status": "unlisted"})],
    );
    let of_bucket = verdicts(&text.to_string(), 1);
    let root = bucket("trails", "");
    says(&of_bucket, &root, &format!("a/{}", key("a")), Some(true), "");
    says(&of_bucket, &root, &format!("b/{}", key("a")), Some(false), "unlisted");
    for other in [key("a"), format!("c/{}", key("a")), format!("a/b/{}", key("a")), format!("xa/{}", key("a"))] {
        says(&of_bucket, &root, &other, None, "not in the verification");
    }
    says(&of_bucket, &bucket("others", "a"), &key("a"), None, "not in the verification");
    // Files that were moved to the bucket that was verified have the names that were signed.
    let moved = report("s3://copies", true, &[log(&uri(""), None, "valid")], &[]).to_string();
    let moved = verdicts(&moved, 2);
    says(&moved, &bucket("copies", ""), &key("a"), Some(true), "");
    says(&moved, &bucket("trails", ""), &key("a"), Some(true), "");
    says(&moved, &bucket("others", ""), &key("a"), None, "not in the verification");
}

#[test]
fn copies_on_disk_are_known_by_their_paths() {
    let disk = tempfile::tempdir().expect("a temporary folder");
    let at = |archive: &str| disk.path().join(archive);
    for archive in ["one", "two"] {
        fs::create_dir_all(at(archive).join(LOGS)).expect("folders");
    }
    let (name, one) = (key("a"), at("one"));
    let flat = disk.path().join("one").join("x.json.gz");
    let whole = one.join(&name);
    let shown = |path: &Path| path.display().to_string();
    for path in [shown(&whole), name.clone()] {
        let uri = format!("s3://trails/p/{name}");
        let logs = [log(&uri, Some(&path), "valid"), log("s3://trails/p/x.json.gz", Some(&shown(&flat)), "valid")];
        let verdicts = verdicts(&report(&shown(&one), true, &logs, &[]).to_string(), 1);
        says(&verdicts, &folder(&one), &name, Some(true), "");
        says(&verdicts, &folder(disk.path()), &format!("one/{name}"), Some(true), "");
        says(&verdicts, &folder(&one.join(LOGS)), &name[LOGS.len() + 1..], Some(true), "");
        says(&verdicts, &folder(&one), "x.json.gz", Some(true), "");
        // The same names in another archive are other files.
        says(&verdicts, &folder(&at("two")), &name, None, "not in the verification");
        says(&verdicts, &folder(disk.path()), &format!("two/{name}"), None, "not in the verification");
        says(&verdicts, &folder(&at("two")), "x.json.gz", None, "not in the verification");
    }
}

#[test]
fn a_copy_of_what_was_verified_elsewhere_is_known_by_what_both_know() {
    let disk = tempfile::tempdir().expect("a temporary folder");
    let root = |path: &str| {
        let path = disk.path().join(path);
        fs::create_dir_all(&path).expect("folders");
        folder(&path)
    };
    let uri = |bucket: &str, prefix: &str| format!("s3://{bucket}/{prefix}{}", key("a"));
    let one = report("s3://trails", true, &[log(&uri("trails", "p/q/"), None, "valid")], &[]).to_string();
    let alone = verdicts(&one, 1);
    let kept = |prefix: &str| format!("{prefix}{}", key("a"));
    for prefix in ["", "q/", "p/q/"] {
        says(&alone, &root("copy"), &kept(prefix), Some(true), "");
    }
    for prefix in ["p/", "r/", "x/q/", "o/p/q/"] {
        says(&alone, &root("copy"), &kept(prefix), None, "not in the verification");
    }
    // Among several archives only one that has the bucket's name is the bucket's copy.
    let shared = verdicts(&one, 2);
    says(&shared, &root("copy"), &kept(""), None, "not in the verification");
    says(&shared, &root("trails"), &kept("p/q/"), Some(true), "");
    says(&shared, &root(""), &kept("trails/p/q/"), Some(true), "");
    alone.share();
    says(&alone, &root("copy"), &kept(""), None, "not in the verification");
    let logs = [log(&uri("trails", "p/"), None, "valid"), log(&uri("trails", "q/"), None, "valid")];
    let two = verdicts(&report("s3://trails", true, &logs, &[]).to_string(), 1);
    let reason = "the verification knows several log files of this name";
    says(&two, &root("copy"), &kept(""), None, reason);
    says(&two, &root("copy"), &kept("q/"), Some(true), "");
}

#[test]
fn a_state_file_tells_what_was_valid() {
    let uri = |name: &str| format!("s3://trails/{}", key(name));
    let hash = hex_of(CONTENT);
    let lines = [
        json!({"version": 1, "archive": "s3://trails", "fingerprints": ["aa"]}).to_string(),
        json!({"type": "digest", "uri": "s3://trails/AWSLogs/1/CloudTrail-Digest/d", "hash": hash, "status": "valid"})
            .to_string(),
        json!({"type": "log", "uri": uri("a"), "expected": hash.to_uppercase(), "size": 3, "etag": "x"}).to_string(),
        json!({"uri": uri("b"), "hash": hash, "size": 3, "mtime": 5}).to_string(),
        json!({"uri": uri("c"), "hash": hash, "status": "modified"}).to_string(),
        r#"{"uri": "s3://trai"#.to_owned(),
    ];
    let verdicts = verdicts(&lines.join("\n"), 1);
    let root = bucket("trails", "");
    says(&verdicts, &root, &key("a"), Some(true), "");
    says(&verdicts, &root, &key("b"), Some(true), "");
    says(&verdicts, &root, &key("c"), None, "not in the verification");
    assert_eq!(verdicts.len(), 2);
    let torn = [&lines[..2], &lines[5..], &lines[2..3]].concat().join("\n");
    assert!(refusal(&torn).contains("line 3: "), "only the last line may be torn");
}

#[test]
fn what_is_no_report_is_refused_with_the_reason() {
    let uri = format!("s3://trails/{}", key("a"));
    let whole = report("s3://trails", true, &[log(&uri, None, "valid")], &[]);
    let mut brief = report("s3://trails", true, &[], &[]);
    brief["summary"]["logs"]["valid"] = json!(17);
    assert_eq!(refusal(&brief.to_string()), "`/report` leaves out the log files that are valid");
    let mut newer = whole.clone();
    newer["version"] = json!(2);
    assert!(refusal(&newer.to_string()).ends_with("it has version 2, expected 1"));
    let text = whole.to_string();
    for length in 0..text.len() {
        assert!(refusal(&text[..length]).contains("is no report of a verification"), "{length}");
    }
    for text in ["", "[]", "null", "{}", "a,b\n1,2\n", "{\"type\":\"run\",\"version\":1}\n"] {
        assert!(refusal(text).contains("is no report of a verification"), "{text}");
    }
    let missing = read(&[PathBuf::from("/nonexistent/report")], 1).expect_err("no file");
    assert!(missing.to_string().starts_with("cannot read the verification's report `/nonexistent/report`: "));
}
