//! Predicates over built slots.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{and, filter_record_batch, prep_null_mask_filter};
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;

/// For which rows all predicates hold.
pub(super) fn holds(predicates: &[Arc<dyn PhysicalExpr>], batch: &RecordBatch) -> Result<BooleanArray> {
    let mut all: Option<BooleanArray> = None;
    for predicate in predicates {
        let mask = predicate.evaluate(batch)?.into_array(batch.num_rows())?;
        let mask = definite(mask.as_boolean());
        let joined = all.map_or(Ok(mask.clone()), |all| and(&all, &mask))?;
        let is_empty = !joined.has_true();
        all = Some(joined);
        if is_empty {
            break;
        }
    }
    Ok(all.unwrap_or_else(|| BooleanArray::from(vec![true; batch.num_rows()])))
}

/// The rows for which all predicates hold. What few rows one predicate leaves is all that the next one sees.
pub(super) fn filtered(predicates: &[Arc<dyn PhysicalExpr>], mut batch: RecordBatch) -> Result<RecordBatch> {
    for predicate in predicates {
        if batch.num_rows() == 0 {
            break;
        }
        let mask = predicate.evaluate(&batch)?.into_array(batch.num_rows())?;
        let mask = definite(mask.as_boolean());
        if mask.has_false() {
            batch = filter_record_batch(&batch, &mask)?;
        }
    }
    Ok(batch)
}

/// Without nulls: what is not known does not hold.
fn definite(mask: &BooleanArray) -> BooleanArray {
    if mask.null_count() > 0 { prep_null_mask_filter(mask) } else { mask.clone() }
}
