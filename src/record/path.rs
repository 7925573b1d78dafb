//! Reaching into one JSON text outside the scan.

use std::borrow::Cow;

use super::Limits;
use super::cursor::{Cursor, Fault, Token};
use super::text::{Taken, take, unescape, unescaped};
use super::tree::Fit;
use super::walk::{member, pass, scalar};
use crate::schema::{Kind, Step};

/// One leaf of one JSON text. None when it is missing, null, not of that kind, or the text is not JSON.
///
/// [`Kind::Time`] gives the text of the time, for [`parse_time`](super::parse_time); [`Kind::Ordinal`] nothing.
#[must_use]
pub fn extract<'a>(json: &'a str, path: &[Step], kind: Kind) -> Option<Cow<'a, str>> {
    match take(locate(json, path)?.as_bytes(), true, kind) {
        Taken::Null => None,
        Taken::Word(word) => Some(Cow::Borrowed(word)),
        Taken::Raw(raw) => Some(String::from_utf8_lossy(raw)),
        Taken::Escaped(inside) => {
            let mut text = Vec::with_capacity(inside.len());
            unescape(inside, &mut text);
            Some(Cow::Owned(String::from_utf8(text).unwrap_or_default()))
        }
    }
}

/// The elements of the array at a path, as raw JSON. None when there is no array, or the text is not JSON.
#[must_use]
pub fn elements<'a>(json: &'a str, path: &[Step]) -> Option<Vec<&'a str>> {
    let array = locate(json, path)?;
    let mut cursor = Cursor::new(array.as_bytes(), Limits::default());
    let open = cursor.next();
    if open.byte != b'[' {
        return None;
    }
    let mut elements = Vec::new();
    each_element(&mut cursor, open, |_, start, end| elements.extend(array.get(start..end))).ok()?;
    Some(elements)
}

/// The raw value at a path.
fn locate<'a>(json: &'a str, path: &[Step]) -> Option<&'a str> {
    let (first, rest) = match path.split_first() {
        Some((first, rest)) => (Some(first), rest),
        None => (None, path),
    };
    let mut value = step(json, first)?;
    for next in rest {
        value = step(value, Some(next))?;
    }
    Some(value)
}

/// The value one step down, or the value itself; None as well when `json` is not one whole value.
fn step<'a>(json: &'a str, step: Option<&Step>) -> Option<&'a str> {
    let mut cursor = Cursor::new(json.as_bytes(), Limits::default());
    let token = cursor.next();
    let mut found = None;
    let end = match (token.byte, step) {
        (b'{', Some(step)) => {
            let mut best = Fit::None;
            each_member(&mut cursor, token, |key, start, end| {
                let fit = fit(step, &unescaped(key));
                if fit != Fit::None && fit >= best {
                    (best, found) = (fit, Some((start, end)));
                }
            })
        }
        (b'[', Some(Step::Index(wanted))) => each_element(&mut cursor, token, |index, start, end| {
            if index == *wanted {
                found = Some((start, end));
            }
        }),
        (b'{' | b'[', _) => cursor.skip(token),
        _ => {
            let after = cursor.next();
            scalar(&mut cursor, token, after)
        }
    };
    let end = end.ok()?;
    // A scalar's successor was taken already; the end is found there again.
    if cursor.next().at != json.len() || cursor.ends_in_string() || !json[end..].trim_ascii().is_empty() {
        return None;
    }
    let (start, end) = if step.is_some() { found? } else { (token.at, end) };
    json.get(start..end)
}

fn fit(step: &Step, key: &[u8]) -> Fit {
    match step {
        Step::Key(wanted) if wanted.as_bytes() == key => Fit::Exact,
        Step::Key(wanted) if wanted.as_bytes().eq_ignore_ascii_case(key) => Fit::AnyCase,
        Step::ExactKey(wanted) if wanted.as_bytes() == key => Fit::Exact,
        Step::Index(index) if index.to_string().as_bytes() == key => Fit::Exact,
        _ => Fit::None,
    }
}

/// Calls `visit` with key, start and end of every member; gives the position after the object.
fn each_member<'d>(
    cursor: &mut Cursor<'d>,
    open: Token,
    mut visit: impl FnMut(&'d [u8], usize, usize),
) -> Result<usize, Fault> {
    cursor.enter();
    let mut token = cursor.next();
    if token.byte == b'}' {
        return cursor.leave(open, token);
    }
    loop {
        let (key, value) = member(cursor, token)?;
        let after = pass(cursor, value)?;
        visit(key, value.at, cursor.end_of(value, after));
        if after.byte != b',' {
            return cursor.leave(open, after);
        }
        token = cursor.next();
    }
}

/// Calls `visit` with number, start and end of every element; gives the position after the array.
fn each_element(
    cursor: &mut Cursor<'_>,
    open: Token,
    mut visit: impl FnMut(usize, usize, usize),
) -> Result<usize, Fault> {
    cursor.enter();
    let mut token = cursor.next();
    if token.byte == b']' {
        return cursor.leave(open, token);
    }
    let mut index = 0;
    loop {
        let after = pass(cursor, token)?;
        visit(index, token.at, cursor.end_of(token, after));
        if after.byte != b',' {
            return cursor.leave(open, after);
        }
        index += 1;
        token = cursor.next();
    }
}
