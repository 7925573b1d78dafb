//! Meta commands, and what they change.

use crate::terminal::{ARCHIVE, Start, Terminal};

#[test]
fn meta_commands_answer() {
    let mut shell = Start::new().size(120, 100).open();
    shell.answers(&[".help"], &[".lang", ".mode", ".quit", "A statement ends with `;`"]);
    shell.answers(&[".tables"], &["cloudtrail", "data_events", "trail_files"]);
    shell.answers(&[".refresh"], &[]);
    shell.answers(&["SELECT count(*) AS n FROM cloudtrail;"], &["372", "1 row"]);
    shell.answers(&[".schema trail_files"], &["column_name", "last_modified"]);
    shell.answers(&["\\d trail_files"], &["column_name", "last_modified"]);
    shell.answers(&[".mode"], &["table"]);
    shell.answers(&[".mode csv"], &[]);
    shell.answers(&["SELECT 1 AS a, 'x' AS b;"], &["a,b", "1,x"]);
    shell.answers(&[".mode jsno"], &["`json` has a similar name"]);
    shell.answers(&[".mode table"], &[]);
    shell.answers(&[".lang pipes"], &["expected sql or insights"]);
    shell.answers(&[".lang insights"], &[]);
    shell.answers(&["SELECT 1;"], &["error[I002]"]);
    shell.answers(&[".lang auto"], &[]);
    shell.is_sound();
    shell.answers(&[".tabels"], &["`.tables` has a similar name"]);
    shell.answers(&[".timer onn"], &["`on` has a similar name"]);
    shell.answers(&[".timer off", "SELECT 1 AS untimed;"], &["1 row\r\n"]);
    shell.answers(&[".timer on"], &[]);
    shell.answers(&[".help stats"], &["stats", "for example"]);
    shell.answers(&[".help userIdentity.type"], &["Kind of identity"]);
    shell.answers(&[".help regexp_like"], &["regexp_like("]);
    shell.answers(&[".help nonsense"], &["nothing is known of `nonsense`"]);
    shell.quits();
}

#[test]
fn an_error_leaves_the_shell_sound() {
    let mut shell = Terminal::open();
    shell.answers(&["SELECT eventnme FROM cloudtrail;"], &["error[S002]", "`eventname` has a similar name"]);
    shell.is_sound();
    shell.answers(&["SELECT CAST('x' AS bigint) FROM cloudtrail;"], &["error"]);
    shell.is_sound();
    shell.quits();
}

#[test]
fn the_last_result_is_a_table_and_its_rows_lead_to_records() {
    let mut shell = Terminal::open();
    shell.answers(&["stats count(*) as n by eventName | sort n desc | limit 2;"], &["GetObject", "2 rows"]);
    shell.answers(&["SELECT sum(n) AS total FROM _;"], &["111", "1 row"]);
    shell.answers(&["SELECT eventname, eventid FROM cloudtrail WHERE eventname = 'StopLogging';"], &["2 rows"]);
    shell.answers(&[".event 1"], &["\"eventName\": \"StopLogging\""]);
    shell.answers(&[".event 3"], &["the answer before has no row 3"]);
    shell.answers(&[".event 00000000-0000-0000-0000-000000000000"], &["no record has the eventID"]);
    shell.answers(&["SELECT 1 AS a, 2 AS a;"], &["1 row"]);
    shell.answers(&["SELECT * FROM _;"], &["a_2", "1 row"]);
    shell.quits();
}

#[test]
fn the_range_is_chosen_once_for_all_questions() {
    let mut shell = Terminal::open();
    shell.answers(&[".since 2026-05-12 2026-05-13"], &["2026-05-12 00:00:00 UTC to 2026-05-13"]);
    shell.answers(&["SELECT count(*) AS n FROM cloudtrail;"], &["125", "1 row"]);
    shell.answers(&["stats count(*) as n;"], &["125", "1 row"]);
    shell.answers(&[".account 444455556666"], &["account 444455556666"]);
    shell.answers(&["SELECT count(DISTINCT account) AS accounts FROM cloudtrail;"], &["1 row"]);
    shell.answers(&[".since yesterday"], &["cannot read `yesterday`"]);
    shell.answers(&[".since 2026-05-14"], &["the range ends before it begins"]);
    shell.answers(&[".since all"], &["all times"]);
    shell.answers(&[".account all"], &["all accounts"]);
    shell.answers(&["SELECT count(*) AS n FROM cloudtrail;"], &["372", "1 row"]);
    shell.quits();
}

