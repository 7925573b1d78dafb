//! Records with any values, written with any escapes and white space, asked for any leaves: the columns hold what
//! serde_json's reading of the same text has there.
#![no_main]

use std::fmt::Write;

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;

use trailql::arrow::array::{Array, ArrayRef, AsArray};
use trailql::record::{Builder, Limits, Progress};
use trailql::schema::{Kind, Leaf, Step};

/// A value as it was written.
#[derive(Debug)]
struct Written {
    raw: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Object(Vec<(String, Written)>),
    Array(Vec<Written>),
    String,
    Other,
}

#[derive(Debug)]
struct Input {
    documents: Vec<Vec<Written>>,
    texts: Vec<String>,
    leaves: Vec<Leaf>,
    chunk: usize,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let leaves = (0..u.int_in_range(0..=6)?).map(|_| leaf(u)).collect::<Result<_>>()?;
        let chunk = usize::from(u.int_in_range(1_u8..=20)?);
        let (mut documents, mut texts) = (Vec::new(), Vec::new());
        for _ in 0..u.int_in_range(1..=3)? {
            let records = (0..u.int_in_range(0..=5)?).map(|_| object(u, 0)).collect::<Result<Vec<_>>>()?;
            let array = list(u, '[', ']', &records.iter().map(|record| record.raw.clone()).collect::<Vec<_>>())?;
            let (before, after) = (space(u)?, space(u)?);
            texts.push(format!("{before}{{\"Records\":{array}}}{after}"));
            documents.push(records);
        }
        Ok(Self { documents, texts, leaves, chunk })
    }
}

fuzz_target!(|input: Input| {
    let mut builder = Builder::new(&input.leaves, Limits::default());
    let mut rows: Vec<Vec<Option<String>>> = Vec::new();
    for text in &input.texts {
        serde_json::from_str::<serde_json::Value>(text).expect("the text is JSON");
        let mut reading = builder.read(text.as_bytes()).expect("a document");
        while builder.fill(&mut reading, input.chunk).expect("sound JSON") == Progress::Full {
            take(&mut builder, &mut rows);
        }
    }
    take(&mut builder, &mut rows);
    let expected: Vec<Vec<Option<String>>> = input
        .documents
        .iter()
        .flat_map(|records| records.iter().enumerate())
        .map(|(ordinal, record)| input.leaves.iter().map(|leaf| value(record, leaf, ordinal)).collect())
        .collect();
    assert_eq!(rows, expected);
});

fn take(builder: &mut Builder, rows: &mut Vec<Vec<Option<String>>>) {
    let count = builder.rows();
    let arrays = builder.finish();
    let cell = |array: &ArrayRef, row: usize| match array.as_string_opt::<i32>() {
        _ if array.is_null(row) => None,
        Some(texts) => Some(texts.value(row).to_owned()),
        None => Some(array.as_primitive::<trailql::arrow::array::types::Int64Type>().value(row).to_string()),
    };
    rows.extend((0..count).map(|row| arrays.iter().map(|array| cell(array, row)).collect()));
}

/// What a leaf must hold.
fn value(record: &Written, leaf: &Leaf, ordinal: usize) -> Option<String> {
    if leaf.kind == Kind::Ordinal {
        return Some(ordinal.to_string());
    }
    let found = leaf.path.iter().try_fold(record, |value, step| match (&value.content, step) {
        (Content::Object(members), Step::Key(key)) => {
            // Of the same name twice, the later.
            let last = |fits: &dyn Fn(&str) -> bool| members.iter().rev().find(|(name, _)| fits(name));
            let found = last(&|name| *name == **key).or_else(|| last(&|name| name.eq_ignore_ascii_case(key)));
            found.map(|(_, value)| value)
        }
        (Content::Object(members), Step::ExactKey(key)) => {
            members.iter().rev().find(|(name, _)| **name == **key).map(|(_, value)| value)
        }
        (Content::Object(members), Step::Index(at)) => {
            members.iter().rev().find(|(name, _)| *name == at.to_string()).map(|(_, value)| value)
        }
        (Content::Array(values), Step::Index(at)) => values.get(*at),
        _ => None,
    })?;
    let raw = found.raw.as_str();
    let text = match found.content {
        Content::String => serde_json::from_str::<String>(raw).expect("a string"),
        _ => raw.to_owned(),
    };
    match (leaf.kind, &found.content, raw) {
        (_, _, "null") => None,
        (Kind::Scalar, Content::Object(_) | Content::Array(_), _) => None,
        (Kind::Json, ..) => Some(raw.to_owned()),
        (Kind::Numeral, Content::Object(_) | Content::Array(_), _) => Some(compact(raw)),
        (Kind::Numeral, _, "true") => Some("1".to_owned()),
        (Kind::Numeral, _, "false") => Some("0".to_owned()),
        (Kind::Flag, ..) if ["true", "false"].iter().any(|flag| text.eq_ignore_ascii_case(flag)) => {
            Some(text.to_ascii_lowercase())
        }
        _ => Some(text),
    }
}

