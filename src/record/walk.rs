//! One walk over a record, down the wanted paths only, noting where their values stand.

use super::cursor::{Cursor, Fault, Token};
use super::text::unescaped;
use super::tree::{Fit, Node, NodeId, Tree};

/// Where a value stands in the text; both 0 when there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Notes for one record at a time.
#[derive(Debug)]
pub(super) struct Walk {
    tree: Tree,
    /// By node.
    found: Vec<Found>,
    /// By node: how well the key fitted that led there.
    fits: Vec<Fit>,
}

impl Walk {
    pub(super) fn new(tree: Tree) -> Self {
        let nodes = tree.len();
        Self { tree, found: vec![Found::default(); nodes], fits: vec![Fit::None; nodes] }
    }

    /// Walks the record whose `{` was taken, and takes its `}`.
    pub(super) fn record(&mut self, cursor: &mut Cursor<'_>, open: Token) -> Result<(), Fault> {
        self.found.fill(Found::default());
        self.fits.fill(Fit::None);
        let end = self.object(cursor, open, 0)?;
        self.found[0] = Found { start: open.at, end };
        Ok(())
    }

    /// The bytes of a node's value, if the last record had one.
    #[inline(always)]
    pub(super) fn raw<'d>(&self, text: &'d [u8], node: NodeId) -> &'d [u8] {
        let Found { start, end } = self.found[node];
        text.get(start..end).unwrap_or_default()
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Result<usize, Fault> {
        cursor.enter();
        let mut token = cursor.next();
        if token.byte == b'}' {
            return cursor.leave(open, token);
        }
        loop {
            let (key, value) = member(cursor, token)?;
            let after = self.member(cursor, id, key, value)?;
            if after.byte != b',' {
                return cursor.leave(open, after);
            }
            token = cursor.next();
        }
    }

    /// Takes a member's value, noting it for every step that fits the key.
    #[inline(always)]
    fn member(&mut self, cursor: &mut Cursor<'_>, id: NodeId, key: &[u8], value: Token) -> Result<Token, Fault> {
        let node = self.tree.node(id);
        if node.may_have(key) || memchr::memchr(b'\\', key).is_some() {
            return self.wanted(cursor, id, key, value);
        }
        pass(cursor, value)
    }

    #[inline(never)]
    fn wanted(&mut self, cursor: &mut Cursor<'_>, id: NodeId, key: &[u8], value: Token) -> Result<Token, Fault> {
        let key = unescaped(key);
        let mut fitting = None;
        for at in 0..self.tree.node(id).members.len() {
            let member = &self.tree.node(id).members[at];
            let fit = member.fit(&key);
            if fit == Fit::None || fit < self.fits[member.node] {
                continue;
            }
            // Two steps that one key fits are rare (`tag` beside `Tag`): walk the value again for each.
            if let Some((node, fit)) = fitting.replace((member.node, fit)) {
                let mut again = cursor.clone();
                if self.take(&mut again, node, fit, value).is_err() {
                    *cursor = again;
                    return Err(Fault);
                }
            }
        }
        match fitting {
            Some((node, fit)) => self.take(cursor, node, fit, value),
            None => pass(cursor, value),
        }
    }

    /// Notes a value and goes into it as far as the node's descendants do.
    fn take(&mut self, cursor: &mut Cursor<'_>, id: NodeId, fit: Fit, value: Token) -> Result<Token, Fault> {
        if self.fits[id] != Fit::None {
            let end = self.tree.node(id).end;
            self.found[id..end].fill(Found::default());
            self.fits[id..end].fill(Fit::None);
        }
        self.fits[id] = fit;
        let Node { members, elements, .. } = self.tree.node(id);
        let end = match value.byte {
            b'{' if !members.is_empty() => self.object(cursor, value, id)?,
            b'[' if !elements.is_empty() => self.array(cursor, value, id)?,
            b'{' | b'[' => cursor.skip(value)?,
            _ => {
                let after = cursor.next();
                let end = scalar(cursor, value, after)?;
                self.found[id] = Found { start: value.at, end };
                return Ok(after);
            }
        };
        self.found[id] = Found { start: value.at, end };
        Ok(cursor.next())
    }

    fn array(&mut self, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Result<usize, Fault> {
        cursor.enter();
        let mut token = cursor.next();
        if token.byte == b']' {
            return cursor.leave(open, token);
        }
        for index in 0.. {
            let wanted = self.tree.node(id).elements.iter().find(|element| element.0 == index);
            let after = match wanted {
                Some((_, node)) => self.take(cursor, *node, Fit::Exact, token)?,
                None => pass(cursor, token)?,
            };
            if after.byte != b',' {
                return cursor.leave(open, after);
            }
            token = cursor.next();
        }
        Err(cursor.fault(token, "`]`"))
    }
}

/// From a key's opening quote to the first byte of its value: the key, still escaped, and the value's token.
#[inline(always)]
pub(super) fn member<'d>(cursor: &mut Cursor<'d>, quote: Token) -> Result<(&'d [u8], Token), Fault> {
    if quote.byte != b'"' {
        return Err(cursor.fault(quote, "a key in double quotes"));
    }
    let colon = cursor.next();
    if colon.byte != b':' {
        return Err(cursor.fault(colon, "`:`"));
    }
    let end = cursor.end_of(quote, colon);
    let key = cursor.text().get(quote.at + 1..end - 1).unwrap_or_default();
    Ok((key, cursor.next()))
}

/// Takes a value that nobody asked for; gives the token after it.
#[inline(always)]
pub(super) fn pass(cursor: &mut Cursor<'_>, value: Token) -> Result<Token, Fault> {
    match value.byte {
        b'"' => Ok(cursor.next()),
        b'{' | b'[' => {
            cursor.skip(value)?;
            Ok(cursor.next())
        }
        _ => {
            let after = cursor.next();
            scalar(cursor, value, after)?;
            Ok(after)
        }
    }
}

/// Where a scalar ends, checked, when `after` is the token that follows it.
#[inline(always)]
pub(super) fn scalar(cursor: &mut Cursor<'_>, value: Token, after: Token) -> Result<usize, Fault> {
    let end = cursor.end_of(value, after);
    if value.byte != b'"' {
        cursor.atom(value, end)?;
    }
    Ok(end)
}
