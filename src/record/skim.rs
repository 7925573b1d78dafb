//! Where each record of a plain delivery begins and ends, found by brackets alone.
//!
//! This costs a tenth of a walk, so records that a search of the text rules out need no walk at all. What stands
//! inside the brackets is not looked at: whoever wants a record's values walks it, and finds what is broken.

use super::blocks::{BLOCK, Brackets, Nesting, WINDOW, brackets};
use super::sieve::is_plain;

/// One record of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Position of its `{`.
    pub start: usize,
    /// Position behind its `}`.
    pub end: usize,
    /// Its number in the document, from 0.
    pub ordinal: u64,
}

/// What a look at a document's brackets tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skimmed {
    /// Its records.
    pub records: Vec<Extent>,
    /// Whether a character that needs no escape, or a quote, is written as one: `\u0041` for `A`.
    pub spells_letters: bool,
}

/// Looks at a document in CloudTrail's own wrapping, `{"Records":[{…},{…}]}`. None for every other shape, and for
/// what is not sound between records: there only a walk can tell what it is.
#[must_use]
pub fn skim(document: &[u8]) -> Option<Skimmed> {
    let start = array_of_records(document)?;
    let skimmed = Skimmed { records: Vec::new(), spells_letters: false };
    let mut skim = Skim { document, skimmed, depth: 0, start, after: start };
    let end = skim.run(start)?;
    let skimmed = skim.skimmed;
    let rest = document[end..].trim_ascii_start().strip_prefix(b"}")?;
    // A summary of data events looks like a record, and says what it is in the first of them.
    let is_summary = |first: &Extent| memchr::memmem::find(&document[first.start..first.end], b"Aggregated").is_some();
    (rest.trim_ascii().is_empty() && !skimmed.records.first().is_some_and(is_summary)).then_some(skimmed)
}

/// The position behind the bracket that opens the records.
fn array_of_records(document: &[u8]) -> Option<usize> {
    let mut rest = document;
    for token in [b"{".as_slice(), b"\"Records\"", b":", b"["] {
        rest = rest.trim_ascii_start().strip_prefix(token)?;
    }
    Some(document.len() - rest.len())
}

/// Inside the array of records.
struct Skim<'a> {
    document: &'a [u8],
    skimmed: Skimmed,
    /// Containers open inside the array.
    depth: i32,
    /// Where the record at hand began.
    start: usize,
    /// Behind the record before, or behind the bracket that opens the array.
    after: usize,
}

impl Skim<'_> {
    /// Goes from behind the array's opening bracket to behind its closing one.
    fn run(&mut self, from: usize) -> Option<usize> {
        let (mut found, mut nesting) = (Brackets::new(), Nesting::default());
        for base in (from..self.document.len()).step_by(WINDOW * BLOCK) {
            brackets(&self.document[base..], &mut found, &mut nesting);
            if found.backslash != 0 && !self.skimmed.spells_letters {
                // An escape may stand across the end.
                let end = self.document.len().min(base + WINDOW * BLOCK + ESCAPE);
                self.skimmed.spells_letters = spells_letters(&self.document[base..end]);
            }
            // The usual block is inside a record from its first byte to its last.
            let mut shallow = found.shallow;
            while shallow != 0 {
                let block = shallow.trailing_zeros() as usize;
                shallow &= shallow - 1;
                let (open, close) = (found.open[block], found.close[block]);
                self.depth = found.depth[block];
                let mut brackets = open | close;
                while brackets != 0 {
                    let bit = brackets & brackets.wrapping_neg();
                    brackets ^= bit;
                    let at = base + block * BLOCK + bit.trailing_zeros() as usize;
                    if open & bit != 0 {
                        self.open(at)?;
                    } else if self.depth == 0 {
                        return self.end(at);
                    } else {
                        self.close(at)?;
                    }
                }
            }
        }
        None
    }

    fn open(&mut self, at: usize) -> Option<()> {
        if self.depth == 0 {
            let gap = self.document[self.after..at].trim_ascii();
            let expected: &[u8] = if self.skimmed.records.is_empty() { b"" } else { b"," };
            if self.document[at] != b'{' || gap != expected {
                return None;
            }
            self.start = at;
        }
        self.depth += 1;
        Some(())
    }

    fn close(&mut self, at: usize) -> Option<()> {
        self.depth -= 1;
        if self.depth == 0 {
            if self.document[at] != b'}' {
                return None;
            }
            self.after = at + 1;
            let ordinal = self.skimmed.records.len() as u64;
            self.skimmed.records.push(Extent { start: self.start, end: self.after, ordinal });
        }
        Some(())
    }

    fn end(&self, at: usize) -> Option<usize> {
        let is_sound = self.document[at] == b']' && self.document[self.after..at].trim_ascii().is_empty();
        is_sound.then_some(at + 1)
    }
}

/// Bytes of an escape such as `\u0041`.
const ESCAPE: usize = 6;

/// Whether some character that needs no escape, or a quote, is written as `\u00…`.
fn spells_letters(text: &[u8]) -> bool {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    memchr::memmem::find_iter(text, b"\\u00").any(|at| {
        let (Some(high), Some(low)) = (digit(text.get(at + 4)), digit(text.get(at + 5))) else { return false };
        let character = char::from_u32(high << 4 | low).unwrap_or_default();
        is_plain(character) || character == '"'
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(document: &str) -> Option<Vec<&str>> {
        let records = skim(document.as_bytes())?.records;
        assert!(records.iter().enumerate().all(|(number, record)| record.ordinal == number as u64));
        Some(records.iter().map(|record| &document[record.start..record.end]).collect())
    }

    #[test]
    fn records_are_found_in_any_layout_of_blanks() {
        for (before, between) in [("", ""), (" ", "\n"), ("\r\n\t", "  ")] {
            let document = format!(
                "{before}{{{between}\"Records\"{between}:{between}[{before}{{\"a\":[\"}}]\",{{}}]}}{between},{between}{{}}{between}]{before}}}{before}\n"
            );
            assert_eq!(texts(&document), Some(vec!["{\"a\":[\"}]\",{}]}", "{}"]), "{document}");
        }
        assert_eq!(texts("{\"Records\":[]}"), Some(vec![]));
    }

    #[test]
    fn the_place_relative_to_the_blocks_does_not_matter() {
        for filler in (0..140).chain(1950..2150) {
            let record = format!("{{\"a\":\"{}\\\"{{\",\"b\":[[{{}}]]}}", "x".repeat(filler));
            let document = format!("{{\"Records\":[{record},{record},{{}},{record}]}}");
            assert_eq!(texts(&document), Some(vec![record.as_str(), &record, "{}", &record]));
        }
    }

    #[test]
    fn other_shapes_are_left_to_a_walk() {
        for document in [
            "",
            "{}",
            "[{}]",
            "{\"a\":1,\"Records\":[{}]}",
            "{\"Records\":[{}],\"a\":1}",
            "{\"Records\":[{}]}{\"Records\":[{}]}",
            "{\"Records\":[{},1]}",
            "{\"Records\":[[],{}]}",
            "{\"Records\":[{}{}]}",
            "{\"Records\":[,{}]}",
            "{\"Records\":[{},]}",
            "{\"Records\":[{},,{}]}",
            "{\"Records\":[{]}]}",
            "{\"Records\":[{}}}",
            "{\"Records\":[{}]",
            "{\"Records\":[{}",
            "{\"Records\":[{\"a\":\"",
            "{\"Records\":{}}",
            "{\"Records\":[{\"eventCategory\":\"Aggregated\"}]}",
        ] {
            assert_eq!(texts(document), None, "{document}");
        }
    }
}
