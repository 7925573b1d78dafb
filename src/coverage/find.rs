//! What is to be told of deliveries: gaps, silences, pauses, late files.
//!
//! CloudTrail delivers where something happens, so a day without deliveries means nothing by itself. It is
//!
//! - a *gap* when it lies between deliveries and the region delivered on at least [`USUAL`] percent of the days around
//!   it ([`AROUND`] before the missing days and as many after), or the whole account did;
//! - part of a *silence* when nothing follows up to the newest day of the archive (or to `--until`), [`SILENT_DAYS`]
//!   days or more, and the region delivered on as many of the days before;
//! - otherwise *quiet*, as it is where fewer than [`KNOWN`] days around are known.
//!
//! A *pause* is more than [`PAUSE_HOURS`] hours in a row without a delivery, on a day of a region that delivers in at
//! least [`USUAL`] percent of all hours. *Late* are files that the bucket got long after the time in their names;
//! where nearly all are, the archive is a copy and nothing is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::count::{Key, Range, Stream};
use super::proof::Proof;

/// Percent of days, or of hours, that make deliveries usual.
const USUAL: usize = 80;
/// Days that are looked at on each side of missing ones; twice as many before a silence.
const AROUND: u64 = 7;
/// Days around that have to be known.
const KNOWN: usize = 4;
/// Days from which on a region is silent; the newest day of an archive is rarely whole.
const SILENT_DAYS: i64 = 2;
/// Hours beyond which nothing but a pause explains that there is no delivery.
const PAUSE_HOURS: u32 = 6;

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Days without deliveries between days with them.
    Gap,
    /// No deliveries any more.
    Silent,
    /// Hours without deliveries.
    Pause,
    /// Files that came late.
    Late,
    /// Log files on days that no digest file is about.
    Undigested,
    /// Log files on days that digest files are about in part.
    PartDigested,
    /// Days without deliveries, but with digest files.
    Quiet,
    /// Regions without any deliveries, but with digest files.
    OnlyDigests,
}

impl What {
    /// The name in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Silent => "silent",
            Self::Pause => "pause",
            Self::Late => "late",
            Self::Undigested => "no digests",
            Self::PartDigested => "part digests",
            Self::Quiet => "quiet",
            Self::OnlyDigests => "only digests",
        }
    }
}

/// Something to be told of an account's region, or of all regions of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: What,
    /// Whose.
    pub key: Key,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Why it is told.
    pub reason: String,
    /// The events that stopped the trail, once they were looked for.
    pub events: Vec<String>,
}

/// Deliveries, and what is to be told of them.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Deliveries by account, region and folder, in this order.
    pub streams: Vec<Stream>,
    /// The first and the last day of all; none when there are no deliveries.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// What is to be told, account by account.
    pub findings: Vec<Finding>,
    /// What digest files say of it, where they were looked at.
    pub(super) proof: Option<Proof>,
}

impl Coverage {
    /// What follows from deliveries. Silences end today at the latest.
    #[must_use]
    pub fn new(range: &Range, streams: Vec<Stream>, today: NaiveDate) -> Self {
        let lives = || streams.iter().filter_map(Stream::life);
        let Some((first, newest)) = lives().map(|(first, _)| first).min().zip(lives().map(|(_, last)| last).max())
        else {
            return Self::default();
        };
        let end = range.last_day().map_or(newest, |last| newest.max(last.min(today)));
        let mut findings = Vec::new();
        let mut accounts: BTreeMap<Key, Vec<&Stream>> = BTreeMap::new();
        for stream in &streams {
            let account = Key { region: None, kind: None, ..stream.key.clone() };
            accounts.entry(account).or_default().push(stream);
        }
        for (account, streams) in accounts {
            let mut whole = Vec::new();
            if streams.len() > 1 {
                let days: BTreeSet<NaiveDate> =
                    streams.iter().flat_map(|stream| stream.days.iter().map(|day| day.date)).collect();
                whole = missing(&account, &days.into_iter().collect::<Vec<_>>(), end);
            }
            for stream in streams {
                let days: Vec<NaiveDate> = stream.days.iter().map(|day| day.date).collect();
                // What is told of the whole account is not told again of each region.
                let is_told = |one: &Finding| {
                    whole.iter().any(|all: &Finding| all.what == one.what && all.from <= one.from && one.to <= all.to)
                };
                findings.extend(missing(&stream.key, &days, end).into_iter().filter(|one| !is_told(one)));
                findings.extend(pauses(stream));
                findings.extend(late(stream));
            }
            findings.append(&mut whole);
        }
        findings.sort_by(|a, b| (&a.key, a.from, a.what).cmp(&(&b.key, b.from, b.what)));
        Self { streams, span: Some((first, end)), findings, proof: None }
    }

