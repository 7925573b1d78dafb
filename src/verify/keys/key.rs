//! One public key: its two encodings, its bounds, and signatures checked with it.

use chrono::{DateTime, Duration, Utc};
use md5::{Digest, Md5};
use pkcs1::RsaPublicKeyRef;
use pkcs1::der::Decode;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use spki::SubjectPublicKeyInfoRef;

use super::ListedKey;

/// A key that signatures can be checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    fingerprint: String,
    /// DER of an `RSAPublicKey`, as ring takes it.
    pkcs1: Vec<u8>,
    validity: Validity,
}

/// When a key is said to be valid. It only informs: a key is never refused by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first moment; none where it is not told.
    pub start: Option<DateTime<Utc>>,
    /// The last moment; none where it is not told.
    pub end: Option<DateTime<Utc>>,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// The value is no base64.
    #[error("its value is no base64")]
    NotBase64,
    /// The value is something else.
    #[error("its value is no RSA key, neither in PKCS#1 nor in SubjectPublicKeyInfo")]
    NotRsa,
    /// The fingerprint is of other bytes.
    #[error("its value has the MD5 `{actual}`, which is not its fingerprint")]
    Fingerprint {
        /// MD5 of the value, in hexadecimal.
        actual: String,
    },
    /// The modulus is too short, or too long.
    #[error("it has {0} bits, and {MIN_BITS} to {MAX_BITS} are taken")]
    Bits(usize),
    /// Numbers that no RSA key has, or an exponent beyond what is in use.
    #[error("its modulus or its exponent is none of an RSA key")]
    Numbers,
}

/// The bounds of ring's `RSA_PKCS1_2048_8192_SHA256`.
const MIN_BITS: usize = 2048;
const MAX_BITS: usize = 8192;
/// ring's bounds of an exponent: odd, from 3 to 2^33 - 1.
const EXPONENTS: std::ops::RangeInclusive<u64> = 3..=(1 << 33) - 1;

/// How far the end of a digest file may lie outside of its key's validity before that is worth a word.
const TOLERANCE: Duration = Duration::days(1);

impl PublicKey {
    /// The bytes of a listed value, or its text where it is no base64, and the key in it.
    pub(super) fn of(listed: &ListedKey) -> (Vec<u8>, Result<Self, Unusable>) {
        let Some(value) = listed.bytes() else {
            return (listed.value.clone().into_bytes(), Err(Unusable::NotBase64));
        };
        let fingerprint = listed.fingerprint();
        let actual = md5(&value);
        let key = match pkcs1_of(&value) {
            _ if actual != fingerprint => Err(Unusable::Fingerprint { actual }),
            Err(reason) => Err(reason),
            Ok(pkcs1) => Ok(Self { fingerprint, pkcs1: pkcs1.to_vec(), validity: listed.validity }),
        };
        (value, key)
    }

    /// MD5 of the listed value in lower-case hexadecimal, as digest files name their key.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether this is the message's signature: RSASSA-PKCS1-v1_5 with SHA-256, and no other hash.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.pkcs1).verify(message, signature).is_ok()
    }

    /// When it is said to be valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Whether a digest file that ends then may be signed with this key, give or take a day.
    #[must_use]
    pub fn is_within(&self, end: DateTime<Utc>) -> bool {
        self.validity.is_within(end)
    }

    /// Takes in what another listing of the same key says.
    pub(super) fn widen(&mut self, other: Validity) {
        let Validity { start, end } = &mut self.validity;
        *start = start.zip(other.start).map(|(one, other)| one.min(other)).or(*start).or(other.start);
        *end = end.zip(other.end).map(|(one, other)| one.max(other)).or(*end).or(other.end);
    }
}

impl Validity {
    /// Whether a moment lies in it, or less than a day outside; what is not told does not bound it.
    #[must_use]
    pub fn is_within(&self, at: DateTime<Utc>) -> bool {
        self.start.is_none_or(|start| start.signed_duration_since(at) <= TOLERANCE)
            && self.end.is_none_or(|end| at.signed_duration_since(end) <= TOLERANCE)
    }
}

/// MD5 in lower-case hexadecimal.
pub(super) fn md5(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// The `RSAPublicKey` in a value of either encoding.
fn pkcs1_of(value: &[u8]) -> Result<&[u8], Unusable> {
    let pkcs1 = match SubjectPublicKeyInfoRef::from_der(value) {
        Ok(info) if info.algorithm.oid == pkcs1::ALGORITHM_OID => {
            info.subject_public_key.as_bytes().ok_or(Unusable::NotRsa)?
        }
        Ok(_) => return Err(Unusable::NotRsa),
        Err(_) => value,
    };
    let key = RsaPublicKeyRef::from_der(pkcs1).map_err(|_| Unusable::NotRsa)?;
    let modulus = key.modulus.as_bytes();
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    let bits = (modulus.len() * 8).saturating_sub(leading);
    if !(MIN_BITS..=MAX_BITS).contains(&bits) {
        return Err(Unusable::Bits(bits));
    }
    let exponent = key.public_exponent.as_bytes();
    let exponent = (exponent.len() <= size_of::<u64>())
        .then(|| exponent.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)));
    let is_odd = |byte: Option<&u8>| byte.is_some_and(|byte| byte & 1 == 1);
    let is_rsa = is_odd(modulus.last()) && exponent.is_some_and(|it| it & 1 == 1 && EXPONENTS.contains(&it));
    is_rsa.then_some(pkcs1).ok_or(Unusable::Numbers)
}
