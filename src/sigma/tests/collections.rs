//! Files that belong together.

use std::time::Duration;

use super::{answers, error, load, rule};
use crate::diag::Source;
use crate::sigma::{Collection, Kind, Operator, Options, Placeholders, Status, Target, Why, rules_of};

const HEAD: &str = "logsource:\n  product: aws\n  service: cloudtrail\n";

fn simple(id: &str, event: &str) -> String {
    format!("title: {id}\nid: {id}\nname: name_{id}\n{HEAD}detection:\n  s:\n    eventName: {event}\n  condition: s\n")
}

fn correlation(id: &str, block: &str) -> String {
    let indented: String = block.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: {id}\nid: {id}\ncorrelation:\n{indented}")
}

fn joined(documents: &[String]) -> String {
    documents.join("---\n")
}

#[test]
fn a_header_is_kept_whole() {
    let text = "title: T\nid: 1-2\nstatus: test\nlevel: HIGH\nlogsource: {product: AWS, service: CloudTrail}\ntags: [attack.t1078]\n\
        references: one\nfields: [eventName]\ndate: 2026-01-02\nlicense: MIT\nscope: [x]\nfalsepositives:\n  - none\n\
        detection: {s: {eventName: A}, condition: s}\n";
    let header = load(text).rules.remove(0).header;
    assert_eq!(
        (header.status, header.level.map(|level| level.to_string())),
        (Some(Status::Test), Some("high".to_owned()))
    );
    assert_eq!((header.references, header.date.as_deref()), (vec!["one".to_owned()], Some("2026-01-02")));
    assert_eq!(serde_json::to_string(&header.others).expect("JSON"), r#"{"license":"MIT","scope":["x"]}"#);
}

#[test]
fn what_was_not_asked_for_is_counted_by_reason() {
    let other = simple("w", "A").replace("service: cloudtrail", "service: guardduty");
    let old = simple("d", "A").replace("logsource:", "status: deprecated\nlogsource:");
    let placeholder = simple("p", "'%x%'").replace("eventName:", "eventName|expand:");
    let text = joined(&[simple("a", "A"), other, old, placeholder.clone()]);
    let collection = load(&text);
    assert_eq!(collection.rules.len(), 1);
    let why: Vec<_> = collection.skipped.iter().map(|skipped| skipped.why.clone()).collect();
    assert_eq!(
        why,
        [
            Why::Logsource("product aws, service guardduty".to_owned()),
            Why::Status(Status::Deprecated),
            Why::Placeholder("x".to_owned())
        ]
    );
    assert_eq!(collection.reasons().len(), 3);
    let placeholders = Placeholders::from([("x".to_owned(), vec!["A".to_owned(), "B*".to_owned()])]);
    let options = Options { placeholders, ..Options::default() };
    let filled = Collection::load(&[Source::new("p.yml", placeholder)], &options);
    let records = [r#"{"eventName":"a"}"#, r#"{"eventName":"Bx"}"#, r#"{"eventName":"c"}"#];
    assert_eq!(answers(&filled.rules[0].predicate(), &records), [true, true, false]);
}

#[test]
fn documents_fail_one_by_one() {
    let text = joined(&["title: x\n".to_owned(), simple("a", "A"), "action: global\ntitle: t\n".to_owned()]);
    let collection = load(&text);
    assert_eq!((collection.rules.len(), collection.failed.len()), (1, 2));
    assert_eq!(error("detection: {s: {a: b}, condition: s}\n"), "G003 a rule without a `title` @ ");
    assert_eq!(error("title: t\ndetection: {s: {a: b}, condition: s}\n"), "G003 a rule without a `logsource` @ ");
    assert!(load("").rules.is_empty());
}

#[test]
fn filters_take_away_from_the_rules_they_name() {
    let filter = |rules: &str| {
        format!("title: f\n{HEAD}filter:\n  rules: {rules}\n  sel:\n    awsRegion: r\n  condition: sel\n")
    };
    let records = [r#"{"eventName":"A","awsRegion":"r"}"#, r#"{"eventName":"A"}"#];
    for (rules, expected) in
        [("[a]", [false, true]), ("[name_a]", [false, true]), ("any", [false, true]), ("[b]", [true, true])]
    {
        // A filter may stand before the rule, and in another file.
        let sources =
            [Source::new("f.yml", filter(rules)), Source::new("a.yml", joined(&[simple("a", "A"), simple("b", "B")]))];
        let collection = Collection::load(&sources, &Options::default());
        assert!(collection.failed.is_empty() && collection.notices.is_empty(), "{rules}");
        assert_eq!(answers(&collection.rules[0].predicate(), &records), expected, "{rules}");
    }
    let collection = load(&joined(&[simple("a", "A"), filter("[nobody]")]));
    assert_eq!(collection.notices[0].list[0].code, "G034");
}

#[test]
fn correlations_refer_by_id_and_name_and_to_each_other() {
    let text = joined(&[
        correlation(
            "chain",
            "type: temporal_ordered\nrules: [many, name_b]\ngroup-by: [user]\ntimespan: 1h\naliases:\n  user:\n    name_b: userIdentity.arn",
        ),
        correlation(
            "many",
            "type: event_count\nrules: a\ngroup-by: userIdentity.arn\ntimespan: 15m\ncondition: {gt: 5, lte: 9}\ngenerate: true",
        ),
        simple("a", "A"),
        simple("b", "B"),
        simple("c", "C"),
    ]);
    let collection = load(&text);
    assert!(
        collection.failed.is_empty() && collection.notices.is_empty(),
        "{:?} {:?}",
        collection.failed,
        collection.notices
    );
    let [chain, many] = collection.correlations.as_slice() else { panic!("two") };
    assert_eq!((chain.kind, many.kind), (Kind::TemporalOrdered, Kind::EventCount));
    let targets: Vec<_> = chain.rules.iter().map(|reference| reference.target).collect();
    assert_eq!(targets, [Target::Correlation(1), Target::Rule(1)]);
    assert_eq!(many.rules[0].target, Target::Rule(0));
    assert_eq!(
        (many.timespan, many.group_by.as_slice()),
        (Duration::from_secs(900), ["userIdentity.arn".to_owned()].as_slice())
    );
    assert_eq!(
        many.bounds.iter().map(|bound| bound.operator).collect::<Vec<_>>(),
        [Operator::Greater, Operator::LessOrEqual]
    );
    assert_eq!(chain.field_in(&collection.rules[1].header, "user"), "userIdentity.arn");
    assert_eq!(chain.field_in(&collection.rules[0].header, "user"), "user");
    // `many` reports what it is made of, `chain` does not.
    assert_eq!((0..3).map(|rule| collection.reports(rule)).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn correlations_of_what_is_not_there_fail() {
    let block = |rules: &str| format!("type: temporal\nrules: {rules}\ntimespan: 5m");
    let text = joined(&[
        correlation("x", &block("[y]")),
        correlation("y", &block("[x]")),
        correlation("z", &block("[nobody]")),
        correlation("w", &block("[z]")),
        simple("a", "A"),
        correlation("ok", &block("[a, inner]")),
        correlation("inner", &block("[a, name_a]")),
    ]);
    let collection = load(&text);
    assert_eq!(collection.correlations.len(), 2);
    assert_eq!(collection.correlations[0].rules[1].target, Target::Correlation(1));
    assert_eq!(collection.failed.len(), 4);
    assert!(collection.failed.iter().all(|failed| failed.list[0].code == "G012"));
}

#[test]
fn correlations_of_what_was_left_out_are_left_out() {
    let block = |rules: &str| format!("type: temporal\nrules: {rules}\ntimespan: 5m");
    let other = simple("w", "A").replace("service: cloudtrail", "service: guardduty");
    let collection = load(&joined(&[correlation("y", &block("[x]")), correlation("x", &block("[name_w]")), other]));
    assert!(collection.failed.is_empty() && collection.correlations.is_empty());
    let why: Vec<_> = collection.skipped.iter().map(|skipped| skipped.why.clone()).collect();
    let part = |name: &str| Why::Part(name.to_owned());
    assert_eq!(why[1..], [part("x"), part("name_w")]);
}

#[test]
fn correlations_that_say_too_little_fail() {
    for (block, message) in [
        ("rules: [a]\ntimespan: 5m", "G011 a correlation without `type` @ "),
        ("type: temporal\ntimespan: 5m", "G011 a correlation without `rules` @ "),
        ("type: temporal\nrules: [a]", "G011 a correlation without `timespan` @ "),
        ("type: temporal\nrules: [a]\ntimespan: 5", "G011 `timespan` is `5`, not a number with a unit @ 5"),
        (
            "type: event_counts\nrules: [a]\ntimespan: 5m",
            "G011 `event_counts` is no type of correlation @ event_counts",
        ),
        ("type: event_count\nrules: [a]\ntimespan: 5m", "G011 a correlation of type `event_count` without a bound @ "),
        (
            "type: value_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 5}",
            "G011 a correlation of type `value_count` without a `field` @ ",
        ),
        (
            "type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {ge: 5}",
            "G011 `ge` is no bound of a correlation @ ge",
        ),
        ("type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: x}", "G011 `gte` is no number @ gte"),
    ] {
        assert_eq!(error(&joined(&[correlation("x", block), simple("a", "A")])), message, "{block}");
    }
    let alias = correlation("x", "type: ordered_temporal\nrules: [a]\ntimespan: 5m");
    let collection = load(&joined(&[alias, simple("a", "A")]));
    assert_eq!((collection.correlations[0].kind, collection.notices[0].list[0].code), (Kind::TemporalOrdered, "G031"));
}

#[test]
fn the_old_form_becomes_a_correlation() {
    let counted = rule("s:\n  eventName: List*\ntimeframe: 10m\ncondition: s | count() by sourceIPAddress > 5");
    let collection = load(&counted);
    assert!(collection.failed.is_empty(), "{:?}", collection.failed);
    let count = &collection.correlations[0];
    assert_eq!(
        (count.kind, count.group_by.as_slice(), count.rules[0].target),
        (Kind::EventCount, ["sourceIPAddress".to_owned()].as_slice(), Target::Rule(0))
    );
    assert!(!collection.reports(0));
    let near = rule("a:\n  eventName: A\nb:\n  eventName: B\ntimeframe: 5m\ncondition: a | near b");
    let near = load(&near);
    assert_eq!((near.correlations[0].kind, near.rules.len()), (Kind::TemporalOrdered, 2));
    assert_eq!(answers(&near.rules[1].predicate(), &[r#"{"eventName":"B"}"#, r#"{"eventName":"A"}"#]), [true, false]);
    let both = load(&rule("a:\n  eventName: A\nb:\n  eventName: B\ntimeframe: 5m\ncondition: a and b"));
    assert_eq!(both.correlations[0].kind, Kind::Temporal);
    for condition in ["s | count()", "s | near s and not s", "s | min(x) > 5", "s | frequency", "s | count() by a > 5"]
    {
        let timeframe = if condition.ends_with("a > 5") { "" } else { "timeframe: 5m\n" };
        assert!(
            error(&rule(&format!("s:\n  a: b\n{timeframe}condition: {condition}"))).starts_with("G013"),
            "{condition}"
        );
    }
}

#[test]
fn an_id_that_stands_twice_is_remarked_on() {
    let collection = load(&joined(&[simple("a", "A"), simple("a", "B")]));
    assert_eq!(collection.rules.len(), 2);
    let notices: Vec<_> =
        collection.notices.iter().flat_map(|notices| &notices.list).map(|notice| notice.code).collect();
    assert_eq!(notices, ["G032", "G032"]);
}

#[test]
fn a_file_is_a_query_when_it_is_for_these_logs() {
    let code = |text: &str| rules_of(&Source::new("q.yml", text)).expect_err(text).list[0].code;
    assert_eq!(code(&simple("w", "A").replace("cloudtrail", "vpcflow")), "G014");
    assert_eq!(code(&simple("p", "'%x%'").replace("eventName:", "eventName|expand:")), "G015");
    assert_eq!(
        code(&joined(&[simple("a", "A"), correlation("c", "type: temporal\nrules: [a]\ntimespan: 5m")])),
        "G016"
    );
    assert_eq!(code("# nothing\n"), "G003");
    let old = simple("d", "A").replace("logsource:", "status: unsupported\nlogsource:");
    assert_eq!(rules_of(&Source::new("q.yml", old)).map(|(rules, _)| rules.len()), Ok(1));
}

#[test]
fn thousands_of_rules_load_in_a_moment() {
    let sources: Vec<Source> =
        (0..2000).map(|number| Source::new(format!("{number}.yml"), simple(&format!("r{number}"), "List*"))).collect();
    let collection = Collection::load(&sources, &Options::default());
    assert_eq!(collection.rules.len(), 2000);
}
