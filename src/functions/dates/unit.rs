//! Units of time, from milliseconds to years.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use datafusion::common::{Result, exec_err};

use super::times::{Clock, DAY_MS};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// One that always lasts so many milliseconds.
    Fixed(i64),
    /// So many days.
    Days(i64),
    /// So many months.
    Months(i64),
}

impl Unit {
    /// Reads a unit's name.
    pub(super) fn of(name: &str) -> Result<Self> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "millisecond" => Self::Fixed(1),
            "second" => Self::Fixed(1000),
            "minute" => Self::Fixed(60 * 1000),
            "hour" => Self::Fixed(60 * 60 * 1000),
            "day" => Self::Days(1),
            "week" => Self::Days(7),
            "month" => Self::Months(1),
            "quarter" => Self::Months(3),
            "year" => Self::Months(12),
            _ => {
                return exec_err!(
                    "`{name}` is no unit of time: those are millisecond, second, minute, hour, day, week, month, \
                     quarter and year"
                );
            }
        })
    }

    /// Whether a date may be counted in it.
    pub(super) fn suits_dates(self) -> bool {
        !matches!(self, Self::Fixed(_))
    }

    /// So many units later; the day is the last of its month where the month has no such day.
    pub(super) fn add(self, local: NaiveDateTime, count: i64) -> Option<NaiveDateTime> {
        match self {
            Self::Fixed(millis) => local.checked_add_signed(TimeDelta::try_milliseconds(count.checked_mul(millis)?)?),
            Self::Days(days) => local.checked_add_signed(TimeDelta::try_days(count.checked_mul(days)?)?),
            Self::Months(months) => {
                let months = count.checked_mul(months)?;
                let size = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
                if months < 0 { local.checked_sub_months(size) } else { local.checked_add_months(size) }
            }
        }
    }

    /// How many whole units lie between two times.
    pub(super) fn between(self, from: NaiveDateTime, to: NaiveDateTime) -> i64 {
        match self {
            Self::Fixed(millis) => (to - from).num_milliseconds() / millis,
            Self::Days(days) => (to - from).num_days() / days,
            Self::Months(months) => {
                let count = |time: NaiveDateTime| i64::from(time.year()) * 12 + i64::from(time.month0());
                let mut whole = count(to) - count(from);
                let reached = Self::Months(1).add(from, whole);
                if whole > 0 && reached.is_none_or(|reached| reached > to) {
                    whole -= 1;
                } else if whole < 0 && reached.is_none_or(|reached| reached < to) {
                    whole += 1;
                }
                whole / months
            }
        }
    }

    /// The beginning of the unit in which a time lies. Weeks begin on Monday.
    pub(super) fn truncate(self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let date = local.date();
        let day = match self {
            Self::Fixed(millis) => {
                let of_day = i64::from(local.num_seconds_from_midnight()) * 1000
                    + i64::from(local.nanosecond() / 1_000_000).min(999);
                return date
                    .and_time(NaiveTime::MIN)
                    .checked_add_signed(TimeDelta::milliseconds(of_day / millis * millis));
            }
            Self::Days(1) => date,
            Self::Days(_) => {
                date.checked_sub_signed(TimeDelta::days(i64::from(date.weekday().num_days_from_monday())))?
            }
            Self::Months(months) => {
                let month = i64::from(date.month0()) / months * months + 1;
                NaiveDate::from_ymd_opt(date.year(), u32::try_from(month).ok()?, 1)?
            }
        };
        Some(day.and_time(NaiveTime::MIN))
    }

    /// The same of a point in time, as a clock shows it.
    pub(super) fn truncate_on(self, clock: &Clock, millis: i64) -> Option<i64> {
        match self {
            Self::Fixed(size) if clock.is_utc() => millis.checked_sub(millis.rem_euclid(size)),
            Self::Days(1) if clock.is_utc() => millis.checked_sub(millis.rem_euclid(DAY_MS)),
            _ => clock.millis(self.truncate(clock.local(millis)?)?),
        }
    }

    /// So many units after a point in time, as a clock shows it. Hours and less do not depend on the clock.
    pub(super) fn add_on(self, clock: &Clock, millis: i64, count: i64) -> Option<i64> {
        match self {
            Self::Fixed(size) => millis.checked_add(count.checked_mul(size)?),
            _ => clock.millis(self.add(clock.local(millis)?, count)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveDateTime {
        text.parse().expect(text)
    }

    #[test]
    fn months_keep_within_their_month() {
        let add = |text, count| Unit::Months(1).add(time(text), count);
        assert_eq!(add("2024-01-31T10:00:00", 1), Some(time("2024-02-29T10:00:00")));
        assert_eq!(add("2024-03-31T10:00:00", -1), Some(time("2024-02-29T10:00:00")));
        assert_eq!(add("2024-01-31T10:00:00", i64::MAX), None);
        assert_eq!(Unit::Days(7).add(time("2024-01-31T10:00:00"), i64::MAX), None);
    }

    #[test]
    fn only_whole_units_count() {
        let between = |unit: &str, from, to| Unit::of(unit).expect(unit).between(time(from), time(to));
        for (unit, from, to, expected) in [
            ("hour", "2024-01-01T10:59:00", "2024-01-01T11:01:00", 0),
            ("day", "2024-01-01T23:00:00", "2024-01-02T01:00:00", 0),
            ("day", "2024-01-02T01:00:00", "2023-12-31T23:00:00", -1),
            ("month", "2024-01-31T00:00:00", "2024-02-29T00:00:00", 1),
            ("month", "2024-01-15T00:00:00", "2024-02-14T23:59:59", 0),
            ("month", "2024-02-15T00:00:00", "2024-01-15T00:00:01", 0),
            ("quarter", "2024-01-01T00:00:00", "2024-06-30T00:00:00", 1),
            ("year", "2024-02-29T00:00:00", "2025-02-28T00:00:00", 1),
            ("year", "2024-06-01T00:00:00", "2020-06-02T00:00:00", -3),
            ("week", "2024-01-01T00:00:00", "2024-01-14T23:00:00", 1),
        ] {
            assert_eq!(between(unit, from, to), expected, "{unit} {from} {to}");
        }
    }

    #[test]
    fn a_time_falls_back_to_the_beginning_of_its_unit() {
        let truncate = |unit: &str, text| Unit::of(unit).expect(unit).truncate(time(text));
        for (unit, expected) in [
            ("millisecond", "2023-08-17T11:42:36.123"),
            ("second", "2023-08-17T11:42:36"),
            ("minute", "2023-08-17T11:42:00"),
            ("hour", "2023-08-17T11:00:00"),
            ("day", "2023-08-17T00:00:00"),
            ("week", "2023-08-14T00:00:00"),
            ("month", "2023-08-01T00:00:00"),
            ("quarter", "2023-07-01T00:00:00"),
            ("year", "2023-01-01T00:00:00"),
        ] {
            assert_eq!(truncate(unit, "2023-08-17T11:42:36.123"), Some(time(expected)), "{unit}");
        }
        assert!(Unit::of("days").is_err());
    }
}
