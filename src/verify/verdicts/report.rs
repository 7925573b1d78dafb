//! Reads what `trailql verify --verbose` writes with `--format json` or `jsonl`, file by file, and tells state files.
//!
//! Fields that are not known are skipped: reports may say more than this.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Collector, Hash, ReportError, Verdict, state};

/// The version of reports and state files that is read here.
const VERSION: u64 = 1;
/// 16 MiB: no line of a report is longer.
const LONGEST_LINE: u64 = 16 << 20;

/// A log file in a report.
#[derive(Debug, Deserialize)]
struct Log {
    uri: String,
    #[serde(default)]
    path: Option<String>,
    status: String,
    #[serde(default)]
    expected: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    reason: Option<String>,
}

/// A digest file with its log files.
#[derive(Debug, Deserialize)]
struct Digest {
    #[serde(default)]
    authenticated: bool,
    #[serde(default)]
    logs: Vec<Log>,
}

/// What a report counts.
#[derive(Debug, Default, Deserialize)]
struct Summary {
    #[serde(default)]
    logs: std::collections::HashMap<String, u64>,
}

/// A line of a report in lines, as far as all of them have the same members.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    archive: Option<String>,
    #[serde(default)]
    chains: Option<IgnoredAny>,
    #[serde(default)]
    authenticated: Option<bool>,
    #[serde(default)]
    logs: Option<IgnoredAny>,
    #[serde(default)]
    summary: Option<Summary>,
}

/// What a report said so far.
struct Reading<'c> {
    collector: &'c mut Collector,
    version: Option<u64>,
    valid: u64,
    counted: Option<u64>,
}

/// Reads a report, whichever form it has.
pub(super) fn read(path: &Path, collector: &mut Collector) -> Result<(), ReportError> {
    let shown = path.display().to_string();
    let unread = |source| ReportError::Read { path: shown.clone(), source };
    let wrong = |why: String| ReportError::Wrong { path: shown.clone(), why };
    let open = || File::open(path).map(BufReader::new).map_err(unread);
    let first = line(&mut open()?).map_err(unread)?;
    let first: Option<Line> = first.and_then(|line| serde_json::from_slice(&line).ok());
    let mut reading = Reading { collector, version: None, valid: 0, counted: None };
    match first {
        Some(Line { kind: Some(kind), .. }) if kind == "run" => reading.lines(open()?).map_err(wrong)?,
        Some(Line { kind, chains: None, version: Some(version), archive, .. })
            if kind.as_deref().is_none_or(|kind| kind == "state") =>
        {
            check_version(Some(version)).map_err(wrong)?;
            if let Some(archive) = archive {
                reading.collector.of_archive(&archive);
            }
            return state::read(open()?, reading.collector).map_err(wrong);
        }
        _ => {
            let mut json = serde_json::Deserializer::from_reader(open()?);
            let read = Whole(&mut reading).deserialize(&mut json).and_then(|()| json.end());
            read.map_err(|error| wrong(plain(&error)))?;
        }
    }
    check_version(reading.version).map_err(wrong)?;
    match reading.counted {
        None => Err(wrong("it ends before its summary".to_owned())),
        Some(counted) if counted > 0 && reading.valid == 0 => Err(ReportError::Brief(shown)),
        Some(_) => Ok(()),
    }
}

fn check_version(version: Option<u64>) -> Result<(), String> {
    match version {
        Some(VERSION) => Ok(()),
        Some(other) => Err(format!("it has version {other}, expected {VERSION}")),
        None => Err("it has no version".to_owned()),
    }
}

/// An error of JSON in our words' case.
pub(super) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    characters.next().into_iter().flat_map(char::to_lowercase).chain(characters).collect()
}

/// The next line; none at the end, or when it is longer than any line of ours.
pub(super) fn line(reader: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok((read > 0).then_some(line))
}

