//! State between runs: what was read is not read again, and nothing is believed that should not be.

use std::fs;

use serde_json::Value;

use crate::sign::{Bucket, Chain, Copy, gunzip, gzip};

use super::run::{Run, on_copy};

struct Case {
    chain: Chain,
    bucket: Bucket,
    copy: Copy,
    state: String,
}

impl Case {
    /// An archive that was checked once, with state.
    fn checked() -> Self {
        let chain = Chain::hours(8);
        let bucket = Bucket::of(&[&chain]);
        let copy = bucket.lay_out();
        let state = copy.beside("state.jsonl").display().to_string();
        let case = Self { chain, bucket, copy, state };
        let run = case.run(&[]);
        run.exits(0);
        assert!(!run.stdout.contains("unchanged since"), "{run:?}");
        case
    }

    fn run(&self, more: &[&str]) -> Run {
        on_copy(&self.bucket, &self.copy, &[&["--state", &self.state], more].concat())
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.state).expect("a state").lines().map(str::to_owned).collect()
    }
}

#[test]
fn what_is_unchanged_is_not_read_again() {
    let case = Case::checked();
    let again = case.run(&[]);
    again.exits(0).says("14 of 14 log files unchanged since the last check").says("\n14/14 log files valid");
    let anew = case.run(&["--recheck"]);
    anew.exits(0);
    assert!(!anew.stdout.contains("unchanged since"), "{anew:?}");
}

#[test]
fn state_is_lines_of_json_under_a_head() {
    let case = Case::checked();
    let lines = case.lines();
    let parsed: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    // A head, eight digests, fourteen log files.
    assert_eq!(parsed.len(), 1 + 8 + 14);
    assert!(parsed[0]["version"].is_number());
    assert!(parsed[0].to_string().contains(&crate::sign::Key::new(0).fingerprint()));
    assert!(parsed[1..].iter().all(|line| line["uri"].is_string()));
}

#[test]
fn a_changed_log_file_is_read_again_even_with_its_old_time_and_size() {
    let case = Case::checked();
    let path = case.copy.path(&case.chain.log_key(2, 0));
    let before = fs::metadata(&path).expect("a file").modified().expect("a time");
    let mut bytes = fs::read(&path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, &bytes).expect("a file");
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(before)).expect("a file");
    case.run(&[]).exits(1).says("INVALID");
}

#[test]
fn digests_are_verified_again_whatever_the_state_says() {
    let case = Case::checked();
    let key = case.chain.digest(4);
    let mut bytes = gunzip(&case.bucket.objects[&key].bytes);
    bytes.push(b' ');
    case.copy.write(&key, &gzip(&bytes));
    case.run(&[]).exits(1).says("INVALID: signature verification failed");
}

#[test]
fn what_failed_is_not_remembered_as_checked() {
    let case = Case::checked();
    let key = case.chain.log_key(2, 0);
    case.copy.write(&key, &gzip(b"{}"));
    case.run(&[]).exits(1);
    case.run(&[]).exits(1).says("INVALID: hash value doesn't match");
    case.copy.write(&key, &case.bucket.objects[&key].bytes);
    case.run(&[]).exits(0);
    fs::remove_file(case.copy.path(&key)).expect("a file that is there");
    case.run(&[]).exits(1).says("INVALID: not found");
}

#[test]
fn a_torn_last_line_is_passed_over() {
    let case = Case::checked();
    let text = fs::read_to_string(&case.state).expect("a state");
    for lost in [1, 10, 100] {
        fs::write(&case.state, &text[..text.len() - lost]).expect("a file");
        case.run(&[]).exits(0).says("log files unchanged since the last check");
        // What follows a torn line is readable again.
        case.run(&[]).exits(0).says("14 of 14 log files unchanged since the last check");
    }
}

#[test]
fn state_of_something_else_is_not_believed() {
    let case = Case::checked();
    let own = case.lines();
    for content in [String::new(), "junk\n".repeat(20), "{}\n".repeat(20), own[1..].join("\n")] {
        fs::write(&case.state, content).expect("a file");
        let run = case.run(&[]);
        assert!(matches!(run.code, Some(0 | 2)), "{run:?}");
        assert!(!run.stdout.contains("14 of 14 log files unchanged"), "{run:?}");
    }
}

#[test]
fn state_inside_the_archive_is_warned_about() {
    let case = Case::checked();
    let inside = case.copy.path("AWSLogs/state.jsonl").display().to_string();
    on_copy(&case.bucket, &case.copy, &["--state", &inside]).exits(0).complains("state.jsonl");
}

#[test]
fn the_report_is_the_same_with_state_and_without() {
    let case = Case::checked();
    let lines = |run: &Run| -> Vec<String> {
        run.stdout.lines().filter(|line| !line.contains("unchanged since")).map(str::to_owned).collect()
    };
    let (with, without) = (case.run(&["--verbose"]), on_copy(&case.bucket, &case.copy, &["--verbose"]));
    assert_eq!(lines(&with), lines(&without));
}
