//! Constants as SQL writes them.

use chrono::{DateTime, Datelike};
use datafusion::common::ScalarValue;

/// The text as a literal.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A number that is a `double` wherever it stands: the reader takes `2.5` for a decimal, and `2` for an integer.
pub(super) fn double(number: f64) -> String {
    match number {
        _ if number.is_nan() => "nan()".to_owned(),
        f64::INFINITY => "infinity()".to_owned(),
        f64::NEG_INFINITY => "-infinity()".to_owned(),
        _ if is_short(number) => format!("{}e0", signless(number)),
        _ => format!("{number:e}"),
    }
}

/// A number next to a `double`, which decides what both are.
pub(super) fn number(number: f64) -> String {
    if number.is_finite() && is_short(number) { signless(number).to_string() } else { double(number) }
}

/// Zero has no sign.
fn signless(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

fn is_short(number: f64) -> bool {
    number == 0.0 || (1e-5..1e15).contains(&number.abs())
}

/// Milliseconds since 1970 as a point in time.
pub(super) fn time(millis: i64) -> String {
    match DateTime::from_timestamp_millis(millis).filter(|time| (1..=9999).contains(&time.year())) {
        Some(time) if millis % 1000 == 0 => format!("TIMESTAMP '{} UTC'", time.format("%Y-%m-%d %H:%M:%S")),
        Some(time) => format!("TIMESTAMP '{} UTC'", time.format("%Y-%m-%d %H:%M:%S%.3f")),
        None => format!("from_unixtime({} / 1e3)", millis),
    }
}

/// Milliseconds since 1970 as a record writes the second; none between seconds, and for years of other lengths.
pub(super) fn record_time(millis: i64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(millis).filter(|time| (1000..=9999).contains(&time.year()))?;
    (millis % 1000 == 0).then(|| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The constant; none when it is of a type that no language here makes. `is_exact` keeps doubles what they are.
pub(super) fn literal(value: &ScalarValue, is_exact: bool) -> Option<String> {
    use ScalarValue as S;
    if value.is_null() {
        return Some("NULL".to_owned());
    }
    Some(match value {
        S::Boolean(Some(flag)) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        S::Float64(Some(found)) if is_exact => double(*found),
        S::Float64(Some(found)) => number(*found),
        S::Int8(_)
        | S::Int16(_)
        | S::Int32(_)
        | S::Int64(_)
        | S::UInt8(_)
        | S::UInt16(_)
        | S::UInt32(_)
        | S::UInt64(_) => value.to_string(),
        S::TimestampMillisecond(Some(millis), _) => time(*millis),
        value => text(value.try_as_str()??),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_what_they_are() {
        for (found, exact, plain) in [
            (5.0, "5e0", "5"),
            (-2.5, "-2.5e0", "-2.5"),
            (-0.0, "0e0", "0"),
            (1e300, "1e300", "1e300"),
            (1e-9, "1e-9", "1e-9"),
            (f64::INFINITY, "infinity()", "infinity()"),
        ] {
            assert_eq!((double(found).as_str(), number(found).as_str()), (exact, plain));
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(time(1_772_323_200_000), "TIMESTAMP '2026-03-01 00:00:00 UTC'");
        assert_eq!(time(1_772_323_200_500), "TIMESTAMP '2026-03-01 00:00:00.500 UTC'");
        assert_eq!(time(i64::MAX), "from_unixtime(9223372036854775807 / 1e3)");
        assert_eq!(record_time(1_772_323_200_000).as_deref(), Some("2026-03-01T00:00:00Z"));
        assert_eq!(record_time(1_772_323_200_500), None);
    }

    #[test]
    fn quotes_in_text_are_doubled() {
        assert_eq!(text("it's \\ \"x\""), "'it''s \\ \"x\"'");
    }
}
