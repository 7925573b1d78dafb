//! The heat map: a row for each account and region, a cell for each day, or week, month or year where days do not fit.

use std::fmt::Write;

use chrono::{Datelike, Days, Months, NaiveDate};
use unicode_width::UnicodeWidthStr;

use super::count::{Key, Stream};
use super::digests::Extent;
use super::find::{Coverage, What};
use crate::output::escape;
use crate::output::summary::human_count;

/// How the map looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether missing days are red.
    pub color: bool,
    /// Whether only ASCII can be shown.
    pub ascii: bool,
}

/// What one cell stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

const UNITS: [(Unit, &str); 4] =
    [(Unit::Day, "day"), (Unit::Week, "week"), (Unit::Month, "month"), (Unit::Year, "year")];

/// Shades from few to many deliveries, relative to the most of the row.
const SHADES: [char; 4] = ['░', '▒', '▓', '█'];
const ASCII_SHADES: [char; 4] = ['.', ':', '*', '#'];
const GAP: char = '!';
const SILENT: char = 'x';
/// Log files that no digest file is about, or not the whole day.
const UNDIGESTED: char = '?';
/// Digest files, and no log files.
const QUIET: char = '-';
/// Columns that cells have at least, however narrow the terminal is.
const FEWEST_CELLS: usize = 10;

/// The map, line by line; none when there is nothing to show. Accounts stand above their regions.
///
/// Rows beyond `most` are counted.
#[must_use]
pub fn map(coverage: &Coverage, look: Look, most: usize) -> Vec<String> {
    let Some((first, last)) = coverage.span else { return Vec::new() };
    let labels: Vec<String> = coverage.streams.iter().take(most).map(|stream| label(&stream.key)).collect();
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or_default();
    let counts: Vec<String> = coverage.streams.iter().take(most).map(|stream| human_count(files(stream))).collect();
    let count_width = counts.iter().map(String::len).max().unwrap_or_default();
    let room = look.width.saturating_sub(label_width + count_width + 6).max(FEWEST_CELLS);
    let (unit, cells) = cells(first, last, room);
    let mut lines = vec![format!("{:label_width$}    {}", "", ruler(&cells, unit))];
    let mut account = None;
    for ((stream, label), count) in coverage.streams.iter().zip(labels).zip(counts) {
        let of = (&stream.key.organization, &stream.key.account);
        if account != Some(of) {
            account = Some(of);
            lines.push(heading(&stream.key));
        }
        let pad = " ".repeat(label_width.saturating_sub(label.width()));
        lines.push(format!("  {label}{pad}  {}  {count:>count_width$}", row(coverage, stream, &cells, look)));
    }
    if coverage.streams.len() > most {
        lines.push(format!("and {} more rows", human_count((coverage.streams.len() - most) as u64)));
    }
    lines.push(legend(coverage, first, last, unit, look));
    lines
}

fn files(stream: &Stream) -> u64 {
    stream.days.iter().map(|day| u64::from(day.files)).sum()
}

fn heading(key: &Key) -> String {
    let account = key.account.as_deref().unwrap_or("no account");
    let text = key.organization.as_ref().map_or_else(|| account.to_owned(), |id| format!("{account} ({id})"));
    escape::terminal(&text).into_owned()
}

/// The region, and the folder where it is not that of most records.
fn label(key: &Key) -> String {
    let region = key.region.as_deref().unwrap_or("no region");
    let kind = key.kind.as_deref().and_then(|kind| kind.strip_prefix("CloudTrail-"));
    let text = kind.map_or_else(|| region.to_owned(), |kind| format!("{region} {kind}"));
    escape::terminal(&text).into_owned()
}

