//! The axis of numbers: round ticks, and numbers as people write them.

use crate::output::summary::human_count;

/// Beyond this, differences of numbers overflow.
const LARGEST: f64 = 1e300;

/// The axis of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// The lowest tick.
    pub(super) low: f64,
    /// Between two ticks.
    pub(super) step: f64,
    /// Steps from the lowest tick to the highest, at least one.
    pub(super) steps: usize,
}

impl Scale {
    /// An axis that has zero and all of these numbers, with at most `most` steps (at least 2).
    pub(super) fn of(numbers: impl Iterator<Item = f64>, most: usize) -> Self {
        let most = most.max(2);
        let mut is_whole = true;
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for number in numbers.filter(|number| number.is_finite()) {
            let number = number.clamp(-LARGEST, LARGEST);
            is_whole &= number.fract() == 0.0;
            (low, high) = (low.min(number), high.max(number));
        }
        if low == 0.0 && high == 0.0 {
            high = 1.0;
        }
        let least = ((high - low) / most as f64).max(if is_whole { 1.0 } else { f64::MIN_POSITIVE * 1e6 });
        let power = 10_f64.powf(least.log10().floor());
        let digits = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
        for digit in digits {
            let step = digit * power;
            let (first, last) = ((low / step).floor(), (high / step).ceil());
            // A hair beyond a tick is no reason for another one.
            if (last - first) <= most as f64 && step >= least * 0.999_999 {
                return Self { low: first * step, step, steps: ((last - first) as usize).max(1) };
            }
        }
        Self { low, step: high - low, steps: 1 }
    }

    /// The highest tick.
    pub(super) fn high(&self) -> f64 {
        self.low + self.step * self.steps as f64
    }

    /// Where a number lies between the lowest tick, 0, and the highest, 1.
    pub(super) fn place(&self, number: f64) -> f64 {
        let share = (number.clamp(-LARGEST, LARGEST) - self.low) / (self.high() - self.low);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The ticks from the lowest on, with their texts.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let at = |number: usize| {
            let value = self.low + self.step * number as f64;
            // What is left of a subtraction is no number to show.
            if value.abs() < self.step * 1e-9 { 0.0 } else { value }
        };
        (0..=self.steps).map(|number| (at(number), short(at(number)))).collect()
    }
}

/// A number with the digits that an axis has room for: `0`, `0.25`, `120`, `1.2k`, `3.4M`.
pub(super) fn short(number: f64) -> String {
    const UNITS: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        return format!("{number:.0e}");
    }
    let (mut scaled, mut unit) = (number, 0);
    while scaled.abs() >= 999.5 && unit + 1 < UNITS.len() {
        scaled /= 1e3;
        unit += 1;
    }
    let decimals = match scaled.abs() {
        99.95.. => 0,
        9.995.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        _ => 5,
    };
    format!("{}{}", trimmed(format!("{scaled:.decimals$}")), UNITS[unit])
}

/// A number as a bar is labelled with: whole ones with all digits, others with those that matter.
pub(super) fn full(number: Option<f64>) -> String {
    /// Beyond it, whole numbers are no longer told apart: 2⁵³.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let Some(number) = number else { return "NULL".to_owned() };
    match number {
        _ if number.is_nan() => "NaN".to_owned(),
        _ if number.is_infinite() => if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        _ if number.fract() == 0.0 && number.abs() < EXACT => {
            format!("{}{}", if number < 0.0 { "-" } else { "" }, human_count(number.abs() as u64))
        }
        _ if (1e-3..1e3).contains(&number.abs()) => trimmed(format!("{number:.3}")),
        _ => short(number),
    }
}

/// A decimal text without zeros at its end, and without a sign before nothing.
fn trimmed(text: String) -> String {
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// `3 more rows are not drawn`.
pub(super) fn counted(count: u64, one: &str, what: &str) -> String {
    let (ending, verb) = if count == 1 {
        ("", "is")
    } else if one.ends_with("series") {
        ("", "are")
    } else {
        ("s", "are")
    };
    format!("{} {one}{ending} {verb} {what}", human_count(count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(numbers: &[f64], most: usize) -> Vec<String> {
        Scale::of(numbers.iter().copied(), most).ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_have_zero_among_them() {
        assert_eq!(texts(&[3.0, 17.0], 4), ["0", "5", "10", "15", "20"]);
        assert_eq!(texts(&[1.0], 4), ["0", "1"]);
        assert_eq!(texts(&[0.25, 0.5], 5), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(texts(&[-3.0, 4.0], 4), ["-4", "-2", "0", "2", "4"]);
        assert_eq!(texts(&[1_234.0], 4), ["0", "500", "1k", "1.5k"]);
        assert_eq!(texts(&[0.0], 4), ["0", "1"]);
        assert_eq!(texts(&[], 4), ["0", "1"]);
        assert_eq!(texts(&[f64::NAN, f64::INFINITY, 2.0], 4), ["0", "1", "2"]);
    }

    #[test]
    fn numbers_are_short() {
        let check = |number: f64, expected: &str| assert_eq!(short(number), expected);
        check(0.0, "0");
        check(0.25, "0.25");
        check(-1_200.0, "-1.2k");
        check(999.6, "1k");
        check(3_400_000.0, "3.4M");
        check(0.000_01, "1e-5");
        check(1e21, "1e21");
    }

    #[test]
    fn labels_of_bars_have_all_digits_of_whole_numbers() {
        let check = |number: f64, expected: &str| assert_eq!(full(Some(number)), expected);
        check(1_234_567.0, "1,234,567");
        check(-12.0, "-12");
        check(0.3333, "0.333");
        check(2.0, "2");
        check(f64::NAN, "NaN");
        check(f64::NEG_INFINITY, "-Infinity");
        assert_eq!(full(None), "NULL");
    }

    proptest! {
        #[test]
        fn every_number_has_a_place(numbers in prop::collection::vec(any::<f64>(), 0..6), most in 2_usize..8) {
            let scale = Scale::of(numbers.iter().copied(), most);
            prop_assert!(scale.steps >= 1 && scale.steps <= most, "{:?}", scale);
            for number in numbers.iter().filter(|number| number.is_finite()) {
                let place = scale.place(*number);
                prop_assert!((0.0..=1.0).contains(&place));
            }
            prop_assert!(scale.ticks().len() <= most + 1);
        }
    }
}
