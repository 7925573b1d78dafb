//! The shape of JSON: its keys in the order they stand, and the kinds of its values.
//!
//! What says which kind of event a record is stays as it is. The elements of an array are a set: those of one shape
//! count as one, in the order of their shapes, so that lists of different lengths do not differ.

use std::collections::BTreeMap;

use super::class::Class;
use super::shape::{Shape, Slot};
use crate::record::{Event, visit};

/// The members of a record that say what kind of event it is.
pub(super) const KIND: &[&str] =
    &["eventSource", "eventName", "eventType", "eventCategory", "errorCode", "readOnly", "managementEvent"];

/// The object in a record, and its member, that say what kind of identity acted.
pub(super) const IDENTITY: (&str, &str) = ("userIdentity", "type");

/// A longer value of those is no name of a kind.
const LONGEST_NAME: usize = 128;

/// The shape of a text that is a JSON object or array; none for other texts.
pub(super) fn shape(text: &str) -> Option<Shape<'_>> {
    let first = text.bytes().find(|byte| !byte.is_ascii_whitespace())?;
    if !matches!(first, b'{' | b'[') {
        return None;
    }
    let shape = Shape { text: String::with_capacity(text.len()), slots: Vec::new(), is_document: true };
    let mut walk = Walk { shape, open: Vec::new(), keeps_next: false };
    visit(text, |event| walk.take(event))?;
    Some(walk.shape)
}

struct Walk<'a> {
    shape: Shape<'a>,
    open: Vec<Open>,
    /// Whether the value that comes next stays as it is.
    keeps_next: bool,
}

/// An object or array that has not ended.
enum Open {
    Object {
        is_first: bool,
        /// Whether it is the one that says who acted.
        is_identity: bool,
    },
    Array {
        /// Where its elements begin: in the shape, and among the values.
        start: Mark,
        /// Where each element ends.
        ends: Vec<Mark>,
    },
}

/// A place in the shape, and in the list of values.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    text: usize,
    slots: usize,
}

impl<'a> Walk<'a> {
    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Object => {
                let is_identity = self.keeps_next;
                self.keeps_next = false;
                self.shape.text.push('{');
                self.open.push(Open::Object { is_first: true, is_identity });
            }
            Event::Array => {
                self.keeps_next = false;
                self.shape.text.push('[');
                let start = self.mark();
                self.open.push(Open::Array { start, ends: Vec::new() });
            }
            Event::Key(key) => {
                let depth = self.open.len();
                if let Some(Open::Object { is_first, is_identity }) = self.open.last_mut() {
                    if !std::mem::take(is_first) {
                        self.shape.text.push(',');
                    }
                    self.keeps_next = match depth {
                        1 => KIND.contains(&key) || key == IDENTITY.0,
                        2 => *is_identity && key == IDENTITY.1,
                        _ => false,
                    };
                }
                self.shape.text.push('"');
                self.shape.text.push_str(key);
                self.shape.text.push_str("\":");
            }
            Event::Leaf(raw) => {
                if std::mem::take(&mut self.keeps_next) && raw.len() <= LONGEST_NAME {
                    self.shape.text.push_str(raw);
                } else {
                    let name = match raw.as_bytes().first() {
                        Some(b'"') => "String",
                        Some(b't' | b'f') => "Boolean",
                        Some(b'n') => "Null",
                        _ => "Number",
                    };
                    self.shape.push_slot(name, None, raw);
                }
                self.end_value();
            }
            Event::End => {
                match self.open.pop() {
                    Some(Open::Array { start, ends }) => {
                        self.gather(start, &ends);
                        self.shape.text.push(']');
                    }
                    _ => self.shape.text.push('}'),
                }
                self.end_value();
            }
        }
    }

    fn mark(&self) -> Mark {
        Mark { text: self.shape.text.len(), slots: self.shape.slots.len() }
    }

    fn end_value(&mut self) {
        let mark = self.mark();
        if let Some(Open::Array { ends, .. }) = self.open.last_mut() {
            ends.push(mark);
        }
    }

    /// Brings the elements of an array down to one of each shape.
    fn gather(&mut self, start: Mark, ends: &[Mark]) {
        if ends.len() < 2 {
            return;
        }
        let mut kinds: BTreeMap<String, Vec<Slot<'a>>> = BTreeMap::new();
        let mut from = start;
        for end in ends {
            let text = self.shape.text.get(from.text..end.text).unwrap_or_default();
            let slots = self.shape.slots.get(from.slots..end.slots).unwrap_or_default();
            match kinds.get_mut(text) {
                Some(known) => known.iter_mut().zip(slots).for_each(|(known, slot)| absorb(known, slot)),
                None => {
                    let here = |slot: &Slot<'a>| Slot { at: slot.at.saturating_sub(from.text), ..*slot };
                    kinds.insert(text.to_owned(), slots.iter().map(here).collect());
                }
            }
            from = *end;
        }
        self.shape.text.truncate(start.text);
        self.shape.slots.truncate(start.slots);
        for (number, (text, slots)) in kinds.into_iter().enumerate() {
            if number > 0 {
                self.shape.text.push(',');
            }
            let base = self.shape.text.len();
            self.shape.text.push_str(&text);
            self.shape.slots.extend(slots.into_iter().map(|slot| Slot { at: slot.at + base, ..slot }));
        }
    }
}

/// Takes the value of another element into a slot.
fn absorb(known: &mut Slot<'_>, other: &Slot<'_>) {
    if known.value.is_some() && known.value == other.value {
        return;
    }
    if known.class != Some(Class::Token) {
        known.class = Some(known.class().join(other.class()));
    }
    known.value = None;
}
