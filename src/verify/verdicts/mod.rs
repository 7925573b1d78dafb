//! What a verification says of each log file, to be compared with the bytes that a query reads.
//!
//! A verdict is about content: a log file that an authenticated digest file lists is verified where the bytes that are
//! read hash as the digest says, whatever they hashed to when the verification was run.
//!
//! Memory: some 60 bytes a log file.

mod collect;
mod place;
mod report;
mod state;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use super::content::Hash;
use crate::record::Packing;
pub use collect::collect;
pub use place::Root;
use place::{Origin, split};

/// What verifications say of log files.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// Sorted by their keys.
    entries: Vec<Entry>,
    origins: Vec<Origin>,
    reasons: Vec<Arc<str>>,
    /// Whether there is more than one archive, so that what was verified elsewhere is not looked for by its name.
    is_shared: AtomicBool,
}

/// What is kept of a key: its hash, cut so that nobody finds two keys with the same.
type Key = [u8; 16];

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: Key,
    says: Says,
    origin: u32,
}

/// What is said of one log file. Numbers are those of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// An authenticated digest file lists it with this hash.
    Listed(Hash),
    /// It is not what CloudTrail delivered.
    Refuted(u32),
    /// Nothing tells.
    Unknown(u32),
}

/// What a verification says of a log file whose bytes are in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it is proven unchanged; none where nothing tells.
    pub verified: Option<bool>,
    /// Why it is not, in the words of the verification's statuses.
    pub reason: Option<Arc<str>>,
}

impl Judgement {
    /// Of files that nobody asked about.
    #[must_use]
    pub fn not_asked() -> Self {
        static REASON: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("no verification was asked for (--verified)"));
        Self { verified: None, reason: Some(Arc::clone(&REASON)) }
    }

    fn proven() -> Self {
        Self { verified: Some(true), reason: None }
    }

    fn because(verified: Option<bool>, reason: impl Into<Arc<str>>) -> Self {
        Self { verified, reason: Some(reason.into()) }
    }
}

/// The reports and state files of verifications cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be read.
    #[error("cannot read the verification's report `{path}`: {source}")]
    Read {
        /// The file.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("`{path}` is no report of a verification: {why}")]
    Wrong {
        /// The file.
        path: String,
        /// What was found.
        why: String,
    },
    /// It leaves out the files that are valid.
    #[error("`{0}` leaves out the log files that are valid")]
    Brief(String),
}

impl ReportError {
    /// What may be done about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Read { .. } => "name a file that `trailql verify --verbose --format json` wrote".to_owned(),
            Self::Wrong { .. } => {
                "`trailql verify --verbose --format json` or `jsonl` writes one; a file of --state will do, too"
                    .to_owned()
            }
            Self::Brief(_) => "have it written with `trailql verify --verbose --format json`".to_owned(),
        }
    }
}

/// A verdict over one log file, as it is met in a report.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// An authenticated digest file lists it with this SHA-256 of its uncompressed content.
    Listed(Hash),
    /// It is not what CloudTrail delivered, and why.
    Refuted(String),
    /// Nothing tells, and why.
    Unknown(String),
}

/// Collects verdicts.
#[derive(Debug, Default)]
pub struct Collector {
    entries: Vec<Entry>,
    origins: HashMap<(Option<String>, String, Option<String>), u32>,
    /// The archive that the verification was about, and where each of its verdicts came from.
    archive: Option<String>,
    reasons: HashMap<Arc<str>, u32>,
    done: Verdicts,
}

impl Collector {
    /// Reads what a verification wrote: a report in JSON, as one document or a line each, or a state file.
    ///
    /// # Errors
    /// When it cannot be read, or does not tell which files are valid.
    pub fn read(&mut self, path: &std::path::Path) -> Result<(), ReportError> {
        report::read(path, self)?;
        self.settle();
        Ok(())
    }

    /// Notes the archive that the verdicts until [`settle`](Self::settle) are about, as the user named it.
    pub fn of_archive(&mut self, archive: &str) {
        self.archive = Some(archive.to_owned());
    }

