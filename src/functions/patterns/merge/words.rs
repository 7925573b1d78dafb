//! Patterns that are no JSON: those with the same punctuation and mostly the same words become one.
//!
//! Patterns are compared only when what stands between their words and values is the same, and so are their numbers.
//! Two are one kind of text when at least six of ten words are equal, place by place; places where both have a value or
//! a placeholder do not count. With fewer than three words, all must be equal. Words that turn the meaning of a message
//! (`explicit`, `missing`, `not`) never give way to a placeholder.
//!
//! A column of mere names would be as many patterns as it has names. So no more than [`MOST`] patterns with the same
//! punctuation stand for themselves, the most frequent ones; the others are one.
//!
//! To be compared with everything would take the square of the number of patterns. Patterns with so many equal words
//! share one of the rarest words of either, so only those are compared that do, and no more than [`TRIES`] of them.

use std::collections::HashMap;

use super::super::class::Class;
use super::super::lex::{Kind, holes, lex, with_holes};

/// Patterns with the same punctuation that stand for themselves.
const MOST: usize = 200;

/// Clusters that a pattern is compared with for each of its words.
const TRIES: usize = 64;

/// Words that tell one message from another, in lower case.
const TELLING: &[&str] = &[
    "accepted",
    "allow",
    "allowed",
    "allows",
    "already",
    "based",
    "boundaries",
    "boundary",
    "cannot",
    "control",
    "created",
    "delete",
    "deleted",
    "denied",
    "denies",
    "deny",
    "disabled",
    "disallowed",
    "empty",
    "enabled",
    "exceeded",
    "exist",
    "exists",
    "expired",
    "explicit",
    "explicitly",
    "fail",
    "failed",
    "failure",
    "forbidden",
    "found",
    "identity-based",
    "implicit",
    "incorrect",
    "invalid",
    "locked",
    "malformed",
    "missing",
    "must",
    "no",
    "none",
    "not",
    "null",
    "out",
    "permission",
    "permissions",
    "policies",
    "policy",
    "rejected",
    "required",
    "resource-based",
    "revoked",
    "session",
    "success",
    "successful",
    "throttled",
    "timeout",
    "unauthorized",
    "unknown",
    "unsupported",
    "valid",
    "without",
    "wrong",
];

/// The patterns that remain, each with those it was made of. They are taken in the order given.
pub(super) fn cluster<'a>(patterns: &[&'a str]) -> Vec<(String, Vec<&'a str>)> {
    let mut buckets: HashMap<String, Bucket<'a>> = HashMap::new();
    for pattern in patterns {
        let (frame, pieces) = cut(pattern);
        buckets.entry(frame).or_default().take(pattern, pieces);
    }
    let mut clusters = Vec::new();
    for (frame, bucket) in buckets {
        clusters.extend(bucket.finish().into_iter().map(|cluster| (cluster.text(&frame), cluster.members)));
    }
    clusters
}

/// A word, a value or a placeholder of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Word(String),
    Value(Class, String),
    Varied(Class),
}

impl Piece {
    fn word(&self) -> Option<&str> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }

    fn class(&self) -> Class {
        match self {
            Self::Word(_) => Class::Token,
            Self::Value(class, _) | Self::Varied(class) => *class,
        }
    }

    fn absorb(&mut self, other: &Self) {
        if self != other {
            *self = Self::Varied(self.class().join(other.class()));
        }
    }
}

/// Stands for a piece in a frame; a gap cannot hold it, for it is not white space nor punctuation.
const PIECE: char = 'x';

/// A pattern as what stands between its pieces, and these.
fn cut(pattern: &str) -> (String, Vec<Piece>) {
    let (text, classes) = with_holes(pattern);
    let mut classes = classes.into_iter();
    let mut lexemes = Vec::new();
    lex(&text, &mut lexemes);
    let (mut frame, mut pieces) = (String::new(), Vec::new());
    for lexeme in lexemes {
        let piece = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        if lexeme.kind == Kind::Gap {
            frame.push_str(piece);
            continue;
        }
        frame.push(PIECE);
        let varied = holes(piece);
        let class = classes.by_ref().take(varied).last();
        pieces.push(match (class, lexeme.kind) {
            (Some(class), _) if piece.chars().nth(1).is_none() => Piece::Varied(class),
            (Some(_), _) => Piece::Varied(Class::Token),
            (None, Kind::Value(class)) => Piece::Value(class, piece.to_owned()),
            (None, _) => Piece::Word(piece.to_owned()),
        });
    }
    (frame, pieces)
}

/// Clusters with the same frame.
#[derive(Debug, Default)]
struct Bucket<'a> {
    clusters: Vec<Cluster<'a>>,
    /// Clusters by the words they began with, place by place.
    by_word: HashMap<(usize, String), Vec<usize>>,
    /// Clusters without words, by the classes of their places.
    by_classes: HashMap<Vec<Class>, usize>,
}

#[derive(Debug)]
struct Cluster<'a> {
    pieces: Vec<Piece>,
    members: Vec<&'a str>,
}

