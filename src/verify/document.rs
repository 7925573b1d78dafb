//! A digest file's document, as far as verification reads it.
//!
//! Source: CloudTrail User Guide, "CloudTrail digest file structure". Fields that are not named here are skipped.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer};

/// A digest file's own words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Begin of the time that it is about.
    pub digest_start_time: Time,
    /// End of the time that it is about.
    pub digest_end_time: Time,
    /// Bucket in which CloudTrail put it.
    pub digest_s3_bucket: String,
    /// Key under which CloudTrail put it.
    pub digest_s3_object: String,
    /// Fingerprint of the key that signed it.
    pub digest_public_key_fingerprint: String,
    /// `SHA256withRSA`.
    #[serde(default)]
    pub digest_signature_algorithm: Option<String>,
    /// Bucket of the digest file before.
    #[serde(default)]
    pub previous_digest_s3_bucket: Option<String>,
    /// Key of the digest file before.
    #[serde(default)]
    pub previous_digest_s3_object: Option<String>,
    /// Hash of the digest file before.
    #[serde(default)]
    pub previous_digest_hash_value: Option<String>,
    /// Its algorithm, `SHA-256`.
    #[serde(default)]
    pub previous_digest_hash_algorithm: Option<String>,
    /// Signature of the digest file before. Null in the first; it has to be there all the same.
    #[serde(deserialize_with = "nullable")]
    pub previous_digest_signature: Option<String>,
    /// Log files. Null is none; it has to be there all the same.
    #[serde(deserialize_with = "nullable")]
    pub log_files: Option<Vec<Listed>>,
}

/// A log file as a digest file lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Bucket in which CloudTrail put it.
    pub s3_bucket: String,
    /// Key under which CloudTrail put it.
    pub s3_object: String,
    /// Hash of its uncompressed content, in hex.
    pub hash_value: String,
    /// `SHA-256`.
    pub hash_algorithm: String,
}

/// A time and how the document writes it, which is what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// As written.
    pub text: String,
    /// What it means.
    pub at: DateTime<Utc>,
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%SZ") {
            Ok(at) => Ok(Self { at: at.and_utc(), text }),
            Err(_) => Err(serde::de::Error::custom(format!("`{text}` is no time such as 2015-08-17T14:01:31Z"))),
        }
    }
}

/// A field that may be null and may not be absent.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// The digest file before, as a digest file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'d> {
    /// Its bucket.
    pub bucket: &'d str,
    /// Its key.
    pub key: &'d str,
    /// Hash of its content, in hex.
    pub hash: Option<&'d str>,
    /// Its signature, in hex.
    pub signature: Option<&'d str>,
}

impl Document {
    /// Reads a digest file's content.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(content: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(content).map_err(|error| error.to_string())
    }

    /// The digest file before; none when validation began with this one.
    #[must_use]
    pub fn link(&self) -> Option<Link<'_>> {
        let key = self.previous_digest_s3_object.as_deref()?;
        Some(Link {
            bucket: self.previous_digest_s3_bucket.as_deref().unwrap_or(&self.digest_s3_bucket),
            key,
            hash: self.previous_digest_hash_value.as_deref(),
            signature: self.previous_digest_signature.as_deref(),
        })
    }

    /// What is signed.
    #[must_use]
    pub fn string_to_sign(&self, content_hash: &[u8; 32]) -> String {
        let Self { digest_end_time: end, digest_s3_bucket: bucket, digest_s3_object: key, .. } = self;
        let previous = self.previous_digest_signature.as_deref().unwrap_or("null");
        format!("{}\n{bucket}/{key}\n{}\n{previous}", end.text, hex::encode(content_hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"awsAccountId":"111122223333","digestStartTime":"2024-03-10T10:43:09Z",
        "digestEndTime":"2024-03-10T11:43:09Z","digestS3Bucket":"b","digestS3Object":"k","more":[1],
        "digestPublicKeyFingerprint":"f","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,
        "previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,
        "previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":[]}"#;

    #[test]
    fn four_lines_are_signed() {
        let document = Document::parse(WHOLE.as_bytes()).expect("a digest file");
        let signed = document.string_to_sign(&[0xAB; 32]);
        let lines: Vec<_> = signed.split('\n').collect();
        assert_eq!(lines, ["2024-03-10T11:43:09Z", "b/k", &"ab".repeat(32), "null"]);
        assert_eq!(document.link(), None);
    }

    #[test]
    fn null_is_not_absent() {
        let without = |field: &str| {
            let mut document: serde_json::Value = serde_json::from_str(WHOLE).expect("JSON");
            document.as_object_mut().expect("an object").remove(field);
            Document::parse(document.to_string().as_bytes())
        };
        for field in ["previousDigestSignature", "logFiles", "digestEndTime", "digestS3Object"] {
            assert!(without(field).is_err_and(|error| error.contains(field)), "{field}");
        }
        let null = WHOLE.replace("\"logFiles\":[]", "\"logFiles\":null");
        assert_eq!(Document::parse(null.as_bytes()).expect("a digest file").log_files, None);
        for broken in ["[]", "{", "null", "{\"logFiles\":3}", &"[".repeat(100_000)] {
            assert!(Document::parse(broken.as_bytes()).is_err());
        }
    }
}
