//! What became of every log file of a scan: the numbers behind the summary, and the files that failed.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::budget::Cost;
use crate::archive::{Error, Listing, LogFile};
use crate::schema::Leaf;

/// The account of one scan. Every file listed ends as pruned, read, failed or not needed.
#[derive(Debug)]
pub struct Report {
    /// Where the scan looked.
    pub location: String,
    /// What the listing left to read, and what it left out. The files themselves are elsewhere.
    pub listing: Listing,
    /// What the listing took, and what reading takes: as many GET requests as there are files to be read.
    pub cost: Cost,
    read: AtomicU64,
    /// The earliest delivery that a log file's name tells.
    pub earliest: Option<DateTime<Utc>>,
    passed: AtomicU64,
    failed: Mutex<Vec<Failure>>,
    records: AtomicU64,
    built: AtomicU64,
    malformed: AtomicU64,
    stored_bytes: AtomicU64,
    inflated_bytes: AtomicU64,
    sought: Mutex<Vec<(Leaf, bool)>>,
}

/// What became of one log file that was read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FileRead {
    /// Bytes as stored.
    pub(super) stored: u64,
    /// Bytes of JSON.
    pub(super) inflated: u64,
    /// Records in it.
    pub(super) records: u64,
    /// Of those: built. The others were dropped before.
    pub(super) built: u64,
    /// Elements of `Records` that are no objects.
    pub(super) malformed: u64,
}

/// A log file that could not be read, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot read {location}: {reason}")]
pub struct Failure {
    /// The log file, as a person would write its location.
    pub location: String,
    /// What went wrong with it.
    pub reason: Arc<FileError>,
}

/// What can go wrong with one log file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be fetched.
    #[error(transparent)]
    Archive(#[from] Error),
    /// What was fetched is no log file, or a broken one.
    #[error(transparent)]
    Record(#[from] crate::record::Error),
}

impl Report {
    /// For these log files, which a listing gave.
    pub(super) fn new(location: String, listing: Listing, files: &[LogFile], cost: Cost) -> Self {
        Self {
            location,
            listing,
            cost,
            earliest: files.iter().filter_map(|file| file.delivered).min(),
            read: AtomicU64::default(),
            passed: AtomicU64::default(),
            failed: Mutex::default(),
            records: AtomicU64::default(),
            built: AtomicU64::default(),
            malformed: AtomicU64::default(),
            stored_bytes: AtomicU64::default(),
            inflated_bytes: AtomicU64::default(),
            sought: Mutex::default(),
        }
    }

    pub(super) fn file_read(&self, file: &FileRead) {
        self.read.fetch_add(1, Relaxed);
        self.records.fetch_add(file.records, Relaxed);
        self.built.fetch_add(file.built, Relaxed);
        self.malformed.fetch_add(file.malformed, Relaxed);
        self.stored_bytes.fetch_add(file.stored, Relaxed);
        self.inflated_bytes.fetch_add(file.inflated, Relaxed);
    }

    pub(super) fn file_passed(&self) {
        self.passed.fetch_add(1, Relaxed);
    }

    pub(super) fn file_failed(&self, key: &str, reason: Arc<FileError>) {
        let location = self.locate(key);
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).push(Failure { location, reason });
    }

    /// Notes that a leaf was looked for, and whether some record has it.
    pub(super) fn leaf_sought(&self, leaf: &Leaf, is_there: bool) {
        let mut sought = self.sought.lock().unwrap_or_else(PoisonError::into_inner);
        match sought.iter_mut().find(|(known, _)| known == leaf) {
            Some((_, seen)) => *seen |= is_there,
            None => sought.push((leaf.clone(), is_there)),
        }
    }

    /// Leaves of no documented field that no record read has: likely misspelled.
    #[must_use]
    pub fn never_seen(&self) -> Vec<Leaf> {
        let sought = self.sought.lock().unwrap_or_else(PoisonError::into_inner);
        sought.iter().filter(|(_, seen)| !seen).map(|(leaf, _)| leaf.clone()).collect()
    }

    /// A key as a person would write its location.
    #[must_use]
    pub fn locate(&self, key: &str) -> String {
        let root = self.location.trim_end_matches('/');
        // A single file is its own archive.
        if root.ends_with(key) { root.to_owned() } else { format!("{root}/{key}") }
    }

    /// Log files that were to be read.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.cost.get
    }

    /// Log files that are done with, one way or the other.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.read() + self.passed() + self.failed.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// Log files read to their end.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read.load(Relaxed)
    }

    /// Log files passed over because what was found already makes them useless.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.passed.load(Relaxed)
    }

    /// Log files that could not be read, in the order in which they were met.
    #[must_use]
    pub fn failed(&self) -> Vec<Failure> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records in the files read.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records.load(Relaxed)
    }

    /// Of those: built. The others were dropped by their text, or by the predicates' own leaves.
    #[must_use]
    pub fn built(&self) -> u64 {
        self.built.load(Relaxed)
    }

    /// Elements of `Records` that are no objects.
    #[must_use]
    pub fn malformed(&self) -> u64 {
        self.malformed.load(Relaxed)
    }

    /// Bytes read, as stored.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.stored_bytes.load(Relaxed)
    }

    /// Bytes of JSON.
    #[must_use]
    pub fn inflated_bytes(&self) -> u64 {
        self.inflated_bytes.load(Relaxed)
    }
}
