//! What earlier runs verified, so that log files which have not changed since are not read again.
//!
//! A file of JSON lines that is only ever added to. It speeds up and proves nothing: whoever can change a log file may be
//! able to make it look unchanged, too.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use foldhash::quality::RandomState;
use serde::Deserialize;
use serde_json::json;

use super::event::{Digest, Log};
use super::options::Error;
use super::status::LogStatus;

/// See the file.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    seed: RandomState,
    /// Hash of the listed content and of the looks, by hash of the URI.
    known: HashMap<u64, u64>,
    out: Mutex<Out>,
}

#[derive(Debug)]
struct Out {
    file: BufWriter<File>,
    flushed: Instant,
}

const VERSION: u64 = 1;
/// How often what was verified is written at least.
const PERIOD: Duration = Duration::from_secs(1);
const HELP: &str = "--state takes what an earlier run with --state has written, or the name of a new file";

#[derive(Deserialize)]
struct Line<'l> {
    #[serde(rename = "type")]
    kind: &'l str,
    version: Option<u64>,
    #[serde(borrow)]
    uri: Option<std::borrow::Cow<'l, str>>,
    #[serde(borrow)]
    expected: Option<std::borrow::Cow<'l, str>>,
    #[serde(borrow)]
    looks: Option<std::borrow::Cow<'l, str>>,
}

impl State {
    /// Opens a state file, a new one where there is none. With `recheck`, what it knows does not count.
    ///
    /// # Errors
    /// When it cannot be read or written, or is none.
    pub fn open<'k>(
        path: &Path,
        archive: &str,
        fingerprints: impl Iterator<Item = &'k str>,
        recheck: bool,
    ) -> Result<Self, Error> {
        let failed = |reason: String| Error::File { path: path.display().to_string(), reason, help: HELP.to_owned() };
        let io = |error: io::Error| failed(error.to_string());
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io)?;
        let seed = RandomState::default();
        let mut known = HashMap::new();
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        let (mut number, mut is_torn) = (0_u64, false);
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(io)? == 0 {
                break;
            }
            number += 1;
            is_torn = line.last() != Some(&b'\n');
            match serde_json::from_slice::<Line<'_>>(&line) {
                Ok(Line { kind: "state", version, .. }) if version != Some(VERSION) => {
                    return Err(failed("it is of another version".to_owned()));
                }
                Ok(Line { kind: "state", .. }) => {}
                _ if number == 1 => return Err(failed("it does not begin as one of trailql's state files".to_owned())),
                Ok(Line { kind: "log", uri: Some(uri), expected: Some(expected), looks: Some(looks), .. }) => {
                    known.insert(seed.hash_one(&*uri), seed.hash_one((&*expected, &*looks)));
                }
                // The last line may be torn; digest files are verified anew in any case.
                _ => {}
            }
        }
        if recheck {
            known.clear();
        }
        if is_torn {
            file.write_all(b"\n").map_err(io)?;
        }
        let keys: Vec<_> = fingerprints.collect();
        let head = json!({"type": "state", "version": VERSION, "archive": archive, "public_keys": keys});
        writeln!(file, "{head}").map_err(io)?;
        let out = Out { file: BufWriter::new(file), flushed: Instant::now() };
        Ok(Self { path: path.to_owned(), seed, known, out: Mutex::new(out) })
    }

    /// Whether a log file was valid with this listed hash, and looked so.
    #[must_use]
    pub fn is_unchanged(&self, uri: &str, expected: &str, looks: &str) -> bool {
        self.known.get(&self.seed.hash_one(uri)) == Some(&self.seed.hash_one((expected, looks)))
    }

    pub(super) fn digest(&self, digest: &Digest) -> Result<(), Error> {
        let end = digest.span.map(|span| super::chain::iso(span.end));
        self.write(&json!({
            "type": "digest", "uri": digest.uri, "hash": digest.hash, "end": end, "status": digest.status.name(),
            "signature_source": digest.source.name(),
        }))
    }

    pub(super) fn log(&self, log: &Log) -> Result<(), Error> {
        match &log.looks {
            Some(looks) if log.status == LogStatus::Valid && !log.is_unchanged => self.write(&json!({
                "type": "log", "uri": log.uri, "path": log.path, "expected": log.expected, "size": log.bytes,
                "looks": looks,
            })),
            _ => Ok(()),
        }
    }

    fn write(&self, line: &serde_json::Value) -> Result<(), Error> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let written = writeln!(out.file, "{line}").and_then(|()| {
            if out.flushed.elapsed() >= PERIOD {
                out.flushed = Instant::now();
                out.file.flush()?;
            }
            Ok(())
        });
        written.map_err(|error| self.failed(&error))
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&self) -> Result<(), Error> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.file.flush().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::File { path: self.path.display().to_string(), reason: error.to_string(), help: HELP.to_owned() }
    }
}
