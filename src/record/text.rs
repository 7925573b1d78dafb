//! One JSON value becomes text in the form a leaf is wanted in.

use std::borrow::Cow;

use crate::schema::Kind;

/// A value as it stands in the file, without white space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Null,
    True,
    False,
    Number,
    String,
    Container,
}

/// What a value is, from its first byte; it must be a whole value.
pub(super) fn form(raw: &[u8]) -> Option<Form> {
    Some(match raw.first()? {
        b'"' => Form::String,
        b'{' | b'[' => Form::Container,
        b'n' => Form::Null,
        b't' => Form::True,
        b'f' => Form::False,
        _ => Form::Number,
    })
}

/// What of a value becomes a leaf's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken<'d> {
    /// No such form.
    Null,
    /// The bytes as they are.
    Raw(&'d [u8]),
    /// The inside of a string, still escaped.
    Escaped(&'d [u8]),
    /// An object or array, to be written without white space between its parts.
    Spaced(&'d [u8]),
    /// A word of ours.
    Word(&'static str),
}

/// The part of a whole value that a leaf of this kind takes. Without `escapes` there is no backslash in it.
#[inline]
pub(super) fn take(raw: &[u8], escapes: bool, kind: Kind) -> Taken<'_> {
    let Some(form) = form(raw) else { return Taken::Null };
    match (kind, form) {
        (Kind::Value, Form::Null) => Taken::Word("null"),
        (_, Form::Null) | (Kind::Scalar, Form::Container) | (Kind::Ordinal, _) => Taken::Null,
        (Kind::Flag, Form::String) => flag(raw, escapes),
        (Kind::Text | Kind::Scalar | Kind::Numeral | Kind::Time, Form::String) => inside(raw, escapes),
        (Kind::Numeral, Form::Container) => Taken::Spaced(raw),
        (Kind::Numeral, Form::True) => Taken::Word("1"),
        (Kind::Numeral, Form::False) => Taken::Word("0"),
        _ => Taken::Raw(raw),
    }
}

/// What stands between a string's quotes.
#[inline]
fn inside(raw: &[u8], escapes: bool) -> Taken<'_> {
    let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if escapes && memchr::memchr(b'\\', inside).is_some() { Taken::Escaped(inside) } else { Taken::Raw(inside) }
}

/// A string as a flag: both booleans in any case, any other text as it is.
fn flag(raw: &[u8], escapes: bool) -> Taken<'_> {
    let taken = inside(raw, escapes);
    let mut unescaped = Vec::new();
    let text = match taken {
        Taken::Escaped(inside) => {
            unescape(inside, &mut unescaped);
            unescaped.as_slice()
        }
        Taken::Raw(inside) => inside,
        _ => return taken,
    };
    if text.eq_ignore_ascii_case(b"true") {
        Taken::Word("true")
    } else if text.eq_ignore_ascii_case(b"false") {
        Taken::Word("false")
    } else {
        taken
    }
}

/// Appends `raw` as UTF-8, each broken sequence as U+FFFD.
pub(super) fn append_lossy(raw: &[u8], to: &mut Vec<u8>) {
    match std::str::from_utf8(raw) {
        Ok(_) => to.extend_from_slice(raw),
        Err(_) => to.extend_from_slice(String::from_utf8_lossy(raw).as_bytes()),
    }
}

/// Appends an object or array without the white space between its parts, always as UTF-8.
pub(super) fn append_compact(raw: &[u8], to: &mut Vec<u8>) {
    let mut rest = raw;
    while !rest.is_empty() {
        let outside = memchr::memchr(b'"', rest).unwrap_or(rest.len());
        for part in rest[..outside].split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            append_lossy(part, to);
        }
        rest = &rest[outside..];
        let inside = string_length(rest);
        append_lossy(&rest[..inside], to);
        rest = &rest[inside..];
    }
}

/// The bytes of the string at the beginning, both quotes included; all there is when it never ends.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// Appends the text that the inside of a JSON string stands for, always as UTF-8.
///
/// Half of a surrogate pair and broken UTF-8 become U+FFFD. An escape that JSON does not have is left as written.
pub(super) fn unescape(inside: &[u8], to: &mut Vec<u8>) {
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        append_lossy(&rest[..at], to);
        rest = &rest[at + 1..];
        let Some((&code, after)) = rest.split_first() else {
            to.push(b'\\');
            return;
        };
        let plain = match code {
            b'"' | b'\\' | b'/' => code,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let Some((character, after)) = unicode(after) else {
                    to.push(b'\\');
                    continue;
                };
                to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
                continue;
            }
            _ => {
                to.push(b'\\');
                continue;
            }
        };
        to.push(plain);
        rest = after;
    }
    append_lossy(rest, to);
}

