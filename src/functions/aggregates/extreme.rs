//! The value that goes with the greatest, or the least.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::AggregateUDF;

use super::fold::{Fold, Folded, Start, array_of};
use crate::functions::nested::{comparable, list_of, plain, wrong};

/// Trino's own limit.
const MOST: usize = 10_000;

pub(super) fn max_by() -> Arc<AggregateUDF> {
    Folded {
        name: "max_by",
        inputs: |types| inputs("max_by", types),
        output,
        entries: |types| types.iter().take(2).cloned().collect(),
        start: |start| Best::start("max_by", true, start),
        is_set: true,
    }
    .function()
}

pub(super) fn min_by() -> Arc<AggregateUDF> {
    Folded {
        name: "min_by",
        inputs: |types| inputs("min_by", types),
        output,
        entries: |types| types.iter().take(2).cloned().collect(),
        start: |start| Best::start("min_by", false, start),
        is_set: true,
    }
    .function()
}

fn inputs(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [value, by] => Ok(vec![plain(value), plain(by)]),
        [value, by, count] if count.is_integer() => Ok(vec![plain(value), plain(by), DataType::Int64]),
        _ => wrong(name, "x, y[, n]", types),
    }
}

fn output(types: &[DataType]) -> Result<DataType> {
    Ok(if types.len() > 2 { list_of(types[0].clone()) } else { types[0].clone() })
}

#[derive(Debug)]
struct Best {
    types: Vec<DataType>,
    output: DataType,
    is_max: bool,
    most: usize,
    is_sorted: bool,
    held: Vec<Held>,
}

/// A row, with the bytes that it compares by.
#[derive(Debug, Clone)]
struct Held {
    key: Vec<u8>,
    value: ScalarValue,
    by: ScalarValue,
}

impl Best {
    fn start(name: &str, is_max: bool, start: &Start<'_>) -> Result<Box<dyn Fold>> {
        let most = match start.types.len() {
            0..=2 => 1,
            _ => match start.constant(name, 2)? {
                ScalarValue::Int64(Some(count)) => match usize::try_from(count) {
                    Ok(count @ 1..=MOST) => count,
                    _ => return plan_err!("`{name}` takes an n from 1 to {MOST}, not {count}"),
                },
                other => return plan_err!("`{name}` takes an n from 1 to {MOST}, not {other}"),
            },
        };
        let types = start.types.clone();
        Ok(Box::new(Self { types, output: start.output.clone(), is_max, most, is_sorted: true, held: Vec::new() }))
    }

    fn order(&self, a: &[u8], b: &[u8]) -> std::cmp::Ordering {
        if self.is_max { b.cmp(a) } else { a.cmp(b) }
    }

    /// The rows that count, best first. Of equal ones the first stays first.
    fn best(&self) -> Vec<Held> {
        let mut held = self.held.clone();
        held.sort_by(|a, b| self.order(&a.key, &b.key));
        held.truncate(self.most);
        held
    }
}

impl Fold for Best {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let (values, by) = (&arguments[0], &arguments[1]);
        let keys = comparable(by)?;
        let nulls = by.logical_nulls();
        for row in (0..by.len()).filter(|row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row))) {
            let key = keys.row(row).data();
            // Once sorted, the last is the one to beat.
            if self.is_sorted
                && self.held.len() >= self.most
                && self.held.last().is_some_and(|last| self.order(key, &last.key).is_ge())
            {
                continue;
            }
            self.held.push(Held {
                key: key.to_vec(),
                value: ScalarValue::try_from_array(values, row)?,
                by: ScalarValue::try_from_array(by, row)?,
            });
            self.is_sorted = false;
            if self.held.len() >= 2 * self.most {
                self.held = self.best();
                self.is_sorted = true;
            }
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        self.take(entries)
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let best = self.best();
        let values: Vec<_> = best.iter().map(|held| held.value.clone()).collect();
        let by: Vec<_> = best.into_iter().map(|held| held.by).collect();
        Ok(vec![array_of(&values, &self.types[0])?, array_of(&by, &self.types[1])?])
    }

    fn result(&self) -> Result<ScalarValue> {
        let best = self.best();
        if self.types.len() < 3 {
            return best
                .into_iter()
                .next()
                .map_or_else(|| ScalarValue::try_new_null(&self.output), |held| Ok(held.value));
        }
        if best.is_empty() {
            return ScalarValue::try_new_null(&self.output);
        }
        let values: Vec<_> = best.into_iter().map(|held| held.value).collect();
        Ok(SingleRowListArrayBuilder::new(array_of(&values, &self.types[0])?).build_list_scalar())
    }

    fn size(&self) -> usize {
        let bytes = |held: &Held| held.key.len() + held.value.size() + held.by.size() + size_of::<Held>();
        size_of::<Self>() + self.held.iter().map(bytes).sum::<usize>()
    }
}
