//! Regular expressions as rules write them, for PCRE, as the `regex` crate reads them.
//!
//! PCRE takes a brace that is no repetition, and an opening bracket inside of a class, for the character; so do rules
//! that look for JSON.

/// The same expression with such characters escaped.
pub(super) fn portable(source: &str) -> String {
    let mut written = String::with_capacity(source.len());
    let mut rest = source;
    let mut is_class = false;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        let mut taken = character.len_utf8();
        match character {
            '\\' => {
                // The name in `\p{Lu}` and the number in `\x{41}` belong to the escape.
                let escaped = after.chars().next();
                taken += escaped.map_or(0, char::len_utf8);
                let is_long = escaped.is_some_and(|escaped| matches!(escaped, 'p' | 'P' | 'x' | 'u' | 'U'));
                if is_long && let Some(name) = rest[taken..].strip_prefix('{') {
                    taken += 1 + name.find('}').map_or(name.len(), |end| end + 1);
                }
            }
            '[' if is_class => match after.strip_prefix(':').and_then(|name| name.find(":]")) {
                // `[:digit:]`
                Some(end) => taken += end + 3,
                None => written.push('\\'),
            },
            '[' => {
                is_class = true;
                // A bracket that closes nothing yet is a character of the class.
                let begins = after.strip_prefix('^').map_or(0, |_| 1);
                taken += begins;
                if rest[taken..].starts_with(']') {
                    written.push_str(&rest[..taken]);
                    written.push_str("\\]");
                    rest = &rest[taken + 1..];
                    continue;
                }
            }
            ']' if is_class => is_class = false,
            '{' if !is_class && !is_repetition(after) => written.push('\\'),
            '}' if !is_class && !ends_repetition(&written) => written.push('\\'),
            _ => {}
        }
        written.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    written
}

/// Whether `3}`, `3,}` or `3,5}` follows.
fn is_repetition(after: &str) -> bool {
    after.split_once('}').is_some_and(|(count, _)| is_count(count))
}

/// Whether `{3`, `{3,` or `{3,5` stands before.
fn ends_repetition(before: &str) -> bool {
    let Some((start, count)) = before.rsplit_once('{') else { return false };
    is_count(count) && !start.ends_with('\\')
}

fn is_count(count: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    match count.split_once(',') {
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
        None => is_number(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::sigma::regex;

    #[test]
    fn braces_of_json_are_characters() {
        for (source, expected) in [
            (r#"{"AWS":"\*"}"#, r#"\{"AWS":"\*"\}"#),
            (r"a{2}b{2,}c{2,3}", r"a{2}b{2,}c{2,3}"),
            (r"a{,3}x{y}", r"a\{,3\}x\{y\}"),
            (r"\{\p{Lu}\x{41}{2}", r"\{\p{Lu}\x{41}{2}"),
            (r"[{}[]x", r"[{}\[]x"),
            (r"[]a]", r"[\]a]"),
            (r"[^]a]{3}", r"[^\]a]{3}"),
            (r"[[:digit:]]", r"[[:digit:]]"),
            (r"é{é\", r"é\{é\"),
        ] {
            assert_eq!(portable(source), expected, "{source}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_could_be_read_means_the_same(source in "[ab{}0-3,^|()+*?.-]{0,12}", text in "[ab{}0,]{0,8}") {
            if let (Ok(one), Ok(other)) = (regex(&source), regex(&portable(&source))) {
                proptest::prop_assert_eq!(one.is_match(&text), other.is_match(&text), "{}", portable(&source));
            }
        }

        #[test]
        fn no_text_is_too_much(source in "\\PC{0,30}") {
            let _ = portable(&source);
        }
    }
}
