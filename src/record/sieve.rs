//! Texts that a record must hold to be wanted, searched for before anything is parsed.
//!
//! JSON can spell a text in many ways: `\/`, `\u0026`, and a letter as `\u0041`. A needle is made only of characters
//! that nobody has to escape; a document in which one of them is escaped all the same is never dropped. So a sieve may
//! keep too much, and never too little.

use aho_corasick::AhoCorasick;
use aho_corasick::packed;
use memchr::memmem::Finder;

use super::choice::Choice;
use super::skim::Skimmed;

/// A part of a text that stands in the document as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle(Box<[u8]>);

/// Texts that stand in many records of every trail.
const COMMON: &[&str] = &[
    "ASIA",
    "AKIA",
    "AssumedRole",
    "IAMUser",
    "AWSService",
    "AwsApiCall",
    "Management",
    "access",
    "account",
    "amazonaws.com",
    "service",
    "us-east-1",
    "user",
];
/// More needles at once are searched for no faster than records are parsed.
const MOST_NEEDLES: usize = 512;
/// Below this a needle stands nearly everywhere.
const SHORTEST: usize = 2;

impl Needle {
    /// What must stand in the document where a value holds `text`. None when no part of it is sure to.
    #[must_use]
    pub fn within(text: &str) -> Option<Self> {
        text.split(|character| !is_plain(character)).max_by_key(|part| part.len()).and_then(Self::of)
    }

    /// What must stand in the document where a value is `text`, a string.
    #[must_use]
    pub fn whole(text: &str) -> Option<Self> {
        let first = text.split(|character| !is_plain(character)).next().unwrap_or_default();
        // The closing quote may itself be escaped, in the output of `lookup-events`.
        let first = Self::of(&format!("\"{first}")).filter(|_| !first.is_empty());
        // The quote counts for one letter.
        Self::within(text).max_by_length(first)
    }

    fn of(part: &str) -> Option<Self> {
        (part.len() >= SHORTEST).then(|| Self(part.as_bytes().into()))
    }

    /// How many bytes it has: the more, the fewer records hold it by chance.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.len()
    }
}

impl Needle {
    /// Whether it stands in many records of every trail, so that others tell more.
    #[must_use]
    pub fn is_common(&self) -> bool {
        self.holds_common(usize::MAX)
    }

    /// Whether most of it stands in many records of every trail.
    #[must_use]
    pub(super) fn is_mostly_common(&self) -> bool {
        self.holds_common(2)
    }

    /// Whether a text of many records is in it, and makes up one part of it out of so many.
    fn holds_common(&self, parts: usize) -> bool {
        COMMON.iter().any(|common| {
            memchr::memmem::find(&self.0, common.as_bytes()).is_some()
                && common.len().saturating_mul(parts) >= self.0.len()
        })
    }
}

impl std::fmt::Display for Needle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

trait Longer {
    fn max_by_length(self, other: Self) -> Self;
}

impl Longer for Option<Needle> {
    fn max_by_length(self, other: Self) -> Self {
        let length = |needle: &Self| needle.as_ref().map_or(0, Needle::length);
        if length(&other) >= length(&self) { other } else { self }
    }
}

/// Whether a character needs no escape anywhere, so that it is written as itself.
///
/// Writers of JSON for web pages escape `&`, `<`, `>`, `=` and `'` too, and CloudTrail does; some escape `/`. What is
/// beyond ASCII may stand as UTF-8 or escaped.
pub(super) fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~') && !matches!(character, '"' | '\\' | '/' | '&' | '<' | '>' | '=' | '\'')
}

/// What a record must hold: at least one needle of every clause.
#[derive(Debug)]
pub struct Sieve {
    clauses: Vec<Clause>,
    choice: Option<Choice>,
}

/// Needles of which one must stand in a record.
#[derive(Debug)]
pub(super) enum Clause {
    One(Box<Finder<'static>>),
    Few(Box<packed::Searcher>),
    Any(Box<AhoCorasick>),
    /// More than one search can do at once.
    Many(Vec<Clause>),
}

impl Sieve {
    /// A sieve of clauses and a choice; the first clause is searched for first. None when there is nothing to search for.
    #[must_use]
    pub fn new(clauses: &[Vec<Needle>], choice: Option<Choice>) -> Option<Self> {
        let clauses: Vec<Clause> = clauses.iter().filter_map(|needles| Clause::new(needles)).collect();
        (!clauses.is_empty() || choice.is_some()).then_some(Self { clauses, choice })
    }

