//! Steps that belong together: all of them within a time, in their order or in any.

use super::super::condition::Bounds;
use super::Event;

/// Steps in their order: each event of the last step that ends such a row is a finding.
pub(super) fn ordered(events: &[Event], steps: usize, within: i64) -> Vec<Vec<usize>> {
    // For each step the row up to it that began last: it reaches furthest ahead.
    let mut rows: Vec<Option<Row>> = vec![None; steps];
    let mut found = Vec::new();
    for event in events {
        let row = match event.step {
            0 => Some(Row { start: event.time, hits: vec![event.hit] }),
            step => rows[step - 1].as_ref().and_then(|row| row.continued(event, within)),
        };
        let Some(row) = row else { continue };
        if event.step + 1 == steps {
            found.push(row.hits);
        } else if rows[event.step].as_ref().is_none_or(|known| known.start <= row.start) {
            rows[event.step] = Some(row);
        }
    }
    found
}

/// Events of the first steps.
#[derive(Debug, Clone)]
struct Row {
    start: i64,
    hits: Vec<usize>,
}

impl Row {
    fn continued(&self, event: &Event, within: i64) -> Option<Self> {
        // One event is one step.
        let fits = event.time.saturating_sub(self.start) <= within && !self.hits.contains(&event.hit);
        fits.then(|| Self { start: self.start, hits: self.hits.iter().copied().chain([event.hit]).collect() })
    }
}

/// Steps in any order: all of them, or as many as the bounds say. What is found begins anew.
pub(super) fn together(events: &[Event], steps: usize, bounds: Option<&Bounds>, within: i64) -> Vec<Vec<usize>> {
    let mut last: Vec<Option<(i64, usize)>> = vec![None; steps];
    let mut found = Vec::new();
    for event in events {
        last[event.step] = Some((event.time, event.hit));
        let recent = last.iter().flatten().filter(|(time, _)| event.time.saturating_sub(*time) <= within);
        let mut recent: Vec<(i64, usize)> = recent.copied().collect();
        // Counts of steps are small.
        let count = f64::from(u32::try_from(recent.len()).unwrap_or(u32::MAX));
        if bounds.map_or(recent.len() == steps, |bounds| bounds.hold(count)) {
            recent.sort_unstable();
            recent.dedup();
            found.push(recent.into_iter().map(|(_, hit)| hit).collect());
            last.fill(None);
        }
    }
    found
}
