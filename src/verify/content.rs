//! What a stored file holds, and its hash: exactly one gzip member and nothing behind it.
//!
//! A second member, or bytes behind the first, would be records that no digest vouches for and that a reader of
//! several members returns all the same.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::GzDecoder;
use sha2::{Digest as _, Sha256};

use crate::archive::Body;
use crate::record::{Inflater, Limits};

/// SHA-256.
pub type Hash = [u8; 32];

/// What is wrong with a stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Not a byte in it.
    Empty,
    /// It does not begin as its name says.
    NotCompressed,
    /// It ends within the compressed stream.
    Truncated,
    /// The stream is broken, or does not have the checksum or the length that it says.
    Corrupt,
    /// Something follows the first member.
    Trailing,
    /// It holds more than may be.
    TooBig,
    /// It could not be read to its end.
    Unreadable(ErrorKind),
}

impl Damage {
    /// For people.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Empty => "empty".to_owned(),
            Self::NotCompressed => "not compressed as its name says".to_owned(),
            Self::Truncated => "truncated".to_owned(),
            Self::Corrupt => "the gzip stream is corrupt".to_owned(),
            Self::Trailing => "trailing data".to_owned(),
            Self::TooBig => "too big".to_owned(),
            Self::Unreadable(kind) => kind.to_string(),
        }
    }
}

/// How a file is stored, as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// As CloudTrail does.
    Gzip,
    /// As archives do that were compressed anew.
    Zstd,
    /// Unpacked.
    None,
}

impl Compression {
    /// Ways in which a log file may be stored instead, and the endings of their names.
    pub const OTHERS: [(Self, &str); 2] = [(Self::None, ""), (Self::Zstd, ".zst")];
}

/// Hashes one file after the other; keep one per thread.
pub struct Hasher {
    inflater: Inflater,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { inflater: Inflater::new(Limits { inflated_bytes: MOST_AT_ONCE, ..Limits::default() }) }
    }
}

/// 16 MiB: what is larger is inflated piece by piece.
const MOST_AT_ONCE: u64 = 16 << 20;
const PIECE: usize = 64 << 10;

impl Hasher {
    /// The hash of what a file holds, and how many bytes that are.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn hash(&mut self, body: Body, compression: Compression) -> Result<(Hash, u64), Damage> {
        if let (Body::Whole(stored), Compression::Gzip) = (&body, compression)
            && let Some(content) = self.inflater.only_member(stored)
        {
            return Ok((Sha256::digest(content).into(), content.len() as u64));
        }
        let mut hash = Sha256::new();
        let length = unpacked(body, compression, |piece| {
            hash.update(piece);
            Ok(())
        })?;
        Ok((hash.finalize().into(), length))
    }

    /// What a file holds that has at most `limit` bytes of it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn content(&mut self, body: Body, compression: Compression, limit: usize) -> Result<Vec<u8>, Damage> {
        if let (Body::Whole(stored), Compression::Gzip) = (&body, compression)
            && let Some(content) = self.inflater.only_member(stored)
        {
            return if content.len() <= limit { Ok(content.to_vec()) } else { Err(Damage::TooBig) };
        }
        let mut content = Vec::new();
        unpacked(body, compression, |piece| {
            content.extend_from_slice(piece);
            if content.len() > limit { Err(Damage::TooBig) } else { Ok(()) }
        })?;
        Ok(content)
    }
}

/// Hands on what a file holds, piece by piece, and counts its bytes.
fn unpacked(
    body: Body,
    compression: Compression,
    each: impl FnMut(&[u8]) -> Result<(), Damage>,
) -> Result<u64, Damage> {
    match body {
        Body::Whole(bytes) => unpack(bytes.as_slice(), compression, each),
        Body::Large(file) => unpack(BufReader::with_capacity(PIECE, file), compression, each),
    }
}

fn unpack(
    mut stored: impl BufRead,
    compression: Compression,
    each: impl FnMut(&[u8]) -> Result<(), Damage>,
) -> Result<u64, Damage> {
    match compression {
        Compression::None => pieces(stored, |error| Damage::Unreadable(error.kind()), each),
        Compression::Zstd => {
            let frame = zstd::Decoder::with_buffer(&mut stored).map_err(|_| Damage::Corrupt)?.single_frame();
            let length = pieces(frame, damage, each)?;
            at_end(&mut stored)?;
            Ok(length)
        }
        Compression::Gzip => {
            match stored.fill_buf().map_err(|error| Damage::Unreadable(error.kind()))? {
                [] => return Err(Damage::Empty),
                [0x1F, 0x8B, ..] | [0x1F] => {}
                _ => return Err(Damage::NotCompressed),
            }
            let length = pieces(GzDecoder::new(&mut stored), damage, each)?;
            at_end(&mut stored)?;
            Ok(length)
        }
    }
}

