//! Stored bytes become text: gzip by content, never by name, into a buffer that is used again.

use std::io::{ErrorKind, Read};

use libdeflater::Decompressor;

use super::{Error, Limits};

/// Inflates one log file after the other; keep one per thread.
pub struct Inflater {
    decompressor: Decompressor,
    buffer: Vec<u8>,
    limits: Limits,
}

/// How a log file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As one gzip member and nothing else, or unpacked.
    Regular,
    /// There is something behind the first gzip member.
    TrailingData,
}

/// The text of a log file's content: without a byte order mark.
#[must_use]
pub fn text_of(content: &[u8]) -> &[u8] {
    content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content)
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Inflater {
    /// Without a buffer yet; it grows to the largest log file met.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { decompressor: Decompressor::new(), buffer: Vec::new(), limits }
    }

    /// The text of one log file, without a byte order mark. What is not gzip is text already.
    ///
    /// Several gzip members are one text; zeros after the last are padding.
    ///
    /// # Errors
    /// [`Error::GzipCutOff`], [`Error::GzipCorrupt`], [`Error::TooLarge`].
    pub fn inflate<'a>(&'a mut self, stored: &'a [u8]) -> Result<&'a [u8], Error> {
        self.open(stored).map(text_of)
    }

    /// The content of one log file to its last byte, as digest files hash it; [`text_of`] it is what is read.
    ///
    /// # Errors
    /// As [`inflate`](Self::inflate).
    pub fn open<'a>(&'a mut self, stored: &'a [u8]) -> Result<&'a [u8], Error> {
        if !stored.starts_with(&MAGIC) {
            return self.within_limits(stored);
        }
        let length = match self.whole(stored) {
            Some(length) => length,
            None => self.streamed(stored)?,
        };
        self.within_limits(&self.buffer[..length])
    }

    /// The same, and whether it is stored as CloudTrail stores it: as one gzip member and nothing else, or unpacked.
    ///
    /// # Errors
    /// As [`inflate`](Self::inflate).
    pub fn examine<'a>(&'a mut self, stored: &'a [u8]) -> Result<(&'a [u8], Packing), Error> {
        if !stored.starts_with(&MAGIC) {
            return self.within_limits(stored).map(|content| (content, Packing::Regular));
        }
        if let Some(length) = self.whole(stored) {
            return self.within_limits(&self.buffer[..length]).map(|content| (content, Packing::Regular));
        }
        let mut rest = stored;
        let length = self.member(&mut rest, 0)?;
        if rest.is_empty() {
            return self.within_limits(&self.buffer[..length]).map(|content| (content, Packing::Regular));
        }
        self.open(stored).map(|content| (content, Packing::TrailingData))
    }

    /// What exactly one gzip member of plausible size holds, with nothing behind it; none for everything else.
    pub fn only_member(&mut self, stored: &[u8]) -> Option<&[u8]> {
        let length = self.whole(stored)?;
        Some(&self.buffer[..length])
    }

    fn within_limits<'a>(&self, content: &'a [u8]) -> Result<&'a [u8], Error> {
        if content.len() as u64 > self.limits.inflated_bytes {
            return Err(Error::TooLarge { limit: self.limits.inflated_bytes });
        }
        Ok(content)
    }

    /// The usual log file: one member of plausible size, which its last four bytes tell, and nothing behind it.
    fn whole(&mut self, stored: &[u8]) -> Option<usize> {
        let size = *stored.last_chunk::<4>()?;
        // libdeflate finds the size behind the stream and does not tell where that was: a member that ends before the
        // end has its size there, which is somewhere else than in the last four bytes.
        if memchr::memmem::find(&stored[..stored.len() - 1], &size).is_some() {
            return None;
        }
        let size = u32::from_le_bytes(size) as usize;
        // An honest log file inflates 5 to 30 times. What claims much more is not given the room in advance.
        if size > stored.len().saturating_mul(64) || size as u64 > self.limits.inflated_bytes {
            return None;
        }
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        let length = self.decompressor.gzip_decompress(stored, &mut self.buffer[..size]).ok()?;
        (length == size).then_some(length)
    }

    /// Any other: member by member, in steps, so that the room taken follows what was really there. This is also
    /// where a broken stream gets its name, which inflating it whole cannot tell.
    fn streamed(&mut self, stored: &[u8]) -> Result<usize, Error> {
        let mut rest = stored;
        let mut length = self.member(&mut rest, 0)?;
        // Zeros are padding.
        while rest.iter().any(|byte| *byte != 0) {
            if !rest.starts_with(&MAGIC) {
                return Err(Error::GzipCorrupt);
            }
            length = self.member(&mut rest, length)?;
        }
        Ok(length)
    }

    /// One member, appended after the first `length` bytes of the buffer. Gives the new length.
    fn member(&mut self, rest: &mut &[u8], mut length: usize) -> Result<usize, Error> {
        let mut member = flate2::bufread::GzDecoder::new(&mut *rest);
        loop {
            if length as u64 > self.limits.inflated_bytes {
                return Err(Error::TooLarge { limit: self.limits.inflated_bytes });
            }
            if self.buffer.len() - length < STEP {
                self.buffer.resize((length + STEP).max(self.buffer.len() + self.buffer.len() / 2), 0);
            }
            match member.read(&mut self.buffer[length..]) {
                Ok(0) => return Ok(length),
                Ok(read) => length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(Error::GzipCutOff),
                Err(_) => return Err(Error::GzipCorrupt),
            }
        }
    }
}

