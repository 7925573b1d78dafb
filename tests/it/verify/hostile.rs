//! Archives made to lead a verifier astray: out of the archive, out of memory, or to other lines of its report.

use std::fs;

use serde_json::{Value, json};
use wait4::Wait4 as _;

use crate::sign::{Bucket, Chain, Digest, Log, minute, repeated};

use super::run::{check, check_copy, on_copy, text};

/// Keys that must not be followed, whoever signed them.
const WAYS_OUT: [&str; 9] = [
    "../outside.json.gz",
    "AWSLogs/../../outside.json.gz",
    "/outside.json.gz",
    "AWSLogs//outside.json.gz",
    "./AWSLogs/outside.json.gz",
    "AWSLogs/./outside.json.gz",
    "AWSLogs/outside.json.gz\0",
    "",
    "..",
];

#[test]
fn log_entries_never_lead_out_of_the_archive() {
    for way in WAYS_OUT {
        let mut chain = Chain::hours(5);
        let outside = Log::new(way.to_owned(), b"{\"Records\":[]}".to_vec());
        let entry = outside.entry("trail-archive");
        chain.digests[2].edit(move |document| {
            document["logFiles"].as_array_mut().expect("a list").push(entry.clone());
        });
        let bucket = Bucket::of(&[&chain]);
        let copy = bucket.lay_out();
        // What a careless reader would find there has the very content that the digest lists.
        fs::write(copy.beside("outside.json.gz"), &outside.stored).expect("a file");
        let report = check_copy(&bucket, &copy, &[]);
        assert_ne!(report.run.code, Some(0), "{way:?}: {:#}", report.json);
        assert_eq!(report.json["summary"]["logs"]["valid"], 8, "{way:?}: {:#}", report.json);
    }
}

#[test]
fn an_absolute_path_to_a_file_that_is_there_is_refused() {
    let mut chain = Chain::hours(5);
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("outside.json.gz");
    let outside = Log::new(path.display().to_string(), b"{\"Records\":[]}".to_vec());
    fs::write(&path, &outside.stored).expect("a file");
    let entry = outside.entry("trail-archive");
    chain.digests[2].edit(move |document| {
        document["logFiles"].as_array_mut().expect("a list").push(entry.clone());
    });
    let report = check(&Bucket::of(&[&chain]), &[]);
    assert_ne!(report.run.code, Some(0), "{:#}", report.json);
    assert_eq!(report.json["summary"]["logs"]["valid"], 8);
}

#[test]
fn links_never_lead_out_of_the_archive() {
    for way in WAYS_OUT {
        let mut chain = Chain::hours(5);
        chain.digests[2].edit(move |document| document["previousDigestS3Object"] = way.into());
        let bucket = Bucket::of(&[&chain]);
        let copy = bucket.lay_out();
        let before = &bucket.objects[&chain.digest(1)].bytes;
        fs::write(copy.beside("outside.json.gz"), before).expect("a file");
        let report = check_copy(&bucket, &copy, &[]);
        report.exits(1);
        assert_eq!(report.json["summary"]["logs"]["valid"], 8, "{way:?}");
    }
}

#[test]
fn an_entry_in_another_bucket_is_looked_for_in_the_tree() {
    let mut chain = Chain::hours(5);
    chain.digests[2].edit(|document| document["logFiles"][0]["s3Bucket"] = "old-archive".into());
    let mut bucket = Bucket::of(&[&chain]);
    check(&bucket, &[]).exits(0).has_logs(&[]);
    bucket.remove(&chain.log_key(2, 0));
    let report = check(&bucket, &[]);
    report.exits(1);
    let missing = report.logs().find(|log| log["status"] == "missing").expect("a missing file");
    assert!(missing["detail"].as_str().is_some_and(|detail| detail.contains("old-archive")), "{missing}");
    assert!(missing["uri"].as_str().is_some_and(|uri| uri.starts_with("s3://old-archive/")), "{missing}");
}

