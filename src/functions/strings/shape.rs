//! A text in another shape: padded, trimmed, replaced, counted.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::java::is_whitespace;
use crate::functions::Function;
use crate::functions::rows::{at, at_or, integers, texts};
use crate::functions::scalar::{Args, engine, scalar};

/// What SQL may call of this family.
pub(in crate::functions) const SHAPE: &[Function] = &[
    engine! { "lower" as "lower", "lower(text)", "A text in small letters.", [("lower('ÀB')", "àb")] },
    engine! { "upper" as "upper", "upper(text)", "A text in capital letters.", [("upper('àb')", "ÀB")] },
    scalar! {
        "replace", "replace(text, search[, replacement])",
        "A text with every instance of a part replaced, or taken out.",
        [("replace('a-b-c', '-', '+')", "a+b+c"), ("replace('a-b-c', '-')", "abc")],
        (Text Text; Text) -> DataType::Utf8, replace
    },
    scalar! {
        "translate", "translate(text, from, to)",
        "A text with the characters of `from` replaced by those of `to`, or taken out where `to` is shorter.",
        [("translate('abcd', 'abc', 'xy')", "xyd")],
        (Text Text Text) -> DataType::Utf8, translate
    },
    scalar! {
        "lpad", "lpad(text, length, padding)",
        "A text brought to a length by padding before it, or by cutting it.",
        [("lpad('7', 3, '0')", "007"), ("lpad('abcd', 2, '0')", "ab")],
        (Text Integer; Text) -> DataType::Utf8, |args| pad("lpad", args)
    },
    scalar! {
        "rpad", "rpad(text, length, padding)",
        "A text brought to a length by padding after it, or by cutting it.",
        [("rpad('a', 4, 'xy')", "axyx")],
        (Text Integer; Text) -> DataType::Utf8, |args| pad("rpad", args)
    },
    scalar! {
        "trim" or "btrim", "trim(text[, characters])",
        "A text without white space, or without some characters, at both ends.",
        [("trim('  a b ')", "a b")],
        (Text; Text) -> DataType::Utf8, |args| {
            trim(args, |text, is_out| text.trim_matches(is_out))
        }
    },
    scalar! {
        "ltrim", "ltrim(text[, characters])",
        "A text without white space, or without some characters, at its beginning.",
        [("ltrim('  a')", "a"), ("ltrim('xxya', 'xy')", "a")],
        (Text; Text) -> DataType::Utf8, |args| {
            trim(args, |text, is_out| text.trim_start_matches(is_out))
        }
    },
    scalar! {
        "rtrim", "rtrim(text[, characters])",
        "A text without white space, or without some characters, at its end.",
        [("rtrim('a/', '/')", "a")],
        (Text; Text) -> DataType::Utf8, |args| {
            trim(args, |text, is_out| text.trim_end_matches(is_out))
        }
    },
    scalar! {
        "length", "length(text)", "How many characters a text has.",
        [("length('né')", "2")],
        (Text) -> DataType::Int64, |args| {
            let subjects = args.texts(0)?;
            integers(args.rows(), |row| Some(Ok(count(at(&subjects, row)?))))
        }
    },
    scalar! {
        "chr", "chr(code_point)", "The character of a Unicode code point.",
        [("chr(233)", "é")],
        (Integer) -> DataType::Utf8, |args| {
            let codes = args.integers(0)?;
            texts(args.rows(), |row| {
                let code = at(&codes, row)?;
                Some(match u32::try_from(code).ok().and_then(char::from_u32) {
                    Some(character) => Ok(character.to_string()),
                    None => exec_err!("`chr` takes a Unicode code point, not {code}"),
                })
            })
        }
    },
    scalar! {
        "codepoint", "codepoint(character)", "The Unicode code point of a character.",
        [("codepoint('é')", "233")],
        (Text) -> DataType::Int64, |args| {
            let subjects = args.texts(0)?;
            integers(args.rows(), |row| {
                let subject = at(&subjects, row)?;
                let mut characters = subject.chars();
                Some(match (characters.next(), characters.next()) {
                    (Some(character), None) => Ok(i64::from(u32::from(character))),
                    _ => exec_err!("`codepoint` takes one character, not `{subject}`"),
                })
            })
        }
    },
];

/// How many characters.
fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn replace(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, searches, replacements) = (args.texts(0)?, args.texts(1)?, args.optional(2, Args::texts)?);
    texts(args.rows(), |row| {
        let (subject, search) = (at(&subjects, row)?, at(&searches, row)?);
        let replacement = at_or(replacements.as_ref(), row, "")?;
        // An empty search stands before every character and at the end.
        let instances = if search.is_empty() { subject.len() + 1 } else { subject.len() / search.len() };
        Some(match instances.checked_mul(replacement.len()) {
            Some(bytes) if bytes <= LARGEST => Ok(subject.replace(search, replacement)),
            _ => exec_err!("`replace` would make a text of more than {LARGEST} bytes"),
        })
    })
}

fn translate(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, from, to) = (args.texts(0)?, args.texts(1)?, args.texts(2)?);
    texts(args.rows(), |row| {
        let (subject, from, to) = (at(&subjects, row)?, at(&from, row)?, at(&to, row)?);
        let translated = subject.chars().filter_map(|character| match from.chars().position(|c| c == character) {
            Some(index) => to.chars().nth(index),
            None => Some(character),
        });
        Some(Ok(translated.collect::<String>()))
    })
}

fn pad(name: &str, args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, lengths, paddings) = (args.texts(0)?, args.integers(1)?, args.optional(2, Args::texts)?);
    texts(args.rows(), |row| {
        let (subject, length) = (at(&subjects, row)?, at(&lengths, row)?);
        let padding = at_or(paddings.as_ref(), row, " ")?;
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= LARGEST) else {
            return Some(exec_err!("`{name}` takes a length from 0 to {LARGEST}, not {length}"));
        };
        if padding.is_empty() {
            return Some(exec_err!("`{name}` takes a padding that is not empty"));
        }
        let missing = length.saturating_sub(subject.chars().count());
        let cut = || subject.chars().take(length);
        let padding = padding.chars().cycle().take(missing);
        Some(Ok(if name == "lpad" { padding.chain(cut()).collect::<String>() } else { cut().chain(padding).collect() }))
    })
}

/// The longest text that padding or replacing makes, in characters: 16 MiB.
const LARGEST: usize = 16 << 20;

fn trim(args: &Args<'_>, cut: for<'a> fn(&'a str, &mut dyn FnMut(char) -> bool) -> &'a str) -> Result<ArrayRef> {
    let (subjects, characters) = (args.texts(0)?, args.optional(1, Args::texts)?);
    texts(args.rows(), |row| {
        let subject = at(&subjects, row)?;
        let Some(characters) = &characters else { return Some(Ok(cut(subject, &mut is_whitespace))) };
        let characters = at(characters, row)?;
        Some(Ok(cut(subject, &mut |character| characters.contains(character))))
    })
}
