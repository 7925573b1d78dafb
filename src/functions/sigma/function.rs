//! Tests of Sigma rules as functions: the first argument is JSON, what follows are constants.
//!
//! Constants are compiled once for a call, and kept by the function: rules call one of their own each.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{BooleanArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_err, internal_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::test::{Asks, Relation, Test};
use crate::functions::json::{json_input, json_of};
use crate::functions::nested::is_text;
use crate::functions::scalar::type_names;

/// See the file. Two of one name are the same.
#[derive(Debug)]
pub(super) struct TestFunction {
    name: &'static str,
    asks: Asks,
    /// What a call has to have after JSON and path, and whether it may have more of the last.
    constants: (usize, bool),
    signature: Signature,
    compiled: Mutex<Option<(Vec<String>, Arc<Test>)>>,
}

impl TestFunction {
    pub(super) fn function(name: &'static str, asks: Asks, constants: (usize, bool)) -> Arc<ScalarUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(Self { name, asks, constants, signature, compiled: Mutex::default() }))
    }

    fn test(&self, constants: &[String]) -> Result<Arc<Test>> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, test)) = &*compiled
            && of == constants
        {
            return Ok(Arc::clone(test));
        }
        let texts: Vec<&str> = constants.iter().map(String::as_str).collect();
        let test = Arc::new(Test::new(self.asks, &texts)?);
        *compiled = Some((constants.to_vec(), Arc::clone(&test)));
        Ok(test)
    }
}

impl PartialEq for TestFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for TestFunction {}

impl Hash for TestFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for TestFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let (least, more) = self.constants;
        let wanted = || plan_err!("`{}` takes JSON, a path and constants, not ({})", self.name, type_names(types));
        let [json, rest @ ..] = types else { return wanted() };
        let fits = rest.len() == least + 1 || more && rest.len() > least;
        let is_constant = |constant: &DataType| is_text(constant) || constant.is_numeric();
        let Some(json) = json_input(json).filter(|_| fits && rest.iter().all(is_constant)) else { return wanted() };
        Ok(std::iter::once(json).chain(rest.iter().map(|_| DataType::Utf8)).collect())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name, DataType::Boolean, false)))
    }

    fn placement(&self, _: &[ExpressionPlacement]) -> ExpressionPlacement {
        ExpressionPlacement::KeepInPlace
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constants = args.args.iter().skip(1).map(|value| constant(self.name, value)).collect::<Result<Vec<_>>>()?;
        let test = self.test(&constants)?;
        let values = json(&args, 0)?;
        Ok(answer(&args, values.iter().map(|json| test.holds(json)).collect()))
    }
}

/// The constant text of an argument.
fn constant(name: &str, value: &ColumnarValue) -> Result<String> {
    match value {
        ColumnarValue::Scalar(value) => match value.try_as_str() {
            Some(Some(text)) => Ok(text.to_owned()),
            _ => exec_err!("`{name}` takes constants that are not NULL"),
        },
        ColumnarValue::Array(_) => exec_err!("`{name}` takes constants after JSON"),
    }
}

fn json(args: &ScalarFunctionArgs, index: usize) -> Result<StringArray> {
    let (Some(value), Some(field)) = (args.args.get(index), args.arg_fields.get(index)) else {
        return internal_err!("a test without its argument {index}");
    };
    // What all rows share is looked at once.
    json_of(&value.to_array(if is_constant(args) { 1 } else { args.number_rows })?, field)
}

fn is_constant(args: &ScalarFunctionArgs) -> bool {
    args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)))
}

fn answer(args: &ScalarFunctionArgs, found: Vec<bool>) -> ColumnarValue {
    match found.as_slice() {
        [one] if is_constant(args) => ColumnarValue::from(datafusion::common::ScalarValue::from(*one)),
        _ => ColumnarValue::Array(Arc::new(BooleanArray::from(found))),
    }
}

/// `sigma_relates(json, path, how, other, path)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct RelateFunction {
    signature: Signature,
}

impl RelateFunction {
    pub(super) const NAME: &'static str = "sigma_relates";

    pub(super) fn function() -> Arc<ScalarUDF> {
        Arc::new(ScalarUDF::new_from_impl(Self { signature: Signature::user_defined(Volatility::Immutable) }))
    }
}

impl ScalarUDFImpl for RelateFunction {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if let [json, path, how, other, other_path] = types
            && let (Some(json), Some(other)) = (json_input(json), json_input(other))
            && [path, how, other_path].into_iter().all(is_text)
        {
            return Ok(vec![json, DataType::Utf8, DataType::Utf8, other, DataType::Utf8]);
        }
        plan_err!("`{}` takes (json, path, how, json, path), not ({})", Self::NAME, type_names(types))
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(Self::NAME, DataType::Boolean, false)))
    }

    fn placement(&self, _: &[ExpressionPlacement]) -> ExpressionPlacement {
        ExpressionPlacement::KeepInPlace
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [_, path, how, _, other] = args.args.as_slice() else {
            return internal_err!("`{}` with {} arguments", Self::NAME, args.args.len());
        };
        let text = |value| constant(Self::NAME, value);
        let relation = Relation::new(&text(path)?, &text(how)?, &text(other)?)?;
        let (left, right) = (json(&args, 0)?, json(&args, 3)?);
        let found = left.iter().zip(right.iter()).map(|(json, other)| relation.holds(json, other)).collect();
        Ok(answer(&args, found))
    }
}
