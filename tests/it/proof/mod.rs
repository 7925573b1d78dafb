//! What is known of the log files behind an answer, and what is kept of them: `--verified` and `--evidence`.

mod evidence;
mod verified;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// What one run of trailql left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs trailql in this folder.
pub(crate) fn trailql(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
    command.current_dir(folder).env_clear().env("HOME", folder).args(arguments);
    let output = command.output().expect("trailql can be started");
    let text = |bytes| String::from_utf8(bytes).expect("trailql writes UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A log file of some records whose ids begin with its name.
pub(crate) fn content(name: &str, records: usize) -> Vec<u8> {
    let record = |place: usize| {
        json!({
            "eventVersion": "1.08", "eventTime": format!("2026-05-12T01:{:02}:{place:02}Z", name.len()),
            "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "awsRegion": "us-east-1",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
            "requestParameters": {"name": "main"}, "eventID": format!("{name}-{place}"), "readOnly": false,
            "managementEvent": true, "eventCategory": "Management", "recipientAccountId": "111122223333",
        })
    };
    json!({"Records": (0..records).map(record).collect::<Vec<_>>()}).to_string().into_bytes()
}

/// The key of the log file of this name.
pub(crate) fn key(name: &str) -> String {
    let unique = format!("{name:x<16}");
    format!(
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/12/111122223333_CloudTrail_us-east-1_20260512T0120Z_{unique}.json.gz"
    )
}

/// Log files and how many records each has, by name. The powers of two tell from a sum which of them are in it.
pub(crate) const FILES: &[(&str, usize)] = &[
    ("valid", 1),
    ("modified", 2),
    ("trailing", 4),
    ("forged", 8),
    ("uncovered", 16),
    ("unverified", 32),
    ("unknown", 64),
];

/// The stored bytes of every log file, by key.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let stored = |name: &str, records: usize| match name {
        // A second gzip member: readers of several members give its records, too.
        "trailing" => [gzip(b"{\"Records\":[]}"), gzip(&content(name, records))].concat(),
        _ => gzip(&content(name, records)),
    };
    FILES.iter().map(|(name, records)| (key(name), stored(name, *records))).collect()
}

/// The report of a verification of [`files`] in this bucket.
pub(crate) fn report(archive: &str, bucket: &str) -> Value {
    let uri = |name: &str| format!("s3://{bucket}/{}", key(name));
    let log = |name: &str, status: &str, content: &[u8]| {
        json!({"uri": uri(name), "path": null, "status": status, "class": "ok", "expected": hash(content),
            "actual": null, "bytes": 1, "detail": null})
    };
    let logs = json!([
        log("valid", "valid", &content("valid", 1)),
        log("modified", "modified", &content("modified", 1)),
        log("trailing", "valid", b"{\"Records\":[]}"),
        log("unverified", "unverified", &content("unverified", 32)),
    ]);
    json!({
        "version": 1, "archive": archive,
        "chains": [{"bucket": bucket, "digests": [
            {"uri": format!("s3://{bucket}/d"), "status": "valid", "authenticated": true, "logs": logs},
        ]}],
        "unlisted": [
            {"uri": uri("forged"), "status": "unlisted", "class": "failure", "reason": null},
            {"uri": uri("uncovered"), "status": "uncovered", "class": "incomplete", "reason": "validation was off"},
        ],
        "notes": [], "summary": {"logs": {"valid": 2}, "result": "failed", "exit_code": 1},
    })
}

/// A folder with the archive `trails`, and a report of its verification beside it.
pub(crate) struct World {
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for (key, stored) in files() {
            world.write(&key, &stored);
        }
        let report = report("trails", "trails").to_string();
        fs::write(world.folder.path().join("report.json"), report).expect("a file");
        world
    }

    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join("trails").join(key)
    }

    pub(crate) fn write(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        trailql(self.folder.path(), arguments)
    }

    /// The rows of a query as csv, without the heading.
    #[track_caller]
    pub(crate) fn rows(&self, text: &str, more: &[&str]) -> Vec<String> {
        let run = self.run(&[&["query", "trails", "-q", "-o", "csv", "-c", text], more].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout.lines().skip(1).map(str::to_owned).collect()
    }
}
