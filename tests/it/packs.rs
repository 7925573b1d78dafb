//! Our packs: every rule passes its own tests, and the one pass finds the same by every path.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::fixture::Fixture;
use trailql::packs::{self, Compiler, Findings, Hunt, Level, Pack, Rule, SavedQuery, Tuning};
use trailql::session::{Options, Session};
use trailql::table::ScanOptions;

fn options() -> Options {
    let now: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().expect("a time");
    Options::new(now)
}

/// Every detection of ours, with its pack and query.
async fn rules() -> Vec<(Pack, SavedQuery, Rule)> {
    let packs = packs::all().unwrap_or_else(|error| panic!("{}: {error}", error.source.name));
    let compiler = Compiler::new(options(), Tuning::default()).expect("a compiler");
    let mut rules = Vec::new();
    for pack in packs.iter().filter(|pack| !pack.asks) {
        for query in &pack.queries {
            let rule = compiler.rule(&pack.name, query).await.unwrap_or_else(|error| panic!("{}: {error}", query.id));
            rules.push((pack.clone(), query.clone(), rule));
        }
    }
    rules
}

/// What rules find in an archive, in one pass.
async fn hunt(location: &str, rules: &[Rule], options: Options) -> Findings {
    let session = Session::open(&[location], options).await.expect("a folder can be opened");
    let mut hunt = Hunt::new(&session, rules.to_vec());
    let mut pass = session.pass(hunt.predicates(), &packs::shown()).await.expect("a pass");
    while let Some(batch) = pass.answer.next().await.expect("rows") {
        hunt.take(&batch).expect("hits");
    }
    assert!(!pass.answer.outcome().is_incomplete());
    hunt.finish(&pass.names_met(), None, None).expect("findings")
}

/// How often each rule found something.
fn counts(findings: &Findings) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for finding in &findings.list {
        *counts.entry(finding.about.id.clone()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn every_rule_passes_its_own_tests() {
    let rules = rules().await;
    assert!(rules.len() >= 250, "{} rules", rules.len());
    let session = Session::blank(options()).expect("a session");
    let mut wrong = Vec::new();
    for (pack, query, rule) in &rules {
        let failed = packs::check(&session, pack, query, rule).unwrap_or_else(|error| vec![error.to_string()]);
        wrong.extend(failed.into_iter().map(|message| format!("{}: {message}", query.id)));
        if let Some(remarks) = packs::lint(&session, pack, query, rule).expect("a rule to look at") {
            wrong.extend(remarks.list.iter().map(|remark| format!("{}: {}", query.id, remark.message)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All records that the rules' tests want found, as log files of one archive, some records to a file.
fn archive_of_examples(rules: &[(Pack, SavedQuery, Rule)]) -> tempfile::TempDir {
    const PER_FILE: usize = 40;
    let folder = tempfile::tempdir().expect("a folder");
    let day = folder.path().join("AWSLogs/123456789012/CloudTrail/us-east-1/2026/03/01");
    fs::create_dir_all(&day).expect("folders");
    let mut records: Vec<String> = Vec::new();
    for (place, (_, query, _)) in rules.iter().enumerate() {
        let cases = packs::examples(query).unwrap_or_else(|error| panic!("{}: {error}", query.id));
        for (case, texts) in cases.into_iter().enumerate() {
            // Each record is an event of its own.
            let id = format!("0000{place:04}-{case:04}-4000");
            records.extend(texts.into_iter().map(|text| text.replace("00000000-0000-4000", &id)));
        }
    }
    for (number, chunk) in records.chunks(PER_FILE).enumerate() {
        let name = format!("123456789012_CloudTrail_us-east-1_20260301T1205Z_{number:016}.json.gz");
        let mut file = GzEncoder::new(fs::File::create(day.join(name)).expect("a file"), Compression::fast());
        write!(file, "{{\"Records\":[{}]}}", chunk.join(",")).expect("room");
        file.finish().expect("room");
    }
    folder
}

#[tokio::test]
async fn one_pass_finds_the_same_by_every_path_as_each_rule_alone() {
    let rules = rules().await;
    let folder = archive_of_examples(&rules);
    let location = folder.path().to_string_lossy().into_owned();
    let all: Vec<Rule> = rules.iter().map(|(_, _, rule)| rule.clone()).collect();
    let together = counts(&hunt(&location, &all, options()).await);
    // Nothing is skipped, and every predicate is evaluated over every record.
    let exhaustive = Options { scan: ScanOptions { exhaustive: true, ..ScanOptions::default() }, ..options() };
    assert_eq!(together, counts(&hunt(&location, &all, exhaustive).await));
    let one_by_one = Options { batch_rows: Some(1), threads: Some(1), ..options() };
    assert_eq!(together, counts(&hunt(&location, &all, one_by_one).await));
    // Alone, a rule has the prefilter to itself; where the archive begins is the same for all.
    let sample = all.iter().filter(|rule| rule.condition.is_none()).step_by(5);
    for rule in sample {
        let alone = counts(&hunt(&location, std::slice::from_ref(rule), options()).await);
        let id = &rule.about.id;
        assert_eq!(alone.get(id), together.get(id), "{id}");
    }
}

#[tokio::test]
async fn a_quiet_archive_has_no_other_finding_above_medium_than_it_should() {
    let quiet = Fixture::new("quiet").expect("fixtures");
    let rules: Vec<Rule> = rules().await.into_iter().map(|(_, _, rule)| rule).collect();
    let findings = hunt(&quiet.location(), &rules, options()).await;
    let loud = findings.list.iter().filter(|finding| finding.about.level > Level::Medium);
    let mut loud: Vec<&str> = loud.map(|finding| finding.about.id.as_str()).collect();
    loud.sort_unstable();
    // The benchmark asks for every change of a trail, as it is published; another account is in a bucket's policy.
    assert_eq!(loud, ["cis.4.5", "ct.s3.external_policy"]);
}

#[tokio::test]
async fn questions_are_answered() {
    let busy = Fixture::new("busy").expect("fixtures");
    let session = Session::open(&[busy.location()], options()).await.expect("a folder can be opened");
    let packs = packs::all().expect("packs that read");
    let asks: Vec<&SavedQuery> = packs.iter().filter(|pack| pack.asks).flat_map(|pack| &pack.queries).collect();
    assert!(asks.len() >= 20, "{} questions", asks.len());
    for query in asks {
        for statement in session.parse(&query.source, query.language).expect("a query that parses") {
            let mut answer = session.run(statement).await.unwrap_or_else(|error| panic!("{}: {error}", query.id));
            while let Some(batch) = answer.next().await.unwrap_or_else(|error| panic!("{}: {error}", query.id)) {
                assert!(batch.num_columns() > 0, "{}", query.id);
            }
        }
    }
}
