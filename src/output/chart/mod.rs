//! Charts of an answer: lines or columns over time, and bars; as text for a terminal and as SVG for a page.
//!
//! An answer becomes `rows`, which become `series` over time or `bars`. Both are drawn twice: as `text` and as
//! `svg`. `ratatui`'s widgets are not used: they spread the labels of an axis evenly, wherever the round hours lie,
//! and draw with characters that a plain terminal does not have. `plotters` writes colours into the SVG, which then
//! cannot follow a page from light to dark.

mod bars;
mod rows;
mod scale;
mod series;
mod sink;
mod svg;
mod text;
mod time_axis;

use std::fmt;
use std::str::FromStr;

use datafusion::arrow::datatypes::Schema;

pub(super) use sink::open;
pub(super) use svg::Figure;

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A bar for each row, as long as its first number; several numbers make groups of bars.
    Bar,
    /// Numbers over time.
    Time,
}

/// What a chart is called, and its kind; none: as the answer suggests.
pub const KINDS: &[(&str, Option<Kind>)] = &[("auto", None), ("bar", Some(Kind::Bar)), ("time", Some(Kind::Time))];

/// Where a chart is drawn when the format is a table. A page has its chart above the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// In the table's place; the table comes when there is nothing to draw.
    #[default]
    Instead,
    /// Below the table.
    Below,
}

/// A chart that somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Its kind. None: as the answer suggests.
    pub kind: Option<Kind>,
    /// Where it is drawn.
    pub place: Place,
}

impl FromStr for Wanted {
    type Err = String;

    /// A kind by its name, or `auto`, in the table's place.
    fn from_str(name: &str) -> Result<Self, String> {
        match KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, kind)) => Ok(Self { kind: *kind, place: Place::Instead }),
            None => {
                let names: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
                Err(format!("no chart is named `{name}`; there are {}", names.join(", ")))
            }
        }
    }
}

/// Why there is no chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undrawn {
    /// No column has numbers.
    NoNumbers,
    /// No column has times.
    NoTimes,
    /// No row has what a chart shows.
    NoRows,
    /// There are too many rows over time.
    TooMany,
}

impl fmt::Display for Undrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumbers => f.write_str("no column has numbers, so there is nothing to chart"),
            Self::NoTimes => f.write_str("no column has times, so nothing can be drawn over time"),
            Self::NoRows => f.write_str("no row has a number to chart"),
            Self::TooMany => write!(f, "a chart has at most {} rows", rows::MOST_ROWS),
        }
    }
}

/// The chart that suits rows of this schema: over time where a column has times, else bars; none without numbers.
///
/// Text that holds times is not known by its schema; a chart that is wanted without a kind looks at the values, too.
#[must_use]
pub fn suggest(schema: &Schema) -> Option<Kind> {
    let roles = rows::Roles::of(schema);
    match (roles.numbers.is_empty(), roles.time) {
        (true, _) => None,
        (false, Some(_)) => Some(Kind::Time),
        (false, None) => Some(Kind::Bar),
    }
}

/// What a chart is drawn on.
#[derive(Debug, Clone, Copy)]
struct Look {
    /// Terminal columns.
    width: usize,
    color: bool,
    ascii: bool,
}

/// A chart, ready to be drawn.
#[derive(Debug)]
enum Chart {
    Bar(bars::Bars),
    Time(series::Series),
}

impl Chart {
    /// The chart of these rows.
    fn of(rows: rows::Rows, kind: Option<Kind>) -> Result<Self, Undrawn> {
        match kind {
            Some(Kind::Bar) => bars::Bars::of(&rows).map(Self::Bar),
            Some(Kind::Time) => series::Series::of(&rows).map(Self::Time),
            None => match series::Series::of(&rows) {
                Ok(series) => Ok(Self::Time(series)),
                Err(_) => bars::Bars::of(&rows).map(Self::Bar),
            },
        }
    }

    /// Its lines, each ended by a line break.
    fn text(&self, look: Look) -> String {
        match self {
            Self::Bar(bars) => text::bars::draw(bars, look),
            Self::Time(series) => text::lines::draw(series, look),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn an_answer_suggests_its_chart() {
        assert_eq!(suggest(&sample::events().schema()), Some(Kind::Time));
        assert_eq!(suggest(&sample::numbers(&[1.0]).schema()), Some(Kind::Bar));
        assert_eq!(suggest(&sample::texts(&["a"]).schema()), None);
    }

    #[test]
    fn kinds_are_known_by_name() {
        assert_eq!("BAR".parse(), Ok(Wanted { kind: Some(Kind::Bar), place: Place::Instead }));
        assert_eq!("auto".parse(), Ok(Wanted::default()));
        let error = "pie".parse::<Wanted>().expect_err("no pies");
        assert_eq!(error, "no chart is named `pie`; there are auto, bar, time");
    }
}
