//! Whether a digest file is what it claims to be: its signature, from wherever one is known.

use super::document::Document;
use super::event::SignatureSource;
use super::keys::{KeyLookup, PublicKeys};
use super::metadata::Metadata;
use super::status::DigestStatus;

/// The only algorithm there is.
const ALGORITHM: &str = "SHA256withRSA";

/// What the signatures say of a digest file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) status: DigestStatus,
    pub(super) is_authenticated: bool,
    pub(super) source: SignatureSource,
    pub(super) detail: Option<String>,
}

impl Verdict {
    pub(super) fn unproven(status: DigestStatus, detail: impl Into<Option<String>>) -> Self {
        Self { status, is_authenticated: false, source: SignatureSource::None, detail: detail.into() }
    }

    fn proven(status: DigestStatus, source: SignatureSource, detail: Option<String>) -> Self {
        Self { status, is_authenticated: true, source, detail }
    }
}

/// What the digest file's own signature says, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Own {
    /// It has none.
    None,
    /// It verifies.
    Holds,
    /// It does not, and why.
    Fails(String),
}

/// Checks a digest file's own signature. Without a usable key there is nothing to be said.
pub(super) fn own(document: &Document, hash: &[u8; 32], metadata: &Metadata, keys: &PublicKeys) -> Own {
    let Some(signature) = &metadata.signature else { return Own::None };
    if let Some(other) = metadata.algorithm.as_ref().filter(|algorithm| *algorithm != ALGORITHM) {
        return Own::Fails(format!("its metadata names the algorithm `{other}`, not {ALGORITHM}"));
    }
    match verify(document, hash, signature, keys) {
        Ok(()) => Own::Holds,
        Err(reason) => Own::Fails(reason),
    }
}

/// The status that the signatures give: its own, and the copies in digest files that name this one as the one before.
pub(super) fn judge(
    document: &Document,
    hash: &[u8; 32],
    own: &Own,
    copies: &[String],
    keys: &PublicKeys,
    require_metadata: bool,
) -> Verdict {
    let fingerprint = &document.digest_public_key_fingerprint;
    match keys.get(fingerprint) {
        KeyLookup::Usable(_) => {}
        KeyLookup::Unusable(reason) => return Verdict::unproven(DigestStatus::KeyUnusable, reason.to_string()),
        KeyLookup::NotFound => return Verdict::unproven(DigestStatus::KeyNotFound, None),
    }
    if let Some(other) = document.digest_signature_algorithm.as_ref().filter(|algorithm| *algorithm != ALGORITHM) {
        return Verdict::unproven(
            DigestStatus::SignatureInvalid,
            format!("it names the algorithm `{other}`, not {ALGORITHM}"),
        );
    }
    let by_copy = || copies.iter().any(|copy| verify(document, hash, copy, keys).is_ok());
    let by_next = SignatureSource::NextDigest;
    match own {
        Own::Holds => Verdict::proven(DigestStatus::Valid, SignatureSource::Metadata, None),
        Own::Fails(reason) if by_copy() => {
            let detail = format!("{reason}; authenticated by the next digest");
            Verdict::proven(DigestStatus::SignatureInvalid, by_next, Some(detail))
        }
        Own::Fails(reason) => Verdict::unproven(DigestStatus::SignatureInvalid, reason.clone()),
        Own::None if require_metadata => {
            Verdict::unproven(DigestStatus::SignatureInvalid, "there is no signature in its metadata".to_owned())
        }
        Own::None if by_copy() => Verdict::proven(DigestStatus::Valid, by_next, None),
        Own::None if copies.is_empty() => Verdict::unproven(DigestStatus::Unverified, None),
        Own::None => {
            let detail = "there is no metadata, and the next digest's copy of the signature does not verify";
            Verdict::unproven(DigestStatus::SignatureInvalid, detail.to_owned())
        }
    }
}

/// Whether a signature is the document's, and if not, why.
pub(super) fn verify(document: &Document, hash: &[u8; 32], signature: &str, keys: &PublicKeys) -> Result<(), String> {
    let KeyLookup::Usable(key) = keys.get(&document.digest_public_key_fingerprint) else {
        return Err("there is no key to check it with".to_owned());
    };
    let signature = hex::decode(signature.trim()).map_err(|_| "the signature is not hexadecimal".to_owned())?;
    let signed = document.string_to_sign(hash);
    let holds = key.verify(signed.as_bytes(), &signature);
    holds.then_some(()).ok_or_else(|| "the signature is of other content, or by another key".to_owned())
}
