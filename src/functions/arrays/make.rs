//! New arrays, and text, made of arrays.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder, StructArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::order::same;
use crate::functions::json::write::texts_of;
use crate::functions::nested::{Gather, Lists, assemble, is_text, item_field, list_of, list_type, pick, wrong};
use crate::functions::scalar::{Args, Scalar, gives};

/// Trino's own limits.
const MOST_COMBINATIONS: usize = 100_000;
const LARGEST_COMBINATION: usize = 5;

/// What the runs and choices of one batch may hold in all.
pub(super) const MOST_ELEMENTS: usize = 1 << 24;

pub(super) fn array_join() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_join",
        inputs: |types| match types {
            [list, texts @ ..] if matches!(texts.len(), 1 | 2) && texts.iter().all(is_text) => match item_field(list) {
                Some(item) => Ok([vec![list_type(&item)], vec![DataType::Utf8; texts.len()]].concat()),
                None => wrong("array_join", "array, delimiter[, null text]", types),
            },
            _ => wrong("array_join", "array, delimiter[, null text]", types),
        },
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let lists = Lists::of(args, 0)?;
            let elements = texts_of(&lists.values)?;
            let delimiters = args.texts(1)?;
            let replacements = if args.len() > 2 { Some(args.texts(2)?) } else { None };
            let mut joined = StringBuilder::new();
            let mut text = String::new();
            for row in 0..args.rows() {
                let replacement = match &replacements {
                    Some(texts) if texts.is_null(row) => {
                        joined.append_null();
                        continue;
                    }
                    texts => texts.as_ref().map(|texts| texts.value(row)),
                };
                let Some(range) = lists.range(row).filter(|_| delimiters.is_valid(row)) else {
                    joined.append_null();
                    continue;
                };
                text.clear();
                let mut is_first = true;
                for at in range {
                    let element = if elements.is_valid(at) { Some(elements.value(at)) } else { replacement };
                    let Some(element) = element else { continue };
                    if !is_first {
                        text.push_str(delimiters.value(row));
                    }
                    is_first = false;
                    text.push_str(element);
                }
                joined.append_value(&text);
            }
            Ok(Arc::new(joined.finish()))
        },
    }
    .function()
}

pub(super) fn flatten() -> Arc<ScalarUDF> {
    Scalar {
        name: "flatten",
        inputs: |types| match types {
            [list] if item_field(list).is_some_and(|item| item_field(item.data_type()).is_some()) => {
                let inner = item_field(list).and_then(|item| item_field(item.data_type()));
                Ok(vec![list_of(inner.map_or(DataType::Null, |inner| list_type(&inner)))])
            }
            _ => wrong("flatten", "array of arrays", types),
        },
        output: super::order::element,
        values: |args| {
            let outer = Lists::of(args, 0)?;
            let inner = Lists::new(&outer.values)?;
            let mut flat = Gather::default();
            for row in 0..args.rows() {
                flat.push_row(outer.range(row).map(|range| range.filter_map(|at| inner.range(at)).flatten()));
            }
            flat.finish(&inner.values, args.output())
        },
    }
    .function()
}

/// For a function of an array and some whole numbers.
fn array_and_numbers(name: &str, expected: &str, numbers: usize, types: &[DataType]) -> Result<Vec<DataType>> {
    let is_number = |data_type: &DataType| data_type.is_integer() || data_type.is_null();
    match types {
        [list, rest @ ..] if rest.len() == numbers && rest.iter().all(is_number) => match item_field(list) {
            Some(item) => Ok([vec![list_type(&item)], vec![DataType::Int64; numbers]].concat()),
            None => wrong(name, expected, types),
        },
        _ => wrong(name, expected, types),
    }
}

/// A whole number of a row.
pub(super) fn number(array: &ArrayRef, row: usize) -> Option<i64> {
    array.is_valid(row).then(|| array.as_primitive::<Int64Type>().value(row))
}

pub(super) fn slice() -> Arc<ScalarUDF> {
    Scalar {
        name: "slice",
        inputs: |types| array_and_numbers("slice", "array, start, length", 2, types),
        output: same,
        values: |args| {
            let lists = Lists::of(args, 0)?;
            let (starts, lengths) = (args.array(1)?, args.array(2)?);
            let mut slices = Gather::default();
            for row in 0..args.rows() {
                let (Some(range), Some(start), Some(length)) =
                    (lists.range(row), number(&starts, row), number(&lengths, row))
                else {
                    slices.push_null();
                    continue;
                };
                let Ok(length) = usize::try_from(length) else {
                    return exec_err!("`slice` takes a length of 0 or more, not {length}");
                };
                let distance = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
                let first = match start {
                    0 => return exec_err!("`slice` counts from 1, there is no element 0"),
                    1.. => Some(distance - 1),
                    _ => range.len().checked_sub(distance),
                };
                let end = range.end;
                let from = first.and_then(|first| range.start.checked_add(first)).map_or(end, |from| from.min(end));
                slices.push(from..from.saturating_add(length).min(end));
            }
            slices.finish(&lists.values, args.output())
        },
    }
    .function()
}

pub(super) fn trim_array() -> Arc<ScalarUDF> {
    Scalar {
        name: "trim_array",
        inputs: |types| array_and_numbers("trim_array", "array, n", 1, types),
        output: same,
        values: |args| {
            let lists = Lists::of(args, 0)?;
            let counts = args.array(1)?;
            let mut trimmed = Gather::default();
            for row in 0..args.rows() {
                let (Some(range), Some(count)) = (lists.range(row), number(&counts, row)) else {
                    trimmed.push_null();
                    continue;
                };
                match usize::try_from(count).ok().and_then(|count| range.len().checked_sub(count)) {
                    Some(kept) => trimmed.push(range.start..range.start + kept),
                    None => return exec_err!("`trim_array` cannot take {count} elements off {}", range.len()),
                }
            }
            trimmed.finish(&lists.values, args.output())
        },
    }
    .function()
}

