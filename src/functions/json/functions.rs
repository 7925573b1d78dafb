//! Functions of whole JSON values.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::path::{Part, find, parse};
use super::value::{Json, compact, is_json, value_text};
use super::write::{Missing, Writer, json_of, quote};
use super::{as_json, json_input};
use crate::functions::nested::{is_text, plain, wrong};
use crate::functions::scalar::{Args, Scalar, gives};
use crate::schema::Step;

/// One argument, which is JSON.
fn one(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [json] => json_input(json).map_or_else(|| wrong(name, "json", types), |json| Ok(vec![json])),
        _ => wrong(name, "json", types),
    }
}

/// JSON and a path.
pub(super) fn json_and_path(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [json, path] if is_text(path) => match json_input(json) {
            Some(json) => Ok(vec![json, DataType::Utf8]),
            None => wrong(name, "json, path", types),
        },
        _ => wrong(name, "json, path", types),
    }
}

/// The JSON text of an argument.
pub(super) fn json(args: &Args<'_>, index: usize) -> Result<StringArray> {
    json_of(&args.array(index)?, args.field(index))
}

pub(super) fn json_parse() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_parse",
        inputs: |types| one("json_parse", types),
        output: |_| Ok(as_json(gives(DataType::Utf8))),
        values: |args| {
            let parse = |text: &str| match is_json(text) {
                true => Ok(compact(text)),
                false => exec_err!("`json_parse` cannot read `{}` as JSON", shortened(text)),
            };
            let parsed: StringArray =
                json(args, 0)?.iter().map(|text| text.map(parse).transpose()).collect::<Result<_>>()?;
            Ok(Arc::new(parsed))
        },
    }
    .function()
}

/// So much of a text as an error can show.
pub(in crate::functions) fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(super) fn json_format() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_format",
        inputs: |types| one("json_format", types),
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let text = |text: &str| if is_json(text) { compact(text) } else { text.to_owned() };
            Ok(Arc::new(json(args, 0)?.iter().map(|json| json.map(text)).collect::<StringArray>()))
        },
    }
    .function()
}

pub(super) fn json_value_text() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_value_text",
        inputs: |types| one("json_value_text", types),
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| Ok(Arc::new(json(args, 0)?.iter().map(|json| value_text(json?)).collect::<StringArray>())),
    }
    .function()
}

pub(super) fn is_json_scalar() -> Arc<ScalarUDF> {
    Scalar {
        name: "is_json_scalar",
        inputs: |types| one("is_json_scalar", types),
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let is_scalar = |text: &str| match Json::of(text) {
                Some(json) => Ok(json.length().is_none()),
                None => exec_err!("`is_json_scalar` cannot read `{}` as JSON", shortened(text)),
            };
            let found: BooleanArray =
                json(args, 0)?.iter().map(|text| text.map(is_scalar).transpose()).collect::<Result<Vec<_>>>()?.into();
            Ok(Arc::new(found))
        },
    }
    .function()
}

fn elements(json: &str) -> Option<Vec<&str>> {
    match Json::of(json)? {
        Json::Array(elements) => Some(elements),
        _ => None,
    }
}

pub(super) fn json_array_get() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_array_get",
        inputs: |types| match types {
            [json, index] if index.is_integer() || index.is_null() => match json_input(json) {
                Some(json) => Ok(vec![json, DataType::Int64]),
                None => wrong("json_array_get", "json, index", types),
            },
            _ => wrong("json_array_get", "json, index", types),
        },
        output: |_| Ok(as_json(gives(DataType::Utf8))),
        values: |args| {
            let indices = args.array(1)?;
            let indices = indices.as_primitive::<Int64Type>();
            let element = |(json, index): (Option<&str>, Option<i64>)| {
                let (elements, index) = (elements(json?)?, index?);
                let at = match usize::try_from(index) {
                    Ok(at) => at,
                    Err(_) => elements.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
                };
                // Trino's own documentation shows strings without their quotes.
                value_text(elements.get(at)?).map(std::borrow::Cow::into_owned)
            };
            Ok(Arc::new(json(args, 0)?.iter().zip(indices).map(element).collect::<StringArray>()))
        },
    }
    .function()
}

