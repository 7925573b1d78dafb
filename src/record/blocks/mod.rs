//! Bit masks over 64 bytes of JSON: where its tokens begin, which brackets are real, how deep it is.
//!
//! The method is the first stage of simdjson (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019):
//! quotes that no backslash escapes, then the inside of strings by a running exclusive or, then everything else
//! outside strings. What simdjson writes down as a list of positions stays a mask here, so that whole blocks can be
//! jumped over.

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Blocks looked at ahead of the walk: 2 KiB of text.
pub(super) const WINDOW: usize = 32;
/// Bytes in a block, one per bit of a mask.
pub(super) const BLOCK: usize = 64;

/// Masks of 64 bytes; bit 0 is the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// First bytes of tokens: brackets, colons, commas, opening quotes, first bytes of anything else.
    pub(super) marks: u64,
    /// `{` and `[` outside strings.
    pub(super) open: u64,
    /// `}` and `]` outside strings.
    pub(super) close: u64,
    /// Backslashes, wherever they are.
    pub(super) backslash: u64,
    /// Containers open before the first byte.
    pub(super) depth: i32,
    /// No more than the fewest containers open at any byte.
    pub(super) lowest: i32,
}

/// What one block tells the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carry {
    /// 1 when the next byte is escaped.
    escaped: u64,
    /// All ones inside a string.
    in_string: u64,
    /// 1 when the byte before belongs to a token that is neither string nor punctuation.
    in_atom: u64,
    /// Containers open.
    depth: i32,
    /// No less than the most containers ever open.
    pub(super) deepest: i32,
    /// Not 0 when there was any byte beyond ASCII.
    beyond_ascii: u64,
}

impl Carry {
    /// Whether the text so far ends inside a string.
    pub(super) fn in_string(&self) -> bool {
        self.in_string != 0
    }

    /// Whether the text so far is ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.beyond_ascii == 0
    }
}

/// Fills `window` from the beginning of `text`; says how many blocks there were.
///
/// The last block of the text is as if blanks followed.
#[cfg(target_arch = "x86_64")]
pub(super) fn index(text: &[u8], window: &mut [Block; WINDOW], carry: &mut Carry) -> usize {
    x86::index(text, window, carry)
}

/// Fills `window` from the beginning of `text`; says how many blocks there were.
///
/// The last block of the text is as if blanks followed.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn index(text: &[u8], window: &mut [Block; WINDOW], carry: &mut Carry) -> usize {
    index_portably(text, window, carry)
}

/// Without vector instructions of any one processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn index_portably(text: &[u8], window: &mut [Block; WINDOW], carry: &mut Carry) -> usize {
    index_with(text, window, carry, portable::classify, prefix_xor)
}

#[inline(always)]
fn index_with(
    text: &[u8],
    window: &mut [Block; WINDOW],
    carry: &mut Carry,
    classify: impl Fn(&[u8; BLOCK]) -> Classes,
    prefix_xor: impl Fn(u64) -> u64,
) -> usize {
    let (blocks, tail) = text.as_chunks::<BLOCK>();
    let mut filled = 0;
    let mut state = *carry;
    for (bytes, block) in blocks.iter().zip(window.iter_mut()) {
        *block = resolve(classify(bytes), &mut state, &prefix_xor);
        filled += 1;
    }
    if filled < WINDOW && !tail.is_empty() {
        let mut bytes = [b' '; BLOCK];
        bytes[..tail.len()].copy_from_slice(tail);
        window[filled] = resolve(classify(&bytes), &mut state, &prefix_xor);
        filled += 1;
    }
    *carry = state;
    filled
}

/// Which bytes of a block are what, before strings are known.
#[derive(Debug, Clone, Copy, Default)]
struct Classes {
    quote: u64,
    backslash: u64,
    blank: u64,
    /// Colons and commas.
    separator: u64,
    open: u64,
    close: u64,
    /// Not 0 when some byte is beyond ASCII.
    beyond_ascii: u64,
}

