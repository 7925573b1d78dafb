//! What is shown of the records that some rule fits: computed for them alone, once it is known which they are.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions};
use datafusion::arrow::compute::{filter, filter_record_batch};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs, Projector};
use datafusion::physical_expr::utils::{collect_columns, reassign_expr_columns};

use super::RuleSet;
use crate::table::leaves::SlotPlan;

/// A projection with a column that tells which rules hold.
pub(in crate::table) struct Found {
    which: Arc<dyn PhysicalExpr>,
    /// Where that column stands.
    at: usize,
    /// The slots that the other columns need.
    slots: Vec<usize>,
    /// The other columns, over those slots.
    others: Projector,
    schema: SchemaRef,
}

impl Found {
    /// None when no column tells which rules hold.
    pub(in crate::table) fn new(plan: &SlotPlan) -> Result<Option<Self>> {
        let tells_which = |item: &ProjectionExpr| item.expr.downcast_ref::<RuleSet>().is_some_and(RuleSet::tells_which);
        let Some((at, which)) = plan.projection.iter().enumerate().find(|(_, item)| tells_which(item)) else {
            return Ok(None);
        };
        let others = || plan.projection.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, item)| item);
        let mut slots: Vec<usize> =
            others().flat_map(|item| collect_columns(&item.expr)).map(|column: Column| column.index()).collect();
        slots.sort_unstable();
        slots.dedup();
        let narrow = plan.schema.project(&slots)?;
        let others = others().map(|item| {
            Ok(ProjectionExpr::new(reassign_expr_columns(Arc::clone(&item.expr), &narrow)?, item.alias.clone()))
        });
        let others = ProjectionExprs::new(others.collect::<Result<Vec<_>>>()?);
        Ok(Some(Self {
            which: Arc::clone(&which.expr),
            at,
            slots,
            others: others.make_projector(&narrow)?,
            schema: Arc::clone(plan.projection.make_projector(&plan.schema)?.output_schema()),
        }))
    }

    /// The projection of the rows for which some rule holds. None when there are none.
    pub(in crate::table) fn project(&self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let which = self.which.evaluate(batch)?.into_array(batch.num_rows())?;
        let mask: BooleanArray = which.as_list::<i32>().offsets().lengths().map(|rules| Some(rules > 0)).collect();
        let rows = mask.true_count();
        if rows == 0 {
            return Ok(None);
        }
        let narrow = filter_record_batch(&batch.project(&self.slots)?, &mask)?;
        let mut columns: Vec<ArrayRef> = self.others.project_batch(&narrow)?.columns().to_vec();
        columns.insert(self.at, filter(&which, &mask)?);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?))
    }
}
