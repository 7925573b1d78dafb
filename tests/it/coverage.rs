//! Coverage of archives with known holes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Writes a log file that was delivered at noon of a day in March 2026.
fn deliver(root: &Path, account: &str, region: &str, day: u32, records: &str) {
    let folder = root.join(format!("AWSLogs/{account}/CloudTrail/{region}/2026/03/{day:02}"));
    fs::create_dir_all(&folder).expect("folders");
    let name = format!("{account}_CloudTrail_{region}_202603{day:02}T1200Z_0123456789abcdef.json");
    fs::write(folder.join(name), format!("{{\"Records\":[{records}]}}")).expect("a file");
}

fn coverage(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
    command.arg("coverage").arg(root).args(arguments).env("NO_COLOR", "1").env_remove("TERM");
    command.output().expect("trailql runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// An account whose trail is stopped on the tenth in its home region, and one that goes on, but for the seventh.
fn stopped() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let stop = r#"{"eventTime":"2026-03-10T11:50:00Z","eventName":"StopLogging","eventID":"s","userIdentity":{"arn":"arn:aws:iam::111111111111:user/eve"},"requestParameters":{"name":"main"}}"#;
    for day in 1..=10 {
        deliver(folder.path(), "111111111111", "us-east-1", day, if day == 10 { stop } else { "" });
        deliver(folder.path(), "111111111111", "eu-west-1", day, "");
    }
    for day in (1..=20).filter(|day| *day != 7) {
        deliver(folder.path(), "222222222222", "us-east-1", day, "");
    }
    folder
}

#[test]
fn a_stopped_trail_is_named_with_who_stopped_it() {
    let folder = stopped();
    let output = coverage(folder.path(), &[]);
    let shown = text(&output.stdout);
    let silence = shown.lines().find(|line| line.contains("│ silent │")).unwrap_or_else(|| panic!("{shown}"));
    assert!(silence.contains("│ 111111111111 │ all "), "{silence}");
    assert!(silence.contains("2026-03-11 │ 2026-03-20 │   10 │"), "{silence}");
    let event = "StopLogging of main by arn:aws:iam::111111111111:user/eve at 2026-03-10T11:50:00Z";
    assert!(silence.contains(event), "{silence}");
    let gap = shown.lines().find(|line| line.contains("│ gap ")).unwrap_or_else(|| panic!("{shown}"));
    assert!(gap.contains("222222222222") && gap.contains("2026-03-07 │ 2026-03-07"), "{gap}");
    assert!(output.status.success(), "a gap is no failure unless that is asked for");
    let listed = coverage(folder.path(), &["--no-read"]);
    assert!(!text(&listed.stdout).contains("StopLogging"));
    assert!(text(&listed.stdout).contains("silent"));
}

#[test]
fn the_map_has_a_cell_for_each_day() {
    let folder = stopped();
    let output = coverage(folder.path(), &["-q"]);
    let shown = text(&output.stdout);
    for row in ["  us-east-1  ██████████xxxxxxxxxx  10", "  us-east-1  ██████!█████████████  19"]
    {
        assert!(shown.contains(row), "{shown}");
    }
}

#[test]
fn missing_deliveries_fail_where_that_is_asked_for() {
    let folder = stopped();
    assert_eq!(coverage(folder.path(), &["--fail-on-gap"]).status.code(), Some(1));
    let whole = ["--fail-on-gap", "--until", "2026-03-07"];
    assert_eq!(coverage(folder.path(), &whole).status.code(), Some(0));
    let nothing = ["--fail-on-gap", "--account", "999999999999"];
    assert_eq!(coverage(folder.path(), &nothing).status.code(), Some(1), "no deliveries at all");
    assert_eq!(coverage(folder.path(), &["--account", "999999999999"]).status.code(), Some(0));
    let one = ["--fail-on-gap", "--account", "111111111111", "--until", "2026-03-11"];
    assert_eq!(coverage(folder.path(), &one).status.code(), Some(0));
}

#[test]
fn rows_have_every_day_with_its_status() {
    let folder = stopped();
    let output = coverage(folder.path(), &["-q", "-o", "csv", "--region", "eu-west-1", "--until", "2026-03-14"]);
    let rows: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(
        rows[0],
        "organization,account,region,kind,day,status,files,bytes,first_delivery,last_delivery,longest_pause_hours,late_files,remark"
    );
    assert_eq!(rows.len(), 1 + 13);
    assert_eq!(
        rows[1],
        ",111111111111,eu-west-1,CloudTrail,2026-03-01,delivered,1,14,2026-03-01T12:00:00Z,2026-03-01T12:00:00Z,0,0,"
    );
    assert!(rows[11].starts_with(",111111111111,eu-west-1,CloudTrail,2026-03-11,silent,0,0,,,,0,StopLogging of main"));
}

#[test]
fn ranges_bound_the_days_that_are_shown() {
    let folder = stopped();
    let output = coverage(folder.path(), &["-q", "-o", "csv", "--since", "2026-03-04", "--until", "2026-03-06"]);
    let shown = text(&output.stdout);
    let mut days: Vec<&str> = shown.lines().skip(1).filter_map(|line| line.split(',').nth(4)).collect();
    days.sort_unstable();
    days.dedup();
    assert_eq!(days, ["2026-03-04", "2026-03-05"]);
}

#[test]
fn hostile_names_are_shown_as_text_and_odd_days_end() {
    let folder = tempfile::tempdir().expect("a folder");
    deliver(folder.path(), "111111111111", "us\u{1b}[31m", 1, "");
    for year in ["0001", "9999"] {
        let day = folder.path().join(format!("AWSLogs/111111111111/CloudTrail/odd/{year}/12/31"));
        fs::create_dir_all(&day).expect("folders");
        fs::write(day.join("x.json"), "{}").expect("a file");
    }
    let output = coverage(folder.path(), &["--no-read"]);
    let shown = text(&output.stdout);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    assert!(shown.contains("us\\x1b[31m"), "{shown}");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

/// Writes digest files for these hours, at twenty past, of days in March 2026.
fn digest(root: &Path, account: &str, region: &str, trail: &str, days: impl IntoIterator<Item = u32>) {
    for day in days {
        let folder = root.join(format!("AWSLogs/{account}/CloudTrail-Digest/{region}/2026/03/{day:02}"));
        fs::create_dir_all(&folder).expect("folders");
        for hour in 0..24 {
            let name =
                format!("{account}_CloudTrail-Digest_{region}_{trail}_us-east-1_202603{day:02}T{hour:02}2000Z.json.gz");
            fs::write(folder.join(name), "").expect("a file");
        }
    }
}

#[test]
fn digest_files_tell_quiet_days_from_gaps_and_proven_days_from_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = ("111111111111", "222222222222");
    for day in (1..=12).filter(|day| *day != 6) {
        deliver(folder.path(), one, "us-east-1", day, "");
        deliver(folder.path(), two, "us-east-1", day, "");
    }
    // One trail until the ninth, and one that begins on the seventh; the sixth is a quiet day. Validation is off later.
    digest(folder.path(), one, "us-east-1", "main_trail", 1..=9);
    digest(folder.path(), one, "us-east-1", "other", 7..=10);
    digest(folder.path(), one, "eu-west-1", "other", 7..=10);
    let output = coverage(folder.path(), &["--digests"]);
    let shown = text(&output.stdout);
    // The hours of the tenth end at 23:20, so that it is not proven to be quiet.
    for row in ["  eu-west-1        ---      0", "  us-east-1  █████-███???  11", "  us-east-1  ?????!??????  11"]
    {
        assert!(shown.contains(row), "{row}: {shown}");
    }
    let told: Vec<String> = shown
        .lines()
        .filter(|line| line.starts_with("│ ") && !line.contains("│ what"))
        .map(|line| {
            line.split('│').map(str::trim).filter(|cell| !cell.is_empty()).take(6).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let expected = [
        "only digests 111111111111 all 2026-03-06 2026-03-10 5",
        "quiet 111111111111 us-east-1 2026-03-06 2026-03-06 1",
        "part digests 111111111111 us-east-1 2026-03-10 2026-03-10 1",
        "no digests 111111111111 us-east-1 2026-03-11 2026-03-12 2",
        "no digests 222222222222 us-east-1 2026-03-01 2026-03-12 12",
        "gap 222222222222 us-east-1 2026-03-06 2026-03-06 1",
    ];
    assert_eq!(told, expected, "{shown}");
    assert!(shown.contains("? no digests or too few, - digests and no log files"), "{shown}");
    assert!(text(&output.stderr).contains("408 digest files by name"), "{}", text(&output.stderr));

    let rows = coverage(folder.path(), &["-q", "-o", "csv", "--digests", "--account", one]);
    let rows = text(&rows.stdout);
    assert!(rows.lines().next().is_some_and(|line| line.ends_with(",late_files,digests,digest_coverage,remark")));
    let day =
        |day: &str| rows.lines().find(|line| line.contains(&format!("us-east-1,CloudTrail,{day},"))).unwrap_or("");
    assert!(day("2026-03-06").contains(",quiet,0,0,,,,0,24,full,"), "{rows}");
    assert!(day("2026-03-08").contains(",delivered,1,14,") && day("2026-03-08").ends_with(",0,48,full,"), "{rows}");
    assert!(day("2026-03-11").contains(",0,0,none,"), "{rows}");
    let eu: Vec<&str> = rows.lines().filter(|line| line.contains(",eu-west-1,")).collect();
    // The hour that ends at 0:20 of the seventh begins on the sixth; after the tenth nothing is proven, and nothing due.
    assert_eq!(eu.len(), 7, "{rows}");
    assert!(eu[1].contains("2026-03-07,quiet,0,0,,,,0,24,full,"), "{rows}");
}

#[test]
fn a_gap_that_digest_files_explain_is_no_bad_news() {
    let folder = tempfile::tempdir().expect("a folder");
    for day in (1..=9).filter(|day| *day != 5) {
        deliver(folder.path(), "111111111111", "us-east-1", day, "");
    }
    assert_eq!(coverage(folder.path(), &["--fail-on-gap", "--digests"]).status.code(), Some(1));
    digest(folder.path(), "111111111111", "us-east-1", "main", 1..=9);
    assert_eq!(coverage(folder.path(), &["--fail-on-gap"]).status.code(), Some(1));
    let output = coverage(folder.path(), &["--fail-on-gap", "--digests"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("unless `trailql verify` finds log files missing"));
}

#[test]
fn digest_files_beside_the_archive_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    deliver(folder.path(), "111111111111", "us-east-1", 1, "");
    digest(folder.path(), "111111111111", "us-east-1", "main", 1..=1);
    let below = folder.path().join("AWSLogs/111111111111/CloudTrail");
    let told = text(&coverage(&below, &["--digests"]).stderr);
    assert!(told.contains("stand beside it, and are not seen"), "{told}");
}