/// The cells, each with its first and last day, in the smallest unit that fits.
fn cells(first: NaiveDate, last: NaiveDate, room: usize) -> (Unit, Vec<(NaiveDate, NaiveDate)>) {
    let mut found = (Unit::Year, Vec::new());
    for (unit, _) in UNITS {
        let mut cells = Vec::new();
        let mut start = Some(first);
        // One more than fits tells that they do not.
        while let Some(day) = start.filter(|day| *day <= last && cells.len() <= room) {
            let next = after(day, unit);
            cells.push((day, next.and_then(|next| next.pred_opt()).map_or(last, |end| end.min(last))));
            start = next;
        }
        let fits = cells.len() <= room;
        found = (unit, cells);
        if fits {
            break;
        }
    }
    found
}

/// The first day of the next day, week, month or year.
fn after(day: NaiveDate, unit: Unit) -> Option<NaiveDate> {
    match unit {
        Unit::Day => day.succ_opt(),
        Unit::Week => day.checked_add_days(Days::new(7 - u64::from(day.weekday().num_days_from_monday()))),
        Unit::Month => day.with_day(1)?.checked_add_months(Months::new(1)),
        Unit::Year => NaiveDate::from_ymd_opt(day.year().checked_add(1)?, 1, 1),
    }
}

/// The first day, then months where they begin, January as the year, as far as there is room; of months only years.
fn ruler(cells: &[(NaiveDate, NaiveDate)], unit: Unit) -> String {
    let mut line = String::new();
    let mut before: Option<NaiveDate> = None;
    let is_coarse = matches!(unit, Unit::Month | Unit::Year);
    for (place, (start, _)) in cells.iter().enumerate() {
        let begins = |other: NaiveDate| (other.year(), other.month()) != (start.year(), start.month());
        let text = match before {
            None => start.format(if is_coarse { "%Y-%m" } else { "%Y-%m-%d" }).to_string(),
            Some(other) if other.year() != start.year() => start.format("%Y").to_string(),
            Some(other) if begins(other) && !is_coarse => start.format("%b").to_string(),
            Some(_) => String::new(),
        };
        before = Some(*start);
        // A space between two labels.
        if !text.is_empty() && (line.is_empty() || line.len() < place) {
            line.push_str(&" ".repeat(place.saturating_sub(line.len())));
            line.push_str(&text);
        }
    }
    line
}

/// The cells of a row.
fn row(coverage: &Coverage, stream: &Stream, cells: &[(NaiveDate, NaiveDate)], look: Look) -> String {
    let mut days = stream.days.iter().peekable();
    let counts: Vec<u64> = cells
        .iter()
        .map(|(_, end)| {
            let mut count = 0;
            while let Some(day) = days.next_if(|day| day.date <= *end) {
                count += u64::from(day.files);
            }
            count
        })
        .collect();
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let told: Vec<_> = coverage.of(&stream.key).filter(|one| matches!(one.what, What::Gap | What::Silent)).collect();
    let life = stream.life();
    let shades = if look.ascii { ASCII_SHADES } else { SHADES };
    let mut line = String::new();
    for ((start, end), count) in cells.iter().zip(counts) {
        // Before a region's first delivery nothing can be missing.
        let is_alive = life.is_some_and(|(first, _)| first <= *end);
        let mark = told.iter().filter(|one| is_alive && one.from <= *end && *start <= one.to).map(|one| one.what).min();
        let proof = Proven::of(coverage, stream, *start, *end);
        match mark {
            Some(what) => push(&mut line, if what == What::Gap { GAP } else { SILENT }, RED, look),
            None if proof == Proven::Quiet => line.push(QUIET),
            None if count == 0 => line.push(' '),
            None if proof == Proven::Missing => push(&mut line, UNDIGESTED, YELLOW, look),
            None => {
                let place = usize::try_from((count * 4).div_ceil(most).saturating_sub(1)).unwrap_or_default();
                line.push(shades.get(place).copied().unwrap_or(shades[3]));
            }
        }
    }
    line
}

const RED: u8 = 31;
const YELLOW: u8 = 33;

fn push(line: &mut String, mark: char, color: u8, look: Look) {
    let _ = if look.color { write!(line, "\x1b[{color}m{mark}\x1b[0m") } else { write!(line, "{mark}") };
}

