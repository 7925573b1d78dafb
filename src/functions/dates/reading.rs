//! The pieces of a text that a format of dates and times asks for.

use super::times::{Clock, UTC};

/// What has been read so far; what is not there is the beginning of 1970.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) year: i64,
    pub(super) is_before_christ: bool,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) day_of_year: Option<i64>,
    pub(super) week_year: Option<i64>,
    pub(super) week: Option<i64>,
    pub(super) day_of_week: Option<i64>,
    pub(super) hour: Option<i64>,
    pub(super) hour12: i64,
    pub(super) is_afternoon: bool,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millis: i64,
    pub(super) offset_seconds: i64,
    pub(super) zone: Option<Clock>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            year: 1970,
            is_before_christ: false,
            month: 1,
            day: 1,
            day_of_year: None,
            week_year: None,
            week: None,
            day_of_week: None,
            hour: None,
            hour12: 0,
            is_afternoon: false,
            minute: 0,
            second: 0,
            millis: 0,
            offset_seconds: 0,
            zone: None,
        }
    }
}

/// What is left of a text.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a str,
}

impl Reader<'_> {
    /// A text, in any case.
    pub(super) fn literal(&mut self, literal: &str) -> Option<()> {
        let found = self.rest.get(..literal.len())?;
        self.rest = &self.rest[literal.len()..];
        found.eq_ignore_ascii_case(literal).then_some(())
    }

    /// A number of so many digits at most.
    pub(super) fn number(&mut self, most: usize, may_have_sign: bool) -> Option<i64> {
        let mut sign = 1;
        if may_have_sign && let Some(rest) = self.rest.strip_prefix(['-', '+']) {
            sign = if self.rest.starts_with('-') { -1 } else { 1 };
            self.rest = rest;
        }
        Some(sign * self.digits(most)?.parse::<i64>().ok()?)
    }

    fn digits(&mut self, most: usize) -> Option<&str> {
        let count = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        (count > 0).then_some(digits)
    }

    /// Milliseconds, cut down.
    pub(super) fn fraction(&mut self, most: usize) -> Option<i64> {
        let digits = self.digits(most)?;
        format!("{digits:0<3}").get(..3)?.parse().ok()
    }

    /// One of some words, by its number.
    pub(super) fn word(&mut self, words: &[&str]) -> Option<usize> {
        let at = words
            .iter()
            .position(|word| self.rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))?;
        self.rest = &self.rest[words[at].len()..];
        Some(at)
    }

    /// One of some names in full, or by its first three letters.
    pub(super) fn name(&mut self, names: &[&str]) -> Option<usize> {
        if let Some(at) = self.word(names) {
            return Some(at);
        }
        let short: Vec<&str> = names.iter().map(|name| &name[..3]).collect();
        self.word(&short)
    }

    /// Seconds ahead of UTC: `Z`, `+02`, `+0200`, `+02:00`.
    pub(super) fn offset(&mut self) -> Option<i64> {
        if let Some(rest) = self.rest.strip_prefix(['Z', 'z']) {
            self.rest = rest;
            return Some(0);
        }
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours = self.two()?;
        let minutes = if let Some(rest) = self.rest.strip_prefix(':') {
            self.rest = rest;
            self.two()?
        } else if self.rest.starts_with(|digit: char| digit.is_ascii_digit()) {
            self.two()?
        } else {
            0
        };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
    }

    fn two(&mut self) -> Option<i64> {
        self.digits(2).filter(|digits| digits.len() == 2)?.parse().ok()
    }

    /// A time zone: `UTC`, `Europe/Berlin`, `+02:00`.
    pub(super) fn zone(&mut self) -> Option<Clock> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || "/_+-:".contains(character);
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Clock::of(if name == "GMT" { UTC } else { name }).ok()
    }
}
