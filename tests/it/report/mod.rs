//! Reports of findings, from the program to their readers: the page in a browser, SARIF and OCSF as JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;

/// What a stranger may write into a log.
const HOSTILE: &str = "</script><script>window.hurt = 1</script>\"><img src=\"http://192.0.2.1/x\" \
                       onerror=\"window.hurt = 2\">\u{1b}[2J\u{202e}&lt;b&gt;=cmd|'/c calc'!A1\u{2028}<!--";
/// The same as people see it: what steers or hides is written out.
const VISIBLE: &str = "</script><script>window.hurt = 1</script>\"><img src=\"http://192.0.2.1/x\" \
                       onerror=\"window.hurt = 2\">\\x1b[2J\\u{202e}&lt;b&gt;=cmd|'/c calc'!A1\\u{2028}<!--";

/// An archive, rules and what is written, in a folder that is gone when dropped.
struct Place {
    folder: TempDir,
}

impl Place {
    /// An archive of these records.
    fn new(records: &[Value]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let day = folder.path().join("trails/AWSLogs/123456789012/CloudTrail/us-east-1/2026/03/01");
        fs::create_dir_all(&day).expect("a folder");
        let file = day.join("123456789012_CloudTrail_us-east-1_20260301T1005Z_Report0000000000.json.gz");
        let mut gzip = GzEncoder::new(fs::File::create(file).expect("a file"), Compression::fast());
        serde_json::to_writer(&mut gzip, &json!({ "Records": records })).expect("a file takes everything");
        gzip.finish().expect("a file takes everything");
        let pack = folder.path().join("pack");
        fs::create_dir_all(&pack).expect("a folder");
        let mut list = Vec::new();
        for (id, level, condition) in [
            ("t.trail.stopped", "high", "eventname = 'StopLogging'"),
            ("t.user.made", "medium", "eventname = 'CreateUser'"),
            ("t.trail.any", "low", "eventsource = 'cloudtrail.amazonaws.com'"),
        ] {
            let text = format!(
                "-- title:  The rule {id}\n-- why:    It hides what comes next.\n-- attack: T1562.008\n\
                 -- level:  {level}\n-- noisy:  changes that were planned\n-- source: CloudTrail User Guide\n\
                 SELECT eventtime, useragent FROM cloudtrail WHERE {condition}\n"
            );
            fs::write(pack.join(format!("{id}.sql")), text).expect("a file");
            list.push(format!("\"{id}.sql\""));
        }
        let list = list.join(", ");
        let about = format!("name = \"t\"\nversion = \"1\"\ndescription = \"test\"\nqueries = [{list}]\n");
        fs::write(pack.join("pack.toml"), about).expect("a file");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn hunt(&self, options: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_trailql"))
            .current_dir(self.folder.path())
            .env_remove("TRAILQL_OUTPUT")
            .args(["hunt", "trails", "--pack", "./pack"])
            .args(options)
            .output()
            .expect("trailql runs")
    }

    /// The file that a hunt writes.
    fn written(&self, name: &str) -> PathBuf {
        let output = self.hunt(&["--out", name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.path(name)
    }
}

/// A record of the second `number` of an hour.
fn record(number: usize, name: &str) -> Value {
    json!({
        "eventVersion": "1.09",
        "eventTime": format!("2026-03-01T10:{:02}:{:02}Z", number / 60 % 60, number % 60),
        "eventSource": if name == "CreateUser" { "iam.amazonaws.com" } else { "cloudtrail.amazonaws.com" },
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": format!("192.0.2.{}", number % 250),
        "userAgent": "aws-cli/2.15",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::123456789012:user/user-{number}")},
        "requestParameters": {"name": "main", "big": 12_345_678_901_234_567_890_u64},
        "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "recipientAccountId": "123456789012",
    })
}

/// One record that means harm wherever it can, and one that does not.
fn hostile() -> Vec<Value> {
    let mut hostile = record(0, "StopLogging");
    hostile["userAgent"] = HOSTILE.into();
    hostile["userIdentity"]["arn"] = format!("arn:aws:iam::123456789012:user/{HOSTILE}").into();
    hostile["sourceIPAddress"] = HOSTILE.into();
    hostile["awsRegion"] = HOSTILE.into();
    hostile["eventID"] = HOSTILE.into();
    hostile["requestParameters"] = json!({ HOSTILE: HOSTILE });
    vec![hostile, record(1, "CreateUser")]
}

fn count(browser: &mut Browser) -> Value {
    browser.evaluate("document.querySelectorAll('#findings tr.finding').length")
}

/// Nothing went wrong on the page, and it asked for nothing but itself.
fn check_calm(browser: &Browser, page: &Path) {
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
    assert_eq!(browser.requests(), [format!("file://{}", page.display())]);
}

/// For a person to look at, in the folder that `TRAILQL_TEST_PICTURES` names.
fn keep_picture(browser: &mut Browser, name: &str) {
    if let Some(folder) = std::env::var_os("TRAILQL_TEST_PICTURES") {
        fs::write(Path::new(&folder).join(format!("report-{name}.png")), browser.picture()).expect("a file");
    }
}

#[test]
fn a_page_shows_findings_and_asks_for_nothing() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[record(0, "StopLogging"), record(1, "CreateUser"), record(2, "StartLogging")]);
    let page = place.written("findings.html");
    browser.open(&page);
    assert_eq!(count(&mut browser), 4);
    assert_eq!(browser.evaluate("document.querySelector('#rules').tBodies[0].rows.length"), 3);
    assert_eq!(browser.evaluate("document.querySelectorAll('.chart svg g').length > 0"), true);
    let first = "document.querySelector('#findings tr.finding').textContent";
    let text = browser.evaluate(first);
    for words in ["high", "2026-03-01T10:00:00Z", "t.trail.stopped", "user/user-0", "StopLogging", "192.0.2.0"] {
        assert!(text.as_str().is_some_and(|text| text.contains(words)), "{words}: {text}");
    }
    check_calm(&browser, &page);
}

#[test]
fn findings_are_filtered_by_words_levels_and_rules_and_sorted() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[record(0, "StopLogging"), record(1, "CreateUser"), record(2, "StartLogging")]);
    let page = place.written("findings.html");
    browser.open(&page);
    let search = |browser: &mut Browser, words: &str| {
        browser.evaluate(&format!(
            "(async () => {{ const box = document.getElementById('words'); box.value = {}; \
             box.dispatchEvent(new Event('input')); await new Promise((done) => setTimeout(done, 300)); }})()",
            json!(words)
        ));
        count(browser)
    };
    assert_eq!(search(&mut browser, "USER-1"), 1);
    assert_eq!(search(&mut browser, "user-1 stop"), 0);
    // A word that only the record has.
    assert_eq!(search(&mut browser, "12345678901234567890"), 4);
    assert_eq!(search(&mut browser, ""), 4);
    browser.evaluate("document.querySelector('#levels input[value=low]').click()");
    assert_eq!(count(&mut browser), 2);
    assert_eq!(browser.evaluate("document.getElementById('count').textContent"), "2 of 4 findings");
    browser.evaluate("document.querySelector('#levels input[value=low]').click()");
    browser.evaluate("document.querySelectorAll('#rules .id button')[2].click()");
    assert_eq!(count(&mut browser), 2);
    browser
        .evaluate("document.querySelector('button[type=reset]').click(); new Promise((done) => setTimeout(done, 50))");
    assert_eq!(count(&mut browser), 4);
    let actors =
        "[...document.querySelectorAll('#findings .actor')].map((cell) => cell.textContent.slice(-1)).join('')";
    browser.evaluate("document.querySelector('[data-sort=actor]').click()");
    assert_eq!(browser.evaluate(actors), "0012");
    browser.evaluate("document.querySelector('[data-sort=actor]').click()");
    assert_eq!(browser.evaluate(actors), "2100");
    assert_eq!(browser.evaluate("document.querySelector('th[aria-sort]').getAttribute('aria-sort')"), "descending");
    check_calm(&browser, &page);
}

