//! A place in a JSON text, moved from token to token, or over whole containers at once.

use super::blocks::{BLOCK, Carry, WINDOW, Window, index};
use super::text::is_atom;
use super::{Error, Limits};

/// The first byte of a token. At the end of the text the byte is 0 and the position the text's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) byte: u8,
}

/// The text is broken; the cursor knows where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault;

/// Moves forward through one text. Cloning it is how to come back.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'d> {
    text: &'d [u8],
    window: Window,
    /// Position of the window's first byte.
    base: usize,
    carry: Carry,
    /// Block of the window the cursor is in.
    block: usize,
    /// The bytes of that block that are ahead of the cursor.
    ahead: u64,
    /// Containers open around the cursor.
    depth: i32,
    limit: usize,
    /// A container was met that is nested too deep; tokens end there.
    too_deep: bool,
    /// Whether the whole text is UTF-8, once that was of interest.
    utf8: Option<bool>,
    /// While it looks at punctuation alone: that of the block that is ahead.
    rest: u64,
    /// Whether every window since [`Cursor::begin_quick`] was regular.
    regular: bool,
    broken: Option<(usize, &'static str)>,
}

impl<'d> Cursor<'d> {
    /// Before the first token.
    pub(super) fn new(text: &'d [u8], limits: Limits) -> Self {
        Self {
            text,
            window: Window::new(),
            base: 0,
            carry: Carry::new(0),
            block: 0,
            ahead: 0,
            depth: 0,
            limit: limits.depth.min(Limits::DEEPEST),
            too_deep: false,
            utf8: None,
            rest: 0,
            regular: false,
            broken: None,
        }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'d [u8] {
        self.text
    }

    /// Whether every value up to the cursor is UTF-8.
    #[inline(always)]
    pub(super) fn is_utf8(&mut self) -> bool {
        self.carry.is_ascii() || *self.utf8.get_or_insert_with(|| std::str::from_utf8(self.text).is_ok())
    }

