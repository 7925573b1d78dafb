//! Values of a rule on their way through modifiers: text with wildcards and placeholders, numbers, booleans, null.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Placeholders;
use crate::functions::sigma::{Piece, pattern, pieces};

/// A value, as far as its modifiers have been applied.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// Text as the rule writes it, with wildcards and escapes.
    Written(String),
    /// Text that a modifier has changed.
    Text(Vec<Chunk>),
    /// A number, as it is written.
    Number(String),
    Bool(bool),
    Null,
}

/// A part of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Chunk {
    /// Characters as UTF-8, or what an encoding has made of them.
    Bytes(Vec<u8>),
    Any,
    One,
}

/// How many values one value may become.
pub(super) const MOST_VALUES: usize = 4096;

impl Item {
    /// The value as text; none for null.
    pub(super) fn chunks(&self) -> Option<Vec<Chunk>> {
        match self {
            Self::Written(text) => Some(pieces(text).into_iter().map(Chunk::from).collect()),
            Self::Text(chunks) => Some(chunks.clone()),
            Self::Number(text) => Some(vec![Chunk::Bytes(text.clone().into_bytes())]),
            Self::Bool(value) => Some(vec![Chunk::Bytes(value.to_string().into_bytes())]),
            Self::Null => None,
        }
    }

    /// The value as a pattern; none for null, and for bytes that are no text.
    pub(super) fn pattern(&self) -> Option<String> {
        let piece = |chunk| match chunk {
            Chunk::Bytes(bytes) => String::from_utf8(bytes).ok().map(Piece::Literal),
            Chunk::Any => Some(Piece::Any),
            Chunk::One => Some(Piece::One),
        };
        let pieces: Option<Vec<_>> = self.chunks()?.into_iter().map(piece).collect();
        pieces.map(|pieces| pattern(&pieces))
    }
}

impl From<Piece> for Chunk {
    fn from(piece: Piece) -> Self {
        match piece {
            Piece::Literal(text) => Self::Bytes(text.into_bytes()),
            Piece::Any => Self::Any,
            Piece::One => Self::One,
        }
    }
}

/// The bytes of text without wildcards.
fn bytes(chunks: &[Chunk]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    for chunk in chunks {
        match chunk {
            Chunk::Bytes(bytes) => all.extend_from_slice(bytes),
            Chunk::Any | Chunk::One => return None,
        }
    }
    Some(all)
}

/// `base64`: none where there are wildcards.
pub(super) fn base64(chunks: &[Chunk]) -> Option<Vec<Chunk>> {
    Some(vec![Chunk::Bytes(STANDARD.encode(bytes(chunks)?).into_bytes())])
}

/// `base64offset`: what all texts that hold these bytes have in common in Base64, for each place modulo three.
pub(super) fn base64_offsets(chunks: &[Chunk]) -> Option<Vec<Vec<Chunk>>> {
    let bytes = bytes(chunks)?;
    let at = |shift: usize| {
        let padded = [vec![b' '; shift], bytes.clone()].concat();
        let encoded = STANDARD.encode(&padded);
        // Characters that also depend on what stands before, or behind, are left out.
        let start = [0, 2, 3][shift];
        let end = padded.len() / 3 * 4 + [0, 1, 2][padded.len() % 3];
        vec![Chunk::Bytes(encoded.get(start..end.max(start)).unwrap_or_default().as_bytes().to_vec())]
    };
    Some((0..3).map(at).collect())
}

/// What UTF-16 is to begin with, and which byte comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Utf16 {
    Little,
    Big,
    Marked,
}

/// Text as UTF-16; none where it is no text any more.
pub(super) fn utf16(chunks: &[Chunk], form: Utf16) -> Option<Vec<Chunk>> {
    let mut all = if form == Utf16::Marked { vec![Chunk::Bytes(vec![0xFF, 0xFE])] } else { Vec::new() };
    for chunk in chunks {
        let Chunk::Bytes(bytes) = chunk else {
            all.push(chunk.clone());
            continue;
        };
        let text = std::str::from_utf8(bytes).ok()?;
        let encode = |unit: u16| if form == Utf16::Big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        all.push(Chunk::Bytes(text.encode_utf16().flat_map(encode).collect()));
    }
    Some(all)
}

const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];

/// `windash`: every way to write the dashes that begin a word; none when these are too many.
pub(super) fn windash(chunks: &[Chunk]) -> Option<Vec<Vec<Chunk>>> {
    let mut ways: Vec<Vec<Chunk>> = vec![Vec::new()];
    for chunk in chunks {
        let Some(text) = (if let Chunk::Bytes(bytes) = chunk { std::str::from_utf8(bytes).ok() } else { None }) else {
            ways.iter_mut().for_each(|way| way.push(chunk.clone()));
            continue;
        };
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let mut texts = vec![String::new()];
        let mut before = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let begins = DASHES.contains(&character)
                && !before.is_some_and(is_word)
                && characters.peek().copied().is_some_and(is_word);
            if begins {
                texts = texts.iter().flat_map(|text| DASHES.iter().map(move |dash| format!("{text}{dash}"))).collect();
            } else {
                texts.iter_mut().for_each(|text| text.push(character));
            }
            if texts.len().saturating_mul(ways.len()) > MOST_VALUES {
                return None;
            }
            before = Some(character);
        }
        let with = |way: &Vec<Chunk>, text: &String| {
            way.iter().cloned().chain([Chunk::Bytes(text.clone().into_bytes())]).collect()
        };
        ways = ways.iter().flat_map(|way| texts.iter().map(move |text| with(way, text))).collect();
    }
    Some(ways)
}

