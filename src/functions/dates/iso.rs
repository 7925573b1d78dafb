//! Dates and times as ISO 8601 spells them.

use chrono::{NaiveDate, NaiveTime, Weekday};

use crate::record::parse_time;

/// A day: `2023-07-10`, `2023-07`, `2023`, `2023-W28-1`, `2023-W28`, `2023-191`.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?;
    let rest: Vec<&str> = parts.collect();
    let year: i32 = number(year)?.try_into().ok()?;
    match *rest.as_slice() {
        [] => NaiveDate::from_ymd_opt(year, 1, 1),
        [week] if week.starts_with('W') => NaiveDate::from_isoywd_opt(year, number(&week[1..])?, Weekday::Mon),
        [week, day] if week.starts_with('W') => {
            let day = number(day)?.checked_sub(1)?;
            let weekday = Weekday::try_from(u8::try_from(day).ok()?).ok()?;
            NaiveDate::from_isoywd_opt(year, number(&week[1..])?, weekday)
        }
        [day] if day.len() == 3 => NaiveDate::from_yo_opt(year, number(day)?),
        [month] => NaiveDate::from_ymd_opt(year, number(month)?, 1),
        [month, day] => NaiveDate::from_ymd_opt(year, number(month)?, number(day)?),
        _ => None,
    }
}

/// A point in time: a day, and a time of it after a `T`.
pub(super) fn timestamp(text: &str) -> Option<i64> {
    if let Some(millis) = parse_time(text) {
        return Some(millis);
    }
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let day = date(day)?;
    let Some(time) = time else { return Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()) };
    let hours = time.get(..2)?;
    let time = if time[2..].starts_with(':') { time.to_owned() } else { format!("{hours}:00{}", &time[2..]) };
    parse_time(&format!("{}T{time}", day.format("%Y-%m-%d")))
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_spelled_in_three_ways() {
        let monday = NaiveDate::from_ymd_opt(2023, 7, 10);
        for text in ["2023-07-10", "2023-W28-1", "2023-W28", "2023-191"] {
            assert_eq!(date(text), monday, "{text}");
        }
        assert_eq!(date("2023"), NaiveDate::from_ymd_opt(2023, 1, 1));
        assert_eq!(date("2023-07"), NaiveDate::from_ymd_opt(2023, 7, 1));
        for text in
            ["", "23", "2023-W", "2023-W54-1", "2023-W28-8", "2023-W28-0", "2023-13", "2023-000", "é023", "2023-é"]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn times_follow_any_day() {
        let time = parse_time("2023-07-10T11:00:00Z");
        for text in ["2023-07-10T11", "2023-07-10T11Z", "2023-191T11:00", "2023-W28-1T13:00:00+02:00"] {
            assert_eq!(timestamp(text), time, "{text}");
        }
        assert_eq!(timestamp("2023-07-10Té"), None);
        assert_eq!(timestamp("2023-07-10T1é"), None);
    }
}
