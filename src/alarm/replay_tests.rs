//! States through time, worked out by hand.

use super::*;
use crate::alarm::{MetricValue, Transformation, read};

const MINUTE: i64 = 60;

fn definitions(alarm: &str, more: &str) -> Definitions {
    let base = [
        ("AlarmName", "\"a\""),
        ("Namespace", "\"n\""),
        ("MetricName", "\"m\""),
        ("Statistic", "\"Sum\""),
        ("Period", "300"),
        ("EvaluationPeriods", "1"),
        ("Threshold", "3"),
        ("ComparisonOperator", "\"GreaterThanOrEqualToThreshold\""),
    ];
    let given: serde_json::Value = serde_json::from_str(&format!("{{{alarm}}}")).expect("JSON");
    let mut all: serde_json::Map<String, serde_json::Value> =
        base.iter().map(|(key, value)| ((*key).to_owned(), serde_json::from_str(value).expect("JSON"))).collect();
    all.extend(given.as_object().expect("an object").clone());
    let text = format!(r#"{{"MetricAlarms":[{}]{more}}}"#, serde_json::Value::Object(all));
    let mut definitions = Definitions::default();
    read("alarms.json", &text, &mut definitions).expect("definitions");
    definitions
}

fn transformation() -> Transformation {
    Transformation {
        namespace: "n".to_owned(),
        name: "m".to_owned(),
        value: MetricValue::Number(1.0),
        default: None,
        dimensions: Vec::new(),
    }
}

/// So many events in these minutes.
fn metrics(events: &[(i64, f64)]) -> Metrics {
    let mut metrics = Metrics::default();
    for (second, value) in events {
        assert!(metrics.event(*second, None));
        metrics.value(0, &transformation(), *second, *value, &[]);
    }
    metrics
}

fn plan(from: i64, until: i64) -> Plan {
    Plan { from, until, is_aligned: false, more: 2, is_traced: false }
}

/// `minute: from > to` of every change.
fn changes(definitions: &Definitions, metrics: &Metrics, plan: Plan) -> Vec<String> {
    let rows = replay(definitions, metrics, plan).expect("a replay").rows;
    rows.iter().map(|row| format!("{} {} {} > {}", row.alarm, row.at / MINUTE, row.from, row.to)).collect()
}

const BURST: [(i64, f64); 3] = [(601, 1.0), (610, 1.0), (659, 1.0)];

#[test]
fn a_burst_alarms_and_then_data_is_insufficient_not_ok() {
    let definitions = definitions("", "");
    let metrics = metrics(&BURST);
    let (from, until) = Plan::over(&definitions, metrics.span(), 2).expect("events");
    // Minute 10 is whole at minute 11, and leaves the range of three periods behind minute 25.
    assert_eq!(
        changes(&definitions, &metrics, plan(from, until)),
        ["a 11 INSUFFICIENT_DATA > ALARM", "a 26 ALARM > INSUFFICIENT_DATA"]
    );
    assert_eq!(changes(&definitions, &metrics, plan(from, 13 * MINUTE)).len(), 1);
}

#[test]
fn missing_data_counts_as_it_is_told() {
    let changes = |treat: &str| {
        let definitions = definitions(&format!(r#""TreatMissingData":"{treat}""#), "");
        changes(&definitions, &metrics(&BURST), plan(8 * MINUTE, 40 * MINUTE))
    };
    assert_eq!(changes("notBreaching"), ["a 8 INSUFFICIENT_DATA > OK", "a 11 OK > ALARM", "a 26 ALARM > OK"]);
    assert_eq!(changes("ignore"), ["a 11 INSUFFICIENT_DATA > ALARM"]);
    assert_eq!(changes("breaching"), ["a 8 INSUFFICIENT_DATA > ALARM"]);
}

#[test]
fn an_aligned_replay_evaluates_once_a_period() {
    let plan = Plan { is_aligned: true, is_traced: true, ..plan(600, 1800) };
    let rows = replay(&definitions("", ""), &metrics(&BURST), plan).expect("a replay").rows;
    assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [600, 900, 1200, 1500, 1800]);
    assert_eq!(rows[1].datapoints, [None, None, Some(3.0)]);
}

#[test]
fn the_order_of_events_and_copies_of_them_do_not_matter() {
    let definitions = definitions("", "");
    let mut backwards = Metrics::default();
    for (second, id) in [(659, "c"), (610, "b"), (601, "a"), (610, "b")] {
        if backwards.event(second, Some(id)) {
            backwards.value(0, &transformation(), second, 1.0, &[]);
        }
    }
    let expected = changes(&definitions, &metrics(&BURST), plan(600, 3600));
    assert_eq!(changes(&definitions, &backwards, plan(600, 3600)), expected);
}

#[test]
fn every_comparison_at_its_threshold() {
    for (operator, expected) in [
        ("GreaterThanOrEqualToThreshold", [false, true, true]),
        ("GreaterThanThreshold", [false, false, true]),
        ("LessThanThreshold", [true, false, false]),
        ("LessThanOrEqualToThreshold", [true, true, false]),
    ] {
        let definitions = definitions(&format!(r#""ComparisonOperator":"{operator}""#), "");
        for (value, expected) in [2.999, 3.0, 3.001].into_iter().zip(expected) {
            let replayed = replay(&definitions, &metrics(&[(60, value)]), plan(120, 120)).expect("a replay");
            assert_eq!(!replayed.alarmed.is_empty(), expected, "{operator} {value}");
        }
    }
}

#[test]
fn m_of_n_datapoints_alarm() {
    let definitions = definitions(r#""Period":60,"EvaluationPeriods":3,"DatapointsToAlarm":2"#, "");
    let metrics = metrics(&[(60, 0.0), (120, 5.0), (180, 0.0), (240, 5.0), (300, 0.0), (360, 0.0)]);
    assert_eq!(
        changes(&definitions, &metrics, plan(120, 7 * MINUTE)),
        // 0 · 0 X · 0 X 0 · X 0 X · 0 X 0
        ["a 2 INSUFFICIENT_DATA > OK", "a 5 OK > ALARM", "a 6 ALARM > OK"]
    );
}

#[test]
fn an_alarm_of_more_than_a_day_is_evaluated_hourly() {
    let definitions = definitions(r#""Period":3600,"EvaluationPeriods":48,"Threshold":1"#, "");
    let traced = Plan { is_traced: true, ..plan(10, 4 * HOUR) };
    let rows = replay(&definitions, &metrics(&[(60, 1.0)]), traced).expect("a replay").rows;
    assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]);
}

#[test]
fn percentiles_of_few_samples_can_hold_the_state() {
    let with = |rest: &str| {
        let text = format!(r#""Statistic":null,"ExtendedStatistic":"p50"{rest}"#);
        changes(&definitions(&text, ""), &metrics(&[(60, 5.0)]), plan(120, 120))
    };
    assert_eq!(with(""), ["a 2 INSUFFICIENT_DATA > ALARM"]);
    assert!(with(r#","EvaluateLowSampleCountPercentile":"ignore""#).is_empty());
}

#[test]
fn minutes_with_other_events_only_give_the_default_value() {
    let transformation = Transformation { default: Some(0.0), ..transformation() };
    let mut metrics = Metrics::default();
    for second in [60, 70, 130, 300] {
        metrics.event(second, None);
        metrics.arrived(second);
    }
    metrics.value(0, &transformation, 70, 1.0, &[]);
    metrics.fill(std::slice::from_ref(&transformation));
    let id = metrics.ids().next().expect("a metric").clone();
    let sums: Vec<_> = metrics.points(&id).expect("points").iter().map(|(at, samples)| (*at, samples.sum())).collect();
    assert_eq!(sums, [(60, 1.0), (120, 0.0), (300, 0.0)]);
}

#[test]
fn dimensions_make_metrics_of_their_own() {
    let transformation = Transformation { dimensions: vec![("user".to_owned(), "$.u".to_owned())], ..transformation() };
    let mut metrics = Metrics::default();
    for (second, user) in [(60, Some("x")), (61, Some("x")), (62, Some("y")), (63, None)] {
        metrics.event(second, None);
        metrics.value(0, &transformation, second, 2.0, &[user]);
    }
    let alarm = r#""Threshold":4,"Dimensions":[{"Name":"user","Value":"USER"}]"#;
    let alarmed = |user: &str| {
        let definitions = definitions(&alarm.replace("USER", user), "");
        !replay(&definitions, &metrics, plan(120, 120)).expect("a replay").alarmed.is_empty()
    };
    assert!(alarmed("x") && !alarmed("y") && !alarmed("z"));
    for number in 0..2000 {
        metrics.value(1, &transformation, 60, 1.0, &[Some(&number.to_string())]);
    }
    assert!(metrics.crowded().contains(&1) && metrics.ids().count() <= 2 + crate::alarm::MOST_DIMENSIONS);
}

#[test]
fn composite_alarms_follow_those_they_ask() {
    let more = r#","CompositeAlarms":[
        {"AlarmName":"outer","AlarmRule":"ALARM(inner) OR FALSE"},
        {"AlarmName":"inner","AlarmRule":"ALARM(a) AND NOT OK(a)"}]"#;
    let found = changes(&definitions("", more), &metrics(&BURST), plan(600, 1600));
    assert_eq!(
        found,
        [
            "inner 10 INSUFFICIENT_DATA > OK",
            "outer 10 INSUFFICIENT_DATA > OK",
            "a 11 INSUFFICIENT_DATA > ALARM",
            "inner 11 OK > ALARM",
            "outer 11 OK > ALARM",
            "a 26 ALARM > INSUFFICIENT_DATA",
            "inner 26 ALARM > OK",
            "outer 26 ALARM > OK",
        ]
    );
    for rule in ["ALARM(nobody)", "ALARM(c)"] {
        let more = format!(r#","CompositeAlarms":[{{"AlarmName":"c","AlarmRule":"{rule}"}}]"#);
        assert!(replay(&definitions("", &more), &metrics(&BURST), plan(600, 660)).is_err(), "{rule}");
    }
}
