//! The names within records, as a tree: what stands below `requestParameters`, and so on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A member of records, and its members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::repl) struct Tree {
    /// By name. The elements of a list are one member, `0`.
    #[serde(default, rename = "m", skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::repl) members: BTreeMap<Box<str>, Tree>,
    /// Whether the names below are data, such as the ids of instances, and are not kept.
    #[serde(default, rename = "d", skip_serializing_if = "std::ops::Not::not")]
    is_data: bool,
}

/// How deep names are learned.
const DEPTH: usize = 8;
/// An object with more names than this has data for names.
const MOST_MEMBERS: usize = 200;
/// How many elements of a list are looked at.
const MOST_ELEMENTS: usize = 8;

impl Tree {
    /// Takes in the names of a value, as long as there is room for more. Room is counted in names.
    pub(super) fn learn(&mut self, value: &Value, room: &mut usize) {
        self.learn_at(value, room, 0);
    }

    fn learn_at(&mut self, value: &Value, room: &mut usize, depth: usize) {
        if depth >= DEPTH || self.is_data {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members.iter().take(MOST_MEMBERS + 1) {
                    if let Some(below) = self.member(name, room) {
                        below.learn_at(value, room, depth + 1);
                    }
                }
            }
            Value::Array(elements) => {
                for element in elements.iter().take(MOST_ELEMENTS).filter(|element| element.is_object()) {
                    if let Some(below) = self.member(ELEMENT, room) {
                        below.learn_at(element, room, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// The member with this name, made where it is new; none where it is data, or there is no room.
    fn member(&mut self, name: &str, room: &mut usize) -> Option<&mut Self> {
        let is_new = !self.members.contains_key(name);
        if is_new && self.members.len() >= MOST_MEMBERS {
            self.members.clear();
            self.is_data = true;
        }
        if self.is_data {
            return None;
        }
        self.entry(name, room)
    }

    /// The member with this name, made where it is new; none where it is no name, or there is no room.
    fn entry(&mut self, name: &str, room: &mut usize) -> Option<&mut Self> {
        if !self.members.contains_key(name) {
            if *room == 0 || name != ELEMENT && !is_name(name) {
                return None;
            }
            *room -= 1;
            self.members.insert(name.into(), Self::default());
        }
        self.members.get_mut(name)
    }

    /// Takes in what is known of the same event. What is data there is data here.
    pub(super) fn absorb(&mut self, other: &Self, room: &mut usize) {
        self.overlay(other, room);
        self.forget_data(other, 0);
    }

    fn forget_data(&mut self, other: &Self, depth: usize) {
        if other.is_data {
            self.members.clear();
            self.is_data = true;
        }
        for (name, below) in other.members.iter().filter(|_| depth < DEPTH) {
            if let Some(member) = self.members.get_mut(name) {
                member.forget_data(below, depth + 1);
            }
        }
    }

    /// Takes in the names of another event. Thousands of names may stand at one place then.
    pub(super) fn overlay(&mut self, other: &Self, room: &mut usize) {
        self.overlay_at(other, room, 0);
    }

    fn overlay_at(&mut self, other: &Self, room: &mut usize, depth: usize) {
        for (name, below) in other.members.iter().filter(|_| depth < DEPTH) {
            if let Some(member) = self.entry(name, room) {
                member.overlay_at(below, room, depth + 1);
            }
        }
    }

    /// What stands below a path. Names may be written in any case.
    pub(in crate::repl) fn at<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Option<&Self> {
        let mut tree = self;
        for name in path {
            let any_case =
                || tree.members.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, tree)| tree);
            tree = tree.members.get(name).or_else(any_case)?;
        }
        Some(tree)
    }

    /// Shows every path whose last name is fit, at most so many.
    pub(in crate::repl) fn find(&self, is_fit: &dyn Fn(&str) -> bool, most: usize) -> Vec<Vec<&str>> {
        let mut found = Vec::new();
        self.find_at(is_fit, most, &mut Vec::new(), &mut found);
        found
    }

    fn find_at<'t>(
        &'t self,
        is_fit: &dyn Fn(&str) -> bool,
        most: usize,
        path: &mut Vec<&'t str>,
        found: &mut Vec<Vec<&'t str>>,
    ) {
        for (name, below) in &self.members {
            if found.len() >= most {
                return;
            }
            path.push(name);
            if is_fit(name) {
                found.push(path.clone());
            }
            below.find_at(is_fit, most, path, found);
            path.pop();
        }
    }

    /// How many names there are.
    pub(super) fn size(&self) -> usize {
        self.members.values().map(|below| 1 + below.size()).sum()
    }
}

/// The elements of a list.
pub(in crate::repl) const ELEMENT: &str = "0";

/// Whether a key names something, rather than being data: an account, an ARN, an address, an id.
fn is_name(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'$');
    let is_short = (1..=64).contains(&key.len());
    let begins = key.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'));
    is_short
        && begins
        && key.bytes().all(is_plain)
        && !key.starts_with("arn:")
        && !key.split(['-', ':', '.']).any(is_id)
}

/// Whether a part of a key looks made by a machine: many digits, or hexadecimal with a digit in it.
fn is_id(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let is_hexadecimal = part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_key = part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    digits >= 6 || digits > 0 && (part.len() >= 8 && is_hexadecimal || is_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_data_are_no_names() {
        for name in
            ["instanceType", "x-amz-acl", "aws:SourceArn", "ec2RoleDelivery", "X-Amz-Algorithm", "$schema", "ARN"]
        {
            assert!(is_name(name), "{name}");
        }
        let data = [
            "",
            "123456789012",
            "arn:aws:iam::123456789012:user/x",
            "someone@example.com",
            "i-0abc123def4567890",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "192.0.2.1",
            "AKIAIOSFODNN7EXAMPLE",
            "two words",
            "a\u{1b}[31m",
            "ключ",
        ];
        for key in data {
            assert!(!is_name(key), "{key}");
        }
    }

    #[test]
    fn names_are_learned_level_by_level() {
        let mut tree = Tree::default();
        let value = serde_json::json!({"a": {"b": [{"c": 1}, {"d": {}}]}, "123456789012": 1});
        tree.learn(&value, &mut 100);
        assert_eq!(tree.size(), 5);
        let below: Vec<_> = tree.at(["A", "b", "0"]).expect("a path").members.keys().map(|name| &**name).collect();
        assert_eq!(below, ["c", "d"]);
        assert_eq!(tree.find(&|name| name == "d", 9), [["a", "b", "0", "d"]]);
    }

    #[test]
    fn what_is_learned_is_bounded() {
        let many: serde_json::Map<_, _> = (0..1000).map(|n| (format!("k{n}"), Value::Null)).collect();
        let mut tree = Tree::default();
        tree.learn(&Value::Object(many.clone()), &mut 10_000);
        assert!(tree.is_data && tree.members.is_empty());
        let mut tree = Tree::default();
        tree.learn(&Value::Object(many), &mut 10);
        assert_eq!(tree.size(), 10);
        let mut deep = Value::Null;
        for _ in 0..50 {
            deep = serde_json::json!({ "a": deep });
        }
        let mut tree = Tree::default();
        tree.learn(&deep, &mut 100);
        assert_eq!(tree.size(), DEPTH);
    }

    #[test]
    fn data_of_one_event_hides_no_names_of_another() {
        let many: serde_json::Map<_, _> = (0..1000).map(|n| (format!("k{n}"), Value::Null)).collect();
        let mut data = Tree::default();
        data.learn(&serde_json::json!({ "a": many }), &mut 10_000);
        let mut names = Tree::default();
        names.learn(&serde_json::json!({"a": {"b": 1}}), &mut 100);
        let mut all = Tree::default();
        all.overlay(&data, &mut 100);
        all.overlay(&names, &mut 100);
        assert!(all.at(["a", "b"]).is_some());
        names.absorb(&data, &mut 100);
        assert!(names.at(["a", "b"]).is_none());
    }
}
