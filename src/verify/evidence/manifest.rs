//! Writes a manifest.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ledger::Noted;
use super::{KIND, Ledger, SEAL, VERSION};
use crate::verify::content::Hash;

/// What a manifest says, beside the log files.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Manifest {
    /// What was asked: queries, rules, attributes.
    pub queries: Vec<Asked>,
    /// Values of the placeholders of SQL.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// Which part of the archives was asked.
    pub range: Range,
    /// What was read for it.
    pub outcome: Outcome,
    /// What came of it.
    pub results: Made,
    /// Log files that could not be read, or not to their end, and why.
    pub failed: Vec<Unread>,
    /// Folders that could not be listed, and why.
    pub unlisted: Vec<Unread>,
}

/// One question.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Asked {
    /// Its language, or what else it is: `lookup`.
    pub language: String,
    /// A rule's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its text; of rules, which are many, the hash says which text it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The SHA-256 of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Asked {
    /// A question by its text.
    #[must_use]
    pub fn text(language: &str, text: &str) -> Self {
        Self { language: language.to_owned(), text: Some(text.to_owned()), ..Self::default() }
    }

    /// A rule by its id and the hash of its text.
    #[must_use]
    pub fn rule(language: &str, id: &str, text: &str) -> Self {
        let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
        Self { language: language.to_owned(), id: Some(id.to_owned()), sha256: Some(sha256), text: None }
    }

    /// A rule by its id and the hash of its file, as far as that can be read.
    #[must_use]
    pub fn of_file(language: &str, id: &str, file: &Path) -> Self {
        let sha256 = std::fs::read(file).ok().map(|text| hex::encode(Sha256::digest(text)));
        Self { language: language.to_owned(), id: Some(id.to_owned()), sha256, text: None }
    }
}

/// Which part of the archives was asked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Range {
    /// The earliest event.
    pub since: Option<String>,
    /// The latest event.
    pub until: Option<String>,
    /// Accounts; all when empty.
    pub accounts: Vec<String>,
    /// Regions; all when empty.
    pub regions: Vec<String>,
    /// Organizations; all when empty.
    pub organizations: Vec<String>,
}

/// What was read, summed over every question: a log file that two of them read counts twice.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Outcome {
    /// Log files whose names were seen.
    pub files_listed: u64,
    /// Of those: not wanted.
    pub files_pruned: u64,
    /// Of those: read to their end.
    pub files_read: u64,
    /// Of those: could not be read.
    pub files_failed: u64,
    /// Of those: wanted, but not needed.
    pub files_not_needed: u64,
    /// Files that are no log files by their name.
    pub files_ignored: u64,
    /// Folders passed over without listing them.
    pub folders_pruned: u64,
    /// Folders that could not be listed.
    pub folders_unlisted: u64,
    /// Records in the files read.
    pub records: u64,
    /// Elements of `Records` that are no objects.
    pub malformed: u64,
    /// Bytes read, as stored.
    pub stored_bytes: u64,
    /// Bytes of JSON.
    pub json_bytes: u64,
    /// Whether everything in the range was read.
    pub complete: bool,
}

/// What came of the questions.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Made {
    /// Rows, findings or events.
    pub rows: u64,
    /// The file that they were written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A log file or a folder that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unread {
    /// Where it is.
    pub location: String,
    /// Why it could not be read.
    pub reason: String,
}

/// Hashes what it hands on.
struct Sealed<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Manifest {
    /// Puts what could not be read into the order of places, each once, however often and in whichever order it was met.
    pub fn settle(&mut self) {
        for unread in [&mut self.failed, &mut self.unlisted] {
            unread.sort();
            unread.dedup();
        }
    }

    /// Writes it, with what the ledger has taken down; the ledger is empty afterwards.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, ledger: &Ledger, created: DateTime<Utc>, out: impl Write) -> io::Result<()> {
        let (archives, files) = ledger.take();
        let mut out = Sealed { out: io::BufWriter::new(out), hash: Sha256::new() };
        let head = json!({
            "version": VERSION,
            "kind": KIND,
            "trailql": env!("CARGO_PKG_VERSION"),
            "created": created.to_rfc3339_opts(SecondsFormat::Secs, true),
        });
        let rest = json!({"archives": archives});
        let own = serde_json::to_value(self)?;
        out.write_all(b"{\n")?;
        for members in [head, own, rest] {
            for (name, value) in members.as_object().into_iter().flatten() {
                writeln!(out, "{}:{value},", Value::from(name.as_str()))?;
            }
        }
        out.write_all(b"\"files\":[")?;
        for (place, noted) in files.iter().enumerate() {
            out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut out, &entry(noted))?;
        }
        out.write_all(if files.is_empty() { b"],\n" } else { b"\n],\n" })?;
        let hash = hex::encode(out.hash.clone().finalize());
        write!(out, "{}{hash}{}", SEAL.0, SEAL.1)?;
        out.flush()
    }
}

/// A log file in the manifest.
fn entry(noted: &Noted) -> Value {
    let hash = |hash: &Hash| hex::encode(hash);
    json!({
        "archive": noted.archive,
        "key": noted.file.key(),
        "size": noted.file.size,
        "sha256": hash(&noted.stored),
        "content_sha256": noted.content.as_ref().map(hash),
        "modified": noted.file.modified.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "etag": noted.file.etag,
        "records": noted.records,
    })
}

impl Unread {
    /// Something that could not be read.
    #[must_use]
    pub fn new(location: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self { location: location.into(), reason: reason.to_string() }
    }
}
