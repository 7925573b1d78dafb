//! Whether a log file of an archive is the one that a verification speaks of.
//!
//! A verification knows signed names, `s3://bucket/key`, and for copies on disk their paths; a table knows keys below
//! the root of its archive. Two files are never taken for one: what stands before `AWSLogs` has to agree, as far as
//! both know it.

use std::path::{Path, PathBuf};

use crate::archive::{Location, from_logs};

/// Where a group of verdicts is about.
#[derive(Debug)]
pub(super) struct Origin {
    /// The signed bucket, and what stands in its keys before `AWSLogs`.
    bucket: Option<String>,
    prefix: String,
    /// The bucket that was verified: another one than the signed, where files may have been moved.
    verified_bucket: Option<String>,
    /// The folder on disk, if it is still there.
    place: Option<PathBuf>,
}

impl Origin {
    /// `place` is a folder on disk as the report of `archive` names it: absolute, below the archive, or as the archive
    /// was named.
    pub(super) fn new(bucket: Option<String>, prefix: String, place: Option<&str>, archive: Option<&str>) -> Self {
        let location = archive.and_then(|archive| Location::parse(archive).ok());
        let (folder, verified_bucket) = match location {
            Some(Location::Local(folder)) => (folder, None),
            Some(Location::S3 { bucket, .. }) => (PathBuf::new(), Some(bucket)),
            None => (PathBuf::new(), None),
        };
        let place = place.and_then(|place| {
            let place = Path::new(place);
            let (plain, below) = (place.to_path_buf(), folder.join(place));
            let either = if place.starts_with(&folder) { [plain, below] } else { [below, plain] };
            either.iter().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path }).find_map(real)
        });
        Self { bucket, prefix, verified_bucket, place }
    }

    /// Whether both stand for the same signed names.
    pub(super) fn names_the_same(&self, other: &Self) -> bool {
        self.bucket == other.bucket && self.prefix == other.prefix
    }
}

fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// The root of an archive, as keys of its log files continue it.
#[derive(Debug, Clone)]
pub enum Root {
    /// A prefix of a bucket.
    Bucket {
        /// The bucket.
        bucket: String,
        /// The prefix, without slashes at its ends.
        prefix: String,
    },
    /// A folder, by its real path.
    Folder(PathBuf),
}

impl Root {
    /// The root of what is at this location. Keys of a single file are its name.
    #[must_use]
    pub fn of(location: &Location) -> Self {
        match location {
            Location::S3 { bucket, prefix } => Self::Bucket { bucket: bucket.clone(), prefix: prefix.clone() },
            Location::Local(path) => {
                let real = real(path).unwrap_or_else(|| path.clone());
                let folder = if real.is_file() { real.parent().map(Path::to_path_buf).unwrap_or(real) } else { real };
                Self::Folder(folder)
            }
        }
    }

    /// A log file's key from the root of the bucket, or of the file system.
    pub(super) fn whole(&self, key: &str) -> String {
        match self {
            Self::Bucket { prefix, .. } if prefix.is_empty() => key.to_owned(),
            // A single object is its own archive.
            Self::Bucket { prefix, .. } if prefix == key || prefix.ends_with(&format!("/{key}")) => prefix.clone(),
            Self::Bucket { prefix, .. } => format!("{prefix}/{key}"),
            Self::Folder(folder) => folder.join(key).to_string_lossy().into_owned(),
        }
    }

    /// Whether a file whose tail stands behind this is certainly the one that is spoken of.
    pub(super) fn is(&self, before: &str, origin: &Origin) -> bool {
        match self {
            Self::Bucket { bucket, .. } => {
                let is_bucket = |known: &Option<String>| known.as_ref() == Some(bucket);
                origin.prefix == before && (is_bucket(&origin.bucket) || is_bucket(&origin.verified_bucket))
            }
            Self::Folder(_) => {
                let folder = if before.is_empty() { Path::new("/") } else { Path::new(before) };
                origin.place.as_deref() == Some(folder)
            }
        }
    }

    /// Whether a file on disk may be a copy of one that was verified elsewhere.
    pub(super) fn may_be(&self, before: &str, origin: &Origin, is_shared: bool) -> bool {
        let Self::Folder(root) = self else { return false };
        // What was verified on this disk is there, and not here.
        if origin.place.is_some() {
            return false;
        }
        let before = Path::new(before);
        let prefix = Path::new(&origin.prefix);
        let named = origin.bucket.as_ref().map(|bucket| Path::new(bucket).join(prefix));
        if named.is_some_and(|named| before.ends_with(named)) {
            return true;
        }
        // What of the key's beginning the copy has kept.
        let kept = before.strip_prefix(root).unwrap_or(Path::new(""));
        !is_shared && prefix.ends_with(kept)
    }
}

/// A key or path where the part begins that every copy keeps: at its last `AWSLogs`, else at the file's name.
pub(super) fn split(key: &str) -> (&str, &str) {
    let tail = from_logs(key).unwrap_or_else(|| key.rsplit('/').next().unwrap_or(key));
    let before = &key[..key.len() - tail.len()];
    (before.strip_suffix('/').unwrap_or(before), tail)
}
