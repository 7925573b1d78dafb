//! What a terminal, a reader's eye or a spreadsheet would act on, made visible and harmless.

use std::borrow::Cow;
use std::fmt::Write;

/// Text for a terminal, on one line: every character that steers or hides is written out.
///
/// Line breaks, tabs and carriage returns become `\n`, `\t`, `\r`; other control characters `\x1b`; bidi
/// controls and invisible characters `\u{202e}`. Backslashes stay, so the text is for reading and is not
/// meant to be read back. Combining marks and the joiners that emoji and Indic scripts need stay too.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    escaped(text, steers, visible)
}

/// As [`terminal`], with line breaks and tabs kept.
#[must_use]
pub fn terminal_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |char| steers(char) && !matches!(char, '\n' | '\t'), visible)
}

/// JSON text in which what steers or hides is written as JSON's own `\u009b`, which changes no value.
///
/// JSON already demands this of the characters below the space; the others it would let through. The
/// line breaks between values stay.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(
        text,
        |char| char >= '\x7f' && steers(char),
        |char, out| {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        },
    )
}

/// Text that a spreadsheet would take for a formula, with a `'` before it; other text as it is.
///
/// A formula begins with `=`, `+`, `-`, `@`, a tab or a carriage return, the signs also in their wide
/// forms. For values of text columns only: a number's own minus is no formula.
///
/// Source: OWASP, "CSV Injection".
#[must_use]
pub fn csv_formula(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}

/// Whether a character steers a terminal, reorders text or cannot be seen.
#[must_use]
pub fn steers(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_control();
    }
    STEERING.iter().any(|(first, last)| (*first..=*last).contains(&char))
}

/// Beyond ASCII: C1 controls, bidi controls, line separators, and format characters without a shape.
///
/// U+200C and U+200D are not here: they join and part letters in scripts that need them.
const STEERING: &[(char, char)] = &[
    ('\u{80}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200b}'),
    ('\u{200e}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// A backslash form of one character.
fn visible(char: char, out: &mut String) {
    let _ = match char {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\0'..='\u{ff}' => write!(out, "\\x{:02x}", u32::from(char)),
        _ => write!(out, "\\u{{{:x}}}", u32::from(char)),
    };
}

/// The text with each character that `which` picks replaced by what `with` writes.
pub(super) fn escaped(text: &str, which: impl Fn(char) -> bool, with: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let Some(first) = text.find(&which) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for char in text[first..].chars() {
        if which(char) { with(char, &mut out) } else { out.push(char) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(terminal("\x1b]0;title\x07\u{9b}2J\x7f"), "\\x1b]0;title\\x07\\x9b2J\\x7f");
        assert_eq!(terminal("a\nb\tc\r"), "a\\nb\\tc\\r");
        assert_eq!(terminal("exe.\u{202e}gpj\u{200b}"), "exe.\\u{202e}gpj\\u{200b}");
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for text in ["", "arn:aws:iam::123456789012:root", "Zoë 日本 🙂 👩\u{200d}💻", "C:\\n", "e\u{301}"] {
            assert!(matches!(terminal(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn formulas_are_defused() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(csv_formula(text), format!("'{text}"));
        }
        for text in ["", "a=1", "1-2", "'=1", " =1"] {
            assert_eq!(csv_formula(text), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_left(text in any::<String>()) {
            prop_assert!(!terminal(&text).contains(steers));
            prop_assert!(!terminal_lines(&text).contains(|char| steers(char) && char != '\n' && char != '\t'));
        }

        #[test]
        fn json_keeps_its_meaning(text in any::<String>()) {
            let json_text = serde_json::to_string(&text).expect("text");
            let escaped = json(&json_text);
            prop_assert!(!escaped.contains(steers));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).expect("still JSON"), text);
        }
    }
}
