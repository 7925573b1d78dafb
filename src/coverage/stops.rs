//! Why a region fell silent: the events that stop a trail, or make it log less.
//!
//! Read are the log files of the accounts with a silence, of all their regions, for the last day with deliveries before
//! it and the day after: a trail is stopped in its home region, and delivers what came before a little later.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::TimestampMillisecondType;
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, col, lit};

use super::find::{Coverage, What};
use crate::diag::Source;
use crate::functions::time::timestamp_of;
use crate::schema::tables::CLOUDTRAIL;
use crate::session::{Answer, Error, Session};

/// Events after which a trail delivers less or nothing.
const STOPPING: &[&str] = &["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"];
/// Accounts whose files are read; of more, none are, since then something else is wrong.
const MOST_ACCOUNTS: usize = 100;
/// Events that are named of one silence.
const MOST_EVENTS: usize = 3;

/// A search for what stopped trails.
#[derive(Debug)]
pub struct Stops {
    /// The days that are read, by account.
    days: BTreeMap<String, BTreeSet<NaiveDate>>,
    found: Vec<Stop>,
}

/// An event that stopped a trail.
#[derive(Debug, PartialEq, Eq)]
struct Stop {
    account: String,
    day: NaiveDate,
    id: Option<String>,
    sentence: String,
}

impl Stops {
    /// What is to be read for the silences of a coverage; none when there are no silences, or too many.
    #[must_use]
    pub fn of(coverage: &Coverage) -> Option<Self> {
        let mut days: BTreeMap<String, BTreeSet<NaiveDate>> = BTreeMap::new();
        for finding in coverage.findings.iter().filter(|finding| finding.what == What::Silent) {
            if let Some(account) = &finding.key.account {
                days.entry(account.clone())
                    .or_default()
                    .extend([finding.from.pred_opt(), Some(finding.from)].into_iter().flatten());
            }
        }
        (1..=MOST_ACCOUNTS).contains(&days.len()).then_some(Self { days, found: Vec::new() })
    }

    /// Asks the engine; its batches are for [`Stops::take`].
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn ask(&self, session: &Session) -> Result<Answer, Error> {
        let of_account = |(account, days): (&String, &BTreeSet<NaiveDate>)| {
            let days = days.iter().map(|day| lit(day.to_string())).collect();
            col("account").eq(lit(account.as_str())).and(col("date").in_list(days, false))
        };
        let accounts = self.days.keys().map(|account| lit(account.as_str())).collect();
        let names = STOPPING.iter().map(|name| lit(*name)).collect();
        let days = || self.days.values().flatten();
        let midnight = |day: Option<NaiveDate>| {
            let at = day.and_then(|day| day.and_hms_opt(0, 0, 0))?.and_utc().timestamp_millis();
            Some(lit(ScalarValue::TimestampMillisecond(Some(at), Some("UTC".into()))))
        };
        let time = || timestamp_of(col("eventtime"));
        let predicates = [
            Some(col("account").in_list(accounts, false)),
            self.days.iter().map(of_account).reduce(Expr::or),
            Some(col("eventname").in_list(names, false)),
            // An attempt that was refused has stopped nothing.
            Some(col("errorcode").is_null()),
            // Whole months are not listed for a day; a delivery is a little younger than its events.
            midnight(days().min().and_then(|day| day.pred_opt())).map(|from| time().gt_eq(from)),
            midnight(days().max().and_then(|day| day.succ_opt())).map(|to| time().lt(to)),
        ];
        let row = vec![
            time().alias("at"),
            col("eventid").alias("id"),
            col("account").alias("account"),
            col("eventname").alias("name"),
            get_field(col("useridentity"), "arn").alias("actor"),
            col("requestparameters").alias("parameters"),
        ];
        let order = vec![col("at").sort(true, false), col("id").sort(true, false)];
        let predicate = predicates.into_iter().flatten().reduce(Expr::and);
        session.search(&Source::new("coverage", ""), CLOUDTRAIL, predicate, row, order, None).await
    }

    /// Takes events in.
    ///
    /// # Errors
    /// [`Error::Bug`] when they are others.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        for row in 0..batch.num_rows() {
            if let Some(stop) = stop(batch, row)
                && !self.found.contains(&stop)
            {
                self.found.push(stop);
            }
        }
        Ok(())
    }

    /// Names the events at the silences they came before.
    pub fn name(self, coverage: &mut Coverage) {
        for finding in coverage.findings.iter_mut().filter(|finding| finding.what == What::Silent) {
            let before = |stop: &&Stop| {
                Some(&stop.account) == finding.key.account.as_ref()
                    && stop.day <= finding.from
                    && Some(stop.day) >= finding.from.pred_opt()
            };
            let found: Vec<&Stop> = self.found.iter().filter(before).collect();
            let last = found.len().saturating_sub(MOST_EVENTS);
            finding.events = found[last..].iter().map(|stop| stop.sentence.clone()).collect();
        }
    }
}

fn stop(batch: &RecordBatch, row: usize) -> Option<Stop> {
    let text = |name: &str| {
        let column = batch.column_by_name(name)?.as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let times = batch.column_by_name("at")?.as_primitive_opt::<TimestampMillisecondType>()?;
    let at = times.is_valid(row).then(|| times.value(row)).and_then(chrono::DateTime::from_timestamp_millis)?;
    let parameters: serde_json::Value =
        text("parameters").and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
    let trail = ["name", "trailName"].iter().find_map(|key| parameters.get(key)?.as_str().map(str::to_owned));
    let mut sentence = text("name")?;
    if let Some(trail) = trail {
        sentence.push_str(&format!(" of {trail}"));
    }
    if let Some(actor) = text("actor") {
        sentence.push_str(&format!(" by {actor}"));
    }
    sentence.push_str(&format!(" at {}", at.format("%Y-%m-%dT%H:%M:%SZ")));
    Some(Stop { account: text("account")?, day: at.date_naive(), id: text("id"), sentence })
}
