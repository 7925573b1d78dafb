//! Rows that match and rows that do not, and what a value in so many of them tells.

/// Rows in both sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Rows {
    pub(super) matching: i64,
    pub(super) other: i64,
}

impl Rows {
    /// Adds rows.
    pub(super) fn add(&mut self, other: Self) {
        self.matching = self.matching.saturating_add(other.matching);
        self.other = self.other.saturating_add(other.other);
    }

    /// Whether it is one row, or two: CloudTrail may deliver a record twice, and some requests make two.
    pub(super) fn is_seldom(self) -> bool {
        self.matching.saturating_add(self.other) <= 2
    }

    /// The shares of both totals.
    #[expect(clippy::cast_precision_loss, reason = "shares are not exact")]
    pub(super) fn shares(self, totals: Self) -> (f64, f64) {
        (self.matching as f64 / totals.matching as f64, self.other as f64 / totals.other as f64)
    }

    /// What a value in so many rows adds to the divergence.
    pub(super) fn contribution(self, totals: Self) -> f64 {
        let (p, q) = self.shares(totals);
        let mean = f64::midpoint(p, q);
        let part = |share: f64| if share > 0.0 { share * (share / mean).log2() } else { 0.0 };
        if mean > 0.0 { f64::midpoint(part(p), part(q)) } else { 0.0 }
    }
}
