//! Results as pages, in a browser: the table and the chart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;

const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
/// What a stranger may write into a log; `chr` keeps it out of the query's own quotes.
const HOSTILE: &str = "</td></table><script>window.hurt = 1</script>\"><img src=\"http://192.0.2.1/x\" \
                       onerror=\"window.hurt = 2\">&lt;b&gt;<!--";

/// The page that queries make, in a folder that is gone when dropped.
fn page(queries: &[&str], options: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("page.html");
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
    command.args(["query", ARCHIVE, "-q"]).args(options).arg("--out").arg(&path);
    for query in queries {
        command.args(["-c", query]);
    }
    let output = command.env_remove("TRAILQL_OUTPUT").output().expect("trailql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (folder, path)
}

/// Nothing went wrong on the page, and it asked for nothing but itself.
fn check_calm(browser: &Browser, page: &Path) {
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
    assert_eq!(browser.requests(), [format!("file://{}", page.display())]);
}

/// For a person to look at, in the folder that `TRAILQL_TEST_PICTURES` names.
fn keep_picture(browser: &mut Browser, name: &str) {
    if let Some(folder) = std::env::var_os("TRAILQL_TEST_PICTURES") {
        fs::write(Path::new(&folder).join(format!("page-{name}.png")), browser.picture()).expect("a file");
    }
}

/// The texts of a column of the first table, as they stand.
fn column(browser: &mut Browser, number: usize) -> Vec<String> {
    let script = format!(
        "[...document.querySelector('tbody').rows].filter((row) => !row.hidden).map((row) => row.cells[{number}].textContent)"
    );
    let Value::Array(texts) = browser.evaluate(&script) else { panic!("a list") };
    texts.iter().map(|text| text.as_str().expect("text").to_owned()).collect()
}

#[test]
fn a_table_is_sorted_by_its_headings_and_searched() {
    let Some(mut browser) = Browser::start() else { return };
    let query = "SELECT * FROM (VALUES ('b', 10), ('c', 9), ('a', NULL), ('d', 100)) AS t (name, n)";
    let (_folder, path) = page(&[query], &[]);
    browser.open(&path);
    assert_eq!(browser.evaluate("document.querySelector('output').textContent"), "4 rows");
    let click = |browser: &mut Browser, number: usize| {
        browser.evaluate(&format!("document.querySelectorAll('th button')[{number}].click()"));
    };
    click(&mut browser, 0);
    assert_eq!(column(&mut browser, 0), ["a", "b", "c", "d"]);
    // Numbers from the top, as numbers, with what is missing at the end.
    click(&mut browser, 1);
    assert_eq!(column(&mut browser, 1), ["100", "10", "9", "NULL"]);
    click(&mut browser, 1);
    assert_eq!(column(&mut browser, 1), ["9", "10", "100", "NULL"]);
    assert_eq!(browser.evaluate("document.querySelector('[aria-sort]').getAttribute('aria-sort')"), "ascending");
    click(&mut browser, 1);
    assert_eq!(column(&mut browser, 0), ["b", "c", "a", "d"]);
    browser.evaluate(
        "(async () => { const box = document.querySelector('input'); box.value = 'C 9'; \
         box.dispatchEvent(new Event('input')); await new Promise((done) => setTimeout(done, 400)); })()",
    );
    assert_eq!(column(&mut browser, 0), ["c"]);
    assert_eq!(browser.evaluate("document.querySelector('output').textContent"), "1 of 4 rows");
    check_calm(&browser, &path);
}

#[test]
fn text_of_strangers_stays_text() {
    let Some(mut browser) = Browser::start() else { return };
    let literal = HOSTILE.replace('\'', "''");
    let query = format!("SELECT '{literal}' AS \"{}\", 1 AS n", HOSTILE.replace('"', "\"\""));
    let (_folder, path) = page(&[&query], &["--chart", "bar"]);
    browser.open(&path);
    assert_eq!(column(&mut browser, 0), [HOSTILE]);
    assert_eq!(browser.evaluate("document.querySelector('th').textContent"), HOSTILE);
    let title = browser.evaluate("document.querySelector('.chart h3').textContent");
    assert!(title.as_str().is_some_and(|title| title.contains(HOSTILE)), "{title}");
    assert_eq!(browser.evaluate("String(window.hurt)"), "undefined");
    assert_eq!(browser.evaluate("document.images.length"), 0);
    assert_eq!(browser.evaluate("document.scripts.length"), 1);
    check_calm(&browser, &path);
    // Even markup that came in would not run.
    browser.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hurt = 3\">'); \
         new Promise((done) => setTimeout(done, 200))",
    );
    assert_eq!(browser.evaluate("String(window.hurt)"), "undefined");
}

