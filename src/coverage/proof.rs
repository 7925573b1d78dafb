//! What digest files add to coverage: days that nothing vouches for, and gaps that are none.
//!
//! A digest file comes within two hours of its end, and one is due for every hour: of a stream's first day since the
//! first delivery, of the newest days until [`SLACK`] before now, or before the newest file of an archive that is a copy.
//! Names alone say nothing of what digest files list: a quiet day may turn out to have had log files that were
//! removed since. Only the folder `CloudTrail` is looked at: whether digest files list other folders is not documented.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::count::{Key, Stream};
use super::digests::{DAY, Digests, Extent, seconds};
use super::find::{Coverage, Finding, What};

/// How long after an hour its digest file may come.
const SLACK: Duration = Duration::hours(2);
/// The folder that digest files are about.
const KIND: &str = "CloudTrail";

/// Digest files, and until when they are due.
#[derive(Debug)]
pub(super) struct Proof {
    digests: Digests,
    /// Until when, in regions that have some.
    due: DateTime<Utc>,
    /// Until when, in regions that have none: a copy without them is not one that they were still to come to.
    due_at_all: DateTime<Utc>,
}

impl Proof {
    /// How far digest files are about a day of a stream; none where they are not due, or about something else.
    pub(super) fn of(&self, stream: &Stream, date: NaiveDate) -> Option<Extent> {
        if !is_proven(&stream.key) {
            return None;
        }
        let whole = self.digests.extent(&stream.key, date, 0, DAY);
        if whole == Extent::Full {
            return Some(whole);
        }
        let is_first = stream.life().is_some_and(|(first, _)| first == date);
        let first = stream.on(date).filter(|_| is_first).and_then(super::Day::first);
        let (from, to) = (first.map_or(0, |first| seconds(date, first)), seconds(date, self.due(&stream.key)));
        match whole {
            Extent::None if from >= to => None,
            _ if from >= to => Some(Extent::Full),
            _ => Some(self.digests.extent(&stream.key, date, from, to)),
        }
    }

    fn due(&self, key: &Key) -> DateTime<Utc> {
        if self.digests.life(key).is_some() { self.due } else { self.due_at_all }
    }

    /// How many digest files end on a day; none where they are about something else.
    pub(super) fn count(&self, stream: &Stream, date: NaiveDate) -> Option<u64> {
        is_proven(&stream.key).then(|| self.digests.count(&stream.key, date))
    }

    /// The first and the last day of these that digest files of a stream are about.
    pub(super) fn life(&self, stream: &Stream, span: Option<(NaiveDate, NaiveDate)>) -> Option<(NaiveDate, NaiveDate)> {
        let (first, last) = self.digests.life(&stream.key).filter(|_| is_proven(&stream.key))?;
        let (first, last) = span.map_or((first, last), |span| (first.max(span.0), last.min(span.1)));
        (first <= last).then_some((first, last))
    }
}

/// Whether something that is told of an account is about this stream of it, too.
pub(super) fn is_about(finding: &Finding, stream: &Stream) -> bool {
    match finding.what {
        What::OnlyDigests => stream.days.is_empty(),
        What::Undigested | What::PartDigested => is_proven(&stream.key),
        _ => true,
    }
}

fn is_proven(key: &Key) -> bool {
    key.kind.as_deref() == Some(KIND)
}

impl Coverage {
    /// Takes digest files in: regions that have nothing else become streams without days, gaps with digest files
    /// become quiet days, and days with deliveries but without digest files are told.
    #[must_use]
    pub fn with_digests(mut self, digests: Digests, now: DateTime<Utc>) -> Self {
        // A copy ends with its newest file; an archive that goes on has files of today.
        let newest = self.streams.iter().filter_map(|stream| stream.days.last()?.last()).chain(digests.newest()).max();
        let due = newest.map_or(now, |newest| newest.min(now));
        let before = |time: DateTime<Utc>| time.checked_sub_signed(SLACK).unwrap_or(time);
        let (due, due_at_all) = (before(due), before(now));
        let known: BTreeSet<Key> = self.streams.iter().map(|stream| stream.key.clone()).collect();
        let others = digests.keys().map(|key| Key { kind: Some(KIND.to_owned()), ..key.clone() });
        let others: Vec<Key> = others.filter(|key| !known.contains(key)).collect();
        self.streams.extend(others.into_iter().map(|key| Stream { key, days: Vec::new() }));
        self.streams.sort_by(|a, b| a.key.cmp(&b.key));
        let proof = Proof { digests, due, due_at_all };
        if self.span.is_none() {
            let lives = || self.streams.iter().filter_map(|stream| proof.life(stream, None));
            self.span = lives().map(|(first, _)| first).min().zip(lives().map(|(_, last)| last).max());
        }
        let mut findings = Vec::new();
        for finding in std::mem::take(&mut self.findings) {
            findings.extend(self.divided(finding, &proof));
        }
        findings.extend(self.unproven(&proof));
        findings.extend(self.without_deliveries(&proof));
        findings.sort_by(|a, b| (&a.key, a.from, a.what).cmp(&(&b.key, b.from, b.what)));
        Self { findings, proof: Some(proof), ..self }
    }

