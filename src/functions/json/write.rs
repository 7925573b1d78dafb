//! Values of any type as JSON text.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;

use super::is_json_value;
use super::value::{compact, is_json};
use crate::functions::nested::{Lists, plain};
use crate::functions::network;
use crate::schema::{Shape, columns};

/// The values of an array as JSON text, each when it is asked for.
pub(in crate::functions) enum Writer {
    /// Text that is JSON already.
    Json(StringArray),
    /// Text that becomes a JSON string.
    Text(StringArray),
    /// Text of numbers and booleans.
    Word(StringArray),
    /// Arrays.
    List(Lists, Box<Writer>),
    /// Maps, with their keys as text.
    Map(Lists, StringArray, Box<Writer>),
    /// Structs: keys as the record writes them, and whether members that are NULL are left out.
    Struct(ArrayRef, Vec<(String, Writer)>, Missing),
    /// Nothing but NULL.
    Null,
}

/// What becomes of a struct's members that are NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Missing {
    /// They are left out, as a record leaves them out.
    LeftOut,
    /// They are written as `null`.
    Null,
}

impl Writer {
    /// For the values of this field. Members of structs are spelled as a record spells them where they are its own.
    pub(in crate::functions) fn new(array: &ArrayRef, field: &Field, missing: Missing) -> Result<Self> {
        Self::spelled(array, field, missing, columns::ALL)
    }

    fn spelled(array: &ArrayRef, field: &Field, missing: Missing, known: &'static [columns::Column]) -> Result<Self> {
        let array = cast(array, &plain(array.data_type()))?;
        Ok(match array.data_type() {
            DataType::Null => Self::Null,
            DataType::Utf8 => {
                let texts = array.as_string::<i32>().clone();
                if is_json_value(field) { Self::Json(texts) } else { Self::Text(texts) }
            }
            DataType::List(item) => {
                let lists = Lists::new(&array)?;
                let inner = Self::spelled(&lists.values, item, missing, known)?;
                Self::List(lists, Box::new(inner))
            }
            DataType::Map(entries, _) => {
                let maps = Lists::new(&array)?;
                let keys = texts_of(maps.keys())?;
                let inner = match entries.data_type() {
                    DataType::Struct(fields) => Self::spelled(maps.items(), &fields[1], missing, known)?,
                    _ => Self::Null,
                };
                Self::Map(maps, keys, Box::new(inner))
            }
            DataType::Struct(fields) => {
                // Athena's names stay where a row is cast to JSON.
                let known = if missing == Missing::LeftOut { spelling(fields, known) } else { None };
                let mut members = Vec::with_capacity(fields.len());
                for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                    let member = known.and_then(|known| known.iter().find(|column| column.name == field.name()));
                    let name = member.map_or_else(|| field.name().clone(), |column| column.json.to_owned());
                    let below = match member.map(|column| column.shape) {
                        Some(Shape::Struct(members) | Shape::List(members)) => members,
                        _ => columns::ALL,
                    };
                    members.push((name, Self::spelled(column, field, missing, below)?));
                }
                Self::Struct(Arc::clone(&array), members, missing)
            }
            DataType::Boolean => Self::Word(cast(&array, &DataType::Utf8)?.as_string().clone()),
            data_type if data_type.is_numeric() => Self::Word(cast(&array, &DataType::Utf8)?.as_string().clone()),
            _ => Self::Text(scalar_texts(&array)?),
        })
    }

    /// Whether the value of a row is NULL.
    pub(in crate::functions) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Json(texts) | Self::Text(texts) | Self::Word(texts) => texts.is_null(row),
            Self::List(lists, _) | Self::Map(lists, ..) => lists.range(row).is_none(),
            Self::Struct(array, ..) => array.is_null(row),
            Self::Null => true,
        }
    }

    /// Appends the value of a row.
    pub(in crate::functions) fn write(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            out.push_str("null");
            return;
        }
        match self {
            // What bears the mark of JSON and is none stays readable as a string.
            Self::Json(texts) if is_json(texts.value(row)) => out.push_str(&compact(texts.value(row))),
            Self::Json(texts) | Self::Text(texts) => quote(texts.value(row), out),
            Self::Word(texts) => match texts.value(row) {
                // JSON has no such numbers; Trino writes them as strings.
                word @ ("NaN" | "inf" | "-inf") => quote(&word.replace("inf", "Infinity"), out),
                word => out.push_str(word),
            },
            Self::List(lists, inner) => {
                let elements = lists.range(row).into_iter().flatten();
                between(elements, '[', ']', out, |at, out| inner.write(at, out));
            }
            Self::Map(maps, keys, inner) => {
                let entries = maps.range(row).into_iter().flatten();
                between(entries, '{', '}', out, |at, out| {
                    quote(if keys.is_valid(at) { keys.value(at) } else { "null" }, out);
                    out.push(':');
                    inner.write(at, out);
                });
            }
            Self::Struct(_, members, missing) => {
                let written = members.iter().filter(|(_, member)| *missing == Missing::Null || !member.is_null(row));
                between(written, '{', '}', out, |(name, member), out| {
                    quote(name, out);
                    out.push(':');
                    member.write(row, out);
                });
            }
            Self::Null => {}
        }
    }

    /// The values of so many rows; NULL stays NULL.
    pub(in crate::functions) fn texts(&self, rows: usize) -> StringArray {
        let mut text = String::new();
        let value = |row: usize| {
            if self.is_null(row) {
                return None;
            }
            text.clear();
            self.write(row, &mut text);
            Some(text.clone())
        };
        (0..rows).map(value).collect()
    }
}

