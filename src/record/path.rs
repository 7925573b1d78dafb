//! Reaching into one JSON text outside the scan.

use std::borrow::Cow;

use super::Limits;
use super::cursor::{Cursor, Fault, Token};
use super::text::{Taken, append_compact, take, unescape, unescaped};
use super::tree::Fit;
use super::walk::{member, pass, scalar};
use crate::schema::{Kind, Step};

/// One leaf of one JSON text. None when it is missing, null, not of that kind, or the text is not JSON.
///
/// Objects and arrays on the path are checked member by member; of what lies beside it, strings must end and brackets
/// must match.
///
/// [`Kind::Time`] gives the text of the time, for [`parse_time`](super::parse_time); [`Kind::Ordinal`] nothing.
#[must_use]
pub fn extract<'a>(json: &'a str, path: &[Step], kind: Kind) -> Option<Cow<'a, str>> {
    match take(locate(json, path)?.as_bytes(), true, kind) {
        Taken::Null => None,
        Taken::Word(word) => Some(Cow::Borrowed(word)),
        Taken::Raw(raw) => Some(String::from_utf8_lossy(raw)),
        Taken::Spaced(raw) => {
            let mut text = Vec::with_capacity(raw.len());
            append_compact(raw, &mut text);
            Some(Cow::Owned(String::from_utf8_lossy(&text).into_owned()))
        }
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

/// The members of an object, in order, equal keys included: keys unescaped, values as raw JSON. None when the text is
/// no JSON object.
#[must_use]
pub fn members(json: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let object = locate(json, &[])?;
    let mut cursor = Cursor::new(object.as_bytes(), Limits::default());
    let open = cursor.next();
    if open.byte != b'{' {
        return None;
    }
    let mut members = Vec::new();
    each_member(&mut cursor, open, |key, start, end| {
        let key = match unescaped(key) {
            Cow::Borrowed(key) => String::from_utf8_lossy(key),
            Cow::Owned(key) => Cow::Owned(String::from_utf8_lossy(&key).into_owned()),
        };
        members.extend(object.get(start..end).map(|value| (key, value)));
    })
    .ok()?;
    Some(members)
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
    let end = match token.byte {
        b'{' => {
            let mut best = Fit::None;
            each_member(&mut cursor, token, |key, start, end| {
                let fit = step.map_or(Fit::None, |step| fit(step, &unescaped(key)));
                if fit != Fit::None && fit >= best {
                    (best, found) = (fit, Some((start, end)));
                }
            })
        }
        b'[' => each_element(&mut cursor, token, |index, start, end| {
            if step == Some(&Step::Index(index)) {
                found = Some((start, end));
            }
        }),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &[&str]) -> Vec<Step> {
        path.iter().map(|step| step.parse().map_or_else(|_| Step::Key((*step).into()), Step::Index)).collect()
    }

    #[test]
    fn a_text_that_is_not_one_json_value_has_no_leaves() {
        for json in ["", " ", "{", "\"a", "\"a\\\"", "{}}", "1 2", "tru", "{\"a\":1}x", "[1,]", "nul", "{\"a\" 1}"] {
            assert_eq!(extract(json, &[], Kind::Text), None, "{json}");
            assert_eq!(extract(json, &steps(&["a"]), Kind::Text), None, "{json}");
        }
    }

    #[test]
    fn a_scalar_is_a_text_of_its_own() {
        assert_eq!(extract(" \"a\\n\" ", &[], Kind::Text).as_deref(), Some("a\n"));
        assert_eq!(extract("12", &[], Kind::Text).as_deref(), Some("12"));
        assert_eq!(extract("null", &[], Kind::Json), None);
        assert_eq!(extract("12", &steps(&["a"]), Kind::Text), None);
        assert_eq!(extract("[1,[2,3]]", &steps(&["1", "0"]), Kind::Text).as_deref(), Some("2"));
    }

    #[test]
    fn elements_are_raw() {
        let json = r#"{"a":[ 1 ,"b,]" , {"c":[2]},[] ]}"#;
        assert_eq!(elements(json, &steps(&["a"])), Some(vec!["1", "\"b,]\"", "{\"c\":[2]}", "[]"]));
        assert_eq!(elements("[]", &[]), Some(Vec::new()));
        assert_eq!(elements(json, &[]), None);
        assert_eq!(elements("[1", &[]), None);
        assert_eq!(elements(json, &steps(&["b"])), None);
    }
}
