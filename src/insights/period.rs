//! A period: a whole number of milliseconds, minutes, months.

use std::fmt;

use crate::functions::period::Length;

/// A stretch of time, as `bin` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// How many; at least 1.
    pub(super) count: i32,
    /// Of what.
    pub(super) unit: Unit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A unit, the shortest way to write it and the others, and how many of it AWS takes at most.
///
/// Every spelling longer than one letter also takes a plural `s`.
///
/// Source: CloudWatch Logs User Guide, "bin" in the stats command.
pub(super) const UNITS: &[(Unit, &[&str], Option<i32>)] = &[
    (Unit::Millisecond, &["ms", "msec", "millisecond"], Some(1000)),
    (Unit::Second, &["s", "sec", "second"], Some(60)),
    (Unit::Minute, &["m", "min", "minute"], Some(60)),
    (Unit::Hour, &["h", "hr", "hour"], Some(24)),
    (Unit::Day, &["d", "day"], None),
    (Unit::Week, &["w", "week"], None),
    (Unit::Month, &["mo", "mon", "month"], None),
    (Unit::Quarter, &["q", "qtr", "quarter"], None),
    (Unit::Year, &["y", "yr", "year"], None),
];

impl Unit {
    /// The unit with this spelling, in any case.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let found = |text: &str| UNITS.iter().find(|(_, spellings, _)| spellings.contains(&text)).map(|row| row.0);
        found(&text).or_else(|| text.strip_suffix('s').filter(|text| text.len() > 1).and_then(found))
    }

    fn row(self) -> &'static (Unit, &'static [&'static str], Option<i32>) {
        UNITS.iter().find(|row| row.0 == self).unwrap_or(&UNITS[0])
    }
}

impl Period {
    /// How many of the unit AWS takes, when this is more.
    pub(super) fn beyond_cap(self) -> Option<i32> {
        self.unit.row().2.filter(|cap| self.count > *cap)
    }

    /// Months for units of months, else whole milliseconds.
    pub(super) fn length(self) -> Length {
        let count = i64::from(self.count);
        match self.unit {
            Unit::Millisecond => Length::Milliseconds(count),
            Unit::Second => Length::Milliseconds(count * 1000),
            Unit::Minute => Length::Milliseconds(count * 60_000),
            Unit::Hour => Length::Milliseconds(count * 3_600_000),
            Unit::Day => Length::Milliseconds(count * 86_400_000),
            Unit::Week => Length::Milliseconds(count * 7 * 86_400_000),
            Unit::Month => Length::Months(self.count),
            Unit::Quarter => Length::Months(self.count.saturating_mul(3)),
            Unit::Year => Length::Months(self.count.saturating_mul(12)),
        }
    }

    /// Milliseconds; units of months count thirty days each.
    pub(super) fn milliseconds(self) -> i64 {
        match self.length() {
            Length::Milliseconds(milliseconds) => milliseconds,
            Length::Months(months) => i64::from(months) * 30 * 86_400_000,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.row().1[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_has_its_spellings_and_plurals() {
        for (unit, spellings, _) in UNITS {
            for spelling in *spellings {
                assert_eq!(Unit::parse(&spelling.to_uppercase()), Some(*unit));
                if spelling.len() > 1 {
                    assert_eq!(Unit::parse(&format!("{spelling}s")), Some(*unit), "{spelling}s");
                }
            }
        }
        assert_eq!(Unit::parse("x"), None);
        assert_eq!(Unit::parse("hs"), None);
        assert_eq!(Unit::parse(""), None);
    }
}
