//! The shell on a terminal: what is typed, what is answered, and that it stays sound.

use std::process::Command;
use std::time::{Duration, Instant};

use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
const PROMPT: &str = "trailql> ";
/// A loaded machine may take its time; a test that waits this long has failed.
const PATIENCE_MS: u64 = 60_000;

/// A shell with a home of its own.
struct Shell {
    session: PtySession,
    state: TempDir,
}

impl Shell {
    /// Starts a shell, to its first prompt.
    fn open() -> Self {
        let state = tempfile::tempdir().expect("a temporary folder");
        let program = std::env::var_os("CARGO_BIN_EXE_trailql").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into());
        let mut command = Command::new(program);
        command.arg(ARCHIVE).env("XDG_STATE_HOME", state.path()).env("HOME", state.path());
        command.env("NO_COLOR", "1").env("TERM", "xterm").env("COLUMNS", "100");
        let session = spawn_command(command, Some(PATIENCE_MS)).expect("trailql can be started on a terminal");
        let mut shell = Self { session, state };
        shell.prompted();
        shell
    }

    /// Types lines, each with its end.
    fn types(&mut self, lines: &[&str]) {
        for line in lines {
            self.session.send_line(line).expect("the terminal takes a line");
        }
    }

    /// Waits for this text.
    #[track_caller]
    fn says(&mut self, text: &str) {
        if let Err(error) = self.session.exp_string(text) {
            panic!("`{text}` was not said: {error}");
        }
    }

    /// Waits for the prompt.
    #[track_caller]
    fn prompted(&mut self) {
        self.says(PROMPT);
    }

    /// Types lines and waits for texts in their order.
    #[track_caller]
    fn answers(&mut self, lines: &[&str], texts: &[&str]) {
        self.types(lines);
        for text in texts {
            self.says(text);
        }
        self.prompted();
    }

    /// A small question is answered: the shell and its terminal are as they were.
    #[track_caller]
    fn is_sound(&mut self) {
        self.answers(&["SELECT 40 + 2 AS sound;"], &["sound", "42", "1 row"]);
    }

    /// The process ends by itself, with 0.
    #[track_caller]
    fn ends(&mut self) {
        self.session.exp_eof().expect("trailql ends");
        let status = self.session.process().wait().expect("trailql has ended");
        assert!(format!("{status:?}").contains("Exited(") && format!("{status:?}").contains(", 0)"), "{status:?}");
    }
}

#[test]
fn statements_of_either_language_end_where_they_say_so() {
    let mut shell = Shell::open();
    shell.answers(&["SELECT count(*) AS n", "FROM cloudtrail", ";"], &["372", "1 row"]);
    shell.answers(&["stats count(*) as n", "| limit 1", ""], &["372", "1 row"]);
    shell.answers(&["stats count(*) as n;"], &["372", "1 row"]);
    shell.types(&[".quit"]);
    shell.ends();
}

#[test]
fn meta_commands_answer() {
    let mut shell = Shell::open();
    shell.answers(&[".help"], &[".lang", ".mode", ".quit", "A statement ends with `;`"]);
    shell.answers(&[".tables"], &["cloudtrail", "data_events", "trail_files"]);
    shell.answers(&[".refresh"], &[]);
    shell.answers(&["SELECT count(*) AS n FROM cloudtrail;"], &["372", "1 row"]);
    shell.answers(&[".schema"], &["useridentity", "arn", "eventtime"]);
    shell.answers(&[".schema trail_files"], &["column_name", "last_modified"]);
    shell.answers(&[".mode"], &["table (of "]);
    shell.answers(&[".mode csv"], &[]);
    shell.answers(&["SELECT 1 AS a, 'x' AS b;"], &["a,b", "1,x"]);
    shell.answers(&[".mode jsno"], &["`json` has a similar name"]);
    shell.answers(&[".lang pipes"], &["write `.lang sql`"]);
    shell.answers(&[".lang insights"], &[]);
    shell.answers(&["SELECT 1;"], &["error[I002]"]);
    shell.answers(&[".lang auto"], &[]);
    shell.is_sound();
    shell.answers(&[".tabels"], &["`.tables` has a similar name"]);
    shell.types(&[".quit"]);
    shell.ends();
}

#[test]
fn an_error_leaves_the_shell_sound() {
    let mut shell = Shell::open();
    shell.answers(&["SELECT eventnme FROM cloudtrail;"], &["error[S002]", "`eventname` has a similar name"]);
    shell.is_sound();
    shell.answers(&["SELECT CAST('x' AS bigint) FROM cloudtrail;"], &["error"]);
    shell.is_sound();
    shell.types(&["\\q"]);
    shell.ends();
}

#[test]
fn ctrl_c_gives_up_a_line_and_ctrl_d_leaves() {
    let mut shell = Shell::open();
    shell.session.send("SELECT nonsense").expect("the terminal takes text");
    shell.session.flush().expect("the terminal takes text");
    shell.says("nonsense");
    shell.session.send_control('c').expect("the terminal takes Ctrl-C");
    shell.prompted();
    shell.is_sound();
    shell.session.send_control('d').expect("the terminal takes Ctrl-D");
    shell.ends();
}

#[test]
fn ctrl_c_ends_a_query_and_leaves_the_shell() {
    let mut shell = Shell::open();
    let all = ["a", "b", "c", "d", "e"].map(|alias| format!("cloudtrail {alias}")).join(" CROSS JOIN ");
    let counted = format!("SELECT count(*) FROM {all};");
    let compared =
        format!("SELECT count(*) FROM {all} WHERE a.eventid || b.eventid < c.eventid || d.eventid || e.eventid;");
    for slow in [counted, compared] {
        shell.types(&[&slow]);
        // The echo of the line is complete, and the query has begun.
        shell.says(&slow[slow.len() - 10..]);
        std::thread::sleep(Duration::from_millis(1500));
        let asked = Instant::now();
        shell.session.send_control('c').expect("the terminal takes Ctrl-C");
        shell.says("query cancelled");
        shell.prompted();
        assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?}", asked.elapsed());
        shell.is_sound();
    }
    shell.types(&[".quit"]);
    shell.ends();
}

#[cfg(unix)]
#[test]
fn the_history_is_in_its_place_and_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut shell = Shell::open();
    shell.is_sound();
    shell.answers(&[" SELECT 'not kept' AS a;"], &["1 row"]);
    shell.types(&[".quit"]);
    shell.ends();
    let path = shell.state.path().join("trailql/history");
    let kept = std::fs::read_to_string(&path).expect("there is a history");
    assert!(kept.contains("SELECT 40 + 2 AS sound;") && !kept.contains("not kept"), "{kept}");
    let mode = std::fs::metadata(&path).expect("there is a history").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
