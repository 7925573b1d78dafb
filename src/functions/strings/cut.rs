//! Parts of a text, and where they stand. Characters are counted, not bytes.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, MapBuilder, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use crate::functions::Function;
use crate::functions::rows::{Room, at, at_or, integers, list_of_texts, lists, texts};
use crate::functions::scalar::{Args, engine, scalar};

/// What SQL may call of this family.
pub(in crate::functions) const CUT: &[Function] = &[
    scalar! {
        "split", "split(text, delimiter[, limit])",
        "The parts between delimiters, as an array; the last of `limit` parts holds the rest.",
        [("split('a,b,,c', ',')", r#"["a","b","","c"]"#), ("split('a,b,c', ',', 2)", r#"["a","b,c"]"#)],
        (Text Text; Integer) -> list_of_texts(), split
    },
    scalar! {
        "split_part", "split_part(text, delimiter, index)",
        "The part at an index from 1; NULL beyond the last one. A negative index counts from the end.",
        [("split_part('arn:aws:iam', ':', 3)", "iam"), ("split_part('a:b', ':', 3)", "NULL"),
         ("split_part('a:b:c', ':', -1)", "c")],
        (Text Text Integer) -> DataType::Utf8, split_part
    },
    scalar! {
        "split_to_map", "split_to_map(text, entry_delimiter, key_delimiter)",
        "A map from text such as `a=1;b=2`.",
        [("split_to_map('a=1;b=2', ';', '=')", r#"{"a":"1","b":"2"}"#)],
        (Text Text Text) -> map_of_texts(), split_to_map
    },
    scalar! {
        "substr" or "substring", "substr(text, start[, length])",
        "The text from a character on; a negative start counts from the end.",
        [("substr('2023-07-10T11:42:36Z', 1, 10)", "2023-07-10"), ("substr('abc', 5)", "")],
        (Text Integer; Integer) -> DataType::Utf8, substr
    },
    scalar! {
        "strpos", "strpos(text, part[, instance])",
        "Where a part begins, from 1, and 0 if it is missing; a negative instance counts from the end.",
        [("strpos('banana', 'an')", "2"), ("strpos('banana', 'an', 2)", "4"), ("strpos('banana', 'x')", "0")],
        (Text Text; Integer) -> DataType::Int64, strpos
    },
    engine! {
        "starts_with" as "starts_with", "starts_with(text, part)", "Whether a text begins with a part.",
        [("starts_with('DescribeInstances', 'Describe')", "true")]
    },
    engine! {
        "ends_with" as "ends_with", "ends_with(text, part)", "Whether a text ends with a part.",
        [("ends_with('s3.amazonaws.com', '.amazonaws.com')", "true")]
    },
];

fn split(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, delimiters, limits) = (args.texts(0)?, args.texts(1)?, args.optional(2, Args::integers)?);
    lists(args.rows(), |row| {
        let limit = at_or(limits.as_ref(), row, i64::MAX)?;
        let (subject, delimiter) = (at(&subjects, row)?, at(&delimiters, row)?);
        Some(match (delimiter, usize::try_from(limit)) {
            ("", _) => exec_err!("`split` takes a delimiter that is not empty"),
            (_, Err(_) | Ok(0)) => exec_err!("`split` takes a limit above zero, not {limit}"),
            (_, Ok(limit)) => Ok(subject.splitn(limit, delimiter).map(Some).collect()),
        })
    })
}

fn split_part(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, delimiters, indexes) = (args.texts(0)?, args.texts(1)?, args.integers(2)?);
    texts(args.rows(), |row| {
        let (subject, delimiter, index) = (at(&subjects, row)?, at(&delimiters, row)?, at(&indexes, row)?);
        if index == 0 {
            return Some(exec_err!("`split_part` counts from 1, not 0"));
        }
        part(subject, delimiter, index).map(Ok)
    })
}

/// Every character is a part where the delimiter is empty.
fn part<'a>(subject: &'a str, delimiter: &str, index: i64) -> Option<&'a str> {
    let back = usize::try_from(index.unsigned_abs()).ok()?.checked_sub(1)?;
    if delimiter.is_empty() {
        let mut characters = subject.char_indices();
        let (start, character) = if index > 0 { characters.nth(back)? } else { characters.nth_back(back)? };
        return Some(&subject[start..start + character.len_utf8()]);
    }
    if index > 0 { subject.split(delimiter).nth(back) } else { subject.rsplit(delimiter).nth(back) }
}

fn map_of_texts() -> DataType {
    MapBuilder::new(None, StringBuilder::new(), StringBuilder::new()).finish().data_type().clone()
}

