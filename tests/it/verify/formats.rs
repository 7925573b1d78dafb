//! Text, `json`, `jsonl`: the same facts, whatever the number of jobs.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::sign::{Bucket, Chain, gzip, minute};

use super::run::{check, check_copy, on_copy, text};

/// Eight hours of one region with some of everything wrong, and a clean chain of another.
fn mixed() -> (Chain, Bucket) {
    let chain = Chain::hours(10);
    let clean = Chain::new("111122223333", "us-west-2").with_hours(10);
    let mut bucket = Bucket::of(&[&chain, &clean]);
    bucket.remove(&chain.digest(4));
    bucket.remove(&chain.log_key(6, 1));
    bucket.object(&chain.log_key(2, 0)).bytes = gzip(b"{\"Records\":[]}");
    bucket.object(&chain.log_key(2, 1)).bytes.extend(b"more");
    let injected = chain.log(minute(70));
    bucket.put(&injected.key, injected.stored);
    bucket.object(&chain.digest(9)).metadata.clear();
    (chain, bucket)
}

#[test]
fn the_text_report_is_that_of_the_command_line_tool_and_more() {
    let (chain, bucket) = mixed();
    let run = text(&bucket, &["--verbose"]);
    run.exits(1);
    let digest = |index: usize, said: &str| format!("Digest file\ts3://trail-archive/{}\t{said}", chain.digest(index));
    let log = |key: &str, said: &str| format!("Log file\ts3://trail-archive/{key}\t{said}");
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("Validating log files in "), "{run:?}");
    assert!(lines[0].ends_with(" between 2024-03-10T00:11:09Z and 2024-03-10T10:11:09Z"), "{run:?}");
    assert_eq!(lines[1], "");
    let starts =
        |start: &str| assert!(lines.iter().any(|line| line.starts_with(start)), "`{start}` is missing: {run:?}");
    assert!(
        lines.contains(&"Chain\ttrail main-trail (home us-east-1), account 111122223333, region us-east-1"),
        "{run:?}"
    );
    assert!(lines.contains(&"Chain\ttrail main-trail (home us-east-1), account 111122223333, region us-west-2"));
    starts(&digest(9, "UNVERIFIED: no signature known (newest digest, no metadata)"));
    starts(&digest(8, "valid"));
    starts(&digest(4, "INVALID: not found"));
    starts("No valid digest between 2024-03-10T04:11:09Z and 2024-03-10T05:11:09Z (1h): 1 digest file");
    starts(&log(&chain.log_key(7, 0), "valid"));
    starts(&log(&chain.log_key(6, 1), "INVALID: not found"));
    starts(&log(&chain.log_key(2, 0), "INVALID: hash value doesn't match"));
    starts(&log(&chain.log_key(2, 1), "INVALID: unexpected data after end of compressed stream"));
    starts(&log(&chain.log_key(4, 0), "UNCOVERED"));
    starts(&log(&chain.log(minute(70)).key, "UNLISTED: no digest lists this file"));
    let summary = &lines[lines.iter().position(|line| line.starts_with("Results requested")).expect("a summary") - 1..];
    assert_eq!(
        summary[..4],
        [
            "",
            "Results requested for 2024-03-10T00:11:09Z to 2024-03-10T10:11:09Z",
            "Results found for 2024-03-10T00:11:09Z to 2024-03-10T10:11:09Z:",
            "",
        ]
    );
}

#[test]
fn valid_files_are_lines_of_verbose_alone() {
    let (chain, bucket) = mixed();
    let (short, long) = (text(&bucket, &[]), text(&bucket, &["--verbose"]));
    let valid = format!("s3://trail-archive/{}\tvalid", chain.digest(7));
    assert!(!short.stdout.contains(&valid));
    long.says(&valid);
    // What is short is part of what is long.
    let lines: BTreeSet<_> = long.stdout.lines().collect();
    for line in short.stdout.lines().filter(|line| line.starts_with("Log file") || line.starts_with("Digest file")) {
        assert!(lines.contains(line), "{line}");
    }
}

#[test]
fn a_clean_archive_is_told_in_few_words() {
    let run = text(&Bucket::of(&[&Chain::hours(5)]), &[]);
    run.exits(0);
    let summary = "\nResults requested for 2024-03-10T00:11:09Z to 2024-03-10T05:11:09Z\n\
        Results found for 2024-03-10T00:11:09Z to 2024-03-10T05:11:09Z:\n\n5/5 digest files valid\n8/8 log files valid\n";
    run.says(summary);
    assert!(!run.stdout.contains("Chain\t"), "{run:?}");
}

#[test]
fn a_damaged_log_file_has_the_words_of_the_command_line_tool() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &str); 3] = [
        (|bytes| bytes.extend(b"x"), "INVALID: unexpected data after end of compressed stream"),
        (
            |bytes| {
                let crc = bytes.len() - 8;
                bytes[crc] ^= 1;
            },
            "INVALID: invalid format",
        ),
        (|bytes| *bytes = gzip(b"{}"), "INVALID: hash value doesn't match"),
    ];
    for (change, said) in changes {
        let chain = Chain::hours(5);
        let mut bucket = Bucket::of(&[&chain]);
        change(&mut bucket.object(&chain.log_key(2, 0)).bytes);
        text(&bucket, &[]).exits(1).says(&format!("{}\t{said}", chain.log_key(2, 0))).says("1/8 log files INVALID");
    }
}

