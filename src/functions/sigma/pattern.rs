//! Patterns of Sigma: `*` any run of characters, `?` one character, a backslash before them or itself as the character.
//!
//! Source: Sigma specification, "Escaping" and "Wildcards".

use aho_corasick::AhoCorasick;

use super::fold::{folded, folded_text};

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// This text.
    Literal(String),
    /// Any run of characters, also none.
    Any,
    /// Any one character.
    One,
}

/// The parts of a pattern. A backslash before anything but `*`, `?` and `\` is a backslash.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' | '?' => {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(if character == '*' { Piece::Any } else { Piece::One });
            }
            '\\' => match characters.next() {
                Some(escaped @ ('*' | '?' | '\\')) => literal.push(escaped),
                other => literal.extend(std::iter::once('\\').chain(other)),
            },
            other => literal.push(other),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// The pattern that has these parts, as [`pieces`] reads it.
#[must_use]
pub fn pattern(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => text.push('*'),
            Piece::One => text.push('?'),
            Piece::Literal(literal) => {
                for character in literal.chars() {
                    if matches!(character, '*' | '?' | '\\') {
                        text.push('\\');
                    }
                    text.push(character);
                }
            }
        }
    }
    text
}

/// Patterns of which one has to match, ready to be looked for.
#[derive(Debug)]
pub(super) struct Patterns {
    is_cased: bool,
    /// Whether one of them is `*`, which anything matches that is there.
    takes_all: bool,
    /// Sorted, each once.
    whole: Vec<String>,
    starts: Vec<String>,
    ends: Vec<String>,
    parts: Option<AhoCorasick>,
    others: Vec<Vec<Token>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Character(char),
    One,
    Any,
}

impl Patterns {
    /// None when there is too much text to look for.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>, is_cased: bool) -> Option<Self> {
        let mut found = Self {
            is_cased,
            takes_all: false,
            whole: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            parts: None,
            others: Vec::new(),
        };
        let mut parts = Vec::new();
        for text in patterns {
            let mut pieces = pieces(text);
            pieces.dedup_by(|a, b| *a == Piece::Any && *b == Piece::Any);
            match pieces.as_slice() {
                [] => found.whole.push(String::new()),
                [Piece::Any] => found.takes_all = true,
                [Piece::Literal(text)] => found.whole.push(found.plain(text)),
                [Piece::Literal(text), Piece::Any] => found.starts.push(found.plain(text)),
                [Piece::Any, Piece::Literal(text)] => found.ends.push(found.plain(text)),
                [Piece::Any, Piece::Literal(text), Piece::Any] => parts.push(found.plain(text)),
                pieces => found.others.push(found.tokens(pieces)),
            }
        }
        found.whole.sort_unstable();
        found.whole.dedup();
        if !parts.is_empty() {
            found.parts = Some(AhoCorasick::new(parts).ok()?);
        }
        Some(found)
    }

    /// Whether anything that is there will do.
    pub(super) fn takes_all(&self) -> bool {
        self.takes_all
    }

    /// Whether a text as a whole matches one of them.
    pub(super) fn matches(&self, text: &str) -> bool {
        if self.takes_all {
            return true;
        }
        if self.is_cased {
            return self.matches_folded(text);
        }
        // Most texts are short and ASCII, and folded without a place on the heap.
        let mut short = [0; SHORT];
        if let Some(room) = short.get_mut(..text.len()).filter(|_| text.is_ascii()) {
            room.copy_from_slice(text.as_bytes());
            room.make_ascii_lowercase();
            return std::str::from_utf8(room).is_ok_and(|text| self.matches_folded(text));
        }
        self.matches_folded(&folded_text(text))
    }

    fn matches_folded(&self, text: &str) -> bool {
        self.whole.binary_search_by(|whole| whole.as_str().cmp(text)).is_ok()
            || self.starts.iter().any(|start| text.starts_with(start.as_str()))
            || self.ends.iter().any(|end| text.ends_with(end.as_str()))
            || self.parts.as_ref().is_some_and(|parts| parts.is_match(text))
            || self.others.iter().any(|tokens| is_like(tokens, text))
    }

    fn plain(&self, text: &str) -> String {
        if self.is_cased { text.to_owned() } else { folded_text(text).into_owned() }
    }

    fn tokens(&self, pieces: &[Piece]) -> Vec<Token> {
        let mut tokens = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Any => tokens.push(Token::Any),
                Piece::One => tokens.push(Token::One),
                Piece::Literal(text) => {
                    let plain = |character| if self.is_cased { character } else { folded(character) };
                    tokens.extend(text.chars().map(|character| Token::Character(plain(character))));
                }
            }
        }
        tokens
    }
}

