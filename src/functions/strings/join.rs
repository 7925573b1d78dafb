//! Texts and arrays made of several.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, MutableArrayData, StringArray, UInt64Array, make_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::type_coercion::binary::type_union_resolution;

use crate::functions::rows::{Room, at, bytes, texts};
use crate::functions::scalar::{Args, Scalar, gives, type_names};
use crate::functions::{Build, Function, Origin};

/// What SQL may call of this family.
pub(in crate::functions) const JOIN: &[Function] = &[
    Function {
        name: "concat",
        aliases: &[],
        usage: "concat(value, value, …)",
        summary: "Texts or arrays, one after the other; NULL if one of them is NULL.",
        examples: &[
            ("concat('a', 'b', 'c')", "abc"),
            ("concat('a', NULL)", "NULL"),
            ("concat(ARRAY[1], ARRAY[2, 3])", "[1,2,3]"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "concat",
                inputs: concat_inputs,
                output: |call| Ok(gives(call.fields[0].data_type().clone())),
                values: concat,
            }
            .function()
        }),
    },
    Function {
        name: "concat_ws",
        aliases: &[],
        usage: "concat_ws(separator, text, …)",
        summary: "Texts, or those of an array, with a separator between them; missing ones are left out.",
        examples: &[
            ("concat_ws(',', 'a', NULL, 'b')", "a,b"),
            ("concat_ws('-', ARRAY['a', 'b'])", "a-b"),
            ("concat_ws(NULL, 'a')", "NULL"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "concat_ws",
                inputs: concat_ws_inputs,
                output: |_| Ok(gives(DataType::Utf8)),
                values: concat_ws,
            }
            .function()
        }),
    },
    Function {
        name: "repeat",
        aliases: &[],
        usage: "repeat(value, count)",
        summary: "An array that holds a value as many times.",
        examples: &[("repeat('ab', 2)", r#"["ab","ab"]"#), ("repeat(7, 0)", "[]")],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "repeat",
                inputs: |types| match types {
                    [value, count] if count.is_integer() || count.is_null() => Ok(vec![value.clone(), DataType::Int64]),
                    _ => plan_err!("`repeat` takes (value, integer), not ({})", type_names(types)),
                },
                output: |call| Ok(gives(list_of(call.fields[0].data_type().clone()))),
                values: repeat,
            }
            .function()
        }),
    },
];

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

fn is_list(found: &DataType) -> bool {
    matches!(found, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(_, _))
}

fn item_type(found: &DataType) -> Option<DataType> {
    match found {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            Some(item.data_type().clone())
        }
        _ => None,
    }
}

fn is_plain(found: &DataType) -> bool {
    found.is_string() || found.is_numeric() || found.is_null() || *found == DataType::Boolean
}

fn concat_inputs(types: &[DataType]) -> Result<Vec<DataType>> {
    let all =
        |fits: fn(&DataType) -> bool| !types.is_empty() && types.iter().all(|found| found.is_null() || fits(found));
    if all(is_plain) {
        return Ok(vec![DataType::Utf8; types.len()]);
    }
    if all(DataType::is_binary) {
        return Ok(vec![DataType::Binary; types.len()]);
    }
    let items: Vec<_> = types.iter().filter_map(item_type).collect();
    match type_union_resolution(&items) {
        Some(item) if all(is_list) => Ok(vec![list_of(item); types.len()]),
        _ => plan_err!("`concat` takes texts or arrays of one type, not ({})", type_names(types)),
    }
}

fn concat(args: &Args<'_>) -> Result<ArrayRef> {
    let columns: Vec<ArrayRef> = (0..args.len()).map(|index| args.array(index)).collect::<Result<_>>()?;
    if is_list(args.output()) {
        return concat_lists(args, &columns);
    }
    if args.output().is_binary() {
        let columns: Vec<_> = columns.iter().map(|column| column.as_binary::<i32>()).collect();
        return bytes(args.rows(), |row| {
            let parts: Option<Vec<&[u8]>> = columns.iter().map(|column| at(*column, row)).collect();
            Some(Ok(parts?.concat()))
        });
    }
    let columns: Vec<_> = columns.iter().map(|column| column.as_string::<i32>()).collect();
    texts(args.rows(), |row| {
        let parts: Option<Vec<&str>> = columns.iter().map(|column| at(*column, row)).collect();
        Some(Ok(parts?.concat()))
    })
}

