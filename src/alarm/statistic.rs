//! Statistics of a period's values.
//!
//! Source: CloudWatch User Guide, "CloudWatch statistics definitions". How percentiles fall between values is not
//! documented: here the least value counts that has so many of all values at or below it.

use super::metric::Samples;

/// A statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// How many values there are.
    SampleCount,
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// `p95`
    Percentile(f64),
    /// `tm90`, `TM(2%:98%)`, `TC(…)`, `TS(…)`, `wm90`: of the values between two bounds.
    Within(Of, Bound, Bound),
    /// `PR(:300)`: how many of a hundred values lie between two bounds.
    Rank(Bound, Bound),
}

/// What is taken of the values between bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Their mean.
    Mean,
    /// How many there are.
    Count,
    /// Their sum.
    Sum,
    /// The mean of all, those outside moved to the bounds.
    Winsorized,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// No end.
    None,
    /// So many of a hundred values.
    Percent(f64),
    /// A value.
    Value(f64),
}

impl Statistic {
    /// One of the five plain statistics, by its name.
    #[must_use]
    pub fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "SampleCount" => Self::SampleCount,
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => return None,
        })
    }

    /// An extended statistic: `p99.9`, `tm90`, `TM(2%:98%)`, `IQM`, `PR(:300)` and their like.
    #[must_use]
    pub fn extended(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("IQM") {
            return Some(Self::Within(Of::Mean, Bound::Percent(25.0), Bound::Percent(75.0)));
        }
        if let Some((name, range)) = text.split_once('(') {
            let (low, high) = range.strip_suffix(')')?.split_once(':')?;
            let (low, high) = (bound(low)?, bound(high)?);
            let is_percent = |bound| matches!(bound, Bound::Percent(_));
            if low == Bound::None && high == Bound::None {
                return None;
            }
            return match name.to_ascii_uppercase().as_str() {
                "PR" if !is_percent(low) && !is_percent(high) => Some(Self::Rank(low, high)),
                name => Some(Self::Within(of(name)?, low, high)),
            };
        }
        let digits = text.find(|character: char| character.is_ascii_digit())?;
        let (name, number) = (text.get(..digits)?, percent(text.get(digits..)?)?);
        match name.to_ascii_uppercase().as_str() {
            "P" => Some(Self::Percentile(number)),
            name => Some(Self::Within(of(name)?, Bound::None, Bound::Percent(number))),
        }
    }

    /// How many values it takes for a percentile to mean something; none where any number will do.
    ///
    /// Source: CloudWatch User Guide, "Percentile-based CloudWatch alarms and low data samples".
    #[must_use]
    pub fn least_samples(self) -> Option<f64> {
        let Self::Percentile(percent) = self else { return None };
        let part = percent / 100.0;
        let least = if part >= 0.5 { 10.0 / (1.0 - part) } else { 10.0 / part };
        // Of 100 % and 0 % there are never enough.
        Some(least)
    }

    /// The statistic; none where there are no values.
    #[must_use]
    pub fn of(self, samples: &Samples) -> Option<f64> {
        let count = samples.count();
        if count == 0 {
            return None;
        }
        let number = count as f64;
        Some(match self {
            Self::SampleCount => number,
            Self::Average => samples.sum() / number,
            Self::Sum => samples.sum(),
            Self::Minimum => samples.values().next()?.0,
            Self::Maximum => samples.values().last()?.0,
            Self::Percentile(percent) => at_rank(samples, rank(percent, count).max(1))?,
            Self::Within(of, low, high) => within(samples, of, low, high)?,
            Self::Rank(low, high) => {
                let inside = |value: f64| above(low, value, false) && below(high, value);
                let kept: u64 = samples.values().filter(|(value, _)| inside(*value)).map(|(_, times)| times).sum();
                100.0 * kept as f64 / number
            }
        })
    }
}

fn of(name: &str) -> Option<Of> {
    Some(match name {
        "TM" => Of::Mean,
        "TC" => Of::Count,
        "TS" => Of::Sum,
        "WM" => Of::Winsorized,
        _ => return None,
    })
}

fn percent(text: &str) -> Option<f64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|percent| is_number && (0.0..=100.0).contains(percent))
}

fn bound(text: &str) -> Option<Bound> {
    match text.strip_suffix('%') {
        _ if text.is_empty() => Some(Bound::None),
        Some(number) => percent(number).map(Bound::Percent),
        None => text.parse().ok().filter(|value: &f64| value.is_finite()).map(Bound::Value),
    }
}

