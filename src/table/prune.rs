//! From predicates to what need not be listed or read: facts of keys, and times of events.
//!
//! Skipping may keep too much, never too little. A predicate on facts of the key alone is decided here,
//! exactly; a predicate on the event's time only bounds which deliveries are looked at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Expr, Operator};
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, InListExpr, LikeExpr, TryCastExpr};
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};

use super::leaves::{Slot, literal, slot_of};
use crate::archive::layout::Level;
use crate::archive::{Fact, LogFile, Partition, Slack, Times};
use crate::schema::{Kind, Step, Virtual};

/// What the predicates of a scan say about files.
pub(super) struct Pruning {
    conjuncts: Vec<Conjunct>,
    schema: SchemaRef,
    facts: fn(usize) -> Option<Virtual>,
    known: Mutex<HashMap<(Partition, Level), bool>>,
    times: Times,
}

/// A predicate on facts of the key, and the deepest part of the key it needs.
struct Conjunct {
    expr: Arc<dyn PhysicalExpr>,
    columns: Vec<(usize, Virtual)>,
    level: Needs,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Folder(Level),
    File,
}

impl Pruning {
    /// Sorts predicates over the table's schema. `facts` tells which column of it is which fact.
    pub(super) fn new(
        predicates: &[Arc<dyn PhysicalExpr>],
        schema: SchemaRef,
        facts: fn(usize) -> Option<Virtual>,
        slack: Slack,
    ) -> Self {
        let mut pruning = Self {
            conjuncts: Vec::new(),
            schema,
            facts,
            known: Mutex::default(),
            times: Times { slack, ..Times::default() },
        };
        for predicate in predicates.iter().flat_map(split_conjunction) {
            match pruning.conjunct(predicate) {
                Some(conjunct) => pruning.conjuncts.push(conjunct),
                None => bound(predicate, &mut pruning.times),
            }
        }
        pruning
    }

    /// Which times of events the predicates leave.
    pub(super) fn times(&self) -> Times {
        self.times
    }

    fn conjunct(&self, predicate: &Arc<dyn PhysicalExpr>) -> Option<Conjunct> {
        let used = datafusion::physical_expr::utils::collect_columns(predicate);
        let columns: Option<Vec<_>> =
            used.iter().map(|column| Some((column.index(), (self.facts)(column.index())?))).collect();
        let columns = columns.filter(|columns| !columns.is_empty())?;
        let level = columns.iter().map(|(_, fact)| needs(*fact)).max()?;
        Some(Conjunct { expr: Arc::clone(predicate), columns, level })
    }

    /// Whether a folder can hold a wanted file, by the predicates that its known parts decide.
    pub(super) fn folder(&self, partition: &Partition, level: Level) -> bool {
        if self.conjuncts.is_empty() {
            return true;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wanted) = known.get(&(partition.clone(), level)) {
            return *wanted;
        }
        let wanted = self
            .conjuncts
            .iter()
            .filter(|conjunct| conjunct.level <= Needs::Folder(level))
            .all(|conjunct| self.holds(conjunct, &|fact| partition.fact(fact).map(Fact::Text)));
        known.insert((partition.clone(), level), wanted);
        wanted
    }

    /// Whether a file is wanted, by every predicate on facts.
    pub(super) fn file(&self, file: &LogFile) -> bool {
        self.folder(file.partition(), Level::Day)
            && self
                .conjuncts
                .iter()
                .filter(|conjunct| conjunct.level == Needs::File)
                .all(|conjunct| self.holds(conjunct, &|fact| file.fact(fact)))
    }

