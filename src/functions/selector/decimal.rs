//! Numbers as they are written, compared exactly: an account or a count of bytes is never rounded.

use std::cmp::Ordering;

/// A number: zero, or a sign, a place of the first digit, and digits without zeros around them.
#[derive(Debug, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    /// How many digits stand before the point.
    magnitude: i64,
    digits: Vec<u8>,
}

impl Decimal {
    /// Reads digits with a sign, a fraction and an exponent. None for other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if whole.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let end = all.iter().rposition(|digit| *digit != b'0').map_or(leading, |last| last + 1);
        let digits = all.get(leading..end).unwrap_or_default().to_vec();
        if digits.is_empty() {
            return Some(Self { is_negative: false, magnitude: 0, digits });
        }
        let places = i64::try_from(whole.len()).ok()?.checked_sub(i64::try_from(leading).ok()?)?;
        Some(Self { is_negative, magnitude: exponent.saturating_add(places), digits })
    }
}

/// An exponent; one beyond counting is as far as counting goes.
fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX);
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let size = self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits));
            if self.is_negative { size.reverse() } else { size }
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_exactly() {
        let number = |text: &str| Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"));
        let equal = [("1", "1.0"), ("4e2", "400"), ("-0", "0.000"), ("+4", "4"), ("0.001", "1e-3"), ("012", "12")];
        for (a, b) in equal {
            assert_eq!(number(a).cmp(&number(b)), Ordering::Equal, "{a} {b}");
        }
        let rising = ["-1e9", "-10", "-9.5", "0", "1e-3", "0.5", "9", "10", "9007199254740992", "9007199254740993"];
        for pair in rising.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
        assert!(number("1e99999999999999999999") > number("9e9223372036854775"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "1.", ".5", "e1", "1e", "1e+", "0x1", "1 ", "NaN", "--1", "1.2.3"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
