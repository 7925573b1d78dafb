//! The state that the datapoints of an evaluation range lead to.
//!
//! Source: CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", and its tables.

use std::fmt;

use super::definition::Missing;

/// The state of an alarm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Below the threshold.
    Ok,
    /// Beyond it.
    Alarm,
    /// Nothing is known; every alarm begins so.
    #[default]
    Unknown,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::Unknown => "INSUFFICIENT_DATA",
        })
    }
}

/// A datapoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// There is none.
    Missing,
    /// It does not breach.
    Fine,
    /// It breaches.
    Breach,
}

/// A state, and what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The state; none where it stays as it is.
    pub state: Option<State>,
    /// Datapoints that count.
    pub real: usize,
    /// Those of them that breach.
    pub breaching: usize,
    /// Datapoints that stood in for missing ones.
    pub filled: usize,
    /// Whether breaches were old enough to alarm although too few.
    pub is_premature: bool,
}

/// The state after an evaluation range, newest datapoint last, of an alarm at `needed` of `evaluated` datapoints.
#[must_use]
pub fn evaluate(range: &[Point], needed: usize, evaluated: usize, missing: Missing) -> Verdict {
    let newest_first = range.iter().rev().enumerate().filter(|(_, point)| **point != Point::Missing);
    let all: Vec<(usize, Point)> = newest_first.map(|(at, point)| (at + 1, *point)).collect();
    let counted = all.get(..evaluated.min(all.len())).unwrap_or(&all);
    let breaching = counted.iter().filter(|(_, point)| *point == Point::Breach).count();
    let filled = evaluated.saturating_sub(counted.len());
    let verdict = |state| Verdict { state, real: counted.len(), breaching, filled, is_premature: false };
    if breaching >= needed {
        return verdict(Some(State::Alarm));
    }
    if filled == 0 {
        return verdict(Some(State::Ok));
    }
    match missing {
        Missing::Breaching if breaching + filled >= needed => return verdict(Some(State::Alarm)),
        Missing::Breaching | Missing::NotBreaching => return verdict(Some(State::Ok)),
        Missing::Missing | Missing::Ignore => {}
    }
    let Some((oldest, _)) = all.last() else {
        return verdict((missing == Missing::Missing).then_some(State::Unknown));
    };
    // One datapoint that is fine speaks against an alarm.
    if breaching < counted.len() {
        return verdict(Some(State::Ok));
    }
    let alarms = missing == Missing::Missing && *oldest >= needed;
    Verdict { is_premature: alarms, ..verdict(alarms.then_some(State::Alarm)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 3] = [State::Ok, State::Alarm, State::Unknown];

    /// Expected states under `missing`, `ignore`, `breaching`, `notBreaching`; none keeps the state.
    fn check(needed: usize, data: &str, fill: usize, expected: [Option<State>; 4]) {
        let points: Vec<Point> = data
            .split(' ')
            .map(|point| match point {
                "0" => Point::Fine,
                "X" => Point::Breach,
                _ => Point::Missing,
            })
            .collect();
        let treatments = [Missing::Missing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching];
        for (missing, expected) in treatments.into_iter().zip(expected) {
            let verdict = evaluate(&points, needed, 3, missing);
            assert_eq!(verdict.filled, fill, "{data}");
            for before in STATES {
                let after = verdict.state.unwrap_or(before);
                assert_eq!(after, expected.unwrap_or(before), "{needed} of 3, {data}, {missing:?}, from {before}");
            }
        }
    }

    #[test]
    fn the_published_tables_hold_from_every_state() {
        let (ok, alarm, keep) = (Some(State::Ok), Some(State::Alarm), None);
        check(3, "0 - X - X", 0, [ok, ok, ok, ok]);
        check(3, "0 - - - -", 2, [ok, ok, ok, ok]);
        check(3, "- - - - -", 3, [Some(State::Unknown), keep, alarm, ok]);
        check(3, "0 X X - X", 0, [alarm, alarm, alarm, alarm]);
        check(3, "- - X - -", 2, [alarm, keep, alarm, ok]);
        check(2, "0 - X - X", 0, [alarm, alarm, alarm, alarm]);
        check(2, "0 0 X 0 X", 0, [alarm, alarm, alarm, alarm]);
        check(2, "0 - X - -", 1, [ok, ok, alarm, ok]);
        check(2, "- - - - 0", 2, [ok, ok, alarm, ok]);
        check(2, "- - - X -", 2, [alarm, keep, alarm, ok]);
    }

    #[test]
    fn a_young_breach_waits() {
        for data in ["- - - - X", "- - - X -"] {
            check(3, data, 2, [None, None, Some(State::Alarm), Some(State::Ok)]);
        }
    }

    #[test]
    fn an_alarm_of_one_datapoint_goes_by_the_newest() {
        let state = |points: &[Point]| evaluate(points, 1, 1, Missing::Missing).state;
        assert_eq!(state(&[Point::Breach, Point::Missing, Point::Missing]), Some(State::Alarm));
        assert_eq!(state(&[Point::Breach, Point::Fine, Point::Missing]), Some(State::Ok));
        assert_eq!(state(&[Point::Missing; 3]), Some(State::Unknown));
        assert_eq!(state(&[]), Some(State::Unknown));
    }
}
