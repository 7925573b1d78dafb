//! The axis of times: ticks at round hours, days, months and years, in UTC.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// 1970-01-05, a Monday: weeks begin there.
const MONDAY: i64 = 4 * DAY;

/// A stretch of time: milliseconds, or months, which differ in length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    Millis(i64),
    Months(u32),
}

use Stretch::{Millis, Months as InMonths};

/// Distances of ticks that read well.
const DISTANCES: &[Stretch] = &[
    Millis(1),
    Millis(10),
    Millis(100),
    Millis(SECOND),
    Millis(5 * SECOND),
    Millis(15 * SECOND),
    Millis(30 * SECOND),
    Millis(MINUTE),
    Millis(5 * MINUTE),
    Millis(15 * MINUTE),
    Millis(30 * MINUTE),
    Millis(HOUR),
    Millis(2 * HOUR),
    Millis(3 * HOUR),
    Millis(6 * HOUR),
    Millis(12 * HOUR),
    Millis(DAY),
    Millis(2 * DAY),
    Millis(7 * DAY),
    InMonths(1),
    InMonths(3),
    InMonths(6),
    InMonths(12),
    InMonths(5 * 12),
    InMonths(10 * 12),
    InMonths(50 * 12),
    InMonths(100 * 12),
    InMonths(500 * 12),
    InMonths(1_000 * 12),
    InMonths(5_000 * 12),
];

/// At most `most` ticks (at least 1) from the first time to the last, with their texts.
pub(super) fn ticks(first: i64, last: i64, most: usize) -> Vec<(i64, String)> {
    let most = most.max(1);
    let tried = DISTANCES.iter().filter_map(|distance| Some((distance, placed(*distance, first, last, most)?)));
    let Some((distance, times)) = tried.into_iter().next() else { return Vec::new() };
    times.into_iter().map(|time| (time, label(time, *distance))).collect()
}

/// The ticks at this distance; none when there would be too many.
fn placed(distance: Stretch, first: i64, last: i64, most: usize) -> Option<Vec<i64>> {
    match distance {
        Millis(width) => {
            let shift = if width == 7 * DAY { MONDAY } else { 0 };
            let start = (first - shift).div_euclid(width) * width + shift;
            let start = if start < first { start + width } else { start };
            let count = if start > last { 0 } else { (last - start) / width + 1 };
            let count = usize::try_from(count).ok().filter(|count| *count <= most)?;
            Some((0..count as i64).map(|number| start + number * width).collect())
        }
        InMonths(months) => {
            let day = date(first)?;
            let number = day.year() * 12 + day.month0() as i32;
            let months = i32::try_from(months).ok()?;
            let start = number.div_euclid(months) * months;
            let mut times = Vec::new();
            for number in (0..).map(|step| start.saturating_add(months.saturating_mul(step))) {
                let Some(time) = month(number) else { break };
                if time > last {
                    break;
                }
                if time >= first {
                    times.push(time);
                }
                if times.len() > most {
                    return None;
                }
            }
            Some(times)
        }
    }
}

/// The narrowest stretch that reads well and of which at most `most` lie between two times.
pub(super) fn stretch(first: i64, last: i64, most: i64) -> Stretch {
    let length = |stretch: &Stretch| match stretch {
        Millis(width) => *width,
        InMonths(months) => i64::from(*months) * 28 * DAY,
    };
    let fits = |stretch: &&Stretch| last.saturating_sub(first) / length(stretch) < most;
    DISTANCES.iter().find(fits).copied().unwrap_or(InMonths(5_000 * 12))
}

/// When the stretch that a time lies in begins.
pub(super) fn beginning(time: i64, stretch: Stretch) -> i64 {
    match stretch {
        Millis(width) => {
            let shift = if width == 7 * DAY { MONDAY } else { 0 };
            (time - shift).div_euclid(width) * width + shift
        }
        InMonths(months) => {
            let number = date(time).map_or(0, |day| day.year() * 12 + day.month0() as i32);
            let months = i32::try_from(months).unwrap_or(1);
            month(number.div_euclid(months) * months).unwrap_or(time)
        }
    }
}

