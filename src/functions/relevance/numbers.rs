//! The numbers among a field's values, for their medians.

use std::collections::BTreeMap;

use super::rows::Rows;

/// Numbers by their order, and in how many rows each is.
#[derive(Debug, Default)]
pub(super) struct Numbers(BTreeMap<u64, (f64, Rows)>);

impl Numbers {
    /// Adds a number.
    pub(super) fn add(&mut self, value: f64, rows: Rows) {
        // Bits that compare as unsigned numbers the way the numbers do; negative zero is zero.
        let bits = (value + 0.0).to_bits();
        let order = if bits >> 63 == 0 { bits | (1 << 63) } else { !bits };
        self.0.entry(order).or_insert((value, Rows::default())).1.add(rows);
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (f64, Rows)> {
        self.0.values().copied()
    }

    /// The median of the numbers on one side; none when there are none.
    pub(super) fn median(&self, side: fn(&Rows) -> i64) -> Option<f64> {
        let all = self.0.values().fold(0_i64, |all, (_, rows)| all.saturating_add(side(rows)));
        let at = |rank: i64| {
            let mut seen = 0_i64;
            let mut numbers = self.0.values();
            numbers.find(|(_, rows)| {
                seen = seen.saturating_add(side(rows));
                seen > rank
            })
        };
        if all <= 0 {
            return None;
        }
        Some(f64::midpoint(at((all - 1) / 2)?.0, at(all / 2)?.0))
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        self.0.len() * 64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_counts_rows() {
        let mut numbers = Numbers::default();
        for (value, matching, other) in [(10.0, 0, 1), (1.0, 1, 0), (3.0, 1, 2)] {
            numbers.add(value, Rows { matching, other });
        }
        assert_eq!(numbers.median(|rows| rows.matching), Some(2.0));
        assert_eq!(numbers.median(|rows| rows.other), Some(3.0));
        assert_eq!(Numbers::default().median(|rows| rows.other), None);
    }
}
