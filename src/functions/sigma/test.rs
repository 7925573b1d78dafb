//! One test of a rule, compiled: what the constants of a call mean, and whether a value holds.

use chrono::{DateTime, Datelike, Timelike, Utc};
use datafusion::common::{Result, exec_err};
use regex::{Regex, RegexBuilder};

use super::number::{Number, Operator};
use super::pattern::Patterns;
use super::value::{Value, any, steps};
use crate::functions::network::Block;
use crate::record;
use crate::schema::Step;

/// What a function asks of the values at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Asks {
    /// That one matches a pattern, in any case.
    Matches,
    /// That one matches a pattern to the letter.
    MatchesCase,
    /// That one is a number, or its text.
    Equals,
    /// That one has a match of a regular expression.
    Regexp,
    /// That one is an address in a block.
    Cidr,
    /// That one is a number on this side of another.
    Compares,
    /// That a part of a point in time is a number on this side of another.
    Time,
    /// That there is one, were it null.
    Exists,
    /// That there is none, or one is null.
    IsNull,
}

/// The compiled constants of a call.
#[derive(Debug)]
pub(super) struct Test {
    path: Vec<Step>,
    check: Check,
}

#[derive(Debug)]
enum Check {
    Patterns(Patterns),
    Equals(Vec<(String, Option<Number>)>),
    Regexp(Regex),
    Cidr(Vec<Block>),
    Compares(Operator, Number),
    Time(Part, Operator, Number),
    Exists,
    IsNull,
}

/// The most memory that one compiled expression may take: as the `regex` crate has it by itself, a tenth of it.
pub(super) const REGEX_BYTES: usize = 1 << 20;

/// Compiles an expression of a rule.
///
/// # Errors
/// The reason, when it does not parse, is too large, or looks around.
pub fn regex(pattern: &str) -> std::result::Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(REGEX_BYTES).build()
}

/// Whether a text is a block of addresses, or one address.
#[must_use]
pub fn is_block(text: &str) -> bool {
    Block::parse(text).is_some()
}

/// Whether a text is a number that tests can compare with.
#[must_use]
pub fn is_number(text: &str) -> bool {
    Number::parse(text).is_some()
}

impl Test {
    /// From the path and what comes after it.
    pub(super) fn new(asks: Asks, constants: &[&str]) -> Result<Self> {
        let Some((path, rest)) = constants.split_first() else { return exec_err!("a test without a path") };
        let check = match (asks, rest) {
            (Asks::Matches | Asks::MatchesCase, patterns) => {
                match Patterns::new(patterns.iter().copied(), asks == Asks::MatchesCase) {
                    Some(patterns) => Check::Patterns(patterns),
                    None => return exec_err!("too many patterns to look for"),
                }
            }
            (Asks::Equals, numbers) => {
                Check::Equals(numbers.iter().map(|text| ((*text).to_owned(), Number::parse(text))).collect())
            }
            (Asks::Regexp, [pattern]) => match regex(pattern) {
                Ok(regex) => Check::Regexp(regex),
                Err(error) => return exec_err!("`{pattern}` cannot be used as a regular expression: {error}"),
            },
            (Asks::Cidr, blocks) => {
                let mut parsed = Vec::new();
                for block in blocks {
                    match Block::parse(block) {
                        Some(block) => parsed.push(block),
                        None => return exec_err!("`{block}` is not a block of addresses, such as `10.0.0.0/8`"),
                    }
                }
                Check::Cidr(parsed)
            }
            (Asks::Compares, [operator, number]) => Check::Compares(self::operator(operator)?, self::number(number)?),
            (Asks::Time, [part, operator, number]) => match Part::parse(part) {
                Some(part) => Check::Time(part, self::operator(operator)?, self::number(number)?),
                None => return exec_err!("`{part}` is no part of a time"),
            },
            (Asks::Exists, []) => Check::Exists,
            (Asks::IsNull, []) => Check::IsNull,
            _ => return exec_err!("a test does not take {} constants", constants.len()),
        };
        Ok(Self { path: steps(path), check })
    }