/// Every beginning of a stretch from one to another.
pub(super) fn beginnings(first: i64, last: i64, stretch: Stretch) -> Vec<i64> {
    let next = |time: &i64| match stretch {
        Millis(width) => time.checked_add(width),
        InMonths(months) => Some(date(*time)?.checked_add_months(Months::new(months))?.timestamp_millis()),
    };
    std::iter::successors(Some(first), next).take_while(|time| *time <= last).collect()
}

/// The first moment of a month, counted from the year 0.
fn month(number: i32) -> Option<i64> {
    let month0 = u32::try_from(number.rem_euclid(12)).ok()?;
    let day = NaiveDate::from_ymd_opt(number.div_euclid(12), month0 + 1, 1)?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

fn date(time: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(time)
}

fn written(time: i64, format: &str) -> String {
    date(time).map_or_else(String::new, |time| time.format(format).to_string())
}

/// A tick's text: `12:00`, and at midnight `13 May`.
fn label(time: i64, distance: Stretch) -> String {
    let format = match distance {
        Millis(..DAY) if time.rem_euclid(DAY) == 0 => "%-d %b",
        Millis(..SECOND) => "%H:%M:%S%.3f",
        Millis(..MINUTE) => "%H:%M:%S",
        Millis(..DAY) => "%H:%M",
        Millis(_) => "%-d %b",
        InMonths(..12) => "%b %Y",
        InMonths(_) => "%Y",
    };
    written(time, format)
}

/// From one time to another: `10 Jul 2023 11:00 – 14:00 UTC`.
pub(super) fn range(first: i64, last: i64) -> String {
    let is_midnight = |time: i64| time.rem_euclid(DAY) == 0;
    let clock = match [first, last].map(|time| time.rem_euclid(MINUTE)) {
        _ if is_midnight(first) && is_midnight(last) => "",
        [0, 0] => "%H:%M",
        seconds if seconds.iter().all(|time| time % SECOND == 0) => "%H:%M:%S",
        _ => "%H:%M:%S%.3f",
    };
    let whole = |time: i64| written(time, &format!("%-d %b %Y {clock}")).trim_end().to_owned();
    if first == last {
        format!("{} UTC", whole(first))
    } else if first.div_euclid(DAY) == last.div_euclid(DAY) {
        format!("{} – {} UTC", whole(first), written(last, clock))
    } else {
        format!("{} – {} UTC", whole(first), whole(last))
    }
}

/// The stretch in words, after `per`: `hour`, `5 minutes`.
pub(super) fn words(stretch: Stretch) -> String {
    let (count, unit) = match stretch {
        InMonths(months) if months % 12 == 0 => (i64::from(months / 12), "year"),
        InMonths(months) => (i64::from(months), "month"),
        Millis(width) => {
            let units = [(7 * DAY, "week"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")];
            let unit = units.into_iter().find(|(unit, _)| width % unit == 0).unwrap_or((1, "millisecond"));
            (width / unit.0, unit.1)
        }
    };
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

/// Every time from the first to the last in steps as wide as the closest two of these sorted times are apart; none
/// when the times do not lie on such a grid, or it has more than `most` places.
pub(super) fn grid(times: &[i64], most: usize) -> Option<(Stretch, Vec<i64>)> {
    let (first, last) = (*times.first()?, *times.last()?);
    let closest = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|distance| *distance > 0).min()?;
    if times.iter().all(|time| (time - first) % closest == 0) {
        let count = usize::try_from((last - first) / closest).ok().filter(|count| *count < most)?;
        return Some((Millis(closest), (0..=count as i64).map(|number| first + number * closest).collect()));
    }
    // Months differ in length.
    let numbers: Option<Vec<i32>> = times
        .iter()
        .map(|time| {
            let day = date(*time)?;
            let number = day.year() * 12 + day.month0() as i32;
            (month(number) == Some(*time)).then_some(number)
        })
        .collect();
    let numbers = numbers?;
    let closest = numbers.windows(2).map(|pair| pair[1] - pair[0]).filter(|distance| *distance > 0).min()?;
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let width = u32::try_from(closest).ok()?;
    if numbers.iter().any(|number| (number - first) % closest != 0) || (last - first) as usize >= most {
        return None;
    }
    let start = date(times[0])?;
    let steps = (0..=(last - first).unsigned_abs() / width)
        .map(|step| start.checked_add_months(Months::new(step * width)).map(|time| time.timestamp_millis()));
    Some((InMonths(width), steps.collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2023-07-10T00:00:00Z
    const MIDNIGHT: i64 = 1_688_947_200_000;

    fn texts(first: i64, last: i64, most: usize) -> Vec<String> {
        ticks(first, last, most).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_lie_at_round_times() {
        assert_eq!(texts(MIDNIGHT + 10 * HOUR, MIDNIGHT + 14 * HOUR, 5), ["10:00", "11:00", "12:00", "13:00", "14:00"]);
        assert_eq!(texts(MIDNIGHT - 7 * HOUR, MIDNIGHT + 7 * HOUR, 4), ["18:00", "10 Jul", "06:00"]);
        assert_eq!(texts(MIDNIGHT, MIDNIGHT + 3 * DAY, 4), ["10 Jul", "11 Jul", "12 Jul", "13 Jul"]);
        assert_eq!(texts(MIDNIGHT, MIDNIGHT + 120 * DAY, 5), ["Aug 2023", "Sep 2023", "Oct 2023", "Nov 2023"]);
        assert_eq!(texts(MIDNIGHT, MIDNIGHT + 1_500 * DAY, 5), ["2024", "2025", "2026", "2027"]);
        assert_eq!(texts(MIDNIGHT, MIDNIGHT, 5), ["10 Jul"]);
    }

    #[test]
    fn a_range_says_its_day_once() {
        assert_eq!(range(MIDNIGHT + 11 * HOUR, MIDNIGHT + 14 * HOUR), "10 Jul 2023 11:00 – 14:00 UTC");
        assert_eq!(range(MIDNIGHT, MIDNIGHT + DAY), "10 Jul 2023 – 11 Jul 2023 UTC");
        assert_eq!(range(MIDNIGHT, MIDNIGHT + DAY + HOUR), "10 Jul 2023 00:00 – 11 Jul 2023 01:00 UTC");
        assert_eq!(range(MIDNIGHT + 1_500, MIDNIGHT + 1_500), "10 Jul 2023 00:00:01.500 UTC");
    }

    #[test]
    fn a_time_lies_in_a_stretch() {
        assert_eq!(stretch(MIDNIGHT, MIDNIGHT + 3 * DAY, 100), Millis(HOUR));
        assert_eq!(stretch(MIDNIGHT, MIDNIGHT, 100), Millis(1));
        assert_eq!(beginning(MIDNIGHT + HOUR + 7, Millis(HOUR)), MIDNIGHT + HOUR);
        // 2023-07-10 is a Monday, nine days after the month began.
        assert_eq!(beginning(MIDNIGHT + DAY, Millis(7 * DAY)), MIDNIGHT);
        assert_eq!(beginning(MIDNIGHT, InMonths(1)), MIDNIGHT - 9 * DAY);
    }

    #[test]
    fn stretches_have_words() {
        assert_eq!(
            [words(Millis(HOUR)), words(Millis(90 * MINUTE)), words(Millis(14 * DAY))],
            ["hour", "90 minutes", "2 weeks"]
        );
        assert_eq!([words(InMonths(1)), words(InMonths(24)), words(Millis(7))], ["month", "2 years", "7 milliseconds"]);
    }

    #[test]
    fn a_grid_has_the_places_that_are_missing() {
        assert_eq!(grid(&[0, HOUR, 4 * HOUR], 10), Some((Millis(HOUR), vec![0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR])));
        assert_eq!(grid(&[0, HOUR, HOUR + 7], 10), None);
        assert_eq!(grid(&[0, 1, DAY], 1_000), None);
        assert_eq!(grid(&[5], 10), None);
        // January, February and April of 1970.
        let months = grid(&[0, 31 * DAY, 90 * DAY], 10);
        assert_eq!(months, Some((InMonths(1), vec![0, 31 * DAY, 59 * DAY, 90 * DAY])));
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_between(first in -62_135_596_800_000..253_402_300_799_999_i64, length in 0..300_000_000_000_000_i64, most in 1_usize..12) {
            let last = first.saturating_add(length).min(253_402_300_799_999);
            let ticks = ticks(first, last, most);
            prop_assert!(ticks.len() <= most);
            prop_assert!(ticks.iter().all(|(time, _)| (first..=last).contains(time)));
        }
    }
}