fn damage(error: &io::Error) -> Damage {
    match error.kind() {
        ErrorKind::UnexpectedEof => Damage::Truncated,
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::Other => Damage::Corrupt,
        kind => Damage::Unreadable(kind),
    }
}

fn pieces(
    mut from: impl Read,
    damage: impl Fn(&io::Error) -> Damage,
    mut each: impl FnMut(&[u8]) -> Result<(), Damage>,
) -> Result<u64, Damage> {
    let mut piece = vec![0; PIECE];
    let mut length = 0;
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(read) => {
                each(&piece[..read])?;
                length += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(damage(&error)),
        }
    }
}

fn at_end(stored: &mut impl BufRead) -> Result<(), Damage> {
    match stored.fill_buf() {
        Ok([]) => Ok(()),
        Ok(_) => Err(Damage::Trailing),
        Err(error) => Err(Damage::Unreadable(error.kind())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression as Level;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Level::default());
        gzip.write_all(text).expect("memory");
        gzip.finish().expect("memory")
    }

    fn hash(stored: &[u8]) -> Result<Hash, Damage> {
        let at_once = Hasher::default().hash(Body::Whole(stored.to_vec()), Compression::Gzip);
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(stored).and_then(|()| io::Seek::rewind(&mut file)).expect("a file");
        let by_pieces = Hasher::default().hash(Body::Large(file), Compression::Gzip);
        assert_eq!(at_once, by_pieces, "both ways say the same");
        Ok(at_once?.0)
    }

    #[test]
    fn one_member_is_hashed_whatever_compressed_it() {
        let text = br#"{"Records":[]}"#.repeat(1000);
        let expected: Hash = Sha256::digest(&text).into();
        assert_eq!(hash(&gzip(&text)), Ok(expected));
        let zstd = zstd::encode_all(&text[..], 3).expect("memory");
        let stored = |bytes: &[u8], compression| Hasher::default().hash(Body::Whole(bytes.to_vec()), compression);
        assert_eq!(stored(&zstd, Compression::Zstd), Ok((expected, text.len() as u64)));
        assert_eq!(stored(&text, Compression::None), Ok((expected, text.len() as u64)));
        let twice = [&zstd[..], &zstd[..]].concat();
        assert_eq!(stored(&twice, Compression::Zstd), Err(Damage::Trailing));
        assert_eq!(stored(&zstd[..zstd.len() - 3], Compression::Zstd), Err(Damage::Truncated));
        assert_eq!(hash(&gzip(b"")), Ok(Sha256::digest(b"").into()));
    }

    #[test]
    fn what_is_not_exactly_one_member_is_named() {
        let member = gzip(br#"{"Records":[1,2,3,4,5,6,7,8]}"#);
        let length = member.len();
        assert_eq!(hash(b""), Err(Damage::Empty));
        assert_eq!(hash(br#"{"Records":[]}"#), Err(Damage::NotCompressed));
        for cut in [1, 5, 8, 9, length - 12] {
            assert_eq!(hash(&member[..length - cut]), Err(Damage::Truncated), "{cut} bytes cut off");
        }
        assert_eq!(hash(&[&member[..], &member[..]].concat()), Err(Damage::Trailing));
        assert_eq!(hash(&[&member[..], &gzip(b"x")[..]].concat()), Err(Damage::Trailing));
        let same_size = gzip(br#"{"Records":[8,7,6,5,4,3,2,1]}"#);
        assert_eq!(hash(&[&member[..], &same_size[..]].concat()), Err(Damage::Trailing));
        assert_eq!(hash(&[&member[..], &[0; 512][..]].concat()), Err(Damage::Trailing));
        // Behind a member, its own trailer once more.
        assert_eq!(hash(&[&member[..], &member[length - 8..]].concat()), Err(Damage::Trailing));
        assert_eq!(hash(&[&member[..], b"junk", &member[length - 8..]].concat()), Err(Damage::Trailing));
        // Between the stream and its trailer.
        let wedged = [&member[..length - 8], b"junk", &member[length - 8..]].concat();
        assert_eq!(hash(&wedged), Err(Damage::Corrupt));
        for at in length - 8..length {
            let mut flipped = member.clone();
            flipped[at] ^= 1;
            assert_eq!(hash(&flipped), Err(Damage::Corrupt), "byte {at}");
        }
    }

    #[test]
    fn nothing_is_inflated_beyond_its_limit() {
        let bomb = gzip(&vec![0; 1 << 20]);
        let limited = |limit| {
            Hasher::default().content(Body::Whole(bomb.clone()), Compression::Gzip, limit).map(|content| content.len())
        };
        assert_eq!(limited(1 << 20), Ok(1 << 20));
        assert_eq!(limited((1 << 20) - 1), Err(Damage::TooBig));
    }
}