    /// Takes the next token.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Token {
        loop {
            let marks = self.window.tokens[self.block % WINDOW] & self.ahead;
            if marks != 0 {
                // Ahead is what is above the lowest mark.
                self.ahead = !(marks ^ (marks - 1));
                let at = self.base + self.block * BLOCK + marks.trailing_zeros() as usize;
                return Token { at, byte: self.text.get(at).copied().unwrap_or(0) };
            }
            if !self.advance() {
                return Token { at: self.text.len(), byte: 0 };
            }
        }
    }

    /// Takes everything up to the bracket that closes the container `open`, which is the token just taken, and
    /// that bracket too. Gives the position after it.
    #[inline]
    pub(super) fn skip(&mut self, open: Token) -> Result<usize, Fault> {
        match self.closing(self.ahead) {
            Some((close, bit)) => {
                self.ahead = !(bit | (bit - 1));
                self.close(open, close)
            }
            None => Err(self.fault(Token { at: self.text.len(), byte: 0 }, "")),
        }
    }

    /// Goes to the bracket that closes the container whose opening one was just taken, `ahead` of which are these
    /// bytes of the block. Gives that bracket, and its bit.
    #[inline]
    fn closing(&mut self, mut ahead: u64) -> Option<(Token, u64)> {
        let mut depth = self.depth + 1;
        loop {
            let open = self.window.open[self.block % WINDOW];
            let mut brackets = (open | self.window.close[self.block % WINDOW]) & ahead;
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                depth += if open & bit != 0 { 1 } else { -1 };
                if depth == self.depth {
                    let at = self.base + self.block * BLOCK + bit.trailing_zeros() as usize;
                    return Some((Token { at, byte: self.text.get(at).copied().unwrap_or(0) }, bit));
                }
                brackets ^= bit;
            }
            loop {
                if !self.advance() {
                    return None;
                }
                if self.window.lowest[self.block % WINDOW] <= self.depth {
                    break;
                }
            }
            ahead = !0;
            depth = self.window.depth[self.block % WINDOW];
        }
    }

    /// Steps into a container whose opening bracket was taken.
    #[inline(always)]
    pub(super) fn enter(&mut self) {
        self.depth += 1;
    }

    /// Steps out of the container `open`, whose closing bracket `close` was taken. Gives the position after it.
    #[inline(always)]
    pub(super) fn leave(&mut self, open: Token, close: Token) -> Result<usize, Fault> {
        self.depth -= 1;
        self.close(open, close)
    }

    #[inline(always)]
    fn close(&mut self, open: Token, close: Token) -> Result<usize, Fault> {
        // In ASCII each closing bracket comes two places after its opening one.
        if close.byte == open.byte + 2 { Ok(close.at + 1) } else { Err(self.mismatch(open, close)) }
    }

    #[cold]
    fn mismatch(&mut self, open: Token, close: Token) -> Fault {
        self.fault(close, if open.byte == b'{' { "`,` or `}`" } else { "`,` or `]`" })
    }

    /// Where a value that begins at `start` ends, when `after` is the token that follows it.
    #[inline(always)]
    pub(super) fn end_of(&self, start: Token, after: Token) -> usize {
        let mut end = after.at;
        while end > start.at + 1 && matches!(self.text[end - 1], b' ' | b'\n' | b'\r' | b'\t') {
            end -= 1;
        }
        end
    }

    /// Checks that an atom, from `start` to `end`, is a number, `true`, `false` or `null`.
    #[inline]
    pub(super) fn atom(&mut self, start: Token, end: usize) -> Result<(), Fault> {
        if self.text.get(start.at..end).is_some_and(is_atom) { Ok(()) } else { Err(self.fault(start, "a value")) }
    }

    /// Whether a token is the end of the text.
    pub(super) fn at_end(&self, token: Token) -> bool {
        token.at >= self.text.len() && !self.too_deep
    }

    /// Whether the text ends inside a string, once the cursor is at the end.
    pub(super) fn ends_in_string(&self) -> bool {
        self.carry.in_string()
    }

    /// Remembers that something else was expected than the token found.
    #[cold]
    pub(super) fn fault(&mut self, found: Token, expected: &'static str) -> Fault {
        self.broken.get_or_insert((found.at, expected));
        Fault
    }

    /// What broke the text.
    #[cold]
    pub(super) fn error(&self) -> Error {
        match self.broken {
            _ if self.too_deep => Error::TooDeep { limit: self.limit },
            Some((at, expected)) if at < self.text.len() => Error::syntax(self.text, at, expected),
            _ => Error::CutOff { length: self.text.len() },
        }
    }

    /// Containers open around the cursor.
    pub(super) fn depth(&self) -> i32 {
        self.depth
    }

    /// Goes back behind the opening bracket `open`, around which `depth` containers are open.
    #[cold]
    pub(super) fn go_back(&mut self, open: Token, depth: i32) {
        self.base = open.at + 1;
        self.window.filled = 0;
        self.block = 0;
        self.ahead = 0;
        self.carry = self.carry.again(depth + 1);
        self.depth = depth;
        self.too_deep = false;
        self.broken = None;
    }

    /// Goes to the next block; false at the end of the text.
    #[inline(always)]
    fn advance(&mut self) -> bool {
        self.block += 1;
        if self.block >= self.window.filled && !self.refill() {
            return false;
        }
        self.ahead = !0;
        true
    }

    #[inline(never)]
    fn refill(&mut self) -> bool {
        let from = self.base + self.window.filled * BLOCK;
        if from >= self.text.len() || self.too_deep {
            // Stay at the end, with nothing to take.
            self.block = self.window.filled.saturating_sub(1);
            self.ahead = 0;
            return false;
        }
        self.base = from;
        self.block = 0;
        index(&self.text[from..], &mut self.window, &mut self.carry);
        self.regular &= self.carry.is_regular();
        let deepest = self.window.depth[..self.window.filled].iter().copied().max().unwrap_or_default();
        if usize::try_from(deepest).is_ok_and(|deepest| deepest + BLOCK > self.limit) {
            self.look_for_depth();
        }
        true
    }

    /// Ends the tokens where the limit on depth is crossed, if it is.
    #[cold]
    fn look_for_depth(&mut self) {
        let window = &mut self.window;
        let mut depth = window.depth[0];
        for at in 0..window.filled {
            let mut brackets = window.open[at] | window.close[at];
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                depth += if window.open[at] & bit != 0 { 1 } else { -1 };
                if usize::try_from(depth).is_ok_and(|depth| depth > self.limit) {
                    for masks in [&mut window.tokens, &mut window.punctuation, &mut window.open, &mut window.close] {
                        masks[at] &= bit - 1;
                    }
                    window.filled = at + 1;
                    self.too_deep = true;
                    return;
                }
                brackets ^= bit;
            }
        }
    }
}

/// Where a cursor is that looks at punctuation alone. It lives in registers, and is [`put`](Cursor::put) back before
/// the cursor itself moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quick {
    /// Punctuation of the block that is ahead.
    rest: u64,
    /// Position of the block's first byte.
    start: usize,
}