/// How many of so many values are at or below a percentile.
fn rank(percent: f64, count: u64) -> u64 {
    // Rounding of the product must not lift 90 % of 10 above 9.
    let exact = percent / 100.0 * count as f64;
    let nearest = exact.round();
    let rank = if (exact - nearest).abs() < 1e-9 * exact.max(1.0) { nearest } else { exact.ceil() };
    (rank as u64).min(count)
}

/// The value at a place of the sorted values, from 1.
fn at_rank(samples: &Samples, rank: u64) -> Option<f64> {
    let mut seen = 0;
    samples.values().find_map(|(value, times)| {
        seen += times;
        (seen >= rank).then_some(value)
    })
}

fn above(low: Bound, value: f64, or_equal: bool) -> bool {
    match low {
        Bound::Value(low) => value > low || or_equal && value == low,
        _ => true,
    }
}

fn below(high: Bound, value: f64) -> bool {
    match high {
        Bound::Value(high) => value <= high,
        _ => true,
    }
}

fn within(samples: &Samples, of: Of, low: Bound, high: Bound) -> Option<f64> {
    let count = samples.count();
    let first = match low {
        Bound::Percent(percent) => count - rank(100.0 - percent, count),
        _ => 0,
    };
    let last = match high {
        Bound::Percent(percent) => rank(percent, count),
        _ => count,
    };
    let (mut seen, mut kept, mut sum) = (0_u64, 0_u64, 0.0);
    let (mut least, mut greatest) = (None, None);
    for (value, times) in samples.values() {
        let from = seen.max(first);
        seen += times;
        let times = seen.min(last).saturating_sub(from);
        if times > 0 && above(low, value, true) && below(high, value) {
            least.get_or_insert(value);
            greatest = Some(value);
            kept += times;
            sum += value * times as f64;
        }
    }
    if of == Of::Count {
        return Some(kept as f64);
    }
    let (least, greatest) = (least?, greatest?);
    match of {
        Of::Mean => Some(sum / kept as f64),
        Of::Sum => Some(sum),
        _ => {
            let moved = samples.values().map(|(value, times)| value.clamp(least, greatest) * times as f64);
            Some(moved.sum::<f64>() / count as f64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f64]) -> Samples {
        let mut samples = Samples::default();
        for value in values {
            samples.add(*value);
        }
        samples
    }

    #[test]
    fn each_statistic_of_one_to_ten() {
        let ten = samples(&[3.0, 1.0, 2.0, 5.0, 4.0, 10.0, 9.0, 8.0, 7.0, 6.0]);
        for (name, expected) in
            [("SampleCount", 10.0), ("Average", 5.5), ("Sum", 55.0), ("Minimum", 1.0), ("Maximum", 10.0)]
        {
            assert_eq!(Statistic::plain(name).expect(name).of(&ten), Some(expected), "{name}");
        }
        for (name, expected) in [
            ("p0", 1.0),
            ("p50", 5.0),
            ("p90", 9.0),
            ("p90.1", 10.0),
            ("p100", 10.0),
            ("tm90", 5.0),
            ("TM(10%:90%)", 5.5),
            ("TM(2:4)", 3.0),
            ("IQM", 5.5),
            ("TC(:3)", 3.0),
            ("TS(80%:)", 19.0),
            ("wm90", 5.4),
            ("PR(:3)", 30.0),
            ("PR(3:5)", 20.0),
        ] {
            let found = Statistic::extended(name).expect(name).of(&ten).expect(name);
            assert!((found - expected).abs() < 1e-9, "{name}: {found}");
        }
        assert_eq!(Statistic::Sum.of(&Samples::default()), None);
    }

    #[test]
    fn what_is_no_statistic_is_none() {
        for text in ["", "p", "p101", "p-1", "x50", "TM(:)", "TM(1:2", "PR(1%:2)", "p5e1", "tm"] {
            assert_eq!(Statistic::extended(text), None, "{text}");
        }
        assert_eq!(Statistic::plain("sum"), None);
    }

    #[test]
    fn few_samples_are_told_from_enough() {
        assert_eq!(Statistic::Percentile(50.0).least_samples(), Some(20.0));
        assert_eq!(Statistic::Percentile(10.0).least_samples(), Some(100.0));
        assert_eq!(Statistic::Sum.least_samples(), None);
    }
}