    /// Whether deliveries are missing.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.findings.iter().any(|finding| matches!(finding.what, What::Gap | What::Silent))
    }

    /// What is told of a stream, in the order of days: what is told of its whole account, too.
    pub fn of<'a>(&'a self, key: &Key) -> impl Iterator<Item = &'a Finding> {
        let account = Key { region: None, kind: None, ..key.clone() };
        let keys = [(account != *key).then_some(account), Some(key.clone())];
        keys.into_iter().flatten().flat_map(|key| {
            let start = self.findings.partition_point(|finding| finding.key < key);
            let end = self.findings.partition_point(|finding| finding.key <= key);
            self.findings.get(start..end).unwrap_or_default()
        })
    }
}

/// Gaps and silences in days with deliveries, up to the last day of all.
fn missing(key: &Key, days: &[NaiveDate], end: NaiveDate) -> Vec<Finding> {
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { return Vec::new() };
    let has = |day: &NaiveDate| days.binary_search(day).is_ok();
    let before = |day: NaiveDate, count: u64| {
        (1..=count).filter_map(move |back| day.checked_sub_days(Days::new(back))).filter(move |day| *day >= first)
    };
    let after = |day: NaiveDate, count: u64| {
        (1..=count).filter_map(move |on| day.checked_add_days(Days::new(on))).filter(move |day| *day <= last)
    };
    let finding = |what, from, to, reason| Finding { what, key: key.clone(), from, to, reason, events: Vec::new() };
    let mut found = Vec::new();
    for pair in days.windows(2) {
        let (Some(from), Some(to)) = (pair[0].succ_opt(), pair[1].pred_opt()) else { continue };
        let around: Vec<NaiveDate> = before(from, AROUND).chain(after(to, AROUND)).collect();
        let active = around.iter().filter(|day| has(day)).count();
        if from <= to && is_usual(active, around.len()) {
            let reason = format!("delivered on {active} of the {} days around", around.len());
            found.push(finding(What::Gap, from, to, reason));
        }
    }
    let known: Vec<NaiveDate> = std::iter::once(last).chain(before(last, AROUND * 2 - 1)).collect();
    let active = known.iter().filter(|day| has(day)).count();
    if let Some(from) = last.succ_opt()
        && (end - last).num_days() >= SILENT_DAYS
        && is_usual(active, known.len())
    {
        let reason = format!("delivered on {active} of the {} days before", known.len());
        found.push(finding(What::Silent, from, end, reason));
    }
    found
}

fn is_usual(active: usize, known: usize) -> bool {
    known >= KNOWN && active * 100 >= known * USUAL
}

/// Days with long pauses, in streams that deliver around the clock.
fn pauses(stream: &Stream) -> Vec<Finding> {
    let hours = |place: usize| stream.days.get(place).map_or(0, |day| day.hours.count_ones() as usize);
    let most = AROUND as usize;
    let of_day = |place: usize| {
        let day = stream.days.get(place)?;
        let around: Vec<usize> = (place.saturating_sub(most)..=place + most)
            .filter(|other| *other != place && *other < stream.days.len())
            .collect();
        let active: usize = around.iter().map(|other| hours(*other)).sum();
        let is_inner = place > 0 && place + 1 < stream.days.len();
        let pause = day.longest_pause(is_inner);
        let is_pause = pause > PAUSE_HOURS && around.len() >= KNOWN && active * 100 >= around.len() * 24 * USUAL;
        is_pause.then(|| Finding {
            what: What::Pause,
            key: stream.key.clone(),
            from: day.date,
            to: day.date,
            reason: format!("{pause} hours without a delivery, where {} of 24 hours have one", active / around.len()),
            events: Vec::new(),
        })
    };
    (0..stream.days.len()).filter_map(of_day).collect()
}

/// Days with late files, next to each other as one; none where nearly everything is late.
fn late(stream: &Stream) -> Vec<Finding> {
    let sum = |count: fn(&super::Day) -> u32| stream.days.iter().map(|day| u64::from(count(day))).sum::<u64>();
    let (all, late) = (sum(|day| day.files), sum(|day| day.late));
    // A copy gets all of its files at once.
    if late * 100 >= all * COPIED {
        return Vec::new();
    }
    let mut found: Vec<(Finding, u64)> = Vec::new();
    for day in stream.days.iter().filter(|day| day.late > 0) {
        match found.last_mut() {
            Some((last, count)) if last.to.succ_opt() == Some(day.date) => {
                last.to = day.date;
                *count += u64::from(day.late);
            }
            _ => {
                let key = stream.key.clone();
                let finding = Finding {
                    what: What::Late,
                    key,
                    from: day.date,
                    to: day.date,
                    reason: String::new(),
                    events: Vec::new(),
                };
                found.push((finding, u64::from(day.late)));
            }
        }
    }
    let told = found.into_iter().map(|(finding, count)| {
        let files = if count == 1 { "1 file was".to_owned() } else { format!("{count} files were") };
        Finding {
            reason: format!("{files} written over an hour after the time in the name: late, or copied"),
            ..finding
        }
    });
    told.collect()
}

