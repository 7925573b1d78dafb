//! A condition, over no more than the columns it needs.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::Schema;
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::{collect_columns, reassign_expr_columns};

/// See the file.
#[derive(Debug)]
pub(super) struct Narrow {
    columns: Vec<usize>,
    schema: Arc<Schema>,
    condition: Arc<dyn PhysicalExpr>,
}

impl Narrow {
    pub(super) fn new(condition: &Arc<dyn PhysicalExpr>, batch: &RecordBatch) -> Result<Self> {
        let mut columns: Vec<usize> = collect_columns(condition).iter().map(Column::index).collect();
        columns.sort_unstable();
        let schema = Arc::new(batch.schema().project(&columns)?);
        let condition = reassign_expr_columns(Arc::clone(condition), &schema)?;
        Ok(Self { columns, schema, condition })
    }

    /// For which of these rows the condition holds.
    pub(super) fn holds(&self, batch: &RecordBatch, rows: &[u32]) -> Result<BooleanArray> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let columns: Vec<ArrayRef> = if rows.len() == batch.num_rows() {
            self.columns.iter().map(|at| Arc::clone(batch.column(*at))).collect()
        } else {
            let rows = UInt32Array::from(rows.to_vec());
            self.columns.iter().map(|at| take(batch.column(*at), &rows, None)).collect::<Result<_, _>>()?
        };
        let narrow = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        Ok(self.condition.evaluate(&narrow)?.into_array(rows.len())?.as_boolean().clone())
    }
}