/// The character of `\u` and what follows it, a second `\u` of a pair included.
fn unicode(after: &[u8]) -> Option<(char, &[u8])> {
    let (first, after) = hex(after)?;
    if let 0xD800..=0xDBFF = first
        && let Some(next) = after.strip_prefix(b"\\u")
        && let Some((second @ 0xDC00..=0xDFFF, after)) = hex(next)
    {
        let pair = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return Some((char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER), after));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), after))
}

/// Four hexadecimal digits.
fn hex(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let digit = |value: u32, byte: &u8| Some(value << 4 | char::from(*byte).to_digit(16)?);
    Some((digits.iter().try_fold(0, digit)?, rest))
}

/// The inside of a string as text.
pub(super) fn unescaped(inside: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', inside).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut text = Vec::with_capacity(inside.len());
    unescape(inside, &mut text);
    Cow::Owned(text)
}

/// Whether the bytes are a JSON number, `true`, `false` or `null`.
pub(super) fn is_atom(raw: &[u8]) -> bool {
    match raw {
        b"true" | b"false" | b"null" => true,
        _ => is_number(raw),
    }
}

fn is_number(raw: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = raw.strip_prefix(b"-").unwrap_or(raw);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(after) = rest.strip_prefix(b".") {
        let fraction = digits(after);
        if fraction == 0 {
            return false;
        }
        rest = &after[fraction..];
    }
    if let [b'e' | b'E', after @ ..] = rest {
        let after = if let [b'+' | b'-', after @ ..] = after { after } else { after };
        let exponent = digits(after);
        return exponent > 0 && exponent == after.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped_text(inside: &str) -> String {
        String::from_utf8(unescaped(inside.as_bytes()).into_owned()).expect("UTF-8")
    }

    fn compact(text: &str) -> String {
        let mut compact = Vec::new();
        append_compact(text.as_bytes(), &mut compact);
        String::from_utf8(compact).expect("UTF-8")
    }

    #[test]
    fn objects_lose_the_white_space_between_their_parts_alone() {
        assert_eq!(compact("{ \"a b\" :\t[ 1,\r\n\"x \\\" , \\\\\" , { } ] }"), "{\"a b\":[1,\"x \\\" , \\\\\",{}]}");
        assert_eq!(compact("{\"a\":\"never ends \\"), "{\"a\":\"never ends \\");
        assert_eq!(compact(""), "");
    }

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(unescaped_text(r#"a\"\\\/\b\f\n\r\tz"#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(unescaped_text(r"\u0026\u003D\u00e9\ud83d\ude00"), "&=é😀");
        assert_eq!(unescaped_text(r"\\u0026"), r"\u0026");
    }

    #[test]
    fn half_a_pair_is_the_replacement_character() {
        assert_eq!(unescaped_text(r"a\ud83d"), "a\u{fffd}");
        assert_eq!(unescaped_text(r"\ude00b"), "\u{fffd}b");
        assert_eq!(unescaped_text(r"\ud83d\u0041"), "\u{fffd}A");
        assert_eq!(unescaped_text(r"\ud83d\ud83d\ude00"), "\u{fffd}😀");
    }

    #[test]
    fn an_escape_json_does_not_have_stays_as_written() {
        assert_eq!(unescaped_text(r"\q \u12 \u12G4 \"), r"\q \u12 \u12G4 \");
    }

    #[test]
    fn broken_utf8_is_replaced() {
        assert_eq!(unescaped(b"\xffa\\n\xc3").as_ref(), "\u{fffd}a\n\u{fffd}".as_bytes());
    }

    #[test]
    fn numbers_are_those_of_json() {
        for number in ["0", "-0", "10", "1.5", "-1.5e10", "1E+2", "1e-07", "123456789012345678901234567890"] {
            assert!(is_atom(number.as_bytes()), "{number}");
        }
        for number in ["", "-", "01", "1.", ".5", "1e", "+1", "1e+", "0x10", "NaN", "1.5.5", "1 2", "nul", "True"] {
            assert!(!is_atom(number.as_bytes()), "{number}");
        }
    }

    proptest::proptest! {
        #[test]
        fn serde_json_unescapes_the_same(text in "(\\PC|[\\x00-\\x20\"\\\\])*") {
            let json = serde_json::to_string(&text).expect("text");
            let inside = &json.as_bytes()[1..json.len() - 1];
            proptest::prop_assert_eq!(unescaped(inside).into_owned(), text.into_bytes());
        }
    }
}
