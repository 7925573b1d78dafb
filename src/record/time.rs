//! Points in time as CloudTrail and the pipelines behind it write them.

/// UTC milliseconds since 1970 from any form of time seen in records; None for any other text.
///
/// `2022-09-29T23:04:35Z` and the same with a blank for the `T`, with a fraction (cut to milliseconds), without a
/// zone (then UTC), with an offset such as `+02:00`, without seconds, or the date alone.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    parse_time_bytes(text.as_bytes())
}

/// The same from bytes that need not be UTF-8.
pub(super) fn parse_time_bytes(bytes: &[u8]) -> Option<i64> {
    let (date, clock) = bytes.split_at_checked(10)?;
    let days = parse_date(date)?;
    if clock.is_empty() {
        return Some(days * DAY_MS);
    }
    let (b'T' | b't' | b' ', clock) = (clock[0], &clock[1..]) else { return None };
    let (hours_minutes, mut rest) = clock.split_at_checked(5)?;
    let (hour, minute) = (two(&hours_minutes[..2])?, two(&hours_minutes[3..])?);
    let mut seconds = 0;
    let mut fraction_ms = 0;
    if let [b':', tens, ones, after @ ..] = rest {
        seconds = two(&[*tens, *ones])?;
        rest = after;
        if let [b'.' | b',', after @ ..] = rest {
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            let digit = |at: usize| after[..digits].get(at).map_or(0, |byte| i64::from(byte - b'0'));
            fraction_ms = digit(0) * 100 + digit(1) * 10 + digit(2);
            rest = &after[digits..];
        }
    }
    // A leap second is written as 60 and counted as the first second of the next minute.
    if hours_minutes[2] != b':' || hour > 23 || minute > 59 || seconds > 60 {
        return None;
    }
    let offset_minutes = parse_zone(rest)?;
    Some(days * DAY_MS + ((hour * 60 + minute - offset_minutes) * 60 + seconds) * 1000 + fraction_ms)
}

/// Days since 1970 from `yyyy-MM-dd`.
fn parse_date(date: &[u8]) -> Option<i64> {
    let year = two(&date[..2])? * 100 + two(&date[2..4])?;
    let (month, day) = (two(&date[5..7])?, two(&date[8..10])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if date[4] != b'-' || date[7] != b'-' || day < 1 || day > last {
        return None;
    }
    // Years begin in March here, so that the leap day is the last day of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - DAYS_TO_1970)
}

/// Minutes east of UTC: nothing or `Z`, `±hh`, `±hhmm`, `±hh:mm`.
fn parse_zone(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [b'+', rest @ ..] => (1, rest.get(..2)?, &rest[2..]),
        [b'-', rest @ ..] => (-1, rest.get(..2)?, &rest[2..]),
        _ => return None,
    };
    let (hours, minutes) = (
        two(hours)?,
        match minutes {
            [] => 0,
            [b':', tens, ones] | [tens, ones] => two(&[*tens, *ones])?,
            _ => return None,
        },
    );
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Two decimal digits.
fn two(digits: &[u8]) -> Option<i64> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_seen_in_records_is_the_same_moment() {
        let moment = Some(1_664_492_675_000);
        for text in [
            "2022-09-29T23:04:35Z",
            "2022-09-29 23:04:35",
            "2022-09-29T23:04:35",
            "2022-09-29t23:04:35z",
            "2022-09-29T23:04:35.000Z",
            "2022-09-29 23:04:35.000000000",
            "2022-09-30T01:04:35+02:00",
            "2022-09-29T16:04:35-0700",
            "2022-09-29T16:04:35-07",
        ] {
            assert_eq!(parse_time(text), moment, "{text}");
        }
        assert_eq!(parse_time("2022-09-29T23:04:35.123456789Z"), Some(1_664_492_675_123));
        assert_eq!(parse_time("2022-09-29T23:04:35.5"), Some(1_664_492_675_500));
        assert_eq!(parse_time("2022-09-29T23:04Z"), Some(1_664_492_640_000));
        assert_eq!(parse_time("2022-09-29"), Some(1_664_409_600_000));
    }

    #[test]
    fn the_calendar_has_its_edges() {
        assert_eq!(parse_time("1970-01-01"), Some(0));
        assert_eq!(parse_time("1969-12-31T23:59:59.999Z"), Some(-1));
        assert_eq!(parse_time("2000-02-29"), Some(951_782_400_000));
        assert_eq!(parse_time("2016-12-31T23:59:60Z"), parse_time("2017-01-01T00:00:00Z"));
        for text in ["1900-02-29", "2023-02-29", "2023-00-10", "2023-13-10", "2023-04-31", "2023-04-00"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_no_time() {
        for text in [
            "",
            "now",
            "2022",
            "2022-09-29T",
            "2022-09-29X23:04:35Z",
            "2022-09-29T23:04:3",
            "2022-09-29T24:04:35Z",
            "2022-09-29T23:04:35.Z",
            "2022-09-29T23:04:35ZZ",
            "2022-09-29T23:04:35+2",
            "2022-09-29T23:04:35 PM",
            "May 24, 2025, 2:51:14\u{202f}PM",
            "20220929éé",
            "１２３４",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn chrono_agrees(ms in -62_135_596_800_000_i64..253_402_300_800_000) {
            let time = chrono::DateTime::from_timestamp_millis(ms).expect("in range");
            proptest::prop_assert_eq!(parse_time(&time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()), Some(ms));
        }

        #[test]
        fn any_text_is_survived(text in ".{0,40}") {
            let _ = parse_time(&text);
        }
    }
}
