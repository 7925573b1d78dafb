//! `pattern_severity`: how bad a pattern sounds, by its words.

use super::document::{IDENTITY, KIND};
use super::lex::with_holes;
use crate::record::{Event, visit};

/// Beginnings of words that report an error. A `!` is where the word has to end.
const ERROR: &[&str] = &[
    "error",
    "err!",
    "exception",
    "denied!",
    "denies!",
    "deny!",
    "fail!",
    "fails!",
    "failed!",
    "failing!",
    "failure",
    "fault!",
    "unauthorized",
    "unauthorised",
    "unauthenticated",
    "forbidden!",
    "fatal!",
    "critical!",
    "panic!",
    "invalid",
    "malformed!",
    "disallowed!",
    "rejected!",
    "refused!",
    "cannot!",
    "expired!",
];

/// Those that warn.
const WARN: &[&str] = &[
    "warn",
    "throttl",
    "timeout",
    "timed!",
    "exceed",
    "deprecat",
    "retry",
    "retries",
    "slow!",
    "unsupported!",
    "missing!",
    "unavailable!",
    "unreachable!",
];

/// `Error`, `Warn` or `Info`.
///
/// Names such as `AccessDenied` are taken apart. Of JSON the values count and not the keys, other than `errorCode` and
/// `errorMessage`, which a record has when something went wrong.
pub(super) fn severity(pattern: &str) -> &'static str {
    let mut worst = Worst::default();
    if !worst.document(pattern) {
        worst = Worst::default();
        worst.text(&with_holes(pattern).0);
    }
    match worst {
        Worst { is_error: true, .. } => "Error",
        Worst { is_warning: true, .. } => "Warn",
        _ => "Info",
    }
}

#[derive(Debug, Default)]
struct Worst {
    is_error: bool,
    is_warning: bool,
}

impl Worst {
    fn document(&mut self, pattern: &str) -> bool {
        if !pattern.trim_ascii_start().starts_with(['{', '[']) {
            return false;
        }
        let mut depth = 0_usize;
        let mut key = "";
        // The members that say which kind of event it is make it a record.
        let (mut is_record, mut has_error) = (false, false);
        let all = visit(pattern, |event| match event {
            Event::Object | Event::Array => depth += 1,
            Event::End => depth = depth.saturating_sub(1),
            Event::Key(next) => {
                key = next;
                is_record |= depth == 1 && (KIND.contains(&next) || next == IDENTITY.0);
            }
            Event::Leaf("null") => {}
            Event::Leaf(raw) => {
                has_error |= depth == 1 && matches!(key, "errorCode" | "errorMessage");
                self.text(&with_holes(raw).0);
            }
        });
        self.is_error |= is_record && has_error;
        all.is_some()
    }

    fn text(&mut self, text: &str) {
        let mut word = String::new();
        let mut was_lower = false;
        for character in text.chars().chain([' ']) {
            let begins = character.is_uppercase() && was_lower;
            if begins || !character.is_alphabetic() {
                self.word(&word);
                word.clear();
            }
            was_lower = character.is_lowercase();
            // Longer words are none of those looked for.
            if character.is_alphabetic() && word.len() < 64 {
                word.extend(character.to_lowercase());
            }
        }
    }

    fn word(&mut self, word: &str) {
        if word.len() < 3 {
            return;
        }
        let is_one = |form: &&str| match form.strip_suffix('!') {
            Some(whole) => word == whole,
            None => word.starts_with(form),
        };
        self.is_error |= ERROR.iter().any(is_one);
        self.is_warning |= WARN.iter().any(is_one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_how_bad_it_is() {
        for (pattern, expected) in [
            ("User: <Arn-1> is not authorized", "Info"),
            ("Access Denied", "Error"),
            ("AccessDenied", "Error"),
            ("Client.UnauthorizedOperation", "Error"),
            ("ThrottledRequest", "Warn"),
            ("Rate exceeded", "Warn"),
            ("failover to <Host-1>", "Info"),
            ("Failed authentication", "Error"),
            ("<Error-1> <Token-2>", "Error"),
            ("", "Info"),
            (r#"{"eventName":"A","errorCode":"X"}"#, "Error"),
            (r#"{"eventName":"A","errorCode":null}"#, "Info"),
            (r#"{"eventName":"A","errorDocument":"b"}"#, "Info"),
            (r#"{"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure"}}"#, "Error"),
        ] {
            assert_eq!(severity(pattern), expected, "{pattern}");
        }
    }
}
