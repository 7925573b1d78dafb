//! A bar for each row, in the order of the answer.

use super::Undrawn;
use super::rows::Rows;

/// Bars that are drawn at most; the others are counted.
const MOST_BARS: usize = 50;
/// Numbers of a row that are drawn at most.
pub(super) const MOST_SERIES: usize = 8;

/// See the file.
#[derive(Debug)]
pub(super) struct Bars {
    /// What the numbers are, and of what.
    pub(super) title: String,
    /// Names of the numbers of a row.
    pub(super) series: Vec<String>,
    /// Label and numbers of each row.
    pub(super) rows: Vec<(String, Vec<Option<f64>>)>,
    /// Rows that are not drawn.
    pub(super) more: u64,
    /// Numbers of each row that are not drawn.
    pub(super) more_series: usize,
}

impl Bars {
    /// The bars of these rows.
    pub(super) fn of(rows: &Rows) -> Result<Self, Undrawn> {
        let numbers = &rows.roles.numbers;
        if numbers.is_empty() {
            return Err(Undrawn::NoNumbers);
        }
        if !rows.numbers.iter().flatten().flatten().any(|number| number.is_finite()) {
            return Err(Undrawn::NoRows);
        }
        let series: Vec<_> = numbers.iter().take(MOST_SERIES).map(|index| rows.names[*index].clone()).collect();
        let labels: Vec<_> =
            rows.roles.time.iter().chain(&rows.roles.labels).map(|index| rows.names[*index].as_str()).collect();
        let title = match labels.as_slice() {
            [] => series.join(", "),
            labels => format!("{} by {}", series.join(", "), labels.join(", ")),
        };
        let drawn = rows.numbers.len().min(MOST_BARS);
        let bars = rows.numbers.iter().zip(&rows.labels).take(drawn).enumerate();
        let bars = bars.map(|(number, (values, labels))| {
            // Without a name, a row has its number.
            let label = if labels.is_empty() { (number + 1).to_string() } else { labels.join(" · ") };
            (label, values.iter().take(MOST_SERIES).copied().collect())
        });
        Ok(Self {
            title,
            rows: bars.collect(),
            more: rows.more + (rows.numbers.len() - drawn) as u64,
            more_series: numbers.len() - series.len(),
            series,
        })
    }

    /// The smallest and the largest number, zero among them.
    pub(super) fn range(&self) -> (f64, f64) {
        let numbers = self.rows.iter().flat_map(|(_, numbers)| numbers).flatten().filter(|number| number.is_finite());
        numbers.fold((0.0, 0.0), |(least, most), number| (number.min(least), number.max(most)))
    }

    /// What is not drawn, in words.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.more > 0 {
            remarks.push(super::scale::counted(self.more, "more row", "not drawn"));
        }
        if self.more_series > 0 {
            remarks.push(super::scale::counted(self.more_series as u64, "more column", "not drawn"));
        }
        remarks
    }
}
