//! The brackets outside strings and nothing else: all it takes to find where records begin and end.

use super::{BLOCK, Classes, WINDOW, escaped};

/// The brackets of some blocks in a row; of each block, bit 0 is the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::record) struct Brackets {
    /// `{` and `[` outside strings.
    pub(in crate::record) open: [u64; WINDOW],
    /// `}` and `]` outside strings.
    pub(in crate::record) close: [u64; WINDOW],
    /// Containers open before the first byte.
    pub(in crate::record) depth: [i32; WINDOW],
    /// Blocks in which the outermost container may close, one bit for each.
    pub(in crate::record) shallow: u32,
    /// Not 0 when there is a backslash in any block.
    pub(in crate::record) backslash: u64,
    /// Blocks that there are.
    pub(in crate::record) filled: usize,
}

/// What one window tells the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::record) struct Nesting {
    /// 1 when the next byte is escaped.
    escaped: u64,
    /// All ones inside a string.
    in_string: u64,
    /// Containers open.
    depth: i32,
}

impl Brackets {
    /// Without blocks.
    pub(in crate::record) fn new() -> Self {
        Self { open: [0; WINDOW], close: [0; WINDOW], depth: [0; WINDOW], shallow: 0, backslash: 0, filled: 0 }
    }
}

/// Fills `found` from the beginning of `text`. The last block of the text is as if blanks followed.
#[cfg(target_arch = "x86_64")]
pub(in crate::record) fn brackets(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    super::x86::brackets(text, found, nesting);
}

/// Fills `found` from the beginning of `text`. The last block of the text is as if blanks followed.
#[cfg(not(target_arch = "x86_64"))]
pub(in crate::record) fn brackets(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    brackets_portably(text, found, nesting);
}

/// Without vector instructions of any one processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(super) fn brackets_portably(text: &[u8], found: &mut Brackets, nesting: &mut Nesting) {
    brackets_with(text, found, nesting, super::portable::classify, super::prefix_xor);
}

#[inline(always)]
pub(super) fn brackets_with(
    text: &[u8],
    found: &mut Brackets,
    nesting: &mut Nesting,
    classify: impl Fn(&[u8; BLOCK]) -> Classes,
    prefix_xor: impl Fn(u64) -> u64,
) {
    let mut state = *nesting;
    (found.shallow, found.backslash) = (0, 0);
    let mut filled = 0;
    let (blocks, tail) = text.as_chunks::<BLOCK>();
    for bytes in blocks.iter().take(WINDOW) {
        found.set(filled, classify(bytes), &mut state, &prefix_xor);
        filled += 1;
    }
    if filled < WINDOW && !tail.is_empty() {
        let mut bytes = [b' '; BLOCK];
        bytes[..tail.len()].copy_from_slice(tail);
        found.set(filled, classify(&bytes), &mut state, &prefix_xor);
        filled += 1;
    }
    found.filled = filled;
    *nesting = state;
}

impl Brackets {
    #[inline(always)]
    fn set(&mut self, at: usize, classes: Classes, nesting: &mut Nesting, prefix_xor: impl Fn(u64) -> u64) {
        let quote = classes.quote & !escaped(classes.backslash, &mut nesting.escaped);
        // Opening quote included, closing quote not.
        let string = prefix_xor(quote) ^ nesting.in_string;
        nesting.in_string = (string.cast_signed() >> 63).cast_unsigned();
        self.backslash |= classes.backslash;
        let (open, close) = (classes.open & !string, classes.close & !string);
        let closed = close.count_ones().cast_signed();
        self.open[at] = open;
        self.close[at] = close;
        self.depth[at] = nesting.depth;
        self.shallow |= u32::from(nesting.depth <= closed) << at;
        nesting.depth += open.count_ones().cast_signed() - closed;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Carry, Window, index};
    use super::*;

    type Find = fn(&[u8], &mut Brackets, &mut Nesting);

    /// Whether two ways to find brackets say the same, over all windows of a text.
    pub(in super::super) fn same(text: &[u8], one: Find, two: Find) -> bool {
        let mut found = [Brackets::new(), Brackets::new()];
        let mut nesting = [Nesting::default(); 2];
        text.chunks(WINDOW * BLOCK).all(|text| {
            one(text, &mut found[0], &mut nesting[0]);
            two(text, &mut found[1], &mut nesting[1]);
            (found[0].filled, found[0].shallow) == (found[1].filled, found[1].shallow)
                && found[0].open[..found[0].filled] == found[1].open[..found[1].filled]
                && found[0].close[..found[0].filled] == found[1].close[..found[1].filled]
                && nesting[0] == nesting[1]
        })
    }

    proptest::proptest! {
        #[test]
        fn brackets_are_those_of_the_walk(text in "([\\\\\"{}:, a\\[\\]]|\\\\\\\\|é){0,900}") {
            let (mut window, mut carry) = (Window::new(), Carry::new(0));
            let (mut found, mut nesting) = (Brackets::new(), Nesting::default());
            for text in text.as_bytes().chunks(WINDOW * BLOCK) {
                index(text, &mut window, &mut carry);
                brackets(text, &mut found, &mut nesting);
                proptest::prop_assert_eq!(found.filled, window.filled);
                proptest::prop_assert_eq!(&found.open[..found.filled], &window.open[..found.filled]);
                proptest::prop_assert_eq!(&found.close[..found.filled], &window.close[..found.filled]);
            }
        }
    }
}