fn split_to_map(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, entries, keys) = (args.texts(0)?, args.texts(1)?, args.texts(2)?);
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    let mut room = Room::default();
    for row in 0..args.rows() {
        let (Some(subject), Some(entry_delimiter), Some(key_delimiter)) =
            (at(&subjects, row), at(&entries, row), at(&keys, row))
        else {
            maps.append(false)?;
            continue;
        };
        if entry_delimiter.is_empty() || key_delimiter.is_empty() || entry_delimiter == key_delimiter {
            return exec_err!(
                "`split_to_map` takes two delimiters that differ and are not empty, not `{entry_delimiter}` and \
                 `{key_delimiter}`"
            );
        }
        room.take(subject.len())?;
        let mut seen = std::collections::HashSet::new();
        let whole = subject.strip_suffix(entry_delimiter).unwrap_or(subject);
        for entry in whole.split(entry_delimiter).take(if subject.is_empty() { 0 } else { usize::MAX }) {
            let Some((key, value)) =
                entry.split_once(key_delimiter).filter(|(_, value)| !value.contains(key_delimiter))
            else {
                return exec_err!("`split_to_map` takes entries with one `{key_delimiter}` each, not `{entry}`");
            };
            if !seen.insert(key) {
                return exec_err!("`split_to_map` takes no key twice, as `{key}` is");
            }
            maps.keys().append_value(key);
            maps.values().append_value(value);
        }
        maps.append(true)?;
    }
    Ok(Arc::new(maps.finish()))
}

fn substr(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, starts, lengths) = (args.texts(0)?, args.integers(1)?, args.optional(2, Args::integers)?);
    texts(args.rows(), |row| {
        let length = at_or(lengths.as_ref(), row, i64::MAX)?;
        Some(Ok(piece(at(&subjects, row)?, at(&starts, row)?, length)))
    })
}

/// No text for the start 0, for one before the first character, and for one after the last.
fn piece(subject: &str, start: i64, length: i64) -> &str {
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    if start == 0 || length <= 0 {
        return "";
    }
    let from = if start > 0 {
        place(subject, count(start - 1))
    } else {
        let back = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
        subject.char_indices().rev().nth(back - 1).map_or(subject.len(), |(from, _)| from)
    };
    let rest = &subject[from..];
    &rest[..place(rest, count(length))]
}

/// The byte at which a character stands, counted from 0; the end if there are not so many.
fn place(text: &str, character: usize) -> usize {
    if text.is_ascii() {
        return character.min(text.len());
    }
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

fn strpos(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, parts, instances) = (args.texts(0)?, args.texts(1)?, args.optional(2, Args::integers)?);
    integers(args.rows(), |row| {
        let instance = at_or(instances.as_ref(), row, 1)?;
        let (subject, part) = (at(&subjects, row)?, at(&parts, row)?);
        if instance == 0 {
            return Some(exec_err!("`strpos` counts instances from 1, not 0"));
        }
        let Some(found) = position(subject, part, instance) else { return Some(Ok(0)) };
        Some(Ok(i64::try_from(subject[..found].chars().count()).map_or(0, |before| before + 1)))
    })
}

/// The byte at which an instance begins; instances may overlap.
fn position(subject: &str, part: &str, instance: i64) -> Option<usize> {
    let Some(first) = part.chars().next().map(char::len_utf8) else { return Some(0) };
    let mut left = instance.unsigned_abs();
    let (mut from, mut to) = (0, subject.len());
    loop {
        let found = if instance > 0 { subject[from..].find(part)? + from } else { subject[..to].rfind(part)? };
        left -= 1;
        if left == 0 {
            return Some(found);
        }
        if instance > 0 {
            from = found + first;
        } else {
            // The next one back may end anywhere before this one's last character.
            let last = part.chars().next_back().map_or(1, char::len_utf8);
            to = found + part.len() - last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_counted_from_either_end() {
        for (start, length, expected) in [
            (1, 2, "né"),
            (2, i64::MAX, "évé"),
            (-2, i64::MAX, "vé"),
            (-4, 1, "n"),
            (-5, 2, ""),
            (0, 2, ""),
            (1, 0, ""),
            (1, -1, ""),
            (9, 1, ""),
            (i64::MIN, i64::MAX, ""),
            (i64::MAX, i64::MAX, ""),
        ] {
            assert_eq!(piece("névé", start, length), expected, "{start}, {length}");
        }
    }

    #[test]
    fn instances_overlap_from_either_end() {
        assert_eq!(position("aaaa", "aa", 3), Some(2));
        assert_eq!(position("aaaa", "aa", 4), None);
        assert_eq!(position("aaaa", "aa", -1), Some(2));
        assert_eq!(position("aaaa", "aa", -3), Some(0));
        assert_eq!(position("éé", "é", -2), Some(0));
        assert_eq!(position("abc", "", 5), Some(0));
    }
}
