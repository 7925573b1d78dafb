//! Sizes, counts and durations as a summary line writes them.

use std::time::Duration;

/// A size with three digits that matter: `512 B`, `1.46 GB`. Units are decimal, as AWS bills them.
#[must_use]
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    // 999.5 of a unit reads as 1.00 of the next.
    let mut size = bytes as f64 / 1e3;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1e3;
        unit += 1;
    }
    format!("{} {}", three_digits(size), UNITS[unit])
}

/// A count with its thousands set apart: `1,234,567`.
#[must_use]
pub fn human_count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A duration with the digits that matter: `8 ms`, `1.24 s`, `2 min 05 s`, `1 h 03 min`.
#[must_use]
pub fn human_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let whole = seconds.round() as u64;
    match seconds {
        ..0.9995 => format!("{:.0} ms", seconds * 1e3),
        ..59.95 => format!("{} s", three_digits(seconds)),
        ..3599.5 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => {
            let minutes = (seconds / 60.0).round() as u64;
            format!("{} h {:02} min", human_count(minutes / 60), minutes % 60)
        }
    }
}

/// A number from 1 to 999.5, with as many decimals as leave it three digits.
fn three_digits(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_digits() {
        let check = |bytes, expected| assert_eq!(human_bytes(bytes), expected);
        check(0, "0 B");
        check(999, "999 B");
        check(1_000, "1.00 kB");
        check(46_512, "46.5 kB");
        check(999_499, "999 kB");
        check(999_500, "1.00 MB");
        check(1_460_000_000, "1.46 GB");
        check(u64::MAX, "18.4 EB");
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        let check = |count, expected| assert_eq!(human_count(count), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
        check(u64::MAX, "18,446,744,073,709,551,615");
    }

    #[test]
    fn durations_have_the_digits_that_matter() {
        let check = |millis, expected| assert_eq!(human_duration(Duration::from_millis(millis)), expected);
        check(0, "0 ms");
        check(8, "8 ms");
        check(999, "999 ms");
        check(1_240, "1.24 s");
        check(59_940, "59.9 s");
        check(59_960, "1 min 00 s");
        check(125_000, "2 min 05 s");
        check(3_599_600, "1 h 00 min");
        check(3_780_000, "1 h 03 min");
    }
}
