//! Counting log files by account, region and day, while they are listed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, NaiveDate, Timelike, Utc};

use crate::archive::{LogFile, Partition};

/// Whose deliveries they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The organization, in organization trails.
    pub organization: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The region; none where all regions of the account are meant.
    pub region: Option<String>,
    /// The folder: `CloudTrail`, `CloudTrail-Insight` or `CloudTrail-NetworkActivity`; none for all of them.
    pub kind: Option<String>,
}

/// The deliveries of one account in one region and folder.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Whose.
    pub key: Key,
    /// The days with deliveries, in order.
    pub days: Vec<Day>,
}

/// A day with deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day of delivery.
    pub date: NaiveDate,
    /// Log files.
    pub files: u32,
    /// Bytes as stored.
    pub bytes: u64,
    /// Minutes of the first and the last delivery that a name tells; the first is later than the last where none does.
    first: u16,
    last: u16,
    /// The hours with deliveries, one bit each.
    pub hours: u32,
    /// Files that came late: see `LATE`.
    pub late: u32,
}

/// A file is late, or was copied, when the bucket says that it was written so long after the time in its name.
///
/// CloudTrail writes a file in the minute it names; a retried or repaired delivery keeps the name.
const LATE: Duration = Duration::hours(1);

impl Day {
    fn new(date: NaiveDate) -> Self {
        Self { date, files: 0, bytes: 0, first: u16::MAX, last: 0, hours: 0, late: 0 }
    }

    fn add(&mut self, file: &LogFile, is_late: bool) {
        self.files = self.files.saturating_add(1);
        self.bytes = self.bytes.saturating_add(file.size);
        self.late = self.late.saturating_add(is_late.into());
        if let Some(at) = file.delivered {
            let minute = u16::try_from(at.num_seconds_from_midnight() / 60).unwrap_or_default();
            self.first = self.first.min(minute);
            self.last = self.last.max(minute);
            self.hours |= 1 << at.hour();
        }
    }

    /// The first delivery, where a name tells.
    #[must_use]
    pub fn first(&self) -> Option<DateTime<Utc>> {
        (self.first <= self.last).then(|| self.at(self.first)).flatten()
    }

    /// The last delivery, where a name tells.
    #[must_use]
    pub fn last(&self) -> Option<DateTime<Utc>> {
        (self.first <= self.last).then(|| self.at(self.last)).flatten()
    }

    fn at(&self, minute: u16) -> Option<DateTime<Utc>> {
        Some(self.date.and_hms_opt(u32::from(minute / 60), u32::from(minute % 60), 0)?.and_utc())
    }

    /// The most whole hours in a row without a delivery: of the whole day, or from its first to its last delivery.
    #[must_use]
    pub fn longest_pause(&self, of_whole_day: bool) -> u32 {
        if self.hours == 0 {
            return 0;
        }
        let (from, to) = match of_whole_day {
            true => (0, 23),
            false => (self.hours.trailing_zeros(), 31 - self.hours.leading_zeros()),
        };
        let (mut longest, mut run) = (0, 0);
        for hour in from..=to {
            run = if self.hours & (1 << hour) == 0 { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest
    }
}

/// Which deliveries count. Empty lists mean all.
#[derive(Debug, Clone, Default)]
pub struct Range {
    /// The first moment of delivery.
    pub since: Option<DateTime<Utc>>,
    /// The moment before which, or until which, deliveries count.
    pub until: Option<DateTime<Utc>>,
    /// Accounts.
    pub accounts: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Organizations.
    pub organizations: Vec<String>,
}

impl Range {
    /// Whether a folder can hold deliveries that count, as far as its parts are known.
    #[must_use]
    pub fn may_hold(&self, partition: &Partition) -> bool {
        let fits = |wanted: &[String], part: &Option<String>| {
            wanted.is_empty() || part.as_ref().is_none_or(|part| wanted.contains(part))
        };
        fits(&self.accounts, &partition.account)
            && fits(&self.regions, &partition.region)
            && fits(&self.organizations, &partition.organization)
    }

    /// Whether a file counts.
    fn holds(&self, file: &LogFile) -> bool {
        let named = |wanted: &[String], part: &Option<String>| {
            wanted.is_empty() || part.as_ref().is_some_and(|part| wanted.contains(part))
        };
        let partition = file.partition();
        let is_in_time = match (file.delivered, partition.date()) {
            (Some(at), _) => {
                self.since.is_none_or(|since| at + MINUTE > since) && self.last().is_none_or(|last| at <= last)
            }
            (None, Some(day)) => {
                self.since.is_none_or(|since| day >= since.date_naive())
                    && self.last_day().is_none_or(|last| day <= last)
            }
            (None, None) => true,
        };
        is_in_time
            && named(&self.accounts, &partition.account)
            && named(&self.regions, &partition.region)
            && named(&self.organizations, &partition.organization)
    }

    /// The last day that counts.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.last().map(|last| last.date_naive())
    }

    /// The last moment that counts: midnight ends the day before.
    fn last(&self) -> Option<DateTime<Utc>> {
        let until = self.until?;
        let is_midnight = until.num_seconds_from_midnight() == 0;
        Some(if is_midnight { until.checked_sub_signed(MINUTE).unwrap_or(until) } else { until })
    }
}

const MINUTE: Duration = Duration::minutes(1);

/// Counts the files of a listing; see the room.
#[derive(Debug)]
pub struct Counter {
    range: Range,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    streams: Vec<Stream>,
    places: HashMap<Key, usize>,
    /// The folder of the file before, and its stream.
    before: Option<(Partition, usize)>,
    undated: u64,
}

impl Counter {
    /// Counts what is in this range.
    #[must_use]
    pub fn new(range: Range) -> Self {
        Self { range, counted: Mutex::default() }
    }

