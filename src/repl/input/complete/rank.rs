//! Which candidates fit what was typed, and in which order.

use std::cmp::Reverse;
use std::collections::HashSet;

use rustyline::completion::Pair;

/// Something that may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What is compared with what was typed.
    pub(super) key: String,
    /// What takes its place.
    pub(super) text: String,
    /// What the list shows.
    pub(super) display: String,
    /// What is more useful comes first.
    pub(super) weight: u8,
    /// Whether only its exact beginning fits, as with files.
    pub(super) is_exact: bool,
    /// The same name with a capital where a word begins, where the key does not show it.
    pub(super) camel: Option<&'static str>,
}

impl Candidate {
    /// A word that stands for itself.
    pub(super) fn word(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { key: text.clone(), display: text.clone(), text, weight: 1, is_exact: false, camel: None }
    }

    /// A word of which only the exact beginning fits.
    pub(super) fn exactly(text: impl Into<String>) -> Self {
        Self { is_exact: true, ..Self::word(text) }
    }

    /// A function, with what a call looks like.
    pub(super) fn function(name: &str, usage: &str) -> Self {
        let text = if usage.ends_with("()") { format!("{name}()") } else { format!("{name}(") };
        Self { key: name.to_owned(), display: usage.to_owned(), text, weight: 0, is_exact: false, camel: None }
    }

    /// With a text of its own.
    pub(super) fn written(mut self, text: String) -> Self {
        self.text = text;
        self
    }

    /// With a weight of its own.
    pub(super) fn weighing(mut self, weight: u8) -> Self {
        self.weight = weight;
        self
    }
}

/// The most candidates that are worth listing.
const MOST: usize = 2_000;

/// Those that fit: exact beginnings first, then beginnings in another case. If there are none: those of which the
/// typed letters begin words, as in `evn` for `eventName`; else those that have the typed letters in their order.
pub(super) fn pairs(typed: &str, candidates: Vec<Candidate>) -> Vec<Pair> {
    let lower = typed.to_lowercase();
    let mut fitting: Vec<(u8, Candidate)> = Vec::new();
    let mut others = Vec::new();
    for candidate in candidates {
        if candidate.key.starts_with(typed) {
            fitting.push((0, candidate));
        } else if candidate.is_exact {
        } else if begins(&candidate.key, &lower) {
            fitting.push((1, candidate));
        } else {
            others.push(candidate);
        }
    }
    // A single letter is in too many words.
    if fitting.is_empty() && lower.chars().nth(1).is_some() {
        fitting = loosely(&lower, others);
    }
    fitting.sort_by(|(a_tier, a), (b_tier, b)| {
        (a_tier, Reverse(a.weight), &a.key, &a.text).cmp(&(b_tier, Reverse(b.weight), &b.key, &b.text))
    });
    let mut seen = HashSet::new();
    let pair = |(_, candidate): (u8, Candidate)| Pair { display: candidate.display, replacement: candidate.text };
    let new = |pair: &Pair| seen.insert(pair.replacement.clone());
    fitting.into_iter().map(pair).filter(new).take(MOST).collect()
}

/// Candidates that have the letters of a text in lower case, in their order.
fn loosely(lower: &str, candidates: Vec<Candidate>) -> Vec<(u8, Candidate)> {
    let mut found: Vec<(u8, Candidate)> = Vec::new();
    for candidate in candidates.into_iter().filter(|candidate| is_subsequence(lower, &candidate.key)) {
        let has_starts = has_starts(lower, candidate.camel.unwrap_or(&candidate.key));
        found.push((u8::from(!has_starts), candidate));
    }
    if found.iter().any(|(tier, _)| *tier == 0) {
        found.retain(|(tier, _)| *tier == 0);
    }
    found
}

/// Whether the letters of a text in lower case are in a name so that each follows the one before, or begins a word.
fn has_starts(lower: &str, name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let is_start = |at: usize| {
        let (Some(letter), Some(before)) = (letters.get(at), at.checked_sub(1).and_then(|at| letters.get(at))) else {
            return at == 0;
        };
        let is_before_lower = letters.get(at + 1).is_some_and(|after| after.is_lowercase());
        let is_capital = letter.is_uppercase() && (before.is_lowercase() || is_before_lower);
        !before.is_alphanumeric() || is_capital
    };
    // The places at which the letters up to here may end; the first letter is the name's own.
    let mut places: Vec<usize> = Vec::new();
    for wanted in lower.chars() {
        let is_wanted = |at: &usize| letters.get(*at).is_some_and(|letter| letter.to_lowercase().eq([wanted]));
        let after = places.first().copied();
        let may_stand = |at: usize| match after {
            None => at == 0,
            Some(first) => places.binary_search(&at.wrapping_sub(1)).is_ok() || at > first && is_start(at),
        };
        places = (0..letters.len()).filter(is_wanted).filter(|&at| may_stand(at)).collect();
        if places.is_empty() {
            return false;
        }
    }
    true
}

/// Whether a key begins with a text in lower case, whatever its own case.
fn begins(key: &str, lower: &str) -> bool {
    match key.get(..lower.len()) {
        Some(beginning) if beginning.is_ascii() => beginning.eq_ignore_ascii_case(lower),
        _ => !key.is_ascii() && key.to_lowercase().starts_with(lower),
    }
}

/// Whether the characters of a text in lower case are in a key, in order, the first one at its beginning.
fn is_subsequence(lower: &str, key: &str) -> bool {
    let mut characters = key.chars().flat_map(char::to_lowercase);
    let mut wanted = lower.chars();
    let first = wanted.next();
    first.is_some() && characters.next() == first && wanted.all(|c| characters.any(|other| other == c))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn texts(typed: &str, words: &[&str]) -> Vec<String> {
        let candidates = words.iter().map(|word| Candidate::word(*word)).collect();
        pairs(typed, candidates).into_iter().map(|pair| pair.replacement).collect()
    }

    #[test]
    fn what_fits_better_comes_first() {
        assert_eq!(
            texts("Co", &["convert", "count", "Copy", "ConsoleLogin"]),
            ["ConsoleLogin", "Copy", "convert", "count"]
        );
        assert_eq!(texts("evn", &["eventName", "reverse", "eventVersion", "eventTime"]), ["eventName"]);
        assert_eq!(texts("sia", &["sourceIPAddress", "signal"]), ["sourceIPAddress"]);
        assert_eq!(texts("rsa", &["resources_arn", "resources_a"]), ["resources_a", "resources_arn"]);
        assert_eq!(texts("en", &["end", "eventname"]), ["end"]);
        assert_eq!(texts("n", &["eventname"]), Vec::<String>::new());
        assert_eq!(texts("", &["b", "a", "a"]), ["a", "b"]);
        assert_eq!(texts("é", &["Éa", "éb"]), ["éb", "Éa"]);
    }

    #[test]
    fn files_fit_by_their_exact_beginning() {
        let candidates = vec![Candidate::exactly("Abc"), Candidate::exactly("abc")];
        assert_eq!(pairs("a", candidates).len(), 1);
    }

    #[test]
    fn fifty_thousand_words_are_searched_at_once() {
        let words: Vec<_> = (0..50_000).map(|n| Candidate::word(format!("Describe{n}Things"))).collect();
        let begun = Instant::now();
        assert_eq!(pairs("dThg", words.clone()).len(), MOST);
        assert_eq!(pairs("describe4999", words).len(), 11);
        // No promise about time, only that nothing is quadratic.
        assert!(begun.elapsed().as_secs() < 20);
    }
}
