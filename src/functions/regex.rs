//! Regular expressions. They are RE2's: those of Java that look around or refer back are refused.
//!
//! `regexp_like` stays DataFusion's: the scan knows what a record must hold for it.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use regex::{Captures, Regex};
use regex_syntax::ast::{self, ErrorKind};

use super::Function;
use super::rows::{Compiled, at, at_or, integers, list_of_texts, lists, texts};
use super::scalar::{Args, engine, scalar};

/// What SQL may call of this family.
pub(super) const REGEX: &[Function] = &[
    engine! {
        "regexp_like" as "regexp_like", "regexp_like(text, pattern)",
        "Whether a regular expression matches somewhere in a text.",
        [("regexp_like('DeleteTrail', '^(Delete|Stop)')", "true"), ("regexp_like('DeleteTrail', '(?i)TRAIL$')", "true")]
    },
    scalar! {
        "regexp_extract", "regexp_extract(text, pattern[, group])",
        "The first match, or a group of it; NULL where nothing matches.",
        [(r"regexp_extract('user/alice@example.com', '/(\w+)@', 1)", "alice"), ("regexp_extract('a', 'b')", "NULL")],
        (Text Text; Integer) -> DataType::Utf8, extract
    },
    scalar! {
        "regexp_extract_all", "regexp_extract_all(text, pattern[, group])", "All matches, or a group of each, as an array.",
        [(r"regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2)", r#"["a","b","m"]"#),
         (r"regexp_extract_all('1a 2b 14m', '\d+')", r#"["1","2","14"]"#)],
        (Text Text; Integer) -> list_of_texts(), extract_all
    },
    scalar! {
        "regexp_count", "regexp_count(text, pattern)", "How many times a regular expression matches.",
        [(r"regexp_count('1a 2b 14m', '\s*[a-z]+\s*')", "3")],
        (Text Text) -> DataType::Int64, count
    },
    scalar! {
        "regexp_position", "regexp_position(text, pattern[, start[, occurrence]])",
        "The character at which a match begins, from 1; -1 where nothing matches.",
        [("regexp_position('a 12 34', '[0-9]+')", "3"), ("regexp_position('a 12 34', '[0-9]+', 1, 2)", "6"),
         ("regexp_position('a', '[0-9]+')", "-1")],
        (Text Text; Integer Integer) -> DataType::Int64, position
    },
    scalar! {
        "regexp_split", "regexp_split(text, pattern)", "The parts between matches, as an array.",
        [(r"regexp_split('1a 2b 14m', '\s*[a-z]+\s*')", r#"["1","2","14",""]"#)],
        (Text Text) -> list_of_texts(), split
    },
    scalar! {
        "regexp_replace", "regexp_replace(text, pattern[, replacement])",
        "A text with every match taken out, or replaced; `$1` and `${name}` stand for groups, `\\$` for a dollar sign.",
        [(r"regexp_replace('1a 2b 14m', '\d+[ab] ')", "14m"),
         (r"regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m")],
        (Text Text; Text) -> DataType::Utf8, replace
    },
];

/// Compiles a pattern.
///
/// # Errors
/// When it is none, or takes what only Java has.
fn compile(pattern: &str) -> Result<Regex> {
    let error = match Regex::new(pattern) {
        Ok(regex) => return Ok(regex),
        Err(error) => error,
    };
    if let Err(error) = ast::parse::Parser::new().parse(pattern) {
        let what = match error.kind() {
            ErrorKind::UnsupportedLookAround => "look-ahead and look-behind, such as `(?=…)`,",
            ErrorKind::UnsupportedBackreference => "references back to a group, such as `\\1`,",
            _ if pattern.contains("(?>") => "groups that keep their match, such as `(?>…)`,",
            kind => return exec_err!("`{pattern}` is no regular expression: {kind}"),
        };
        return exec_err!("`{pattern}` cannot be used: {what} are not supported in regular expressions");
    }
    match error {
        regex::Error::CompiledTooBig(_) => exec_err!("`{pattern}` makes too large a regular expression"),
        _ => exec_err!("`{pattern}` is no regular expression"),
    }
}

/// The group that is asked for, which the pattern has to have.
fn group_of(regex: &Regex, group: i64) -> Result<usize> {
    match usize::try_from(group) {
        Ok(group) if group < regex.captures_len() => Ok(group),
        _ => exec_err!("`{regex}` has {} groups, and none is number {group}", regex.captures_len() - 1),
    }
}

fn extract(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, patterns, groups) = (args.texts(0)?, args.texts(1)?, args.optional(2, Args::integers)?);
    let mut compiled = Compiled::new(compile);
    texts(args.rows(), |row| {
        let group = at_or(groups.as_ref(), row, 0)?;
        let (subject, pattern) = (at(&subjects, row)?, at(&patterns, row)?);
        let found = compiled.of(pattern).and_then(|regex| {
            let group = group_of(regex, group)?;
            if group == 0 {
                return Ok(regex.find(subject));
            }
            Ok(regex.captures(subject).and_then(|captures| captures.get(group)))
        });
        found.map(|found| found.map(|found| found.as_str())).transpose()
    })
}

fn extract_all(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, patterns, groups) = (args.texts(0)?, args.texts(1)?, args.optional(2, Args::integers)?);
    let mut compiled = Compiled::new(compile);
    lists(args.rows(), |row| {
        let group = at_or(groups.as_ref(), row, 0)?;
        let (subject, pattern) = (at(&subjects, row)?, at(&patterns, row)?);
        Some(compiled.of(pattern).and_then(|regex| {
            let group = group_of(regex, group)?;
            let of = |captures: Captures<'_>| captures.get(group).map(|found| subject[found.range()].to_owned());
            Ok(regex.captures_iter(subject).map(of).collect())
        }))
    })
}

fn count(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, patterns) = (args.texts(0)?, args.texts(1)?);
    let mut compiled = Compiled::new(compile);
    integers(args.rows(), |row| {
        let (subject, pattern) = (at(&subjects, row)?, at(&patterns, row)?);
        let count = compiled.of(pattern).map(|regex| regex.find_iter(subject).count());
        Some(count.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    })
}

fn position(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, patterns) = (args.texts(0)?, args.texts(1)?);
    let (starts, occurrences) = (args.optional(2, Args::integers)?, args.optional(3, Args::integers)?);
    let mut compiled = Compiled::new(compile);
    integers(args.rows(), |row| {
        let start = at_or(starts.as_ref(), row, 1)?;
        let occurrence = at_or(occurrences.as_ref(), row, 1)?;
        let (subject, pattern) = (at(&subjects, row)?, at(&patterns, row)?);
        if start < 1 || occurrence < 1 {
            return Some(exec_err!("`regexp_position` counts from 1, not {}", start.min(occurrence)));
        }
        let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
        let nth = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
        Some(compiled.of(pattern).map(|regex| {
            let from = subject.char_indices().nth(skipped).map(|(from, _)| from).or((skipped == 0).then_some(0));
            let found = from.and_then(|from| regex.find_iter_from(subject, from).nth(nth));
            found.map_or(-1, |found| i64::try_from(subject[..found].chars().count()).unwrap_or(i64::MAX - 1) + 1)
        }))
    })
}

/// Matches from a byte on, with what stands before it in sight.
trait FindFrom {
    fn find_iter_from<'a>(&'a self, text: &'a str, from: usize) -> impl Iterator<Item = usize> + 'a;
}

impl FindFrom for Regex {
    fn find_iter_from<'a>(&'a self, text: &'a str, from: usize) -> impl Iterator<Item = usize> + 'a {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let found = self.find_at(text, next.filter(|next| *next <= text.len())?)?;
            next = if found.is_empty() {
                text[found.end()..].chars().next().map(|character| found.end() + character.len_utf8())
            } else {
                Some(found.end())
            };
            Some(found.start())
        })
    }
}