#[test]
fn several_archives_are_schemas_beside_each_other() {
    let mut shell = Start::bare().open();
    shell.answers(&["SELECT 1 AS one;"], &["1 row"]);
    shell.answers(&[&format!(".attach {ARCHIVE}")], &["archive.cloudtrail"]);
    shell.answers(&[".archives"], &["archive", "examples/archive"]);
    shell.answers(&["SELECT count(*) AS n FROM archive.cloudtrail;"], &["372", "1 row"]);
    shell.answers(&[".attach /no/such/folder"], &["error"]);
    shell.is_sound();
    shell.quits();
}

#[test]
fn queries_are_kept_run_and_written_to_files() {
    let mut shell = Terminal::open();
    shell.answers(&["SELECT 'kept' AS word, 9 AS nine;"], &["1 row"]);
    shell.answers(&[".save mine"], &["mine.sql"]);
    shell.answers(&[".save ../mine"], &["is no name for a query"]);
    shell.answers(&[".run mine"], &["kept", "1 row"]);
    shell.answers(&[".run"], &["mine"]);
    shell.answers(&[".once out.csv"], &[]);
    shell.answers(&["SELECT 1 AS a, 'x' AS b;"], &["1 row"]);
    assert_eq!(std::fs::read_to_string(shell.home.path().join("out.csv")).expect("a file"), "a,b\n1,x\n");
    shell.answers(&["SELECT 2 AS shown;"], &["shown", "1 row"]);
    std::fs::write(shell.home.path().join("all.csv"), "of yesterday\n").expect("a file");
    shell.answers(&[".output all.csv", "SELECT nothing;"], &["error"]);
    shell.answers(&["SELECT 3 AS c;"], &["1 row"]);
    shell.answers(&["SELECT 4 AS d;"], &["1 row"]);
    assert_eq!(std::fs::read_to_string(shell.home.path().join("all.csv")).expect("a file"), "c\n3\nd\n4\n");
    shell.answers(&[".output one.parquet", "SELECT 5 AS e;"], &["1 row"]);
    shell.answers(&["SELECT 6 AS f;"], &["one.parquet has a result"]);
    shell.answers(&[".output stdout", "SELECT 7 AS again;"], &["again", "1 row"]);
    std::fs::write(shell.home.path().join("both.sql"), ".mode csv\nSELECT 1 AS first;\nSELECT 2\n AS second;\n")
        .expect("a file");
    shell.answers(&[".read both.sql"], &["first", "second", "1 row"]);
    std::fs::write(shell.home.path().join("loop.sql"), ".read loop.sql\n").expect("a file");
    shell.answers(&[".read loop.sql"], &["a file that reads itself has no end"]);
    shell.answers(&[".read nothing.sql"], &["cannot read nothing.sql"]);
    shell.answers(&[".once /no/such/folder/a.csv", "SELECT 1;"], &["cannot write /no/such/folder/a.csv"]);
    shell.is_sound_as_csv();
    shell.quits();
}

#[test]
fn commands_of_the_command_line_run_over_the_shells_archives() {
    let mut shell = Start::new().size(60, 160).open();
    shell.answers(&[".hunt --pack root --min-level high"], &["ct.root.activity", "findings"]);
    shell.answers(&[".since 2026-05-13"], &["since"]);
    shell.answers(&[".hunt --rule ct.root.activity -o csv"], &["2026-05-13"]);
    shell.answers(&[".hunt --no-such-flag"], &["unexpected argument"]);
    shell.answers(&[".run ct.root.login"], &["finding"]);
    shell.answers(&[".filter explain '{ $.eventName = \"ConsoleLogin\" }'"], &["ConsoleLogin"]);
    shell.is_sound();
    shell.quits();
}

impl Terminal {
    /// As `is_sound`, in a shell whose mode is csv.
    #[track_caller]
    fn is_sound_as_csv(&mut self) {
        self.answers(&["SELECT 40 + 2 AS sound;"], &["sound", "42", "1 row"]);
    }
}
