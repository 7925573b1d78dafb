//! What S3 keeps beside a digest file: its signature. Copies lose it, so files may hold it instead.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Error;
use crate::archive::from_logs;

/// The user metadata of a digest file's object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Signature in hex.
    pub signature: Option<String>,
    /// `SHA256withRSA`.
    pub algorithm: Option<String>,
    /// When a backfill digest file was made.
    pub generated: Option<String>,
}

const SIGNATURE: &str = "signature";
const ALGORITHM: &str = "signature-algorithm";
const GENERATED: &str = "backfill-generation-timestamp";

impl Metadata {
    /// From names and values, in whatever case and with whatever prefix; none without a signature's entry.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut metadata = Self::default();
        for (name, value) in entries {
            let name = name.to_ascii_lowercase();
            let field = match name.strip_prefix("x-amz-meta-").unwrap_or(&name) {
                SIGNATURE => &mut metadata.signature,
                ALGORITHM => &mut metadata.algorithm,
                GENERATED => &mut metadata.generated,
                _ => continue,
            };
            *field = Some(value.to_owned());
        }
        metadata
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// From a file beside a digest file: the entries, or any object whose `Metadata` has them.
    #[must_use]
    pub fn of_file(content: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(content).ok()?;
        let whole = value.as_object()?;
        let inner = whole.iter().find(|(name, _)| name.eq_ignore_ascii_case("metadata"));
        Some(Self::of_object(inner.and_then(|(_, value)| value.as_object()).unwrap_or(whole)))
    }

    fn of_object(object: &Map<String, Value>) -> Self {
        Self::of(object.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))))
    }

    /// As files hold it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let entries = [(SIGNATURE, &self.signature), (ALGORITHM, &self.algorithm), (GENERATED, &self.generated)];
        let entries = entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
        Value::Object(entries.collect())
    }
}

/// The ending of a metadata file's name, behind that of its digest file.
pub(super) const FILE_ENDING: &str = ".metadata.json";

/// The metadata of many digest files, by their signed keys.
#[derive(Debug, Clone, Default)]
pub struct SideFiles {
    /// By what a copy keeps of a key: what stood before that, and the metadata.
    by_tail: HashMap<Box<str>, Vec<(Box<str>, Metadata)>>,
    bucket: Option<String>,
}

/// Such a file.
#[derive(Deserialize)]
struct SideFile {
    #[serde(default)]
    bucket: Option<String>,
    objects: BTreeMap<String, Entry>,
}

/// What it has for one digest file.
#[derive(Deserialize)]
#[serde(from = "Map<String, Value>")]
struct Entry(Metadata);

impl From<Map<String, Value>> for Entry {
    fn from(entries: Map<String, Value>) -> Self {
        let inner = entries.get("Metadata").and_then(Value::as_object).unwrap_or(&entries);
        Self(Metadata::of_object(inner))
    }
}

impl SideFiles {
    /// Reads files as `--save-metadata` writes them.
    ///
    /// # Errors
    /// When one cannot be read, or is none.
    pub fn read(files: &[impl AsRef<Path>]) -> Result<Self, Error> {
        let mut all = Self::default();
        for path in files {
            let path = path.as_ref();
            let failed = |reason: String| Error::File {
                path: path.display().to_string(),
                reason,
                help: "--digest-metadata takes what `trailql verify --save-metadata FILE` writes".to_owned(),
            };
            let file = File::open(path).map_err(|error| failed(error.to_string()))?;
            let read: SideFile =
                serde_json::from_reader(BufReader::new(file)).map_err(|error| failed(error.to_string()))?;
            all.bucket = all.bucket.or(read.bucket);
            for (key, Entry(metadata)) in read.objects {
                all.insert(&key, metadata);
            }
        }
        Ok(all)
    }

    fn insert(&mut self, key: &str, metadata: Metadata) {
        let (head, tail) = split(key);
        let same = self.by_tail.entry(tail.into()).or_default();
        same.retain(|(known, _)| **known != *head);
        same.push((head.into(), metadata));
    }

    /// The bucket that they were in.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    /// What is known of the digest file that was found under `actual` and says that its key is `signed`.
    #[must_use]
    pub fn of(&self, signed: &str, actual: &str) -> Option<&Metadata> {
        // Where it was found counts: a digest file that was moved says where it was before.
        let (found, tail) = split(actual);
        let (said, said_tail) = split(signed);
        let same =
            self.by_tail.get(tail).or_else(|| self.by_tail.get(said_tail).filter(|_| signed.ends_with(actual)))?;
        let under = |head: &str| same.iter().find(|(known, _)| **known == *head);
        let known = under(said).or_else(|| under(found)).or_else(|| same.first().filter(|_| same.len() == 1));
        known.map(|(_, metadata)| metadata)
    }
}

/// A key at what a copy keeps of it.
fn split(key: &str) -> (&str, &str) {
    let tail = from_logs(key).unwrap_or(key);
    key.split_at(key.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_in_every_form() {
        let expected =
            Metadata { signature: Some("ab".into()), algorithm: Some("SHA256withRSA".into()), generated: None };
        for text in [
            r#"{"signature":"ab","signature-algorithm":"SHA256withRSA"}"#,
            r#"{"ETag":"x","Metadata":{"signature":"ab","signature-algorithm":"SHA256withRSA"}}"#,
            r#"{"X-Amz-Meta-Signature":"ab","x-amz-meta-signature-algorithm":"SHA256withRSA","other":1}"#,
        ] {
            assert_eq!(Metadata::of_file(text.as_bytes()), Some(expected.clone()), "{text}");
        }
        assert_eq!(Metadata::of_file(expected.to_json().to_string().as_bytes()), Some(expected));
        assert_eq!(Metadata::of_file(b"[]"), None);
        assert!(Metadata::of_file(b"{}").expect("an object").is_empty());
    }

    #[test]
    fn a_digest_file_is_found_by_what_a_copy_keeps_of_its_key() {
        let tail = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2024/03/10/d.json.gz";
        let of = |text: &str| Metadata { signature: Some(text.to_owned()), ..Metadata::default() };
        let mut files = SideFiles::default();
        files.insert(&format!("a/{tail}"), of("a"));
        let signed = |head: &str| format!("{head}/{tail}");
        assert_eq!(files.of(&signed("a"), tail), Some(&of("a")));
        assert_eq!(files.of(&signed("a"), &tail["AWSLogs/".len()..]), Some(&of("a")));
        assert_eq!(files.of(&signed("b"), &signed("copy")), Some(&of("a")), "there is no other");
        files.insert(&format!("b/{tail}"), of("b"));
        assert_eq!(files.of(&signed("b"), tail), Some(&of("b")));
        assert_eq!(files.of(&signed("c"), tail), None, "it may be either");
        // Moved: what it says of itself is of another.
        assert_eq!(files.of(&signed("a"), &tail.replace("d.json", "e.json")), None);
    }
}
