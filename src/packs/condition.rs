//! What makes findings of the events that a detection fits: how many, how many different, in which order, for the
//! first time.
//!
//! ```text
//! count: >= 5 within 15m by source              sum: bytes >= 1000000000 within 1h by actor
//! distinct: user >= 5 within 1h by source       first_seen: actor, address within 10d
//! sequence: ordered within 1h by actor          sequence: any within 5m by actor
//! ```

use std::fmt;
use std::time::Duration;

/// What makes findings of events. Names are of columns that the detection shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is asked of the events of one group within the time.
    pub test: Test,
    /// How far apart they may be; for `first_seen`, how far back the same is looked for.
    pub within: Duration,
    /// What events of one group have in common.
    pub by: Vec<String>,
}

/// What is asked of the events of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// How many there are.
    Count(Bounds),
    /// How many different values they have.
    Distinct(Vec<String>, Bounds),
    /// A figure of a column's numbers.
    Figure(Figure, String, Bounds),
    /// That none before had the same values.
    FirstSeen(Vec<String>),
    /// That every step was met, or so many of them; in the steps' order or in any.
    Sequence {
        /// Whether the order counts.
        ordered: bool,
        /// How many of the steps; all when not given.
        steps: Option<Bounds>,
    },
}

/// A figure of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// Their sum.
    Sum,
    /// Their mean.
    Average,
    /// The value that so many of a hundred do not exceed.
    Percentile(f64),
}

/// How a figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// At least.
    AtLeast,
    /// More than.
    MoreThan,
    /// At most.
    AtMost,
    /// Less than.
    LessThan,
    /// Equal to.
    Equal,
    /// Other than.
    Other,
}

const COMPARISONS: &[(Comparison, &str)] = &[
    (Comparison::AtLeast, ">="),
    (Comparison::AtMost, "<="),
    (Comparison::Other, "!="),
    (Comparison::MoreThan, ">"),
    (Comparison::LessThan, "<"),
    (Comparison::Equal, "="),
];

impl Comparison {
    fn holds(self, figure: f64, limit: f64) -> bool {
        match self {
            Self::AtLeast => figure >= limit,
            Self::MoreThan => figure > limit,
            Self::AtMost => figure <= limit,
            Self::LessThan => figure < limit,
            Self::Equal => (figure - limit).abs() < f64::EPSILON,
            Self::Other => (figure - limit).abs() >= f64::EPSILON,
        }
    }
}

/// Comparisons that all must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds(pub Vec<(Comparison, f64)>);

impl Bounds {
    /// Whether all hold for a figure.
    #[must_use]
    pub fn hold(&self, figure: f64) -> bool {
        self.0.iter().all(|(comparison, limit)| comparison.holds(figure, *limit))
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = |comparison| COMPARISONS.iter().find(|(known, _)| *known == comparison).map_or("", |(_, sign)| sign);
        let texts: Vec<_> = self.0.iter().map(|(comparison, limit)| format!("{} {limit}", sign(*comparison))).collect();
        f.write_str(&texts.join(" and "))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Count(bounds) => write!(f, "count {bounds}")?,
            Test::Distinct(columns, bounds) => write!(f, "distinct {} {bounds}", columns.join(", "))?,
            Test::Figure(Figure::Sum, column, bounds) => write!(f, "sum of {column} {bounds}")?,
            Test::Figure(Figure::Average, column, bounds) => write!(f, "average of {column} {bounds}")?,
            Test::Figure(Figure::Percentile(p), column, bounds) => write!(f, "p{p} of {column} {bounds}")?,
            Test::FirstSeen(columns) => write!(f, "first seen {}", columns.join(", "))?,
            Test::Sequence { ordered: true, .. } => f.write_str("in this order")?,
            Test::Sequence { ordered: false, .. } => f.write_str("all of these")?,
        }
        write!(f, " within {}", humantime::format_duration(self.within))?;
        if !self.by.is_empty() {
            write!(f, " by {}", self.by.join(", "))?;
        }
        Ok(())
    }
}

/// The keys of a header that say a condition.
pub(super) const KEYS: &[&str] = &["count", "distinct", "sum", "first_seen", "sequence"];