fn split(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, patterns) = (args.texts(0)?, args.texts(1)?);
    let mut compiled = Compiled::new(compile);
    lists(args.rows(), |row| {
        let (subject, pattern) = (at(&subjects, row)?, at(&patterns, row)?);
        Some(compiled.of(pattern).map(|regex| regex.split(subject).map(Some).collect()))
    })
}

fn replace(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, patterns, replacements) = (args.texts(0)?, args.texts(1)?, args.optional(2, Args::texts)?);
    let mut compiled = Compiled::new(compile);
    let mut template: Option<(String, String, Vec<Piece>)> = None;
    texts(args.rows(), |row| {
        let (subject, pattern) = (at(&subjects, row)?, at(&patterns, row)?);
        let replacement = at_or(replacements.as_ref(), row, "")?;
        Some(compiled.of(pattern).and_then(|regex| {
            let pieces = match template.take() {
                Some((of, text, pieces)) if of == pattern && text == replacement => pieces,
                _ => pieces(regex, replacement)?,
            };
            let replaced = regex.replace_all(subject, |captures: &Captures<'_>| filled(&pieces, captures)).into_owned();
            template = Some((pattern.to_owned(), replacement.to_owned(), pieces));
            Ok(replaced)
        }))
    })
}

/// A part of a replacement.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Literal(char),
    Group(usize),
}

