//! Takes down every log file that is read, by whichever scan.
//!
//! Memory: some 250 bytes a log file, so that a million takes 250 MB.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::archive::{Location, LogFile};
use crate::verify::content::Hash;

/// See the file.
#[derive(Debug, Default)]
pub struct Ledger {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    archives: Vec<String>,
    files: Vec<Noted>,
    /// Places in `files`, by archive, key and stored bytes: what is read again is noted once.
    places: HashMap<[u8; 16], u64>,
}

/// A log file that was read.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub(super) archive: u32,
    pub(super) file: LogFile,
    /// Of the bytes as stored.
    pub(super) stored: Hash,
    /// Of the uncompressed content, where it could be uncompressed.
    pub(super) content: Option<Hash>,
    /// Where it was read to its end.
    pub(super) records: Option<u64>,
}

impl Ledger {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of an archive, which it has from now on.
    pub fn archive(&self, location: &Location) -> u32 {
        let shown = match location {
            // A relative path means something else tomorrow.
            Location::Local(path) => std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path)),
            Location::S3 { .. } => PathBuf::from(location.display()),
        };
        let shown = shown.to_string_lossy().into_owned();
        let mut kept = self.kept();
        let place = kept.archives.iter().position(|known| *known == shown).unwrap_or_else(|| {
            kept.archives.push(shown);
            kept.archives.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// Notes a log file; gives its number.
    pub fn note(&self, archive: u32, file: &LogFile, stored: Hash, content: Option<Hash>) -> u64 {
        let mut hash = Sha256::new();
        hash.update(archive.to_le_bytes());
        hash.update(stored);
        hash.update(file.key().as_bytes());
        let hash: Hash = hash.finalize().into();
        let place: [u8; 16] = hash.first_chunk().copied().unwrap_or_default();
        let mut kept = self.kept();
        let next = kept.files.len() as u64;
        let number = *kept.places.entry(place).or_insert(next);
        if number == next {
            kept.files.push(Noted { archive, file: file.clone(), stored, content, records: None });
        }
        number
    }

    /// Notes how many records a log file has that was read to its end.
    pub fn read(&self, number: u64, records: u64) {
        let mut kept = self.kept();
        if let Some(noted) = usize::try_from(number).ok().and_then(|number| kept.files.get_mut(number)) {
            noted.records = Some(records);
        }
    }

    /// The archives, and the log files in the order of archives and keys. The ledger is empty afterwards.
    pub(super) fn take(&self) -> (Vec<String>, Vec<Noted>) {
        let mut kept = self.kept();
        let kept = std::mem::take(&mut *kept);
        let mut files = kept.files;
        files.sort_by_cached_key(|noted| (noted.archive, noted.file.key(), noted.stored));
        (kept.archives, files)
    }
}
