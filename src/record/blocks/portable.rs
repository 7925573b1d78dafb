//! The masks of a block without vector instructions of any one processor.

use super::{BLOCK, Classes};

/// All bytes into zeros and ones, which compilers do with whatever vectors there are; then eight at a time into bits.
#[inline(always)]
pub(super) fn classify(bytes: &[u8; BLOCK]) -> Classes {
    Classes {
        quote: mask(bytes, |byte| byte == b'"'),
        backslash: mask(bytes, |byte| byte == b'\\'),
        blank: mask(bytes, |byte| (byte == b' ') | (byte == b'\t') | (byte == b'\n') | (byte == b'\r')),
        colon: mask(bytes, |byte| byte == b':'),
        comma: mask(bytes, |byte| byte == b','),
        open: mask(bytes, |byte| byte | 0x20 == b'{'),
        close: mask(bytes, |byte| byte | 0x20 == b'}'),
        beyond_ascii: u64::from(!bytes.is_ascii()),
    }
}

#[inline(always)]
fn mask(bytes: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut ones = [0; BLOCK];
    for (one, byte) in ones.iter_mut().zip(bytes) {
        *one = u8::from(is(*byte));
    }
    let (words, _) = ones.as_chunks::<8>();
    let mut mask = 0;
    for (at, word) in words.iter().enumerate() {
        mask |= (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56) << (8 * at);
    }
    mask
}

/// Moves the lowest bit of byte `n` to bit `n` of the top byte.
const GATHER: u64 = 0x0102_0408_1020_4080;