/// Takes away what stands inside strings.
#[inline(always)]
fn resolve(classes: Classes, carry: &mut Carry, prefix_xor: impl Fn(u64) -> u64) -> Block {
    let quote = classes.quote & !escaped(classes.backslash, carry);
    // Opening quote included, closing quote not.
    let string = prefix_xor(quote) ^ carry.in_string;
    carry.in_string = ((string as i64) >> 63) as u64;
    let inside = string ^ quote;
    let punctuation = classes.separator | classes.open | classes.close;
    let other = !(punctuation | classes.blank);
    let atom = other & !quote;
    let after_atom = atom << 1 | carry.in_atom;
    carry.in_atom = atom >> 63;
    let open = classes.open & !string;
    let close = classes.close & !string;
    let depth = carry.depth;
    let (opened, closed) = (open.count_ones() as i32, close.count_ones() as i32);
    carry.depth = depth + opened - closed;
    carry.deepest = carry.deepest.max(depth + opened);
    carry.beyond_ascii |= classes.beyond_ascii;
    Block {
        marks: (punctuation | (other & !after_atom)) & !inside,
        open,
        close,
        backslash: classes.backslash,
        depth,
        lowest: depth - closed,
    }
}

/// The bytes that a backslash takes the meaning of.
#[inline(always)]
fn escaped(backslash: u64, carry: &mut Carry) -> u64 {
    /// Every second bit, the first byte not among them.
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    if backslash == 0 {
        return std::mem::take(&mut carry.escaped);
    }
    // A backslash that is itself escaped escapes nothing. In a run of backslashes every second one does, counted
    // from the run's beginning; the subtraction carries along runs and so finds where they began.
    let candidates = backslash & !carry.escaped;
    let after = candidates << 1;
    let pattern = (after | ODD).wrapping_sub(candidates) ^ ODD;
    let escaped = pattern ^ (backslash | carry.escaped);
    carry.escaped = (pattern & backslash) >> 63;
    escaped
}

/// Each bit becomes the exclusive or of itself and all bits before it.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    type Index = fn(&[u8], &mut [Block; WINDOW], &mut Carry) -> usize;

    /// Whether two ways to index give the same masks.
    pub(super) fn same(text: &[u8], one: Index, two: Index) -> bool {
        let mut windows = [[Block::default(); WINDOW]; 2];
        let mut carries = [Carry::default(); 2];
        one(text, &mut windows[0], &mut carries[0]);
        two(text, &mut windows[1], &mut carries[1]);
        windows[0] == windows[1] && carries[0].is_ascii() == carries[1].is_ascii()
    }

    /// The marks of a text as a person would set them: `^` below each token's first byte.
    fn check(text: &str, marks: &str) {
        let mut window = [Block::default(); WINDOW];
        let filled = index(text.as_bytes(), &mut window, &mut Carry::default());
        let drawn: String = (0..text.len())
            .map(|at| if window[..filled][at / BLOCK].marks >> (at % BLOCK) & 1 == 1 { '^' } else { ' ' })
            .collect();
        assert_eq!(drawn.trim_end(), marks, "{text}");
    }

    #[test]
    fn tokens_begin_outside_strings() {
        check(r#"{"a":"b{,"}"#, "^^  ^^    ^");
        check(r#"{"a" : [1, -2.5e3 ,true]}"#, "^^   ^ ^^^ ^      ^^   ^^");
        check(r#"["\"]","\\","\\\"["]"#, "^^    ^^   ^^      ^");
        check(r#"["a"b "c"]"#, "^^  ^ ^  ^");
    }

    /// The masks byte by byte.
    fn plain(text: &[u8]) -> Vec<bool> {
        let (mut in_string, mut escaped, mut in_atom) = (false, false, false);
        let mark = |byte: &u8| {
            let was_escaped = escaped;
            escaped = *byte == b'\\' && !was_escaped;
            let quote = *byte == b'"' && !was_escaped;
            let punctuation = b"{}[]:,".contains(byte);
            let other = !punctuation && !b" \t\r\n".contains(byte);
            let mark = !in_string && (punctuation || (other && !in_atom));
            in_atom = other && !quote;
            in_string ^= quote;
            mark
        };
        text.iter().map(mark).collect()
    }

    proptest::proptest! {
        #[test]
        fn masks_agree_with_a_walk_byte_by_byte(text in "([\\\\\"{}:, a\\[\\]]|\\\\\\\\|é){0,300}") {
            let mut window = [Block::default(); WINDOW];
            let filled = index(text.as_bytes(), &mut window, &mut Carry::default());
            let marks: Vec<bool> =
                (0..text.len()).map(|at| window[..filled][at / BLOCK].marks >> (at % BLOCK) & 1 == 1).collect();
            proptest::prop_assert_eq!(marks, plain(text.as_bytes()));
        }
    }
}
