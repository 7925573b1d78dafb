//! What S3 keeps beside a digest file: its signature. Copies lose it, so files may hold it instead.

use std::collections::HashMap;
use std::path::Path;

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
    by_key: HashMap<String, Metadata>,
    /// Keys by what a copy keeps of them; none where several keep the same.
    by_tail: HashMap<String, Option<String>>,
    bucket: Option<String>,
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
            let content = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
            let value: Value = serde_json::from_slice(&content).map_err(|error| failed(error.to_string()))?;
            let objects = value.get("objects").and_then(Value::as_object);
            let objects = objects.ok_or_else(|| failed("there is no object `objects` in it".to_owned()))?;
            all.bucket = all.bucket.or_else(|| Some(value.get("bucket")?.as_str()?.to_owned()));
            for (key, entries) in objects {
                let entries = entries.as_object().ok_or_else(|| failed(format!("`{key}` is no object")))?;
                let inner = entries.get("Metadata").and_then(Value::as_object).unwrap_or(entries);
                all.insert(key, Metadata::of_object(inner));
            }
        }
        Ok(all)
    }

    fn insert(&mut self, key: &str, metadata: Metadata) {
        let tail = from_logs(key).unwrap_or(key).to_owned();
        let is_new = self.by_key.insert(key.to_owned(), metadata).is_none();
        let only = self.by_tail.entry(tail).or_insert_with(|| Some(key.to_owned()));
        if is_new && only.as_deref() != Some(key) {
            *only = None;
        }
    }

    /// The bucket that they were in.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    /// What is known of the digest file that was found under `actual` and says that its key is `signed`.
    #[must_use]
    pub fn of(&self, signed: &str, actual: &str) -> Option<&Metadata> {
        // Where it was found counts first: a digest file that was moved says where it was before.
        let by_tail = || self.by_key.get(self.by_tail.get(from_logs(actual).unwrap_or(actual))?.as_ref()?);
        let is_same = from_logs(signed).unwrap_or(signed) == from_logs(actual).unwrap_or(actual);
        let by_signed = || self.by_key.get(signed).filter(|_| is_same || signed.ends_with(actual));
        by_signed().or_else(|| self.by_key.get(actual)).or_else(by_tail)
    }
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
}
