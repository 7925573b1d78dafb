//! Alarms through time: every tick of every alarm, and every change of a state.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::definition::{Alarm, Composite, Definitions, LowSample};
use super::evaluate::{Point, State, Verdict, evaluate};
use super::metric::{MetricId, Metrics, Samples, minute_of};

/// How and when to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Second of the first tick.
    pub from: i64,
    /// Second that no tick is behind.
    pub until: i64,
    /// Whether an alarm is evaluated once a period, rather than every minute.
    pub is_aligned: bool,
    /// Datapoints looked at beyond those that decide. CloudWatch does not say how many it takes; its examples have 2.
    pub more: u32,
    /// Whether every tick is wanted.
    pub is_traced: bool,
}

/// A change of an alarm's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The alarm's name.
    pub alarm: String,
    /// The second of the tick.
    pub at: i64,
    /// The state before.
    pub from: State,
    /// The state from now on.
    pub to: State,
    /// Why, in a sentence.
    pub reason: String,
    /// The datapoints of the evaluation range, oldest first; empty for composite alarms.
    pub datapoints: Vec<Option<f64>>,
}

/// One evaluation of an alarm.
pub type Tick = Transition;

/// What became of some alarms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    /// Changes, or every tick where those are wanted, by time and then in the order of the definitions.
    pub rows: Vec<Transition>,
    /// Alarms that were in alarm at some time.
    pub alarmed: BTreeSet<String>,
}

/// Above this an alarm is evaluated once an hour. Unit: seconds.
const DAY: i64 = 86_400;
/// Unit: seconds.
const HOUR: i64 = 3600;

/// Replays alarms over metrics.
///
/// # Errors
/// When a composite alarm asks an alarm that is not defined, or itself; when there would be more than
/// [`MOST_TICKS`] evaluations.
pub fn replay(definitions: &Definitions, metrics: &Metrics, plan: Plan) -> Result<Replayed, String> {
    let order = ordered(definitions)?;
    let mut states: HashMap<&str, State> = HashMap::new();
    let steps: Vec<i64> = definitions.alarms.iter().map(|alarm| step(alarm, plan.is_aligned)).collect();
    let count = steps.iter().fold(0_u64, |count, step| count.saturating_add(ticks_between(plan, *step)));
    if count > MOST_TICKS {
        return Err(format!("the range takes {count} evaluations of alarms, more than {MOST_TICKS}"));
    }
    let mut next: Vec<i64> = steps.iter().map(|step| first_tick(plan.from, *step)).collect();
    // Alarms of constants alone are looked at once.
    let mut alone = definitions.alarms.is_empty().then(|| first_tick(plan.from, 60));
    let points: Vec<Option<&BTreeMap<i64, Samples>>> =
        definitions.alarms.iter().map(|alarm| metrics.points(&metric_of(alarm))).collect();
    let mut replayed = Replayed::default();
    let mut is_first = true;
    while let Some(at) = next.iter().copied().min().or_else(|| alone.take()).filter(|at| *at <= plan.until) {
        for (number, alarm) in definitions.alarms.iter().enumerate() {
            let (Some(due), Some(points), Some(step)) = (next.get_mut(number), points.get(number), steps.get(number))
            else {
                continue;
            };
            if *due != at {
                continue;
            }
            *due = at.saturating_add(*step);
            let before = states.get(alarm.name.as_str()).copied().unwrap_or_default();
            let row = tick(alarm, *points, at, before, plan.more);
            states.insert(&alarm.name, row.to);
            replayed.take(row, plan.is_traced);
        }
        for composite in &order {
            let before = states.get(composite.name.as_str()).copied().unwrap_or_default();
            let is_alarm = composite.rule.holds(&|name: &str| states.get(name).copied().unwrap_or_default());
            let to = if is_alarm { State::Alarm } else { State::Ok };
            states.insert(&composite.name, to);
            if before != to || is_first || plan.is_traced {
                let told: Vec<String> = composite
                    .rule
                    .names()
                    .iter()
                    .map(|name| format!("{name} is {}", states.get(*name).copied().unwrap_or_default()))
                    .collect();
                let verdict = if is_alarm { "the rule holds" } else { "the rule does not hold" };
                let reason =
                    if told.is_empty() { verdict.to_owned() } else { format!("{verdict}: {}", told.join(", ")) };
                let row =
                    Transition { alarm: composite.name.clone(), at, from: before, to, reason, datapoints: Vec::new() };
                replayed.take(row, plan.is_traced);
            }
        }
        is_first = false;
    }
    Ok(replayed)
}

/// About three years of ten alarms, minute by minute.
pub const MOST_TICKS: u64 = 16_000_000;

impl Replayed {
    fn take(&mut self, row: Transition, is_traced: bool) {
        if row.to == State::Alarm && !self.alarmed.contains(&row.alarm) {
            self.alarmed.insert(row.alarm.clone());
        }
        if is_traced || row.from != row.to {
            self.rows.push(row);
        }
    }
}

/// The metric that an alarm watches.
fn metric_of(alarm: &Alarm) -> MetricId {
    MetricId { namespace: alarm.namespace.clone(), name: alarm.metric.clone(), dimensions: alarm.dimensions.clone() }
}

/// Seconds between two evaluations.
fn step(alarm: &Alarm, is_aligned: bool) -> i64 {
    let period = i64::from(alarm.period);
    if is_aligned {
        period
    } else if period * i64::from(alarm.evaluated) > DAY {
        HOUR
    } else {
        period.min(60)
    }
}

