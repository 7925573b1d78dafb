//! The masks of a block by the vector instructions of x86-64.
//!
//! The only `unsafe` of this room is here, and it is nothing but calls of safe functions that need instructions
//! which not every processor has. Each call stands directly behind the question whether this one has them.

#![allow(unsafe_code, reason = "instructions that not every processor has")]

use std::arch::x86_64::*;

use super::brackets::{Brackets, Nesting, brackets_with};
use super::{BLOCK, Carry, Classes, Window, index_with, prefix_xor};

/// Fills `window` with the widest vectors the processor has.
pub(super) fn index(text: &[u8], window: &mut Window, carry: &mut Carry) {
    if has_512() {
        // SAFETY: `has_512` asked for all features that `index_512` is compiled for.
        unsafe { index_512(text, window, carry) }
    } else if has_256() {
        // SAFETY: `has_256` asked for all features that `index_256` is compiled for.
        unsafe { index_256(text, window, carry) }
    } else {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { index_128(text, window, carry) }
    }
}

/// Fills `found` with the widest vectors the processor has.
pub(super) fn brackets(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    if has_512() {
        // SAFETY: `has_512` asked for all features that `brackets_512` is compiled for.
        unsafe { brackets_512(text, found, nesting) }
    } else if has_256() {
        // SAFETY: `has_256` asked for all features that `brackets_256` is compiled for.
        unsafe { brackets_256(text, found, nesting) }
    } else {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { brackets_128(text, found, nesting) }
    }
}

/// Whether the processor has what [`index_512`] needs. The standard library keeps the answers.
fn has_512() -> bool {
    has_256() && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

/// Whether the processor has what [`index_256`] needs.
fn has_256() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("popcnt")
}

#[target_feature(enable = "avx512bw,avx512f,avx2,bmi1,bmi2,pclmulqdq,popcnt")]
fn index_512(text: &[u8], window: &mut Window, carry: &mut Carry) {
    index_with(text, window, carry, |bytes| classify_512(bytes), |bits| prefix_xor_by_product(bits));
}

#[target_feature(enable = "avx2,bmi1,bmi2,pclmulqdq,popcnt")]
fn index_256(text: &[u8], window: &mut Window, carry: &mut Carry) {
    index_with(text, window, carry, |bytes| classify_256(bytes), |bits| prefix_xor_by_product(bits));
}

#[target_feature(enable = "sse2")]
fn index_128(text: &[u8], window: &mut Window, carry: &mut Carry) {
    index_with(text, window, carry, |bytes| classify_128(bytes), prefix_xor);
}

#[target_feature(enable = "avx512bw,avx512f,avx2,bmi1,bmi2,pclmulqdq,popcnt")]
fn brackets_512(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    brackets_with(text, found, nesting, |bytes| classify_512(bytes), |bits| prefix_xor_by_product(bits));
}

#[target_feature(enable = "avx2,bmi1,bmi2,pclmulqdq,popcnt")]
fn brackets_256(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    brackets_with(text, found, nesting, |bytes| classify_256(bytes), |bits| prefix_xor_by_product(bits));
}

#[target_feature(enable = "sse2")]
fn brackets_128(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    brackets_with(text, found, nesting, |bytes| classify_128(bytes), prefix_xor);
}

/// Looked up by a byte's low half: the blank byte with that half, or one that never has it.
const BLANK: [i8; 16] = [b' ' as i8, 127, 127, 127, 127, 127, 127, 127, 127, 9, 10, 127, 127, 13, 127, 126];

