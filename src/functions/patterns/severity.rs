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

/// What reports an error in more than one word.
const PHRASES: &[&str] = &["not authorized", "not authorised", "not allowed", "not permitted"];

/// Those that warn.
const WARN: &[&str] = &[
    "warn",
    "throttl",
    "timeout",
    "timed!",
    "exceed",
    "deprecat",
    "slow!",
    "unsupported!",
    "missing!",
    "unavailable!",
    "unreachable!",
];

/// `Error`, `Warn` or `Info`.
///
/// Names such as `AccessDenied` are taken apart. Of JSON the values count and not the keys. A record is an error when it
/// has an `errorCode` or an `errorMessage`, or its `responseElements` say so in a word.
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
        let (mut top, mut is_record) = ("", false);
        let mut values = Self::default();
        let mut outcome = Self::default();
        let all = visit(pattern, |event| match event {
            Event::Object | Event::Array => depth += 1,
            Event::End => depth = depth.saturating_sub(1),
            Event::Key(key) if depth == 1 => {
                top = key;
                is_record |= KIND.contains(&key) || key == IDENTITY.0;
            }
            Event::Key(_) | Event::Leaf("null") => {}
            Event::Leaf(raw) => {
                outcome.is_error |= depth == 1 && matches!(top, "errorCode" | "errorMessage");
                let text = with_holes(raw).0;
                // `{"ConsoleLogin":"Failure"}` says how it went; deeper down are names that people gave.
                if depth == 2 && top == "responseElements" && !text.contains(char::is_whitespace) {
                    outcome.text(&text);
                }
                values.text(&text);
            }
        });
        *self = if is_record { outcome } else { values };
        all.is_some()
    }

    fn text(&mut self, text: &str) {
        self.is_error |= PHRASES.iter().any(|phrase| text.contains(phrase));
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
            ("User: <Arn-1> is not authorized", "Error"),
            ("aws-cli/2 cfg/retry-mode#standard", "Info"),
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
            (r#"{"eventName":"A","errorDocument":"b","userAgent":"error"}"#, "Info"),
            (r#"{"status":"failed"}"#, "Error"),
            (r#"{"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure"}}"#, "Error"),
        ] {
            assert_eq!(severity(pattern), expected, "{pattern}");
        }
    }
}
