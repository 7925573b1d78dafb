//! The masks of a block without vector instructions of any one processor.

use super::{BLOCK, Classes};

/// Byte by byte into classes, then eight bytes at a time into masks.
pub(super) fn classify(bytes: &[u8; BLOCK]) -> Classes {
    let mask = |is: fn(u8) -> bool| {
        let mut mask = 0;
        let (words, _) = bytes.as_chunks::<8>();
        for (at, word) in words.iter().enumerate() {
            // Each byte becomes 0 or 1; the product brings the eight ones together in the top byte.
            let ones = u64::from_le_bytes(word.map(|byte| u8::from(is(byte))));
            mask |= (ones.wrapping_mul(GATHER) >> 56) << (8 * at);
        }
        mask
    };
    Classes {
        quote: mask(|byte| byte == b'"'),
        backslash: mask(|byte| byte == b'\\'),
        blank: mask(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')),
        colon: mask(|byte| byte == b':'),
        comma: mask(|byte| byte == b','),
        open: mask(|byte| byte | 0x20 == b'{'),
        close: mask(|byte| byte | 0x20 == b'}'),
        beyond_ascii: u64::from(!bytes.is_ascii()),
    }
}

/// Moves the lowest bit of byte `n` to bit `n` of the top byte.
const GATHER: u64 = 0x0102_0408_1020_4080;
