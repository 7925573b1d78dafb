//! `format` with the letters of Java's `Formatter`, and spans of time in words.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, exec_datafusion_err, exec_err, plan_err};

use super::java::{Letter, Piece, Value, pieces};
use crate::functions::rows::{Compiled, at, texts};
use crate::functions::scalar::{Args, Scalar, gives, scalar, type_names};
use crate::functions::{Build, Function, Origin};

/// What SQL may call of this family.
pub(in crate::functions) const FORMAT: &[Function] = &[
    Function {
        name: "format",
        aliases: &[],
        usage: "format(format, value, …)",
        summary: "Values in a text, by `%s`, `%d`, `%x`, `%f`, `%e`, `%b` and `%c` with width, precision and flags as in Java.",
        examples: &[
            ("format('%s has %d', 'S3', 3)", "S3 has 3"),
            ("format('%,d', 1234567)", "1,234,567"),
            ("format('%08.3f|%-4s|%x', 3.14159, 'a', 255)", "0003.142|a   |ff"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar { name: "format", inputs, output: |_| Ok(gives(DataType::Utf8)), values: format }.function()
        }),
    },
    scalar! {
        "human_readable_seconds", "human_readable_seconds(seconds)", "A span of time in words.",
        [("human_readable_seconds(96)", "1 minute, 36 seconds"),
         ("human_readable_seconds(56363463)", "93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds")],
        (Number) -> DataType::Utf8, |args| {
            let seconds = args.doubles(0)?;
            texts(args.rows(), |row| Some(in_words(at(&seconds, row)?)))
        }
    },
];

fn inputs(types: &[DataType]) -> Result<Vec<DataType>> {
    let Some((first, rest)) = types.split_first() else { return plan_err!("`format` takes a format and values") };
    if !(first.is_string() || first.is_null()) || rest.iter().any(|found| found.is_nested() && !found.is_null()) {
        return plan_err!(
            "`format` takes a text and values that are no arrays, maps or rows, not ({})",
            type_names(types)
        );
    }
    let values = rest.iter().map(|found| match found {
        found if found.is_integer() => DataType::Int64,
        found if found.is_numeric() => DataType::Float64,
        found if found.is_string() || found.is_null() => DataType::Utf8,
        found => found.clone(),
    });
    Ok(std::iter::once(DataType::Utf8).chain(values).collect())
}

/// A column of values to be put into texts.
enum Column {
    Integers(ArrayRef),
    Doubles(ArrayRef),
    Flags(ArrayRef),
    Texts(ArrayRef),
}

impl Column {
    fn of(args: &Args<'_>, index: usize) -> Result<Self> {
        let array = args.array(index)?;
        Ok(match array.data_type() {
            DataType::Int64 => Self::Integers(array),
            DataType::Float64 => Self::Doubles(array),
            DataType::Boolean => Self::Flags(array),
            _ => Self::Texts(Arc::new(args.texts(index)?)),
        })
    }

    fn at(&self, row: usize) -> Value<'_> {
        let value = match self {
            Self::Integers(array) => at(array.as_primitive::<Int64Type>(), row).map(Value::Integer),
            Self::Doubles(array) => at(array.as_primitive::<Float64Type>(), row).map(Value::Double),
            Self::Flags(array) => at(array.as_boolean(), row).map(Value::Flag),
            Self::Texts(array) => at(array.as_string::<i32>(), row).map(Value::Text),
        };
        value.unwrap_or(Value::Missing)
    }
}

fn format(args: &Args<'_>) -> Result<ArrayRef> {
    let formats = args.texts(0)?;
    let columns: Vec<Column> = (1..args.len()).map(|index| Column::of(args, index)).collect::<Result<_>>()?;
    let mut compiled = Compiled::new(pieces);
    texts(args.rows(), |row| {
        let format = at(&formats, row)?;
        Some(compiled.of(format).and_then(|pieces| filled(format, pieces, &columns, row)))
    })
}

fn filled(format: &str, pieces: &[Piece], columns: &[Column], row: usize) -> Result<String> {
    let mut text = String::new();
    let mut next = 0;
    for piece in pieces {
        let place = match piece {
            Piece::Literal(literal) => {
                text.push_str(literal);
                continue;
            }
            Piece::Place(place) => place,
        };
        let index = place.index.unwrap_or(next);
        if place.index.is_none() {
            next += 1;
        }
        let Some(column) = columns.get(index) else {
            return exec_err!("`format` is given {} values, fewer than `{format}` asks for", columns.len());
        };
        let value = column.at(row);
        let Some(written) = place.written(&value) else {
            return exec_err!("`format` cannot write {value} as `%{}`", Letter::name(place.letter));
        };
        text.push_str(&written);
    }
    Ok(text)
}

fn in_words(seconds: f64) -> Result<String> {
    const PARTS: &[(u64, &str)] = &[(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    // Fractions are rounded as Java's `Math.round` does.
    let rounded = (seconds + 0.5).floor();
    if !seconds.is_finite() || seconds < 0.0 || rounded > MOST_SECONDS {
        return Err(exec_datafusion_err!("`human_readable_seconds` takes a number of seconds, not {seconds:?}"));
    }
    let mut left = rounded as u64;
    let mut words = Vec::new();
    for (size, name) in PARTS {
        let count = left / size;
        left %= size;
        if count > 0 {
            words.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    Ok(if words.is_empty() { "0 seconds".to_owned() } else { words.join(", ") })
}

/// Beyond it, a double has no room for single seconds.
const MOST_SECONDS: f64 = 9_007_199_254_740_992.0;
