//! Public keys by fingerprint: what signatures of digest files are checked with.
//!
//! Keys come from files ([`PublicKeys::read`]) or from CloudTrail itself ([`fetch()`]), and are the root of trust: nothing
//! of an archive decides which of them count. A key that cannot be used is kept with the reason, so that a digest file
//! which names it is told from one whose key was never given.

mod fetch;
mod key;
mod listed;
mod place;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

pub use fetch::{OfRegion, fetch, is_region};
pub use key::{PublicKey, Unusable, Validity};
pub use listed::{ListedKey, document};
pub use place::within;
pub use read::Error;

/// Public keys by fingerprint.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys {
    /// By fingerprint in lower case.
    keys: BTreeMap<String, Known>,
    notes: Vec<Note>,
}

#[derive(Debug, Clone)]
struct Known {
    key: Result<PublicKey, Unusable>,
    /// The bytes that the fingerprint is of, or the text where it is no base64.
    value: Vec<u8>,
    /// Where it stood, for messages.
    from: String,
}

/// What is to be said once, when keys were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was found.
    pub message: String,
    /// The remedy.
    pub help: String,
}

/// What is known of a fingerprint.
#[derive(Debug, Clone, Copy)]
pub enum KeyLookup<'k> {
    /// A key that signatures can be checked with.
    Usable(&'k PublicKey),
    /// A key was given, but cannot be used.
    Unusable(&'k Unusable),
    /// No key with this fingerprint was given.
    NotFound,
}

impl PublicKeys {
    /// Reads key files, and merges them.
    ///
    /// # Errors
    /// As [`Error`] says: a file that cannot be read or is no list of keys, or two values of one fingerprint.
    pub fn read(files: &[PathBuf]) -> Result<Self, Error> {
        let mut keys = Self::default();
        for file in files {
            read::file(file, &mut keys)?;
        }
        Ok(keys)
    }

    /// Keys as CloudTrail listed them; `from` says where, for messages: `region us-east-1`.
    ///
    /// # Errors
    /// [`Error::Differs`] for two values of one fingerprint.
    pub fn of(listed: impl IntoIterator<Item = ListedKey>, from: &str) -> Result<Self, Error> {
        let mut keys = Self::default();
        listed.into_iter().try_for_each(|listed| keys.add(&listed, from))?;
        Ok(keys)
    }

    /// Takes other keys in.
    ///
    /// # Errors
    /// [`Error::Differs`] for two values of one fingerprint.
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        for (fingerprint, known) in other.keys {
            self.insert(fingerprint, known)?;
        }
        for note in other.notes {
            self.note(note);
        }
        Ok(())
    }

    /// Whether there is no key, not even one that cannot be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What is known of a fingerprint, which is compared without regard to case.
    #[must_use]
    pub fn get(&self, fingerprint: &str) -> KeyLookup<'_> {
        match self.keys.get(&fingerprint.to_ascii_lowercase()) {
            Some(Known { key: Ok(key), .. }) => KeyLookup::Usable(key),
            Some(Known { key: Err(reason), .. }) => KeyLookup::Unusable(reason),
            None => KeyLookup::NotFound,
        }
    }

    /// The fingerprints of keys that can be used, in lower case and in order.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|(_, known)| known.key.is_ok()).map(|(fingerprint, _)| fingerprint.as_str())
    }

    /// What is to be said of the keys, once.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn add(&mut self, listed: &ListedKey, from: &str) -> Result<(), Error> {
        let (value, key) = PublicKey::of(listed);
        let fingerprint = listed.fingerprint();
        if let Err(reason) = &key {
            self.note(Note {
                message: format!("the key `{fingerprint}` of {from} cannot be used: {reason}"),
                help: "digest files that it signed stay unproven; `trailql public-keys` fetches keys again".to_owned(),
            });
        }
        self.insert(fingerprint, Known { key, value, from: from.to_owned() })
    }

    fn insert(&mut self, fingerprint: String, known: Known) -> Result<(), Error> {
        match self.keys.entry(fingerprint) {
            Entry::Vacant(entry) => {
                entry.insert(known);
            }
            Entry::Occupied(entry) if entry.get().value != known.value => {
                return Err(Error::Differs {
                    fingerprint: entry.key().clone(),
                    first: entry.get().from.clone(),
                    second: known.from,
                });
            }
            Entry::Occupied(mut entry) => {
                if let (Ok(key), Ok(other)) = (&mut entry.get_mut().key, &known.key) {
                    key.widen(other.validity());
                }
            }
        }
        Ok(())
    }
}