/// The length of a text that is folded in place, in bytes: most are shorter, ARNs included.
const SHORT: usize = 256;

/// Whether the tokens match the whole text. What follows a run is tried at every place, from the last run on alone.
fn is_like(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut run: Option<(usize, &str)> = None;
    loop {
        let mut characters = rest.chars();
        match (tokens.get(at), characters.next()) {
            (Some(Token::Any), _) => {
                at += 1;
                run = Some((at, rest));
                continue;
            }
            (None, None) => return true,
            (Some(_), None) => return false,
            (Some(Token::One), Some(_)) => {
                (at, rest) = (at + 1, characters.as_str());
                continue;
            }
            (Some(Token::Character(wanted)), Some(found)) if *wanted == found => {
                (at, rest) = (at + 1, characters.as_str());
                continue;
            }
            _ => {}
        }
        let Some((after, from)) = run else { return false };
        let mut characters = from.chars();
        if characters.next().is_none() {
            return false;
        }
        (at, rest) = (after, characters.as_str());
        run = Some((after, rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Patterns::new([pattern], false).expect("a small pattern").matches(text)
    }

    /// The meaning, one character at a time.
    fn naive(pattern: &[Piece], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((Piece::Any, rest)) => (0..=text.len()).any(|from| naive(rest, &text[from..])),
            Some((Piece::One, rest)) => !text.is_empty() && naive(rest, &text[1..]),
            Some((Piece::Literal(literal), rest)) => {
                let literal: Vec<char> = literal.chars().collect();
                let fits =
                    text.len() >= literal.len() && literal.iter().zip(text).all(|(a, b)| folded(*a) == folded(*b));
                fits && naive(rest, &text[literal.len()..])
            }
        }
    }

    #[test]
    fn backslashes_escape_wildcards_and_themselves() {
        let literal = |text: &str| Piece::Literal(text.to_owned());
        for (text, expected) in [
            (r"a\b", vec![literal(r"a\b")]),
            (r"a\\b", vec![literal(r"a\b")]),
            (r"a\\\b", vec![literal(r"a\\b")]),
            (r"a\\\\b", vec![literal(r"a\\b")]),
            (r"\*", vec![literal("*")]),
            (r"\\*", vec![literal(r"\"), Piece::Any]),
            (r"\\\*", vec![literal(r"\*")]),
            (r"\\\\*", vec![literal(r"\\"), Piece::Any]),
            (r"\?x?", vec![literal("?x"), Piece::One]),
            (r"end\", vec![literal(r"end\")]),
            ("", vec![]),
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }

    #[test]
    fn a_pattern_matches_the_whole_text_in_any_case() {
        for (pattern, text, expected) in [
            ("ConsoleLogin", "consolelogin", true),
            ("ConsoleLogin", "ConsoleLogins", false),
            ("List*", "LISTBUCKETS", true),
            ("*.exe", "a.EXE", true),
            ("*min*", "AdMIN1", true),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("a*b*c", "aXbbYc", true),
            ("a*b*c", "acb", false),
            ("*a?", "aab", true),
            ("", "", true),
            ("", "x", false),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        let cased = Patterns::new(["List*"], true).expect("a small pattern");
        assert!(cased.matches("ListUsers") && !cased.matches("listUsers"));
    }

    proptest::proptest! {
        #[test]
        fn matching_is_what_one_character_at_a_time_says(pattern in "[abKk*?\\\\ſ]{0,8}", text in "[abkK*?\\\\s]{0,8}") {
            let pieces = pieces(&pattern);
            let characters: Vec<char> = text.chars().collect();
            proptest::prop_assert_eq!(matches(&pattern, &text), naive(&pieces, &characters));
        }

        #[test]
        fn a_written_pattern_is_read_as_it_was(pattern in "[ab*?\\\\]{0,12}") {
            let once = pieces(&pattern);
            proptest::prop_assert_eq!(pieces(&super::pattern(&once)), once);
        }
    }
}
