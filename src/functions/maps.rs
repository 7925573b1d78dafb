//! Maps: made of arrays, taken apart into arrays, put together. JSON text of an object is taken as a map of texts.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::arrow::row::Rows;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::Function;
use super::json::value::{Json, value_text};
use super::nested::{
    Gather, Lists, assemble, common, comparable, is_text, item_field, list_of, list_type, map_fields, map_of, map_type,
    pairs, pick, plain, wrong,
};
use super::scalar::{Args, Scalar, gives};

/// What SQL may call of this family.
pub(super) const MAPS: &[Function] = &[
    Function::trino(
        "map",
        "map(keys, values)",
        "The map of these keys to the values at the same places.",
        &[("map(ARRAY['a', 'b'], ARRAY[1, 2])", r#"{"a":1,"b":2}"#)],
        map,
    ),
    Function::trino(
        "map_from_entries",
        "map_from_entries(array of rows)",
        "The map of these rows of key and value.",
        &[("map_from_entries(ARRAY[struct('a', 1), struct('b', 2)])", r#"{"a":1,"b":2}"#)],
        map_from_entries,
    ),
    Function::trino(
        "map_keys",
        "map_keys(map)",
        "The keys; of JSON text, those of the object.",
        &[("map_keys(map(ARRAY['a'], ARRAY[1]))", r#"["a"]"#), (r#"map_keys('{"b":1,"a":2}')"#, r#"["b","a"]"#)],
        map_keys,
    ),
    Function::trino(
        "map_values",
        "map_values(map)",
        "The values; of JSON text as text, objects and arrays as JSON.",
        &[("map_values(map(ARRAY['a'], ARRAY[1]))", "[1]"), (r#"map_values('{"a":"x","b":{}}')"#, r#"["x","{}"]"#)],
        map_values,
    ),
    Function::trino(
        "map_entries",
        "map_entries(map)",
        "Rows of key and value.",
        &[("map_entries(map(ARRAY['a'], ARRAY[1]))", r#"[{"key":"a","value":1}]"#)],
        map_entries,
    ),
    Function::trino(
        "map_concat",
        "map_concat(map, map, …)",
        "The entries of all; of equal keys, the last map's.",
        &[("map_concat(map(ARRAY['a'], ARRAY[1]), map(ARRAY['a', 'b'], ARRAY[2, 3]))", r#"{"a":2,"b":3}"#)],
        map_concat,
    ),
];

fn map() -> Arc<ScalarUDF> {
    Scalar {
        name: "map",
        inputs: |types| {
            if types.is_empty() {
                return Ok(Vec::new());
            }
            match types {
                [keys, values] => match (item_field(keys), item_field(values)) {
                    (Some(keys), Some(values)) => Ok(vec![list_type(&keys), list_type(&values)]),
                    _ => wrong("map", "array of keys, array of values", types),
                },
                _ => wrong("map", "array of keys, array of values", types),
            }
        },
        output: |call| {
            let items: Vec<_> = call.fields.iter().filter_map(|field| item_field(field.data_type())).collect();
            Ok(gives(match &items[..] {
                [key, value] => map_type(key, value),
                _ => map_of(DataType::Utf8, DataType::Utf8),
            }))
        },
        values: |args| {
            if args.len() == 0 {
                let none = |field: &Field| datafusion::arrow::array::new_empty_array(field.data_type());
                let Some((key, value)) = map_fields(args.output()) else { return exec_err!("expected a map") };
                let entries = pairs(none(key), none(value), args.output())?;
                return assemble(entries, vec![0; args.rows()], vec![true; args.rows()], args.output());
            }
            let (keys, values) = (Lists::of(args, 0)?, Lists::of(args, 1)?);
            let bytes = comparable(&keys.values)?;
            let mut entries = Entries::default();
            for row in 0..args.rows() {
                let (Some(keys), Some(values)) = (keys.range(row), values.range(row)) else {
                    entries.push_null();
                    continue;
                };
                if keys.len() != values.len() {
                    return exec_err!("`map` takes as many values as keys, not {} for {}", values.len(), keys.len());
                }
                entries.push_unique("map", &bytes, keys.zip(values))?;
            }
            entries.finish(&keys.values, &values.values, args.output())
        },
    }
    .function()
}

/// The entries of maps, by where their keys and values stand.
#[derive(Default)]
struct Entries {
    keys: Vec<Option<u64>>,
    values: Vec<Option<u64>>,
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

impl Entries {
    fn push_null(&mut self) {
        self.lengths.push(0);
        self.valid.push(false);
    }

    fn push(&mut self, entries: impl Iterator<Item = (usize, usize)>) {
        let before = self.keys.len();
        for (key, value) in entries {
            self.keys.push(Some(key as u64));
            self.values.push(Some(value as u64));
        }
        self.lengths.push(self.keys.len() - before);
        self.valid.push(true);
    }

    /// A map whose keys must differ.
    fn push_unique(&mut self, name: &str, keys: &Rows, entries: impl Iterator<Item = (usize, usize)>) -> Result<()> {
        let mut seen = std::collections::HashSet::new();
        let entries: Vec<_> = entries.collect();
        if !entries.iter().all(|(key, _)| seen.insert(keys.row(*key).data())) {
            return exec_err!("`{name}` takes keys that differ, and one stands twice");
        }
        self.push(entries.into_iter());
        Ok(())
    }

    fn finish(self, keys: &ArrayRef, values: &ArrayRef, output: &DataType) -> Result<ArrayRef> {
        let keys = pick(keys, self.keys)?;
        if keys.logical_null_count() > 0 {
            return exec_err!("the keys of a map must not be NULL");
        }
        let entries = pairs(keys, pick(values, self.values)?, output)?;
        assemble(entries, self.lengths, self.valid, output)
    }
}

fn map_from_entries() -> Arc<ScalarUDF> {
    Scalar {
        name: "map_from_entries",
        inputs: |types| match types {
            [list] if entry_fields(list).is_some() => Ok(vec![plain(list)]),
            _ => wrong("map_from_entries", "array of rows of key and value", types),
        },
        output: |call| {
            let fields = entry_fields(call.fields[0].data_type());
            Ok(gives(fields.map_or(DataType::Null, |fields| map_type(&fields[0], &fields[1]))))
        },
        values: |args| {
            let rows = Lists::of(args, 0)?;
            let (keys, values) = (rows.keys(), rows.items());
            let bytes = comparable(keys)?;
            let mut entries = Entries::default();
            for row in 0..args.rows() {
                let Some(range) = rows.range(row) else {
                    entries.push_null();
                    continue;
                };
                if range.clone().any(|at| rows.values.is_null(at)) {
                    return exec_err!("`map_from_entries` takes rows that are not NULL");
                }
                entries.push_unique("map_from_entries", &bytes, range.map(|at| (at, at)))?;
            }
            entries.finish(keys, values, args.output())
        },
    }
    .function()
}

/// The two fields of the rows in an array of entries.
fn entry_fields(list: &DataType) -> Option<Fields> {
    let item = item_field(list)?;
    match item.data_type() {
        DataType::Struct(fields) if fields.len() == 2 => Some(fields.clone()),
        _ => None,
    }
}

/// The one argument of a function that takes a map apart.
fn one_map(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [text] if is_text(text) => Ok(vec![DataType::Utf8]),
        [map @ DataType::Map(..)] => Ok(vec![plain(map)]),
        _ => wrong(name, "map", types),
    }
}

/// The maps of an argument, those in JSON text included.
fn maps(args: &Args<'_>) -> Result<Lists> {
    if args.field(0).data_type() != &DataType::Utf8 {
        return Lists::of(args, 0);
    }
    let (mut keys, mut values) = (StringBuilder::new(), StringBuilder::new());
    let (mut lengths, mut valid) = (Vec::new(), Vec::new());
    for text in &args.texts(0)? {
        let Some(Json::Object(members)) = text.and_then(Json::of) else {
            lengths.push(0);
            valid.push(false);
            continue;
        };
        // Of equal keys the last counts, where the first stood.
        let mut last: HashMap<&str, &str> = members.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
        lengths.push(last.len());
        valid.push(true);
        for (key, _) in &members {
            if let Some(value) = last.remove(key.as_ref()) {
                keys.append_value(key);
                values.append_option(value_text(value));
            }
        }
    }
    let output = map_of(DataType::Utf8, DataType::Utf8);
    let entries = pairs(Arc::new(keys.finish()), Arc::new(values.finish()), &output)?;
    Lists::new(&assemble(entries, lengths, valid, &output)?)
}

/// Key and value of the maps that an argument is taken as.
fn fields_of(data_type: &DataType) -> (Field, Field) {
    match map_fields(data_type) {
        Some((key, value)) => (key.as_ref().clone(), value.as_ref().clone()),
        None => (Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)),
    }
}

/// Arrays of a part of every entry.
fn part(args: &Args<'_>, part: fn(&Lists) -> &ArrayRef) -> Result<ArrayRef> {
    let maps = maps(args)?;
    let mut gathered = Gather::default();
    for row in 0..args.rows() {
        gathered.push_row(maps.range(row));
    }
    gathered.finish(part(&maps), args.output())
}

fn map_keys() -> Arc<ScalarUDF> {
    Scalar {
        name: "map_keys",
        inputs: |types| one_map("map_keys", types),
        output: |call| Ok(gives(list_type(&fields_of(call.fields[0].data_type()).0))),
        values: |args| part(args, Lists::keys),
    }
    .function()
}

fn map_values() -> Arc<ScalarUDF> {
    Scalar {
        name: "map_values",
        inputs: |types| one_map("map_values", types),
        output: |call| Ok(gives(list_type(&fields_of(call.fields[0].data_type()).1))),
        values: |args| part(args, Lists::items),
    }
    .function()
}

/// `map_entries(map)`: the pairs of a map, as an array of rows.
#[must_use]
pub fn map_entries() -> Arc<ScalarUDF> {
    Scalar {
        name: "map_entries",
        inputs: |types| one_map("map_entries", types),
        output: |call| {
            let (key, value) = fields_of(call.fields[0].data_type());
            Ok(gives(list_of(DataType::Struct(vec![key, value].into()))))
        },
        values: |args| part(args, |maps| &maps.values),
    }
    .function()
}

fn map_concat() -> Arc<ScalarUDF> {
    Scalar {
        name: "map_concat",
        inputs: |types| {
            let mut found: Option<(DataType, DataType)> = None;
            for data_type in types {
                let (key, value) = match data_type {
                    text if is_text(text) => (DataType::Utf8, DataType::Utf8),
                    map => match map_fields(map) {
                        Some((key, value)) => (key.data_type().clone(), value.data_type().clone()),
                        None => return wrong("map_concat", "map, map, …", types),
                    },
                };
                found = match found {
                    None => Some((plain(&key), plain(&value))),
                    Some((keys, values)) => match (common(&keys, &key), common(&values, &value)) {
                        (Some(key), Some(value)) => Some((key, value)),
                        _ => return wrong("map_concat", "map, map, …", types),
                    },
                };
            }
            match found {
                Some((key, value)) if types.len() > 1 && types.iter().all(|held| matches!(held, DataType::Map(..))) => {
                    Ok(vec![map_of(key, value); types.len()])
                }
                _ => wrong("map_concat", "map, map, …", types),
            }
        },
        output: |call| Ok(gives(call.fields[0].data_type().clone())),
        values: |args| {
            let maps: Vec<Lists> = (0..args.len()).map(|at| Lists::of(args, at)).collect::<Result<_>>()?;
            let mut starts = Vec::with_capacity(maps.len());
            let mut length = 0;
            for map in &maps {
                starts.push(length);
                length += map.values.len();
            }
            let arrays: Vec<&dyn Array> = maps.iter().map(|map| map.values.as_ref()).collect();
            let entries = concat(&arrays)?;
            let bytes = comparable(entries.as_struct().column(0))?;
            let mut joined = Gather::default();
            for row in 0..args.rows() {
                let ranges: Option<Vec<_>> = maps.iter().map(|map| map.range(row)).collect();
                joined.push_row(ranges.map(|ranges| {
                    let mut places: Vec<usize> = Vec::new();
                    let mut by_key: HashMap<&[u8], usize> = HashMap::new();
                    for (range, start) in ranges.into_iter().zip(&starts) {
                        for at in range.start + start..range.end + start {
                            match by_key.get(bytes.row(at).data()) {
                                Some(place) => places[*place] = at,
                                None => {
                                    by_key.insert(bytes.row(at).data(), places.len());
                                    places.push(at);
                                }
                            }
                        }
                    }
                    places
                }));
            }
            joined.finish(&entries, args.output())
        },
    }
    .function()
}
