//! Bit masks over 64 bytes of JSON: where its tokens begin, which brackets are real, how deep it is.
//!
//! The method is the first stage of simdjson (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019):
//! quotes that no backslash escapes, then the inside of strings by a running exclusive or, then everything else
//! outside strings. What simdjson writes down as a list of positions stays a mask here, so that whole blocks can be
//! jumped over.

mod brackets;
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(super) use brackets::{Brackets, Nesting, brackets};

/// Blocks looked at ahead of the walk: 2 KiB of text.
pub(super) const WINDOW: usize = 32;
/// Bytes in a block, one per bit of a mask.
pub(super) const BLOCK: usize = 64;

/// What is known of some blocks in a row; of each block, bit 0 is the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// First bytes of tokens: punctuation, opening quotes, first bytes of anything else.
    pub(super) tokens: [u64; WINDOW],
    /// Brackets, colons and commas outside strings.
    pub(super) punctuation: [u64; WINDOW],
    /// `{` and `[` outside strings.
    pub(super) open: [u64; WINDOW],
    /// `}` and `]` outside strings.
    pub(super) close: [u64; WINDOW],
    /// Containers open before the first byte.
    pub(super) depth: [i32; WINDOW],
    /// No more than the fewest containers open at any byte.
    pub(super) lowest: [i32; WINDOW],
    /// Blocks that there are.
    pub(super) filled: usize,
    raw: Raw,
}

/// What one block, or one window, tells the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carry {
    /// 1 when the next byte is escaped.
    escaped: u64,
    /// All ones inside a string.
    in_string: u64,
    /// 1 inside a string that has an escape so far.
    in_escaped: u64,
    /// 1 behind such a string.
    after_escaped: u64,
    /// Not 0 when [`Raw::look_at_escapes`] has work.
    escapes: u64,
    /// Containers open.
    depth: i32,
    /// Not 0 when there was any byte beyond ASCII.
    beyond_ascii: u64,
    /// Not 0 when the window was not regular.
    irregular: u64,
    /// Of the last block.
    last: Last,
}

impl Window {
    /// Without blocks.
    pub(super) fn new() -> Self {
        Self {
            tokens: [0; WINDOW],
            punctuation: [0; WINDOW],
            open: [0; WINDOW],
            close: [0; WINDOW],
            depth: [0; WINDOW],
            lowest: [0; WINDOW],
            filled: 0,
            raw: Raw::default(),
        }
    }

    /// Whether there is a backslash in any of these blocks.
    #[inline(always)]
    pub(super) fn has_backslash(&self, first: usize, last: usize) -> bool {
        self.raw.backslash.get(first..=last).is_none_or(|masks| masks.iter().any(|mask| *mask != 0))
    }
}

impl Carry {
    /// Before the first byte of a value, with `depth` containers open.
    pub(super) fn new(depth: i32) -> Self {
        // As after a comma.
        Self { depth, last: Last { expecting: 1 << 63, ..Last::default() }, ..Self::default() }
    }

    /// The same elsewhere in the same text.
    pub(super) fn again(&self, depth: i32) -> Self {
        Self { beyond_ascii: self.beyond_ascii, ..Self::new(depth) }
    }

    /// Whether the last window was regular, which is compact as CloudTrail writes it.
    ///
    /// Then there is no white space outside strings but behind closing brackets; every string, number or word follows
    /// directly on a colon, comma or opening bracket, every colon directly on a quote; and no key has an escape. So commas and colons that take turns make a sound object, and commas alone a sound array, whatever
    /// stands between them.
    pub(super) fn is_regular(&self) -> bool {
        self.irregular == 0
    }

    /// Whether the text so far ends inside a string.
    pub(super) fn in_string(&self) -> bool {
        self.in_string != 0
    }

    /// Whether the text so far is ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.beyond_ascii == 0
    }
}

/// Fills `window` from the beginning of `text`.
///
/// The last block of the text is as if blanks followed.
#[cfg(target_arch = "x86_64")]
pub(super) fn index(text: &[u8], window: &mut Window, carry: &mut Carry) {
    x86::index(text, window, carry);
}

