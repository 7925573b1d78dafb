//! A scalar function made of three plain functions: the types it takes, the field it gives, and its values.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::nested::only;

/// A function of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scalar {
    /// The name, in lower case.
    pub(super) name: &'static str,
    /// The types to which the arguments are brought. The error of a wrong call names what is expected.
    pub(super) inputs: fn(&[DataType]) -> Result<Vec<DataType>>,
    /// What comes out, for arguments of these types.
    pub(super) output: fn(&Call<'_>) -> Result<Field>,
    /// One value per row.
    pub(super) values: fn(&Args<'_>) -> Result<ArrayRef>,
}

/// What is known of a call while it is planned.
pub(super) struct Call<'a> {
    /// The arguments, of the types the function asked for.
    pub(super) fields: &'a [FieldRef],
    /// Their values, where they are constants.
    pub(super) constants: &'a [Option<&'a ScalarValue>],
}

/// The arguments of a call, for a batch of rows.
pub(super) struct Args<'a> {
    values: &'a [ColumnarValue],
    fields: &'a [FieldRef],
    rows: usize,
    output: &'a DataType,
}

impl Scalar {
    /// As DataFusion registers it.
    pub(super) fn function(self) -> Arc<ScalarUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(ScalarFunction { scalar: self, signature }))
    }
}

impl Args<'_> {
    /// How many arguments there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// How many rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The type of what comes out.
    pub(super) fn output(&self) -> &DataType {
        self.output
    }

    /// The field of an argument, with its metadata.
    pub(super) fn field(&self, index: usize) -> &FieldRef {
        &self.fields[index]
    }

    /// An argument, row by row.
    pub(super) fn array(&self, index: usize) -> Result<ArrayRef> {
        self.values[index].to_array(self.rows)
    }

    /// An argument as text, row by row.
    pub(super) fn texts(&self, index: usize) -> Result<StringArray> {
        Ok(cast(&self.array(index)?, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    /// An argument that is the same in every row.
    pub(super) fn constant(&self, index: usize) -> Option<&ScalarValue> {
        match self.values.get(index)? {
            ColumnarValue::Scalar(value) => Some(value),
            ColumnarValue::Array(_) => None,
        }
    }
}

/// A nullable field of this type, for [`Scalar::output`].
pub(super) fn gives(data_type: DataType) -> Field {
    Field::new("value", data_type, true)
}

/// See [`Scalar`]. Two of one name are the same.
#[derive(Debug)]
struct ScalarFunction {
    scalar: Scalar,
    signature: Signature,
}

impl PartialEq for ScalarFunction {
    fn eq(&self, other: &Self) -> bool {
        self.scalar.name == other.scalar.name
    }
}

impl Eq for ScalarFunction {}

impl Hash for ScalarFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scalar.name.hash(state);
    }
}

impl ScalarUDFImpl for ScalarFunction {
    fn name(&self) -> &str {
        self.scalar.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        (self.scalar.inputs)(types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        internal_err!("`{}` is asked for its field, not its type", self.scalar.name)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let call = Call { fields: args.arg_fields, constants: args.scalar_arguments };
        Ok(Arc::new((self.scalar.output)(&call)?.with_name(self.scalar.name)))
    }

    fn placement(&self, _: &[ExpressionPlacement]) -> ExpressionPlacement {
        ExpressionPlacement::KeepInPlace
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let output = args.return_field.data_type();
        let are_constant = args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if are_constant { 1 } else { args.number_rows };
        let values = (self.scalar.values)(&Args { values: &args.args, fields: &args.arg_fields, rows, output })?;
        if values.len() != rows || values.data_type() != output {
            return internal_err!(
                "`{}` gave {} values of {} for {rows} of {output}",
                self.scalar.name,
                values.len(),
                values.data_type()
            );
        }
        if are_constant {
            return Ok(ColumnarValue::Scalar(only(&values)?));
        }
        Ok(ColumnarValue::Array(values))
    }
}