/// Looking at punctuation alone.
impl Cursor<'_> {
    /// Begins, if what is ahead is regular.
    #[inline(always)]
    pub(super) fn begin_quick(&mut self) -> bool {
        self.regular = self.carry.is_regular();
        self.rest = self.window.punctuation[self.block % WINDOW] & self.ahead;
        self.regular
    }

    /// Ends before the byte `at`, which is in this block or the first of the next. False when anything met was not
    /// regular.
    #[inline(always)]
    pub(super) fn end_quick(&mut self, at: usize) -> bool {
        let passed = at - (self.base + self.block * BLOCK);
        self.ahead = if passed < BLOCK { !0 << passed } else { 0 };
        self.regular
    }

    /// Where the cursor is.
    #[inline(always)]
    pub(super) fn quick(&self) -> Quick {
        Quick { rest: self.rest, start: self.base + self.block * BLOCK }
    }

    /// The cursor is there, which is in the same block.
    #[inline(always)]
    pub(super) fn put(&mut self, quick: Quick) {
        self.rest = quick.rest;
    }

    /// Takes the next bracket, colon or comma, whatever is in between.
    #[inline(always)]
    pub(super) fn quick_next(&mut self, quick: &mut Quick) -> Token {
        while quick.rest == 0 {
            if !self.advance() {
                return Token { at: self.text.len(), byte: 0 };
            }
            *quick =
                Quick { rest: self.window.punctuation[self.block % WINDOW], start: self.base + self.block * BLOCK };
        }
        let at = quick.start + quick.rest.trailing_zeros() as usize;
        quick.rest &= quick.rest - 1;
        Token { at, byte: self.text.get(at).copied().unwrap_or(0) }
    }

    /// As [`Cursor::skip`].
    #[inline]
    pub(super) fn quick_skip(&mut self, open: Token) -> Option<usize> {
        let (close, bit) = self.closing(self.rest)?;
        self.rest = self.window.punctuation[self.block % WINDOW] & !(bit | (bit - 1));
        (close.byte == open.byte + 2).then_some(close.at + 1)
    }

    /// Steps out of a container whose closing bracket `close` was taken. Gives the position after it.
    #[inline(always)]
    pub(super) fn quick_leave(&mut self, quick: Quick, close: Token) -> Option<usize> {
        self.put(quick);
        self.depth -= 1;
        Some(close.at + 1)
    }

    /// Whether there may be a backslash from `start` to `end`, neither of which is ahead.
    #[inline(always)]
    pub(super) fn may_have_escapes(&self, start: usize, end: usize) -> bool {
        match start.checked_sub(self.base) {
            Some(from) => self.window.has_backslash(from / BLOCK, (end - self.base) / BLOCK),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_skipped_as_a_whole() {
        for filler in 0..200 {
            let text = format!(r#"[{{"a":["}}",{{"b":"{}"}}]}}, 1]"#, "x".repeat(filler));
            let mut cursor = Cursor::new(text.as_bytes(), Limits::default());
            assert_eq!(cursor.next().byte, b'[');
            cursor.enter();
            let open = cursor.next();
            let end = cursor.skip(open).expect("balanced");
            assert_eq!(&text[end..], ", 1]");
            assert_eq!(cursor.next().byte, b',');
            assert_eq!(cursor.next().byte, b'1');
            assert_eq!(cursor.next().byte, b']');
            assert_eq!(cursor.next(), Token { at: text.len(), byte: 0 });
            assert_eq!(cursor.next(), Token { at: text.len(), byte: 0 });
        }
    }

    #[test]
    fn the_end_of_an_atom_is_checked() {
        let mut cursor = Cursor::new(b"12x ,", Limits::default());
        let (start, after) = (cursor.next(), cursor.next());
        assert_eq!(cursor.end_of(start, after), 3);
        assert!(cursor.atom(start, 3).is_err());
        assert!(matches!(cursor.error(), Error::Syntax { offset: 0, .. }));
    }

    #[test]
    fn depth_is_counted_exactly() {
        let limits = Limits { depth: 3, ..Limits::default() };
        for (text, fine) in [("[[[]]]", true), ("[[[]],[[]],[[]]]", true), ("[[[[]]]]", false)] {
            let mut cursor = Cursor::new(text.as_bytes(), limits);
            let open = cursor.next();
            let skipped = cursor.skip(open);
            assert_eq!(skipped.is_ok(), fine, "{text}");
            if !fine {
                assert_eq!(cursor.error(), Error::TooDeep { limit: 3 });
            }
        }
    }
}
