//! The counters of a scan add up: every log file listed ends in one of them, and so does every record.

use std::collections::HashMap;

use datafusion::arrow::array::AsArray;
use tokio::runtime::Runtime;

use trailql::diag::Source;
use trailql::session::{Language, Options, Outcome, Session};

/// The counters that `EXPLAIN ANALYZE` shows for the scan of a query, and the account of the same run.
fn counters(archive: &str, sql: &str, exhaustive: bool) -> (HashMap<String, u64>, Outcome) {
    let archive = format!("{}/{archive}", env!("CARGO_MANIFEST_DIR"));
    let mut options = Options::new("2026-05-20T00:00:00Z".parse().expect("a time"));
    options.scan.exhaustive = exhaustive;
    options.threads = Some(3);
    Runtime::new().expect("threads").block_on(async {
        let session = Session::open(&[archive], options).await.expect("an archive");
        let source = Source::new("query", format!("EXPLAIN ANALYZE {sql}"));
        let statement = session.parse(&source, Language::Sql).expect(sql).remove(0);
        let mut answer = session.run(statement).await.expect(sql);
        let mut plan = String::new();
        while let Some(batch) = answer.next().await.expect(sql) {
            plan.extend(batch.column(1).as_string::<i32>().iter().flatten());
        }
        let scan = plan.lines().find(|line| line.contains("DataSourceExec")).unwrap_or_else(|| panic!("{plan}"));
        let metrics = scan.split_once("metrics=[").expect("metrics").1.trim_end_matches(']');
        let counters = metrics.split(", ").filter_map(|metric| metric.split_once('='));
        let counters = counters.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
        (counters.collect(), answer.outcome())
    })
}

const QUERIES: [&str; 7] = [
    "SELECT count(*) FROM cloudtrail",
    "SELECT eventname, count(*) FROM cloudtrail GROUP BY 1",
    "SELECT * FROM cloudtrail WHERE eventname = 'ConsoleLogin'",
    "SELECT * FROM cloudtrail WHERE eventname = 'NoSuchEvent'",
    "SELECT eventjson FROM cloudtrail WHERE readonly AND errorcode IS NULL",
    "SELECT eventtime FROM cloudtrail ORDER BY eventtime DESC LIMIT 3",
    "SELECT max(eventtime) FROM cloudtrail WHERE region = 'us-east-1'",
];

#[test]
fn every_file_and_every_record_is_in_one_counter() {
    for archive in ["tests/archive/busy", "tests/archive/quiet", "tests/archive/odd", "examples/archive"] {
        let (all, _) = counters(archive, "SELECT eventjson FROM cloudtrail", true);
        assert!(all["records"] > 0, "{archive}: {all:?}");
        for sql in QUERIES {
            for exhaustive in [false, true] {
                let (of, outcome) = counters(archive, sql, exhaustive);
                // Where nothing is left to read there are no counters.
                if outcome.files_listed == outcome.files_pruned {
                    continue;
                }
                let say = || format!("{sql} over {archive}: {of:?}\n{outcome:?}");
                assert_eq!(of["records"], of["records_prefiltered"] + of["records_built"], "{}", say());
                assert_eq!((of["records"], of["log_files_read"]), (outcome.records, outcome.files_read), "{}", say());
                assert_eq!(of["log_files_failed"], outcome.failed.len() as u64, "{}", say());
                assert_eq!(of["records_malformed"], outcome.malformed, "{}", say());
                let ended = outcome.files_pruned + outcome.files_read + outcome.files_unread;
                assert_eq!(outcome.files_listed, ended + of["log_files_failed"], "{}", say());
                if exhaustive {
                    assert_eq!(of["records_prefiltered"], 0, "{}", say());
                }
                // Dropping records early changes nothing of how many there are.
                if outcome.files_pruned + outcome.folders_pruned + outcome.files_unread == 0 {
                    assert_eq!(of["records"], all["records"], "{}", say());
                }
            }
        }
    }
}

#[test]
fn what_cannot_match_is_not_built() {
    let (of, _) = counters("tests/archive/busy", "SELECT * FROM cloudtrail WHERE eventname = 'NoSuchEvent'", false);
    assert_eq!((of["records_built"], of["output_rows"]), (0, 0), "{of:?}");
    let login = "SELECT * FROM cloudtrail WHERE eventname = 'ConsoleLogin'";
    let (of, _) = counters("tests/archive/busy", login, false);
    assert!(of["output_rows"] > 0 && of["records_built"] < of["records"] / 4, "{of:?}");
}

#[test]
fn the_newest_events_are_found_without_reading_the_oldest_files() {
    let newest = "SELECT useridentity.arn FROM cloudtrail ORDER BY eventtime DESC LIMIT 1";
    let (of, outcome) = counters("examples/archive", newest, false);
    assert!(outcome.files_unread > 0 && of["log_files_passed"] == outcome.files_unread, "{of:?} {outcome:?}");
    let (of, _) = counters("examples/archive", "SELECT max(eventtime) FROM cloudtrail", false);
    assert!(of["log_files_passed"] > 0, "{of:?}");
    // However late, an old event may still be delivered.
    let (of, _) = counters("examples/archive", "SELECT min(eventtime) FROM cloudtrail", false);
    assert_eq!(of["log_files_passed"], 0, "{of:?}");
}
