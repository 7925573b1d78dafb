//! A format of dates and times, whatever its letters: how a time is written by it, and read.

use chrono::{Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};

use super::reading::{Reader, Values};
use super::times::Clock;

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// Text as it stands.
    Literal(String),
    /// A number of at least so many digits; it is read from up to `most` digits.
    Number { part: Number, width: usize, most: usize },
    /// A word.
    Word { part: Word, is_short: bool },
    /// Digits after the point of seconds.
    Fraction { width: usize, most: usize },
    /// `+02:00`, or `+0200` without the colon.
    Offset { has_colon: bool },
    /// The name of a time zone.
    Zone,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Century,
    Year,
    /// The last two digits of a year between 1970 and 2069.
    YearOfCentury,
    WeekYear,
    /// The last two digits of the same.
    WeekYearOfCentury,
    Week,
    DayOfWeek,
    DayOfYear,
    Month,
    Day,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    HourFrom1,
    /// 1 to 12.
    Hour12,
    /// 0 to 11.
    Hour12From0,
    Minute,
    Second,
}

/// What a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Era,
    Month,
    Weekday,
    HalfDay,
}

/// Writes a time as a clock shows it.
pub(super) fn written(items: &[Item], millis: i64, clock: &Clock) -> Option<String> {
    let (time, offset) = (clock.local(millis)?, clock.offset(millis)?);
    let mut text = String::new();
    for item in items {
        match item {
            Item::Literal(literal) => text.push_str(literal),
            Item::Number { part, width, .. } => {
                let number = part.of(time);
                let sign = if number < 0 { "-" } else { "" };
                text += &format!("{sign}{:0width$}", number.unsigned_abs());
            }
            Item::Word { part, is_short } => text.push_str(part.of(time, *is_short)),
            Item::Fraction { width, .. } => {
                let digits = format!("{:03}", time.nanosecond() / 1_000_000 % 1000);
                text.extend(digits.chars().chain(std::iter::repeat('0')).take(*width));
            }
            Item::Offset { has_colon } => text += &offset_text(offset, *has_colon),
            Item::Zone => text.push_str(clock.name()),
        }
    }
    Some(text)
}

fn offset_text(offset: FixedOffset, has_colon: bool) -> String {
    let seconds = offset.local_minus_utc();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{}{:02}", minutes / 60, if has_colon { ":" } else { "" }, minutes % 60)
}

/// Reads a text as a whole: milliseconds since 1970, of a time in UTC where no zone is named.
pub(super) fn read(items: &[Item], text: &str) -> Option<i64> {
    let mut reader = Reader { rest: text };
    let mut values = Values::default();
    for item in items {
        match item {
            Item::Literal(literal) => reader.literal(literal)?,
            Item::Number { part, most, .. } => {
                let number = reader.number(*most, matches!(part, Number::Year | Number::WeekYear))?;
                values.set(*part, number)?;
            }
            Item::Word { part, .. } => part.read(&mut reader, &mut values)?,
            Item::Fraction { most, .. } => values.millis = reader.fraction(*most)?,
            Item::Offset { .. } => values.offset_seconds = reader.offset()?,
            Item::Zone => values.zone = Some(reader.zone()?),
        }
    }
    if reader.rest.is_empty() { values.resolve() } else { None }
}

impl Number {
    fn of(self, time: NaiveDateTime) -> i64 {
        let (_, hour12) = time.hour12();
        match self {
            Self::Century => i64::from(time.year()).div_euclid(100),
            Self::Year => time.year().into(),
            Self::YearOfCentury => i64::from(time.year()).rem_euclid(100),
            Self::WeekYear => time.iso_week().year().into(),
            Self::WeekYearOfCentury => i64::from(time.iso_week().year()).rem_euclid(100),
            Self::Week => time.iso_week().week().into(),
            Self::DayOfWeek => time.weekday().number_from_monday().into(),
            Self::DayOfYear => time.ordinal().into(),
            Self::Month => time.month().into(),
            Self::Day => time.day().into(),
            Self::Hour => time.hour().into(),
            Self::HourFrom1 => (if time.hour() == 0 { 24 } else { time.hour() }).into(),
            Self::Hour12 => hour12.into(),
            Self::Hour12From0 => (hour12 % 12).into(),
            Self::Minute => time.minute().into(),
            Self::Second => time.second().into(),
        }
    }
}

