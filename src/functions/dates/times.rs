//! A column of points in time, and the clock they are read on.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use datafusion::arrow::array::timezone::Tz;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Date32Array, TimestampMillisecondArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMillisecondType};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use crate::functions::rows::at;
use crate::functions::scalar::Args;
use crate::record::parse_time;

/// Points in time as an argument gives them.
pub(super) struct Times {
    millis: TimestampMillisecondArray,
    /// The clock on the wall; UTC for what names none.
    pub(super) clock: Clock,
}

/// A time zone.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    zone: Tz,
    name: Arc<str>,
    is_utc: bool,
}

impl Times {
    /// Reads an argument that is text, a date or a timestamp of milliseconds.
    pub(super) fn of(args: &Args<'_>, index: usize) -> Result<Self> {
        let array = args.array(index)?;
        let clock = match array.data_type() {
            DataType::Timestamp(_, Some(zone)) => Clock::of(zone)?,
            _ => Clock::of(UTC)?,
        };
        let millis = if let Some(texts) = array.as_string_opt::<i32>() {
            texts.iter().map(|text| text.and_then(parse_time)).collect()
        } else if let Some(days) = array.as_primitive_opt::<Date32Type>() {
            days.iter().map(|day| day.map(|day| i64::from(day) * DAY_MS)).collect()
        } else {
            let plain = cast(&array, &DataType::Timestamp(TimeUnit::Millisecond, clock_of(array.data_type())))?;
            plain.as_primitive::<TimestampMillisecondType>().clone()
        };
        Ok(Self { millis, clock })
    }

    /// Milliseconds since 1970.
    pub(super) fn millis(&self, row: usize) -> Option<i64> {
        at(&self.millis, row)
    }

    /// What the clock shows; none beyond the calendar.
    pub(super) fn local(&self, row: usize) -> Option<NaiveDateTime> {
        self.clock.local(self.millis(row)?)
    }
}

fn clock_of(found: &DataType) -> Option<Arc<str>> {
    if let DataType::Timestamp(_, zone) = found { zone.clone() } else { None }
}

impl Clock {
    /// The clock of a zone: `UTC`, `Europe/Berlin`, `+02:00`.
    pub(super) fn of(name: &str) -> Result<Self> {
        let name = if matches!(name, "Z" | "z") { UTC } else { name };
        let zone = name.parse().map_err(|_| exec_datafusion_err!("`{name}` is no time zone"))?;
        Ok(Self { zone, name: name.into(), is_utc: name == UTC })
    }

    /// The zone's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the clock of UTC.
    pub(super) fn is_utc(&self) -> bool {
        self.is_utc
    }

    /// How far the clock is ahead of UTC.
    pub(super) fn offset(&self, millis: i64) -> Option<FixedOffset> {
        let time = DateTime::from_timestamp_millis(millis)?.naive_utc();
        Some(if self.is_utc { Utc.fix() } else { self.zone.offset_from_utc_datetime(&time).fix() })
    }

    /// What the clock shows.
    pub(super) fn local(&self, millis: i64) -> Option<NaiveDateTime> {
        let time = DateTime::from_timestamp_millis(millis)?.naive_utc();
        if self.is_utc {
            return Some(time);
        }
        time.checked_add_offset(self.zone.offset_from_utc_datetime(&time).fix())
    }

    /// When the clock shows this: the first time if twice, as far after the gap if never.
    pub(super) fn millis(&self, local: NaiveDateTime) -> Option<i64> {
        if self.is_utc {
            return Some(local.and_utc().timestamp_millis());
        }
        // The ends of the calendar are no place for zones.
        local.checked_sub_signed(TimeDelta::days(2))?;
        local.checked_add_signed(TimeDelta::days(2))?;
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time.timestamp_millis()),
            LocalResult::None => {
                let before = local.checked_sub_signed(TimeDelta::days(1))?;
                let offset = self.zone.offset_from_utc_datetime(&before).fix();
                Some(local.checked_sub_offset(offset)?.and_utc().timestamp_millis())
            }
        }
    }
}

/// The type of timestamps with the zone of an argument, UTC where it has none.
pub(super) fn timestamp_like(found: &DataType) -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some(clock_of(found).unwrap_or_else(|| UTC.into())))
}

/// Timestamps, one for each row, of the type that a call gives.
pub(super) fn timestamps(args: &Args<'_>, value: impl FnMut(usize) -> Option<Result<i64>>) -> Result<ArrayRef> {
    let mut value = value;
    let DataType::Timestamp(TimeUnit::Millisecond, zone) = args.output() else {
        return exec_err!("{} is no timestamp", args.output());
    };
    let times: TimestampMillisecondArray = (0..args.rows()).map(|row| value(row).transpose()).collect::<Result<_>>()?;
    Ok(Arc::new(times.with_timezone_opt(zone.clone())))
}

/// Days, one for each row.
pub(super) fn days(rows: usize, value: impl FnMut(usize) -> Option<Result<NaiveDateTime>>) -> Result<ArrayRef> {
    let mut value = value;
    let day = |time: NaiveDateTime| {
        let days = time.and_utc().timestamp().div_euclid(DAY_MS / 1000);
        i32::try_from(days).map_err(|_| exec_datafusion_err!("{time} is beyond the calendar"))
    };
    let days: Date32Array =
        (0..rows).map(|row| value(row).map(|time| time.and_then(day)).transpose()).collect::<Result<_>>()?;
    Ok(Arc::new(days))
}

pub(super) const UTC: &str = "UTC";
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_is_read_and_set() {
        let berlin = Clock::of("Europe/Berlin").expect("a zone");
        let at = |text| parse_time(text).expect(text);
        let shown = |text: &str| text.parse::<NaiveDateTime>().expect(text);
        assert_eq!(berlin.local(at("2023-03-26T01:00:00Z")), Some(shown("2023-03-26T03:00:00")));
        assert_eq!(berlin.millis(shown("2023-03-26T02:30:00")), Some(at("2023-03-26T01:30:00Z")));
        assert_eq!(berlin.millis(shown("2023-10-29T02:30:00")), Some(at("2023-10-29T00:30:00Z")));
        assert_eq!(berlin.millis(NaiveDateTime::MAX), None);
        assert_eq!(berlin.local(i64::MAX), None);
        assert!(Clock::of("Mars/Base").is_err());
    }
}