#[test]
fn what_is_wrong_stays_when_notes_are_quiet() {
    let (chain, mut bucket) = mixed();
    let folder = chain.log_key(2, 0);
    bucket.put(&format!("{}/notes.txt", &folder[..folder.rfind('/').expect("a folder")]), Vec::new());
    let (loud, quiet) = (text(&bucket, &[]), text(&bucket, &["--quiet"]));
    loud.exits(1).says("notes.txt");
    quiet.exits(1).says("INVALID: not found").says("Results requested");
    assert!(!quiet.stdout.contains("notes.txt"), "{quiet:?}");
}

/// Type, uri, status, class, in any order.
fn facts<'r>(entries: impl Iterator<Item = (&'static str, &'r Value)>) -> Vec<String> {
    let mut facts: Vec<_> = entries
        .map(|(kind, entry)| format!("{kind} {} {} {}", entry["uri"], entry["status"], entry["class"]))
        .collect();
    facts.sort();
    facts
}

#[test]
fn lines_of_json_say_what_the_document_says() {
    let (_, bucket) = mixed();
    for verbose in [&["--verbose"][..], &[]] {
        let report = check(&bucket, &[]);
        let run = text(&bucket, &[&["--format", "jsonl"], verbose].concat());
        run.exits(1);
        let lines: Vec<Value> =
            run.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
        let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
        assert!(lines.iter().all(|line| line["type"].is_string()));
        assert_eq!((of("run").len(), of("summary").len()), (1, 1));
        assert_eq!(lines.first().map(|line| line["type"].clone()), Some("run".into()));
        assert_eq!(lines.last().map(|line| line["type"].clone()), Some("summary".into()));
        assert_eq!(of("hole").len(), report.holes().count());
        let summary = of("summary")[0];
        for field in ["digests", "logs", "result", "exit_code"] {
            let said = if summary[field].is_null() { &summary["summary"][field] } else { &summary[field] };
            assert_eq!(*said, report.json["summary"][field], "{field}");
        }
        if verbose.is_empty() {
            continue;
        }
        let streamed =
            of("digest").into_iter().map(|it| ("digest", it)).chain(of("log").into_iter().map(|it| ("log", it)));
        let whole = report.digests().map(|it| ("digest", it)).chain(report.logs().map(|it| ("log", it)));
        assert_eq!(facts(streamed), facts(whole));
    }
}

#[test]
fn without_verbose_the_document_leaves_out_what_is_valid_and_no_count() {
    let (_, bucket) = mixed();
    let copy = bucket.lay_out();
    let long = check_copy(&bucket, &copy, &[]);
    let run = on_copy(&bucket, &copy, &["--format", "json"]);
    let short: Value = serde_json::from_str(&run.stdout).expect("a document");
    assert_eq!(short["summary"], long.json["summary"]);
    assert_eq!(short["chains"].as_array().map(Vec::len), Some(2));
    assert_eq!(short["unlisted"], long.json["unlisted"]);
    for (one, other) in short["chains"].as_array().into_iter().flatten().zip(long.chains()) {
        assert_eq!((&one["holes"], &one["covered"]), (&other["holes"], &other["covered"]));
        // A valid digest may stand there for the sake of its log files.
        for digest in one["digests"].as_array().into_iter().flatten() {
            let has_bad_logs = digest["logs"].as_array().is_some_and(|logs| !logs.is_empty());
            assert!(digest["status"] != "valid" || has_bad_logs, "{digest}");
            assert!(digest["logs"].as_array().into_iter().flatten().all(|log| log["status"] != "valid"));
        }
    }
}

#[test]
fn the_report_can_go_to_a_file() {
    let bucket = Bucket::of(&[&Chain::hours(5)]);
    let copy = bucket.lay_out();
    let path = copy.beside("report.json");
    let run = on_copy(&bucket, &copy, &["--format", "json", "--output", &path.display().to_string()]);
    run.exits(0);
    assert_eq!(run.stdout, "");
    let written: Value = serde_json::from_str(&fs::read_to_string(path).expect("a report")).expect("a document");
    assert_eq!(written["summary"]["result"], "ok");
}

#[test]
fn text_and_lines_are_the_same_for_any_number_of_jobs() {
    let (_, bucket) = mixed();
    let copy = bucket.lay_out();
    for format in ["text", "jsonl"] {
        let of = |jobs: &str| on_copy(&bucket, &copy, &["--verbose", "--format", format, "--jobs", jobs]).stdout;
        let one = of("1");
        assert_eq!(one, of("8"), "{format}");
        assert_eq!(one, of("3"), "{format}");
    }
}

#[test]
fn the_command_has_the_name_of_the_other_tool_too() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    let mut command = super::run::trailql();
    command.arg("validate-logs").arg(copy.root()).arg("--public-keys").arg(copy.public_keys());
    command.arg("--digest-metadata").arg(copy.metadata()).args(super::run::range(&bucket, &[]));
    super::run::finish(command).exits(0);
}