    /// A finding of missing deliveries, in parts with and without digest files.
    fn divided(&self, finding: Finding, proof: &Proof) -> Vec<Finding> {
        if !matches!(finding.what, What::Gap | What::Silent | What::Pause) {
            return vec![finding];
        }
        let streams: Vec<&Stream> = self.streams_of(&finding.key).filter(|stream| !stream.days.is_empty()).collect();
        let is_quiet = |date: NaiveDate| {
            !streams.is_empty() && streams.iter().all(|stream| proof.of(stream, date) == Some(Extent::Full))
        };
        let mut parts: Vec<Finding> = Vec::new();
        for date in finding.from.iter_days().take_while(|date| *date <= finding.to) {
            let what = if is_quiet(date) { What::Quiet } else { finding.what };
            match parts.last_mut() {
                Some(last) if last.what == what => last.to = date,
                _ => parts.push(Finding { what, from: date, to: date, ..finding.clone() }),
            }
        }
        for part in parts.iter_mut().filter(|part| part.what == What::Quiet) {
            part.reason = format!("covered by digest files: nothing was delivered, {UNLESS}");
        }
        parts
    }

    /// Days with deliveries of which digest files are about nothing, or a part.
    fn unproven(&self, proof: &Proof) -> Vec<Finding> {
        let mut found: BTreeMap<Key, Vec<Finding>> = BTreeMap::new();
        let mut accounts: BTreeMap<Key, (usize, BTreeSet<NaiveDate>)> = BTreeMap::new();
        for stream in self.streams.iter().filter(|stream| is_proven(&stream.key) && !stream.days.is_empty()) {
            let account = Key { region: None, kind: None, ..stream.key.clone() };
            let (streams, days) = accounts.entry(account.clone()).or_default();
            *streams += 1;
            days.extend(stream.days.iter().map(|day| day.date));
            found.entry(account).or_default().extend(unproven(stream, proof));
        }
        for (account, (streams, days)) in accounts {
            let Some(findings) = found.get_mut(&account) else { continue };
            // An account without any digest file is told once.
            let has_none = self.streams_of(&account).all(|stream| proof.life(stream, self.span).is_none());
            if let (true, true, Some(first), Some(last)) = (streams > 1, has_none, days.first(), days.last()) {
                let reason = reason(What::Undigested, days.len());
                let (from, to) = (*first, *last);
                let events = Vec::new();
                *findings = vec![Finding { what: What::Undigested, key: account, from, to, reason, events }];
            }
        }
        found.into_values().flatten().collect()
    }

    /// Regions with digest files that delivered nothing, account by account.
    fn without_deliveries(&self, proof: &Proof) -> Vec<Finding> {
        let mut found: BTreeMap<Key, (Vec<&str>, NaiveDate, NaiveDate)> = BTreeMap::new();
        for stream in self.streams.iter().filter(|stream| stream.days.is_empty()) {
            let Some((first, last)) = proof.life(stream, self.span) else { continue };
            let account = Key { region: None, kind: None, ..stream.key.clone() };
            let (regions, from, to) = found.entry(account).or_insert((Vec::new(), first, last));
            regions.extend(stream.key.region.as_deref());
            (*from, *to) = (first.min(*from), last.max(*to));
        }
        let told = found.into_iter().map(|(key, (regions, from, to))| {
            let more = match regions.len().saturating_sub(MOST_REGIONS) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let names = regions.iter().take(MOST_REGIONS).copied().collect::<Vec<_>>().join(", ");
            let reason = format!("no log files of {names}{more}: nothing was delivered, {UNLESS}");
            Finding { what: What::OnlyDigests, key, from, to, reason, events: Vec::new() }
        });
        told.collect()
    }

    /// The streams of a stream's or of an account's key.
    fn streams_of<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Stream> {
        let is_of = move |stream: &&Stream| {
            let account = Key { region: None, kind: None, ..stream.key.clone() };
            stream.key == *key || account == *key && is_proven(&stream.key)
        };
        self.streams.iter().filter(is_of)
    }
}

const UNLESS: &str = "unless `trailql verify` finds log files missing";
/// Regions that are named.
const MOST_REGIONS: usize = 5;