#[cfg(unix)]
#[test]
fn symbolic_links_that_leave_the_archive_are_not_followed() {
    use std::os::unix::fs::symlink;
    let chain = Chain::hours(5);
    let bucket = Bucket::of(&[&chain]);
    let folder = chain.digest(0);
    let folder = &folder[..folder.find("/us-east-1").expect("a region")];
    for key in [chain.log_key(2, 0), chain.digest(2), folder.to_owned()] {
        let copy = bucket.lay_out();
        let outside = copy.beside("outside");
        fs::rename(copy.path(&key), &outside).expect("a file that is there");
        symlink(&outside, copy.path(&key)).expect("a link");
        let report = check_copy(&bucket, &copy, &[]);
        assert_ne!(report.run.code, Some(0), "{key}: {:#}", report.json);
    }
}

#[cfg(unix)]
#[test]
fn an_archive_that_is_itself_a_symbolic_link_is_an_archive() {
    let bucket = Bucket::of(&[&Chain::hours(5)]);
    let copy = bucket.lay_out();
    fs::rename(copy.root(), copy.beside("real")).expect("a folder");
    std::os::unix::fs::symlink(copy.beside("real"), copy.root()).expect("a link");
    check_copy(&bucket, &copy, &[]).is_clean();
}

#[test]
fn a_log_file_that_unpacks_without_end_does_not_fill_memory() {
    let chain = Chain::hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    let key = chain.log_key(2, 0);
    bucket.object(&key).bytes = repeated(b"", 0, 192);
    let copy = bucket.lay_out();
    let mut command = super::run::trailql();
    command.args(["verify", &copy.root().display().to_string(), "--jobs", "1"]);
    command.arg("--public-keys").arg(copy.public_keys()).arg("--digest-metadata").arg(copy.metadata());
    command.args(super::run::range(&bucket, &[])).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("trailql can be started");
    let mut said = String::new();
    let mut output = child.stdout.take().expect("it was piped in the lines above");
    std::io::Read::read_to_string(&mut output, &mut said).expect("trailql writes UTF-8");
    let ended = child.wait4().expect("a child that can be waited for");
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains(&key) && said.contains("\tINVALID: "), "{said}");
    // A process counts what the one that starts it has had: beside other tests that may be more.
    let most = (190 << 20).max(had() + (8 << 20));
    assert!(ended.rusage.maxrss < most, "{} bytes of {most}", ended.rusage.maxrss);
}

/// The most memory that this process has had, in bytes.
fn had() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

#[test]
fn a_digest_with_very_many_log_files_is_read() {
    let mut chain = Chain::hours(5);
    let entry = chain.digests[2].logs[0].entry("trail-archive");
    chain.digests[2].edit(move |document| {
        document["logFiles"] = Value::Array(vec![entry.clone(); 50_000]);
    });
    let mut bucket = Bucket::of(&[&chain]);
    bucket.remove(&chain.log_key(2, 1));
    let run = text(&bucket, &[]);
    run.exits(0).says("log files valid");
    assert!(run.stdout.len() < 100_000, "one line for one fact: {:.2000}", run.stdout);
}

#[test]
fn nesting_without_end_is_no_document_and_no_end() {
    for deep in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        let mut chain = Chain::hours(5);
        chain.digests[2].rewrite(move |text| text.replacen('{', &format!("{{\"x\":{deep}"), 1).into_bytes());
        check(&Bucket::of(&[&chain]), &[]).exits(1).has_digests(&[(&chain.digest(2), "malformed")]);
    }
}

