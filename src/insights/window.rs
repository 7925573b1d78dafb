//! Columns that depend on other rows: what was before, what adds up.

use std::sync::Arc;

use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprFunctionExt, LogicalPlan, WindowFrame, WindowFrameBound, WindowFrameUnits,
    WindowFunctionDefinition, lit,
};

use super::lower::{Lowers, column, unplanned};
use super::rows::Rows;

impl Rows {
    /// The column of an expression, computed once.
    pub(super) fn computed(&mut self, name: &str, expr: Expr) -> Lowers<Expr> {
        let Some(expr) = self.settle(vec![expr])?.pop() else { return Ok(lit(ScalarValue::Null)) };
        if matches!(&expr, Expr::Column(column) if column.name.contains('#')) {
            return Ok(expr);
        }
        let fresh = self.fresh(name);
        self.add(vec![(fresh.clone(), expr)])?;
        Ok(column(&fresh))
    }

    /// A column that a window function makes over the rows in their order, or within groups of equal keys.
    pub(super) fn window(&mut self, name: &str, function: Expr, keys: Vec<Expr>) -> Lowers<Expr> {
        let order = self.total_order()?;
        // Results are shown in the order that was computed in.
        self.order.clone_from(&order);
        let function = function.partition_by(keys);
        // DataFusion takes an empty order for one without columns, and fails.
        self.windowed(name, if order.is_empty() { function } else { function.order_by(order) }.build())
    }

    /// A column of a window function of the rows from the first up to each row.
    pub(super) fn running(&mut self, name: &str, function: Expr) -> Lowers<Expr> {
        let function = function.window_frame(up_to_here()).build();
        self.window(name, function.map_err(unplanned)?, Vec::new())
    }

    /// A column of a function of all rows.
    pub(super) fn overall(&mut self, name: &str, function: Arc<AggregateUDF>, args: Vec<Expr>) -> Lowers<Expr> {
        self.windowed(name, Ok(aggregate(function, args)))
    }

    /// A column that a complete window function makes; the one that is there, if it was computed over the same rows.
    ///
    /// DataFusion 55 cannot plan two of the same.
    pub(super) fn windowed(&mut self, name: &str, function: Result<Expr>) -> Lowers<Expr> {
        let function = function.map_err(unplanned)?;
        if let Some(known) = self.known_window(&function) {
            return Ok(known);
        }
        let fresh = self.fresh(name);
        self.build(|plan| plan.window([function.alias(&fresh)]))?;
        self.reaches_scan = false;
        self.scramble();
        Ok(column(&fresh))
    }

    fn known_window(&self, function: &Expr) -> Option<Expr> {
        let mut plan = &self.plan;
        loop {
            plan = match plan {
                LogicalPlan::Window(window) => {
                    let is_same = |expr: &&Expr| matches!(expr, Expr::Alias(alias) if *alias.expr == *function);
                    if let Some(Expr::Alias(alias)) = window.window_expr.iter().find(is_same) {
                        return Some(column(&alias.name));
                    }
                    &window.input
                }
                // Projections keep every column, and every row.
                LogicalPlan::Projection(projection) => &projection.input,
                _ => return None,
            };
        }
    }
}

/// An aggregate function as a function of a window.
pub(super) fn aggregate(function: Arc<AggregateUDF>, args: Vec<Expr>) -> Expr {
    Expr::from(WindowFunction::new(WindowFunctionDefinition::AggregateUDF(function), args))
}

/// From the first row to the row itself.
pub(super) fn up_to_here() -> WindowFrame {
    let first = WindowFrameBound::Preceding(ScalarValue::UInt64(None));
    WindowFrame::new_bounds(WindowFrameUnits::Rows, first, WindowFrameBound::CurrentRow)
}
