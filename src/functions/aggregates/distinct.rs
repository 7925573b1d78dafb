//! About how many different values there are.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::AggregateUDF;

use super::fold::{Fold, Folded};
use crate::functions::nested::{comparable, plain, wrong};

pub(super) fn approx_distinct() -> Arc<AggregateUDF> {
    Folded {
        name: "approx_distinct",
        inputs: |types| match types {
            [value] => Ok(vec![plain(value)]),
            // Trino's second argument is the error that is wanted; here it is always the same.
            [value, error] if error.is_numeric() => Ok(vec![plain(value), DataType::Float64]),
            _ => wrong("approx_distinct", "x[, error]", types),
        },
        output: |_| Ok(DataType::Int64),
        entries: |_| vec![DataType::Int64, DataType::Int64],
        start: |_| Ok(Box::new(Registers(vec![0; 1 << BITS]))),
        is_set: true,
    }
    .function()
}

/// 4096 registers: an error of 1.04 / 64 = 1.6 %.
const BITS: u32 = 12;

/// The registers of HyperLogLog: the longest run of zeros seen in the hashes that chose each.
///
/// Source: Flajolet and others, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", 2007.
#[derive(Debug)]
struct Registers(Vec<u8>);

impl Fold for Registers {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let values = &arguments[0];
        let bytes = comparable(values)?;
        let nulls = values.logical_nulls();
        for row in (0..values.len()).filter(|row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row))) {
            let mut hasher = DefaultHasher::new();
            hasher.write(bytes.row(row).data());
            let hash = hasher.finish();
            let register = usize::try_from(hash >> (64 - BITS)).unwrap_or(0);
            let run = u8::try_from((hash << BITS).leading_zeros().min(64 - BITS) + 1).unwrap_or(u8::MAX);
            self.0[register] = self.0[register].max(run);
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        let (registers, runs) = (entries[0].as_primitive::<Int64Type>(), entries[1].as_primitive::<Int64Type>());
        for (register, run) in registers.iter().flatten().zip(runs.iter().flatten()) {
            let run = u8::try_from(run).unwrap_or(0);
            if let Some(known) = usize::try_from(register).ok().and_then(|register| self.0.get_mut(register)) {
                *known = (*known).max(run);
            }
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let used = || (0_i64..).zip(&self.0).filter(|(_, run)| **run > 0);
        let registers: Int64Array = used().map(|(register, _)| Some(register)).collect();
        let runs: Int64Array = used().map(|(_, run)| Some(i64::from(*run))).collect();
        Ok(vec![Arc::new(registers), Arc::new(runs)])
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "it is an estimate")]
    fn result(&self) -> Result<ScalarValue> {
        let registers = self.0.len() as f64;
        let sum: f64 = self.0.iter().map(|run| (-f64::from(*run)).exp2()).sum();
        let estimate = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let unused = self.0.iter().filter(|run| **run == 0).count();
        // Where few values were seen, the registers that are unused tell more.
        let estimate = if estimate <= 2.5 * registers && unused > 0 {
            registers * (registers / unused as f64).ln()
        } else {
            estimate
        };
        Ok(ScalarValue::Int64(Some(estimate.round() as i64)))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.0.capacity()
    }
}
