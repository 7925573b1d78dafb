//! `pattern_anomaly`: whether the counts of a pattern over time are unusual, and in which way.
//!
//! Counts per bin are compared with their median by the modified z-score, 0.6745 · (count − median) / MAD, where MAD is
//! the median of the distances from the median; bins without the pattern count 0. A score beyond 3.5 either way is
//! unusual. MAD is never taken as less than that of a Poisson process with the same median, 0.6745 · √median, nor as
//! less than 0.6745, so that a single event beside nothing is not infinitely unusual.
//!
//! - `new`: of at least ten bins, the pattern is only in the last tenth.
//! - `spike`: a count of at least five more than the median scores 3.5 or more, in no more than one of twenty bins:
//!   what recurs is a habit.
//! - `drop`: the same downwards. The first and the last bin may be cut off by the range and never drop.
//! - `rare`: at most three events, and at most one of a thousand of all that there are, for which their number has to
//!   be known. Its score is 3.5 · log₁₀(all / count) / 3.
//!
//! They are tried in this order. With fewer than five bins nothing but `rare` can be told.
//!
//! Source: Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993: the modified z-score and its threshold.

use std::collections::BTreeMap;

use chrono::DateTime;

/// Where a modified z-score begins to be unusual.
const THRESHOLD: f64 = 3.5;

/// What makes MAD a standard deviation, for normally distributed values.
const NORMAL: f64 = 0.6745;

/// Fewer bins tell nothing about what is usual.
const FEWEST_BINS: i64 = 5;

/// Fewer bins tell nothing about what is new.
const FEWEST_BEFORE_NEW: i64 = 10;

/// The bins of the whole range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// Where the first and the last bin begin, in milliseconds of the epoch.
    pub(super) first: i64,
    pub(super) last: i64,
    /// How long a bin is, in milliseconds.
    pub(super) step: i64,
}

/// What is unusual about a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Anomaly {
    pub(super) score: f64,
    pub(super) reason: String,
}

impl Range {
    fn bins(self) -> Option<i64> {
        let length = self.last.checked_sub(self.first).filter(|length| *length >= 0)?;
        if self.step > 0 { length.checked_div(self.step)?.checked_add(1) } else { None }
    }

    fn begin(self, bin: i64) -> i64 {
        self.first.saturating_add(bin.saturating_mul(self.step))
    }

    /// `the hour of 2026-03-01 10:00`.
    fn bin_words(self, bin: i64) -> String {
        let at = time_words(self.begin(bin));
        match self.step {
            60_000 => format!("the minute of {at}"),
            3_600_000 => format!("the hour of {at}"),
            86_400_000 => format!("the day of {}", at.split(' ').next().unwrap_or(&at)),
            step if step % 86_400_000 == 0 => format!("the {} days from {at}", step / 86_400_000),
            step if step % 3_600_000 == 0 => format!("the {} hours from {at}", step / 3_600_000),
            step if step % 60_000 == 0 => format!("the {} minutes from {at}", step / 60_000),
            step if step % 1000 == 0 => format!("the {} seconds from {at}", step / 1000),
            step => format!("the {step} milliseconds from {at}"),
        }
    }
}

fn time_words(milliseconds: i64) -> String {
    match DateTime::from_timestamp_millis(milliseconds) {
        Some(time) if milliseconds % 60_000 == 0 => time.format("%Y-%m-%d %H:%M").to_string(),
        Some(time) if milliseconds % 1000 == 0 => time.format("%Y-%m-%d %H:%M:%S").to_string(),
        Some(time) => time.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        None => milliseconds.to_string(),
    }
}

/// What is unusual about these counts, each with the begin of its bin; `total` is the number of events of all patterns.
///
/// The score has four decimals.
pub(super) fn anomaly(series: impl Iterator<Item = (i64, i64)>, range: Range, total: Option<i64>) -> Option<Anomaly> {
    let mut found = unusual(series, range, total)?;
    found.score = (found.score * 10_000.0).round() / 10_000.0;
    Some(found)
}