impl Word {
    fn of(self, time: NaiveDateTime, is_short: bool) -> &'static str {
        let cut = |name: &'static str| if is_short { &name[..3] } else { name };
        match self {
            Self::Era => {
                if time.year() > 0 {
                    "AD"
                } else {
                    "BC"
                }
            }
            Self::Month => cut(MONTHS[time.month0() as usize]),
            Self::Weekday => cut(WEEKDAYS[time.weekday().num_days_from_monday() as usize]),
            Self::HalfDay => {
                if time.hour() < 12 {
                    "AM"
                } else {
                    "PM"
                }
            }
        }
    }

    fn read(self, reader: &mut Reader<'_>, values: &mut Values) -> Option<()> {
        match self {
            Self::Era => values.is_before_christ = reader.word(&["AD", "BC"])? == 1,
            Self::Month => values.month = i64::try_from(reader.name(&MONTHS)?).ok()? + 1,
            Self::Weekday => values.day_of_week = Some(i64::try_from(reader.name(&WEEKDAYS)?).ok()? + 1),
            Self::HalfDay => values.is_afternoon = reader.word(&["AM", "PM"])? == 1,
        }
        Some(())
    }
}

impl Values {
    fn set(&mut self, part: Number, number: i64) -> Option<()> {
        let of_century = |number: i64| if number < 70 { 2000 + number } else { 1900 + number };
        let within = |low: i64, high: i64| (low..=high).contains(&number).then_some(number);
        match part {
            // A century alone is no date.
            Number::Century => return None,
            Number::Year => self.year = number,
            Number::YearOfCentury => self.year = of_century(number),
            Number::WeekYear => self.week_year = Some(number),
            Number::WeekYearOfCentury => self.week_year = Some(of_century(number)),
            Number::Week => self.week = Some(within(1, 53)?),
            Number::DayOfWeek => self.day_of_week = Some(within(1, 7)?),
            Number::DayOfYear => self.day_of_year = Some(within(1, 366)?),
            Number::Month => self.month = within(1, 12)?,
            Number::Day => self.day = within(1, 31)?,
            Number::Hour => self.hour = Some(within(0, 23)?),
            Number::HourFrom1 => self.hour = Some(within(1, 24)? % 24),
            Number::Hour12 => self.hour12 = within(1, 12)? % 12,
            Number::Hour12From0 => self.hour12 = within(0, 11)?,
            Number::Minute => self.minute = within(0, 59)?,
            Number::Second => self.second = within(0, 59)?,
        }
        Some(())
    }

    fn resolve(&self) -> Option<i64> {
        let year = i32::try_from(if self.is_before_christ { 1 - self.year } else { self.year }).ok()?;
        let small = |number: i64| u32::try_from(number).ok();
        let date = if let Some(day) = self.day_of_year {
            NaiveDate::from_yo_opt(year, small(day)?)?
        } else if self.week.is_some() || self.week_year.is_some() {
            let weekday = Weekday::try_from(u8::try_from(self.day_of_week.unwrap_or(1) - 1).ok()?).ok()?;
            let year = i32::try_from(self.week_year.unwrap_or(self.year)).ok()?;
            NaiveDate::from_isoywd_opt(year, small(self.week.unwrap_or(1))?, weekday)?
        } else {
            NaiveDate::from_ymd_opt(year, small(self.month)?, small(self.day)?)?
        };
        let hour = self.hour.unwrap_or(self.hour12 + if self.is_afternoon { 12 } else { 0 });
        let time =
            date.and_hms_milli_opt(small(hour)?, small(self.minute)?, small(self.second)?, small(self.millis)?)?;
        match &self.zone {
            Some(zone) => zone.millis(time),
            None => Some(
                time.checked_sub_signed(TimeDelta::try_seconds(self.offset_seconds)?)?.and_utc().timestamp_millis(),
            ),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
