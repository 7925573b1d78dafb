//! Which digests a range takes in: those whose time touches it, and all their log files.

use crate::sign::{Bucket, Chain, gzip, iso, minute};

use super::run::{check, on_copy, text};

/// The hours that were looked at, `hour(n)` the digest that ends an hour n + 1 after the start.
#[track_caller]
fn looks_at(bucket: &Bucket, start: i64, end: i64, hours: std::ops::RangeInclusive<usize>) {
    let (start, end) = (iso(minute(start)), iso(minute(end)));
    let report = check(bucket, &["--start", &start, "--end", &end]);
    report.has_digests(&[]);
    let mut ends: Vec<_> = report.digests().filter_map(|digest| digest["end"].as_str()).collect();
    ends.reverse();
    let expected: Vec<_> = hours.map(|hour| iso(minute(60 * (hour as i64 + 1)))).collect();
    assert_eq!(ends, expected, "{start} to {end}");
}

#[test]
fn digests_that_touch_the_range_are_chosen() {
    let bucket = Bucket::of(&[&Chain::hours(30)]);
    // Inside of one hour.
    looks_at(&bucket, 130, 170, 2..=2);
    looks_at(&bucket, 130, 190, 2..=3);
    // A start that is a digest's own takes the one before too; an end that is one takes the next.
    looks_at(&bucket, 120, 170, 1..=2);
    looks_at(&bucket, 130, 180, 2..=3);
    looks_at(&bucket, 0, 60, 0..=1);
    // Over midnight.
    looks_at(&bucket, 22 * 60 + 10, 26 * 60 - 10, 22..=25);
}

#[test]
fn all_log_files_of_a_chosen_digest_are_checked() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.log_key(2, 0)).bytes = gzip(b"{}");
    // Its time in the hour is minute 14.
    let range = ["--start", &iso(minute(150)), "--end", &iso(minute(170))];
    check(&bucket, &range).exits(1).has_logs(&[(&chain.log_key(2, 0), "modified")]);
}

#[test]
fn what_is_wrong_outside_of_the_range_is_not_looked_at() {
    let chain = Chain::hours(12);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.log_key(1, 0)).bytes.clear();
    bucket.remove(&chain.digest(10));
    let range = ["--start", &iso(minute(310)), "--end", &iso(minute(350))];
    let report = check(&bucket, &range);
    report.exits(0).has_digests(&[]).has_holes(&[]);
}

#[test]
fn the_link_of_the_oldest_chosen_digest_is_followed_no_further_than_the_range() {
    let chain = Chain::hours(12);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.remove(&chain.digest(3));
    let report = check(&bucket, &["--start", &iso(minute(310)), "--end", &iso(minute(350))]);
    report.exits(0).has_digests(&[]);
}

#[test]
fn requested_and_found_are_told_apart() {
    let bucket = Bucket::of(&[&Chain::hours(5)]);
    let report = check(&bucket, &["--start", "2024-03-09T20:00:00Z", "--end", "2024-03-10T06:00:00Z"]);
    assert_eq!(report.json["requested"]["start"], "2024-03-09T20:00:00Z");
    assert_eq!(report.json["requested"]["end"], "2024-03-10T06:00:00Z");
    assert_eq!(report.json["found"]["start"], "2024-03-10T00:11:09Z");
    assert_eq!(report.json["found"]["end"], "2024-03-10T05:11:09Z");
    let report = check(&bucket, &["--start", "2024-03-10T01:00:00Z", "--end", "2024-03-10T03:00:00Z"]);
    assert_eq!(report.json["found"], report.json["requested"]);
}

#[test]
fn a_range_before_or_after_everything_finds_nothing() {
    let bucket = Bucket::of(&[&Chain::hours(5)]);
    for (start, end) in [("2020-01-01", "2020-01-02"), ("2025-01-01", "2025-01-02")] {
        text(&bucket, &["--start", start, "--end", end]).exits(3).says("No digests found");
    }
}

#[test]
fn without_a_start_everything_is_checked() {
    let bucket = Bucket::of(&[&Chain::hours(50)]);
    let copy = bucket.lay_out();
    let mut command = super::run::trailql();
    command.arg("verify").arg(copy.root()).arg("--public-keys").arg(copy.public_keys());
    command.arg("--digest-metadata").arg(copy.metadata()).args(["--end", &iso(minute(50 * 60))]);
    super::run::finish(command).exits(0).says("\n50/50 digest files valid\n");
}

#[test]
fn times_may_be_dates_and_have_offsets() {
    let bucket = Bucket::of(&[&Chain::hours(50)]);
    let copy = bucket.lay_out();
    let day = on_copy(&bucket, &copy, &["--start", "2024-03-11", "--end", "2024-03-12"]);
    day.exits(0).says("Results requested for 2024-03-11T00:00:00Z to 2024-03-12T00:00:00Z");
    let offset = on_copy(&bucket, &copy, &["--start", "2024-03-11T01:00:00+01:00", "--end", "2024-03-12T00:00:00"]);
    offset.exits(0).says("Results requested for 2024-03-11T00:00:00Z to 2024-03-12T00:00:00Z");
}

#[test]
fn ranges_that_are_none_are_wrong_usage() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    for (start, end) in
        [("2024-03-11", "2024-03-10"), ("yesterdayish", "2024-03-10"), ("2024-03-10", "2024-13-45"), ("", "2024-03-10")]
    {
        let run = on_copy(&bucket, &copy, &["--start", start, "--end", end]);
        run.exits(2);
        assert_eq!(run.stdout, "");
    }
    for slack in ["", "-1h", "soon"] {
        on_copy(&bucket, &copy, &["--slack", slack]).exits(2);
    }
}
