//! A scalar function made of one column, some constants and a kernel.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};

/// What computes the function: one value per row of the first argument, in the declared type; the other
/// arguments are constants.
pub(super) type Body = fn(&ArrayRef, &[ScalarValue]) -> Result<ArrayRef>;

/// See the file. Two kernels of one name are the same.
#[derive(Debug)]
struct Kernel {
    name: &'static str,
    signature: Signature,
    output: DataType,
    body: Body,
}

/// A function of these argument types: the column's, then the constants'.
pub(super) fn kernel(name: &'static str, inputs: Vec<DataType>, output: DataType, body: Body) -> Arc<ScalarUDF> {
    let signature = Signature::new(TypeSignature::Exact(inputs), Volatility::Immutable);
    Arc::new(ScalarUDF::new_from_impl(Kernel { name, signature, output, body }))
}

impl PartialEq for Kernel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kernel {}

impl Hash for Kernel {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Kernel {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.output.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((column, rest)) = args.args.split_first() else {
            return exec_err!("`{}` without arguments", self.name);
        };
        let constant = |value: &ColumnarValue| match value {
            ColumnarValue::Scalar(value) => Ok(value.clone()),
            ColumnarValue::Array(_) => exec_err!("`{}` takes constants after its first argument", self.name),
        };
        let constants = rest.iter().map(constant).collect::<Result<Vec<_>>>()?;
        match column {
            ColumnarValue::Array(column) => Ok(ColumnarValue::Array((self.body)(column, &constants)?)),
            ColumnarValue::Scalar(value) => {
                let one = (self.body)(&value.to_array()?, &constants)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&one, 0)?))
            }
        }
    }
}
