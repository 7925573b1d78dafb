//! What a session was asked for, beyond its archives and queries.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, col, lit};

use super::{Error, Named, Verified};
use crate::archive::S3Options;
use crate::functions::time::timestamp_of;
use crate::table::ScanOptions;
use crate::verify::Ledger;

/// What a session was asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The earliest event.
    pub since: Option<Bound>,
    /// The latest event.
    pub until: Option<Bound>,
    /// Accounts whose deliveries are read; all when empty.
    pub accounts: Vec<String>,
    /// Regions whose deliveries are read; all when empty.
    pub regions: Vec<String>,
    /// Organizations whose deliveries are read; all when empty.
    pub organizations: Vec<String>,
    /// How archives are read.
    pub scan: ScanOptions,
    /// How buckets are reached.
    pub s3: S3Options,
    /// Threads, and partitions of a scan; the machine's when not given.
    pub threads: Option<usize>,
    /// Rows of a batch; DataFusion's when not given.
    pub batch_rows: Option<usize>,
    /// Bytes of memory that sorts, groups and joins may hold; half of the machine's when not given.
    pub memory: Option<u64>,
    /// The folder for what does not fit into that; the system's for temporary files when not given.
    pub temp_dir: Option<PathBuf>,
    /// How long one statement may take, planning and listing included.
    pub timeout: Option<Duration>,
    /// Stored bytes that one statement may fetch. `EXPLAIN` says how many it would.
    pub max_bytes: Option<u64>,
    /// Requests that one statement may make: LIST and GET, or folders and files of a local archive.
    pub max_requests: Option<u64>,
    /// Values of the placeholders of SQL, by name. A name given twice has its last value.
    pub params: Vec<(String, String)>,
    /// Archives that can be asked by a name, and the options that are theirs.
    pub named: Arc<[Named]>,
    /// What is asked when no archive is given.
    pub default_archives: Vec<String>,
    /// The verification that the columns `verified` and `verified_reason` tell of, where one is asked for.
    pub verified: Option<Verified>,
    /// What takes down every log file that is read, where that is asked for.
    pub evidence: Option<Arc<Ledger>>,
    /// The time that `now()` means.
    pub now: DateTime<Utc>,
}

/// One end of a range of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The moment.
    pub at: DateTime<Utc>,
}

impl Bound {
    /// Whether it is the beginning of a day: a range that ends there does not hold the day's first second.
    #[must_use]
    pub fn is_midnight(self) -> bool {
        self.at.time() == NaiveTime::MIN
    }
}

impl Options {
    /// Nothing asked for; `now()` is this moment.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            since: None,
            until: None,
            accounts: Vec::new(),
            regions: Vec::new(),
            organizations: Vec::new(),
            scan: ScanOptions::default(),
            s3: S3Options::default(),
            threads: None,
            batch_rows: None,
            memory: None,
            temp_dir: None,
            timeout: None,
            max_bytes: None,
            max_requests: None,
            params: Vec::new(),
            named: Arc::default(),
            default_archives: Vec::new(),
            verified: None,
            evidence: None,
            now,
        }
    }

    /// The predicate that every table of records is restricted to.
    pub(super) fn predicate(&self) -> Option<Expr> {
        let time = || timestamp_of(col("eventtime"));
        let moment = |bound: Bound| {
            lit(ScalarValue::TimestampMillisecond(Some(bound.at.timestamp_millis()), Some("UTC".into())))
        };
        let until =
            |bound: Bound| if bound.is_midnight() { time().lt(moment(bound)) } else { time().lt_eq(moment(bound)) };
        let within = |name: &str, values: &[String]| {
            let values: Vec<Expr> = values.iter().map(|value| lit(value.as_str())).collect();
            (!values.is_empty()).then(|| col(name).in_list(values, false))
        };
        [
            self.since.map(|bound| time().gt_eq(moment(bound))),
            self.until.map(until),
            within("account", &self.accounts),
            within("region", &self.regions),
            within("organization", &self.organizations),
        ]
        .into_iter()
        .flatten()
        .reduce(Expr::and)
    }
}

/// Reads the value of `--since` or `--until`: RFC 3339, a date with or without a time (UTC), or how long before `now`.
///
/// # Errors
/// [`Error::Usage`] when it is none of these.
pub fn bound(option: &str, text: &str, now: DateTime<Utc>) -> Result<Bound, Error> {
    let at = |at: DateTime<Utc>| Bound { at };
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        && let Some(midnight) = day.and_hms_opt(0, 0, 0)
    {
        return Ok(at(midnight.and_utc()));
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(at(time.to_utc()));
    }
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    if let Some(time) = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()) {
        return Ok(at(time.and_utc()));
    }
    if text == "now" {
        return Ok(at(now));
    }
    let ago = humantime::parse_duration(text).ok().and_then(|ago| chrono::Duration::from_std(ago).ok());
    match ago.and_then(|ago| now.checked_sub_signed(ago)) {
        Some(time) => Ok(at(time)),
        None => Err(Error::Usage {
            message: format!("cannot read `{text}` as the time of `{option}`"),
            help: "write 2026-05-01, 2026-05-01T12:00:00Z, or how long ago: 24h, 7d".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_and_nothing_else() {
        let now = DateTime::parse_from_rfc3339("2026-05-10T12:00:00Z").expect("a time").to_utc();
        let check = |text: &str, expected: &str| {
            let bound = bound("--since", text, now).expect(text);
            assert_eq!(bound.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), expected, "{text}");
        };
        check("2026-05-01", "2026-05-01T00:00:00Z");
        check("2026-05-01T10:30:00+02:00", "2026-05-01T08:30:00Z");
        check("2026-05-01 10:30", "2026-05-01T10:30:00Z");
        check("24h", "2026-05-09T12:00:00Z");
        check("7d", "2026-05-03T12:00:00Z");
        check("now", "2026-05-10T12:00:00Z");
        for bad in ["", "yesterday", "2026-13-01", "7", "7 parsecs", "2026/05/01"] {
            assert!(bound("--since", bad, now).is_err(), "{bad}");
        }
    }
}
