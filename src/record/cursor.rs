//! A place in a JSON text, moved from token to token, or over whole containers at once.

use super::blocks::{BLOCK, Block, Carry, WINDOW, index};
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
    window: [Block; WINDOW],
    /// Blocks of the window that are filled.
    filled: usize,
    /// Position of the window's first byte.
    base: usize,
    carry: Carry,
    /// Block of the window the cursor is in.
    block: usize,
    /// Marks of that block still ahead.
    rest: u64,
    /// Containers open around the cursor.
    depth: i32,
    limit: usize,
    /// A container was met that is nested too deep; marks end there.
    too_deep: bool,
    broken: Option<(usize, &'static str)>,
}

impl<'d> Cursor<'d> {
    /// Before the first token.
    pub(super) fn new(text: &'d [u8], limits: Limits) -> Self {
        Self {
            text,
            window: [Block::default(); WINDOW],
            filled: 0,
            base: 0,
            carry: Carry::default(),
            block: 0,
            rest: 0,
            depth: 0,
            limit: limits.depth.min(Limits::DEEPEST),
            too_deep: false,
            broken: None,
        }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'d [u8] {
        self.text
    }

    /// Whether everything up to the cursor, and some of what follows, is ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.carry.is_ascii()
    }

    /// Takes the next token.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Token {
        while self.rest == 0 {
            if !self.advance() {
                return Token { at: self.text.len(), byte: 0 };
            }
        }
        let at = self.base + self.block * BLOCK + self.rest.trailing_zeros() as usize;
        self.rest &= self.rest - 1;
        Token { at, byte: self.text.get(at).copied().unwrap_or(0) }
    }

    /// Takes everything up to the bracket that closes the container `open`, which is the token just taken, and
    /// that bracket too. Gives the position after it.
    #[inline]
    pub(super) fn skip(&mut self, open: Token) -> Result<usize, Fault> {
        let mut depth = self.depth + 1;
        loop {
            let block = &self.window[self.block];
            let mut brackets = (block.open | block.close) & self.rest;
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                depth += if block.open & bit != 0 { 1 } else { -1 };
                if depth == self.depth {
                    self.rest &= !(bit | (bit - 1));
                    let at = self.base + self.block * BLOCK + bit.trailing_zeros() as usize;
                    return self.close(open, Token { at, byte: self.text.get(at).copied().unwrap_or(0) });
                }
                brackets ^= bit;
            }
            loop {
                if !self.advance() {
                    return Err(self.fault(Token { at: self.text.len(), byte: 0 }, ""));
                }
                if self.window[self.block].lowest <= self.depth {
                    break;
                }
            }
            depth = self.window[self.block].depth;
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

    /// Goes to the next block; false at the end of the text.
    #[inline(always)]
    fn advance(&mut self) -> bool {
        self.block += 1;
        if self.block >= self.filled && !self.refill() {
            return false;
        }
        self.rest = self.window[self.block].marks;
        true
    }

    #[inline(never)]
    fn refill(&mut self) -> bool {
        let from = self.base + self.filled * BLOCK;
        if from >= self.text.len() || self.too_deep {
            // Stay at the end, with nothing to take.
            self.block = self.filled.saturating_sub(1);
            self.rest = 0;
            return false;
        }
        self.base = from;
        self.block = 0;
        self.filled = index(&self.text[from..], &mut self.window, &mut self.carry);
        if usize::try_from(self.carry.deepest).is_ok_and(|deepest| deepest > self.limit) {
            self.look_for_depth();
        }
        true
    }

    /// Ends the marks where the limit on depth is crossed, if it is.
    #[cold]
    fn look_for_depth(&mut self) {
        let mut depth = self.window[0].depth;
        for at in 0..self.filled {
            let block = &mut self.window[at];
            let mut brackets = block.open | block.close;
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                depth += if block.open & bit != 0 { 1 } else { -1 };
                if usize::try_from(depth).is_ok_and(|depth| depth > self.limit) {
                    let before = bit - 1;
                    (block.marks, block.open, block.close) =
                        (block.marks & before, block.open & before, block.close & before);
                    self.filled = at + 1;
                    self.too_deep = true;
                    return;
                }
                brackets ^= bit;
            }
        }
        self.carry.deepest = depth;
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