    /// Whether the values at the path in JSON hold.
    pub(super) fn holds(&self, json: Option<&str>) -> bool {
        let Some(json) = json else { return matches!(self.check, Check::IsNull) };
        let any = |holds: &mut dyn FnMut(&Value<'_>) -> bool| any(json, &self.path, &mut |value| holds(value));
        match &self.check {
            Check::Patterns(patterns) => any(&mut |value| match value {
                Value::Array | Value::Object(_) if patterns.takes_all() => true,
                value => value.text_holds(|text| patterns.matches(text)),
            }),
            Check::Equals(numbers) => any(&mut |value| match value {
                Value::Number(found) => {
                    let found = Number::parse(found);
                    let is_same = |(found, wanted)| Operator::Equal.holds(found, wanted);
                    numbers.iter().any(|(_, wanted)| found.zip(*wanted).is_some_and(is_same))
                }
                Value::Text(found) => numbers.iter().any(|(wanted, _)| wanted == found),
                _ => false,
            }),
            Check::Regexp(regex) => any(&mut |value| value.text_holds(|text| regex.is_match(text))),
            Check::Cidr(blocks) => any(&mut |value| match value {
                Value::Text(text) => text
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| blocks.iter().any(|block| block.contains(address.to_canonical()))),
                _ => false,
            }),
            Check::Compares(operator, wanted) => any(&mut |value| {
                let found = match value {
                    Value::Number(text) => Number::parse(text),
                    Value::Text(text) => Number::parse(text),
                    _ => None,
                };
                found.is_some_and(|found| operator.holds(found, *wanted))
            }),
            Check::Time(part, operator, wanted) => any(&mut |value| match value {
                Value::Text(text) => part.of(text).is_some_and(|found| operator.holds(Number::Whole(found), *wanted)),
                _ => false,
            }),
            Check::Exists => any(&mut |_| true),
            Check::IsNull => {
                let mut is_there = false;
                let is_null = any(&mut |value| {
                    is_there = true;
                    *value == Value::Null
                });
                is_null || !is_there
            }
        }
    }
}

fn operator(text: &str) -> Result<Operator> {
    match Operator::parse(text) {
        Some(operator) => Ok(operator),
        None => exec_err!("`{text}` is none of `=`, `<`, `<=`, `>`, `>=`"),
    }
}

fn number(text: &str) -> Result<Number> {
    match Number::parse(text) {
        Some(number) => Ok(number),
        None => exec_err!("`{text}` is no number"),
    }
}

/// A part of a point in time, UTC.
#[derive(Debug, Clone, Copy)]
enum Part {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }

    fn of(self, text: &str) -> Option<i128> {
        let time: DateTime<Utc> = DateTime::from_timestamp_millis(record::parse_time(text)?)?;
        Some(match self {
            Self::Minute => time.minute().into(),
            Self::Hour => time.hour().into(),
            Self::Day => time.day().into(),
            // ISO 8601: the week with the year's first Thursday is the first.
            Self::Week => time.iso_week().week().into(),
            Self::Month => time.month().into(),
            Self::Year => time.year().into(),
        })
    }
}

/// How the values of one field are compared with those of another.
#[derive(Debug)]
pub(super) struct Relation {
    path: Vec<Step>,
    other: Vec<Step>,
    how: How,
    is_cased: bool,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

impl Relation {
    /// From both paths and the word for what is compared.
    pub(super) fn new(path: &str, how: &str, other: &str) -> Result<Self> {
        let (word, is_cased) = how.strip_suffix(" cased").map_or((how, false), |word| (word, true));
        let how = match word {
            "equals" => How::Equals,
            "contains" => How::Contains,
            "startswith" => How::StartsWith,
            "endswith" => How::EndsWith,
            _ => return exec_err!("`{word}` is none of `equals`, `contains`, `startswith`, `endswith`"),
        };
        Ok(Self { path: steps(path), other: steps(other), how, is_cased })
    }

    /// Whether a value of the one is so related to a value of the other.
    pub(super) fn holds(&self, json: Option<&str>, other: Option<&str>) -> bool {
        let (Some(json), Some(other)) = (json, other) else { return false };
        let plain = |text: &str| match self.is_cased {
            true => text.to_owned(),
            false => super::fold::folded_text(text).into_owned(),
        };
        let mut wanted: Vec<(String, Option<Number>)> = Vec::new();
        any(other, &self.other, &mut |value| {
            let (text, number) = match value {
                Value::Number(text) => ((*text).to_owned(), Number::parse(text)),
                Value::Text(text) => (text.to_string(), None),
                Value::Bool(value) => (value.to_string(), None),
                Value::Null | Value::Array | Value::Object(_) => return false,
            };
            // An empty text would be a part of everything.
            if !text.is_empty() || self.is_whole() {
                wanted.push((plain(&text), number));
            }
            false
        });
        any(json, &self.path, &mut |value| {
            let number = if let Value::Number(text) = value { Number::parse(text) } else { None };
            wanted.iter().any(|(wanted, other)| {
                let is_same = |(a, b)| self.is_whole() && Operator::Equal.holds(a, b);
                number.zip(*other).is_some_and(is_same)
                    || value.text_holds(|text| {
                        let text = plain(text);
                        match self.how {
                            How::Equals => text == *wanted,
                            How::Contains => text.contains(wanted.as_str()),
                            How::StartsWith => text.starts_with(wanted.as_str()),
                            How::EndsWith => text.ends_with(wanted.as_str()),
                        }
                    })
            })
        })
    }

    fn is_whole(&self) -> bool {
        matches!(self.how, How::Equals)
    }
}
