//! CAST with Trino's meaning: to and from JSON and addresses, to nested types, times as text, rounding.

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result};
use datafusion::config::ConfigOptions;
use datafusion::functions::expr_fn::round;
use datafusion::logical_expr::expr::{Cast, TryCast};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder};
use datafusion::optimizer::AnalyzerRule;

use super::expressions;
use crate::functions::{cast, network};
use crate::schema::columns;

/// The rule, to stand before type coercion.
#[derive(Debug)]
pub struct CastAsTrino;

impl AnalyzerRule for CastAsTrino {
    fn name(&self) -> &'static str {
        "cast_as_trino"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        expressions::rewrite(plan, |expr, schema| {
            let rewritten = match &expr {
                Expr::Cast(Cast { expr, field }) => rewrite(expr, field, false, schema)?,
                Expr::TryCast(TryCast { expr, field }) => rewrite(expr, field, true, schema)?,
                _ => None,
            };
            Ok(rewritten.map_or_else(|| Transformed::no(expr), Transformed::yes))
        })
    }
}

/// The cast in another form; none where DataFusion's has Trino's meaning.
fn rewrite(value: &Expr, target: &Field, is_try: bool, schema: &DFSchema) -> Result<Option<Expr>> {
    let (_, source) = value.to_field(schema)?;
    let (from, to) = (source.data_type(), target.data_type());
    let call =
        |args: Vec<Expr>, function: std::sync::Arc<datafusion::logical_expr::ScalarUDF>| Some(function.call(args));
    let value = vec![value.clone()];
    Ok(match (holds(&source), holds(target)) {
        (Some(columns::JSON_VALUE), Some(columns::JSON_VALUE)) => value.into_iter().next(),
        (_, Some(columns::JSON_VALUE)) => call(value, cast::to_json()),
        (Some(columns::JSON_VALUE), _) => call(value, cast::cast_as(target, is_try)),
        (_, Some(columns::IP_ADDRESS)) if from.is_string() => {
            call(value, if is_try { network::try_ip_address() } else { network::ip_address() })
        }
        (_, Some(columns::IP_PREFIX)) if from.is_string() => call(value, network::ip_prefix()),
        (Some(columns::IP_ADDRESS | columns::IP_PREFIX), _) if to.is_string() => call(value, network::ip_text()),
        _ if to.is_nested() && (from.is_string() || from.is_nested()) => call(value, cast::cast_as(target, is_try)),
        _ if to.is_string() && matches!(from, DataType::Timestamp(..)) => call(value, cast::timestamp_text()),
        _ if to.is_integer() && from.is_floating() => {
            let rounded = Box::new(round(value));
            let field = std::sync::Arc::new(target.clone());
            Some(match is_try {
                true => Expr::TryCast(TryCast { expr: rounded, field }),
                false => Expr::Cast(Cast { expr: rounded, field }),
            })
        }
        _ => None,
    })
}

/// What a field's metadata says it holds.
fn holds(field: &Field) -> Option<&str> {
    field.metadata().get(columns::HOLDS).map(String::as_str)
}

/// A query's plan with its addresses as text, which is how they are shown.
///
/// # Errors
/// When the projection cannot be built, which is a bug.
pub fn with_addresses_as_text(plan: LogicalPlan) -> Result<LogicalPlan> {
    let is_address = |field: &Field| matches!(holds(field), Some(columns::IP_ADDRESS | columns::IP_PREFIX));
    if !plan.schema().fields().iter().any(|field| is_address(field)) {
        return Ok(plan);
    }
    let shown = plan.schema().iter().map(|(qualifier, field)| {
        let column = Expr::Column((qualifier, field).into());
        match is_address(field) {
            true => network::ip_text().call(vec![column]).alias_qualified(qualifier.cloned(), field.name()),
            false => column,
        }
    });
    let shown: Vec<Expr> = shown.collect();
    LogicalPlanBuilder::from(plan).project(shown)?.build()
}