#[test]
fn the_keyboard_opens_evidence_with_the_record() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[record(0, "StopLogging")]);
    let page = place.written("findings.html");
    browser.open(&page);
    browser.evaluate("document.querySelector('.toggle').focus()");
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.evaluate("document.querySelector('.toggle').getAttribute('aria-expanded')"), "true");
    let evidence = browser.evaluate("document.querySelector('.evidence').innerText");
    for words in [
        "It hides what comes next.",
        "changes that were planned",
        "00000000-0000-4000-8000-000000000000",
        "20260301T1005Z_Report0000000000.json.gz record 0",
        // Every digit, though a number of JavaScript has fewer.
        "\"big\": 12345678901234567890",
        "  \"eventName\": \"StopLogging\",\n",
    ] {
        assert!(evidence.as_str().is_some_and(|evidence| evidence.contains(words)), "{words}: {evidence}");
    }
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.evaluate("document.querySelectorAll('.evidence').length"), 0);
    check_calm(&browser, &page);
}

#[test]
fn text_of_strangers_is_shown_and_does_nothing() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&hostile());
    let page = place.written("findings.html");
    browser.open(&page);
    browser.evaluate("document.querySelectorAll('.toggle').forEach((button) => button.click())");
    let text = browser.evaluate("document.querySelector('.evidence').textContent");
    let text = text.as_str().expect("text");
    // Actor, address, region and id.
    assert!(text.matches(VISIBLE).count() >= 4, "{text}");
    // In the record as JSON has it.
    assert!(text.contains("\\u202e&lt;b&gt;=cmd|'/c calc'!A1\\u2028<!--"), "{text}");
    assert_eq!(browser.evaluate("String(window.hurt)"), "undefined");
    assert_eq!(browser.evaluate("document.images.length + document.querySelectorAll('b:not(.levels b)').length"), 0);
    assert_eq!(browser.evaluate("document.scripts.length"), 2);
    check_calm(&browser, &page);
    // Even markup that came in would not run.
    browser.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hurt = 3\">'); \
         new Promise((done) => setTimeout(done, 200))",
    );
    assert_eq!(browser.evaluate("String(window.hurt)"), "undefined");
}