/// JSON text without white space outside its strings.
fn compact(raw: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let kept = raw.chars().filter(|c| {
        let keeps = inside || !c.is_ascii_whitespace();
        inside ^= *c == '"' && !escaped;
        escaped = inside && *c == '\\' && !escaped;
        keeps
    });
    kept.collect()
}

/// Few names, so that they meet; some differ in case alone, some are numbers, some need escapes.
const NAMES: &[&str] = &["a", "A", "aB", "ab", "0", "1", "é", "userIdentity", "useridentity", "q\"\\", "", "a\u{1}"];

fn leaf(u: &mut Unstructured<'_>) -> Result<Leaf> {
    let kinds = [Kind::Text, Kind::Scalar, Kind::Json, Kind::Numeral, Kind::Flag, Kind::Ordinal];
    let kind = *u.choose(&kinds)?;
    let steps = if kind == Kind::Ordinal { 0 } else { u.int_in_range(0..=4)? };
    let path = (0..steps)
        .map(|_| {
            Ok(match u.int_in_range(0..=3)? {
                0 => Step::ExactKey((*u.choose(NAMES)?).into()),
                1 => Step::Index(u.int_in_range(0..=3)?),
                _ => Step::Key((*u.choose(NAMES)?).into()),
            })
        })
        .collect::<Result<_>>()?;
    Ok(Leaf { path, kind })
}

fn written(u: &mut Unstructured<'_>, depth: usize) -> Result<Written> {
    let other = |raw: &str| Written { raw: raw.to_owned(), content: Content::Other };
    let most = if depth < 6 { 9 } else { 6 };
    Ok(match u.int_in_range(0..=most)? {
        0 => other("null"),
        1 => other("true"),
        2 => other("false"),
        3 => other(u.choose(&["0", "-0", "12", "1.50", "1e5", "-2.5E-07", "18446744073709551616", "0.1e+2"])?),
        4 => string(u.choose(&["True", "FALSE", "null", "12", "{}", ""])?, u)?,
        5 | 6 => string(&String::arbitrary(u)?, u)?,
        7 | 8 => object(u, depth + 1)?,
        _ => {
            let values = (0..u.int_in_range(0..=4)?).map(|_| written(u, depth + 1)).collect::<Result<Vec<_>>>()?;
            let raw = list(u, '[', ']', &values.iter().map(|value| value.raw.clone()).collect::<Vec<_>>())?;
            Written { raw, content: Content::Array(values) }
        }
    })
}

fn object(u: &mut Unstructured<'_>, depth: usize) -> Result<Written> {
    let (mut members, mut texts) = (Vec::new(), Vec::new());
    for _ in 0..u.int_in_range(0..=5)? {
        let name = *u.choose(NAMES)?;
        let (key, value) = (string(name, u)?, written(u, depth)?);
        texts.push(format!("{}{}:{}{}", key.raw, space(u)?, space(u)?, value.raw));
        members.push((name.to_owned(), value));
    }
    Ok(Written { raw: list(u, '{', '}', &texts)?, content: Content::Object(members) })
}

fn list(u: &mut Unstructured<'_>, open: char, close: char, parts: &[String]) -> Result<String> {
    let mut text = String::from(open);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(space(u)?);
        text.push_str(part);
        text.push_str(space(u)?);
    }
    text.push(close);
    Ok(text)
}

fn space(u: &mut Unstructured<'_>) -> Result<&'static str> {
    // Longer than a block of 64 bytes, now and then.
    const LONG: &str = "                                                                      ";
    Ok(["", "", "", "", " ", "\n", "\r\n\t", LONG][u.int_in_range(0..=7)?])
}

/// A string with every character as it is or escaped in one of the ways there are.
fn string(text: &str, u: &mut Unstructured<'_>) -> Result<Written> {
    let mut raw = String::from("\"");
    let plain = bool::arbitrary(u)?;
    for c in text.chars() {
        let short = match c {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '/' => Some("\\/"),
            '\u{8}' => Some("\\b"),
            '\u{c}' => Some("\\f"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            _ => None,
        };
        let must = c < ' ' || c == '"' || c == '\\';
        match (short, if plain { 0 } else { u.int_in_range(0_u8..=3)? }) {
            (_, 0) if !must => raw.push(c),
            (Some(short), 0 | 1) => raw.push_str(short),
            (_, form) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = if form == 2 { write!(raw, "\\u{unit:04X}") } else { write!(raw, "\\u{unit:04x}") };
                }
            }
        }
    }
    raw.push('"');
    Ok(Written { raw, content: Content::String })
}