/// Reads the value of one of [`KEYS`]. `value_of` gives the text of a parameter.
pub(super) fn parse(key: &str, text: &str, value_of: impl Fn(&str) -> Option<String>) -> Result<Condition, String> {
    let form = form(key);
    let malformed = || format!("`{key}: {text}` is not of the form `{key}: {form}`");
    let (test, rest) = text.split_once(" within ").ok_or_else(malformed)?;
    let (within, by) = rest.split_once(" by ").unwrap_or((rest, ""));
    let filled = |word: &str| match word.strip_prefix(':') {
        Some(name) => value_of(name).ok_or_else(|| format!("`{word}` in `{key}` is no parameter of this query")),
        None => Ok(word.to_owned()),
    };
    let within = filled(within.trim())?;
    let within = humantime::parse_duration(&within)
        .ok()
        .filter(|within| !within.is_zero())
        .ok_or_else(|| format!("`{within}` in `{key}` is no duration; write 15m, 2h, 10d"))?;
    let bounds = |text: &str| {
        let (comparison, sign) = COMPARISONS.iter().find(|(_, sign)| text.starts_with(sign)).ok_or_else(malformed)?;
        let number = filled(text[sign.len()..].trim())?;
        let number: f64 = number.parse().map_err(|_| format!("`{number}` in `{key}` is no number"))?;
        Ok::<_, String>(Bounds(vec![(*comparison, number)]))
    };
    let compared = |text: &str| {
        let at = text.find(['>', '<', '=', '!']).ok_or_else(malformed)?;
        let columns = names(&text[..at]);
        Ok::<_, String>((columns, bounds(text[at..].trim())?))
    };
    let test = test.trim();
    let test = match key {
        "count" => Test::Count(bounds(test)?),
        "distinct" => {
            let (columns, bounds) = compared(test)?;
            Test::Distinct(Some(columns).filter(|columns| !columns.is_empty()).ok_or_else(malformed)?, bounds)
        }
        "sum" => {
            let (columns, bounds) = compared(test)?;
            let [column] = columns.as_slice() else { return Err(malformed()) };
            Test::Figure(Figure::Sum, column.clone(), bounds)
        }
        "first_seen" => {
            let columns = Some(names(test)).filter(|columns| !columns.is_empty());
            Test::FirstSeen(columns.ok_or_else(malformed)?)
        }
        _ => match test {
            "ordered" => Test::Sequence { ordered: true, steps: None },
            "any" => Test::Sequence { ordered: false, steps: None },
            _ => return Err(malformed()),
        },
    };
    Ok(Condition { test, within, by: names(by) })
}

fn form(key: &str) -> &'static str {
    match key {
        "count" => ">= N within 15m by COLUMN, …",
        "distinct" => "COLUMN, … >= N within 15m by COLUMN, …",
        "sum" => "COLUMN >= N within 15m by COLUMN, …",
        "first_seen" => "COLUMN, … within 10d",
        _ => "ordered within 15m by COLUMN, …` or `any within …",
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl Condition {
    /// The columns it names, which every step has to show.
    pub(super) fn columns(&self) -> Vec<&str> {
        let of_test: Vec<&str> = match &self.test {
            Test::Distinct(columns, _) | Test::FirstSeen(columns) => columns.iter().map(String::as_str).collect(),
            Test::Figure(_, column, _) => vec![column],
            Test::Count(_) | Test::Sequence { .. } => Vec::new(),
        };
        self.by.iter().map(String::as_str).chain(of_test).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(key: &str, text: &str) -> Result<String, String> {
        parse(key, text, |name| (name == "n").then(|| "7".to_owned())).map(|condition| condition.to_string())
    }

    #[test]
    fn conditions_are_read_as_they_are_written() {
        let check = |key, text, expected: &str| assert_eq!(read(key, text).as_deref(), Ok(expected), "{key}: {text}");
        check("count", ">= 5 within 15m by source", "count >= 5 within 15m by source");
        check("count", "> :n within 1h", "count > 7 within 1h");
        check("distinct", "user, key >= 2 within 1d by a, b", "distinct user, key >= 2 within 1day by a, b");
        check("sum", "bytes >= 1e9 within 1h by actor", "sum of bytes >= 1000000000 within 1h by actor");
        check("first_seen", "actor, address within 10d", "first seen actor, address within 10days");
        check("sequence", "ordered within 90m by actor", "in this order within 1h 30m by actor");
    }

    #[test]
    fn what_is_wrong_with_a_condition_is_said() {
        let check = |key, text, part: &str| {
            let error = read(key, text).expect_err(text);
            assert!(error.contains(part), "{error}");
        };
        check("count", "5 within 15m", "not of the form `count: >= N within 15m");
        check("count", ">= five within 15m", "`five` in `count` is no number");
        check("count", ">= :m within 15m", "`:m` in `count` is no parameter");
        check("count", ">= 5 within soon", "`soon` in `count` is no duration");
        check("count", ">= 5 within 0s", "no duration");
        check("distinct", ">= 5 within 15m", "not of the form");
        check("first_seen", " within 10d", "not of the form");
        check("sequence", "sorted within 10d", "not of the form");
    }
}
