//! Events → metrics: what matched, by minute, metric and dimensions.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::definition::Transformation;

/// The most combinations of dimensions that a metric filter may make; CloudWatch switches a filter off about there.
///
/// Source: CloudWatch Logs User Guide, "Using dimensions with metrics from log events".
pub const MOST_DIMENSIONS: usize = 1000;

/// The name of a metric, and its dimensions in order of their names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricId {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Names and values, sorted.
    pub dimensions: Vec<(String, String)>,
}

/// Values of a metric, sorted, each with how often it stands there. Sums of them do not depend on the order of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Samples(BTreeMap<Value, u64>);

/// A finite number, ordered by size.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Value(f64);

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Samples {
    /// Adds a value. Gives whether it is a new one.
    pub fn add(&mut self, value: f64) -> bool {
        // The two zeros are one value.
        let times = self.0.entry(Value(value + 0.0)).or_default();
        *times = times.saturating_add(1);
        *times == 1
    }

    /// Adds the values of others.
    pub fn merge(&mut self, others: &Self) {
        for (value, times) in &others.0 {
            let known = self.0.entry(*value).or_default();
            *known = known.saturating_add(*times);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, times| sum.saturating_add(*times))
    }

    /// Their sum.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.values().map(|(value, times)| value * times as f64).sum()
    }

    /// Values from the least to the greatest, each with how often it is there.
    pub fn values(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.0.iter().map(|(value, times)| (value.0, *times))
    }
}

/// Metrics while events are taken in.
#[derive(Debug, Default)]
pub struct Metrics {
    points: BTreeMap<MetricId, BTreeMap<i64, Samples>>,
    /// Minutes in which events arrived, for metrics with a default value.
    arrived: BTreeSet<i64>,
    /// By filter and metric: the minutes in which it matched.
    matched: BTreeMap<usize, BTreeSet<i64>>,
    combinations: BTreeMap<usize, HashSet<Vec<(String, String)>>>,
    crowded: BTreeSet<usize>,
    /// The only metrics that are wanted.
    only: Option<BTreeSet<MetricId>>,
    seen: HashSet<String>,
    span: Option<(i64, i64)>,
    bytes: usize,
}

/// Roughly what a value costs beside its text.
const ENTRY_BYTES: usize = 64;

impl Metrics {
    /// Metrics of which only these are kept; others are counted alone.
    #[must_use]
    pub fn only(wanted: impl IntoIterator<Item = MetricId>) -> Self {
        Self { only: Some(wanted.into_iter().collect()), ..Self::default() }
    }

    /// An event at a second. Gives false when its id was there before, and is not taken again.
    pub fn event(&mut self, second: i64, id: Option<&str>) -> bool {
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            if self.seen.contains(id) {
                return false;
            }
            self.bytes += ENTRY_BYTES + id.len();
            self.seen.insert(id.to_owned());
        }
        let (first, last) = self.span.unwrap_or((second, second));
        self.span = Some((first.min(second), last.max(second)));
        true
    }

    /// Notes that events arrived, so that filters that match none of them give their default value.
    pub fn arrived(&mut self, second: i64) {
        if self.arrived.insert(minute_of(second)) {
            self.bytes += ENTRY_BYTES;
        }
    }

    /// A value of the transformation with this number, which a matching event gave. Values of dimensions are in the
    /// order in which the transformation names them; an event without one of them gives no value, as in CloudWatch.
    pub fn value(
        &mut self,
        number: usize,
        transformation: &Transformation,
        second: i64,
        value: f64,
        dimensions: &[Option<&str>],
    ) {
        let minute = minute_of(second);
        if self.matched.entry(number).or_default().insert(minute) {
            self.bytes += ENTRY_BYTES;
        }
        let names = transformation.dimensions.iter().map(|(name, _)| name.clone());
        let values: Option<Vec<String>> = dimensions.iter().map(|value| value.map(str::to_owned)).collect();
        let Some(values) = values.filter(|_| value.is_finite()) else { return };
        let mut dimensions: Vec<(String, String)> = names.zip(values).collect();
        dimensions.sort();
        if !dimensions.is_empty() {
            let known = self.combinations.entry(number).or_default();
            if !known.contains(&dimensions) {
                if known.len() >= MOST_DIMENSIONS {
                    self.crowded.insert(number);
                    if self.only.is_none() {
                        return;
                    }
                } else {
                    self.bytes += ENTRY_BYTES * (1 + dimensions.len());
                    known.insert(dimensions.clone());
                }
            }
        }
        self.add(transformation, dimensions, minute, value);
    }

    fn add(&mut self, transformation: &Transformation, dimensions: Vec<(String, String)>, minute: i64, value: f64) {
        let id =
            MetricId { namespace: transformation.namespace.clone(), name: transformation.name.clone(), dimensions };
        if self.only.as_ref().is_some_and(|only| !only.contains(&id)) {
            return;
        }
        if self.points.entry(id).or_default().entry(minute).or_default().add(value) {
            self.bytes += ENTRY_BYTES;
        }
    }

    /// Gives transformations with a default value that value, for each minute in which only other events arrived.
    pub fn fill(&mut self, transformations: &[Transformation]) {
        let arrived = std::mem::take(&mut self.arrived);
        for (number, transformation) in transformations.iter().enumerate() {
            let Some(default) = transformation.default else { continue };
            let matched = self.matched.remove(&number).unwrap_or_default();
            for minute in arrived.difference(&matched) {
                self.add(transformation, Vec::new(), *minute, default);
            }
        }
    }

    /// Values of a metric, by the second at which their minute begins.
    #[must_use]
    pub fn points(&self, id: &MetricId) -> Option<&BTreeMap<i64, Samples>> {
        self.points.get(id)
    }

    /// Every metric that has values.
    pub fn ids(&self) -> impl Iterator<Item = &MetricId> {
        self.points.keys()
    }

    /// Seconds of the first and of the last event.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        self.span
    }

    /// Transformations with more combinations of dimensions than CloudWatch takes. Unless only some metrics are wanted,
    /// which combinations are kept depends on the order of events.
    #[must_use]
    pub fn crowded(&self) -> &BTreeSet<usize> {
        &self.crowded
    }

    /// About how many bytes this holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The second at which a minute begins.
pub(super) fn minute_of(second: i64) -> i64 {
    second.div_euclid(60).saturating_mul(60)
}
