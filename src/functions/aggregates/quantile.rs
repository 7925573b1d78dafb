//! About where the values stand in their order.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::AggregateUDF;

use super::fold::{Fold, Folded, Start};
use crate::functions::nested::{fit, item_field, list_of, wrong};

pub(super) fn approx_percentile() -> Arc<AggregateUDF> {
    Folded {
        name: "approx_percentile",
        inputs: |types| {
            let expected = "x[, weight], share or array of shares";
            let (values, share) = match types {
                [value, share] => (vec![value.clone()], share),
                [value, weight, share] if weight.is_integer() => (vec![value.clone(), DataType::Int64], share),
                _ => return wrong("approx_percentile", expected, types),
            };
            let is_number = |data_type: &DataType| data_type.is_numeric() || data_type.is_null();
            let share = match item_field(share).filter(|_| share.is_list()) {
                Some(item) if is_number(item.data_type()) => list_of(DataType::Float64),
                None if is_number(share) => DataType::Float64,
                _ => return wrong("approx_percentile", expected, types),
            };
            if !is_number(&values[0]) {
                return wrong("approx_percentile", expected, types);
            }
            Ok([values, vec![share]].concat())
        },
        output: |types| {
            let is_list = types.last().is_some_and(DataType::is_list);
            Ok(if is_list { list_of(types[0].clone()) } else { types[0].clone() })
        },
        entries: |_| vec![DataType::Float64, DataType::Int64],
        start: |start| Ok(Box::new(Sketch::start(start)?)),
        is_set: false,
    }
    .function()
}

/// Values held per level; up to so many in all, the answer is exact.
const WIDTH: usize = 2048;

/// Levels of values: one on level n stands for 2ⁿ values taken in. A full level is sorted and every other value of it
/// moves up, so that the rank of any value is off by at most levels / (2 · WIDTH), about 0.5 % for a billion values.
///
/// Source: Manku, Rajagopalan and Lindsay, "Approximate medians and other quantiles in one pass", 1998.
#[derive(Debug)]
struct Sketch {
    input: DataType,
    output: DataType,
    shares: Option<Vec<f64>>,
    levels: Vec<Vec<f64>>,
    /// Which half of a level moved up last.
    is_odd: Vec<bool>,
}

impl Sketch {
    fn start(start: &Start<'_>) -> Result<Self> {
        let shares = start.constant("approx_percentile", start.types.len().saturating_sub(1))?;
        let shares = match &shares {
            ScalarValue::List(list) => {
                let shares = cast(list.values(), &DataType::Float64)?;
                shares.as_primitive::<Float64Type>().iter().collect::<Option<Vec<_>>>()
            }
            ScalarValue::Float64(share) => share.map(|share| vec![share]),
            _ => None,
        };
        if let Some(wrong) = shares.iter().flatten().find(|share| !(0.0..=1.0).contains(*share)) {
            return plan_err!("`approx_percentile` takes shares from 0 to 1, not {wrong}");
        }
        let (input, output) = (start.types[0].clone(), start.output.clone());
        Ok(Self { input, output, shares, levels: Vec::new(), is_odd: Vec::new() })
    }

    fn push(&mut self, value: f64, level: usize) {
        if self.levels.len() <= level {
            self.levels.resize(level + 1, Vec::new());
            self.is_odd.resize(level + 1, false);
        }
        self.levels[level].push(value);
        if self.levels[level].len() < 2 * WIDTH {
            return;
        }
        let mut full = std::mem::take(&mut self.levels[level]);
        full.sort_by(f64::total_cmp);
        let skipped = usize::from(self.is_odd[level]);
        self.is_odd[level] = !self.is_odd[level];
        for value in full.into_iter().skip(skipped).step_by(2) {
            self.push(value, level + 1);
        }
    }

    /// The values of these shares, each the one at the nearest rank.
    fn values(&self, shares: &[f64]) -> Option<Vec<f64>> {
        let mut weighed: Vec<(f64, f64)> = Vec::new();
        let mut weight = 1.0;
        for level in &self.levels {
            weighed.extend(level.iter().map(|value| (*value, weight)));
            weight *= 2.0;
        }
        weighed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = weighed.iter().map(|(_, weight)| weight).sum();
        let value = |share: &f64| {
            let rank = (share * total).ceil().max(1.0);
            let mut seen = 0.0;
            let found = weighed.iter().find(|(_, weight)| {
                seen += weight;
                seen >= rank
            });
            found.or(weighed.last()).map(|(value, _)| *value)
        };
        shares.iter().map(value).collect()
    }
}

impl Fold for Sketch {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let values = cast(&arguments[0], &DataType::Float64)?;
        let weights = if arguments.len() > 2 { arguments[1].as_primitive_opt::<Int64Type>() } else { None };
        for (row, value) in values.as_primitive::<Float64Type>().iter().enumerate() {
            let weight = match weights {
                Some(weights) if weights.is_null(row) => continue,
                Some(weights) => weights.value(row),
                None => 1,
            };
            if weight < 0 {
                return exec_err!("`approx_percentile` takes weights of 0 or more, not {weight}");
            }
            let Some(value) = value else { continue };
            // So many values are one on each level that the weight has a bit for.
            (0..63).filter(|level| weight >> level & 1 == 1).for_each(|level| self.push(value, level));
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        let (values, levels) = (entries[0].as_primitive::<Float64Type>(), entries[1].as_primitive::<Int64Type>());
        for (value, level) in values.iter().flatten().zip(levels.iter().flatten()) {
            self.push(value, usize::try_from(level).unwrap_or(0).min(64));
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let values: Float64Array = self.levels.iter().flatten().map(|value| Some(*value)).collect();
        let levels: Int64Array =
            (0_i64..).zip(&self.levels).flat_map(|(level, held)| held.iter().map(move |_| Some(level))).collect();
        Ok(vec![Arc::new(values), Arc::new(levels)])
    }

    fn result(&self) -> Result<ScalarValue> {
        let found = self.shares.as_ref().and_then(|shares| self.values(shares));
        let Some(found) = found.filter(|found| !found.is_empty()) else {
            return ScalarValue::try_new_null(&self.output);
        };
        let values: ArrayRef = Arc::new(Float64Array::from(found));
        let values = fit(&values, &self.input)?;
        match self.output.is_list() {
            true => Ok(SingleRowListArrayBuilder::new(values).build_list_scalar()),
            false => ScalarValue::try_from_array(&values, 0),
        }
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.levels.iter().map(|level| level.capacity() * size_of::<f64>()).sum::<usize>()
    }
}
