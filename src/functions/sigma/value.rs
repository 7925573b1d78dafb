//! The values that a path leads to in JSON: through arrays to every element, at the end into arrays as well.

use std::borrow::Cow;

use crate::record;
use crate::schema::{Kind, Step};

/// A value that a test looks at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// An object, as it is written.
    Object(&'a str),
    /// An array as a whole; its elements follow.
    Array,
}

/// Whether one of the values that a path leads to holds. Text that is no JSON is the text it is.
pub(super) fn any(json: &str, path: &[Step], holds: &mut impl FnMut(&Value<'_>) -> bool) -> bool {
    let json = json.trim_ascii();
    let Some((step, rest)) = path.split_first() else { return at_end(json, holds) };
    match json.as_bytes().first() {
        Some(b'{') => match member(json, step) {
            Some(member) => any(member, rest, holds),
            None => false,
        },
        Some(b'[') => {
            let elements = record::elements(json, &[]).unwrap_or_default();
            if let Step::ExactKey(key) = step
                && let Ok(index) = key.parse::<usize>()
                && elements.get(index).is_some_and(|element| any(element, rest, holds))
            {
                return true;
            }
            elements.into_iter().any(|element| any(element, path, holds))
        }
        _ => false,
    }
}

fn member<'a>(json: &'a str, step: &Step) -> Option<&'a str> {
    match record::extract(json, std::slice::from_ref(step), Kind::Value)? {
        Cow::Borrowed(member) => Some(member),
        // Raw values of text are parts of it.
        Cow::Owned(_) => None,
    }
}

fn at_end(json: &str, holds: &mut impl FnMut(&Value<'_>) -> bool) -> bool {
    if json.starts_with('[')
        && let Some(elements) = record::elements(json, &[])
    {
        return holds(&Value::Array) || elements.into_iter().any(|element| at_end(element.trim_ascii(), holds));
    }
    holds(&value(json))
}

fn value(json: &str) -> Value<'_> {
    let text = || Value::Text(Cow::Borrowed(json));
    match json.as_bytes() {
        [b'"', inside @ .., b'"'] if memchr::memchr2(b'"', b'\\', inside).is_none() => {
            Value::Text(Cow::Borrowed(json.get(1..json.len() - 1).unwrap_or_default()))
        }
        [b'"', ..] => record::extract(json, &[], Kind::Text).map_or_else(text, Value::Text),
        [b'{', ..] => record::extract(json, &[], Kind::Value).map_or_else(text, |_| Value::Object(json)),
        b"null" => Value::Null,
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        [b'-' | b'0'..=b'9', ..] if record::extract(json, &[], Kind::Value).is_some() => Value::Number(json),
        _ => text(),
    }
}

impl Value<'_> {
    /// Whether its text holds: of an object its JSON without blanks, as it is and with its escapes resolved.
    pub(super) fn text_holds(&self, holds: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Null | Self::Array => false,
            Self::Bool(value) => holds(if *value { "true" } else { "false" }),
            Self::Number(text) => holds(text),
            Self::Text(text) => holds(text),
            Self::Object(json) => {
                let compact = record::extract(json, &[], Kind::Numeral).unwrap_or(Cow::Borrowed(json));
                holds(&compact) || compact.contains('\\') && holds(&record::plain(&compact))
            }
        }
    }
}

/// The steps of a path as Sigma writes it, with dots between keys; none for the value itself.
pub(super) fn steps(path: &str) -> Vec<Step> {
    if path.is_empty() { Vec::new() } else { path.split('.').map(|key| Step::ExactKey(key.into())).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, path: &str, expected: &[Value<'_>]) {
        let mut found = Vec::new();
        any(json, &steps(path), &mut |value| {
            found.push(match value {
                Value::Null => Value::Null,
                Value::Bool(value) => Value::Bool(*value),
                Value::Number(text) => Value::Text(Cow::Owned(format!("number {text}"))),
                Value::Text(text) => Value::Text(Cow::Owned(text.to_string())),
                Value::Object(json) => Value::Text(Cow::Owned(format!("object {json}"))),
                Value::Array => Value::Array,
            });
            false
        });
        assert_eq!(found, expected, "{json} {path}");
    }

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    #[test]
    fn paths_lead_through_arrays_and_end_in_them() {
        check(
            r#"[{"b":["x",["y"]]},{"b":null},{"c":1}]"#,
            "b",
            &[Value::Array, text("x"), Value::Array, text("y"), Value::Null],
        );
        check(r#"{"a":[{"b":1},[{"b":{"c":2}}]]}"#, "a.b", &[text("number 1"), text(r#"object {"c":2}"#)]);
        check(r#"[{"b":1},{"b":2}]"#, "1.b", &[text("number 2")]);
        check(r#""a\u0062c""#, "", &[text("abc")]);
        check("ConsoleLogin", "", &[text("ConsoleLogin")]);
        check("[S3Console/0.4]", "", &[text("[S3Console/0.4]")]);
        check("{}", "a", &[]);
    }

    #[test]
    fn an_object_has_the_text_of_its_json_with_and_without_escapes() {
        let object = Value::Object(r#"{ "policy" : "{\"Effect\":\"Allow\"}" }"#);
        for part in [r#"{"policy":""#, r#"\"Effect\""#, r#""Effect":"Allow""#] {
            assert!(object.text_holds(|text| text.contains(part)), "{part}");
        }
        assert!(!object.text_holds(|text| text.contains("{ ")));
    }
}
