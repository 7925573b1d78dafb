//! `record_fields`: the leaves of a JSON object, as Logs Insights flattens it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringBuilder, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use crate::functions::nested::{assemble, list_of};
use crate::functions::scalar::{Args, Scalar, Want, gives, takes};
use crate::record::{Event, plain, visit};

/// Leaves taken of a record.
const MOST: usize = 1000;

/// Characters of a value that are compared.
const LONGEST_VALUE: usize = 256;

/// Bytes of a name.
const LONGEST_NAME: usize = 512;

pub(super) fn build() -> Arc<ScalarUDF> {
    Scalar {
        name: "record_fields",
        inputs: |types| takes("record_fields", types, &[Want::Text], &[]),
        output: |_| Ok(gives(list_of(DataType::Struct(fields())))),
        values,
    }
    .function()
}

fn fields() -> Fields {
    Fields::from(vec![Field::new("name", DataType::Utf8, true), Field::new("value", DataType::Utf8, true)])
}

fn values(args: &Args<'_>) -> Result<ArrayRef> {
    let (mut names, mut values) = (StringBuilder::new(), StringBuilder::new());
    let (mut lengths, mut valid) = (Vec::new(), Vec::new());
    for json in args.texts(0)?.iter() {
        let leaves = json.and_then(leaves);
        valid.push(leaves.is_some());
        let leaves = leaves.unwrap_or_default();
        lengths.push(leaves.len());
        for (name, value) in leaves {
            names.append_value(name);
            values.append_value(value);
        }
    }
    let columns: Vec<ArrayRef> = vec![Arc::new(names.finish()), Arc::new(values.finish())];
    let structs = StructArray::try_new(fields(), columns, None)?;
    assemble(Arc::new(structs), lengths, valid, args.output())
}

/// What leads to the next leaf.
enum Open {
    Object,
    /// With the number of the next element.
    Array(usize),
}

/// The leaves of an object, in order; none when the text is no JSON object. Of equal names, the last one counts.
fn leaves(json: &str) -> Option<Vec<(String, Cow<'_, str>)>> {
    if !json.trim_ascii_start().starts_with('{') {
        return None;
    }
    let mut leaves: Vec<(String, Cow<'_, str>)> = Vec::new();
    let mut path = String::new();
    // Each container with the length of the path that leads to it.
    let mut open: Vec<(Open, usize)> = Vec::new();
    visit(json, |event| {
        if let Event::Object | Event::Array | Event::Leaf(_) = event
            && let Some((Open::Array(number), length)) = open.last_mut()
        {
            path.truncate(*length);
            let separator = if path.is_empty() { "" } else { "." };
            if path.len() < LONGEST_NAME {
                let _ = write!(path, "{separator}{number}");
            }
            *number += 1;
        }
        match event {
            Event::Object => open.push((Open::Object, path.len())),
            Event::Array => open.push((Open::Array(0), path.len())),
            Event::End => {
                open.pop();
            }
            Event::Key(key) => {
                path.truncate(open.last().map_or(0, |(_, length)| *length));
                if !path.is_empty() && path.len() < LONGEST_NAME {
                    path.push('.');
                }
                let room = LONGEST_NAME.saturating_sub(path.len());
                let key = plain(key);
                path.push_str(key.get(..key.floor_char_boundary(room)).unwrap_or_default());
            }
            Event::Leaf("null") => {}
            Event::Leaf(raw) if leaves.len() < MOST => leaves.push((path.clone(), text(raw))),
            Event::Leaf(_) => {}
        }
    })?;
    let mut seen = HashSet::with_capacity(leaves.len());
    let is_last: Vec<bool> = leaves.iter().rev().map(|(name, _)| seen.insert(name.clone())).collect();
    let mut is_last = is_last.into_iter().rev();
    leaves.retain(|_| is_last.next().unwrap_or(true));
    Some(leaves)
}

/// The text of a leaf, cut to what is compared.
fn text(raw: &str) -> Cow<'_, str> {
    let inside = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    let text = match (raw, inside) {
        ("true", _) => Cow::Borrowed("1"),
        ("false", _) => Cow::Borrowed("0"),
        (_, Some(inside)) => plain(inside),
        _ => Cow::Borrowed(raw),
    };
    let end = text.char_indices().nth(LONGEST_VALUE).map(|(at, _)| at);
    match (end, text) {
        (None, text) => text,
        (Some(end), Cow::Borrowed(text)) => Cow::Borrowed(text.get(..end).unwrap_or_default()),
        (Some(end), Cow::Owned(mut text)) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(json: &str, expected: &[(&str, &str)]) {
        let found = leaves(json).expect("an object");
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_ref())).collect();
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn leaves_have_dotted_names() {
        check(
            r#"{"userIdentity":{"arn":"a\"b"},"resources":[{"ARN":"x"},{"ARN":"y","n":1.50}],"readOnly":true,"e":{},"l":[[1,[2]],[]]}"#,
            &[
                ("userIdentity.arn", "a\"b"),
                ("resources.0.ARN", "x"),
                ("resources.1.ARN", "y"),
                ("resources.1.n", "1.50"),
                ("readOnly", "1"),
                ("l.0.0", "1"),
                ("l.0.1.0", "2"),
            ],
        );
    }

    #[test]
    fn nulls_are_left_out_and_the_last_of_equal_names_counts() {
        check(r#"{"a":null,"b":1,"b":false,"":"x"}"#, &[("b", "0"), ("", "x")]);
        assert!(leaves("[1]").is_none() && leaves("{\"a\":").is_none() && leaves("").is_none());
    }

    #[test]
    fn records_are_bounded() {
        let many = format!(
            "{{{}}}",
            (0..2000).map(|at| format!("\"k{at}\":\"{}\"", "é".repeat(300))).collect::<Vec<_>>().join(",")
        );
        let found = leaves(&many).expect("an object");
        assert_eq!(found.len(), MOST);
        assert!(found.iter().all(|(_, value)| value.chars().count() == LONGEST_VALUE));
        let long = format!("{{\"{}\":1}}", "é".repeat(1000));
        assert_eq!(leaves(&long).expect("an object")[0].0.len(), LONGEST_NAME);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}|\\{[\\[\\]{}\":,a1é ]{0,40}\\}") {
            let _ = leaves(&text);
        }
    }
}
