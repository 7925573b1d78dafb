//! One walk over a record, down the wanted paths only, noting where their values stand.

use super::cursor::{Cursor, Fault, Token};
use super::text::{is_atom, unescaped};
use super::tree::{Fit, Member, Node, NodeId, Tree};

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
        if cursor.begin_quick() {
            let depth = cursor.depth();
            self.forget(0);
            if let Some(end) = self.quick_value(cursor, open, 0)
                && cursor.was_regular()
            {
                self.found[0] = Found { start: open.at, end };
                return Ok(());
            }
            // Irregular or broken: token by token it becomes clear which.
            cursor.go_back(open, depth);
        }
        self.forget(0);
        let end = self.object(cursor, open, 0)?;
        self.found[0] = Found { start: open.at, end };
        Ok(())
    }

    /// Drops what was noted of a node and its descendants.
    fn forget(&mut self, id: NodeId) {
        let end = self.tree.node(id).end;
        self.found[id..end].fill(Found::default());
        self.fits[id..end].fill(Fit::None);
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
    fn member(&mut self, cursor: &mut Cursor<'_>, id: NodeId, key: &[u8], value: Token) -> Result<Token, Fault> {
        let key = unescaped(key);
        let mut fitting: Option<(NodeId, Fit)> = None;
        loop {
            // The members come in falling order, so that the next one has a lower node.
            let last = fitting.map_or(NodeId::MAX, |(node, _)| node);
            let members = self.tree.node(id).candidates(&key).filter(|member| member.node < last);
            let fits = members.map(|member| (member.node, member.fit(&key)));
            let next = fits.filter(|(node, fit)| *fit != Fit::None && *fit >= self.fits[*node]).next();
            let Some(next) = next else { break };
            // Two steps that one key fits are rare (`tag` beside `Tag`): walk the value again for each.
            if let Some((node, fit)) = fitting.replace(next) {
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
            self.forget(id);
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

    // The quick walk looks at punctuation alone, which is enough where the text is regular. It gives up, with None,
    // wherever it is not sure; nothing it noted counts then.

    /// Takes the container `open`, whose bracket was taken, going into it as far as the node's descendants do.
    /// Gives the position after it.
    #[inline(always)]
    fn quick_value(&mut self, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Option<usize> {
        let Node { members, elements, .. } = self.tree.node(id);
        match open.byte {
            b'{' if !members.is_empty() => self.quick_object(cursor, open, id),
            b'[' if !elements.is_empty() => self.quick_array(cursor, open, id),
            _ => cursor.skip(open).ok(),
        }
    }

    fn quick_object(&mut self, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Option<usize> {
        cursor.enter();
        let mut token = cursor.next_punctuation();
        if token.byte == b'}' && token.at == open.at + 1 {
            return cursor.leave(open, token).ok();
        }
        let mut before = open.at;
        loop {
            if token.byte != b':' {
                return None;
            }
            let colon = token.at;
            // Between the quotes: a regular comma or bracket has the opening one next to it, a colon the closing one.
            let key = cursor.text().get(before + 2..colon - 1)?;
            token = cursor.next_punctuation();
            let fitting = {
                let fits = |member: &Member| Some((member.node, member.fit(key))).filter(|(_, fit)| *fit != Fit::None);
                let mut fitting = self.tree.node(id).candidates(key).filter_map(fits);
                let first = fitting.next();
                // One key for two steps is left to the other walk.
                if first.is_some() && fitting.next().is_some() {
                    return None;
                }
                first
            };
            token = match fitting {
                Some((node, fit)) if fit >= self.fits[node] => {
                    if self.fits[node] != Fit::None {
                        self.forget(node);
                    }
                    self.fits[node] = fit;
                    self.quick_take(cursor, colon, token, node)?
                }
                _ => quick_pass(cursor, colon, token)?,
            };
            match token.byte {
                b',' => before = token.at,
                b'}' => return cursor.leave(open, token).ok(),
                _ => return None,
            }
            token = cursor.next_punctuation();
        }
    }

    fn quick_array(&mut self, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Option<usize> {
        cursor.enter();
        let mut before = open.at;
        let mut index = 0;
        loop {
            let token = cursor.next_punctuation();
            if token.byte == b']' && token.at == open.at + 1 {
                return cursor.leave(open, token).ok();
            }
            let wanted = self.tree.node(id).elements.iter().find(|element| element.0 == index);
            let after = match wanted {
                Some((_, node)) => self.quick_take(cursor, before, token, *node)?,
                None => quick_pass(cursor, before, token)?,
            };
            match after.byte {
                b',' => before = after.at,
                b']' => return cursor.leave(open, after).ok(),
                _ => return None,
            }
            index += 1;
        }
    }

    /// Notes the value that stands behind the punctuation at `before`, when `next` is the punctuation after that.
    /// Gives the punctuation after the value.
    #[inline]
    fn quick_take(&mut self, cursor: &mut Cursor<'_>, before: usize, next: Token, id: NodeId) -> Option<Token> {
        let start = before + 1;
        if next.at == start {
            let end = self.quick_value(cursor, next, id)?;
            self.found[id] = Found { start, end };
            return Some(cursor.next_punctuation());
        }
        self.found[id] = Found { start, end: next.at };
        quick_pass(cursor, before, next)
    }
}

/// Passes the value that stands behind the punctuation at `before`, when `next` is the punctuation after that.
#[inline(always)]
fn quick_pass(cursor: &mut Cursor<'_>, before: usize, next: Token) -> Option<Token> {
    let raw = cursor.text().get(before + 1..next.at)?;
    match raw.first() {
        Some(b'"') => Some(next),
        Some(_) => is_atom(raw).then_some(next),
        None => {
            cursor.skip(next).ok()?;
            Some(cursor.next_punctuation())
        }
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