/// Fills `window` from the beginning of `text`.
///
/// The last block of the text is as if blanks followed.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn index(text: &[u8], window: &mut Window, carry: &mut Carry) {
    index_portably(text, window, carry);
}

/// Without vector instructions of any one processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn index_portably(text: &[u8], window: &mut Window, carry: &mut Carry) {
    index_with(text, window, carry, portable::classify, prefix_xor);
}

/// First what each block needs of the one before it, block by block; then the rest, many blocks at a time.
#[inline(always)]
fn index_with(
    text: &[u8],
    window: &mut Window,
    carry: &mut Carry,
    classify: impl Fn(&[u8; BLOCK]) -> Classes,
    prefix_xor: impl Fn(u64) -> u64,
) {
    let mut state = Carry { irregular: 0, ..*carry };
    let raw = &mut window.raw;
    raw.begin(carry.last);
    let (blocks, tail) = text.as_chunks::<BLOCK>();
    let mut filled = 0;
    for bytes in blocks.iter().take(WINDOW) {
        raw.set(filled, classify(bytes), &mut state, &prefix_xor);
        filled += 1;
    }
    if filled < WINDOW {
        if !tail.is_empty() {
            let mut bytes = [b' '; BLOCK];
            bytes[..tail.len()].copy_from_slice(tail);
            raw.set(filled, classify(&bytes), &mut state, &prefix_xor);
            filled += 1;
        }
        raw.string[filled..].fill(!0);
    }
    state.last = raw.last(filled);
    if state.escapes != 0 {
        raw.look_at_escapes(filled, carry.in_string, &mut state);
        state.escapes = state.in_escaped | state.after_escaped;
    }
    window.filled = filled;
    for group in 0..WINDOW / LANES {
        if group * LANES < filled {
            state.irregular |= window.resolve(group);
        }
    }
    for at in 0..filled.min(WINDOW) {
        let closed = window.close[at].count_ones().cast_signed();
        window.depth[at] = state.depth;
        window.lowest[at] = state.depth - closed;
        state.depth += window.open[at].count_ones().cast_signed() - closed;
    }
    *carry = state;
}

/// Which bytes of a block are what, before strings are known.
#[derive(Debug, Clone, Copy, Default)]
struct Classes {
    quote: u64,
    backslash: u64,
    blank: u64,
    colon: u64,
    comma: u64,
    open: u64,
    close: u64,
    /// Not 0 when some byte is beyond ASCII.
    beyond_ascii: u64,
}

/// Blocks that are resolved together.
const LANES: usize = 8;

/// A window before strings are taken away. What matters to the next block comes one place late, behind that of the
/// window before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Raw {
    /// Opening quotes and what follows up to the closing ones. Where there is no block, everything.
    string: [u64; WINDOW],
    colon: [u64; WINDOW],
    open: [u64; WINDOW],
    backslash: [u64; WINDOW],
    quote: [u64; WINDOW + 1],
    /// Colons, commas and opening brackets: behind these a value is expected, or a key.
    expecting: [u64; WINDOW + 1],
    close: [u64; WINDOW + 1],
    blank: [u64; WINDOW + 1],
}

/// What matters of a window's last block.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    quote: u64,
    expecting: u64,
    close: u64,
    blank: u64,
}

impl Default for Raw {
    fn default() -> Self {
        let (masks, late) = ([0; WINDOW], [0; WINDOW + 1]);
        Self {
            string: masks,
            colon: masks,
            open: masks,
            backslash: masks,
            quote: late,
            expecting: late,
            close: late,
            blank: late,
        }
    }
}

impl Raw {
    #[inline(always)]
    fn begin(&mut self, last: Last) {
        self.quote[0] = last.quote;
        self.expecting[0] = last.expecting;
        self.close[0] = last.close;
        self.blank[0] = last.blank;
    }

    #[inline(always)]
    fn last(&self, filled: usize) -> Last {
        let at = filled.min(WINDOW);
        Last { quote: self.quote[at], expecting: self.expecting[at], close: self.close[at], blank: self.blank[at] }
    }

