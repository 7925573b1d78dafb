//! Archives and inputs that are empty, broken or hostile: what is said, and the code it ends with.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

/// What one run left behind.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Ended with this code, with these rows, and with a message that has all of these parts.
    #[track_caller]
    fn is(&self, code: i32, stdout: &str, stderr: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, stdout, "{self:?}");
        for part in stderr {
            assert!(self.stderr.contains(part), "`{part}` is missing: {self:?}");
        }
    }
}

fn trailql(args: &[&str]) -> Command {
    let mut command =
        Command::new(std::env::var_os("CARGO_BIN_EXE_trailql").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into()));
    command.args(args).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Run {
    finished(trailql(args).output().expect("trailql can be started"))
}

fn run_with_stdin(args: &[&str], text: &str) -> Run {
    let mut command = trailql(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("trailql can be started");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("trailql reads its query");
    finished(child.wait_with_output().expect("trailql ends"))
}

fn finished(output: std::process::Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).expect("trailql writes UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// An archive of one account, one region and one day.
struct Archive {
    folder: TempDir,
    count: usize,
}

impl Archive {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), count: 0 }
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().expect("a temporary folder's name is text")
    }

    /// The path of the next log file, in a folder that is there.
    fn next(&mut self) -> PathBuf {
        let day = self.folder.path().join("AWSLogs/123456789012/CloudTrail/us-east-1/2026/03/01");
        fs::create_dir_all(&day).expect("a folder in a temporary folder");
        self.count += 1;
        day.join(format!("123456789012_CloudTrail_us-east-1_20260301T0005Z_BadInput0000000{}.json.gz", self.count))
    }

    fn deliver(&mut self, json: &str) -> PathBuf {
        let path = self.next();
        fs::write(&path, gzip(json)).expect("a file in a temporary folder");
        path
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn record(name: &str) -> String {
    let agent = r#""userAgent": "\u001b[2J=cmd()""#;
    format!(r#"{{"Records": [{{"eventTime": "2026-03-01T00:00:00Z", "eventName": "{name}", {agent}}}]}}"#)
}

fn shown(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a log file's name is text")
}

const NAMES: &str = "SELECT eventname FROM cloudtrail";
const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

#[test]
fn an_empty_folder_says_that_it_is_empty() {
    let archive = Archive::new();
    let message = format!("no rows: no log files below {}", archive.path());
    run(&["query", archive.path(), "-o", "csv", "-c", NAMES]).is(0, "eventname\n", &[&message]);
    run(&["query", archive.path(), "-o", "csv", "-c", "fields eventName"]).is(0, "eventName\n", &[&message]);
    run(&["query", archive.path(), "-o", "csv", "-c", "SELECT count(*) AS n FROM cloudtrail"]).is(
        0,
        "n\n0\n",
        &["nothing was read: no log files below"],
    );
}

#[test]
fn a_folder_of_other_files_counts_them() {
    let archive = Archive::new();
    fs::write(archive.folder.path().join("notes.txt"), "nothing").expect("a file in a temporary folder");
    run(&["query", archive.path(), "-o", "csv", "-c", NAMES]).is(
        0,
        "eventname\n",
        &["no log files below", "1 other file ignored"],
    );
}

#[test]
fn log_files_without_records_say_that_there_are_none() {
    let mut archive = Archive::new();
    archive.deliver(r#"{"Records": []}"#);
    run(&["query", archive.path(), "-o", "csv", "-c", NAMES]).is(
        0,
        "eventname\n",
        &["no rows: read 0 records in 1 log file below"],
    );
}

#[test]
fn a_broken_file_is_named_and_the_others_are_answered() {
    let mut archive = Archive::new();
    archive.deliver(&record("CreateUser"));
    let cut = archive.deliver(&record("DeleteUser").repeat(50));
    let whole = fs::read(&cut).expect("a file in a temporary folder");
    fs::write(&cut, &whole[..whole.len() / 2]).expect("a file in a temporary folder");
    let odd = archive.deliver("{\"Records\": [{\"eventName\": ");
    let text = archive.deliver("no JSON");
    let run = run(&["query", archive.path(), "-o", "csv", "-c", NAMES]);
    let cannot = [&cut, &odd, &text].map(|path| shown(path));
    run.is(3, "eventname\nCreateUser\n", &["warning: cannot read", "1 read, 3 failed"]);
    run.is(3, "eventname\nCreateUser\n", &cannot);
}

#[test]
fn strict_stops_at_the_first_broken_file() {
    let mut archive = Archive::new();
    let path = archive.deliver("{\"Records\": [{\"eventName\": ");
    run(&["query", archive.path(), "--strict", "-o", "csv", "-c", NAMES]).is(
        3,
        "eventname\n",
        &["error: cannot read", shown(&path)],
    );
}

#[test]
fn a_file_that_grows_too_large_is_named_with_the_limit() {
    let mut archive = Archive::new();
    archive.deliver(&record("CreateUser"));
    let bomb = archive.deliver(&" ".repeat(1 << 20));
    run(&["query", archive.path(), "--max-file-bytes", "1000", "-o", "csv", "-c", NAMES]).is(
        3,
        "eventname\nCreateUser\n",
        &[shown(&bomb), "the text is larger than 1000 bytes", "1 read, 1 failed"],
    );
}

#[cfg(unix)]
#[test]
fn what_cannot_be_opened_is_named() {
    let mut archive = Archive::new();
    archive.deliver(&record("CreateUser"));
    let dangling = archive.next();
    std::os::unix::fs::symlink("/nowhere/at/all", &dangling).expect("a link in a temporary folder");
    let run = run(&["query", archive.path(), "-o", "csv", "-c", NAMES]);
    run.is(3, "eventname\nCreateUser\n", &[shown(&dangling)]);
}

#[test]
fn queries_come_from_files_and_from_stdin_in_either_language() {
    let mut archive = Archive::new();
    archive.deliver(&record("CreateUser"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file in a temporary folder");
        path.to_str().expect("a temporary folder's name is text").to_owned()
    };
    let sql = file("a.sql", "-- a comment\nSELECT eventname AS a FROM cloudtrail;\n");
    let insights = file("b.insights", "# a comment\nfields eventName as b\n| display b\n");
    run(&["query", archive.path(), "-q", "-o", "csv", "-f", &sql, "-f", &insights]).is(
        0,
        "a\nCreateUser\nb\nCreateUser\n",
        &[],
    );
    let args = ["query", archive.path(), "-q", "-o", "csv"];
    run_with_stdin(&args, "SELECT eventname AS c FROM cloudtrail").is(0, "c\nCreateUser\n", &[]);
    run_with_stdin(&args, "fields eventName as d | display d").is(0, "d\nCreateUser\n", &[]);
    run_with_stdin(&[&args[..], &["-f", "-"]].concat(), "SELECT 1 AS e").is(0, "e\n1\n", &[]);
    run_with_stdin(&args, " \n").is(2, "", &["no query was given"]);
    run_with_stdin(&args, "SELECT x").is(2, "", &["stdin:1:8"]);
    let bad = file("bad.sql", "SELECT bytes\nFROM trail_file");
    run(&["query", archive.path(), "-f", &bad]).is(2, "", &["bad.sql:2:6", "`trail_files` has a similar name"]);
}

#[test]
fn the_shell_takes_a_pipe_to_its_end_or_to_the_first_error() {
    let script = ".mode csv\nSELECT 1\n AS a;\nstats count(*) as n\n\nSELECT 2 AS b";
    run_with_stdin(&["-q", BUNDLED], script).is(0, "a\n1\nn\n372\nb\n2\n", &[]);
    run_with_stdin(&["-q", BUNDLED], ".mode csv\nSELECT x;\nSELECT 1 AS a;\n").is(2, "", &["`x`"]);
    run_with_stdin(&["-q", BUNDLED], ".mode csv\n.quit\nSELECT x;\n").is(0, "", &[]);
    let mut archive = Archive::new();
    archive.deliver("no JSON");
    let script = ".mode csv\nSELECT eventname FROM cloudtrail";
    run_with_stdin(&["-q", archive.path()], script).is(3, "eventname\n", &["cannot read"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_its_own_code() {
    let all = ["a", "b", "c", "d", "e"].map(|alias| format!("cloudtrail {alias}")).join(" CROSS JOIN ");
    let mut command = trailql(&["query", BUNDLED, "-c", &format!("SELECT count(*) FROM {all}")]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("trailql starts");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill can be started").success());
    finished(child.wait_with_output().expect("trailql ends")).is(130, "", &[]);
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rows.csv");
    let out = path.to_str().expect("a temporary folder's name is text");
    fs::write(&path, "before").expect("a file in a temporary folder");
    run(&["query", BUNDLED, "--out", out, "-c", "SELECT 1 AS a", "-c", "SELECT x"]).is(2, "", &["`x`"]);
    assert_eq!(fs::read_to_string(&path).expect("the file is there"), "before");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1, "nothing else is left");
    run(&["query", BUNDLED, "-q", "--out", out, "-c", "SELECT 1 AS a"]).is(0, "", &[]);
    assert_eq!(fs::read_to_string(&path).expect("the file is there"), "a\n1\n");
    let nowhere = folder.path().join("no/such/rows.csv");
    let nowhere = nowhere.to_str().expect("a temporary folder's name is text");
    run(&["query", BUNDLED, "--out", nowhere, "-c", "SELECT 1 AS a"]).is(2, "", &["error: there is no folder"]);
}

#[test]
fn parquet_goes_through_a_pipe() {
    let output = trailql(&["query", BUNDLED, "-q", "-o", "parquet", "-c", NAMES]).output().expect("trailql starts");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.starts_with(b"PAR1") && output.stdout.ends_with(b"PAR1"));
}

#[test]
fn values_steer_neither_terminal_nor_spreadsheet() {
    let mut archive = Archive::new();
    archive.deliver(&record("CreateUser"));
    let query = "SELECT useragent, '=1+1' AS formula FROM cloudtrail";
    let formats = [
        ("csv", "useragent,formula\n\\x1b[2J=cmd(),'=1+1\n"),
        ("tsv", "useragent\tformula\n\\x1b[2J=cmd()\t=1+1\n"),
        ("ndjson", "{\"useragent\":\"\\u001b[2J=cmd()\",\"formula\":\"=1+1\"}\n"),
        ("line", "-[ RECORD 1 ]------------\nuseragent | \\x1b[2J=cmd()\nformula   | =1+1\n"),
    ];
    for (format, expected) in formats {
        run(&["query", archive.path(), "-q", "-o", format, "-c", query]).is(0, expected, &[]);
    }
    let run = run(&["query", archive.path(), "-q", "-c", query]);
    assert!(run.stdout.contains("\\x1b[2J=cmd()") && !run.stdout.contains('\x1b'), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let all = "SELECT a.eventname FROM cloudtrail a CROSS JOIN cloudtrail b CROSS JOIN cloudtrail c";
    for format in ["csv", "ndjson", "line"] {
        let mut command = trailql(&["query", BUNDLED, "-o", format, "-c", all]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("trailql starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("trailql ends");
        let run = finished(output);
        run.is(0, "", &[]);
        assert_eq!(run.stderr, "", "{format}");
    }
}