#[inline]
#[target_feature(enable = "avx512bw,avx512f,avx2")]
fn classify_512(bytes: &[u8; BLOCK]) -> Classes {
    // SAFETY: the reference makes 64 bytes readable, and the instruction asks for no alignment.
    let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
    let cased = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    let blank = _mm512_broadcast_i32x4(table(BLANK));
    Classes {
        quote: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'"' as i8)),
        backslash: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\\' as i8)),
        blank: _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(blank, bytes)),
        colon: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b':' as i8)),
        comma: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b',' as i8)),
        open: _mm512_cmpeq_epi8_mask(cased, _mm512_set1_epi8(b'{' as i8)),
        close: _mm512_cmpeq_epi8_mask(cased, _mm512_set1_epi8(b'}' as i8)),
        beyond_ascii: _mm512_movepi8_mask(bytes),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn classify_256(bytes: &[u8; BLOCK]) -> Classes {
    let [one, two] = parts::<32, 2>(bytes);
    // SAFETY: each reference makes 32 bytes readable, and the instruction asks for no alignment.
    let halves = unsafe { [_mm256_loadu_si256(one.as_ptr().cast()), _mm256_loadu_si256(two.as_ptr().cast())] };
    let cased = halves.map(|half| _mm256_or_si256(half, _mm256_set1_epi8(0x20)));
    let blank = _mm256_broadcastsi128_si256(table(BLANK));
    let bits = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
    let both = |halves: [__m256i; 2]| bits(halves[0]) | bits(halves[1]) << 32;
    let all = |halves: [__m256i; 2], byte: u8| {
        both(halves.map(|half| _mm256_cmpeq_epi8(half, _mm256_set1_epi8(byte.cast_signed()))))
    };
    Classes {
        quote: all(halves, b'"'),
        backslash: all(halves, b'\\'),
        blank: both(halves.map(|half| _mm256_cmpeq_epi8(half, _mm256_shuffle_epi8(blank, half)))),
        colon: all(halves, b':'),
        comma: all(halves, b','),
        open: all(cased, b'{'),
        close: all(cased, b'}'),
        beyond_ascii: bits(_mm256_or_si256(halves[0], halves[1])),
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn classify_128(bytes: &[u8; BLOCK]) -> Classes {
    // SAFETY: each reference makes 16 bytes readable, and the instruction asks for no alignment.
    let parts = parts::<16, 4>(bytes).map(|part| unsafe { _mm_loadu_si128(part.as_ptr().cast()) });
    let cased = parts.map(|part| _mm_or_si128(part, _mm_set1_epi8(0x20)));
    let bits = |part| u64::from(_mm_movemask_epi8(part).cast_unsigned());
    let all = |parts: [__m128i; 4], byte: u8| {
        let [a, b, c, d] = parts.map(|part| bits(_mm_cmpeq_epi8(part, _mm_set1_epi8(byte.cast_signed()))));
        a | b << 16 | c << 32 | d << 48
    };
    Classes {
        quote: all(parts, b'"'),
        backslash: all(parts, b'\\'),
        blank: all(parts, b' ') | all(parts, b'\n') | all(parts, b'\t') | all(parts, b'\r'),
        colon: all(parts, b':'),
        comma: all(parts, b','),
        open: all(cased, b'{'),
        close: all(cased, b'}'),
        beyond_ascii: bits(_mm_or_si128(_mm_or_si128(parts[0], parts[1]), _mm_or_si128(parts[2], parts[3]))),
    }
}

/// Carry-less multiplication by all ones is the running exclusive or.
#[inline]
#[target_feature(enable = "pclmulqdq")]
fn prefix_xor_by_product(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1), 0);
    _mm_cvtsi128_si64(product).cast_unsigned()
}

/// The block in parts of equal size.
#[inline(always)]
fn parts<const SIZE: usize, const PARTS: usize>(bytes: &[u8; BLOCK]) -> [&[u8; SIZE]; PARTS] {
    const { assert!(SIZE * PARTS == BLOCK) };
    let (parts, _) = bytes.as_chunks::<SIZE>();
    std::array::from_fn(|at| &parts[at])
}

#[inline]
#[target_feature(enable = "sse2")]
fn table(bytes: [i8; 16]) -> __m128i {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
    _mm_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}

#[cfg(test)]
mod tests {
    use super::super::brackets::{brackets_portably, tests::same as same_brackets};
    use super::super::{index_portably, tests::same};
    use super::*;

    fn only_128(text: &[u8], window: &mut Window, carry: &mut Carry) {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { index_128(text, window, carry) }
    }

    fn at_most_256(text: &[u8], window: &mut Window, carry: &mut Carry) {
        if has_256() {
            // SAFETY: `has_256` asked for all features that `index_256` is compiled for.
            unsafe { index_256(text, window, carry) }
        } else {
            index_portably(text, window, carry)
        }
    }

    fn only_128_brackets(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { brackets_128(text, found, nesting) }
    }

    fn at_most_256_brackets(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
        if has_256() {
            // SAFETY: `has_256` asked for all features that `brackets_256` is compiled for.
            unsafe { brackets_256(text, found, nesting) }
        } else {
            brackets_portably(text, found, nesting)
        }
    }

    proptest::proptest! {
        #[test]
        fn every_width_gives_the_same_masks(text: Vec<u8>, json in "([\\\\\"{}:, a\\[\\]\\x00-\\x1f]|é){0,300}") {
            for text in [text.as_slice(), json.as_bytes()] {
                proptest::prop_assert!(same(text, only_128, index_portably));
                proptest::prop_assert!(same(text, at_most_256, index_portably));
                proptest::prop_assert!(same(text, index, index_portably));
                proptest::prop_assert!(same_brackets(text, only_128_brackets, brackets_portably));
                proptest::prop_assert!(same_brackets(text, at_most_256_brackets, brackets_portably));
                proptest::prop_assert!(same_brackets(text, brackets, brackets_portably));
            }
        }
    }
}
