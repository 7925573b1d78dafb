//! Which hours digest files are about, by their names alone.
//!
//! A name tells the end of its time. It begins where the digest file before it ended, unless that is longer ago than
//! [`LONGEST`]: then a file may be missing, and one hour is taken. The digest files themselves tell exactly, and prove
//! it; that is what `trailql verify` is for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::count::Key;
use crate::archive::{DigestName, Partition};

/// What a digest file is about when nothing tells where it begins.
const USUAL: Duration = Duration::hours(1);
/// The longest time between two digest files in which no third is missed.
const LONGEST: Duration = Duration::minutes(90);
/// Seconds of a day.
pub(super) const DAY: u32 = 24 * 60 * 60;

/// Counts the digest files of a listing, and keeps the hours of each day.
#[derive(Debug, Default)]
pub struct DigestCounter {
    chains: Mutex<BTreeMap<(Key, Trail), Chain>>,
}

/// The name and the home region of a trail, and the archive: a trail may go on in another one.
type Trail = (String, String, usize);

#[derive(Debug, Default)]
struct Chain {
    last: Option<DateTime<Utc>>,
    days: Vec<(NaiveDate, Day)>,
}

/// What the digest files of one trail are about on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Day {
    /// Those that end on the day.
    count: u32,
    /// Seconds from and to, in order and apart; mostly one interval.
    covered: Vec<(u32, u32)>,
}

/// The digest files of all trails, by account and region.
#[derive(Debug, Default)]
pub struct Digests {
    /// Keys have no kind; days are in order, and have each trail's part.
    days: BTreeMap<Key, Vec<(NaiveDate, Day)>>,
}

/// How far digest files are about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Not at all.
    None,
    /// About a part of what they should be about.
    Part,
    /// About all that they should be about.
    Full,
}

impl Extent {
    /// The name in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Part => "part",
            Self::Full => "full",
        }
    }
}

impl DigestCounter {
    /// Takes a digest file of an archive in; those of one trail come in the order of their times. Backfills are about
    /// no hours.
    pub fn count(&self, archive: usize, partition: &Partition, name: DigestName<'_>) {
        if name.is_backfill {
            return;
        }
        let key = Key {
            organization: partition.organization.clone(),
            account: Some(name.account.to_owned()),
            region: Some(name.region.to_owned()),
            kind: None,
        };
        let trail = (name.trail.to_owned(), name.home_region.to_owned(), archive);
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        chains.entry((key, trail)).or_default().add(name.end);
    }

    /// What was counted.
    #[must_use]
    pub fn finish(self) -> Digests {
        let chains = self.chains.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut days: BTreeMap<Key, Vec<(NaiveDate, Day)>> = BTreeMap::new();
        let mut chains = chains.into_iter().peekable();
        while let Some(((key, (name, home, _)), mut chain)) = chains.next() {
            let is_same =
                |((other, trail), _): &((Key, Trail), Chain)| *other == key && (&trail.0, &trail.1) == (&name, &home);
            while let Some((_, same)) = chains.next_if(is_same) {
                same.days.into_iter().for_each(|(date, day)| chain.day(date).merge(day));
            }
            days.entry(key).or_default().append(&mut chain.days);
        }
        days.values_mut().for_each(|days| days.sort_by_key(|(date, _)| *date));
        Digests { days }
    }
}

impl Chain {
    fn add(&mut self, end: DateTime<Utc>) {
        let count = &mut self.day(end.date_naive()).count;
        *count = count.saturating_add(1);
        let usual = end.checked_sub_signed(USUAL).unwrap_or(end);
        let start = match self.last {
            // Out of order, or twice: the hour before it may be known already.
            Some(last) if last >= end => return,
            Some(last) if end.signed_duration_since(last) <= LONGEST => last,
            _ => usual,
        };
        self.last = Some(end);
        let mut from = start;
        while from < end {
            let date = from.date_naive();
            let midnight =
                date.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)).map_or(end, |next| next.and_utc());
            let to = midnight.min(end);
            self.day(date).cover(seconds(date, from), seconds(date, to));
            from = to;
        }
    }

    /// The day, which mostly is the last one, or the one before it.
    fn day(&mut self, date: NaiveDate) -> &mut Day {
        let place = self.days.partition_point(|(day, _)| *day < date);
        if self.days.get(place).is_none_or(|(day, _)| *day != date) {
            self.days.insert(place, (date, Day::default()));
        }
        &mut self.days[place].1
    }
}

