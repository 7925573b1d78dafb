//! Stub.
use datafusion::logical_expr::Expr;
pub fn histogram_of(v: Expr, _n: Expr) -> Expr {
    datafusion::functions_aggregate::expr_fn::max(v)
}
