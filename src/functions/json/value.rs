//! One JSON value, opened one level deep: what is inside stays the text it is.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::record;
use crate::schema::Kind;

/// A JSON value; numbers and the values inside as they are written.
#[derive(Debug)]
pub(in crate::functions) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Array(Vec<&'a str>),
    Object(Vec<(Cow<'a, str>, &'a str)>),
}

/// How many containers may be open at once where values are followed inwards.
pub(in crate::functions) const DEEPEST: usize = 128;

impl<'a> Json<'a> {
    /// The value a text is; none when it is not JSON.
    pub(in crate::functions) fn of(text: &'a str) -> Option<Self> {
        let text = text.trim_ascii();
        Some(match text.as_bytes().first()? {
            b'{' => Self::Object(record::members(text).filter(|_| is_json(text))?),
            b'[' => Self::Array(record::elements(text, &[]).filter(|_| is_json(text))?),
            b'"' => Self::Text(record::extract(text, &[], Kind::Text).filter(|_| is_json(text))?),
            b'n' if text == "null" => Self::Null,
            b't' if text == "true" => Self::Bool(true),
            b'f' if text == "false" => Self::Bool(false),
            _ if is_json(text) => Self::Number(text),
            _ => return None,
        })
    }

    /// How many elements or members there are; none for a scalar.
    pub(in crate::functions) fn length(&self) -> Option<usize> {
        match self {
            Self::Array(elements) => Some(elements.len()),
            Self::Object(members) => Some(members.len()),
            _ => None,
        }
    }

    /// The text of a string, number or boolean.
    pub(in crate::functions) fn scalar_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            Self::Number(text) => Some(Cow::Borrowed(text)),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Whether a text is one JSON value.
pub(in crate::functions) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A JSON value as text: strings without quotes, objects and arrays as JSON, null as none.
///
/// What is no JSON is taken as the text it is.
pub(in crate::functions) fn value_text(json: &str) -> Option<Cow<'_, str>> {
    match Json::of(json) {
        None => Some(Cow::Borrowed(json)),
        Some(Json::Null) => None,
        Some(Json::Array(_) | Json::Object(_)) => Some(Cow::Owned(compact(json))),
        Some(scalar) => scalar.scalar_text(),
    }
}

/// JSON without the blanks between its tokens.
pub(in crate::functions) fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for character in json.chars() {
        if is_text {
            (is_text, is_escaped) = match character {
                _ if is_escaped => (true, false),
                '\\' => (true, true),
                '"' => (false, false),
                _ => (true, false),
            };
        } else if matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            is_text = character == '"';
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_opened_one_level_deep() {
        let Some(Json::Object(members)) = Json::of(r#" {"a": [1, 2], "a\u0062": 1.0, "a": null} "#) else {
            panic!("not an object");
        };
        let members: Vec<_> = members.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
        assert_eq!(members, [("a", "[1, 2]"), ("ab", "1.0"), ("a", "null")]);
        assert!(matches!(Json::of("[1,{}]"), Some(Json::Array(elements)) if elements == ["1", "{}"]));
        assert!(matches!(Json::of("-1e5"), Some(Json::Number("-1e5"))));
        for bad in ["", "[1,]", "{\"a\"}", "tru", "\"a", "01", "1 2", "NaN", "\"a\" x"] {
            assert!(Json::of(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn only_blanks_between_tokens_go() {
        assert_eq!(compact("{ \"a b\" : [ 1 , \"x \\\" y\" ] }\n"), r#"{"a b":[1,"x \" y"]}"#);
    }
}
