//! Functions that have a syntax of their own: `substring(x FROM 2)`, `extract(dow FROM x)`.
//!
//! DataFusion reads `substr(…)` by it too, so without this planner its own functions would stand there.

use datafusion::common::Result;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult};

use super::{Build, all};

/// Puts the functions of the list where a syntax means one; to stand before DataFusion's planners.
#[derive(Debug)]
pub struct FunctionSyntax;

impl ExprPlanner for FunctionSyntax {
    fn plan_substring(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        Ok(call("substr", args))
    }

    fn plan_position(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        Ok(call("strpos", args))
    }

    fn plan_extract(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        Ok(call("date_part", args))
    }
}

fn call(name: &str, args: Vec<Expr>) -> PlannerResult<Vec<Expr>> {
    match all().find(|function| function.name == name).map(|function| function.build) {
        Some(Build::Scalar(build)) => PlannerResult::Planned(build().call(args)),
        _ => PlannerResult::Original(args),
    }
}