    #[inline(always)]
    fn set(&mut self, at: usize, classes: Classes, carry: &mut Carry, prefix_xor: impl Fn(u64) -> u64) {
        let quote = classes.quote & !escaped(classes.backslash, &mut carry.escaped);
        // Opening quote included, closing quote not.
        let string = prefix_xor(quote) ^ carry.in_string;
        carry.in_string = (string.cast_signed() >> 63).cast_unsigned();
        carry.beyond_ascii |= classes.beyond_ascii;
        carry.escapes |= classes.backslash;
        self.string[at] = string;
        self.colon[at] = classes.colon;
        self.open[at] = classes.open;
        self.backslash[at] = classes.backslash;
        self.quote[at + 1] = quote;
        self.expecting[at + 1] = classes.colon | classes.comma | classes.open;
        self.close[at + 1] = classes.close;
        self.blank[at + 1] = classes.blank;
    }

    /// Keys that have an escape in them are irregular: colons behind the closing quote of such a string. So are
    /// backslashes outside strings.
    #[cold]
    #[inline(never)]
    fn look_at_escapes(&self, filled: usize, in_string: u64, carry: &mut Carry) {
        let mut was_in_string = in_string & 1;
        for at in 0..filled {
            let (string, quote) = (self.string[at], self.quote[at + 1]);
            let before = carry.in_escaped & was_in_string;
            // The sum carries a bit from any escape to the end of its string, which is the closing quote.
            let (sum, over) = string.overflowing_add(self.backslash[at] & string);
            let (sum, over_again) = sum.overflowing_add(before & string);
            // Of a string that was escaped before and ends with the first byte, nothing is here but the quote.
            let ends = (sum & !string | before) & quote & !string;
            let after = ends << 1 | carry.after_escaped;
            carry.after_escaped = ends >> 63;
            carry.irregular |= self.colon[at] & !string & after | self.backslash[at] & !string;
            carry.in_escaped = u64::from(over | over_again);
            was_in_string = string >> 63;
        }
    }
}

impl Window {
    /// Takes away what stands inside strings. Gives what is irregular.
    ///
    /// What stands before a byte outside strings is itself outside, or a closing quote: so what it is can be seen
    /// before strings are taken away.
    #[inline(always)]
    fn resolve(&mut self, group: usize) -> u64 {
        let raw = &self.raw;
        let mut irregular = 0;
        for lane in 0..LANES {
            let at = group % (WINDOW / LANES) * LANES + lane;
            let after = |mask: fn(&Raw, usize) -> u64| mask(raw, at + 1) << 1 | mask(raw, at) >> 63;
            // Numbers, `true`, `false`, `null`, and what does not belong there.
            let other = |raw: &Raw, at: usize| !(raw.quote[at] | raw.expecting[at] | raw.close[at] | raw.blank[at]);
            let outside = !raw.string[at];
            let (open, close) = (raw.open[at] & outside, raw.close[at + 1] & outside);
            let punctuation = raw.expecting[at + 1] & outside | close;
            let scalar = raw.quote[at + 1] & !outside | other(raw, at + 1) & outside & !after(other);
            let blank = raw.blank[at + 1] & outside;
            irregular |= scalar & !after(|raw, at| raw.expecting[at])
                | raw.colon[at] & outside & !after(|raw, at| raw.quote[at])
                | blank & !((close | blank) << 1);
            self.tokens[at] = punctuation | scalar;
            self.punctuation[at] = punctuation;
            self.open[at] = open;
            self.close[at] = close;
        }
        irregular
    }
}

