//! The way a selector of CloudWatch goes from a record to values: `$.resources[*].ARN`.
//!
//! Names are exact. A name leads only into objects, a number only into arrays; where the way ends there is nothing,
//! and never an error.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::record;
use crate::schema::{Kind, Step};

/// One step of a selector.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// `.name` or `['name']`
    Key(Box<str>),
    /// `[0]`
    Index(usize),
    /// `[*]`: every element of an array.
    Elements,
    /// `.*`: every member of an object.
    Members,
}

impl Part {
    /// Whether it leads to several values.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Elements | Self::Members)
    }
}

/// Whether a name needs no quotes in a selector.
#[must_use]
pub fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

/// A selector as it is written, from its `$`.
#[must_use]
pub fn write(parts: &[Part]) -> String {
    let mut text = "$".to_owned();
    for part in parts {
        let _ = match part {
            Part::Key(name) if !name.is_empty() && name.chars().all(is_name) => write!(text, ".{name}"),
            Part::Key(name) if name.contains('\'') => write!(text, ".[\"{name}\"]"),
            Part::Key(name) => write!(text, ".['{name}']"),
            Part::Index(index) => write!(text, "[{index}]"),
            Part::Elements => write!(text, "[*]"),
            Part::Members => write!(text, ".*"),
        };
    }
    text
}

/// The steps of a selector. None for what is no selector.
#[must_use]
pub fn parse(text: &str) -> Option<Vec<Part>> {
    let mut rest = text.strip_prefix('$')?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, after) = step(rest)?;
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

fn step(text: &str) -> Option<(Part, &str)> {
    let (dotted, rest) = match text.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let Some(inside) = rest.strip_prefix('[') else {
        if let Some(after) = rest.strip_prefix('*').filter(|_| dotted) {
            return Some((Part::Members, after));
        }
        let end = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
        return (dotted && end > 0).then(|| (Part::Key(rest[..end].into()), &rest[end..]));
    };
    if let Some(quote) = inside.chars().next().filter(|first| matches!(first, '\'' | '"')) {
        let (name, after) = inside[1..].split_once(quote)?;
        return Some((Part::Key(name.into()), after.strip_prefix(']')?));
    }
    let (index, after) = inside.split_once(']').filter(|_| !dotted)?;
    if index == "*" {
        return Some((Part::Elements, after));
    }
    let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    // An index beyond what a number can say is beyond every array.
    is_number.then(|| (Part::Index(index.parse().unwrap_or(usize::MAX)), after))
}

/// Calls `visit` with every value that the steps lead to, as raw JSON, until it says to stop. Whether it did.
pub(super) fn walk(json: &str, parts: &[Part], visit: &mut impl FnMut(&str) -> bool) -> bool {
    let Some((first, rest)) = parts.split_first() else { return visit(json) };
    match first {
        Part::Key(key) => match record::extract(json, &[Step::ExactKey(key.clone())], Kind::Value) {
            Some(Cow::Borrowed(value)) => walk(value, rest, visit),
            Some(Cow::Owned(value)) => walk(&value, rest, visit),
            None => false,
        },
        Part::Index(index) => {
            let elements = record::elements(json, &[]).unwrap_or_default();
            elements.get(*index).is_some_and(|element| walk(element, rest, visit))
        }
        Part::Elements => {
            let elements = record::elements(json, &[]).unwrap_or_default();
            elements.iter().any(|element| walk(element, rest, visit))
        }
        Part::Members => {
            let members = record::members(json).unwrap_or_default();
            // Of equal keys the last one counts.
            let mut last = std::collections::HashMap::with_capacity(members.len());
            for (at, (key, _)) in members.iter().enumerate() {
                last.insert(key.as_ref(), at);
            }
            let each = members.iter().enumerate().filter(|(at, (key, _))| last.get(key.as_ref()) == Some(at));
            each.into_iter().any(|(_, (_, value))| walk(value, rest, visit))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str, selector: &str) -> Vec<String> {
        let mut found = Vec::new();
        walk(json, &parse(selector).expect(selector), &mut |value: &str| {
            found.push(value.to_owned());
            false
        });
        found
    }

    #[test]
    fn a_selector_is_written_as_it_is_read() {
        for text in ["$.a.b", "$.a[0][1]", "$.a[*].b", "$.*", "$.a.['x.y'].b", "$[3]", "$.a-b_1", "$.[\"it's\"]"] {
            assert_eq!(write(&parse(text).expect(text)), text);
        }
        assert_eq!(parse("$['a']"), parse("$.a"));
        for text in ["", "a", "$a", "$.", "$.a.", "$.a[", "$.a[x]", "$.a['x'", "$.[0]", "$.a b", "$.a[]", "$[-1]"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_way_that_ends_leads_to_nothing() {
        let json = r#"{"a":[{"b":1},{"b":null},{"c":3}],"0":"x","s":"t"}"#;
        assert_eq!(values(json, "$.a[*].b"), ["1", "null"]);
        assert_eq!(values(json, "$.a[1].b"), ["null"]);
        for selector in ["$.a[7]", "$[0]", "$.a.b", "$.s.t", "$.s[0]", "$.s[*]", "$.a.*", "$.A", "$.a[0][0]"] {
            assert!(values(json, selector).is_empty(), "{selector}");
        }
        assert_eq!(values(r#"{"a":1,"b":{"a":2},"a":3}"#, "$.*"), [r#"{"a":2}"#, "3"]);
    }
}