    /// Evaluates a predicate over one row of facts. What cannot be evaluated here is kept.
    fn holds(&self, conjunct: &Conjunct, fact: &dyn Fn(Virtual) -> Option<Fact>) -> bool {
        let arrays: Option<Vec<ArrayRef>> = self
            .schema
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let known = conjunct.columns.iter().find(|(column, _)| *column == index);
                match known {
                    Some((_, column)) => cast(&array_of(&fact(*column)?), field.data_type()).ok(),
                    None => Some(datafusion::arrow::array::new_null_array(field.data_type(), 1)),
                }
            })
            .collect();
        let Some(Ok(row)) = arrays.map(|arrays| RecordBatch::try_new(Arc::clone(&self.schema), arrays)) else {
            return true;
        };
        match conjunct.expr.evaluate(&row).and_then(|value| value.into_array(1)) {
            Ok(answer) => answer.as_boolean_opt().is_none_or(|answer| answer.is_valid(0) && answer.value(0)),
            Err(_) => true,
        }
    }
}

fn needs(fact: Virtual) -> Needs {
    Needs::Folder(match fact {
        Virtual::Organization => Level::Organization,
        Virtual::Account => Level::Account,
        Virtual::Folder => Level::Folder,
        Virtual::Region => Level::Region,
        Virtual::Year => Level::Year,
        Virtual::Month => Level::Month,
        Virtual::Day | Virtual::Timestamp | Virtual::Date => Level::Day,
        Virtual::Path
        | Virtual::FileSize
        | Virtual::FileModified
        | Virtual::RecordIndex
        | Virtual::EventJson
        | Virtual::Verified
        | Virtual::VerifiedReason => return Needs::File,
    })
}

/// A fact as a column of one row.
pub(super) fn array_of(fact: &Fact) -> ArrayRef {
    match fact {
        Fact::Text(text) => Arc::new(StringArray::from(vec![text.as_deref()])),
        Fact::Bytes(bytes) => Arc::new(Int64Array::from(vec![*bytes])),
        Fact::Time(millis) => Arc::new(TimestampMillisecondArray::from(vec![*millis]).with_timezone("UTC")),
    }
}

/// Whether a predicate is decided by the log file's key and listing alone.
pub(super) fn is_of_files(predicate: &Expr, fact: impl Fn(&str) -> Option<Virtual>) -> bool {
    let columns = predicate.column_refs();
    let volatile = predicate.is_volatile();
    !volatile && !columns.is_empty() && columns.iter().all(|column| fact(&column.name).is_some_and(Virtual::is_of_file))
}

/// Narrows the interval of event times by one predicate, when it bounds the event's time.
fn bound(predicate: &Arc<dyn PhysicalExpr>, times: &mut Times) {
    if let Some(binary) = predicate.downcast_ref::<BinaryExpr>() {
        let (left, right) = (binary.left(), binary.right());
        if *binary.op() == Operator::Or {
            let [left, right] = [left, right].map(times_of);
            times.from = later(times.from, left.from.zip(right.from).map(|(left, right)| left.min(right)));
            times.to = earlier(times.to, left.to.zip(right.to).map(|(left, right)| left.max(right)));
        } else if let Some(((low, high), operator)) = interval(left, right).zip(Some(*binary.op())) {
            narrow(times, operator, low, high);
        } else if let Some(((low, high), operator)) = interval(right, left).zip(binary.op().swap()) {
            narrow(times, operator, low, high);
        }
    } else if let Some(list) = predicate.downcast_ref::<InListExpr>() {
        let intervals: Option<Vec<_>> = list.list().iter().map(|item| interval(list.expr(), item)).collect();
        if let (false, Some(intervals)) = (list.negated(), intervals) {
            let low = intervals.iter().map(|(low, _)| *low).min();
            let high = intervals.iter().map(|(_, high)| *high).max();
            if let (Some(low), Some(high)) = (low, high) {
                narrow(times, Operator::Eq, low, high);
            }
        }
    } else if let Some(like) = predicate.downcast_ref::<LikeExpr>()
        && !like.negated()
        && is_event_time(like.expr(), Kind::Text)
        && let Some((low, high)) =
            literal(like.pattern()).as_ref().and_then(ScalarValue::try_as_str).flatten().and_then(day_of)
    {
        narrow(times, Operator::Eq, low, high);
    }
}

