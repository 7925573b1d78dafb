//! Configuration files, completions, the manual, and messages for programs, from outside.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A working folder and a home of its own.
struct Place {
    folder: TempDir,
}

/// What one run left behind.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(folder.path().join("home/.config/trailql")).expect("folders");
        Self { folder }
    }

    /// The file of the user.
    fn own(self, text: &str) -> Self {
        self.write("home/.config/trailql/config.toml", text)
    }

    /// The file of the working folder.
    fn project(self, text: &str) -> Self {
        self.write("trailql.toml", text)
    }

    fn write(self, name: &str, text: &str) -> Self {
        fs::write(self.path().join(name), text).expect("a file");
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
        command.args(args).env_clear().env("HOME", self.path().join("home")).current_dir(self.path());
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args))
    }

    fn run_with(&self, args: &[&str], name: &str, value: &str) -> Run {
        let mut command = self.command(args);
        command.env(name, value);
        finish(command)
    }
}

fn finish(mut command: Command) -> Run {
    let output = command.output().expect("trailql can be started");
    let text = |bytes| String::from_utf8(bytes).expect("trailql writes UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Run {
    /// The value and the source of a setting in `trailql config show -o csv`.
    #[track_caller]
    fn has(&self, row: &str) {
        assert!(self.stdout.lines().any(|line| line == row), "`{row}` is missing: {self:?}");
    }

    /// Every line of stderr as JSON.
    #[track_caller]
    fn messages(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stderr.lines().map(parse).collect()
    }
}

#[test]
fn the_nearer_file_outranks_the_farther_and_each_value_tells_its_place() {
    let place = Place::new()
        .own("[defaults]\nsince = \"7d\"\nstrict = true\nregion = [\"us-east-1\", \"eu-west-1\"]\n[defaults.hunt]\nlimit = 5\n")
        .project("[defaults]\nsince = 2026-05-01\nlimit = 7\n");
    // The limit of the file is one of these rows, too.
    let show = ["config", "show", "-o", "csv", "--limit", "1000", "--account", "111111111111"];
    let run = place.run_with(&show, "TRAILQL_MAX_BYTES", "5MB");
    run.has("defaults,since,2026-05-01,./trailql.toml:2");
    run.has("defaults,strict,true,~/.config/trailql/config.toml:3");
    run.has("defaults,region,\"us-east-1, eu-west-1\",~/.config/trailql/config.toml:4");
    run.has("defaults,account,111111111111,flag");
    run.has("defaults,max-bytes,5MB,environment TRAILQL_MAX_BYTES");
    run.has("defaults,color,auto,built in");
    // A nearer file outranks a farther one, whichever is said of fewer commands.
    run.has("defaults.hunt,limit,7,./trailql.toml:3");
    run.has("defaults.query,limit,7,./trailql.toml:3");
    let run = place.run_with(&show, "TRAILQL_STRICT", "no");
    run.has("defaults,strict,false,environment TRAILQL_STRICT");
    assert!(run.stderr.is_empty(), "{run:?}");
}

#[test]
fn a_flag_that_a_file_sets_can_be_refused() {
    let query = ["alarm", "replay", "alarms.json", "--dedupe"];
    let place = Place::new().project("[defaults.alarm]\nno-dedupe = true\n");
    // The file of alarms is not there: what counts is that both forms together are no mistake.
    assert!(place.run(&query).stderr.contains("alarms.json"));
    let place = Place::new().project("[defaults.alarm]\ndedupe = false\n");
    place.run(&["config", "show", "-o", "csv"]).has("defaults.alarm,dedupe,false,./trailql.toml:2");
}

#[test]
fn options_of_every_command_may_stand_before_its_name() {
    let run = Place::new().run(&["--quiet", "--color", "never", "query", "-o", "csv", "-c", "SELECT 1 AS a"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "a\n1\n", ""));
}

#[test]
fn the_shell_begins_as_the_file_says() {
    let place = Place::new().own("[defaults.shell]\nmode = 'csv'\n");
    let mut command = place.command(&["-q"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("trailql starts");
    child.stdin.take().expect("a pipe").write_all(b"SELECT 1 AS a;\n").expect("stdin");
    assert_eq!(child.wait_with_output().expect("trailql ends").stdout, b"a\n1\n");
}

#[test]
fn secrets_of_the_environment_are_not_shown() {
    let run = Place::new().run_with(&["config", "show"], "AWS_SECRET_ACCESS_KEY", "verysecret");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("AWS_SECRET_ACCESS_KEY") && !run.stdout.contains("verysecret"), "{run:?}");
}

#[test]
fn archives_have_names_and_options_of_their_own() {
    let config = format!(
        "[archives]\nall = '{ARCHIVE}'\n[archives.one]\nlocation = '{ARCHIVE}'\nregion = 'us-east-1'\n[archives.bad]\nlocation = 'x'\nuntil = 2020-01-01\n[defaults]\narchive = 'all'\noutput = 'csv'\n"
    );
    let place = Place::new().own(&config);
    let count = |args: &[&str]| {
        let run = place.run(&[&["query", "-q"], args].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout.lines().last().unwrap_or_default().parse::<u64>().expect("a count")
    };
    let all = count(&["-c", "SELECT count(*) FROM cloudtrail"]);
    let one = count(&["one", "-c", "SELECT count(*) FROM cloudtrail"]);
    assert!(0 < one && one < all, "{one} of {all}");
    let both = "SELECT (SELECT count(*) FROM one.cloudtrail) * 1000 + (SELECT count(*) FROM \"all\".cloudtrail)";
    assert_eq!(count(&["one", "all", "-c", both]), one * 1000 + all);
    assert_eq!(count(&["one", "--region", "nowhere", "-c", "SELECT count(*) FROM cloudtrail"]), 0);
    assert_eq!(count(&["-c", "SOURCE one | stats count(*)", "one", "all"]), one);
    // Options that do not go together matter only to who asks that archive.
    assert!(count(&["--since", "2026-01-01", "-c", "SELECT count(*) FROM cloudtrail"]) > 0);
    let run = place.run(&["query", "bad", "--since", "2026-01-01", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("for the archive `bad`"), "{run:?}");
}

#[test]
fn a_name_is_the_archive_and_a_path_is_the_folder() {
    let place = Place::new().own(&format!("[archives]\nlogs = '{ARCHIVE}'\n"));
    fs::create_dir(place.path().join("logs")).expect("a folder");
    let count =
        |archive| place.run(&["query", archive, "-q", "-o", "csv", "-c", "SELECT count(*) AS n FROM cloudtrail"]);
    assert_ne!(count("logs").stdout, "n\n0\n");
    assert_eq!(count("./logs").stdout, "n\n0\n");
    let run = count("lgos");
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("an archive named `logs` is configured"), "{run:?}");
}

#[test]
fn a_program_to_run_is_not_taken_from_the_working_folder() {
    let run = Place::new().project("[defaults.shell]\npager = 'touch pwned'\n").run(&["query", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("names a program"), "{run:?}");
    let run = Place::new().own("[defaults.shell]\npager = 'less'\n").run(&["query", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_with_the_way_round() {
    let place = Place::new();
    fs::create_dir(place.path().join("trailql.toml")).expect("a folder");
    let run = place.run(&["query", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("`./trailql.toml`") && run.stderr.contains("--no-init"), "{run:?}");
    assert_eq!(place.run(&["query", "--no-init", "-c", "SELECT 1"]).code, Some(0));
    assert_eq!(place.run_with(&["query", "-c", "SELECT 1"], "TRAILQL_NO_INIT", "1").code, Some(0));
    let place = Place::new();
    fs::write(place.path().join("trailql.toml"), b"[defaults]\nlimit = \"\xff\"\n").expect("a file");
    let run = place.run(&["query", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("line 2 is not UTF-8"), "{run:?}");
    let run = Place::new().run_with(&["query", "-c", "SELECT 1"], "TRAILQL_CONFIG", "/dev/zero");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("longer than 1 MiB"), "{run:?}");
    // Nothing at home, and no home.
    let mut command = Place::new().command(&["query", "-c", "SELECT 1"]);
    let folder = tempfile::tempdir().expect("a folder");
    command.env_remove("HOME").current_dir(folder.path());
    assert_eq!(finish(command).code, Some(0));
}

#[test]
fn hostile_text_of_a_file_does_not_reach_the_terminal() {
    let place = Place::new().project("[defaults]\n\"\\u001b[31mx\" = 1\nprofile = \"\\u009b\"\n");
    let run = place.run(&["query", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(!run.stderr.contains('\x1b') && !run.stderr.contains('\u{9b}'), "{run:?}");
    let place = Place::new().project("[params]\nx = \"\\u001b[31m\"\n");
    let run = place.run(&["config", "show"]);
    assert!(!run.stdout.contains('\x1b') && run.stdout.contains("\\x1b[31m"), "{run:?}");
}

#[test]
fn every_message_is_a_line_of_json_when_that_is_asked_for() {
    let place = Place::new();
    let kinds = |args: &[&str], code: i32| {
        let run = place.run(&[&["--error-format", "json"], args].concat());
        assert_eq!(run.code, Some(code), "{run:?}");
        let messages = run.messages();
        let word = |message: &Value| message["kind"].as_str().unwrap_or_default().to_owned();
        (messages.iter().map(word).collect::<Vec<_>>(), messages)
    };
    let (found, messages) = kinds(&["query", ARCHIVE, "-c", "SELECT nosuch\nFROM cloudtrail"], 2);
    assert_eq!(found, ["error"]);
    let [line, column] = ["line", "column"].map(|name| messages[0][name].as_u64());
    assert_eq!((messages[0]["code"].as_str(), line, column), (Some("S002"), Some(1), Some(8)), "{messages:?}");
    assert_eq!(messages[0]["spans"][0]["start"], 7, "{messages:?}");
    assert_eq!(kinds(&["query", "nosuch", "-c", "SELECT 1"], 4).0, ["error"]);
    assert_eq!(kinds(&["query", "-f", "nosuch.sql"], 2).0, ["error"]);
    let (found, messages) = kinds(&["query", "--queit"], 2);
    assert_eq!(found, ["error"]);
    assert_eq!(messages[0]["message"], "unexpected argument '--queit' found");
    assert!(messages[0]["help"][0].as_str().is_some_and(|help| help.contains("--quiet")), "{messages:?}");
    let (found, messages) =
        kinds(&["query", ARCHIVE, "-c", "SELECT eventname FROM cloudtrail WHERE eventname = 'x'"], 0);
    assert_eq!(found, ["notice", "summary"]);
    let listed = messages[1]["files_listed"].as_u64();
    assert!(listed.is_some_and(|listed| listed > 0) && messages[1]["rows"] == 0 && messages[1]["complete"] == true);
    let broken = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/broken.in");
    let (found, messages) = kinds(&["query", broken, "-c", "SELECT count(*) FROM cloudtrail"], 3);
    assert!(found.iter().filter(|kind| *kind == "warning").count() > 1, "{found:?}");
    assert!(messages[0]["file"].as_str().is_some_and(|file| file.ends_with(".json.gz")), "{messages:?}");
    assert_eq!(messages.last().map(|last| last["complete"].clone()), Some(Value::Bool(false)));
    // A remark on a query, and a table that is not there but taken for the archive.
    let (found, _) = kinds(&["query", ARCHIVE, "-c", "SELECT count(*) FROM nosuch_table"], 0);
    assert_eq!(found.first().map(String::as_str), Some("notice"));
    // Hunting, with what it says about itself; and a shell that is fed a query.
    kinds(&["hunt", ARCHIVE, "--pack", "nosuch"], 2);
    kinds(&["hunt", ARCHIVE, "--min-level", "high"], 0);
    kinds(&["policy", "s3://bucket"], 0);
    kinds(&["--config", "nosuch.toml", "query", "-c", "SELECT 1"], 2);
    let mut command = place.command(&["--error-format=json", ARCHIVE]);
    let mut child =
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("trailql starts");
    child.stdin.take().expect("a pipe").write_all(b".tables\nSELECT 1;\nSELECT y;\n").expect("stdin");
    let output = child.wait_with_output().expect("trailql ends");
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(text.lines().count() >= 2, "{text}");
    text.lines().for_each(|line| assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}"));
}

#[test]
fn progress_is_json_too_where_it_is_asked_for() {
    let run = Place::new().run(&["query", ARCHIVE, "--progress", "always", "--error-format", "json", "-c", "SELECT 1"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(!run.messages().is_empty());
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let place = Place::new().project("this is no configuration");
    for (shell, word) in [("bash", "complete -F"), ("zsh", "#compdef trailql"), ("fish", "complete -c trailql")] {
        let run = place.run(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains(word), "{shell}");
        let Ok(mut checker) = Command::new(shell).arg("-n").stdin(Stdio::piped()).spawn() else { continue };
        checker.stdin.take().expect("a pipe").write_all(run.stdout.as_bytes()).expect("stdin");
        assert!(checker.wait().expect("the shell ends").success(), "{shell} does not read it");
    }
    assert_eq!(place.run(&["completions", "bsh"]).code, Some(2));
}

#[test]
fn the_manual_names_every_command_and_every_code() {
    let place = Place::new();
    let page = place.run(&["man"]).stdout;
    assert!(page.starts_with(".TH trailql 1"), "{}", &page[..page.len().min(80)]);
    let help = place.run(&["--help"]).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<_> =
        commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(commands.len() > 5, "{commands:?}");
    for command in &commands {
        assert!(page.contains(&format!("TRAILQL {}", command.to_uppercase())), "{command}");
    }
    for (_, code, meaning) in trailql::cli::CODES {
        let (code, meaning) = (format!("\\fB{code}\\fR"), meaning.replace('-', "\\-"));
        assert!(page.contains(&code) && page.contains(&meaning), "{code} {meaning}");
    }
    for heading in [".SH ENVIRONMENT", ".SH FILES", ".SH \"EXIT STATUS\""] {
        assert!(page.contains(heading), "{heading}");
    }
    let folder = place.path().join("man");
    assert_eq!(place.run(&["man", "--dir", "man"]).code, Some(2));
    fs::create_dir(&folder).expect("a folder");
    assert_eq!(place.run(&["man", "--dir", "man"]).code, Some(0));
    for command in commands {
        let page = fs::read_to_string(folder.join(format!("trailql-{command}.1"))).expect(command);
        assert!(page.starts_with(".TH"), "{command}");
    }
}
