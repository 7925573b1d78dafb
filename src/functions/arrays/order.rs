//! Order of elements, and the first and last by it.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, StringArray};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use crate::functions::nested::{Gather, Lists, arrays, comparable, is_text, pick, wrong};
use crate::functions::scalar::{Args, Call, Scalar, gives};

pub(super) fn array_sort() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_sort",
        inputs: |types| arrays("array_sort", 1, types),
        output: same,
        values: |args| {
            let lists = Lists::of(args, 0)?;
            let bytes = comparable(&lists.values)?;
            let mut sorted = Gather::default();
            for row in 0..args.rows() {
                sorted.push_row(lists.range(row).map(|range| {
                    let mut order: Vec<usize> = range.collect();
                    order.sort_by(|a, b| bytes.row(*a).cmp(&bytes.row(*b)));
                    order
                }));
            }
            sorted.finish(&lists.values, args.output())
        },
    }
    .function()
}

pub(super) fn reverse() -> Arc<ScalarUDF> {
    Scalar {
        name: "reverse",
        inputs: |types| match types {
            [text] if is_text(text) => Ok(vec![DataType::Utf8]),
            [list] if list.is_list() => arrays("reverse", 1, types),
            _ => wrong("reverse", "array or varchar", types),
        },
        output: same,
        values: |args| {
            if !args.field(0).data_type().is_list() {
                let backwards = |text: &str| text.chars().rev().collect::<String>();
                let texts: StringArray = args.texts(0)?.iter().map(|text| text.map(backwards)).collect();
                return Ok(Arc::new(texts));
            }
            let lists = Lists::of(args, 0)?;
            let mut reversed = Gather::default();
            for row in 0..args.rows() {
                reversed.push_row(lists.range(row).map(Iterator::rev));
            }
            reversed.finish(&lists.values, args.output())
        },
    }
    .function()
}

pub(super) fn array_max() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_max",
        inputs: |types| arrays("array_max", 1, types),
        output: element,
        values: |args| extreme(args, true),
    }
    .function()
}

pub(super) fn array_min() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_min",
        inputs: |types| arrays("array_min", 1, types),
        output: element,
        values: |args| extreme(args, false),
    }
    .function()
}

fn extreme(args: &Args<'_>, is_max: bool) -> Result<ArrayRef> {
    let lists = Lists::of(args, 0)?;
    let bytes = comparable(&lists.values)?;
    let nulls = lists.values.logical_nulls();
    let is_null = |at: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(at));
    let picked = (0..args.rows()).map(|row| {
        let range = lists.range(row)?;
        if range.clone().any(is_null) {
            return None;
        }
        let found = if is_max {
            range.max_by(|a, b| bytes.row(*a).cmp(&bytes.row(*b)))
        } else {
            range.min_by(|a, b| bytes.row(*a).cmp(&bytes.row(*b)))
        };
        found.map(|at| at as u64)
    });
    pick(&lists.values, picked.collect())
}

/// The type of the first argument.
pub(super) fn same(call: &Call<'_>) -> Result<Field> {
    Ok(gives(call.fields[0].data_type().clone()))
}

/// The type of the first argument's elements.
pub(super) fn element(call: &Call<'_>) -> Result<Field> {
    Ok(match call.fields[0].data_type() {
        DataType::List(item) => gives(item.data_type().clone()).with_metadata(item.metadata().clone()),
        other => gives(other.clone()),
    })
}
