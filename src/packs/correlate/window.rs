//! Windows that slide over the events of one group: how many there are, how many different, what they come to.

use std::collections::{HashMap, VecDeque};

use super::super::condition::{Figure, Test};
use super::Event;

/// The events of every stretch of time in which the condition holds.
///
/// It is looked at whenever an event enters. As long as it holds, and no longer apart than the window is wide, it is
/// one finding, so that a burst is found once and with all of its events.
pub(super) fn windows(test: &Test, events: &[Event], from: usize, within: i64) -> Vec<Vec<usize>> {
    let mut window = Window { from, events: VecDeque::new(), counts: HashMap::new(), sum: 0.0, numbers: Vec::new() };
    let mut found: Vec<Vec<usize>> = Vec::new();
    // The last event of a finding that goes on.
    let mut open: Option<i64> = None;
    for event in events {
        while window.events.front().is_some_and(|first| event.time.saturating_sub(first.time) > within) {
            window.leave();
        }
        window.enter(event);
        if !window.holds(test) {
            open = None;
            continue;
        }
        match (open, found.last_mut()) {
            (Some(last), Some(finding)) if event.time.saturating_sub(last) <= within => finding.push(event.hit),
            _ => found.push(window.events.iter().map(|event| event.hit).collect()),
        }
        open = Some(event.time);
    }
    found
}

struct Window<'a> {
    from: usize,
    events: VecDeque<&'a Event>,
    /// How often each tuple of values is in the window.
    counts: HashMap<&'a [Option<String>], usize>,
    /// The sum of the numbers in the window.
    sum: f64,
    /// The numbers in the window, sorted.
    numbers: Vec<f64>,
}

impl<'a> Window<'a> {
    fn enter(&mut self, event: &'a Event) {
        self.events.push_back(event);
        let values = &event.values[self.from..];
        if values.iter().all(Option::is_some) {
            *self.counts.entry(values).or_default() += 1;
        }
        if let Some(number) = self.number(event) {
            let at = self.numbers.partition_point(|known| known.total_cmp(&number).is_lt());
            self.numbers.insert(at, number);
            self.sum += number;
        }
    }

    fn leave(&mut self) {
        let Some(event) = self.events.pop_front() else { return };
        let values = &event.values[self.from..];
        if let Some(count) = self.counts.get_mut(values) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(values);
            }
        }
        if let Some(number) = self.number(event) {
            let at = self.numbers.partition_point(|known| known.total_cmp(&number).is_lt());
            self.numbers.remove(at);
            self.sum -= number;
        }
    }

    fn number(&self, event: &Event) -> Option<f64> {
        let [Some(text)] = &event.values[self.from..] else { return None };
        text.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn holds(&self, test: &Test) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "counts of events in memory are far below 2^53")]
        let count = |count: usize| count as f64;
        match test {
            Test::Count(bounds) => bounds.hold(count(self.events.len())),
            Test::Distinct(_, bounds) => bounds.hold(count(self.counts.len())),
            Test::Figure(figure, _, bounds) => {
                let numbers = &self.numbers;
                if numbers.is_empty() {
                    return false;
                }
                bounds.hold(match figure {
                    Figure::Sum => self.sum,
                    Figure::Average => self.sum / count(numbers.len()),
                    Figure::Percentile(percent) => {
                        // The nearest rank.
                        let rank = (percent / 100.0 * count(numbers.len())).ceil().max(1.0);
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "between 1 and their count"
                        )]
                        let at = rank as usize - 1;
                        numbers[at.min(numbers.len() - 1)]
                    }
                })
            }
            Test::FirstSeen(_) | Test::Sequence { .. } => false,
        }
    }
}
