//! Expressions that become functions of the columns and members they are made of.
//!
//! - `TRY(expression)` is null where the expression ends in an error, and a function cannot catch the errors of its
//!   arguments.
//! - A lambda counts its variables from the columns of its input (DataFusion 55), and counts wrong as soon as the
//!   optimizer merges the projection it stands in with another; here it has an input of its own.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, new_null_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result, plan_err};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, col,
};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use super::scalar::{Args, Call, Scalar};
use super::{Build, Function, Origin};

/// What SQL may call of this family.
pub(super) const CLOSED: &[Function] = &[Function {
    name: TRY,
    aliases: &[],
    usage: "try(expression)",
    summary: "The expression, NULL where it ends in an error.",
    examples: &[("try(CAST('x' AS BIGINT))", "NULL"), ("try(CAST('7' AS BIGINT))", "7"), ("try(1 / 0)", "NULL")],
    origin: Origin::Trino,
    build: Build::Scalar(whole),
}];

/// The name of what stands for `TRY` until the types of its expression are known.
pub const TRY: &str = "try";

/// What stands for `TRY` until the types of its expression are known.
fn whole() -> Arc<ScalarUDF> {
    let inputs = |types: &[DataType]| match types {
        [_] => Ok(types.to_vec()),
        _ => plan_err!("expected one expression, found {} arguments", types.len()),
    };
    let output = |call: &Call<'_>| Ok(call.fields[0].as_ref().clone().with_nullable(true));
    let values = |args: &Args<'_>| args.array(0);
    Scalar { name: TRY, inputs, output, values }.function()
}

/// The expression as a function of its own. `catches` its errors, row by row, as null.
///
/// # Errors
/// When it cannot be planned.
pub fn closed(expr: &Expr, name: &str, catches: bool, schema: &DFSchema) -> Result<Expr> {
    let bound = bound(expr);
    let mut leaves: Vec<Expr> = Vec::new();
    let mut fields: Vec<FieldRef> = Vec::new();
    let inner = expr.clone().transform_down(|part| {
        let is_leaf = match &part {
            Expr::Column(_) => true,
            // A variable of a lambda around this expression is given like a column.
            Expr::LambdaVariable(variable) => !bound.contains(&variable.name),
            Expr::ScalarFunction(call) => {
                matches!(call.func.name(), "get_field" | "json_member" | "event_timestamp")
                    && matches!(call.args.first(), Some(Expr::Column(_)))
            }
            _ => false,
        };
        if !is_leaf {
            return Ok(Transformed::no(part));
        }
        let at = match leaves.iter().position(|leaf| *leaf == part) {
            Some(at) => at,
            None => {
                let (_, field) = part.to_field(schema)?;
                fields.push(Arc::new(field.as_ref().clone().with_name(format!("leaf_{}", leaves.len()))));
                leaves.push(part);
                leaves.len() - 1
            }
        };
        Ok(Transformed::new(col(format!("leaf_{at}")), true, TreeNodeRecursion::Jump))
    })?;
    let (_, output) = expr.to_field(schema)?;
    let schema = Arc::new(Schema::new(fields));
    let input = Arc::new(DFSchema::try_from(schema.as_ref().clone())?);
    // Some functions exist only until they are simplified.
    let simplifier = ExprSimplifier::new(SimplifyContext::builder().with_schema(Arc::clone(&input)).build());
    let simplified = match simplifier.simplify(inner.data.clone()) {
        // An error among constants is to be caught like any other.
        Err(_) if catches => inner.data,
        simplified => simplified?,
    };
    let physical =
        create_physical_expr(&simplified, &input, &ExecutionProps::new(), &PhysicalPlanningContext::default())?;
    let signature = Signature::user_defined(Volatility::Immutable);
    let output = Arc::new(output.as_ref().clone().with_nullable(true));
    let (name, expr) = (name.to_owned(), expr.clone());
    let function = Closed { name, expr, catches, physical, schema, output, signature };
    Ok(ScalarUDF::new_from_impl(function).call(leaves))
}

/// The names of the variables that the lambdas of an expression bind.
fn bound(expr: &Expr) -> Vec<String> {
    let Expr::HigherOrderFunction(call) = expr else { return Vec::new() };
    let params =
        call.args.iter().filter_map(|arg| if let Expr::Lambda(lambda) = arg { Some(&lambda.params) } else { None });
    params.flatten().cloned().collect()
}

#[derive(Debug)]
struct Closed {
    name: String,
    expr: Expr,
    catches: bool,
    physical: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    output: FieldRef,
    signature: Signature,
}

impl PartialEq for Closed {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr && self.catches == other.catches
    }
}

impl Eq for Closed {}

impl Hash for Closed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expr.hash(state);
    }
}

impl Closed {
    /// The values of these rows. Where one of them is an error that is caught, each half is tried by itself.
    fn values(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        let rows = batch.num_rows();
        match self.physical.evaluate(batch).and_then(|values| values.into_array(rows)) {
            Ok(values) => Ok(values),
            Err(error) if !self.catches => Err(error),
            Err(_) if rows <= 1 => Ok(new_null_array(self.output.data_type(), rows)),
            Err(_) => {
                let half = rows / 2;
                let parts = [self.values(&batch.slice(0, half))?, self.values(&batch.slice(half, rows - half))?];
                Ok(concat(&parts.each_ref().map(|part| part.as_ref()))?)
            }
        }
    }
}

impl ScalarUDFImpl for Closed {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.output.data_type().clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::clone(&self.output))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns: Vec<ArrayRef> = args.args.iter().map(|value| value.to_array(rows)).collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        Ok(ColumnarValue::Array(self.values(&batch)?))
    }
}