    /// The range.
    #[must_use]
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// Counts a file. `is_local` says that the file was copied to a disk, and its time of change tells nothing.
    pub fn count(&self, file: &LogFile, is_local: bool) {
        if !self.range.holds(file) {
            return;
        }
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(date) = file.partition().date().or(file.delivered.map(|at| at.date_naive())) else {
            counted.undated += 1;
            return;
        };
        let place = counted.place(file.partition());
        let is_late = !is_local && file.delivered.is_some_and(|delivered| file.modified - delivered > LATE);
        if let Some(stream) = counted.streams.get_mut(place) {
            stream.day(date).add(file, is_late);
        }
    }

    /// What was counted, in the order of keys, and how many files tell no day.
    #[must_use]
    pub fn finish(self) -> (Range, Vec<Stream>, u64) {
        let mut counted = self.counted.into_inner().unwrap_or_else(PoisonError::into_inner);
        counted.streams.sort_by(|a, b| a.key.cmp(&b.key));
        (self.range, counted.streams, counted.undated)
    }
}

impl Counted {
    fn place(&mut self, partition: &Partition) -> usize {
        if let Some((before, place)) = &self.before
            && before == partition
        {
            return *place;
        }
        let key = Key {
            organization: partition.organization.clone(),
            account: partition.account.clone(),
            region: partition.region.clone(),
            kind: partition.folder.clone(),
        };
        let place = *self.places.entry(key.clone()).or_insert_with(|| {
            self.streams.push(Stream { key, days: Vec::new() });
            self.streams.len() - 1
        });
        self.before = Some((partition.clone(), place));
        place
    }
}

impl Stream {
    /// The day, which mostly is the last one.
    fn day(&mut self, date: NaiveDate) -> &mut Day {
        let place = match self.days.last() {
            Some(last) if last.date == date => self.days.len() - 1,
            Some(last) if last.date > date => {
                self.days.binary_search_by_key(&date, |day| day.date).unwrap_or_else(|place| {
                    self.days.insert(place, Day::new(date));
                    place
                })
            }
            _ => {
                self.days.push(Day::new(date));
                self.days.len() - 1
            }
        };
        &mut self.days[place]
    }

    /// The deliveries of a day.
    #[must_use]
    pub fn on(&self, date: NaiveDate) -> Option<&Day> {
        let place = self.days.binary_search_by_key(&date, |day| day.date).ok()?;
        self.days.get(place)
    }

    /// The first and the last day with deliveries.
    #[must_use]
    pub fn life(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.days.first()?.date, self.days.last()?.date))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::coverage) fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// A stream with one file at noon on each of these days, counted from the first of March 2026.
    pub(in crate::coverage) fn stream(account: &str, region: &str, days: &[u64]) -> Stream {
        let day = |day: &u64| Day {
            files: 1,
            bytes: 100,
            first: 720,
            last: 720,
            hours: 1 << 12,
            ..Day::new(date("2026-03-01") + chrono::Days::new(*day - 1))
        };
        let key = Key {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            kind: Some("CloudTrail".to_owned()),
            ..Key::default()
        };
        Stream { key, days: days.iter().map(day).collect() }
    }

    #[test]
    fn a_day_takes_no_more_than_it_should() {
        assert!(size_of::<Day>() <= 32);
    }

    #[test]
    fn days_come_in_any_order_and_stand_in_theirs() {
        let mut stream = stream("1", "r", &[]);
        for day in ["2026-03-03", "2026-03-01", "2026-03-02", "2026-03-03"] {
            stream.day(date(day)).files += 1;
        }
        let days: Vec<_> = stream.days.iter().map(|day| (day.date.to_string(), day.files)).collect();
        let expected = [("2026-03-01", 1), ("2026-03-02", 1), ("2026-03-03", 2)];
        assert_eq!(days, expected.map(|(day, files)| (day.to_owned(), files)));
        assert_eq!(stream.life(), Some((date("2026-03-01"), date("2026-03-03"))));
    }

    #[test]
    fn the_longest_pause_is_told_in_whole_hours() {
        let day = |hours: u32| Day { hours, ..Day::new(date("2026-03-01")) };
        // Deliveries in the hours 0, 3 and 20.
        let some = day(1 | 1 << 3 | 1 << 20);
        assert_eq!((some.longest_pause(true), some.longest_pause(false)), (16, 16));
        // One in hour 12: 12 empty hours before it.
        assert_eq!((day(1 << 12).longest_pause(true), day(1 << 12).longest_pause(false)), (12, 0));
        assert_eq!(day(0).longest_pause(true), 0);
    }
}
