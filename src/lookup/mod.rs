//! Looking events up by their attributes, as `aws cloudtrail lookup-events` does, in archives of any age.
//!
//! A [`Lookup`] says what is wanted; a [`Search`] asks the engine for it and hands events on, newest first. Copies of
//! one record, as two trails deliver them, are one event. The engine reads log files from the newest on and stops
//! where no older one can hold anything wanted; to look for an id it searches the text of log files for it.

mod attributes;
mod event;
mod resources;
mod user_name;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use chrono::{DateTime, Utc};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, col, ident, lit};
use serde_json::Value;

pub use attributes::{Attribute, KEYS, Key, Wrong, parse};
pub use event::{Event, rows, schema};
pub use resources::{Resource, has_type, names, resources};
pub use user_name::user_name;

use crate::diag::Source;
use crate::functions::time::timestamp_of;
use crate::schema::tables::CLOUDTRAIL;
use crate::session::{Answer, Error, Session};

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// What must be true of them.
    pub attributes: Vec<Attribute>,
    /// The earliest, inclusive.
    pub start: Option<DateTime<Utc>>,
    /// The latest, inclusive.
    pub end: Option<DateTime<Utc>>,
    /// The table that holds them; every record when not given.
    pub table: Option<&'static str>,
    /// How many, at most.
    pub most: Option<usize>,
}

impl Lookup {
    fn predicate(&self) -> Option<Expr> {
        let time = || timestamp_of(col("eventtime"));
        let moment =
            |at: DateTime<Utc>| lit(ScalarValue::TimestampMillisecond(Some(at.timestamp_millis()), Some("UTC".into())));
        let bounds = [
            self.start.map(|start| time().gt_eq(moment(start))),
            self.end.map(|end| time().lt_eq(moment(end))),
            attributes::predicate(&self.attributes),
        ];
        bounds.into_iter().flatten().reduce(Expr::and)
    }

    /// How many events end the search: those asked for, and of ids no more than there are.
    fn enough(&self) -> Option<usize> {
        let mut ids: Vec<&str> =
            self.attributes.iter().filter(|it| it.key == Key::EventId).map(|it| &*it.value).collect();
        ids.sort_unstable();
        ids.dedup();
        [self.most, (!ids.is_empty()).then_some(ids.len())].into_iter().flatten().min()
    }
}

/// What a search asks of each record, and perhaps of its log file.
fn row(has_proof: bool) -> Vec<Expr> {
    let mut row = vec![
        timestamp_of(col("eventtime")).alias("at"),
        col("eventid").alias("id"),
        ident("$path").alias("path"),
        col("record_index").alias("place"),
        col("eventname").alias("name"),
        col("readonly").alias("read_only"),
        get_field(col("useridentity"), "accesskeyid").alias("access_key_id"),
        col("eventsource").alias("source"),
        col("eventjson").alias("record"),
    ];
    if has_proof {
        row.extend([col("verified"), col("verified_reason")]);
    }
    row
}

/// A search for events, newest first.
///
/// Copies of a record count among the rows of the engine, but not among the events: when they leave too few, the search
/// begins again for more rows, and passes over the events that were given.
pub struct Search {
    lookup: Lookup,
    rows: Option<usize>,
    /// Events that were given.
    given: usize,
    /// In this run: rows that came, events in them, and the records of the last moment.
    came: usize,
    met: usize,
    moment: Option<(Option<DateTime<Utc>>, Option<String>)>,
    records: HashSet<u64>,
    copies: u64,
    hasher: RandomState,
}

impl Search {
    /// A search that has not begun.
    #[must_use]
    pub fn new(lookup: Lookup) -> Self {
        let rows = lookup.enough();
        Self {
            lookup,
            rows,
            given: 0,
            came: 0,
            met: 0,
            moment: None,
            records: HashSet::new(),
            copies: 0,
            hasher: RandomState::new(),
        }
    }

    /// Asks the engine; its batches are for [`Search::take`].
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn ask(&mut self, session: &Session) -> Result<Answer, Error> {
        (self.came, self.met, self.copies, self.moment) = (0, 0, 0, None);
        self.records.clear();
        let order = vec![
            col("at").sort(false, false),
            col("id").sort(true, false),
            col("path").sort(true, false),
            col("place").sort(true, false),
        ];
        let table = self.lookup.table.unwrap_or(CLOUDTRAIL);
        let source = Source::new("lookup", "");
        let has_proof = session.options().verified.is_some();
        session.search(&source, table, self.lookup.predicate(), row(has_proof), order, self.rows).await
    }

    /// The events of a batch that were not given yet.
    ///
    /// # Errors
    /// [`Error::Bug`] when it is not of this search.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<Vec<Event>, Error> {
        let mut events = Vec::new();
        for row in 0..batch.num_rows() {
            let event = Event::of(batch, row).ok_or_else(|| Error::Bug("a row that is no event".to_owned()))?;
            self.came += 1;
            let moment = (event.time, event.id.clone());
            if self.moment.as_ref() != Some(&moment) {
                self.moment = Some(moment);
                self.records.clear();
            }
            // Copies have one time and one id, and so stand next to each other.
            if !self.records.insert(self.hasher.hash_one(&event.record)) {
                self.copies += 1;
                continue;
            }
            self.met += 1;
            let is_wanted = self.lookup.enough().is_none_or(|enough| self.met <= enough);
            if is_wanted && self.met > self.given {
                self.given = self.met;
                events.push(event);
            }
        }
        Ok(events)
    }

    /// Copies of records that were passed over.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// Whether the search is to begin again: copies took the place of events.
    pub fn is_short(&mut self) -> bool {
        let is_short =
            self.rows.is_some_and(|rows| self.came >= rows && self.met < rows && self.lookup.enough() > Some(self.met));
        if is_short {
            self.rows = self.rows.map(|rows| rows.saturating_mul(2));
        }
        is_short
    }
}

/// The record with this `eventID`, as it stands in its log file; none when there is none.
///
/// # Errors
/// As [`Session::run`].
pub async fn event(session: &Session, id: &str) -> Result<Option<String>, Error> {
    let attributes = vec![Attribute { key: Key::EventId, value: id.to_owned() }];
    let mut search = Search::new(Lookup { attributes, ..Lookup::default() });
    let mut answer = search.ask(session).await?;
    let mut found = None;
    while let Some(batch) = answer.next().await? {
        found = found.or(search.take(&batch)?.into_iter().next().map(|event| event.record));
    }
    Ok(found)
}

/// A record's JSON; null where it cannot be read.
fn parsed(record: &str) -> Value {
    serde_json::from_str(record).unwrap_or_default()
}
