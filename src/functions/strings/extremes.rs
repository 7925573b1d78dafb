//! The greatest and the least of several values; missing if one of them is missing.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, make_comparator};
use datafusion::arrow::compute::{SortOptions, interleave};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::type_coercion::binary::type_union_resolution;

use crate::functions::scalar::{Args, Scalar, gives, type_names};
use crate::functions::{Build, Function, Origin};

/// What SQL may call of this family.
pub(in crate::functions) const EXTREMES: &[Function] = &[
    Function {
        name: "greatest",
        aliases: &[],
        usage: "greatest(value, value, …)",
        summary: "The greatest of several values; NULL if one of them is NULL.",
        examples: &[("greatest(1, 3, 2)", "3"), ("greatest('a', NULL)", "NULL")],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "greatest",
                inputs: |types| alike("greatest", types),
                output: |call| Ok(gives(call.fields[0].data_type().clone())),
                values: |args| extreme(args, Ordering::Greater),
            }
            .function()
        }),
    },
    Function {
        name: "least",
        aliases: &[],
        usage: "least(value, value, …)",
        summary: "The least of several values; NULL if one of them is NULL.",
        examples: &[("least(1, 3, 2)", "1"), ("least('a', NULL)", "NULL")],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            Scalar {
                name: "least",
                inputs: |types| alike("least", types),
                output: |call| Ok(gives(call.fields[0].data_type().clone())),
                values: |args| extreme(args, Ordering::Less),
            }
            .function()
        }),
    },
];

fn alike(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match type_union_resolution(types) {
        Some(common) if !types.is_empty() => Ok(vec![common; types.len()]),
        _ => plan_err!("`{name}` takes values that compare with each other, not ({})", type_names(types)),
    }
}

fn extreme(args: &Args<'_>, wanted: Ordering) -> Result<ArrayRef> {
    let columns: Vec<ArrayRef> = (0..args.len()).map(|index| args.array(index)).collect::<Result<_>>()?;
    let mut best = Arc::clone(&columns[0]);
    for column in &columns[1..] {
        let compare = make_comparator(column.as_ref(), best.as_ref(), SortOptions::default())?;
        // A missing value wins, and stays.
        let wins = |row| best.is_valid(row) && (column.is_null(row) || compare(row, row) == wanted);
        let rows: Vec<(usize, usize)> = (0..args.rows()).map(|row| (usize::from(wins(row)), row)).collect();
        best = interleave(&[best.as_ref(), column.as_ref()], &rows)?;
    }
    Ok(best)
}