fn concat_lists(args: &Args<'_>, columns: &[ArrayRef]) -> Result<ArrayRef> {
    let lists: Vec<&ListArray> = columns.iter().map(|column| column.as_list::<i32>()).collect();
    let items: Vec<_> = lists.iter().map(|list| list.values().to_data()).collect();
    let mut all = MutableArrayData::new(items.iter().collect(), true, 0);
    let mut lengths = Vec::with_capacity(args.rows());
    let mut valid = Vec::with_capacity(args.rows());
    let mut total = 0_usize;
    for row in 0..args.rows() {
        let is_valid = lists.iter().all(|list| list.is_valid(row));
        let before = total;
        for (index, list) in lists.iter().enumerate().filter(|_| is_valid) {
            let offsets = list.value_offsets();
            let (start, end) = (offsets[row].unsigned_abs() as usize, offsets[row + 1].unsigned_abs() as usize);
            total += end - start;
            if i32::try_from(total).is_err() {
                return exec_err!("`concat` makes arrays that are too long for one batch of rows");
            }
            all.try_extend(index, start, end)?;
        }
        lengths.push(total - before);
        valid.push(is_valid);
    }
    list_array(args.output(), lengths, make_array(all.freeze()), valid.into())
}

fn list_array(output: &DataType, lengths: Vec<usize>, items: ArrayRef, nulls: NullBuffer) -> Result<ArrayRef> {
    let DataType::List(item) = output else { return exec_err!("{output} is no array") };
    Ok(Arc::new(ListArray::try_new(Arc::clone(item), OffsetBuffer::from_lengths(lengths), items, Some(nulls))?))
}

fn concat_ws_inputs(types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [separator, parts @ ..] if !parts.is_empty() && (separator.is_string() || separator.is_null()) => match parts {
            [list] if is_list(list) => Ok(vec![DataType::Utf8, list_of(DataType::Utf8)]),
            _ if parts.iter().all(is_plain) => Ok(vec![DataType::Utf8; types.len()]),
            _ => plan_err!("`concat_ws` takes a text and then texts or one array, not ({})", type_names(types)),
        },
        _ => plan_err!("`concat_ws` takes a text and then texts or one array, not ({})", type_names(types)),
    }
}

fn concat_ws(args: &Args<'_>) -> Result<ArrayRef> {
    let separators = args.texts(0)?;
    let columns: Vec<ArrayRef> = (1..args.len()).map(|index| args.array(index)).collect::<Result<_>>()?;
    if let [column] = columns.as_slice()
        && is_list(column.data_type())
    {
        let lists = column.as_list::<i32>();
        return texts(args.rows(), |row| {
            let items = at(lists, row)?;
            let items = items.as_string_opt::<i32>()?;
            Some(Ok(items.iter().flatten().collect::<Vec<_>>().join(at(&separators, row)?)))
        });
    }
    let columns: Vec<&StringArray> = columns.iter().map(|column| column.as_string::<i32>()).collect();
    texts(args.rows(), |row| {
        let parts: Vec<&str> = columns.iter().filter_map(|column| at(*column, row)).collect();
        Some(Ok(parts.join(at(&separators, row)?)))
    })
}

fn repeat(args: &Args<'_>) -> Result<ArrayRef> {
    /// The longest array that Trino makes.
    const LONGEST: i64 = 10_000;
    let (values, counts) = (args.array(0)?, args.integers(1)?);
    let (mut lengths, mut chosen, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    let mut room = Room::default();
    let size = values.to_data().get_slice_memory_size()?.div_ceil(args.rows().max(1)) + size_of::<u64>();
    for row in 0..args.rows() {
        let count = at(&counts, row);
        if let Some(count) = count.filter(|count| *count > LONGEST) {
            return exec_err!("`repeat` takes a count of {LONGEST} at most, not {count}");
        }
        let times = usize::try_from(count.unwrap_or(0)).unwrap_or(0);
        let text = values.as_string_opt::<i32>().and_then(|texts| at(texts, row)).map_or(0, str::len);
        room.take(times.saturating_mul(size.max(text)))?;
        chosen.extend(std::iter::repeat_n(row as u64, times));
        lengths.push(times);
        valid.push(count.is_some());
    }
    let items = take(&values, &UInt64Array::from(chosen), None)?;
    let DataType::List(item) = args.output() else { return exec_err!("`repeat` gives an array") };
    list_array(args.output(), lengths, cast(&items, item.data_type())?, valid.into())
}