/// How every gzip member begins.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// 64 KiB: the least room a read is given.
const STEP: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn inflated(stored: &[u8]) -> Result<Vec<u8>, Error> {
        Inflater::new(Limits::default()).inflate(stored).map(<[u8]>::to_vec)
    }

    /// Text that does not compress to nothing.
    fn text(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let step = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + (state >> 28) as u8
        };
        (0..length).map(step).collect()
    }

    #[test]
    fn gzip_is_known_by_content() {
        assert_eq!(inflated(&gzip(b"{}")), Ok(b"{}".to_vec()));
        assert_eq!(inflated(b"{}"), Ok(b"{}".to_vec()));
        assert_eq!(inflated(b""), Ok(Vec::new()));
        assert_eq!(inflated(&gzip(b"")), Ok(Vec::new()));
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        assert_eq!(inflated("\u{feff}[]".as_bytes()), Ok(b"[]".to_vec()));
        assert_eq!(inflated(&gzip("\u{feff}[]".as_bytes())), Ok(b"[]".to_vec()));
    }

    #[test]
    fn several_members_are_one_text() {
        let (one, two) = (text(100_000), text(50));
        assert_eq!(inflated(&[gzip(&one), gzip(&two)].concat()), Ok([one.clone(), two].concat()));
        assert_eq!(inflated(&[gzip(&one), gzip(&one)].concat()), Ok([one.clone(), one].concat()));
        assert_eq!(inflated(&[gzip(b""), gzip(b"[]"), gzip(b"")].concat()), Ok(b"[]".to_vec()));
    }

    #[test]
    fn zeros_at_the_end_are_padding_and_other_bytes_are_not() {
        let stored = gzip(&text(1000));
        assert_eq!(inflated(&[stored.clone(), vec![0; 512]].concat()), Ok(text(1000)));
        assert_eq!(inflated(&[gzip(b""), gzip(b""), vec![0]].concat()), Ok(Vec::new()));
        assert_eq!(inflated(&[stored.clone(), b"garbage".to_vec()].concat()), Err(Error::GzipCorrupt));
        assert_eq!(inflated(&[stored.clone(), vec![0], b"x".to_vec()].concat()), Err(Error::GzipCorrupt));
    }

    #[test]
    fn a_damaged_member_behind_another_is_corrupt() {
        for (one, two) in [(text(1000), text(1000)), (b"[1]".to_vec(), b"[2]".to_vec())] {
            let mut second = gzip(&two);
            second[0] ^= 0xff;
            assert_eq!(inflated(&[gzip(&one), second].concat()), Err(Error::GzipCorrupt));
        }
    }

    #[test]
    fn a_lying_size_of_an_inner_member_is_corrupt() {
        let mut first = gzip(b"");
        let at = first.len() - 4;
        first[at] = 16;
        assert_eq!(inflated(&[first, gzip(b"")].concat()), Err(Error::GzipCorrupt));
    }

    #[test]
    fn headers_of_every_form_are_passed() {
        for (name, comment, extra) in
            [(true, false, false), (false, true, false), (false, false, true), (true, true, true)]
        {
            let mut builder = flate2::GzBuilder::new();
            builder = if name { builder.filename("a_CloudTrail_b.json") } else { builder };
            builder = if comment { builder.comment("remark") } else { builder };
            builder = if extra { builder.extra([1, 2, 0, 4]) } else { builder };
            let mut encoder = builder.write(Vec::new(), Compression::default());
            encoder.write_all(&text(1000)).expect("memory");
            let stored = encoder.finish().expect("memory");
            let mut inflater = Inflater::new(Limits::default());
            assert_eq!(inflater.whole(&stored), Some(1000));
            assert_eq!(inflated(&stored), Ok(text(1000)));
        }
    }

    #[test]
    fn a_lying_size_is_corrupt_whatever_it_says() {
        for lie in [0_u32, 1, 999, 1001, 70_000, u32::MAX] {
            let mut stored = gzip(&text(1000));
            let at = stored.len() - 4;
            stored[at..].copy_from_slice(&lie.to_le_bytes());
            assert_eq!(inflated(&stored), Err(Error::GzipCorrupt), "{lie}");
        }
    }

    #[test]
    fn every_truncation_is_an_error() {
        for stored in [gzip(&text(3000)), [gzip(&text(100)), gzip(&text(200))].concat()] {
            let first = gzip(&text(100)).len();
            for length in 2..stored.len() {
                let cut = inflated(&stored[..length]);
                if length == first && stored.len() < 1000 {
                    assert_eq!(cut, Ok(text(100)));
                } else {
                    assert!(matches!(cut, Err(Error::GzipCutOff | Error::GzipCorrupt)), "{length}: {cut:?}");
                }
            }
        }
    }

    #[test]
    fn a_flipped_byte_is_an_error_or_changes_nothing() {
        let stored = gzip(&text(500));
        for at in 2..stored.len() {
            let mut flipped = stored.clone();
            flipped[at] ^= 0x10;
            if let Ok(inflated) = inflated(&flipped) {
                assert_eq!(inflated, text(500), "byte {at} of the header");
            }
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![b' '; 40 << 20]);
        let limits = Limits { inflated_bytes: 1 << 20, ..Limits::default() };
        let mut inflater = Inflater::new(limits);
        assert_eq!(inflater.inflate(&bomb), Err(Error::TooLarge { limit: 1 << 20 }));
        assert!(inflater.buffer.len() < 4 << 20);
        assert_eq!(inflater.inflate(&vec![b' '; 2 << 20]), Err(Error::TooLarge { limit: 1 << 20 }));
    }

    #[test]
    fn content_is_told_apart_by_how_it_is_stored() {
        let examined = |stored: &[u8]| {
            let mut inflater = Inflater::new(Limits::default());
            inflater.examine(stored).map(|(content, packing)| (content.to_vec(), packing))
        };
        let (one, marked) = (gzip(&text(1000)), "\u{feff}[]".as_bytes());
        assert_eq!(examined(&one), Ok((text(1000), Packing::Regular)));
        assert_eq!(examined(b"[]"), Ok((b"[]".to_vec(), Packing::Regular)));
        assert_eq!(examined(&gzip(marked)), Ok((marked.to_vec(), Packing::Regular)));
        let two = [one.clone(), gzip(b"[]")].concat();
        assert_eq!(examined(&two), Ok(([text(1000), b"[]".to_vec()].concat(), Packing::TrailingData)));
        assert_eq!(examined(&[one.clone(), vec![0]].concat()), Ok((text(1000), Packing::TrailingData)));
        assert_eq!(examined(&one[..one.len() - 1]), Err(Error::GzipCutOff));
        // Of the same size.
        let same = [one.clone(), gzip(&text(1000).to_ascii_uppercase())].concat();
        assert!(matches!(examined(&same), Ok((_, Packing::TrailingData))));
        // Bytes between the data and its checksum.
        let (data, end) = one.split_at(one.len() - 8);
        let odd = [data, b"xxxxxxxxxxxx", end].concat();
        assert_eq!(inflated(&odd), Err(Error::GzipCorrupt));
        assert_eq!(examined(&odd), Err(Error::GzipCorrupt));
    }

    #[test]
    fn the_buffer_is_used_again() {
        let mut inflater = Inflater::new(Limits::default());
        assert_eq!(inflater.inflate(&gzip(&text(5000))), Ok(text(5000).as_slice()));
        assert_eq!(inflater.inflate(&gzip(b"[]")), Ok(b"[]".as_slice()));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(mut stored: Vec<u8>) {
            let _ = inflated(&stored);
            stored.splice(0..0, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
            let _ = inflated(&stored);
        }
    }
}