impl<'a> Bucket<'a> {
    fn take(&mut self, pattern: &'a str, pieces: Vec<Piece>) {
        if let Some(cluster) = self.find(&pieces).and_then(|found| self.clusters.get_mut(found)) {
            cluster.take(pattern, &pieces);
            return;
        }
        let number = self.clusters.len();
        let mut has_words = false;
        for (place, word) in words(&pieces) {
            has_words = true;
            self.by_word.entry((place, word.to_owned())).or_default().push(number);
        }
        if !has_words {
            self.by_classes.insert(pieces.iter().map(Piece::class).collect(), number);
        }
        self.clusters.push(Cluster { pieces, members: vec![pattern] });
    }

    /// The cluster that is most like the pieces, the earliest of equal ones.
    fn find(&self, pieces: &[Piece]) -> Option<usize> {
        let mut postings: Vec<&[usize]> = words(pieces)
            .map(|(place, word)| self.by_word.get(&(place, word.to_owned())).map_or(&[][..], Vec::as_slice))
            .collect();
        if postings.is_empty() {
            let classes: Vec<_> = pieces.iter().map(Piece::class).collect();
            return self.by_classes.get(&classes).copied();
        }
        // What has `needed` words in common has one of any `words - needed + 1`.
        let needed = (postings.len() * 6).div_ceil(10);
        postings.sort_by_key(|posting| posting.len());
        postings.truncate(postings.len() - needed + 1);
        let mut candidates: Vec<usize> =
            postings.iter().flat_map(|posting| posting.iter().take(TRIES)).copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut best: Option<(Likeness, usize)> = None;
        for candidate in candidates {
            let Some(likeness) = self.clusters.get(candidate).and_then(|known| likeness(&known.pieces, pieces)) else {
                continue;
            };
            if best.is_none_or(|(known, _)| likeness.is_more_than(known)) {
                best = Some((likeness, candidate));
            }
        }
        best.map(|(_, cluster)| cluster)
    }

    fn finish(mut self) -> Vec<Cluster<'a>> {
        let rest = self.clusters.split_off(MOST.min(self.clusters.len()));
        let rest = rest.into_iter().reduce(|mut all, cluster| {
            all.pieces.iter_mut().zip(&cluster.pieces).for_each(|(piece, other)| piece.absorb(other));
            all.members.extend(cluster.members);
            all
        });
        self.clusters.extend(rest);
        self.clusters
    }
}

impl<'a> Cluster<'a> {
    fn take(&mut self, pattern: &'a str, pieces: &[Piece]) {
        self.pieces.iter_mut().zip(pieces).for_each(|(piece, other)| piece.absorb(other));
        self.members.push(pattern);
    }

    /// The pattern, its placeholders numbered anew.
    fn text(&self, frame: &str) -> String {
        let (mut text, mut number) = (String::new(), 0_usize);
        let mut pieces = self.pieces.iter();
        for character in frame.chars() {
            match (character == PIECE).then(|| pieces.next()).flatten() {
                Some(Piece::Word(word) | Piece::Value(_, word)) => text.push_str(word),
                Some(Piece::Varied(class)) => {
                    number += 1;
                    text.push_str(&super::super::placeholder(*class, number, false));
                }
                None => text.push(character),
            }
        }
        text
    }
}

fn words(pieces: &[Piece]) -> impl Iterator<Item = (usize, &str)> {
    pieces.iter().enumerate().filter_map(|(place, piece)| Some((place, piece.word()?)))
}

/// Equal words among the places that count.
#[derive(Debug, Clone, Copy)]
struct Likeness {
    equal: usize,
    places: usize,
}

impl Likeness {
    fn is_more_than(self, other: Self) -> bool {
        self.equal * other.places > other.equal * self.places
    }
}

/// How much alike two are; none when they are no one kind of text.
fn likeness(one: &[Piece], other: &[Piece]) -> Option<Likeness> {
    let (mut equal, mut places) = (0, 0);
    for (one, other) in one.iter().zip(other) {
        match (one.word(), other.word()) {
            (None, None) => continue,
            (Some(one), Some(other)) if one == other => equal += 1,
            (one, other) => {
                if one.into_iter().chain(other).any(is_telling) {
                    return None;
                }
            }
        }
        places += 1;
    }
    (equal > 0 && equal * 10 >= places * 6).then_some(Likeness { equal, places })
}

fn is_telling(word: &str) -> bool {
    word.len() <= 16 && TELLING.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telling_words_are_sorted() {
        assert!(TELLING.is_sorted());
        assert!(is_telling("Explicit") && !is_telling("alice"));
    }

    #[test]
    fn a_pattern_is_its_frame_and_its_pieces() {
        let (frame, pieces) = cut("User: <Arn-1> is 'a b' 7");
        assert_eq!(frame, "x: x x 'x' x");
        assert_eq!(pieces.len(), 5);
        assert_eq!(pieces[1], Piece::Varied(Class::Arn));
        assert_eq!(pieces[3], Piece::Value(Class::Token, "a b".to_owned()));
        let cluster = Cluster { pieces, members: Vec::new() };
        assert_eq!(cluster.text(&frame), "User: <Arn-1> is 'a b' 7");
    }

    #[test]
    fn many_names_are_one_pattern_beside_the_most_frequent() {
        let names: Vec<String> =
            (0..1000).map(|number| format!("{number:x}").replace(|c: char| c.is_ascii_digit(), "z") + "y").collect();
        let mut distinct: Vec<&str> = names.iter().map(String::as_str).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert!(cluster(&distinct).len() <= MOST + 1);
    }
}
