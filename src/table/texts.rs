//! Expressions over the texts of records, apart from any archive.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::{Result, exec_err};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs, Projector};

use super::columns;
use super::leaves::SlotPlan;
use crate::record::Limits;

/// Expressions over the table, for records that are given as text. Facts of log files are null.
pub struct Texts {
    plan: SlotPlan,
    projector: Projector,
}

impl Texts {
    /// Named expressions.
    ///
    /// # Errors
    /// When they do not fit the table.
    pub fn new(exprs: Vec<(String, Arc<dyn PhysicalExpr>)>) -> Result<Self> {
        let exprs = exprs.into_iter().map(|(name, expr)| ProjectionExpr::new(expr, name));
        let plan = SlotPlan::new(&ProjectionExprs::new(exprs), &[])?;
        let projector = plan.projection.make_projector(&plan.schema)?;
        Ok(Self { plan, projector })
    }

    /// One row per record.
    ///
    /// # Errors
    /// When a text is no record, or an expression fails.
    pub fn of(&self, records: &[&str]) -> Result<RecordBatch> {
        let document = format!("{{\"Records\":[{}]}}", records.join(","));
        let slots = columns::of_document(&self.plan, document.as_bytes(), Limits::default())?;
        if slots.num_rows() != records.len() {
            return exec_err!("{} of {} texts are records", slots.num_rows(), records.len());
        }
        self.projector.project_batch(&slots)
    }
}