/// What digest files say of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proven {
    /// Nothing that needs a mark.
    Plain,
    /// A day with log files has no digest files, or too few.
    Missing,
    /// Digest files and no log files at all.
    Quiet,
}

impl Proven {
    fn of(coverage: &Coverage, stream: &Stream, start: NaiveDate, end: NaiveDate) -> Self {
        let Some(proof) = &coverage.proof else { return Self::Plain };
        let first = stream.days.partition_point(|day| day.date < start);
        let days = stream.days.get(first..).unwrap_or_default();
        let mut days = days.iter().take_while(|day| day.date <= end).peekable();
        if days.peek().is_some() {
            let is_missing = |extent| matches!(extent, Some(Extent::None | Extent::Part));
            return if days.any(|day| is_missing(proof.of(stream, day.date))) { Self::Missing } else { Self::Plain };
        }
        // A year has no more than 366 of them.
        let mut days = start.iter_days().take_while(|day| *day <= end);
        if days.all(|day| proof.of(stream, day) == Some(Extent::Full)) { Self::Quiet } else { Self::Plain }
    }
}

fn legend(coverage: &Coverage, first: NaiveDate, last: NaiveDate, unit: Unit, look: Look) -> String {
    let shades: String = if look.ascii { ASCII_SHADES } else { SHADES }.into_iter().collect();
    let name = UNITS.iter().find(|(known, _)| *known == unit).map_or("", |(_, name)| name);
    let gap = if unit == Unit::Day { "" } else { " in it" };
    let digests = match coverage.proof {
        Some(_) => format!(", {UNDIGESTED} no digests or too few{gap}, {QUIET} digests and no log files"),
        None => String::new(),
    };
    format!(
        "{first} to {last}, a cell is a {name}: {shades} few to many log files for the row, {GAP} gap{gap}, {SILENT} silent{digests}"
    )
}

#[cfg(test)]
mod tests {
    use super::super::count::Range;
    use super::super::count::tests::{date, stream};
    use super::*;

    fn lines(days: &[&[u64]], width: usize) -> Vec<String> {
        let streams = days.iter().enumerate().map(|(at, days)| stream("123456789012", &format!("region-{at}"), days));
        let coverage = Coverage::new(&Range::default(), streams.collect(), date("2027-12-31"));
        map(&coverage, Look { width, color: false, ascii: true }, 10)
    }

    #[test]
    fn each_day_has_a_cell_and_what_is_missing_a_mark() {
        assert_eq!(
            lines(&[&[1, 2, 3, 5, 6, 7, 8, 9, 10], &[1, 2, 3, 4, 5, 6, 7]], 80),
            [
                "            2026-03-01",
                "123456789012",
                "  region-0  ###!######  9",
                "  region-1  #######xxx  7",
                "2026-03-01 to 2026-03-10, a cell is a day: .:*# few to many log files for the row, ! gap, x silent",
            ]
        );
    }

    #[test]
    fn days_that_do_not_fit_become_weeks_and_months() {
        let days: Vec<u64> = (1..=60).collect();
        // March 1 2026 is a Sunday, so that the first week has one day; April 29, the sixtieth, is a Wednesday.
        let weeks = lines(&[&days], 34);
        assert_eq!(weeks[0], "            2026-03-01");
        assert_eq!(weeks[2], "  region-0  .########:  60");
        assert!(weeks[3].contains("a cell is a week"), "{weeks:?}");
        let days: Vec<u64> = (1..=400).collect();
        let months = lines(&[&days], 40);
        assert_eq!(months[0], "            2026-03   2027");
        assert!(months[3].starts_with("2026-03-01 to 2027-04-04, a cell is a month"), "{months:?}");
    }

    #[test]
    fn no_width_and_no_span_is_too_small_or_too_large() {
        for width in [0, 1, 20, 1000] {
            for last in [1, 2, 8, 1000, 500_000] {
                assert!(lines(&[&[1, last]], width).len() >= 4);
            }
        }
        assert!(map(&Coverage::default(), Look { width: 80, color: true, ascii: false }, 3).is_empty());
    }
}
