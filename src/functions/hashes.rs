//! Hashes and the encodings of bytes. Text stands for its UTF-8 wherever bytes are taken.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::Digest;

use super::Function;
use super::rows::{at, at_or, bytes, integers, texts};
use super::scalar::{Args, engine, scalar};

/// What SQL may call of this family.
pub(super) const HASHES: &[Function] = &[
    scalar! {
        "md5", "md5(bytes)", "The MD5 hash of bytes, as bytes.",
        [("to_hex(md5('a'))", "0CC175B9C0F1B6A831C399E269772661")],
        (Bytes) -> DataType::Binary, |args| of_bytes(args, |input| md5::Md5::digest(input).to_vec())
    },
    scalar! {
        "sha1", "sha1(bytes)", "The SHA-1 hash of bytes, as bytes.",
        [("to_hex(sha1('abc'))", "A9993E364706816ABA3E25717850C26C9CD0D89D")],
        (Bytes) -> DataType::Binary, |args| of_bytes(args, |input| sha1::Sha1::digest(input).to_vec())
    },
    engine! {
        "sha256" as "sha256", "sha256(bytes)", "The SHA-256 hash of bytes, as bytes.",
        [("to_hex(sha256('abc'))", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    },
    engine! {
        "sha512" as "sha512", "sha512(bytes)", "The SHA-512 hash of bytes, as bytes.",
        [("substr(to_hex(sha512('abc')), 1, 16)", "DDAF35A193617ABA")]
    },
    scalar! {
        "crc32", "crc32(bytes)", "The CRC-32 checksum of bytes.",
        [("crc32('123456789')", "3421780262")],
        (Bytes) -> DataType::Int64, |args| {
            let inputs = args.bytes(0)?;
            integers(args.rows(), |row| Some(Ok(i64::from(crc32fast::hash(at(&inputs, row)?)))))
        }
    },
    scalar! {
        "to_hex", "to_hex(bytes)", "Bytes as hexadecimal digits.",
        [("to_hex('né')", "6EC3A9")],
        (Bytes) -> DataType::Utf8, |args| {
            let inputs = args.bytes(0)?;
            texts(args.rows(), |row| Some(Ok(hex::encode_upper(at(&inputs, row)?))))
        }
    },
    scalar! {
        "from_hex", "from_hex(text)", "The bytes that hexadecimal digits stand for.",
        [("from_utf8(from_hex('6ec3A9'))", "né")],
        (Bytes) -> DataType::Binary, |args| {
            let inputs = args.bytes(0)?;
            bytes(args.rows(), |row| {
                let input = at(&inputs, row)?;
                Some(hex::decode(input).or_else(|_| bad("from_hex", "hexadecimal digits in pairs", input)))
            })
        }
    },
    scalar! {
        "to_base64", "to_base64(bytes)", "Bytes in base64.",
        [("to_base64('né?>')", "bsOpPz4=")],
        (Bytes) -> DataType::Utf8, |args| encoded(args, &BASE64)
    },
    scalar! {
        "from_base64", "from_base64(text)", "The bytes that a text in base64 stands for.",
        [("from_utf8(from_base64('bsOpPz4='))", "né?>")],
        (Bytes) -> DataType::Binary, |args| decoded("from_base64", args, &BASE64)
    },
    scalar! {
        "to_base64url", "to_base64url(bytes)", "Bytes in the base64 of URLs.",
        [("to_base64url(from_hex('FBFF'))", "-_8=")],
        (Bytes) -> DataType::Utf8, |args| encoded(args, &BASE64URL)
    },
    scalar! {
        "from_base64url", "from_base64url(text)", "The bytes that a text in the base64 of URLs stands for.",
        [("to_hex(from_base64url('-_8'))", "FBFF")],
        (Bytes) -> DataType::Binary, |args| decoded("from_base64url", args, &BASE64URL)
    },
    scalar! {
        "to_utf8", "to_utf8(text)", "The bytes of a text in UTF-8.",
        [("to_hex(to_utf8('é'))", "C3A9")],
        (Text) -> DataType::Binary, |args| of_bytes(args, <[u8]>::to_vec)
    },
    scalar! {
        "from_utf8", "from_utf8(bytes[, replacement])",
        "The text that bytes spell in UTF-8, with a replacement for what is none.",
        [("from_utf8(from_hex('61'))", "a"), ("from_utf8(from_hex('61FF'), '?')", "a?")],
        (Bytes; Text) -> DataType::Utf8, from_utf8
    },
];

const BASE64: GeneralPurpose = base64(&STANDARD);
const BASE64URL: GeneralPurpose = base64(&URL_SAFE);

/// Padding is written, and need not be there to be read.
const fn base64(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

fn of_bytes(args: &Args<'_>, make: fn(&[u8]) -> Vec<u8>) -> Result<ArrayRef> {
    let inputs = args.bytes(0)?;
    bytes(args.rows(), |row| Some(Ok(make(at(&inputs, row)?))))
}

fn encoded(args: &Args<'_>, base64: &GeneralPurpose) -> Result<ArrayRef> {
    let inputs = args.bytes(0)?;
    texts(args.rows(), |row| Some(Ok(base64.encode(at(&inputs, row)?))))
}

fn decoded(name: &str, args: &Args<'_>, base64: &GeneralPurpose) -> Result<ArrayRef> {
    let inputs = args.bytes(0)?;
    bytes(args.rows(), |row| {
        let input = at(&inputs, row)?;
        Some(base64.decode(input).or_else(|_| bad(name, "base64", input)))
    })
}

fn bad<T>(name: &str, expected: &str, input: &[u8]) -> Result<T> {
    exec_err!("`{name}` takes {expected}, not `{}`", String::from_utf8_lossy(input))
}

fn from_utf8(args: &Args<'_>) -> Result<ArrayRef> {
    let (inputs, replacements) = (args.bytes(0)?, args.optional(1, Args::texts)?);
    texts(args.rows(), |row| {
        let input = at(&inputs, row)?;
        let replacement = at_or(replacements.as_ref(), row, "\u{fffd}")?;
        if replacement.chars().count() > 1 {
            return Some(exec_err!("`from_utf8` takes a replacement of one character at most, not `{replacement}`"));
        }
        let mut text = String::with_capacity(input.len());
        for chunk in input.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push_str(replacement);
            }
        }
        Some(Ok(text))
    })
}