impl Day {
    /// Takes in what another archive has of the trail.
    fn merge(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        let mut all = std::mem::take(&mut self.covered);
        all.extend(other.covered);
        all.sort_unstable();
        all.into_iter().for_each(|(from, to)| self.cover(from, to));
    }

    fn cover(&mut self, from: u32, to: u32) {
        match self.covered.last_mut() {
            Some((_, last)) if from <= *last => *last = to.max(*last),
            _ if from < to => self.covered.push((from, to)),
            _ => {}
        }
    }
}

/// Seconds from a day's midnight, within that day.
pub(super) fn seconds(date: NaiveDate, at: DateTime<Utc>) -> u32 {
    let midnight = date.and_hms_opt(0, 0, 0).map_or(at, |midnight| midnight.and_utc());
    let since = at.signed_duration_since(midnight).num_seconds().clamp(0, i64::from(DAY));
    u32::try_from(since).unwrap_or(DAY)
}

impl Digests {
    /// Accounts and regions that have digest files.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.days.keys()
    }

    /// Whether there is no digest file at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The end of the newest digest file.
    pub(super) fn newest(&self) -> Option<DateTime<Utc>> {
        let of_day = |(date, day): &(NaiveDate, Day)| {
            let (_, to) = day.covered.last()?;
            date.and_hms_opt(0, 0, 0)?.and_utc().checked_add_signed(Duration::seconds(i64::from(*to)))
        };
        self.days.values().filter_map(|days| days.iter().rev().find_map(of_day)).max()
    }

    /// How many digest files of all trails end on a day.
    pub(super) fn count(&self, key: &Key, date: NaiveDate) -> u64 {
        self.on(key, date).map(|day| u64::from(day.count)).sum()
    }

    /// How far one trail's digest files are about these seconds of a day: the best trail's.
    pub(super) fn extent(&self, key: &Key, date: NaiveDate, from: u32, to: u32) -> Extent {
        let of_trail = |day: &Day| {
            let is_full = day.covered.iter().any(|(first, last)| *first <= from && to <= *last);
            let is_part = day.covered.iter().any(|(first, last)| *first < to && from < *last);
            match (is_full, is_part) {
                (true, _) => Extent::Full,
                (false, true) => Extent::Part,
                (false, false) => Extent::None,
            }
        };
        self.on(key, date).map(of_trail).max().unwrap_or(Extent::None)
    }

    /// The first and the last day that digest files are about.
    pub(super) fn life(&self, key: &Key) -> Option<(NaiveDate, NaiveDate)> {
        let days = self.days.get(&without_kind(key))?;
        let mut covered = days.iter().filter(|(_, day)| !day.covered.is_empty()).map(|(date, _)| *date);
        let first = covered.next()?;
        Some((first, covered.next_back().unwrap_or(first)))
    }

    fn on(&self, key: &Key, date: NaiveDate) -> impl Iterator<Item = &Day> {
        let days = self.days.get(&without_kind(key)).map(Vec::as_slice).unwrap_or_default();
        let from = days.partition_point(|(day, _)| *day < date);
        days.get(from..).unwrap_or_default().iter().take_while(move |(day, _)| *day == date).map(|(_, day)| day)
    }
}