    /// Notes a verdict over a log file: its signed name `s3://bucket/key`, and its path where it lies on disk.
    pub fn add(&mut self, uri: &str, path: Option<&str>, verdict: Verdict) {
        let says = match verdict {
            Verdict::Listed(hash) => Says::Listed(hash),
            Verdict::Refuted(reason) => Says::Refuted(self.reason(&reason)),
            Verdict::Unknown(reason) => Says::Unknown(self.reason(&reason)),
        };
        let (bucket, key) = match uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) {
            Some((bucket, key)) => (Some(bucket), key),
            None => (None, uri),
        };
        let (prefix, tail) = split(key);
        let (place, tail_on_disk) = match path.map(split) {
            Some((place, tail)) => (Some(place), Some(tail)),
            None => (None, None),
        };
        let origin = self.origin(bucket, prefix, place);
        self.entries.push(Entry { key: key_of(tail), says, origin });
        // Unpacked copies, and copies without the folders of a trail, go by other names on disk.
        if let Some(other) = tail_on_disk.filter(|other| *other != tail) {
            self.entries.push(Entry { key: key_of(other), says, origin });
        }
    }

    fn origin(&mut self, bucket: Option<&str>, prefix: &str, place: Option<&str>) -> u32 {
        let next = u32::try_from(self.done.origins.len() + self.origins.len()).unwrap_or(u32::MAX);
        let key = (bucket.map(str::to_owned), prefix.to_owned(), place.map(str::to_owned));
        *self.origins.entry(key).or_insert(next)
    }

    fn reason(&mut self, reason: &str) -> u32 {
        if let Some(known) = self.reasons.get(reason) {
            return *known;
        }
        let number = u32::try_from(self.done.reasons.len()).unwrap_or(u32::MAX);
        let reason: Arc<str> = Arc::from(reason);
        self.done.reasons.push(Arc::clone(&reason));
        self.reasons.insert(reason, number);
        number
    }

    /// Ends the verdicts over one archive.
    pub fn settle(&mut self) {
        let archive = self.archive.take();
        let mut origins: Vec<_> = self.origins.drain().collect();
        origins.sort_by_key(|(_, number)| *number);
        let origins = origins
            .into_iter()
            .map(|((bucket, prefix, place), _)| Origin::new(bucket, prefix, place.as_deref(), archive.as_deref()));
        self.done.origins.extend(origins);
        self.done.entries.append(&mut self.entries);
    }

    /// The verdicts, for a session of as many archives.
    #[must_use]
    pub fn finish(mut self, archives: usize) -> Verdicts {
        self.settle();
        self.done.is_shared = AtomicBool::new(archives > 1);
        self.done.entries.sort_by_key(|entry| entry.key);
        self.done
    }
}

fn key_of(tail: &str) -> Key {
    let hash: Hash = Sha256::digest(tail.as_bytes()).into();
    hash.first_chunk().copied().unwrap_or_default()
}

impl Verdicts {
    /// How many verdicts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Notes that there is another archive: from now on a name alone tells nothing.
    pub fn share(&self) {
        self.is_shared.store(true, Ordering::Relaxed);
    }

    /// What is said of a log file of an archive, given its key below the archive's root, with this content.
    #[must_use]
    pub fn judge(&self, root: &Root, key: &str, content: &[u8], packing: Packing) -> Judgement {
        let said = match self.said_of(root, key) {
            Ok(said) => said,
            Err(why) => return Judgement::because(None, why),
        };
        let mut listed = said.iter().filter_map(|says| if let Says::Listed(hash) = says { Some(hash) } else { None });
        if let Some(first) = listed.next() {
            match packing {
                Packing::Regular => {}
                Packing::TrailingData => return Judgement::because(Some(false), "malformed: trailing data"),
            }
            let hash: Hash = Sha256::digest(content).into();
            return match *first == hash || listed.any(|other| *other == hash) {
                true => Judgement::proven(),
                false => Judgement::because(Some(false), "modified"),
            };
        }
        let because = |verified, reason: u32| {
            let reason = self.reasons.get(reason as usize).map_or_else(|| Arc::from("unknown"), Arc::clone);
            Judgement { verified, reason: Some(reason) }
        };
        let refuted = said.iter().find_map(|says| if let Says::Refuted(reason) = says { Some(*reason) } else { None });
        match (refuted, said.first()) {
            (Some(reason), _) => because(Some(false), reason),
            (None, Some(Says::Unknown(reason) | Says::Refuted(reason))) => because(None, *reason),
            _ => Judgement::because(None, NOT_KNOWN),
        }
    }

    /// Everything that is said of this very file.
    fn said_of(&self, root: &Root, key: &str) -> Result<Vec<Says>, &'static str> {
        let found = self.said_of_name(root, key)?;
        // An unpacked copy of what the digest file lists as gzip.
        if found.is_empty() && key.ends_with(".json") {
            return self.said_of_name(root, &format!("{key}.gz"));
        }
        Ok(found)
    }

    fn said_of_name(&self, root: &Root, key: &str) -> Result<Vec<Says>, &'static str> {
        let whole = root.whole(key);
        let (before, tail) = split(&whole);
        let key = key_of(tail);
        let start = self.entries.partition_point(|entry| entry.key < key);
        let same = self.entries[start..].iter().take_while(|entry| entry.key == key);
        let same: Vec<_> = same.filter_map(|entry| Some((self.origins.get(entry.origin as usize)?, entry))).collect();
        let exact: Vec<Says> =
            same.iter().filter(|(origin, _)| root.is(before, origin)).map(|(_, entry)| entry.says).collect();
        if !exact.is_empty() {
            return Ok(exact);
        }
        let is_shared = self.is_shared.load(Ordering::Relaxed);
        let alike: Vec<_> = same.iter().filter(|(origin, _)| root.may_be(before, origin, is_shared)).collect();
        let is_one = alike.windows(2).all(|pair| pair[0].0.names_the_same(pair[1].0));
        if !is_one {
            return Err("the verification knows several log files of this name");
        }
        Ok(alike.into_iter().map(|(_, entry)| entry.says).collect())
    }
}

const NOT_KNOWN: &str = "not in the verification";

/// Reads verifications for a session of as many archives.
///
/// # Errors
/// When one cannot be used.
pub fn read(reports: &[PathBuf], archives: usize) -> Result<Verdicts, ReportError> {
    let mut collector = Collector::default();
    for report in reports {
        collector.read(report)?;
    }
    Ok(collector.finish(archives))
}

#[cfg(test)]
mod tests;
