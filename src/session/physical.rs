//! Expressions over the columns of `cloudtrail` as the engine evaluates them, outside of any plan.

use std::sync::Arc;

use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use crate::schema::columns;

/// See the file.
pub(super) struct Physical<'a> {
    state: &'a SessionState,
    schema: DFSchemaRef,
    simplifier: ExprSimplifier,
}

impl<'a> Physical<'a> {
    pub(super) fn new(state: &'a SessionState) -> Result<Self> {
        let schema = Arc::new(DFSchema::try_from(columns::arrow_schema())?);
        let context = SimplifyContext::builder()
            .with_schema(Arc::clone(&schema))
            .with_config_options(Arc::clone(state.config_options()))
            .with_query_execution_start_time(state.execution_props().query_execution_start_time)
            .build();
        Ok(Self { state, schema, simplifier: ExprSimplifier::new(context) })
    }

    /// Types made to fit each other, what is constant computed.
    pub(super) fn expr(&self, expr: &Expr) -> Result<Arc<dyn PhysicalExpr>> {
        let coerced = self.simplifier.coerce(expr.clone(), &self.schema)?;
        let simple = self.simplifier.simplify(coerced)?;
        let planning = PhysicalPlanningContext::default();
        create_physical_expr(&simple, &self.schema, self.state.execution_props(), &planning)
    }
}
