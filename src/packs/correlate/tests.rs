//! Correlations against hand-made sequences, and against a reading of the definitions that looks at every window.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::condition::{Bounds, Comparison, Condition, Figure, Test};
use super::{Correlated, Event, History, correlate};

const ALWAYS: History = History { start: i64::MIN, learn: None };

fn condition(test: Test, seconds: u64) -> Condition {
    Condition { test, within: Duration::from_secs(seconds), by: vec!["group".to_owned()] }
}

fn at_least(number: f64) -> Bounds {
    Bounds(vec![(Comparison::AtLeast, number)])
}

/// Events as `(second, step, group, value)`; each is a hit of its own.
fn events(of: &[(i64, usize, &str, &str)]) -> Vec<Event> {
    of.iter()
        .enumerate()
        .map(|(hit, (second, step, group, value))| Event {
            time: second * 1000,
            step: *step,
            hit,
            values: vec![some(group), some(value)],
        })
        .collect()
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn found(test: Test, seconds: u64, steps: usize, of: &[(i64, usize, &str, &str)]) -> Vec<Vec<usize>> {
    correlate(&condition(test, seconds), steps, events(of), ALWAYS).found
}

#[test]
fn a_burst_is_one_finding_with_all_of_its_events() {
    let burst = [(0, 0, "a", ""), (10, 0, "a", ""), (20, 0, "a", ""), (30, 0, "a", ""), (500, 0, "a", "")];
    assert_eq!(found(Test::Count(at_least(3.0)), 60, 1, &burst), [[0, 1, 2, 3]]);
    // Two bursts far apart are two.
    let twice = [(0, 0, "a", ""), (1, 0, "a", ""), (900, 0, "a", ""), (901, 0, "a", "")];
    assert_eq!(found(Test::Count(at_least(2.0)), 60, 1, &twice), [[0, 1], [2, 3]]);
    // A pair across the edge of a minute is found all the same, and the window's end is a part of it.
    assert_eq!(found(Test::Count(at_least(2.0)), 60, 1, &[(59, 0, "a", ""), (119, 0, "a", "")]), [[0, 1]]);
    assert!(found(Test::Count(at_least(2.0)), 60, 1, &[(59, 0, "a", ""), (120, 0, "a", "")]).is_empty());
}

#[test]
fn groups_are_kept_apart_and_events_without_one_are_counted() {
    let mixed = [(0, 0, "a", ""), (1, 0, "b", ""), (2, 0, "", ""), (3, 0, "b", "")];
    assert_eq!(found(Test::Count(at_least(2.0)), 60, 1, &mixed), [[1, 3]]);
    let Correlated { ungrouped, .. } = correlate(&condition(Test::Count(at_least(2.0)), 60), 1, events(&mixed), ALWAYS);
    assert_eq!(ungrouped, 1);
}

#[test]
fn different_values_are_counted_once_and_null_is_none() {
    let distinct =
        |of: &[(i64, usize, &str, &str)]| found(Test::Distinct(vec!["value".to_owned()], at_least(2.0)), 60, 1, of);
    assert!(distinct(&[(0, 0, "a", "x"), (1, 0, "a", "x"), (2, 0, "a", "")]).is_empty());
    assert_eq!(distinct(&[(0, 0, "a", "x"), (1, 0, "a", "x"), (2, 0, "a", "y")]), [[0, 1, 2]]);
    // The first `x` has left the window when `y` comes.
    assert!(distinct(&[(0, 0, "a", "x"), (61, 0, "a", "y")]).is_empty());
}

#[test]
fn figures_are_of_the_numbers_in_the_window() {
    let figure = |figure, bounds, of: &[(i64, usize, &str, &str)]| {
        found(Test::Figure(figure, "value".to_owned(), bounds), 60, 1, of)
    };
    let numbers = [(0, 0, "a", "10"), (10, 0, "a", "many"), (20, 0, "a", "30"), (100, 0, "a", "5")];
    assert_eq!(figure(Figure::Sum, at_least(40.0), &numbers), [[0, 1, 2]]);
    assert_eq!(figure(Figure::Average, at_least(20.0), &numbers), [[0, 1, 2]]);
    assert_eq!(figure(Figure::Percentile(90.0), at_least(30.0), &numbers), [[0, 1, 2]]);
    assert!(figure(Figure::Sum, at_least(41.0), &numbers).is_empty());
}

#[test]
fn steps_come_in_their_order_within_the_time() {
    let ordered =
        |steps, of: &[(i64, usize, &str, &str)]| found(Test::Sequence { ordered: true, steps: None }, 60, steps, of);
    assert_eq!(ordered(2, &[(0, 0, "a", ""), (60, 1, "a", "")]), [[0, 1]]);
    assert!(ordered(2, &[(0, 0, "a", ""), (61, 1, "a", "")]).is_empty());
    assert!(ordered(2, &[(1, 0, "a", ""), (0, 1, "a", "")]).is_empty());
    assert!(ordered(2, &[(0, 0, "a", ""), (1, 1, "b", "")]).is_empty());
    // Order is enforced between all of the steps, not only against the first.
    assert!(ordered(3, &[(0, 0, "a", ""), (1, 2, "a", ""), (2, 1, "a", "")]).is_empty());
    // A later first step lets a later second one in.
    assert_eq!(ordered(2, &[(0, 0, "a", ""), (50, 0, "a", ""), (90, 1, "a", "")]), [[1, 2]]);
    // Of one second the order is not known.
    assert_eq!(ordered(2, &[(5, 1, "a", ""), (5, 0, "a", "")]), [[1, 0]]);
}

#[test]
fn one_event_is_one_step() {
    let mut twice = events(&[(0, 0, "a", ""), (0, 1, "a", "")]);
    twice[1].hit = 0;
    let sequence = condition(Test::Sequence { ordered: true, steps: None }, 60);
    assert!(correlate(&sequence, 2, twice, ALWAYS).found.is_empty());
    // The same step three times needs three events.
    let thrice = |count: usize| -> Vec<Event> {
        let of = |hit: usize, step: usize| Event { time: hit as i64 * 1000, step, hit, values: vec![some("a"), None] };
        (0..count).flat_map(|hit| (0..3).map(move |step| of(hit, step))).collect()
    };
    assert!(correlate(&sequence, 3, thrice(2), ALWAYS).found.is_empty());
    assert_eq!(correlate(&sequence, 3, thrice(3), ALWAYS).found, [[0, 1, 2]]);
}

#[test]
fn steps_in_any_order_are_found_once() {
    let together = |steps: Option<Bounds>, of: &[(i64, usize, &str, &str)]| {
        found(Test::Sequence { ordered: false, steps }, 60, 3, of)
    };
    assert_eq!(together(None, &[(0, 2, "a", ""), (1, 0, "a", ""), (2, 1, "a", ""), (3, 1, "a", "")]), [[0, 1, 2]]);
    assert!(together(None, &[(0, 2, "a", ""), (1, 0, "a", "")]).is_empty());
    assert_eq!(together(Some(at_least(2.0)), &[(0, 2, "a", ""), (1, 0, "a", "")]), [[0, 1]]);
}

#[test]
fn first_sightings_need_history() {
    let test = Test::FirstSeen(vec!["value".to_owned()]);
    let seen = [(0, 0, "a", "x"), (100, 0, "a", "y"), (110, 0, "a", "x"), (300, 0, "a", "x"), (310, 0, "a", "")];
    let history = |learn| History { start: 0, learn };
    let judged = |learn| correlate(&condition(test.clone(), 60), 1, events(&seen), history(learn));
    // The first is in the time that is learned from; the last `x` comes after more than a minute without one.
    assert_eq!(judged(None), Correlated { found: vec![vec![1], vec![2], vec![3]], ungrouped: 0, unjudged: 1 });
    assert_eq!(judged(Some(0)).found, [[0], [1], [2], [3]]);
    assert_eq!(judged(Some(200_000)).found, [[3]]);
}

/// Whether a window that ends at some event of a group fulfils a count, looked at one by one.
fn naive_count(events: &[Event], within: i64, least: usize) -> Vec<usize> {
    let is_in = |last: &Event, event: &Event| {
        event.values[0] == last.values[0] && event.time <= last.time && last.time - event.time <= within
    };
    let full = events.iter().filter(|last| events.iter().filter(|event| is_in(last, event)).count() >= least);
    let mut hits: Vec<usize> =
        full.flat_map(|last| events.iter().filter(move |event| is_in(last, event)).map(|event| event.hit)).collect();
    hits.sort_unstable();
    hits.dedup();
    hits
}

/// Whether some row of events, one for each step in time, fits into the window.
fn naive_sequence(events: &[Event], steps: usize, within: i64) -> bool {
    fn goes_on(events: &[Event], step: usize, steps: usize, first: &Event, last: &Event, within: i64) -> bool {
        step == steps
            || events.iter().any(|event| {
                event.step == step
                    && event.values[0] == first.values[0]
                    && event.time >= last.time
                    && event.time - first.time <= within
                    && goes_on(events, step + 1, steps, first, event, within)
            })
    }
    events.iter().any(|first| first.step == 0 && goes_on(events, 1, steps, first, first, within))
}

proptest! {
    #[test]
    fn windows_hold_the_events_that_every_window_does(
        of in vec((0_i64..120, "[ab]"), 0..24),
        least in 1_usize..5,
        order in any::<prop::sample::Index>(),
    ) {
        let mut list: Vec<Event> = of
            .iter()
            .enumerate()
            .map(|(hit, (second, group))| Event { time: second * 1000, step: 0, hit, values: vec![some(group), None] })
            .collect();
        let expected = naive_count(&list, 20_000, least);
        let turn = if list.is_empty() { 0 } else { order.index(list.len()) };
        list.rotate_left(turn);
        let bounds = at_least(least as f64);
        let mut hits: Vec<usize> =
            correlate(&condition(Test::Count(bounds), 20), 1, list, ALWAYS).found.into_iter().flatten().collect();
        hits.sort_unstable();
        hits.dedup();
        // Events of one moment may end a window before all of them have come.
        prop_assert_eq!(hits, expected);
    }

    #[test]
    fn sequences_are_found_where_some_row_of_events_fits(of in vec((0_i64..60, 0_usize..3, "[ab]"), 0..16)) {
        let list: Vec<Event> = of
            .iter()
            .enumerate()
            .map(|(hit, (second, step, group))| Event {
                time: second * 1000,
                step: *step,
                hit,
                values: vec![some(group), None],
            })
            .collect();
        let expected = naive_sequence(&list, 3, 20_000);
        let sequence = condition(Test::Sequence { ordered: true, steps: None }, 20);
        let correlated = correlate(&sequence, 3, list, ALWAYS);
        prop_assert_eq!(!correlated.found.is_empty(), expected);
    }
}