/// The row of the list of columns whose members a struct has.
fn spelling(
    fields: &datafusion::arrow::datatypes::Fields,
    known: &'static [columns::Column],
) -> Option<&'static [columns::Column]> {
    let has_all = |members: &[columns::Column]| {
        fields.iter().all(|field| members.iter().any(|column| column.name == field.name()))
    };
    if has_all(known) {
        return Some(known);
    }
    let mut open = vec![known];
    if !std::ptr::eq(known, columns::ALL) {
        open.push(columns::ALL);
    }
    while let Some(columns) = open.pop() {
        for column in columns {
            if let Shape::Struct(members) | Shape::List(members) = column.shape {
                if has_all(members) {
                    return Some(members);
                }
                open.push(members);
            }
        }
    }
    None
}

fn between<T>(
    items: impl Iterator<Item = T>,
    open: char,
    close: char,
    out: &mut String,
    mut write: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

/// Appends a text as a JSON string.
pub(in crate::functions) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Values as text: scalars as a cast to text gives them, others as JSON.
pub(in crate::functions) fn texts_of(values: &ArrayRef) -> Result<StringArray> {
    if !values.data_type().is_nested() {
        return scalar_texts(values);
    }
    let field = Field::new("value", values.data_type().clone(), true);
    Ok(Writer::new(values, &field, Missing::Null)?.texts(values.len()))
}

fn scalar_texts(values: &ArrayRef) -> Result<StringArray> {
    if let Some(texts) = network::texts(values) {
        return Ok(texts);
    }
    let values = match values.data_type() {
        // Trino writes times with a blank and milliseconds.
        DataType::Timestamp(..) => {
            let times = cast(values, &crate::schema::Kind::Time.data_type())?;
            let times = times.as_primitive::<datafusion::arrow::datatypes::TimestampMillisecondType>();
            let text = |time: i64| {
                let time = chrono::DateTime::from_timestamp_millis(time)?;
                Some(time.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
            };
            return Ok(times.iter().map(|time| time.and_then(text)).collect());
        }
        _ => cast(values, &DataType::Utf8)?,
    };
    Ok(values.as_string::<i32>().clone())
}

/// JSON text of an argument: text as it is, structs, arrays and maps written out.
pub(in crate::functions) fn json_of(array: &ArrayRef, field: &FieldRef) -> Result<StringArray> {
    match array.data_type() {
        DataType::Null => Ok(StringArray::new_null(array.len())),
        data_type if data_type.is_nested() => Ok(Writer::new(array, field, Missing::LeftOut)?.texts(array.len())),
        _ => Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()),
    }
}