/// The bytes that a backslash takes the meaning of. `carry` is 1 when the first of them is one.
#[inline(always)]
fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    /// Every second bit, the first byte not among them.
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    if backslash == 0 {
        return std::mem::take(carry);
    }
    // A backslash that is itself escaped escapes nothing. In a run of backslashes every second one does, counted
    // from the run's beginning; the subtraction carries along runs and so finds where they began.
    let candidates = backslash & !*carry;
    let after = candidates << 1;
    let pattern = (after | ODD).wrapping_sub(candidates) ^ ODD;
    let escaped = pattern ^ (backslash | *carry);
    *carry = (pattern & backslash) >> 63;
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

    type Index = fn(&[u8], &mut Window, &mut Carry);

    /// Whether two ways to index say the same.
    pub(super) fn same(text: &[u8], one: Index, two: Index) -> bool {
        let mut windows = [Window::new(), Window::new()];
        let mut carries = [Carry::new(0); 2];
        one(text, &mut windows[0], &mut carries[0]);
        two(text, &mut windows[1], &mut carries[1]);
        windows[0].raw = Raw::default();
        windows[1].raw = Raw::default();
        windows[0] == windows[1]
            && carries[0].is_ascii() == carries[1].is_ascii()
            && carries[0].is_regular() == carries[1].is_regular()
    }

    fn tokens(text: &[u8]) -> Vec<bool> {
        let mut window = Window::new();
        index(text, &mut window, &mut Carry::new(0));
        (0..text.len()).map(|at| window.tokens[at / BLOCK] >> (at % BLOCK) & 1 == 1).collect()
    }

    /// The marks of a text as a person would set them: `^` below each token's first byte.
    fn check(text: &str, marks: &str) {
        let drawn: String = tokens(text.as_bytes()).into_iter().map(|mark| if mark { '^' } else { ' ' }).collect();
        assert_eq!(drawn.trim_end(), marks, "{text}");
    }

    #[test]
    fn tokens_begin_outside_strings() {
        check(r#"{"a":"b{,"}"#, "^^  ^^    ^");
        check(r#"{"a" : [1, -2.5e3 ,true]}"#, "^^   ^ ^^^ ^      ^^   ^^");
        check(r#"["\"]","\\","\\\"["]"#, "^^    ^^   ^^      ^");
        check(r#"["a"b "c"]"#, "^^  ^ ^  ^");
    }

    #[test]
    fn regular_is_compact_and_without_escaped_keys() {
        // At every place relative to the blocks.
        let is_regular = |text: &str| {
            let regular = |shift: usize| {
                let text = format!("[\"{}\",{text}]", "x".repeat(shift));
                let mut carry = Carry::new(0);
                index(text.as_bytes(), &mut Window::new(), &mut carry);
                carry.is_regular()
            };
            let all: Vec<bool> = (0..2 * BLOCK).map(regular).collect();
            assert!(all.iter().all(|regular| *regular == all[0]), "{text}: {all:?}");
            all[0]
        };
        for text in [r#"{"a":1,"b":[true,"\"",{}],"c":"d\\"}"#, r#"{"a b":"c d"}"#, r#""a\"b","c""#] {
            assert!(is_regular(text), "{text}");
        }
        for text in [
            r#"{"a": 1}"#,
            r#"{"a" :1}"#,
            r#"{"a":1 ,"b":2}"#,
            r#"{"a":"1" ,"b":2}"#,
            r#"{"a":"1" }"#,
            r#"{ "a":1}"#,
            r#"{"a":1, "b":2}"#,
            r#"{"a""b":1}"#,
            r#"{"a"x:1}"#,
            r#"{a:1}"#,
            r#"{'a':1}"#,
            r#"{"a":1"b":2}"#,
            r#"{"a":"1""b":2}"#,
            r#"{"a":\"b":2}"#,
            r#"{"\u0061":1}"#,
            r#"{"b\"a":1}"#,
            r#"{"\\":1}"#,
        ] {
            assert!(!is_regular(text), "{text}");
        }
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
            let mark = !in_string && (punctuation || quote || (other && !in_atom));
            in_atom = other && !quote && !in_string;
            in_string ^= quote;
            mark
        };
        text.iter().map(mark).collect()
    }

    proptest::proptest! {
        #[test]
        fn masks_agree_with_a_walk_byte_by_byte(text in "([\\\\\"{}:, a\\[\\]]|\\\\\\\\|é){0,300}") {
            proptest::prop_assert_eq!(tokens(text.as_bytes()), plain(text.as_bytes()));
        }
    }
}
