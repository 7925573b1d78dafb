//! Runs of `trailql verify` over a bucket's image, with everything that it needs beside it.

use std::path::Path;
use std::process::Command;

use crate::sign::{Bucket, Copy, iso};

use super::report::Report;

/// How a run ended and what it said.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Run {
    /// Ended with this code.
    #[track_caller]
    pub(super) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Said this on standard output.
    #[track_caller]
    pub(super) fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "`{text}` is missing:\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Said this on standard error.
    #[track_caller]
    pub(super) fn complains(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "`{text}` is missing:\n{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// The whole report on a bucket over the time that its digests were signed for; the same with one job and with eight.
#[track_caller]
pub(super) fn check(bucket: &Bucket, more: &[&str]) -> Report {
    check_copy(bucket, &bucket.lay_out(), more)
}

/// The same for a bucket that was laid out before, and changed there.
#[track_caller]
pub(super) fn check_copy(bucket: &Bucket, copy: &Copy, more: &[&str]) -> Report {
    let options = [&["--format", "json", "--verbose"], more].concat();
    let one = on_copy(bucket, copy, &[&options[..], &["--jobs", "1"]].concat());
    let eight = on_copy(bucket, copy, &[&options[..], &["--jobs", "8"]].concat());
    assert_eq!(one.stdout, eight.stdout, "one job and eight differ");
    assert_eq!(one.code, eight.code);
    Report::parse(eight, &bucket.name)
}

/// The text report on a bucket.
pub(super) fn text(bucket: &Bucket, more: &[&str]) -> Run {
    on_copy(bucket, &bucket.lay_out(), more)
}

/// A run over a copy, its keys and metadata; for the time of the digests unless `more` says otherwise.
pub(super) fn on_copy(bucket: &Bucket, copy: &Copy, more: &[&str]) -> Run {
    let mut command = trailql();
    command.arg("verify").arg(copy.root());
    if !more.contains(&"--public-keys") {
        command.arg("--public-keys").arg(copy.public_keys());
    }
    command.arg("--digest-metadata").arg(copy.metadata()).args(range(bucket, more)).args(more);
    finish(command)
}

/// `--start` and `--end` of the time that a bucket was signed for, where `more` has none.
pub(super) fn range(bucket: &Bucket, more: &[&str]) -> Vec<String> {
    let Some((start, end)) = bucket.range else { return Vec::new() };
    let mut options = Vec::new();
    for (name, time) in [("--start", start), ("--end", end)] {
        if !more.contains(&name) {
            options.extend([name.to_owned(), iso(time)]);
        }
    }
    options
}

/// A run with these arguments and nothing else.
pub(super) fn run(arguments: &[&str]) -> Run {
    let mut command = trailql();
    command.args(arguments);
    finish(command)
}

/// The program, in an environment that nobody has touched.
pub(super) fn trailql() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
    command.env_clear().env("NO_COLOR", "1").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("HOME", Path::new(env!("CARGO_TARGET_TMPDIR"))).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs a command to its end.
pub(super) fn finish(mut command: Command) -> Run {
    let output = command.output().expect("trailql can be started");
    let text = |bytes| String::from_utf8(bytes).expect("trailql writes UTF-8");
    let run = Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    run
}