fn unusual(series: impl Iterator<Item = (i64, i64)>, range: Range, total: Option<i64>) -> Option<Anomaly> {
    let bins = range.bins()?;
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for (at, count) in series.filter(|(_, count)| *count > 0) {
        let Some(distance) = at.checked_sub(range.first) else { continue };
        let bin = distance.div_euclid(range.step);
        if (0..bins).contains(&bin) {
            let known = counts.entry(bin).or_default();
            *known = known.saturating_add(count);
        }
    }
    let usual = Usual::of(&counts, bins);
    let (first_bin, _) = counts.first_key_value()?;
    if bins >= FEWEST_BEFORE_NEW && *first_bin >= bins - bins / 10 {
        let peak = counts.values().map(|count| usual.score(*count)).fold(THRESHOLD, f64::max);
        return Some(Anomaly {
            score: peak,
            reason: format!("new: first seen {}", time_words(range.begin(*first_bin))),
        });
    }
    if bins >= FEWEST_BINS
        && let Some(found) = usual.spike(&counts, range).or_else(|| usual.drop(&counts, range))
    {
        return Some(found);
    }
    rare(&counts, total?)
}

#[expect(clippy::cast_precision_loss, reason = "scores are no exact numbers")]
fn rare(counts: &BTreeMap<i64, i64>, total: i64) -> Option<Anomaly> {
    let count = counts.values().fold(0_i64, |sum, count| sum.saturating_add(*count));
    if count > 3 || total < count.saturating_mul(1000) {
        return None;
    }
    let score = THRESHOLD * (total as f64 / count as f64).log10() / 3.0;
    Some(Anomaly { score, reason: format!("rare: {count} of {total}") })
}

/// What is usual for a bin.
#[derive(Debug, Clone, Copy)]
struct Usual {
    bins: i64,
    median: f64,
    mad: f64,
}

impl Usual {
    #[expect(clippy::cast_precision_loss, reason = "scores are no exact numbers")]
    fn of(counts: &BTreeMap<i64, i64>, bins: i64) -> Self {
        let empty = bins.saturating_sub(i64::try_from(counts.len()).unwrap_or(i64::MAX)).max(0);
        let mut values: Vec<f64> = counts.values().map(|count| *count as f64).collect();
        let middle = median(&mut values, 0.0, empty);
        let mut distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
        let mad = median(&mut distances, middle, empty);
        Self { bins, median: middle, mad: mad.max(NORMAL * middle.max(1.0).sqrt()) }
    }

    #[expect(clippy::cast_precision_loss, reason = "scores are no exact numbers")]
    fn score(self, count: i64) -> f64 {
        NORMAL * (count as f64 - self.median) / self.mad
    }

    #[expect(clippy::cast_precision_loss, reason = "scores are no exact numbers")]
    fn spike(self, counts: &BTreeMap<i64, i64>, range: Range) -> Option<Anomaly> {
        let is_high = |count: i64| self.score(count) >= THRESHOLD && count as f64 - self.median >= 5.0;
        let high: Vec<_> = counts.iter().filter(|(_, count)| is_high(**count)).collect();
        // Of equal counts, the earliest.
        let (bin, count) = high.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
        self.is_seldom(high.len()).then(|| Anomaly {
            score: self.score(**count),
            reason: format!("spike: {count} in {}, usually {}", range.bin_words(**bin), self.median),
        })
    }

    fn drop(self, counts: &BTreeMap<i64, i64>, range: Range) -> Option<Anomaly> {
        if self.score(0) > -THRESHOLD {
            return None;
        }
        // More than half of the bins have the pattern now, or the median would be 0.
        let count = |bin: i64| counts.get(&bin).copied().unwrap_or(0);
        let low: Vec<_> = (1..self.bins - 1).filter(|bin| self.score(count(*bin)) <= -THRESHOLD).collect();
        let bin = low.iter().copied().min_by_key(|bin| (count(*bin), *bin))?;
        self.is_seldom(low.len()).then(|| Anomaly {
            score: self.score(count(bin)).abs(),
            reason: format!("drop: {} in {}, usually {}", count(bin), range.bin_words(bin), self.median),
        })
    }

