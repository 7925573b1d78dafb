//! Texts beside each other, and texts that are checked.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use crate::functions::Function;
use crate::functions::rows::{at, booleans, integers, texts};
use crate::functions::scalar::{Args, scalar};

/// What SQL may call of this family.
pub(in crate::functions) const COMPARE: &[Function] = &[
    scalar! {
        "levenshtein_distance" or "levenshtein", "levenshtein_distance(text, text)",
        "How many characters have to be put in, taken out or changed to make one text of the other.",
        [("levenshtein_distance('kitten', 'sitting')", "3")],
        (Text Text) -> DataType::Int64, levenshtein
    },
    scalar! {
        "hamming_distance", "hamming_distance(text, text)", "In how many places two texts of one length differ.",
        [("hamming_distance('karolin', 'kathrin')", "3")],
        (Text Text) -> DataType::Int64, hamming
    },
    scalar! {
        "soundex", "soundex(text)", "A code of how a word sounds in English.",
        [("soundex('Robert')", "R163")],
        (Text) -> DataType::Utf8, |args| {
            let subjects = args.texts(0)?;
            texts(args.rows(), |row| Some(soundex(at(&subjects, row)?)))
        }
    },
    scalar! {
        "luhn_check", "luhn_check(text)", "Whether the last digit is the check digit of the others.",
        [("luhn_check('79927398713')", "true"), ("luhn_check('79927398714')", "false")],
        (Text) -> DataType::Boolean, |args| {
            let subjects = args.texts(0)?;
            booleans(args.rows(), |row| Some(luhn(at(&subjects, row)?)))
        }
    },
];

fn levenshtein(args: &Args<'_>) -> Result<ArrayRef> {
    /// As many steps as Trino takes for one pair.
    const MOST_STEPS: usize = 1_000_000;
    let (left, right) = (args.texts(0)?, args.texts(1)?);
    integers(args.rows(), |row| {
        let (left, right) = (at(&left, row)?, at(&right, row)?);
        Some(match left.chars().count().checked_mul(right.chars().count()) {
            Some(steps) if steps <= MOST_STEPS => {
                Ok(i64::try_from(strsim::levenshtein(left, right)).unwrap_or(i64::MAX))
            }
            _ => exec_err!("`levenshtein_distance` takes texts whose lengths multiply to {MOST_STEPS} at most"),
        })
    })
}

fn hamming(args: &Args<'_>) -> Result<ArrayRef> {
    let (left, right) = (args.texts(0)?, args.texts(1)?);
    integers(args.rows(), |row| {
        let (left, right) = (at(&left, row)?, at(&right, row)?);
        Some(match strsim::hamming(left, right) {
            Ok(places) => Ok(i64::try_from(places).unwrap_or(i64::MAX)),
            Err(_) => exec_err!("`hamming_distance` takes texts of one length, not `{left}` and `{right}`"),
        })
    })
}

/// American Soundex: `h` and `w` do not part two letters of one sound, vowels do.
fn soundex(text: &str) -> Result<String> {
    const SOUNDS: &[u8; 26] = b"01230120022455012623010202";
    if let Some(other) = text.chars().find(|character| character.is_alphabetic() && !character.is_ascii_alphabetic()) {
        return exec_err!("`soundex` takes English letters, not `{other}`");
    }
    let mut code = String::new();
    let mut last = b'0';
    for letter in text.bytes().filter(u8::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()) {
        let sound = SOUNDS[usize::from(letter - b'A')];
        if code.is_empty() {
            code.push(char::from(letter));
        } else if matches!(letter, b'H' | b'W') {
            continue;
        } else if sound != b'0' && sound != last {
            code.push(char::from(sound));
        }
        last = sound;
        if code.len() == 4 {
            break;
        }
    }
    while !code.is_empty() && code.len() < 4 {
        code.push('0');
    }
    Ok(code)
}

fn luhn(text: &str) -> Result<bool> {
    let mut sum = 0_u64;
    for (place, digit) in text.chars().rev().enumerate() {
        let Some(digit) = digit.to_digit(10) else {
            return exec_err!("`luhn_check` takes digits, not `{text}`");
        };
        let digit = if place % 2 == 1 { digit * 2 } else { digit };
        sum += u64::from(digit / 10 + digit % 10);
    }
    Ok(!text.is_empty() && sum.is_multiple_of(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_sound_as_the_archives_say() {
        for (word, code) in [
            ("Rupert", "R163"),
            ("Ashcraft", "A261"),
            ("Tymczak", "T522"),
            ("Pfister", "P236"),
            ("Lee", "L000"),
            ("", ""),
        ] {
            assert_eq!(soundex(word).expect(word), code, "{word}");
        }
    }
}