/// Reads a replacement as Java does. A number takes as many digits as make a group that there is.
fn pieces(regex: &Regex, replacement: &str) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = replacement;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '\\' => {
                let Some(escaped) = rest.chars().next() else {
                    return exec_err!("the replacement `{replacement}` ends in a backslash that escapes nothing");
                };
                pieces.push(Piece::Literal(escaped));
                rest = &rest[escaped.len_utf8()..];
            }
            '$' => {
                let (group, after) = group_in(regex, rest).map_or_else(
                    || {
                        exec_err!(
                            "the replacement `{replacement}` names a group that `{regex}` has not; a dollar sign is \
                             written `\\$`"
                        )
                    },
                    Ok,
                )?;
                pieces.push(Piece::Group(group));
                rest = after;
            }
            other => pieces.push(Piece::Literal(other)),
        }
    }
    Ok(pieces)
}

/// The group that is named after a dollar sign, and the rest.
fn group_in<'a>(regex: &Regex, text: &'a str) -> Option<(usize, &'a str)> {
    if let Some(name) = text.strip_prefix('{') {
        let (name, rest) = name.split_once('}')?;
        let group = regex.capture_names().position(|known| known == Some(name));
        let group = group.or_else(|| name.parse().ok().filter(|group| *group < regex.captures_len()))?;
        return Some((group, rest));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=digits.min(9)).rev().find_map(|length| {
        let group: usize = text[..length].parse().ok()?;
        (group < regex.captures_len()).then_some((group, &text[length..]))
    })
}

fn filled(pieces: &[Piece], captures: &Captures<'_>) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(character) => text.push(*character),
            Piece::Group(group) => text.push_str(captures.get(*group).map_or("", |found| found.as_str())),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_java_has_is_named() {
        for (pattern, named) in [
            ("(?=a)b", "look-ahead"),
            ("(?<!a)b", "look-behind"),
            (r"(a)\1", "references back"),
            ("(?>a)", "keep their match"),
            ("(a", "is no regular expression"),
            ("a{1000}{1000}", "too large"),
        ] {
            let error = compile(pattern).expect_err(pattern).to_string();
            assert!(error.contains(named) && error.contains(pattern), "{error}");
        }
    }

    #[test]
    fn a_number_takes_the_digits_of_a_group_that_there_is() {
        let regex = compile("(a)(?<b>b)").expect("a pattern");
        let read = |text| pieces(&regex, text).ok();
        assert_eq!(read("$12"), Some(vec![Piece::Group(1), Piece::Literal('2')]));
        assert_eq!(read("${b}$0"), Some(vec![Piece::Group(2), Piece::Group(0)]));
        assert_eq!(read(r"\$1"), Some(vec![Piece::Literal('$'), Piece::Literal('1')]));
        for bad in ["$3", "$", "${c}", "${b", "$x", "\\"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