#[test]
fn several_results_are_sections_of_one_page() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) = page(&["SELECT 1 AS a", "SELECT 'x' AS b", "stats count(*) by eventName"], &[]);
    browser.open(&path);
    assert_eq!(browser.evaluate("document.querySelectorAll('section').length"), 3);
    assert_eq!(browser.evaluate("document.querySelectorAll('section > .tools input').length"), 3);
    assert_eq!(browser.evaluate("document.querySelectorAll('style, script').length"), 2);
    assert_eq!(browser.evaluate("[...document.querySelectorAll('output')][1].textContent"), "1 row");
    check_calm(&browser, &path);
}

#[test]
fn charts_and_tables_fit_narrow_windows_dark_rooms_and_paper() {
    let Some(mut browser) = Browser::start() else { return };
    let over_time = "stats count(*) by bin(1h)";
    let by_region = "stats count(*) by bin(1h), awsRegion";
    let by_name = "stats count(*) as calls by eventName | sort calls desc";
    let events = "SELECT eventtime, eventname, useridentity, errormessage, sourceipaddress FROM cloudtrail LIMIT 40";
    for (name, queries, options) in [
        ("charts", [over_time, by_region].as_slice(), ["--chart"].as_slice()),
        ("bars", &[by_name], &["--chart", "bar"]),
        ("table", &[events], &[]),
    ] {
        let (_folder, path) = page(queries, options);
        for (width, is_dark) in [(1280, false), (1280, true), (400, false)] {
            browser.look(width, 900, is_dark);
            browser.open(&path);
            // Tables and charts scroll by themselves; the page does not.
            let most = browser.evaluate("document.documentElement.scrollWidth").as_u64().expect("a width");
            assert!(most <= u64::from(width), "{most} of {width}");
            let charts = browser.evaluate("document.querySelectorAll('figure svg').length");
            assert_eq!(charts, if options.is_empty() { 0 } else { queries.len() });
            keep_picture(&mut browser, &format!("{name}-{width}-{}", if is_dark { "dark" } else { "light" }));
            check_calm(&browser, &path);
        }
        assert!(browser.print().starts_with(b"%PDF"));
        browser.order("Emulation.setEmulatedMedia", json!({"media": "print"}));
        let height = "document.querySelector('.scroll').getBoundingClientRect().height \
                      >= document.querySelector('table').getBoundingClientRect().height";
        assert_eq!(browser.evaluate(height), true, "paper has every row");
        keep_picture(&mut browser, &format!("{name}-paper"));
        browser.order("Emulation.setEmulatedMedia", json!({"media": ""}));
    }
}

#[test]
fn a_page_of_very_many_rows_opens_without_sorting() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) =
        page(&["SELECT a.n FROM UNNEST(sequence(1, 9999)) AS a (n), UNNEST(sequence(1, 11)) AS b (m)"], &[]);
    browser.open(&path);
    let said = browser.evaluate("document.querySelector('output').textContent");
    assert_eq!(said, "109,989 rows; sorting and searching end at 100,000");
    assert_eq!(browser.evaluate("document.querySelector('th button').disabled"), true);
    check_calm(&browser, &path);
}