/// The interval of event times that one predicate leaves.
pub(super) fn times_of(predicate: &Arc<dyn PhysicalExpr>) -> Times {
    let mut times = Times::default();
    split_conjunction(predicate).into_iter().for_each(|conjunct| bound(conjunct, &mut times));
    times
}

fn later(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.max(other)
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}

/// The earliest and the latest moment for which a comparison of the event's time with `value` may turn.
fn interval(time: &Arc<dyn PhysicalExpr>, value: &Arc<dyn PhysicalExpr>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let value = literal(value)?;
    if is_event_time(time, Kind::Time) {
        let millis = value.cast_to(&Kind::Time.data_type()).ok()?;
        let ScalarValue::TimestampMillisecond(Some(millis), _) = millis else { return None };
        let at = DateTime::from_timestamp_millis(millis)?;
        // The cast may have cut a fraction of a millisecond off.
        let is_exact = matches!(value, ScalarValue::TimestampMillisecond(_, _));
        return Some((at, if is_exact { at } else { at.checked_add_signed(TICK)? }));
    }
    if is_event_time(time, Kind::Text) || is_event_time(time, Kind::Numeral) {
        return value.try_as_str().flatten().and_then(day_of);
    }
    None
}

/// The day at the beginning of a text, widened by every offset from UTC a time may be written in.
///
/// Text compares by its date first, in whichever form the time behind it is written.
fn day_of(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc();
    Some((day.checked_sub_signed(FARTHEST_OFFSET)?, day.checked_add_signed(Duration::days(1) + FARTHEST_OFFSET)?))
}

/// The unit of event times.
const TICK: Duration = Duration::milliseconds(1);
/// No clock on Earth is farther from UTC.
const FARTHEST_OFFSET: Duration = Duration::hours(14);

/// Whether a predicate looks at the event's time.
pub(super) fn mentions_time(predicate: &Arc<dyn PhysicalExpr>) -> bool {
    let mut mentions = false;
    // Never fails: the closure does not.
    let _ = predicate.apply(|expr| {
        mentions |= [Kind::Text, Kind::Numeral, Kind::Time].iter().any(|kind| is_event_time(expr, *kind));
        Ok(if mentions { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    mentions
}

pub(super) fn is_event_time(expr: &Arc<dyn PhysicalExpr>, kind: Kind) -> bool {
    // A cast between units of time moves nothing that matters to a day.
    if let Some(inner) = cast_of_time(expr) {
        return is_event_time(inner, kind);
    }
    let Some(Slot::Leaf(leaf)) = slot_of(expr) else { return false };
    let [Step::Key(key) | Step::ExactKey(key)] = leaf.path.as_slice() else { return false };
    &**key == "eventTime" && leaf.kind == kind
}

fn cast_of_time(expr: &Arc<dyn PhysicalExpr>) -> Option<&Arc<dyn PhysicalExpr>> {
    let to_time = |to: &DataType| matches!(to, DataType::Timestamp(_, _));
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        return to_time(cast.cast_type()).then(|| cast.expr());
    }
    let cast = expr.downcast_ref::<TryCastExpr>()?;
    to_time(cast.cast_type()).then(|| cast.expr())
}

fn narrow(times: &mut Times, operator: Operator, low: DateTime<Utc>, high: DateTime<Utc>) {
    if matches!(operator, Operator::Gt | Operator::GtEq | Operator::Eq) {
        times.from = later(times.from, Some(low));
    }
    if matches!(operator, Operator::Lt | Operator::LtEq | Operator::Eq) {
        let high = if operator == Operator::Lt { high - TICK } else { high };
        times.to = earlier(times.to, Some(high));
    }
}

/// Physical predicates of a scan's filters, over the whole schema of the table.
pub(super) fn physical(
    state: &dyn datafusion::catalog::Session,
    filters: &[Expr],
    schema: &SchemaRef,
) -> Result<Vec<Arc<dyn PhysicalExpr>>> {
    let schema = datafusion::common::DFSchema::try_from(Arc::clone(schema))?;
    filters.iter().map(|filter| state.create_physical_expr(filter.clone(), &schema)).collect()
}