pub(super) fn json_array_length() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_array_length",
        inputs: |types| one("json_array_length", types),
        output: |_| Ok(gives(DataType::Int64)),
        values: |args| {
            let length = |json: Option<&str>| i64::try_from(elements(json?)?.len()).ok();
            Ok(Arc::new(json(args, 0)?.iter().map(length).collect::<Int64Array>()))
        },
    }
    .function()
}

/// A value that an element of a JSON array may be.
enum Sought<'a> {
    Text(&'a str),
    Whole(i64),
    Number(f64),
    Bool(bool),
}

impl Sought<'_> {
    fn is(&self, element: &str) -> bool {
        match (self, Json::of(element)) {
            (Self::Text(text), Some(Json::Text(element))) => *text == element,
            (Self::Bool(value), Some(Json::Bool(element))) => *value == element,
            // As Trino: a whole number is found among the whole numbers, a double among the others.
            (Self::Whole(value), Some(Json::Number(element))) => element.parse() == Ok(*value),
            (Self::Number(value), Some(Json::Number(element))) => element.parse() == Ok(*value),
            _ => false,
        }
    }
}

pub(super) fn json_array_contains() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_array_contains",
        inputs: |types| {
            let expected = "json, varchar, bigint, double or boolean";
            let [json, value] = types else { return wrong("json_array_contains", expected, types) };
            let value = match plain(value) {
                DataType::Null | DataType::Utf8 => DataType::Utf8,
                DataType::Boolean => DataType::Boolean,
                whole if whole.is_integer() => DataType::Int64,
                number if number.is_numeric() => DataType::Float64,
                _ => return wrong("json_array_contains", expected, types),
            };
            json_input(json)
                .map_or_else(|| wrong("json_array_contains", expected, types), |json| Ok(vec![json, value.clone()]))
        },
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let json = json(args, 0)?;
            let values = args.array(1)?;
            let sought = |row: usize| {
                Some(match values.data_type() {
                    _ if values.is_null(row) => return None,
                    DataType::Boolean => Sought::Bool(values.as_boolean().value(row)),
                    DataType::Int64 => Sought::Whole(values.as_primitive::<Int64Type>().value(row)),
                    DataType::Float64 => Sought::Number(values.as_primitive::<Float64Type>().value(row)),
                    _ => Sought::Text(values.as_string_opt::<i32>()?.value(row)),
                })
            };
            let contains = |(row, json): (usize, Option<&str>)| {
                let sought = sought(row)?;
                Some(elements(json?)?.iter().any(|element| sought.is(element)))
            };
            Ok(Arc::new(json.iter().enumerate().map(contains).collect::<BooleanArray>()))
        },
    }
    .function()
}

/// Where the standard's functions look: the path, and whether in lax mode.
type Standard = (Vec<Part>, bool);

fn standard(path: &str) -> Result<Standard> {
    let trimmed = path.trim();
    let (path, lax) = match (trimmed.strip_prefix("lax "), trimmed.strip_prefix("strict ")) {
        (Some(path), _) => (path, true),
        (_, Some(path)) => (path, false),
        _ => (trimmed, true),
    };
    Ok((parse(path.trim())?, lax))
}

/// As Trino's other functions read a path: keys are exact and arrays are not looked into.
fn plain_path(path: &str) -> Result<Standard> {
    Ok((parse(path)?, false))
}

/// For each row what `value` makes of the values that the path leads to; none where JSON or path is NULL.
fn along<T>(
    args: &Args<'_>,
    read: fn(&str) -> Result<Standard>,
    value: impl Fn(Option<Vec<&str>>) -> Option<T>,
) -> Result<Vec<Option<T>>> {
    let json = json(args, 0)?;
    let any_case = args.field(0).data_type().is_nested();
    let read = |path: &str| {
        let (mut parts, lax) = read(path)?;
        for part in &mut parts {
            if let Part::Step(Step::ExactKey(key)) = part
                && any_case
            {
                *part = Part::Step(Step::Key(std::mem::take(key)));
            }
        }
        Ok::<_, datafusion::common::DataFusionError>((parts, lax))
    };
    let constant = match args.constant(1) {
        Some(ScalarValue::Utf8(Some(path))) => Some(read(path)?),
        _ => None,
    };
    let paths = args.texts(1)?;
    let mut found = Vec::with_capacity(args.rows());
    for (json, path) in json.iter().zip(&paths) {
        let (Some(json), Some(path)) = (json, path) else {
            found.push(None);
            continue;
        };
        found.push(match &constant {
            Some((parts, lax)) => value(find(json, parts, *lax)),
            None => {
                let (parts, lax) = read(path)?;
                value(find(json, &parts, lax))
            }
        });
    }
    Ok(found)
}

