//! Numbers of rules and records: exact where both are whole, else as doubles.

use std::cmp::Ordering;

/// A number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Whole(i128),
    Double(f64),
}

impl Number {
    /// Reads decimal digits with a sign, fraction and exponent as JSON has them, leading zeros included.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            || digits.ends_with(['e', 'E', '+', '-'])
            || digits == "."
        {
            return None;
        }
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        text.parse().ok().filter(|double: &f64| double.is_finite()).map(Self::Double)
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            (a, b) => a.double().total_cmp(&b.double()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "compared with a double")]
    fn double(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            // Of two zeros the sign does not matter.
            Self::Double(double) => double + 0.0,
        }
    }
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "=" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    pub(super) fn holds(self, found: Number, wanted: Number) -> bool {
        let order = found.compare(wanted);
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let number = |text: &str| Number::parse(text).expect(text);
        for (a, b) in [("5", "5.0"), ("1e2", "100"), ("0012", "12"), ("-0.0", "0")] {
            assert!(Operator::Equal.holds(number(a), number(b)), "{a} {b}");
        }
        // The same double, yet different numbers.
        assert!(Operator::Greater.holds(number("9007199254740993"), number("9007199254740992")));
        for text in ["", "-", "x", "1x", "0x10", "inf", "NaN", ".", "1e", "1e999", " 1"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }
}