#[test]
fn ten_thousand_findings_are_listed_as_they_are_scrolled_to_and_all_printed() {
    let Some(mut browser) = Browser::start() else { return };
    let records: Vec<Value> = (0..10_000).map(|number| record(number, "CreateUser")).collect();
    let place = Place::new(&records);
    let page = place.written("findings.html");
    browser.look(1280, 800, false);
    browser.open(&page);
    assert_eq!(browser.evaluate("document.getElementById('count').textContent"), "10,000 findings");
    assert!(count(&mut browser).as_u64().is_some_and(|rows| rows < 1_000));
    let words = "const box = document.getElementById('words'); box.value = 'user-9999'; \
                 box.dispatchEvent(new Event('input')); new Promise((done) => setTimeout(done, 1000))";
    browser.evaluate(words);
    assert_eq!(count(&mut browser), 1);
    browser.evaluate("document.getElementById('tools').reset(); new Promise((done) => setTimeout(done, 500))");
    browser.evaluate("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(count(&mut browser), 10_000);
    check_calm(&browser, &page);
}

#[test]
fn a_page_fits_narrow_windows_dark_rooms_and_paper() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[hostile(), vec![record(3, "StartLogging")]].concat());
    let page = place.written("findings.html");
    for (width, is_dark) in [(1280, false), (1280, true), (400, false), (400, true)] {
        browser.look(width, 900, is_dark);
        browser.open(&page);
        browser.evaluate("document.querySelector('.toggle').click()");
        // Tables and the chart scroll by themselves; the page does not.
        let most = browser.evaluate("document.documentElement.scrollWidth").as_u64().expect("a width");
        assert!(most <= u64::from(width), "{most} of {width}");
        let ground = browser.evaluate("getComputedStyle(document.documentElement).backgroundColor");
        assert_eq!(ground, if is_dark { "rgb(20, 24, 29)" } else { "rgb(255, 255, 255)" });
        keep_picture(&mut browser, &format!("{width}-{}", if is_dark { "dark" } else { "light" }));
    }
    browser.look(1000, 900, true);
    assert!(browser.print().starts_with(b"%PDF"));
    browser.order("Emulation.setEmulatedMedia", json!({"media": "print"}));
    assert_eq!(browser.evaluate("getComputedStyle(document.querySelector('.tools')).display"), "none");
    keep_picture(&mut browser, "paper");
    check_calm(&browser, &page);
}

#[test]
fn sarif_and_ocsf_come_out_by_name_and_by_ending() {
    let place = Place::new(&hostile());
    let log: Value = serde_json::from_slice(&fs::read(place.written("a.sarif")).expect("a file")).expect("JSON");
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(3));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let named = place.hunt(&["-o", "ocsf", "-q"]);
    let written = fs::read(place.written("a.ocsf.json")).expect("a file");
    let lines = |bytes: &[u8]| -> Vec<Value> {
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let (named, written) = (lines(&named.stdout), lines(&written));
    assert_eq!((named.len(), written.len()), (3, 3));
    assert_eq!(named[0]["finding_info"]["uid"], written[0]["finding_info"]["uid"]);
    assert_eq!(named[0]["evidences"][0]["data"]["userAgent"], HOSTILE);
}

#[test]
fn an_unknown_format_is_named_with_those_there_are_and_leaves_no_file() {
    let place = Place::new(&[]);
    let output = place.hunt(&["-o", "postscript", "--out", "a.ps"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("sarif, ocsf, html"), "{said}");
    assert!(!place.path("a.ps").exists());
}

#[test]
fn a_summary_is_grouped_by_level_and_ends_with_totals() {
    let place = Place::new(&[record(0, "StopLogging"), record(1, "CreateUser")]);
    let output = place.hunt(&[]);
    let (rows, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(rows.matches('├').count(), 3, "a line below the heading and between levels: {rows}");
    assert!(said.contains("3 findings of 3 rules: 1 high, 1 medium, 1 low; 3 rules tried · 1 log file: "), "{said}");
}
