//! Time that no digest vouches for, and why.

use chrono::TimeDelta;

use crate::sign::{Bucket, Chain, Digest, Link, Log, minute};

use super::run::{check, text};

/// Removes digests of a bucket's image.
fn without(chain: &Chain, indices: &[usize]) -> Bucket {
    let mut bucket = Bucket::of(&[chain]);
    for index in indices {
        bucket.remove(&chain.digest(*index));
    }
    bucket
}

/// Keys of the log files of some hours, each with a status.
fn logs<'s>(chain: &Chain, hours: &[usize], status: &'s str) -> Vec<(String, &'s str)> {
    hours.iter().flat_map(|hour| chain.digests[*hour].logs.iter().map(|log| (log.key.clone(), status))).collect()
}

fn borrowed<'k>(pairs: &'k [(String, &'k str)]) -> Vec<(&'k str, &'k str)> {
    pairs.iter().map(|(key, status)| (key.as_str(), *status)).collect()
}

/// Ten hours of which these were not validated; their log files are there.
fn with_gap(hours: std::ops::Range<usize>) -> (Chain, Vec<Log>, Bucket) {
    let mut chain = Chain::hours(10);
    let lost: Vec<_> = chain.digests.drain(hours.clone()).flat_map(|digest| digest.logs).collect();
    chain.digests[hours.start].link = Link::None;
    let mut bucket = Bucket::of(&[&chain]);
    for log in &lost {
        bucket.put(&log.key, log.stored.clone());
    }
    (chain, lost, bucket)
}

#[test]
fn a_digest_taken_from_the_middle_is_missing_and_leaves_a_hole() {
    let chain = Chain::hours(8);
    let bucket = without(&chain, &[4]);
    let report = check(&bucket, &[]);
    let open = logs(&chain, &[4], "uncovered");
    report
        .exits(1)
        .has_digests(&[(&chain.digest(4), "missing")])
        .has_logs(&borrowed(&open))
        .has_holes(&[("missing", 240, 300)]);
    assert_eq!(report.entry(&open[0].0)["reason"], "missing");
    assert_eq!(report.holes().next().map(|hole| hole["estimated_digests"].clone()), Some(1.into()));
    text(&bucket, &[])
        .exits(1)
        .says(&format!("Digest file\ts3://trail-archive/{}\tINVALID: not found\n", chain.digest(4)))
        .says("No valid digest between 2024-03-10T04:11:09Z and 2024-03-10T05:11:09Z (1h): 1 digest file")
        .says("\n7/8 digest files valid, 1/8 digest files INVALID\n")
        .says("\n12/12 log files valid\n")
        .says("2 log files UNCOVERED")
        .says("1 hole (1h)");
}

#[test]
fn of_two_in_a_row_the_first_is_named_and_both_are_counted() {
    let chain = Chain::hours(9);
    let bucket = without(&chain, &[4, 5]);
    let report = check(&bucket, &[]);
    report
        .exits(1)
        .has_digests(&[(&chain.digest(5), "missing")])
        .has_logs(&borrowed(&logs(&chain, &[4, 5], "uncovered")))
        .has_holes(&[("missing", 240, 360)]);
    assert_eq!(report.holes().next().map(|hole| hole["estimated_digests"].clone()), Some(2.into()));
}

#[test]
fn the_estimate_goes_by_the_usual_period_of_the_chain() {
    let chain = Chain::new("111122223333", "us-east-1").with_periods(&[30; 20]);
    let report = check(&without(&chain, &[8, 9, 10]), &[]);
    report.exits(1).has_holes(&[("missing", 240, 330)]);
    assert_eq!(report.holes().next().map(|hole| hole["estimated_digests"].clone()), Some(3.into()));
}

#[test]
fn the_newest_digest_may_be_late_by_the_slack() {
    let chain = Chain::hours(10);
    let pending = logs(&chain, &[9], "pending");
    let report = check(&without(&chain, &[9]), &[]);
    report.exits(0).has_digests(&[]).has_logs(&borrowed(&pending)).has_holes(&[("after_last", 540, 600)]);
    check(&without(&chain, &[9]), &["--strict"]).exits(1);
}

#[test]
fn newest_digests_cut_off_leave_a_hole_at_the_end() {
    let chain = Chain::hours(10);
    let bucket = without(&chain, &[5, 6, 7, 8, 9]);
    let report = check(&bucket, &[]);
    // The newest digest ends at minute 300; the log files of the sixth and seventh hour are less than two hours newer.
    let mut expected = logs(&chain, &[5, 6], "pending");
    expected.extend(logs(&chain, &[7, 9], "uncovered"));
    report.exits(3).has_digests(&[]).has_logs(&borrowed(&expected)).has_holes(&[("after_last", 300, 600)]);
    // A day is not over before a day has passed.
    check(&bucket, &["--slack", "24h"]).exits(0);
}

#[test]
fn oldest_digests_cut_off_leave_a_hole_at_the_start() {
    let chain = Chain::hours(8);
    let report = check(&without(&chain, &[0, 1]), &[]);
    report
        .exits(1)
        .has_digests(&[(&chain.digest(1), "missing")])
        .has_logs(&borrowed(&logs(&chain, &[0, 1], "uncovered")))
        .has_holes(&[("missing", 0, 120)]);
    assert_eq!(report.json["found"]["start"], "2024-03-10T02:11:09Z");
}

#[test]
fn a_chain_that_begins_later_than_asked_leaves_a_hole_before_it() {
    let bucket = Bucket::of(&[&Chain::hours(8)]);
    let report = check(&bucket, &["--start", "2024-03-09T22:11:09Z"]);
    report.exits(3).has_digests(&[]).has_holes(&[("before_first", -120, 0)]);
    assert_eq!(report.json["found"]["start"], "2024-03-10T00:11:09Z");
    assert_eq!(report.json["requested"]["start"], "2024-03-09T22:11:09Z");
}

#[test]
fn nothing_to_check_does_not_look_like_checked() {
    let chain = Chain::hours(8);
    let report = check(&without(&chain, &[0, 1, 2, 3, 4, 5, 6, 7]), &[]);
    report.exits(3).has_digests(&[]).has_logs(&borrowed(&logs(&chain, &[0, 1, 2, 4, 5, 6, 7], "uncovered")));
    let mut empty = Bucket::of(&[]);
    empty.put("AWSLogs/111122223333/readme.txt", Vec::new());
    empty.public_keys = Bucket::of(&[&chain]).public_keys;
    check(&empty, &[]).exits(3);
    text(&empty, &["--start", "2024-03-10", "--end", "2024-03-11"]).exits(3).says("No digests found");
}

#[test]
fn time_without_validation_is_a_gap() {
    let (chain, lost, bucket) = with_gap(4..7);
    let report = check(&bucket, &[]);
    let lost: Vec<_> = lost.into_iter().map(|log| (log.key, "uncovered")).collect();
    report.exits(3).has_digests(&[]).has_logs(&borrowed(&lost)).has_holes(&[("gap", 240, 420)]);
    assert_eq!(report.entry(&lost[0].0)["reason"], "gap");
    assert_eq!(report.entry(&chain.digest(4))["previous"], serde_json::Value::Null);
    text(&bucket, &[])
        .exits(3)
        .says("No digests were made between 2024-03-10T04:11:09Z and 2024-03-10T07:11:09Z (3h): validation was off, 6 log files uncovered\n")
        .says("\tUNCOVERED: validation was off\n")
        .says("\n1 gap (3h)");
    check(&bucket, &["--allow", "gap"]).exits(3);
    check(&bucket, &["--allow", "gap,uncovered"]).exits(0);
    check(&bucket, &["--allow", "gap", "--no-unlisted"]).exits(0);
    check(&bucket, &["--allow", "incomplete"]).exits(0);
}

#[test]
fn digests_lost_beside_a_gap_are_not_part_of_it() {
    let (chain, _, mut bucket) = with_gap(4..6);
    // Hours 2 and 3 before the gap; nothing links to them from beyond it.
    bucket.remove(&chain.digest(2));
    let report = check(&bucket, &["--no-unlisted"]);
    report.exits(1).has_digests(&[(&chain.digest(2), "missing")]);
    report.has_holes(&[("missing", 120, 180), ("gap", 240, 360)]);
}

#[test]
fn backfill_digests_fill_no_hole() {
    let mut chain = Chain::hours(8);
    let mut backfill = Digest::new(minute(240), minute(300));
    backfill.generated = Some(minute(60 * 30));
    backfill.logs.extend(chain.digests[4].logs.pop());
    chain.backfills.push(backfill);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.remove(&chain.digest(4));
    let report = check(&bucket, &[]);
    report
        .exits(1)
        .has_digests(&[(&chain.digest(4), "missing")])
        .has_logs(&[(&chain.log_key(4, 0), "uncovered")])
        .has_holes(&[("missing", 240, 300)]);
    assert_eq!(report.status(&chain.backfills[0].logs[0].key), "valid");
}

#[test]
fn digests_of_one_region_do_not_cover_another() {
    let chains = [Chain::hours(8), Chain::new("111122223333", "eu-west-1").with_hours(8)];
    let mut bucket = Bucket::of(&chains.each_ref());
    bucket.remove(&chains[1].digest(4));
    let report = check(&bucket, &[]);
    report
        .exits(1)
        .has_digests(&[(&chains[1].digest(4), "missing")])
        .has_logs(&borrowed(&logs(&chains[1], &[4], "uncovered")))
        .has_holes(&[("missing", 240, 300)]);
    assert_eq!(report.chains().filter(|chain| chain["holes"].as_array().is_some_and(|it| it.is_empty())).count(), 1);
}

#[test]
fn what_is_covered_is_told_as_intervals() {
    let chain = Chain::hours(8);
    let report = check(&without(&chain, &[4]), &[]);
    let covered = report.chains().next().map(|chain| chain["covered"].clone()).unwrap_or_default();
    let expected = serde_json::json!([
        {"start": "2024-03-10T00:11:09Z", "end": "2024-03-10T04:11:09Z"},
        {"start": "2024-03-10T05:11:09Z", "end": "2024-03-10T08:11:09Z"},
    ]);
    assert_eq!(covered, expected);
}

#[test]
fn an_end_in_the_future_is_as_now() {
    let bucket = Bucket::of(&[&Chain::hours(5)]);
    let report = check(&bucket, &["--end", "2999-01-01T00:00:00Z"]);
    report.exits(3).has_digests(&[]);
    let reasons: Vec<_> = report.holes().map(|hole| hole["reason"].clone()).collect();
    assert_eq!(reasons, ["after_last"]);
    // Within the slack of the newest digest it is nothing.
    let end = chain_end(&bucket) + TimeDelta::minutes(110);
    check(&bucket, &["--end", &crate::sign::iso(end)]).exits(0);
}

fn chain_end(bucket: &Bucket) -> chrono::DateTime<chrono::Utc> {
    bucket.range.expect("a chain was signed").1
}