fn without_kind(key: &Key) -> Key {
    Key { kind: None, ..key.clone() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::count::tests::date;
    use super::*;

    /// Digest files of trails, each by its name and the ends of its digest files.
    pub(in crate::coverage) fn digests(account: &str, region: &str, trails: &[(&str, &[&str])]) -> DigestCounter {
        let counter = DigestCounter::default();
        add(&counter, account, region, trails);
        counter
    }

    pub(in crate::coverage) fn add(counter: &DigestCounter, account: &str, region: &str, trails: &[(&str, &[&str])]) {
        for (trail, ends) in trails {
            for end in *ends {
                let end = end.parse().expect("a time");
                let name = DigestName { account, region, trail, home_region: "us-east-1", end, is_backfill: false };
                counter.count(0, &Partition::default(), name);
            }
        }
    }

    /// The ends of hourly digest files, from the first to the last hour of these days of March 2026, at 20 past.
    pub(in crate::coverage) fn hourly(days: std::ops::RangeInclusive<u32>) -> Vec<String> {
        days.flat_map(|day| (0..24).map(move |hour| format!("2026-03-{day:02}T{hour:02}:20:00Z"))).collect()
    }

    pub(in crate::coverage) fn key() -> Key {
        Key { account: Some("1".to_owned()), region: Some("r".to_owned()), ..Key::default() }
    }

    fn extent(ends: &[&str], day: &str) -> Extent {
        digests("1", "r", &[("t", ends)]).finish().extent(&key(), date(day), 0, DAY)
    }

    #[test]
    fn a_day_is_full_when_an_hour_follows_the_other_beyond_both_midnights() {
        let mut ends = hourly(1..=2);
        ends.push("2026-03-03T00:20:00Z".to_owned());
        let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
        assert_eq!(extent(&ends, "2026-03-01"), Extent::Full, "the first hour began at 23:20");
        assert_eq!(extent(&ends, "2026-03-02"), Extent::Full);
        assert_eq!(extent(&ends, "2026-03-03"), Extent::Part);
        assert_eq!(extent(&ends, "2026-03-04"), Extent::None);
        assert_eq!(extent(&ends, "2026-02-28"), Extent::Part);
        // Without the last one the day ends at 23:20.
        assert_eq!(extent(&ends[..48], "2026-03-02"), Extent::Part);
        let without = [&ends[..30], &ends[31..]].concat();
        assert_eq!(extent(&without, "2026-03-02"), Extent::Part, "one is missing");
    }

    #[test]
    fn odd_periods_leave_no_hole() {
        let odd = ["2026-03-01T23:30:00Z", "2026-03-02T00:59:59Z", "2026-03-02T01:59:00Z"];
        let found = digests("1", "r", &[("t", &odd)]).finish();
        assert_eq!(found.extent(&key(), date("2026-03-02"), 0, 7140), Extent::Full);
        assert_eq!(found.extent(&key(), date("2026-03-02"), 0, 7141), Extent::Part);
        assert_eq!(found.extent(&key(), date("2026-03-02"), 7140, DAY), Extent::None);
        assert_eq!(found.count(&key(), date("2026-03-02")), 2);
    }

    #[test]
    fn a_digest_at_midnight_is_about_the_day_before() {
        let found = digests("1", "r", &[("t", &["2026-03-02T00:00:00Z"])]).finish();
        assert_eq!(found.extent(&key(), date("2026-03-01"), 23 * 3600, DAY), Extent::Full);
        assert_eq!(found.extent(&key(), date("2026-03-02"), 0, DAY), Extent::None);
        assert_eq!((found.count(&key(), date("2026-03-01")), found.count(&key(), date("2026-03-02"))), (0, 1));
        assert_eq!(found.life(&key()), Some((date("2026-03-01"), date("2026-03-01"))));
    }

    #[test]
    fn one_of_several_trails_is_enough_but_two_halves_are_no_whole() {
        let all = hourly(1..=3);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let check = |trails: &[(&str, &[&str])], expected: Extent, count: u64| {
            let found = digests("1", "r", trails).finish();
            assert_eq!(found.extent(&key(), date("2026-03-02"), 0, DAY), expected);
            assert_eq!(found.count(&key(), date("2026-03-02")), count);
        };
        check(&[("a", &all), ("b", &all[40..50])], Extent::Full, 32);
        check(&[("a", &all[..36]), ("b", &all[36..])], Extent::Part, 24);
    }

    #[test]
    fn a_trail_may_go_on_in_another_archive() {
        let counter = DigestCounter::default();
        let ends = hourly(1..=3);
        // The archive with the later ones is named first.
        for (archive, ends) in [&ends[30..], &ends[..31]].into_iter().enumerate() {
            for end in ends {
                let end = end.parse().expect("a time");
                let name =
                    DigestName { account: "1", region: "r", trail: "t", home_region: "r", end, is_backfill: false };
                counter.count(archive, &Partition::default(), name);
                counter.count(archive, &Partition::default(), DigestName { is_backfill: true, ..name });
            }
        }
        let found = counter.finish();
        assert_eq!(found.extent(&key(), date("2026-03-02"), 0, DAY), Extent::Full);
        assert_eq!(found.count(&key(), date("2026-03-02")), 25, "one is in both");
        assert_eq!(found.newest(), "2026-03-03T23:20:00Z".parse().ok());
    }

    #[test]
    fn repeated_and_odd_times_end() {
        let ends = ["2026-03-02T05:00:00Z", "2026-03-02T05:00:00Z", "2026-03-02T04:00:00Z", "9999-12-31T23:59:59Z"];
        let found = digests("1", "r", &[("t", &ends)]).finish();
        assert_eq!(found.extent(&key(), date("2026-03-02"), 4 * 3600, 5 * 3600), Extent::Full);
        assert_eq!(found.count(&key(), date("2026-03-02")), 3);
        assert!(!digests("1", "r", &[("t", &["0000-01-01T00:00:00Z"])]).finish().is_empty());
    }
}
