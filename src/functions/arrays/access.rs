//! One element, and how many there are.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use crate::functions::json::value::Json;
use crate::functions::nested::{
    Lists, common, comparable, is_text, item_field, join, list_type, map_fields, pick, plain, wrong,
};
use crate::functions::scalar::{Args, Scalar, gives};
use crate::record;
use crate::schema::{Kind, Step};

/// `element_at(array, index)`, `element_at(map, key)`, `element_at(json, key)`.
pub(super) fn element_at() -> Arc<ScalarUDF> {
    Scalar {
        name: "element_at",
        inputs: |types| match types {
            [list, index] if is_index(index) && list.is_list() => {
                Ok(vec![item_field(list).map_or(DataType::Null, |item| list_type(&item)), DataType::Int64])
            }
            [map @ DataType::Map(..), key] => {
                let map = plain(map);
                match map_fields(&map).and_then(|(known, _)| common(known.data_type(), key)) {
                    Some(key) => Ok(vec![map, key]),
                    None => wrong("element_at", "map, key", types),
                }
            }
            [text, key] if is_text(text) && is_text(key) => Ok(vec![DataType::Utf8; 2]),
            [text, index] if is_text(text) && is_index(index) => Ok(vec![DataType::Utf8, DataType::Int64]),
            _ => wrong("element_at", "array, bigint or map, key", types),
        },
        output: |call| {
            let held = call.fields[0].data_type();
            let item = map_fields(held).map(|(_, value)| Arc::clone(value)).or_else(|| match held {
                DataType::List(item) => Some(Arc::clone(item)),
                _ => None,
            });
            Ok(item.map_or_else(
                || gives(DataType::Utf8),
                |item| gives(item.data_type().clone()).with_metadata(item.metadata().clone()),
            ))
        },
        values: |args| match args.field(0).data_type() {
            DataType::List(_) => of_array(args),
            DataType::Map(..) => of_map(args),
            _ => of_json(args),
        },
    }
    .function()
}

fn is_index(data_type: &DataType) -> bool {
    data_type.is_integer() || data_type.is_null()
}

fn of_array(args: &Args<'_>) -> Result<ArrayRef> {
    let lists = Lists::of(args, 0)?;
    let places = args.array(1)?;
    let places = places.as_primitive::<Int64Type>();
    let mut indices = Vec::with_capacity(args.rows());
    for row in 0..args.rows() {
        let place = places.is_valid(row).then(|| places.value(row));
        indices.push(match (lists.range(row), place) {
            (Some(range), Some(place)) => within(place, range.len())?.map(|at| (range.start + at) as u64),
            _ => None,
        });
    }
    pick(&lists.values, indices)
}

/// The index from 0 of a place that counts from 1, or from the end where negative.
fn within(place: i64, length: usize) -> Result<Option<usize>> {
    let distance = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
    match place {
        0 => exec_err!("`element_at` counts from 1, there is no element 0"),
        1.. => Ok((distance <= length).then(|| distance - 1)),
        _ => Ok(length.checked_sub(distance)),
    }
}

fn of_map(args: &Args<'_>) -> Result<ArrayRef> {
    let maps = Lists::of(args, 0)?;
    let wanted = args.array(1)?;
    let keys = crate::functions::nested::fit(maps.keys(), wanted.data_type())?;
    let (both, starts) = join(&[&keys, &wanted])?;
    let bytes = comparable(&both)?;
    let mut indices = Vec::with_capacity(args.rows());
    for row in 0..args.rows() {
        let range = maps.range(row).filter(|_| wanted.is_valid(row));
        let found = range.and_then(|mut range| range.find(|at| bytes.row(*at) == bytes.row(starts[1] + row)));
        indices.push(found.map(|at| at as u64));
    }
    pick(maps.items(), indices)
}

fn of_json(args: &Args<'_>) -> Result<ArrayRef> {
    let texts = args.texts(0)?;
    let keys = args.array(1)?;
    let mut found = Vec::with_capacity(args.rows());
    for row in 0..args.rows() {
        if texts.is_null(row) || keys.is_null(row) {
            found.push(None);
            continue;
        }
        let json = texts.value(row);
        let step = match keys.as_primitive_opt::<Int64Type>() {
            Some(places) => {
                let length = record::elements(json, &[]).map_or(0, |elements| elements.len());
                within(places.value(row), length)?.map(Step::Index)
            }
            None => Some(Step::Key(keys.as_string::<i32>().value(row).into())),
        };
        found.push(step.and_then(|step| record::extract(json, &[step], Kind::Text)));
    }
    Ok(Arc::new(found.into_iter().collect::<StringArray>()))
}

/// `cardinality(array)`, `cardinality(map)`, `cardinality(json)`.
pub(super) fn cardinality() -> Arc<ScalarUDF> {
    Scalar {
        name: "cardinality",
        inputs: |types| match types {
            [text] if is_text(text) => Ok(vec![DataType::Utf8]),
            [held] if held.is_list() || matches!(held, DataType::Map(..)) => Ok(vec![plain(held)]),
            _ => wrong("cardinality", "array or map", types),
        },
        output: |_| Ok(gives(DataType::Int64)),
        values: |args| {
            let length = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
            if let DataType::Utf8 = args.field(0).data_type() {
                let texts = args.texts(0)?;
                let lengths: Int64Array = texts.iter().map(|text| Json::of(text?)?.length().map(length)).collect();
                return Ok(Arc::new(lengths));
            }
            let lists = Lists::of(args, 0)?;
            Ok(Arc::new((0..args.rows()).map(|row| lists.length(row).map(length)).collect::<Int64Array>()))
        },
    }
    .function()
}
