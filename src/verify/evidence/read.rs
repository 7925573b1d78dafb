//! Reads a manifest back: whole, or not at all.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::marker::PhantomData;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use sha2::{Digest, Sha256};

use super::key::is_below_root;
use super::{DIGITS, KIND, SEAL, VERSION};
use crate::verify::content::Hash;

/// A manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file cannot be read.
    #[error("cannot read the manifest `{path}`: {source}")]
    Read {
        /// The file.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// It is something else, or was changed.
    #[error("`{path}` is no manifest of evidence: {why}")]
    Wrong {
        /// The file.
        path: String,
        /// What was found.
        why: String,
    },
}

/// What a manifest says that can be checked.
#[derive(Debug)]
pub struct Recorded {
    /// Where the log files were.
    pub archives: Vec<String>,
    /// The log files.
    pub files: Vec<FileEntry>,
}

/// A log file in a manifest.
#[derive(Debug, Clone, Deserialize)]
pub struct FileEntry {
    /// The number of its archive.
    pub archive: usize,
    /// Its key below the archive's root.
    pub key: String,
    /// Bytes as stored.
    pub size: u64,
    /// Of the bytes as stored.
    #[serde(deserialize_with = "hash")]
    pub sha256: Hash,
    /// Of the uncompressed content, where it could be uncompressed.
    #[serde(default, deserialize_with = "maybe_hash")]
    pub content_sha256: Option<Hash>,
}

#[derive(Deserialize)]
struct Head {
    version: u64,
    kind: String,
    archives: Vec<String>,
    files: Files,
}

/// The list of files, which is checked as it is read.
struct Files(Vec<FileEntry>);

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each(PhantomData<FileEntry>);
        impl<'de> Visitor<'de> for Each {
            type Value = Files;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of log files")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Files, A::Error> {
                let mut files = Vec::new();
                while let Some(entry) = entries.next_element::<FileEntry>()? {
                    if !is_below_root(&entry.key) {
                        return Err(serde::de::Error::custom(format_args!("`{}` is no key of a log file", entry.key)));
                    }
                    files.push(entry);
                }
                Ok(Files(files))
            }
        }
        deserializer.deserialize_seq(Each(PhantomData))
    }
}

fn hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    maybe_hash(deserializer)?.ok_or_else(|| serde::de::Error::custom("a hash is missing"))
}

fn maybe_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let mut hash = Hash::default();
    match hex::decode_to_slice(&text, &mut hash) {
        Ok(()) => Ok(Some(hash)),
        Err(_) => Err(serde::de::Error::custom(format_args!("`{text}` is no SHA-256"))),
    }
}

/// Reads a manifest.
///
/// # Errors
/// When it cannot be read, is not what it was when it was written, or names what is no log file of an archive.
pub fn read(path: &Path) -> Result<Recorded, EvidenceError> {
    let shown = || path.display().to_string();
    let unread = |source| EvidenceError::Read { path: shown(), source };
    let wrong = |why: String| EvidenceError::Wrong { path: shown(), why };
    let mut file = File::open(path).map_err(unread)?;
    if !is_sealed(&mut file).map_err(unread)? {
        return Err(wrong("it was cut off, or changed after it was written".to_owned()));
    }
    file.seek(SeekFrom::Start(0)).map_err(unread)?;
    let head: Head = serde_json::from_reader(BufReader::new(file)).map_err(|error| wrong(error.to_string()))?;
    if head.kind != KIND {
        return Err(wrong(format!("it says that it is `{}`", head.kind)));
    }
    if head.version != VERSION {
        return Err(wrong(format!("it has version {}, expected {VERSION}", head.version)));
    }
    let Files(files) = head.files;
    if let Some(stray) = files.iter().find(|file| file.archive >= head.archives.len()) {
        return Err(wrong(format!("`{}` is in an archive that it does not name", stray.key)));
    }
    Ok(Recorded { archives: head.archives, files })
}

/// Whether the last member is the hash of everything before it.
fn is_sealed(file: &mut File) -> io::Result<bool> {
    let sealed = SEAL.0.len() + DIGITS + SEAL.1.len();
    let Some(body) = file.metadata()?.len().checked_sub(sealed as u64) else { return Ok(false) };
    let mut hash = Sha256::new();
    let mut reader = BufReader::new(&mut *file);
    let mut left = body;
    let mut buffer = vec![0; 64 << 10];
    while left > 0 {
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = reader.read(&mut buffer[..most])?;
        if read == 0 {
            return Ok(false);
        }
        hash.update(&buffer[..read]);
        left -= read as u64;
    }
    let mut tail = Vec::new();
    reader.take(sealed as u64 + 1).read_to_end(&mut tail)?;
    Ok(tail == format!("{}{}{}", SEAL.0, hex::encode(hash.finalize()), SEAL.1).as_bytes())
}