/// What `expand` came to.
#[derive(Debug, PartialEq)]
pub(super) enum Expanded {
    /// One value for each way to fill the placeholders in.
    Into(Vec<Item>),
    /// A placeholder has no values.
    Unset(String),
    /// There are too many ways.
    TooMany,
}

/// `expand`: `%name%` becomes each of the values of that name; `\%` is a percent sign.
pub(super) fn expand(chunks: &[Chunk], placeholders: &Placeholders) -> Expanded {
    let mut ways: Vec<Vec<Chunk>> = vec![Vec::new()];
    for chunk in chunks {
        let Some(text) = (if let Chunk::Bytes(bytes) = chunk { std::str::from_utf8(bytes).ok() } else { None }) else {
            ways.iter_mut().for_each(|way| way.push(chunk.clone()));
            continue;
        };
        let mut literal = String::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("\\%") {
                literal.push('%');
                rest = after;
            } else if let Some((name, after)) = placeholder(rest) {
                let Some(values) = placeholders.get(name) else { return Expanded::Unset(name.to_owned()) };
                if ways.len().saturating_mul(values.len()) > MOST_VALUES {
                    return Expanded::TooMany;
                }
                let text = Chunk::Bytes(std::mem::take(&mut literal).into_bytes());
                let filled = |way: &Vec<Chunk>, value: &String| {
                    let value = pieces(value).into_iter().map(Chunk::from);
                    way.iter().cloned().chain([text.clone()]).chain(value).collect::<Vec<_>>()
                };
                ways = ways
                    .iter()
                    .flat_map(|way| values.iter().map(move |value| (way, value)))
                    .map(|(way, value)| filled(way, value))
                    .collect();
                rest = after;
            } else {
                literal.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
        ways.iter_mut().for_each(|way| way.push(Chunk::Bytes(literal.clone().into_bytes())));
    }
    Expanded::Into(ways.into_iter().map(Item::Text).collect())
}

/// The name of a placeholder that a text begins with, and what follows it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('%')?.split_once('%')?;
    let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(text: &str) -> Vec<Chunk> {
        Item::Written(text.to_owned()).chunks().expect("text")
    }

    fn texts(ways: Option<Vec<Vec<Chunk>>>) -> Vec<String> {
        ways.expect("some ways").into_iter().map(|way| Item::Text(way).pattern().expect("text")).collect()
    }

    #[test]
    fn base64_is_found_at_every_place() {
        // RFC 4648: "foobar" is Zm9vYmFy.
        assert_eq!(texts(base64(&chunks("foobar")).map(|one| vec![one])), ["Zm9vYmFy"]);
        let offsets = texts(base64_offsets(&chunks("http://")));
        for before in ["", "a", "ab", "abc"] {
            for after in ["", "x", "xy"] {
                let encoded = STANDARD.encode(format!("{before}http://{after}"));
                assert!(encoded.contains(&offsets[before.len() % 3]), "{before} {after} {offsets:?}");
            }
        }
        assert_eq!(base64(&chunks("a*")), None);
        assert_eq!(texts(base64_offsets(&[])), ["", "", ""]);
    }

    #[test]
    fn utf16_has_two_bytes_for_a_letter() {
        let hex = |form| hex::encode(bytes(&utf16(&chunks("cmd"), form).expect("text")).expect("no wildcard"));
        assert_eq!(hex(Utf16::Little), "63006d006400");
        assert_eq!(hex(Utf16::Big), "0063006d0064");
        assert_eq!(hex(Utf16::Marked), "fffe63006d006400");
    }

    #[test]
    fn a_dash_before_a_word_is_any_dash() {
        assert_eq!(texts(windash(&chunks("a -f b-c"))), ["a -f b-c", "a /f b-c", "a –f b-c", "a —f b-c", "a ―f b-c"]);
        assert_eq!(texts(windash(&chunks("*-a -b"))).len(), 25);
        assert_eq!(windash(&chunks("-a -b -c -d -e -f -g")), None);
    }

    #[test]
    fn placeholders_are_filled_in_every_way() {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let placeholders =
            Placeholders::from([("who".to_owned(), values(&["ann", "b*"])), ("where".to_owned(), values(&["x", "y"]))]);
        let check = |text: &str, expected: &[&str]| {
            let Expanded::Into(items) = expand(&chunks(text), &placeholders) else { panic!("{text}") };
            let patterns: Vec<_> = items.iter().map(|item| item.pattern().expect("text")).collect();
            assert_eq!(patterns, expected, "{text}");
        };
        check("user/%who%*", &["user/ann*", "user/b**"]);
        check("%who%@%where%", &["ann@x", "ann@y", "b*@x", "b*@y"]);
        check(r"100% of \%who\%", &["100% of %who%"]);
        assert_eq!(expand(&chunks("%nobody%"), &placeholders), Expanded::Unset("nobody".to_owned()));
    }
}
