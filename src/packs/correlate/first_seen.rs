//! First sightings: no event before had the same values.

use std::collections::HashMap;

use super::{Event, History};

/// The first sightings among events in time, and how many could not be judged for want of history.
///
/// What is null is not seen at all.
pub(super) fn first_seen(events: &[Event], from: usize, within: i64, history: History) -> (Vec<Vec<usize>>, usize) {
    let known_from = history.start.saturating_add(history.learn.unwrap_or(within));
    let mut last: HashMap<Vec<&str>, i64> = HashMap::new();
    let (mut found, mut unjudged) = (Vec::new(), 0);
    for event in events {
        let values: Option<Vec<&str>> = event.values[from..].iter().map(Option::as_deref).collect();
        let Some(values) = values else { continue };
        let before = last.insert(values, event.time);
        if before.is_none_or(|before| event.time.saturating_sub(before) > within) {
            if event.time >= known_from {
                found.push(vec![event.hit]);
            } else {
                unjudged += 1;
            }
        }
    }
    (found, unjudged)
}