impl Reading<'_> {
    fn lines(&mut self, mut reader: impl BufRead) -> Result<(), String> {
        let mut is_authenticated = None;
        let mut number = 0_u64;
        while let Some(line) = line(&mut reader).map_err(|error| error.to_string())? {
            number += 1;
            let text = line.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let at = |error: serde_json::Error| format!("line {number}: {}", plain(&error));
            let head: Line = serde_json::from_slice(text).map_err(at)?;
            match head.kind.as_deref() {
                Some("run") => {
                    self.version = head.version;
                    head.archive.iter().for_each(|archive| self.collector.of_archive(archive));
                }
                Some("digest") => {
                    is_authenticated = head.authenticated;
                    // Its log files may stand in its own line, too.
                    if head.logs.is_some()
                        && let Ok(digest) = serde_json::from_slice::<Digest>(text)
                    {
                        self.digest(digest);
                    }
                }
                Some("log") => {
                    let log: Log = serde_json::from_slice(text).map_err(at)?;
                    self.log(log, is_authenticated);
                }
                Some("summary") => {
                    let summary: Summary = match head.summary {
                        Some(summary) => summary,
                        None => serde_json::from_slice(text).map_err(at)?,
                    };
                    self.summary(&summary);
                }
                // Unlisted files may have a line of their own kind.
                Some("unlisted" | "uncovered" | "pending") => {
                    let log: Log = serde_json::from_slice(text).map_err(at)?;
                    self.log(log, None);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn digest(&mut self, digest: Digest) {
        for log in digest.logs {
            self.log(log, Some(digest.authenticated));
        }
    }

    /// Notes what is said of a log file, and whether the digest file that lists it is authenticated, where that is told.
    fn log(&mut self, log: Log, is_authenticated: Option<bool>) {
        self.valid += u64::from(log.status == "valid");
        let verdict = verdict(&log, is_authenticated);
        self.collector.add(&log.uri, log.path.as_deref(), verdict);
    }

    fn summary(&mut self, summary: &Summary) {
        self.counted = Some(summary.logs.get("valid").copied().unwrap_or_default());
    }
}

fn verdict(log: &Log, is_authenticated: Option<bool>) -> Verdict {
    let why = [&log.reason, &log.detail].into_iter().flatten().find(|why| !why.is_empty());
    let reason = || why.map_or_else(|| log.status.clone(), |why| format!("{}: {why}", log.status));
    let hash = log.expected.as_deref().and_then(hash_of);
    match log.status.as_str() {
        "unlisted" => Verdict::Refuted(reason()),
        "valid" | "modified" | "missing" | "unreadable" | "malformed" if is_authenticated == Some(false) => {
            Verdict::Unknown("unverified: its digest file is not authenticated".to_owned())
        }
        // Its bytes may be other ones by now; what they must be is known.
        "valid" | "modified" | "missing" | "unreadable" => match hash {
            Some(hash) => Verdict::Listed(hash),
            None if log.status == "modified" => Verdict::Refuted(reason()),
            None => Verdict::Unknown(reason()),
        },
        // A hash by another algorithm proves nothing here.
        "malformed" => match hash {
            Some(hash) if !why.is_some_and(|why| why.to_ascii_lowercase().contains("algorithm")) => {
                Verdict::Listed(hash)
            }
            _ => Verdict::Refuted(reason()),
        },
        "unverified" if why.is_none() => {
            Verdict::Unknown("unverified: its digest file is not authenticated".to_owned())
        }
        _ => Verdict::Unknown(reason()),
    }
}

/// A SHA-256 in hexadecimal digits of either case.
pub(super) fn hash_of(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

/// The whole report: an object.
struct Whole<'r, 'c>(&'r mut Reading<'c>);
/// A list, each element of which is taken by itself.
struct Each<'r, 'c, T>(&'r mut Reading<'c>, fn(&mut Reading<'c>, T), PhantomData<T>);
/// The list of chains, and one of them.
struct Chains<'r, 'c>(&'r mut Reading<'c>);
struct Chain<'r, 'c>(&'r mut Reading<'c>);

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "version" => self.0.version = Some(map.next_value()?),
                "archive" => {
                    if let Some(archive) = map.next_value::<Option<String>>()? {
                        self.0.collector.of_archive(&archive);
                    }
                }
                "chains" => map.next_value_seed(Chains(self.0))?,
                "unlisted" => {
                    map.next_value_seed(Each::<Log>(self.0, |reading, log| reading.log(log, None), PhantomData))?;
                }
                "summary" => {
                    let summary = map.next_value()?;
                    self.0.summary(&summary);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Chains<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Chains<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of chains")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut chains: A) -> Result<(), A::Error> {
        while chains.next_element_seed(Chain(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Chain<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Chain<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chain")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "digests" => map.next_value_seed(Each::<Digest>(self.0, Reading::digest, PhantomData))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Each<'_, '_, T> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Each<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            (self.1)(self.0, element);
        }
        Ok(())
    }
}
