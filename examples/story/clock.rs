//! Time in the story: days 1 to 3 are the 11th, 12th and 13th of May 2026, UTC.

use std::ops::{Add, Sub};

/// Seconds since the story begins, 2026-05-11T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Time(pub(crate) u32);

/// A time of day, `HH:MM:SS`, on the story's first, second or third day.
pub(crate) fn at(day: u32, time: &str) -> Time {
    let seconds =
        time.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u32>().expect("a time of day has digits"));
    Time((day - 1) * DAY + seconds)
}

impl Time {
    /// As records write it: `2026-05-11T09:00:00Z`.
    pub(crate) fn iso(self) -> String {
        let (hour, minute, second) = self.clock();
        format!("2026-05-{:02}T{hour:02}:{minute:02}:{second:02}Z", self.date())
    }

    /// As names of log files write it: `20260511T0900Z`.
    pub(crate) fn stamp(self) -> String {
        let (hour, minute, _) = self.clock();
        format!("202605{:02}T{hour:02}{minute:02}Z", self.date())
    }

    /// The folders of a day: `2026/05/11`.
    pub(crate) fn folder(self) -> String {
        format!("2026/05/{:02}", self.date())
    }

    /// As IAM and STS write it in responses: `May 11, 2026, 9:00:00 AM`.
    pub(crate) fn words(self) -> String {
        let (hour, minute, second) = self.clock();
        let half = if hour < 12 { "AM" } else { "PM" };
        format!("May {}, 2026, {}:{minute:02}:{second:02} {half}", self.date(), (hour + 11) % 12 + 1)
    }

    /// As EC2 writes it in responses: milliseconds since 1970.
    pub(crate) fn millis(self) -> u64 {
        (START + u64::from(self.0)) * 1000
    }

    fn date(self) -> u32 {
        11 + self.0 / DAY
    }

    fn clock(self) -> (u32, u32, u32) {
        (self.0 % DAY / 3600, self.0 % 3600 / 60, self.0 % 60)
    }
}

impl Add<u32> for Time {
    type Output = Self;

    fn add(self, seconds: u32) -> Self {
        Self(self.0 + seconds)
    }
}

impl Sub<u32> for Time {
    type Output = Self;

    fn sub(self, seconds: u32) -> Self {
        Self(self.0 - seconds)
    }
}

const DAY: u32 = 24 * 60 * 60;
/// 2026-05-11T00:00:00Z, in seconds since 1970.
const START: u64 = 1_778_457_600;
