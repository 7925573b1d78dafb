//! From the events of a rule to its findings: windows that slide over the events of each group.
//!
//! Events come in any order and leave sorted by time; nothing depends on the order of files. A window ends at an event
//! and reaches back as far as the condition says, so that no pair of events close enough is cut apart.

mod first_seen;
mod sequence;
mod window;

use std::collections::BTreeMap;

use super::condition::{Condition, Test};

/// An event that a step of a rule fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// UTC milliseconds.
    pub(super) time: i64,
    /// The step.
    pub(super) step: usize,
    /// Its place among the hits; the same event has the same place in every step.
    pub(super) hit: usize,
    /// The values of the condition's columns, the group's first; see [`Condition::columns`].
    pub(super) values: Vec<Option<String>>,
}

/// What became of the events.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Correlated {
    /// The events of each finding, in time.
    pub(super) found: Vec<Vec<usize>>,
    /// Events without a value of their group, which are in none.
    pub(super) ungrouped: usize,
    /// Events that may be the first of their kind, if the archive only reached further back.
    pub(super) unjudged: usize,
}

/// When what was before is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct History {
    /// The beginning of the archive; UTC milliseconds.
    pub(super) start: i64,
    /// How long after it a first sighting means something; the condition's time when not given. Milliseconds.
    pub(super) learn: Option<i64>,
}

/// The findings of one rule's events.
pub(super) fn correlate(condition: &Condition, steps: usize, mut events: Vec<Event>, history: History) -> Correlated {
    let within = i64::try_from(condition.within.as_millis()).unwrap_or(i64::MAX);
    // Of the events of one second the order is not known: steps come as a sequence has them.
    events.sort_by_key(|event| (event.time, event.step, event.hit));
    let mut correlated = Correlated::default();
    let width = condition.by.len();
    let mut groups: BTreeMap<Vec<String>, Vec<Event>> = BTreeMap::new();
    for event in events {
        match event.values[..width].iter().cloned().collect::<Option<Vec<_>>>() {
            Some(key) => groups.entry(key).or_default().push(event),
            None => correlated.ungrouped += 1,
        }
    }
    for events in groups.into_values() {
        match &condition.test {
            Test::FirstSeen(_) => {
                let (found, unjudged) = first_seen::first_seen(&events, width, within, history);
                correlated.found.extend(found);
                correlated.unjudged += unjudged;
            }
            Test::Sequence { ordered: true, .. } => correlated.found.extend(sequence::ordered(&events, steps, within)),
            Test::Sequence { ordered: false, steps: bounds } => {
                correlated.found.extend(sequence::together(&events, steps, bounds.as_ref(), within));
            }
            Test::Count(_) | Test::Distinct(..) | Test::Figure(..) => {
                correlated.found.extend(window::windows(&condition.test, &events, width, within));
            }
        }
    }
    correlated
}
