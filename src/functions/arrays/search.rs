//! Elements by value.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::Rows;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::order::same;
use crate::functions::nested::{Gather, Lists, array_and_element, comparable, fit, is_text, join, wrong};
use crate::functions::network;
use crate::functions::scalar::{Args, Scalar, gives};

/// Lists beside one wanted value per row, both as bytes that compare.
struct Wanted {
    lists: Lists,
    bytes: Rows,
    first: usize,
    element: ArrayRef,
}

impl Wanted {
    fn of(args: &Args<'_>) -> Result<Self> {
        let lists = Lists::of(args, 0)?;
        let element = args.array(1)?;
        let (both, starts) = join(&[&fit(&lists.values, element.data_type())?, &element])?;
        Ok(Self { bytes: comparable(&both)?, first: starts[1], lists, element })
    }

    /// The range of a row, where neither the list nor the wanted value is NULL.
    fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let is_null = self.element.data_type().is_null() || self.element.is_null(row);
        self.lists.range(row).filter(|_| !is_null)
    }

    fn is_wanted(&self, at: usize, row: usize) -> bool {
        self.bytes.row(at) == self.bytes.row(self.first + row)
    }
}

pub(super) fn contains() -> Arc<ScalarUDF> {
    Scalar {
        name: "contains",
        inputs: |types| match types {
            [text, other] if is_text(text) && is_text(other) => Ok(vec![DataType::Utf8; 2]),
            [block, address] if network::is_network(block) && network::is_address_like(address) => {
                Ok(vec![network::input(block), network::input(address)])
            }
            [list, _] if list.is_list() => array_and_element("contains", types),
            _ => wrong("contains", "array, element or network, address", types),
        },
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            if !args.field(0).data_type().is_list() {
                return network::contains(args);
            }
            let wanted = Wanted::of(args)?;
            let nulls = wanted.lists.values.logical_nulls();
            let is_null = |at: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(at));
            let found: BooleanArray = (0..args.rows())
                .map(|row| {
                    let mut range = wanted.range(row)?;
                    let has_null = range.clone().any(is_null);
                    let found = range.any(|at| wanted.is_wanted(at, row));
                    (found || !has_null).then_some(found)
                })
                .collect();
            Ok(Arc::new(found))
        },
    }
    .function()
}

pub(super) fn array_position() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_position",
        inputs: |types| array_and_element("array_position", types),
        output: |_| Ok(gives(DataType::Int64)),
        values: |args| {
            let wanted = Wanted::of(args)?;
            let places: Int64Array = (0..args.rows())
                .map(|row| {
                    let mut range = wanted.range(row)?;
                    let place = range.position(|at| wanted.is_wanted(at, row)).map_or(0, |at| at + 1);
                    i64::try_from(place).ok()
                })
                .collect();
            Ok(Arc::new(places))
        },
    }
    .function()
}

pub(super) fn array_remove() -> Arc<ScalarUDF> {
    Scalar {
        name: "array_remove",
        inputs: |types| array_and_element("array_remove", types),
        output: same,
        values: |args| {
            let wanted = Wanted::of(args)?;
            let mut kept = Gather::default();
            for row in 0..args.rows() {
                kept.push_row(
                    wanted.range(row).map(|range| range.filter(|at| !wanted.is_wanted(*at, row)).collect::<Vec<_>>()),
                );
            }
            kept.finish(&wanted.lists.values, args.output())
        },
    }
    .function()
}
