//! Tests of whole records against a constant, which rooms above define and the scan knows by name.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, BooleanArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};

/// The test of an event's user name.
pub const HAS_USER_NAME: &str = "has_user_name";
/// The test for a resource's name.
pub const NAMES_RESOURCE: &str = "names_resource";
/// The test for a resource's type.
pub const HAS_RESOURCE_TYPE: &str = "has_resource_type";
/// Tests that are true only of records in whose text the value stands, so that a search for it skips the others.
pub const HOLD_THEIR_VALUE: &[&str] = &[HAS_USER_NAME, NAMES_RESOURCE];

/// A test of a record's JSON text. Two tests of one name are the same.
#[derive(Debug)]
struct Whole {
    name: &'static str,
    test: fn(&str, &str) -> bool,
    signature: Signature,
}

/// `name(record, value)`: what `test` says of the record's JSON text and the value; false without a record.
#[must_use]
pub fn whole(name: &'static str, test: fn(&str, &str) -> bool, record: Expr, value: &str) -> Expr {
    let signature = Signature::string(2, Volatility::Immutable);
    ScalarUDF::new_from_impl(Whole { name, test, signature }).call(vec![record, lit(value)])
}

impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Whole {}

impl Hash for Whole {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Whole {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [records, ColumnarValue::Scalar(value)] = args.args.as_slice() else {
            return exec_err!("`{}` takes a record and a constant", self.name);
        };
        let value = value.try_as_str().flatten().unwrap_or_default();
        let records = cast(&records.to_array(args.number_rows)?, &DataType::Utf8)?;
        let answers = records.as_string::<i32>().iter();
        let answers: BooleanArray =
            answers.map(|record| Some(record.is_some_and(|record| (self.test)(record, value)))).collect();
        Ok(ColumnarValue::Array(Arc::new(answers)))
    }
}
