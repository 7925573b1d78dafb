//! Where results go: files that appear whole or not at all, pipes, devices, readers that go away.
#![cfg(unix)]

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use trailql::output::FORMATS;

use crate::terminal::Start;

const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
const ALL: &str = "SELECT * FROM cloudtrail";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn trailql(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
    command.current_dir(folder).env_remove("TRAILQL_OUTPUT").args(["query", ARCHIVE]);
    command
}

/// Runs a line of the shell, in which `trailql` is ours and `$ARCHIVE` the example.
fn shell(folder: &Path, line: &str) -> Output {
    let line = line.replace("trailql", env!("CARGO_BIN_EXE_trailql"));
    let mut command = Command::new("sh");
    command.current_dir(folder).env_remove("TRAILQL_OUTPUT").env("ARCHIVE", ARCHIVE).args(["-c", &line]);
    command.output().expect("a shell")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_full_disk_is_an_error_on_stdout_too() {
    let folder = folder();
    for info in FORMATS {
        let line = format!("trailql query $ARCHIVE -q -o {} -c '{ALL}' > /dev/full", info.name);
        let output = shell(folder.path(), &line);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{}: {said}", info.name);
        assert!(said.contains("cannot write the output: No space left on device"), "{}: {said}", info.name);
    }
}

#[test]
fn a_file_that_finds_no_room_leaves_nothing_and_what_was_there() {
    let folder = folder();
    fs::write(folder.path().join("a.csv"), "before").expect("a file");
    // A limit on the size of files stands for a full disk: 8 blocks of 512 bytes.
    let line = format!("trap '' XFSZ; ulimit -f 8; exec trailql query $ARCHIVE -q -c '{ALL}' --out");
    for name in ["a.csv", "b.parquet", "c.html"] {
        let output = shell(folder.path(), &format!("{line} {name}"));
        assert_eq!(output.status.code(), Some(2), "{name}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains("cannot write the output"), "{name}: {}", text(&output.stderr));
    }
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["a.csv"]);
    assert_eq!(fs::read_to_string(folder.path().join("a.csv")).expect("a file"), "before");
}

#[test]
fn files_get_the_permissions_that_files_get() {
    let folder = folder();
    let output = shell(folder.path(), "umask 027; trailql query $ARCHIVE -q -c 'SELECT 1 AS n' --out a.csv");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mode = fs::metadata(folder.path().join("a.csv")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_pipe_with_a_name_takes_rows_as_they_come() {
    let folder = folder();
    let line = "mkfifo pipe; cat pipe > got & trailql query $ARCHIVE -q -o csv -c 'SELECT 1 AS n' --out pipe; wait";
    let output = shell(folder.path(), line);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("got")).expect("a file"), "n\n1\n");
    assert!(fs::metadata(folder.path().join("pipe")).expect("a pipe").file_type().is_fifo());
}

#[test]
fn stdout_has_other_names() {
    let folder = folder();
    for name in ["-", "/dev/stdout", "/dev/fd/1"] {
        let line = format!("echo first > all; trailql query $ARCHIVE -q -o csv -c 'SELECT 1 AS n' --out {name} >> all");
        let output = shell(folder.path(), &line);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(fs::read_to_string(folder.path().join("all")).expect("a file"), "first\nn\n1\n", "{name}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_every_format_quietly() {
    let folder = folder();
    let many = "SELECT a.eventid, a.useridentity FROM cloudtrail a CROSS JOIN cloudtrail b";
    for info in FORMATS {
        let mut child = trailql(folder.path())
            .args(["-o", info.name, "-c", many])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("trailql runs");
        let mut output = child.stdout.take().expect("it was piped above");
        let mut first = [0; 1];
        output.read_exact(&mut first).expect("some output");
        drop(output);
        let ended = child.wait_with_output().expect("trailql ends");
        assert_eq!((ended.status.code(), text(&ended.stderr).as_str()), (Some(0), ""), "{}", info.name);
    }
}

#[test]
fn a_dumb_terminal_gets_nothing_but_ascii() {
    for (name, value) in [("TERM", "dumb"), ("LC_ALL", "C")] {
        let args = ["query", ARCHIVE, "-q", "--max-rows", "1", "-c", "SELECT 1 AS n; SELECT 2", "--wrap"];
        let start = args.iter().fold(Start::bare(), |start, arg| start.arg(arg));
        let said = start.env("COLUMNS", "60").env(name, value).start().ends();
        assert!(said.contains("+---+") && said.is_ascii(), "{said}");
    }
}

#[test]
fn charts_are_for_tables_and_pages() {
    let folder = folder();
    let output =
        trailql(folder.path()).args(["-o", "csv", "--chart", "-c", "SELECT 1 AS n"]).output().expect("trailql runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`csv` has no charts"), "{}", text(&output.stderr));
}