    /// Drops the records that cannot be wanted.
    pub fn narrow(&self, document: &[u8], skimmed: &mut Skimmed) {
        let Skimmed { records, spells_letters: false } = skimmed else { return };
        for clause in &self.clauses {
            // The first hit at or behind the record at hand, so that many records without one cost one pass.
            let mut hit = Some(0);
            records.retain(|record| {
                if hit.is_some_and(|hit| hit < record.start) {
                    hit = clause.find(&document[record.start..]).map(|at| record.start + at);
                }
                hit.is_some_and(|hit| hit < record.end)
            });
        }
        if let Some(choice) = &self.choice {
            choice.narrow(document, records);
        }
    }
}

impl Clause {
    /// As many needles as vectors of bytes can tell apart.
    pub(super) const FEW: usize = 32;

    pub(super) fn new(needles: &[Needle]) -> Option<Self> {
        match needles {
            [needle] => Some(Self::One(Box::new(Finder::new(&needle.0).into_owned()))),
            needles if !(1..=MOST_NEEDLES).contains(&needles.len()) => None,
            needles if needles.len() > Self::FEW => {
                needles.chunks(Self::FEW).map(Self::new).collect::<Option<_>>().map(Self::Many)
            }
            needles => {
                let texts = || needles.iter().map(|needle| &needle.0);
                let mut few = packed::Config::new().builder();
                few.extend(texts());
                match few.build() {
                    Some(few) => Some(Self::Few(Box::new(few))),
                    None => AhoCorasick::new(texts()).ok().map(|any| Self::Any(Box::new(any))),
                }
            }
        }
    }

    pub(super) fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::One(finder) => finder.find(text),
            Self::Few(few) => few.find(text).map(|found| found.start()),
            Self::Any(any) => any.find(text).map(|found| found.start()),
            Self::Many(clauses) => clauses.iter().filter_map(|clause| clause.find(text)).min(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::skim::skim;
    use super::*;

    fn needle(text: &str) -> Option<String> {
        Needle::within(text).map(|needle| needle.to_string())
    }

    #[test]
    fn a_needle_is_the_longest_part_that_is_written_in_one_way() {
        assert_eq!(needle("ConsoleLogin"), Some("ConsoleLogin".to_owned()));
        assert_eq!(needle("arn:aws:iam::1:role/Admin"), Some("arn:aws:iam::1:role".to_owned()));
        assert_eq!(needle("a=b&cd"), Some("cd".to_owned()));
        assert_eq!(needle("ä/ö"), None);
        assert_eq!(needle("x"), None);
        let whole = |text| Needle::whole(text).map(|needle| needle.to_string());
        assert_eq!(whole("ConsoleLogin"), Some("\"ConsoleLogin".to_owned()));
        assert_eq!(whole("x"), Some("\"x".to_owned()));
        assert_eq!(whole("a/Admin"), Some("Admin".to_owned()));
        assert_eq!(whole(""), None);
    }

    /// The numbers of the records that a sieve leaves of a document.
    fn left(document: &str, clauses: &[&[&str]]) -> Vec<u64> {
        let clauses: Vec<Vec<Needle>> = clauses
            .iter()
            .map(|texts| texts.iter().map(|text| Needle::within(text).expect("plain")).collect())
            .collect();
        let sieve = Sieve::new(&clauses, None).expect("clauses");
        let mut skimmed = skim(document.as_bytes()).expect("a plain delivery");
        sieve.narrow(document.as_bytes(), &mut skimmed);
        skimmed.records.iter().map(|record| record.ordinal).collect()
    }

    #[test]
    fn records_without_the_needles_are_dropped() {
        let document = r#"{"Records":[{"a":"one"},{"b":"two"},{"a":"one two"},{},{"a":"one"}]}"#;
        assert_eq!(left(document, &[&["one"]]), [0, 2, 4]);
        assert_eq!(left(document, &[&["one"], &["two"]]), [2]);
        assert_eq!(left(document, &[&["one", "two"]]), [0, 1, 2, 4]);
        assert_eq!(left(document, &[&["Records"]]), [0_u64; 0]);
        assert_eq!(left(document, &[&["three"]]), [0_u64; 0]);
    }

    #[test]
    fn a_letter_written_as_an_escape_saves_its_document() {
        let document = r#"{"Records":[{"a":"\u006fne"},{"b":"two"}]}"#;
        assert_eq!(left(document, &[&["one"]]), [0, 1]);
        let document = r#"{"Records":[{"a":"\u0026 \u003d \u00e9 \u000a"},{"b":"two"}]}"#;
        assert_eq!(left(document, &[&["one"]]), [0_u64; 0]);
    }
}
