//! Any bytes, and gzip with wrong bytes in it: the text that flate2 gives, or an error where it gives one.
#![no_main]

use std::io::{Read, Write};

use arbitrary::Arbitrary;
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;

use trailql::record::{Error, Inflater, Limits};

#[derive(Debug, Arbitrary)]
enum Input {
    Bytes(Vec<u8>),
    /// A header that is sound, and whatever.
    Headed(Vec<u8>),
    Gzip {
        members: Vec<Member>,
        flips: Vec<(u16, u8)>,
        keep: Option<u16>,
        behind: Vec<u8>,
    },
}

#[derive(Debug, Arbitrary)]
struct Member {
    text: Vec<u8>,
    repeat: u8,
    level: u8,
}

fuzz_target!(|input: Input| {
    let stored = stored(input);
    let limits = Limits { inflated_bytes: LIMIT as u64, ..Limits::default() };
    let mut inflater = Inflater::new(limits);
    let ours = inflater.inflate(&stored).map(<[u8]>::to_vec);
    assert_eq!(inflater.inflate(&stored).map(<[u8]>::to_vec), ours, "the second time");
    if matches!(ours, Err(Error::TooLarge { .. })) {
        return;
    }
    match (ours, reference(&stored)) {
        (Ok(ours), Some(reference)) => {
            assert_eq!(ours, reference.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reference));
        }
        (Err(_), None) => {}
        // Padding behind nothing: a file without text is an error one step later anyway.
        (Err(_), Some(reference)) if reference.is_empty() => {}
        // Bits and a checksum of the header that nobody writes; libdeflate passes over them.
        (Ok(_), None) if stored[3] & !0b1_1101 != 0 => {}
        (ours, reference) => panic!("{ours:?} is not {reference:?}: {stored:02x?}"),
    }
});

fn stored(input: Input) -> Vec<u8> {
    match input {
        Input::Bytes(bytes) => bytes,
        Input::Headed(bytes) => [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &bytes].concat(),
        Input::Gzip { members, flips, keep, behind } => {
            let mut stored: Vec<u8> = members.iter().take(4).flat_map(gzip).collect();
            for (at, bits) in flips {
                if let Some(byte) = stored.get_mut(usize::from(at)) {
                    *byte ^= bits;
                }
            }
            if let Some(keep) = keep {
                stored.truncate(usize::from(keep));
            }
            stored.extend(behind);
            stored
        }
    }
}

fn gzip(member: &Member) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(u32::from(member.level % 10)));
    for _ in 0..=member.repeat {
        encoder.write_all(&member.text).expect("memory");
    }
    encoder.finish().expect("memory")
}

/// Member after member, zeros behind the last passed over.
fn reference(stored: &[u8]) -> Option<Vec<u8>> {
    if !stored.starts_with(&[0x1f, 0x8b]) {
        return Some(stored.to_vec());
    }
    let (mut rest, mut text) = (stored, Vec::new());
    while rest.iter().any(|byte| *byte != 0) {
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return None;
        }
        GzDecoder::new(&mut rest).take(LIMIT as u64 + 1).read_to_end(&mut text).ok()?;
    }
    Some(text)
}

const LIMIT: usize = 1 << 20;
