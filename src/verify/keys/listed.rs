//! Keys in the shape in which CloudTrail lists them.
//!
//! Source: CloudTrail API Reference, `ListPublicKeys` and `PublicKey`. That the fingerprint is the MD5 of the value is
//! not documented, but true of every key that AWS's pages show.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};

use super::Validity;
use super::key::md5;

/// A key as CloudTrail lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// Base64 of the key's DER.
    pub value: String,
    /// The fingerprint as listed; none where the listing has none.
    pub named: Option<String>,
    /// When it is said to be valid.
    pub validity: Validity,
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl ListedKey {
    /// The fingerprint in lower case: the one that is named, or that of the value.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.named
            .as_ref()
            .map_or_else(|| md5(&self.bytes().unwrap_or_default()), |named| named.trim().to_ascii_lowercase())
    }

    /// The value's bytes; none where it is no base64.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let text: Vec<u8> = self.value.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        BASE64.decode(text).ok().filter(|bytes| !bytes.is_empty())
    }

    /// In the shape of `aws cloudtrail list-public-keys`.
    fn json(&self) -> Value {
        let time = |time: Option<chrono::DateTime<chrono::Utc>>| {
            time.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false))
        };
        json!({
            "Value": self.value,
            "ValidityStartTime": time(self.validity.start),
            "ValidityEndTime": time(self.validity.end),
            "Fingerprint": self.fingerprint(),
        })
    }
}

/// A file of keys, in the shape of `aws cloudtrail list-public-keys`.
#[must_use]
pub fn document(keys: &[ListedKey]) -> Value {
    json!({ "PublicKeyList": keys.iter().map(ListedKey::json).collect::<Vec<_>>() })
}