    /// Whether so many bins are few: one, or one of twenty.
    fn is_seldom(self, bins: usize) -> bool {
        i64::try_from(bins).is_ok_and(|bins| bins <= (self.bins / 20).max(1))
    }
}

/// The median of values and of `more` others, which are all `other`.
fn median(values: &mut [f64], other: f64, more: i64) -> f64 {
    values.sort_by(f64::total_cmp);
    let below = values.partition_point(|value| *value < other);
    let more = usize::try_from(more).unwrap_or(usize::MAX);
    let all = values.len().saturating_add(more);
    let at = |rank: usize| {
        if rank < below {
            values.get(rank).copied()
        } else if rank - below < more {
            Some(other)
        } else {
            values.get(rank - more).copied()
        }
    };
    match (all, all % 2) {
        (0, _) => 0.0,
        (_, 1) => at(all / 2).unwrap_or(0.0),
        _ => f64::midpoint(at(all / 2 - 1).unwrap_or(0.0), at(all / 2).unwrap_or(0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    /// 2026-03-01 00:00.
    const START: i64 = 1_772_323_200_000;

    fn check(counts: &[i64], total: Option<i64>, expected: Option<(&str, f64)>) {
        let last = START + (i64::try_from(counts.len()).expect("few") - 1) * HOUR;
        let series = (0_i64..).zip(counts).map(|(hour, count)| (START + hour * HOUR, *count));
        let found = anomaly(series, Range { first: START, last, step: HOUR }, total);
        let found = found.map(|found| (found.reason, (found.score * 1000.0).round() / 1000.0));
        assert_eq!(found, expected.map(|(reason, score)| (reason.to_owned(), score)));
    }

    #[test]
    fn what_never_changes_is_usual() {
        check(&[3; 24], Some(1_000_000), None);
        check(&[0, 5, 0, 0, 5, 0, 5, 0, 5, 0, 5, 0], None, None);
    }

    #[test]
    fn a_spike_is_told_with_its_hour() {
        // Median 3, MAD 0 and so 0.6745 · √3: (120 − 3) / √3 = 67.55.
        let mut counts = [3; 24];
        counts[10] = 120;
        check(&counts, None, Some(("spike: 120 in the hour of 2026-03-01 10:00, usually 3", 67.55)));
    }

    #[test]
    fn what_recurs_is_no_spike() {
        let mut counts = [0; 24];
        for hour in [3, 9, 15, 21] {
            counts[hour] = 50;
        }
        check(&counts, None, None);
    }

    #[test]
    fn a_drop_is_one_inside_the_range() {
        // (0 − 100) / √100 = −10.
        let mut counts = [100; 24];
        counts[23] = 0;
        check(&counts, None, None);
        counts[12] = 0;
        check(&counts, None, Some(("drop: 0 in the hour of 2026-03-01 12:00, usually 100", 10.0)));
    }

    #[test]
    fn what_begins_in_the_last_tenth_is_new() {
        let mut counts = [0; 30];
        counts[28] = 1;
        check(&counts, None, Some(("new: first seen 2026-03-02 04:00", 3.5)));
        counts[26] = 1;
        check(&counts, None, None);
    }

    #[test]
    fn short_ranges_tell_only_what_is_rare() {
        check(&[0, 0, 0, 900], None, None);
        check(&[0, 0, 0, 1], Some(1000), Some(("rare: 1 of 1000", 3.5)));
        check(&[0, 0, 0, 4], Some(1_000_000), None);
    }

    #[test]
    fn a_range_that_is_none_tells_nothing() {
        let one = || std::iter::once((0, 1));
        assert_eq!(anomaly(one(), Range { first: 0, last: 10, step: 0 }, Some(9999)), None);
        assert_eq!(anomaly(one(), Range { first: 10, last: 0, step: 1 }, Some(9999)), None);
        assert_eq!(anomaly(one(), Range { first: i64::MIN, last: i64::MAX, step: 1 }, None), None);
    }
}
