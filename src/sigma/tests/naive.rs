//! A plain reading of the specification, one value at a time, and random rules and records to compare it with.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answers, load, rule};

/// A test: its field, modifiers and values.
#[derive(Debug, Clone)]
struct Test {
    field: &'static str,
    modifiers: &'static str,
    values: Vec<Value>,
}

const FIELDS: &[&str] =
    &["eventName", "requestParameters.a", "requestParameters.a.b", "resources.ARN", "resources", "other.x"];
const MODIFIERS: &[&str] =
    &["", "", "contains", "startswith", "endswith", "contains|all", "all", "cased", "neq", "exists", "gt"];

/// The values at a path, and whether there is one.
fn values<'a>(value: &'a Value, path: &[&str], into: &mut Vec<&'a Value>) {
    match (path.split_first(), value) {
        (None, Value::Array(items)) => {
            into.push(value);
            items.iter().for_each(|item| values(item, &[], into));
        }
        (None, value) => into.push(value),
        (Some((key, rest)), Value::Object(members)) => {
            if let Some(member) = members.get(*key) {
                values(member, rest, into);
            }
        }
        (Some(_), Value::Array(items)) => items.iter().for_each(|item| values(item, path, into)),
        _ => {}
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null | Value::Array(_) => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Object(_) => {
            let compact = value.to_string();
            vec![compact.clone(), compact.replace("\\\"", "\"").replace("\\\\", "\\")]
        }
        other => vec![other.to_string()],
    }
}

/// Whether text is like a pattern of letters, `*` and `?`.
fn like(pattern: &[char], text: &[char], cased: bool) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|from| like(rest, &text[from..], cased)),
        Some((wanted, rest)) => {
            let fits = |found: &char| {
                *wanted == '?' || wanted == found || !cased && wanted.to_lowercase().eq(found.to_lowercase())
            };
            text.first().is_some_and(fits) && like(rest, &text[1..], cased)
        }
    }
}

fn one(test: &Test, wanted: &Value, found: &[&Value]) -> bool {
    let pattern = |text: &str| match test.modifiers {
        "contains" | "contains|all" => format!("*{text}*"),
        "startswith" => format!("{text}*"),
        "endswith" => format!("*{text}"),
        _ => text.to_owned(),
    };
    let is_placed = test.modifiers.contains("contains") || test.modifiers.ends_with("with");
    match wanted {
        Value::Null => found.is_empty() || found.iter().any(|value| value.is_null()),
        Value::Number(number) if !is_placed => found.iter().any(|value| match value {
            Value::Number(found) => found.as_f64() == number.as_f64(),
            Value::String(text) => *text == number.to_string(),
            _ => false,
        }),
        wanted => {
            let text = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
            let pattern: Vec<char> = pattern(&text).chars().collect();
            let takes_all = !pattern.is_empty() && pattern.iter().all(|character| *character == '*');
            found.iter().any(|value| {
                takes_all && (value.is_array() || value.is_object())
                    || texts(value)
                        .iter()
                        .any(|text| like(&pattern, &text.chars().collect::<Vec<_>>(), test.modifiers == "cased"))
            })
        }
    }
}

fn holds(test: &Test, record: &Value) -> bool {
    let path: Vec<&str> = test.field.split('.').collect();
    let mut found = Vec::new();
    values(record, &path, &mut found);
    match test.modifiers {
        "exists" => found.is_empty() != (test.values[0] == json!(true)),
        "gt" => {
            let number = |value: &Value| match value {
                Value::Number(number) => number.as_f64(),
                Value::String(text) => text.parse().ok(),
                _ => None,
            };
            test.values.iter().any(|wanted| found.iter().any(|value| number(value) > number(wanted)))
        }
        "neq" => !test.values.iter().any(|wanted| one(test, wanted, &found)),
        "all" | "contains|all" => test.values.iter().all(|wanted| one(test, wanted, &found)),
        _ => test.values.iter().any(|wanted| one(test, wanted, &found)),
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => "[abAB1é\"\\\\]{0,3}".prop_map(Value::from),
        1 => (0..3_i32).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        let member = ("[abx]|ARN", inner.clone());
        prop_oneof![vec(inner, 0..3).prop_map(Value::from), vec(member, 0..3).prop_map(Value::from_iter),]
    })
}

fn record() -> impl Strategy<Value = Value> {
    let parameters = vec(("[abx]", tree()), 0..3).prop_map(Value::from_iter);
    (tree(), parameters, tree(), tree(), any::<[bool; 4]>()).prop_map(|(name, parameters, resources, other, there)| {
        let all = [("eventName", name), ("requestParameters", parameters), ("resources", resources), ("other", other)];
        let kept = all.into_iter().zip(there).filter(|(_, there)| *there);
        Value::from_iter(kept.map(|((key, value), _)| (key.to_owned(), value)))
    })
}

fn test() -> impl Strategy<Value = Test> {
    let field = proptest::sample::select(FIELDS);
    let modifiers = proptest::sample::select(MODIFIERS);
    let text = "[abAB1*?]{0,3}".prop_map(Value::from);
    let value = prop_oneof![4 => text, 1 => (0..3_i32).prop_map(Value::from), 1 => any::<bool>().prop_map(Value::from), 1 => Just(Value::Null)];
    (field, modifiers, vec(value, 1..4), any::<bool>()).prop_map(|(field, modifiers, values, flag)| {
        let values = match modifiers {
            "exists" => vec![json!(flag)],
            "gt" => vec![json!(1)],
            "contains" | "startswith" | "endswith" | "contains|all" => {
                values.into_iter().map(|value| if value.is_null() { json!("a") } else { value }).collect()
            }
            _ => values,
        };
        Test { field, modifiers, values }
    })
}

/// The condition on two selections, and its meaning.
type Join = (&'static str, fn(bool, bool) -> bool);
const JOINS: &[Join] = &[
    ("s1 and s2", |a, b| a && b),
    ("s1 or not s2", |a, b| a || !b),
    ("not (s1 or s2)", |a, b| !(a || b)),
    ("1 of s*", |a, b| a || b),
    ("not all of them", |a, b| !(a && b)),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_predicate_is_what_the_specification_says(
        tests in [test(), test()],
        records in vec(record(), 1..6),
        join in proptest::sample::select(JOINS),
    ) {
        let selection = |name: &str, test: &Test| {
            let bar = if test.modifiers.is_empty() { "" } else { "|" };
            // JSON is YAML.
            format!("{name}:\n  {}{bar}{}: {}\n", test.field, test.modifiers, Value::from(test.values.clone()))
        };
        let detection =
            format!("{}{}condition: {}", selection("s1", &tests[0]), selection("s2", &tests[1]), join.0);
        let collection = load(&rule(&detection));
        prop_assert!(collection.failed.is_empty(), "{} {:?}", detection, collection.failed);
        let texts: Vec<String> = records.iter().map(Value::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let expected: Vec<bool> =
            records.iter().map(|record| join.1(holds(&tests[0], record), holds(&tests[1], record))).collect();
        prop_assert_eq!(answers(&collection.rules[0].predicate(), &texts), expected, "{} {:?}", detection, texts);
    }
}