/// The days of a stream that nothing vouches for, next to each other as one.
fn unproven(stream: &Stream, proof: &Proof) -> Vec<Finding> {
    let mut found: Vec<(Finding, usize, usize)> = Vec::new();
    for (place, day) in stream.days.iter().enumerate() {
        let what = match proof.of(stream, day.date) {
            Some(Extent::None) => What::Undigested,
            Some(Extent::Part) => What::PartDigested,
            Some(Extent::Full) | None => continue,
        };
        match found.last_mut() {
            // Days without deliveries between them need no digest files to be told.
            Some((last, before, days)) if last.what == what && *before + 1 == place => {
                (last.to, *before, *days) = (day.date, place, *days + 1);
            }
            _ => {
                let (key, date) = (stream.key.clone(), day.date);
                let finding = Finding { what, key, from: date, to: date, reason: String::new(), events: Vec::new() };
                found.push((finding, place, 1));
            }
        }
    }
    found.into_iter().map(|(finding, _, days)| Finding { reason: reason(finding.what, days), ..finding }).collect()
}

fn reason(what: What, days: usize) -> String {
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    match what {
        What::PartDigested => {
            format!("validation was off for hours, or digest files are missing: {days} with log files")
        }
        _ => format!("validation was off, or digest files are missing: {days} with log files"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::count::Range;
    use super::super::count::tests::{date, stream};
    use super::super::digests::tests::{add, hourly};
    use super::super::{DigestCounter, rows};
    use super::*;

    const NOW: &str = "2026-03-31T12:00:00Z";

    /// `region what from..to` of what is told, days counted from the first of March 2026.
    fn told(coverage: &Coverage) -> Vec<String> {
        let day = |day: NaiveDate| (day - date("2026-03-01")).num_days() + 1;
        let told = coverage.findings.iter().map(|finding| {
            let region = finding.key.region.as_deref().unwrap_or("all");
            format!("{region} {} {}..{}", finding.what.name(), day(finding.from), day(finding.to))
        });
        told.collect()
    }

    fn coverage(streams: Vec<Stream>, digests: &[(&str, &[std::ops::RangeInclusive<u32>])], now: &str) -> Coverage {
        let now: DateTime<Utc> = now.parse().expect("a time");
        let counter = DigestCounter::default();
        for (region, days) in digests {
            let ends: Vec<String> = days.iter().flat_map(|days| hourly(days.clone())).collect();
            let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
            add(&counter, "1", region, &[("t", &ends)]);
        }
        Coverage::new(&Range::default(), streams, now.date_naive()).with_digests(counter.finish(), now)
    }

    #[test]
    fn days_without_digest_files_are_told_and_counted() {
        let days: Vec<u64> = (1..=9).collect();
        let found = coverage(vec![stream("1", "r", &days)], &[("r", &[1..=3, 7..=9])], NOW);
        // The third ends at 23:20, and the seventh begins with the hour that ends at 0:20.
        assert_eq!(told(&found), ["r part digests 3..3", "r no digests 4..5", "r part digests 6..6"]);
        let reason = "validation was off, or digest files are missing: 2 days with log files";
        assert_eq!(found.findings[1].reason, reason);
        assert!(!found.is_broken());
    }

    #[test]
    fn quiet_days_between_unproven_ones_are_not_told() {
        // Deliveries are rare, so that there is no gap.
        let found = coverage(vec![stream("1", "r", &[1, 5, 9, 14])], &[("r", &[10..=14])], NOW);
        assert_eq!(told(&found), ["r no digests 1..5", "r part digests 9..9"]);
    }

    #[test]
    fn a_gap_with_digest_files_is_quiet() {
        let days = [1, 2, 3, 4, 7, 8, 9, 10];
        let found = coverage(vec![stream("1", "r", &days)], &[("r", &[1..=10])], NOW);
        assert_eq!(told(&found), ["r quiet 5..6"]);
        assert!(!found.is_broken());
        // Only a part of the gap: the fifth is covered until 23:20, so it stays a gap as the sixth does.
        let found = coverage(vec![stream("1", "r", &days)], &[("r", &[1..=5, 7..=10])], NOW);
        assert_eq!(told(&found), ["r gap 5..6"]);
        let days = [1, 2, 3, 4, 8, 9, 10, 11];
        let found = coverage(vec![stream("1", "r", &days)], &[("r", &[1..=6, 8..=11])], NOW);
        assert_eq!(told(&found), ["r quiet 5..5", "r gap 6..7"]);
        assert!(found.is_broken());
    }

    #[test]
    fn a_gap_of_an_account_is_quiet_when_every_region_has_digest_files() {
        let days = [1, 2, 3, 5, 6, 7];
        let streams = || vec![stream("1", "a", &days), stream("1", "b", &days)];
        let found = coverage(streams(), &[("a", &[1..=7]), ("b", &[1..=7])], NOW);
        assert_eq!(told(&found), ["all quiet 4..4"]);
        let found = coverage(streams(), &[("a", &[1..=7]), ("b", &[1..=3, 6..=7])], NOW);
        assert_eq!(told(&found), ["all gap 4..4", "b part digests 3..5"]);
    }

    #[test]
    fn a_silence_with_digest_files_is_quiet() {
        let usual: Vec<u64> = (1..=10).collect();
        let other: Vec<u64> = (1..=14).collect();
        let streams = vec![stream("1", "a", &usual), stream("1", "b", &other)];
        let found = coverage(streams, &[("a", &[1..=15]), ("b", &[1..=15])], NOW);
        assert_eq!(told(&found), ["a quiet 11..14"]);
    }

    #[test]
    fn an_account_without_digest_files_is_told_once() {
        let streams = vec![stream("1", "a", &[1, 2, 3]), stream("1", "b", &[2, 3, 4])];
        let found = coverage(streams, &[], NOW);
        assert_eq!(told(&found), ["all no digests 1..4"]);
        assert!(found.findings[0].reason.contains("4 days"));
    }

    #[test]
    fn a_day_without_any_digest_file_is_told_once_it_is_due() {
        let noon = |now: &str| told(&coverage(vec![stream("1", "a", &[1])], &[], now));
        assert_eq!(noon("2026-03-09T00:00:00Z"), ["a no digests 1..1"]);
        assert_eq!(noon("2026-03-01T14:01:00Z"), ["a no digests 1..1"]);
        assert!(noon("2026-03-01T13:59:00Z").is_empty());
    }

    #[test]
    fn regions_with_nothing_but_digest_files_are_quiet() {
        let found = coverage(vec![stream("1", "a", &[2, 3, 4])], &[("a", &[1..=5]), ("b", &[2..=4])], NOW);
        assert_eq!(told(&found), ["all only digests 2..4"]);
        assert!(found.findings[0].reason.starts_with("no log files of b: nothing was delivered, unless"));
        let found = coverage(Vec::new(), &[("b", &[2..=4])], NOW);
        assert_eq!(found.span, Some((date("2026-03-01"), date("2026-03-04"))));
    }

    #[test]
    fn what_is_not_due_yet_is_not_missed() {
        // Deliveries at noon; the newest hours of the last day have no digest file yet, in an archive as in a copy.
        let days: Vec<u64> = (1..=3).collect();
        let counter = |last: &str| {
            let counter = DigestCounter::default();
            let mut ends = hourly(1..=2);
            ends.extend((0..24).map(|hour| format!("2026-03-03T{hour:02}:20:00Z")).filter(|end| end.as_str() <= last));
            let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
            add(&counter, "1", "r", &[("t", &ends)]);
            counter.finish()
        };
        let found = |last: &str, now: &str| {
            let now: DateTime<Utc> = now.parse().expect("a time");
            let streams = vec![stream("1", "r", &days)];
            told(&Coverage::new(&Range::default(), streams, now.date_naive()).with_digests(counter(last), now))
        };
        assert!(found("2026-03-03T10:20:00Z", "2026-03-03T12:01:00Z").is_empty());
        assert!(found("2026-03-03T10:20:00Z", NOW).is_empty());
        assert_eq!(found("2026-03-03T09:20:00Z", NOW), ["r part digests 3..3"]);
    }

    #[test]
    fn a_first_day_is_looked_at_from_its_first_delivery_on() {
        // Deliveries at noon, digest files from 11:20 on.
        let counter = DigestCounter::default();
        let ends = hourly(1..=3);
        let ends: Vec<&str> = ends[12..].iter().map(String::as_str).collect();
        add(&counter, "1", "r", &[("t", &ends)]);
        let now: DateTime<Utc> = NOW.parse().expect("a time");
        let streams = vec![stream("1", "r", &[1, 2, 3])];
        let found = Coverage::new(&Range::default(), streams, now.date_naive()).with_digests(counter.finish(), now);
        assert!(found.findings.is_empty(), "{:?}", told(&found));
    }

    #[test]
    fn other_folders_are_not_looked_at() {
        let mut insight = stream("1", "r", &[1, 2, 3]);
        insight.key.kind = Some("CloudTrail-Insight".to_owned());
        let found = coverage(vec![insight], &[], NOW);
        assert!(found.findings.is_empty());
        let rows = rows(&found, &found.streams[0]).next().flatten().expect("rows");
        assert_eq!(rows.column_by_name("digests").expect("a column").null_count(), 3);
    }
}