pub(super) fn ngrams() -> Arc<ScalarUDF> {
    Scalar {
        name: "ngrams",
        inputs: |types| array_and_numbers("ngrams", "array, n", 1, types),
        output: |call| Ok(gives(list_of(call.fields[0].data_type().clone()))),
        values: |args| {
            groups(args, |length, size| {
                let Ok(size @ 1..) = usize::try_from(size) else {
                    return exec_err!("`ngrams` takes a size of 1 or more, not {size}");
                };
                if size >= length {
                    return Ok(vec![(0..length).collect()]);
                }
                if (length - size + 1).saturating_mul(size) > MOST_ELEMENTS {
                    return exec_err!("`ngrams` of {size} among {length} elements are too many");
                }
                Ok((0..=length - size).map(|first| (first..first + size).collect()).collect())
            })
        },
    }
    .function()
}

pub(super) fn combinations() -> Arc<ScalarUDF> {
    Scalar {
        name: "combinations",
        inputs: |types| array_and_numbers("combinations", "array, n", 1, types),
        output: |call| Ok(gives(list_of(call.fields[0].data_type().clone()))),
        values: |args| {
            groups(args, |length, size| {
                let Some(size) = usize::try_from(size).ok().filter(|size| *size <= LARGEST_COMBINATION) else {
                    return exec_err!("`combinations` takes a size from 0 to {LARGEST_COMBINATION}, not {size}");
                };
                let mut found: Vec<Vec<usize>> = Vec::new();
                let mut choice: Vec<usize> = (0..size).collect();
                if size > length {
                    return Ok(found);
                }
                loop {
                    if found.len() >= MOST_COMBINATIONS {
                        return exec_err!("`combinations` of {size} among {length} elements are too many");
                    }
                    found.push(choice.clone());
                    // The last place that can still move on does, and those after it follow directly.
                    let Some(place) = (0..size).rev().find(|place| choice[*place] < length - size + place) else {
                        return Ok(found);
                    };
                    choice[place] += 1;
                    for after in place + 1..size {
                        choice[after] = choice[after - 1] + 1;
                    }
                }
            })
        },
    }
    .function()
}

/// Arrays of groups of elements, each group by its places in the array.
fn groups(args: &Args<'_>, choose: impl Fn(usize, i64) -> Result<Vec<Vec<usize>>>) -> Result<ArrayRef> {
    let lists = Lists::of(args, 0)?;
    let sizes = args.array(1)?;
    let (mut inner, mut lengths, mut valid) = (Gather::default(), Vec::new(), Vec::new());
    let mut elements = 0;
    for row in 0..args.rows() {
        let (Some(range), Some(size)) = (lists.range(row), number(&sizes, row)) else {
            lengths.push(0);
            valid.push(false);
            continue;
        };
        let groups = choose(range.len(), size)?;
        lengths.push(groups.len());
        valid.push(true);
        for group in groups {
            elements += group.len();
            if elements > MOST_ELEMENTS {
                return exec_err!("the arrays made of one batch hold more than {MOST_ELEMENTS} elements");
            }
            inner.push(group.into_iter().map(|at| range.start + at));
        }
    }
    let DataType::List(item) = args.output() else { return exec_err!("expected an array") };
    assemble(inner.finish(&lists.values, item.data_type())?, lengths, valid, args.output())
}

pub(super) fn zip() -> Arc<ScalarUDF> {
    Scalar {
        name: "zip",
        inputs: |types| {
            let items: Option<Vec<_>> = types.iter().map(item_field).collect();
            match items {
                Some(items) if items.len() > 1 => Ok(items.iter().map(|item| list_type(item)).collect()),
                _ => wrong("zip", "array, array, …", types),
            }
        },
        output: |call| {
            let fields = call.fields.iter().enumerate().filter_map(|(at, list)| {
                let item = item_field(list.data_type())?;
                Some(item.as_ref().clone().with_name(format!("c{at}")).with_nullable(true))
            });
            Ok(gives(list_of(DataType::Struct(fields.collect()))))
        },
        values: |args| {
            let lists: Vec<Lists> = (0..args.len()).map(|at| Lists::of(args, at)).collect::<Result<_>>()?;
            let (mut lengths, mut valid) = (Vec::new(), Vec::new());
            let mut columns = vec![Vec::new(); lists.len()];
            for row in 0..args.rows() {
                let ranges: Option<Vec<_>> = lists.iter().map(|list| list.range(row)).collect();
                let ranges = ranges.unwrap_or_default();
                let longest = ranges.iter().map(ExactSizeIterator::len).max();
                lengths.push(longest.unwrap_or(0));
                valid.push(longest.is_some());
                for (column, range) in columns.iter_mut().zip(ranges) {
                    let places =
                        (0..longest.unwrap_or(0)).map(|at| (at < range.len()).then(|| (range.start + at) as u64));
                    column.extend(places);
                }
            }
            let columns = lists.iter().zip(columns).map(|(list, column)| pick(&list.values, column));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let DataType::List(item) = args.output() else { return exec_err!("expected an array") };
            let DataType::Struct(fields) = item.data_type() else { return exec_err!("expected an array of rows") };
            assemble(Arc::new(StructArray::try_new(fields.clone(), columns, None)?), lengths, valid, args.output())
        },
    }
    .function()
}