/// Percent of late files from which on an archive is a copy.
const COPIED: u64 = 90;

#[cfg(test)]
mod tests {
    use super::super::count::tests::{date, stream};
    use super::*;

    /// `what from..to` of what is told, days counted from the first of March 2026, with the region where there is one.
    fn told(streams: Vec<Stream>, until: Option<&str>) -> Vec<String> {
        let range = Range {
            until: until.map(|day| date(day).and_hms_opt(0, 0, 0).expect("midnight").and_utc()),
            ..Range::default()
        };
        let coverage = Coverage::new(&range, streams, date("2026-03-31"));
        let day = |day: NaiveDate| (day - date("2026-03-01")).num_days() + 1;
        let told = coverage.findings.iter().map(|finding| {
            let region = finding.key.region.as_deref().unwrap_or("all");
            format!("{region} {} {}..{}", finding.what.name(), day(finding.from), day(finding.to))
        });
        told.collect()
    }

    #[test]
    fn a_missing_day_among_usual_ones_is_a_gap_however_long() {
        assert_eq!(told(vec![stream("1", "r", &[1, 2, 4, 5])], None), ["r gap 3..3"]);
        let mut days: Vec<u64> = (1..=7).collect();
        days.extend(18..=24);
        assert_eq!(told(vec![stream("1", "r", &days)], None), ["r gap 8..17"]);
    }

    #[test]
    fn regions_that_deliver_now_and_then_are_quiet() {
        assert!(told(vec![stream("1", "r", &[1, 3, 6, 9, 10, 14, 20])], None).is_empty());
        // Too little is known.
        assert!(told(vec![stream("1", "r", &[1, 3])], None).is_empty());
        assert!(told(Vec::new(), None).is_empty());
    }

    #[test]
    fn who_stops_while_others_go_on_is_silent() {
        let usual: Vec<u64> = (1..=20).collect();
        let streams = || vec![stream("1", "a", &usual[..10]), stream("2", "b", &usual)];
        assert_eq!(told(streams(), None), ["a silent 11..20"]);
        // The newest day may not be whole.
        assert!(told(vec![stream("1", "a", &usual[..19]), stream("2", "b", &usual)], None).is_empty());
        // Up to the end that is asked for, or to today.
        assert_eq!(told(vec![stream("2", "b", &usual)], Some("2026-03-26")), ["b silent 21..25"]);
        assert_eq!(told(vec![stream("2", "b", &usual)], Some("2026-05-01")), ["b silent 21..31"]);
        // A region that delivered now and then just has nothing to say.
        assert!(told(vec![stream("1", "a", &[1, 5, 9]), stream("2", "b", &usual)], None).is_empty());
    }

    #[test]
    fn a_gap_of_a_whole_account_is_told_once() {
        let days = [1, 2, 3, 5, 6, 7];
        let streams = vec![stream("1", "a", &days), stream("1", "b", &days), stream("2", "c", &[1, 2, 3, 4, 5, 6, 7])];
        assert_eq!(told(streams, None), ["all gap 4..4"]);
        // Regions that take turns make an account that delivers every day.
        let streams = vec![stream("1", "a", &[1, 3, 6]), stream("1", "b", &[2, 5, 7])];
        assert_eq!(told(streams, None), ["all gap 4..4"]);
    }

    #[test]
    fn a_pause_is_told_where_deliveries_are_usual_in_every_hour() {
        let mut busy = stream("1", "r", &[1, 2, 3, 4, 5, 6, 7]);
        busy.days.iter_mut().for_each(|day| day.hours = (1 << 24) - 1);
        assert!(told(vec![busy.clone()], None).is_empty());
        // Nothing from 5 to 11 o'clock.
        busy.days[3].hours &= !(0b111_1111 << 5);
        assert_eq!(told(vec![busy], None), ["r pause 4..4"]);
    }

    #[test]
    fn late_files_are_told_unless_nearly_all_are() {
        let mut some = stream("1", "r", &[1, 2, 3, 4]);
        some.days[1].late = 1;
        some.days[2].late = 1;
        assert_eq!(told(vec![some.clone()], None), ["r late 2..3"]);
        some.days.iter_mut().for_each(|day| day.late = 1);
        assert!(told(vec![some], None).is_empty());
    }
}
