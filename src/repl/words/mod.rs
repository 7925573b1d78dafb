//! Words that completion offers and no schema knows: names of events, error codes, accounts, regions, and the paths
//! within records. They are learned from a few log files while the shell waits for its user, and kept for the next time.

mod cache;
mod learn;
mod paths;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use learn::Learning;
pub(super) use paths::{ELEMENT, Tree};

/// What is known so far. Cheap to read while somebody learns.
#[derive(Debug, Default)]
pub(super) struct Words(RwLock<Arc<Known>>);

impl Words {
    /// What is known now.
    pub(super) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in what was learned of an archive.
    pub(super) fn absorb(&self, learned: &Learned) {
        let mut all = Learned::clone(&self.known().learned);
        all.absorb(learned);
        let known = Arc::new(Known::new(all));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

/// What is known, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) learned: Learned,
    /// The paths of every event.
    pub(super) paths: Tree,
}

impl Known {
    fn new(learned: Learned) -> Self {
        let mut paths = Tree::default();
        let mut room = MOST_PATHS;
        learned.paths.values().for_each(|tree| paths.overlay(tree, &mut room));
        Self { learned, paths }
    }

    /// The paths of records with these names, or of all records when nothing is known of these.
    pub(super) fn paths_of(&self, events: &[String]) -> Cow<'_, Tree> {
        let mut room = MOST_PATHS;
        let mut tree = Tree::default();
        for event in events {
            if let Some(paths) = self.learned.paths.get(event.as_str()) {
                tree.overlay(paths, &mut room);
            }
        }
        if tree.members.is_empty() { Cow::Borrowed(&self.paths) } else { Cow::Owned(tree) }
    }
}

/// What is learned of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Learned {
    /// Names of events by who writes them.
    pub(super) events: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    pub(super) error_codes: BTreeSet<Box<str>>,
    pub(super) accounts: BTreeSet<Box<str>>,
    pub(super) regions: BTreeSet<Box<str>>,
    /// Paths by the name of the event.
    pub(super) paths: BTreeMap<Box<str>, Tree>,
}

/// Paths of all events together.
const MOST_PATHS: usize = 20_000;
/// Names of events of one source, of which some have hundreds.
const MOST_EVENTS: usize = 2_000;
const MOST_SOURCES: usize = 1_000;
const MOST_CODES: usize = 2_000;
const MOST_ACCOUNTS: usize = 20_000;
const MOST_REGIONS: usize = 200;

impl Learned {
    /// Takes in a record.
    pub(super) fn learn(&mut self, record: &Value, room: &mut usize) {
        let text = |name: &str| record.get(name).and_then(Value::as_str).filter(|text| is_word(text));
        let name = text("eventName");
        if let Some(source) = text("eventSource") {
            self.add_event(source, name);
        }
        if let Some(code) = text("errorCode") {
            insert(&mut self.error_codes, code, MOST_CODES);
        }
        if let Some(name) = name {
            if !self.paths.contains_key(name) {
                if *room == 0 {
                    return;
                }
                self.paths.insert(name.into(), Tree::default());
            }
            if let Some(tree) = self.paths.get_mut(name) {
                tree.learn(record, room);
            }
        }
    }

    fn add_event(&mut self, source: &str, name: Option<&str>) {
        if !self.events.contains_key(source) {
            if self.events.len() >= MOST_SOURCES {
                return;
            }
            self.events.insert(source.into(), BTreeSet::new());
        }
        if let (Some(names), Some(name)) = (self.events.get_mut(source), name) {
            insert(names, name, MOST_EVENTS);
        }
    }

    /// Takes in what a log file's key says.
    pub(super) fn learn_place(&mut self, account: Option<&str>, region: Option<&str>) {
        if let Some(account) = account.filter(|text| is_word(text)) {
            insert(&mut self.accounts, account, MOST_ACCOUNTS);
        }
        if let Some(region) = region.filter(|text| is_word(text)) {
            insert(&mut self.regions, region, MOST_REGIONS);
        }
    }

    /// Takes in what was learned elsewhere, or comes from a file that anybody may have written.
    pub(super) fn absorb(&mut self, other: &Self) {
        for (source, names) in other.events.iter().filter(|(source, _)| is_word(source)) {
            self.add_event(source, None);
            names.iter().filter(|name| is_word(name)).for_each(|name| self.add_event(source, Some(name)));
        }
        let codes = other.error_codes.iter().filter(|code| is_word(code));
        codes.for_each(|code| insert(&mut self.error_codes, code, MOST_CODES));
        other.accounts.iter().for_each(|account| self.learn_place(Some(account), None));
        other.regions.iter().for_each(|region| self.learn_place(None, Some(region)));
        let mut room = MOST_PATHS.saturating_sub(self.paths.values().map(Tree::size).sum());
        for (name, paths) in other.paths.iter().filter(|(name, _)| is_word(name)) {
            if room == 0 {
                break;
            }
            self.paths.entry(name.clone()).or_default().absorb(paths, &mut room);
        }
    }
}

/// Adds a word to a set that has a bound.
fn insert(words: &mut BTreeSet<Box<str>>, word: &str, most: usize) {
    if words.len() < most && !words.contains(word) {
        words.insert(word.into());
    }
}

/// Whether a value from a record is fit to be offered: short, and printable.
fn is_word(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_values_are_not_learned() {
        let mut learned = Learned::default();
        let record = serde_json::json!({"eventSource": "a\u{1b}[2J", "eventName": "x\n", "errorCode": "é"});
        learned.learn(&record, &mut 100);
        assert_eq!(learned, Learned::default());
        let mut from_file = Learned::default();
        from_file.accounts.insert("1\u{202e}2".into());
        from_file.paths.insert("a\u{7}".into(), Tree::default());
        learned.absorb(&from_file);
        assert_eq!(learned, Learned::default());
    }

    #[test]
    fn what_is_known_of_an_event_is_offered_for_it_alone() {
        let words = Words::default();
        let mut learned = Learned::default();
        let mut room = 100;
        let record = |name: &str, key: &str| serde_json::json!({"eventName": name, "requestParameters": {key: 1}});
        learned.learn(&record("A", "one"), &mut room);
        learned.learn(&record("B", "two"), &mut room);
        words.absorb(&learned);
        let known = words.known();
        let below = |events: &[String]| {
            let paths = known.paths_of(events);
            let tree = paths.at(["requestParameters"]).cloned().unwrap_or_default();
            tree.members.keys().map(|name| name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(below(&["A".to_owned()]), ["one"]);
        assert_eq!(below(&[]), ["one", "two"]);
        assert_eq!(below(&["C".to_owned()]), ["one", "two"]);
    }
}
