//! Counts and means.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::AggregateUDF;

use super::fold::{Fold, Folded};
use crate::functions::nested::wrong;

pub(super) fn count_if() -> Arc<AggregateUDF> {
    Folded {
        name: "count_if",
        inputs: |types| match types {
            [DataType::Boolean | DataType::Null] => Ok(vec![DataType::Boolean]),
            _ => wrong("count_if", "boolean", types),
        },
        output: |_| Ok(DataType::Int64),
        entries: |_| vec![DataType::Int64],
        start: |_| Ok(Box::new(CountIf(0))),
        is_set: false,
    }
    .function()
}

#[derive(Debug)]
struct CountIf(i64);

impl Fold for CountIf {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        self.0 += i64::try_from(arguments[0].as_boolean().true_count()).unwrap_or(i64::MAX);
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        self.0 += entries[0].as_primitive::<Int64Type>().iter().flatten().sum::<i64>();
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(Int64Array::from(vec![self.0]))])
    }

    fn result(&self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(self.0)))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

pub(super) fn geometric_mean() -> Arc<AggregateUDF> {
    Folded {
        name: "geometric_mean",
        inputs: |types| match types {
            [number] if number.is_numeric() || number.is_null() => Ok(vec![DataType::Float64]),
            _ => wrong("geometric_mean", "double", types),
        },
        output: |_| Ok(DataType::Float64),
        entries: |_| vec![DataType::Float64, DataType::Int64],
        start: |_| Ok(Box::new(GeometricMean { logarithms: 0.0, count: 0 })),
        is_set: false,
    }
    .function()
}

#[derive(Debug)]
struct GeometricMean {
    logarithms: f64,
    count: i64,
}

impl Fold for GeometricMean {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        for value in arguments[0].as_primitive::<Float64Type>().iter().flatten() {
            self.logarithms += value.ln();
            self.count += 1;
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        self.logarithms += entries[0].as_primitive::<Float64Type>().iter().flatten().sum::<f64>();
        self.count += entries[1].as_primitive::<Int64Type>().iter().flatten().sum::<i64>();
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(Float64Array::from(vec![self.logarithms])), Arc::new(Int64Array::from(vec![self.count]))])
    }

    fn result(&self) -> Result<ScalarValue> {
        #[expect(clippy::cast_precision_loss, reason = "a mean is not exact")]
        let mean = || (self.logarithms / self.count as f64).exp();
        Ok(ScalarValue::Float64((self.count > 0).then(mean)))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}
