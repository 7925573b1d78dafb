//! JSON text in the type it is cast to.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray, StructArray, new_null_array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err};

use crate::functions::json::value::{DEEPEST, Json, compact, value_text};
use crate::functions::json::{is_json_value, shortened};
use crate::functions::nested::{assemble, fit, is_text, map_fields, pairs, sql_type};

/// JSON texts as values of the target; NULL where JSON is `null`.
pub(super) fn array(texts: &ArrayRef, target: &Field, is_try: bool) -> Result<ArrayRef> {
    let texts: Vec<Option<&str>> = match texts.as_string_opt::<i32>() {
        Some(texts) => texts.iter().collect(),
        None => vec![None; texts.len()],
    };
    match values(&texts, target, 0) {
        Ok(found) => Ok(found),
        // One value that does not fit spoils all of its row, so row by row shows which ones do.
        Err(_) => {
            let mut rows = Vec::with_capacity(texts.len());
            for text in &texts {
                rows.push(match values(&[*text], target, 0) {
                    Ok(found) => found,
                    Err(_) if is_try => new_null_array(target.data_type(), 1),
                    Err(_) => {
                        let value = shortened(text.unwrap_or("NULL"));
                        return exec_err!("cannot cast `{value}` to {}", sql_type(target.data_type()));
                    }
                });
            }
            let rows: Vec<&dyn Array> = rows.iter().map(AsRef::as_ref).collect();
            Ok(datafusion::arrow::compute::concat(&rows)?)
        }
    }
}

fn misfit<T>() -> Result<T> {
    exec_err!("a value does not fit")
}

/// JSON, one level deep; none for NULL.
fn opened(text: Option<&str>) -> Result<Option<Json<'_>>> {
    match text.map(Json::of) {
        None | Some(Some(Json::Null)) => Ok(None),
        Some(None) => misfit(),
        Some(json) => Ok(json),
    }
}

fn values(texts: &[Option<&str>], target: &Field, depth: usize) -> Result<ArrayRef> {
    if depth > DEEPEST {
        return misfit();
    }
    let data_type = target.data_type();
    match data_type {
        DataType::List(item) => {
            let (mut elements, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new());
            for text in texts {
                let inner = match opened(*text)? {
                    Some(Json::Array(inner)) => Some(inner),
                    None => None,
                    Some(_) => return misfit(),
                };
                valid.push(inner.is_some());
                lengths.push(inner.as_ref().map_or(0, Vec::len));
                elements.extend(inner.into_iter().flatten().map(Some));
            }
            assemble(values(&elements, item, depth + 1)?, lengths, valid, data_type)
        }
        DataType::Map(..) => {
            let Some((key, value)) = map_fields(data_type) else { return misfit() };
            let (mut keys, mut items, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for text in texts {
                let members = match opened(*text)? {
                    Some(Json::Object(members)) => Some(members),
                    None => None,
                    Some(_) => return misfit(),
                };
                valid.push(members.is_some());
                let before = keys.len();
                let mut places = std::collections::HashMap::new();
                for (key, value) in members.into_iter().flatten() {
                    // Of equal keys the last counts.
                    match places.get(&key) {
                        Some(place) => items[*place] = Some(value),
                        None => {
                            places.insert(key.clone(), keys.len());
                            keys.push(key.into_owned());
                            items.push(Some(value));
                        }
                    }
                }
                lengths.push(keys.len() - before);
            }
            let keys: ArrayRef = Arc::new(StringArray::from(keys));
            let keys = strict(&keys, key.data_type())?;
            assemble(pairs(keys, values(&items, value, depth + 1)?, data_type)?, lengths, valid, data_type)
        }
        DataType::Struct(fields) => {
            let mut columns: Vec<Vec<Option<&str>>> = vec![Vec::with_capacity(texts.len()); fields.len()];
            let mut valid = Vec::with_capacity(texts.len());
            for text in texts {
                let json = opened(*text)?;
                valid.push(json.is_some());
                match json {
                    None => columns.iter_mut().for_each(|column| column.push(None)),
                    Some(Json::Object(members)) => {
                        for (column, field) in columns.iter_mut().zip(fields) {
                            let exact = members.iter().rfind(|(key, _)| key == field.name());
                            let alike = || members.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(field.name()));
                            column.push(exact.or_else(alike).map(|(_, value)| *value));
                        }
                    }
                    Some(Json::Array(elements)) if elements.len() == fields.len() => {
                        columns.iter_mut().zip(elements).for_each(|(column, element)| column.push(Some(element)));
                    }
                    Some(_) => return misfit(),
                }
            }
            let columns = columns
                .iter()
                .zip(fields)
                .map(|(column, field)| values(column, field, depth + 1))
                .collect::<Result<Vec<_>>>()?;
            Ok(Arc::new(StructArray::try_new_with_length(
                fields.clone(),
                columns,
                Some(NullBuffer::from(valid)),
                texts.len(),
            )?))
        }
        _ if is_text(data_type) && is_json_value(target) => {
            let kept = texts.iter().map(|text| match opened(*text)? {
                // JSON's null is a value of the type JSON, but as an element of something it is as good as none.
                None => Ok(None),
                Some(_) => Ok(text.map(compact)),
            });
            fit(&(Arc::new(kept.collect::<Result<StringArray>>()?) as ArrayRef), data_type)
        }
        _ if is_text(data_type) => {
            let plain: StringArray = texts.iter().map(|text| value_text((*text)?)).collect();
            fit(&(Arc::new(plain) as ArrayRef), data_type)
        }
        _ => scalars(texts, data_type),
    }
}

/// Numbers, booleans and whatever else Arrow reads out of text.
fn scalars(texts: &[Option<&str>], data_type: &DataType) -> Result<ArrayRef> {
    let plain = texts.iter().map(|text| match opened(*text)? {
        None => Ok(None),
        Some(Json::Bool(value)) if data_type.is_numeric() => Ok(Some(if value { "1" } else { "0" }.to_owned())),
        Some(json) => match json.scalar_text() {
            Some(text) => Ok(Some(text.into_owned())),
            None => misfit(),
        },
    });
    let plain = plain.collect::<Result<StringArray>>()?;
    if data_type.is_integer() {
        let whole = plain.iter().map(|text| match text {
            None => Ok(None),
            Some(text) => whole_number(text).map(Some),
        });
        let whole: ArrayRef = Arc::new(whole.collect::<Result<Int64Array>>()?);
        return strict(&whole, data_type);
    }
    strict(&(Arc::new(plain) as ArrayRef), data_type)
}

/// A whole number; others round half away from zero, as Trino's CAST does.
fn whole_number(text: &str) -> Result<i64> {
    if let Ok(number) = text.trim().parse() {
        return Ok(number);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    match text.trim().parse::<f64>() {
        Ok(number) if number.abs() < 9.2e18 => Ok(number.round() as i64),
        _ => misfit(),
    }
}

/// A cast in which every value must fit.
fn strict(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    let found = cast(array, data_type)?;
    if found.null_count() > array.null_count() { misfit() } else { Ok(found) }
}