pub(super) fn json_size() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_size",
        inputs: |types| json_and_path("json_size", types),
        output: |_| Ok(gives(DataType::Int64)),
        values: |args| {
            let sizes = along(args, plain_path, |found| {
                let value = Json::of(found?.first()?)?;
                i64::try_from(value.length().unwrap_or(0)).ok()
            })?;
            Ok(Arc::new(Int64Array::from(sizes)))
        },
    }
    .function()
}

pub(super) fn json_value() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_value",
        inputs: |types| json_and_path("json_value", types),
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let values = along(args, standard, |found| match found?[..] {
                [one] => Some(Json::of(one)?.scalar_text()?.into_owned()),
                _ => None,
            })?;
            Ok(Arc::new(StringArray::from(values)))
        },
    }
    .function()
}

pub(super) fn json_query() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_query",
        inputs: |types| json_and_path("json_query", types),
        output: |_| Ok(as_json(gives(DataType::Utf8))),
        values: |args| {
            let values = along(args, standard, |found| match found?[..] {
                [one] => Some(compact(one)),
                _ => None,
            })?;
            Ok(Arc::new(StringArray::from(values)))
        },
    }
    .function()
}

pub(super) fn json_exists() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_exists",
        inputs: |types| json_and_path("json_exists", types),
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let found = along(args, standard, |found| Some(found.is_some_and(|found| !found.is_empty())))?;
            Ok(Arc::new(BooleanArray::from(found)))
        },
    }
    .function()
}

fn writers(args: &Args<'_>) -> Result<Vec<Writer>> {
    (0..args.len()).map(|index| Writer::new(&args.array(index)?, args.field(index), Missing::Null)).collect()
}

pub(super) fn json_object() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_object",
        inputs: |types| {
            let is_key = |(at, data_type): (usize, &DataType)| at % 2 == 1 || is_text(data_type);
            if types.len() % 2 == 1 || !types.iter().enumerate().all(is_key) {
                return wrong("json_object", "key, value, …", types);
            }
            Ok(types.iter().map(plain).collect())
        },
        output: |_| Ok(as_json(gives(DataType::Utf8))),
        values: |args| {
            let values = writers(args)?;
            let keys = (0..args.len()).step_by(2).map(|index| args.texts(index)).collect::<Result<Vec<_>>>()?;
            let mut objects = Vec::with_capacity(args.rows());
            for row in 0..args.rows() {
                let mut object = String::from("{");
                for (at, key) in keys.iter().enumerate() {
                    if key.is_null(row) {
                        return exec_err!("`json_object` takes keys that are not NULL");
                    }
                    if at > 0 {
                        object.push(',');
                    }
                    quote(key.value(row), &mut object);
                    object.push(':');
                    values[2 * at + 1].write(row, &mut object);
                }
                object.push('}');
                objects.push(object);
            }
            Ok(Arc::new(StringArray::from(objects)) as ArrayRef)
        },
    }
    .function()
}

pub(super) fn json_array() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_array",
        inputs: |types| Ok(types.iter().map(plain).collect()),
        output: |_| Ok(as_json(gives(DataType::Utf8))),
        values: |args| {
            let values = writers(args)?;
            let mut arrays = Vec::with_capacity(args.rows());
            for row in 0..args.rows() {
                let mut array = String::from("[");
                for value in values.iter().filter(|value| !value.is_null(row)) {
                    if array.len() > 1 {
                        array.push(',');
                    }
                    value.write(row, &mut array);
                }
                array.push(']');
                arrays.push(array);
            }
            Ok(Arc::new(StringArray::from(arrays)) as ArrayRef)
        },
    }
    .function()
}
