//! Arrays as sets.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::Rows;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::order::same;
use crate::functions::nested::{Gather, Lists, arrays, comparable, join};
use crate::functions::scalar::{Args, Scalar, gives};

/// Two arrays per row; their elements as bytes that compare.
struct Two {
    left: Lists,
    right: Lists,
    values: ArrayRef,
    bytes: Rows,
    first_right: usize,
}

impl Two {
    fn of(args: &Args<'_>) -> Result<Self> {
        let (left, right) = (Lists::of(args, 0)?, Lists::of(args, 1)?);
        let (values, starts) = join(&[&left.values, &right.values])?;
        Ok(Self { bytes: comparable(&values)?, first_right: starts[1], values, left, right })
    }

    /// The places of the elements of a row, left and right.
    fn places(&self, row: usize) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let right = self.right.range(row)?;
        Some((self.left.range(row)?, right.start + self.first_right..right.end + self.first_right))
    }

    fn bytes_of(&self, places: impl Iterator<Item = usize>) -> HashSet<&[u8]> {
        places.map(|at| self.bytes.row(at).data()).collect()
    }
}

pub(super) fn array_distinct() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_distinct",
        inputs: |types| arrays("array_distinct", 1, types),
        output: same,
        values: |args| {
            let lists = Lists::of(args, 0)?;
            let bytes = comparable(&lists.values)?;
            let mut kept = Gather::default();
            for row in 0..args.rows() {
                let mut seen = HashSet::new();
                let first = |at: &usize| seen.insert(bytes.row(*at).data().to_vec());
                kept.push_row(lists.range(row).map(|range| range.filter(first).collect::<Vec<_>>()));
            }
            kept.finish(&lists.values, args.output())
        },
    }
    .function()
}

/// How the elements of two arrays are chosen from.
type Choice = fn(&Two, std::ops::Range<usize>, std::ops::Range<usize>) -> Vec<usize>;

fn chosen(args: &Args<'_>, choice: Choice) -> Result<ArrayRef> {
    let two = Two::of(args)?;
    let mut kept = Gather::default();
    for row in 0..args.rows() {
        kept.push_row(two.places(row).map(|(left, right)| {
            let mut seen = HashSet::new();
            let mut places = choice(&two, left, right);
            places.retain(|at| seen.insert(two.bytes.row(*at).data()));
            places
        }));
    }
    kept.finish(&two.values, args.output())
}

pub(super) fn array_union() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_union",
        inputs: |types| arrays("array_union", 2, types),
        output: same,
        values: |args| chosen(args, |_, left, right| left.chain(right).collect()),
    }
    .function()
}

pub(super) fn array_intersect() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_intersect",
        inputs: |types| arrays("array_intersect", 2, types),
        output: same,
        values: |args| {
            chosen(args, |two, left, right| {
                let right = two.bytes_of(right);
                left.filter(|at| right.contains(two.bytes.row(*at).data())).collect()
            })
        },
    }
    .function()
}

pub(super) fn array_except() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_except",
        inputs: |types| arrays("array_except", 2, types),
        output: same,
        values: |args| {
            chosen(args, |two, left, right| {
                let right = two.bytes_of(right);
                left.filter(|at| !right.contains(two.bytes.row(*at).data())).collect()
            })
        },
    }
    .function()
}

pub(super) fn arrays_overlap() -> Arc<ScalarUDF> {
    Scalar {
        name: "arrays_overlap",
        inputs: |types| arrays("arrays_overlap", 2, types),
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let two = Two::of(args)?;
            let nulls = two.values.logical_nulls();
            let is_null = |at: &usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(*at));
            let overlap: BooleanArray = (0..args.rows())
                .map(|row| {
                    let (left, right) = two.places(row)?;
                    if left.is_empty() || right.is_empty() {
                        return Some(false);
                    }
                    let known = two.bytes_of(right.clone().filter(|at| !is_null(at)));
                    let is_shared = |at: usize| known.contains(two.bytes.row(at).data());
                    if left.clone().filter(|at| !is_null(at)).any(is_shared) {
                        return Some(true);
                    }
                    let has_null = left.clone().chain(right).any(|at| is_null(&at));
                    (!has_null).then_some(false)
                })
                .collect();
            Ok(Arc::new(overlap))
        },
    }
    .function()
}
