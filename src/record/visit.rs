//! Every value of one JSON text, in order, in one pass: for what looks at whole records and not at paths.

use std::borrow::Cow;

use super::Limits;
use super::cursor::{Cursor, Fault, Token};
use super::text::unescaped;
use super::walk::{member, scalar};

/// What stands next in a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// An object begins.
    Object,
    /// An array begins.
    Array,
    /// The key of a member, without its quotes, as it is written. Its value follows.
    Key(&'a str),
    /// A string with its quotes, a number, `true`, `false` or `null`, as it is written.
    Leaf(&'a str),
    /// The object or array that began last ends.
    End,
}

/// Calls `take` with everything in a JSON text. None when the text as a whole is no JSON, or is nested too deep; `take`
/// may have been called before that is known.
#[must_use]
pub fn visit<'a>(json: &'a str, mut take: impl FnMut(Event<'a>)) -> Option<()> {
    let mut cursor = Cursor::new(json.as_bytes(), Limits::default());
    let first = cursor.next();
    let after = value(json, &mut cursor, first, &mut take).ok()?;
    (cursor.at_end(after) && !cursor.ends_in_string()).then_some(())
}

/// The text that a key stands for, or what is inside the quotes of a string.
#[must_use]
pub fn plain(inside: &str) -> Cow<'_, str> {
    match unescaped(inside.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(inside),
        Cow::Owned(text) => Cow::Owned(String::from_utf8(text).unwrap_or_default()),
    }
}

/// Takes one value; gives the token after it. The cursor ends the text where it is nested too deep.
fn value<'a>(
    json: &'a str,
    cursor: &mut Cursor<'_>,
    token: Token,
    take: &mut impl FnMut(Event<'a>),
) -> Result<Token, Fault> {
    match token.byte {
        b'{' => {
            take(Event::Object);
            cursor.enter();
            let mut next = cursor.next();
            if next.byte == b'}' {
                cursor.leave(token, next)?;
            } else {
                loop {
                    let (key, first) = member(cursor, next)?;
                    let start = next.at + 1;
                    take(Event::Key(json.get(start..start + key.len()).unwrap_or_default()));
                    let after = value(json, cursor, first, take)?;
                    if after.byte != b',' {
                        cursor.leave(token, after)?;
                        break;
                    }
                    next = cursor.next();
                }
            }
            take(Event::End);
            Ok(cursor.next())
        }
        b'[' => {
            take(Event::Array);
            cursor.enter();
            let mut next = cursor.next();
            if next.byte == b']' {
                cursor.leave(token, next)?;
            } else {
                loop {
                    let after = value(json, cursor, next, take)?;
                    if after.byte != b',' {
                        cursor.leave(token, after)?;
                        break;
                    }
                    next = cursor.next();
                }
            }
            take(Event::End);
            Ok(cursor.next())
        }
        _ => {
            let after = cursor.next();
            let end = scalar(cursor, token, after)?;
            take(Event::Leaf(json.get(token.at..end).unwrap_or_default()));
            Ok(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(json: &str) -> Option<Vec<Event<'_>>> {
        let mut events = Vec::new();
        visit(json, |event| events.push(event))?;
        Some(events)
    }

    #[test]
    fn everything_comes_in_order() {
        use Event::{Array, End, Key, Leaf, Object};
        let found = events(r#" {"a": [1, "b\n" ,{}], "c" : null } "#);
        let expected =
            vec![Object, Key("a"), Array, Leaf("1"), Leaf(r#""b\n""#), Object, End, End, Key("c"), Leaf("null"), End];
        assert_eq!(found, Some(expected));
        assert_eq!(plain(r"b\n"), "b\n");
    }

    #[test]
    fn what_is_no_json_gives_nothing() {
        for json in ["", "{", "{}}", "{\"a\":}", "[1,]", "[1 2]", "{\"a\" 1}", "nul", "\"a", "{} x", "[\"a\"", "{]"] {
            assert_eq!(events(json), None, "{json}");
        }
        assert_eq!(events(&"[".repeat(5000)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\":,a1 \\\\é]{0,40}|\\PC{0,40}") {
            let _ = events(&text);
        }
    }
}
