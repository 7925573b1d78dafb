//! Patterns that are JSON: those of one kind of event become one.
//!
//! Records are of one kind when the members that say so are equal: source, name, type and category of the event, error
//! code, kind of identity. Other documents are of one kind when they have the same members on top. What is merged keeps
//! the members that all have; a member `"<Json-N>":"…"` stands for those that some have.

use std::collections::HashMap;

use super::super::class::Class;
use super::super::document::{IDENTITY, KIND};
use super::super::lex::placeholder;
use crate::record::{Event, visit};

/// Documents by kind, as they come.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    places: HashMap<String, usize>,
    groups: Vec<(Node, Vec<&'a str>)>,
}

impl<'a> Groups<'a> {
    /// Takes a pattern in, if it is a document.
    pub(super) fn take(&mut self, pattern: &'a str) -> bool {
        let Some(node) = parse(pattern) else { return false };
        let kind = node.kind();
        match self.places.get(&kind).and_then(|place| self.groups.get_mut(*place)) {
            Some((known, members)) => {
                let held = std::mem::replace(known, Node::Varied(Class::Json));
                *known = held.merge(node);
                members.push(pattern);
            }
            None => {
                self.places.insert(kind, self.groups.len());
                self.groups.push((node, vec![pattern]));
            }
        }
        true
    }

    /// The pattern of each kind, and the patterns it was made of.
    pub(super) fn finish(self) -> Vec<(String, Vec<&'a str>)> {
        let text = |node: &Node| {
            let (mut text, mut number) = (String::new(), 0);
            node.write(&mut text, &mut number);
            text
        };
        self.groups.into_iter().map(|(node, members)| (text(&node), members)).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    /// A value that is the same in all, as it is written.
    Same(String),
    /// Values of a class.
    Varied(Class),
    /// The members that all have, by their keys as they are written; and whether some have others.
    Object(Vec<(String, Node)>, bool),
    Array(Vec<Node>),
}

impl Node {
    /// What the documents that are merged with it have to be equal in.
    fn kind(&self) -> String {
        let Self::Object(members, _) = self else { return "[".to_owned() };
        fn member<'n>(members: &'n [(String, Node)], wanted: &str) -> Option<&'n Node> {
            members.iter().find(|(key, _)| key == wanted).map(|(_, node)| node)
        }
        let mut kind = String::new();
        let mut names: Vec<_> = KIND.iter().map(|name| (*name, member(members, name))).collect();
        if let Some(Self::Object(identity, _)) = member(members, IDENTITY.0) {
            names.push((IDENTITY.1, member(identity, IDENTITY.1)));
        }
        for (name, node) in names {
            if let Some(Self::Same(value)) = node {
                kind.push_str(name);
                kind.push_str(value);
            }
        }
        if kind.is_empty() {
            let mut keys: Vec<_> = members.iter().map(|(key, _)| key.as_str()).collect();
            keys.sort_unstable();
            kind = format!("{{{}", keys.join("\""));
        }
        kind
    }

    /// What both have in common. The order of keys is that of the first.
    fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same(one), Self::Same(other)) if one == other => Self::Same(one),
            (Self::Object(one, has_more), Self::Object(other, other_has_more)) => {
                let (before, length) = (one.len(), other.len());
                let mut others: HashMap<_, _> = other.into_iter().collect();
                let mut both = Vec::with_capacity(before);
                for (key, node) in one {
                    if let Some(other) = others.remove(&key) {
                        both.push((key, node.merge(other)));
                    }
                }
                let lost = both.len() < before || both.len() < length;
                Self::Object(both, has_more || other_has_more || lost)
            }
            (Self::Array(one), Self::Array(other)) => match (one.is_empty(), other.is_empty()) {
                (true, true) => Self::Array(Vec::new()),
                (false, false) if one == other => Self::Array(one),
                (false, false) => {
                    let element = one.into_iter().chain(other).reduce(Self::merge);
                    Self::Array(element.into_iter().collect())
                }
                _ => Self::Varied(Class::List),
            },
            (one, other) => Self::Varied(one.class().join(other.class())),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Same(raw) => Class::of_leaf(raw),
            Self::Varied(class) => *class,
            Self::Object(..) => Class::Json,
            Self::Array(_) => Class::List,
        }
    }

    fn write(&self, out: &mut String, number: &mut usize) {
        let mut next = |out: &mut String, class: Class| {
            *number += 1;
            out.push_str(&super::super::placeholder(class, *number, true));
        };
        match self {
            Self::Same(raw) => out.push_str(raw),
            Self::Varied(class) => next(out, *class),
            Self::Object(members, has_more) => {
                out.push('{');
                for (at, (key, node)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push('"');
                    out.push_str(key);
                    out.push_str("\":");
                    node.write(out, number);
                }
                if *has_more {
                    if !members.is_empty() {
                        out.push(',');
                    }
                    *number += 1;
                    out.push_str(&super::super::placeholder(Class::Json, *number, true));
                    out.push_str(":\"…\"");
                }
                out.push('}');
            }
            Self::Array(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    element.write(out, number);
                }
                out.push(']');
            }
        }
    }
}

/// The document that a pattern is.
fn parse(pattern: &str) -> Option<Node> {
    if !pattern.trim_ascii_start().starts_with(['{', '[']) {
        return None;
    }
    let mut open: Vec<Node> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut done = None;
    visit(pattern, |event| {
        let ended = match event {
            Event::Object => {
                open.push(Node::Object(Vec::new(), false));
                None
            }
            Event::Array => {
                open.push(Node::Array(Vec::new()));
                None
            }
            Event::Key(key) => {
                keys.push(key.to_owned());
                None
            }
            Event::Leaf(raw) => Some(match inside(raw).and_then(whole_placeholder) {
                Some(class) => Node::Varied(class),
                None => Node::Same(raw.to_owned()),
            }),
            Event::End => open.pop(),
        };
        if let Some(node) = ended {
            match open.last_mut() {
                Some(Node::Object(members, has_more)) => {
                    let key = keys.pop().unwrap_or_default();
                    if whole_placeholder(&key).is_some() {
                        *has_more = true;
                    } else {
                        members.push((key, node));
                    }
                }
                Some(Node::Array(elements)) => elements.push(node),
                _ => done = Some(node),
            }
        }
    })?;
    done
}

fn inside(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

fn whole_placeholder(text: &str) -> Option<Class> {
    placeholder(text).filter(|(_, length)| *length == text.len()).map(|(class, _)| class)
}