#[test]
fn values_of_an_archive_write_no_lines_of_their_own() {
    let mut chain = Chain::hours(5);
    let forged = "AWSLogs/x\u{1b}[2J\nLog file\ts3://trail-archive/forged\tvalid\r\u{9b}31m\u{202e}";
    chain.digests[2].edit(move |document| {
        document["logFiles"][0]["s3Object"] = forged.into();
        document["digestPublicKeyFingerprint"] = document["digestPublicKeyFingerprint"].clone();
    });
    chain.digests[3].edit(|document| document["digestPublicKeyFingerprint"] = "\u{1b}]0;x\u{7}\nforged".into());
    let bucket = Bucket::of(&[&chain]);
    for format in ["text", "json", "jsonl"] {
        let run = text(&bucket, &["--verbose", "--format", format]);
        run.exits(3);
        for said in [&run.stdout, &run.stderr] {
            assert!(!said.chars().any(|it| it.is_control() && it != '\n' && it != '\t'), "{format}: {said:?}");
            assert!(!said.lines().any(|line| line.starts_with("Log file\ts3://trail-archive/forged")), "{said}");
        }
    }
    assert!(!text(&bucket, &["--verbose"]).stdout.contains('\u{202e}'));
}

#[test]
fn names_in_the_folder_write_no_lines_of_their_own() {
    let chain = Chain::new("111122223333", "us-east-1").below("a\u{1b}[31m\nforged/").with_hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.remove(&chain.log_key(2, 0));
    let run = text(&bucket, &["--verbose"]);
    run.exits(1);
    assert!(!run.stdout.chars().any(|it| it.is_control() && it != '\n' && it != '\t'), "{run:?}");
    assert!(!run.stdout.lines().any(|line| line.starts_with("forged")), "{run:?}");
}

#[test]
fn side_files_that_lie_are_caught_by_the_signature() {
    let chain = Chain::hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    for key in (0..5).map(|index| chain.digest(index)) {
        let metadata = &mut bucket.object(&key).metadata;
        metadata.insert("signature".to_owned(), "f".repeat(1_000_000));
        metadata.insert("unknown".to_owned(), "\u{1b}[2J".to_owned());
    }
    let report = check(&bucket, &[]);
    report.exits(1);
    assert_eq!(report.json["summary"]["digests"], json!({"signature_invalid": 5}));
}

#[test]
fn files_that_only_look_like_digests_are_passed_over() {
    let chain = Chain::hours(5);
    let mut bucket = Bucket::of(&[&chain]);
    let real = chain.digest(2);
    for (from, to) in [
        (".json.gz", ".json.gz.bak"),
        (".json.gz", ".txt"),
        ("20240310T031109Z", "20240399T991109Z"),
        ("20240310T031109Z", "é0240310T031109"),
        ("111122223333_", "11112222333é_"),
        ("CloudTrail-Digest_us-east-1_main-trail", "CloudTrail-Digest_us-east-1_"),
    ] {
        let name = real.rsplit('/').next().expect("a name").replace(from, to);
        let folder = &real[..real.rfind('/').expect("a folder")];
        bucket.put(&format!("{folder}/{name}"), b"junk".to_vec());
    }
    check(&bucket, &[]).has_logs(&[]).has_holes(&[]).exits(0);
}

#[test]
fn many_digests_of_one_second_are_each_looked_at() {
    let mut chain = Chain::hours(3);
    // Signed, overlapping, and each claiming the same hour.
    for second in 0..20 {
        let mut digest = Digest::new(minute(120), minute(180) + chrono::TimeDelta::seconds(second + 1));
        digest.signer = chain.digests[0].signer;
        chain.digests.push(digest);
    }
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.exits(0).has_logs(&[]).has_holes(&[]);
    assert_eq!(report.digests().count(), 23);
}

#[test]
fn the_archive_is_only_read() {
    let chain = Chain::hours(5);
    let bucket = Bucket::of(&[&chain]);
    let copy = bucket.lay_out();
    on_copy(&bucket, &copy, &[]).exits(0);
    let mut files = 0;
    let mut folders = vec![copy.root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
            }
        }
    }
    assert_eq!(files, bucket.objects.len());
}