/// The first tick that is not before a second.
fn first_tick(from: i64, step: i64) -> i64 {
    let floor = from.div_euclid(step).saturating_mul(step);
    if floor < from { floor.saturating_add(step) } else { floor }
}

fn ticks_between(plan: Plan, step: i64) -> u64 {
    u64::try_from(plan.until.saturating_sub(plan.from).max(0) / step).unwrap_or_default().saturating_add(1)
}

/// One evaluation: the periods that end at the tick.
fn tick(alarm: &Alarm, points: Option<&BTreeMap<i64, Samples>>, at: i64, before: State, more: u32) -> Tick {
    let period = i64::from(alarm.period);
    let length = i64::from(alarm.evaluated.saturating_add(more));
    let mut datapoints = Vec::new();
    let mut is_low = Vec::new();
    for back in (0..length).rev() {
        let end = at.saturating_sub(back.saturating_mul(period));
        let samples = of_period(points, end.saturating_sub(period), end);
        let least = alarm.statistic.least_samples();
        is_low
            .push(samples.as_ref().is_some_and(|samples| least.is_some_and(|least| (samples.count() as f64) < least)));
        datapoints.push(samples.and_then(|samples| alarm.statistic.of(&samples)));
    }
    let range: Vec<Point> = datapoints
        .iter()
        .map(|value| match value {
            None => Point::Missing,
            Some(value) if alarm.comparison.breaches(*value, alarm.threshold) => Point::Breach,
            Some(_) => Point::Fine,
        })
        .collect();
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (needed, evaluated) = (count(alarm.needed), count(alarm.evaluated));
    let verdict = evaluate(&range, needed, evaluated, alarm.missing);
    let counted = datapoints.iter().zip(&is_low).rev().filter(|(value, _)| value.is_some()).take(evaluated);
    let holds_still = alarm.low_sample == LowSample::Ignore && counted.into_iter().any(|(_, is_low)| *is_low);
    let to = if holds_still { before } else { verdict.state.unwrap_or(before) };
    let reason = if holds_still { "too few samples for the percentile".to_owned() } else { reason(alarm, &verdict) };
    Tick { alarm: alarm.name.clone(), at, from: before, to, reason, datapoints }
}

/// The values of the minutes that begin within a period; none where there are none.
fn of_period(points: Option<&BTreeMap<i64, Samples>>, start: i64, end: i64) -> Option<Samples> {
    let mut inside = points?.range(start..end);
    let mut samples = inside.next()?.1.clone();
    inside.for_each(|(_, more)| samples.merge(more));
    Some(samples)
}

fn reason(alarm: &Alarm, verdict: &Verdict) -> String {
    let Verdict { real, breaching, filled, is_premature, .. } = verdict;
    let threshold = format!("{} {}", alarm.comparison.sign(), alarm.threshold);
    if *real == 0 {
        return "no datapoints".to_owned();
    }
    let mut reason = format!("{breaching} of {real} datapoints {threshold}, {} needed", alarm.needed);
    if *filled > 0 {
        reason.push_str(&format!(", {filled} missing"));
    }
    if *is_premature {
        reason.push_str("; every datapoint breaches, and the oldest has waited long enough");
    }
    reason
}

/// Composite alarms, each behind those that it asks.
fn ordered(definitions: &Definitions) -> Result<Vec<&Composite>, String> {
    let mut known = BTreeSet::new();
    let names = definitions.alarms.iter().map(|alarm| &alarm.name);
    for name in names.chain(definitions.composites.iter().map(|composite| &composite.name)) {
        if !known.insert(name.as_str()) {
            return Err(format!("two alarms are named `{name}`"));
        }
    }
    let mut done: BTreeSet<&str> = definitions.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    let mut open: Vec<&Composite> = definitions.composites.iter().collect();
    let mut ordered = Vec::new();
    for composite in &open {
        if let Some(name) = composite.rule.names().into_iter().find(|name| !known.contains(name)) {
            return Err(format!("`{}` asks the alarm `{name}`, which is not defined", composite.name));
        }
    }
    while !open.is_empty() {
        let (ready, rest): (Vec<_>, Vec<_>) =
            open.iter().partition(|composite| composite.rule.names().iter().all(|name| done.contains(name)));
        if ready.is_empty() {
            let names: Vec<_> = rest.iter().map(|composite: &&Composite| format!("`{}`", composite.name)).collect();
            return Err(format!("composite alarms ask each other in a circle: {}", names.join(", ")));
        }
        done.extend(ready.iter().map(|composite| composite.name.as_str()));
        ordered.extend(ready);
        open = rest;
    }
    Ok(ordered)
}

/// When a replay ends that nobody gave an end: when the last event has left every range.
impl Plan {
    /// Ticks from the first event until the last has left the range of every alarm; nothing where there are no events.
    #[must_use]
    pub fn over(definitions: &Definitions, span: Option<(i64, i64)>, more: u32) -> Option<(i64, i64)> {
        let (first, last) = span?;
        let longest = definitions
            .alarms
            .iter()
            .map(|alarm| i64::from(alarm.period).saturating_mul(i64::from(alarm.evaluated.saturating_add(more))));
        let settled = longest.max().unwrap_or_default().saturating_add(HOUR.min(60));
        Some((minute_of(first), minute_of(last).saturating_add(60).saturating_add(settled)))
    }
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
