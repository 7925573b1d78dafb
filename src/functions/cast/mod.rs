//! CAST where Trino's JSON type or a nested type takes part: `cast_as` and `to_json`.
//!
//! The reader of SQL puts these in place of CAST and TRY_CAST; they are in no list.

mod from_json;
mod times;

use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, internal_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::json::write::{Missing, Writer};
use super::json::{as_json, is_json_value};
use super::nested::{is_text, only, plain};
use super::scalar::{Scalar, gives};

pub use times::timestamp_text;

/// `cast_as(value)`: the value in another type, from JSON text or by Arrow's own rules.
///
/// JSON becomes arrays, maps, rows and scalars. Where a field of the target is marked as JSON, the value there stays
/// JSON text; other text gets strings without their quotes. With `is_try` a value that does not fit is NULL.
#[must_use]
pub fn cast_as(target: &Field, is_try: bool) -> Arc<ScalarUDF> {
    let target = Arc::new(target.clone().with_name("cast_as").with_nullable(true));
    let signature = Signature::any(1, Volatility::Immutable);
    Arc::new(ScalarUDF::new_from_impl(CastAs { target, is_try, signature }))
}

/// See [`cast_as`]. The target is part of what the function is.
#[derive(Debug, PartialEq, Eq, Hash)]
struct CastAs {
    target: FieldRef,
    is_try: bool,
    signature: Signature,
}

impl ScalarUDFImpl for CastAs {
    fn name(&self) -> &'static str {
        "cast_as"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.target.data_type().clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::clone(&self.target))
    }

    fn placement(&self, _: &[ExpressionPlacement]) -> ExpressionPlacement {
        ExpressionPlacement::KeepInPlace
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let ([value], [field]) = (&args.args[..], &args.arg_fields[..]) else {
            return plan_err!("`cast_as` takes one value");
        };
        let is_constant = matches!(value, ColumnarValue::Scalar(_));
        let array = value.to_array(if is_constant { 1 } else { args.number_rows })?;
        let cast = self.cast(&array, field)?;
        if cast.len() != array.len() {
            return internal_err!("`cast_as` gave {} values for {}", cast.len(), array.len());
        }
        match is_constant {
            true => Ok(ColumnarValue::Scalar(only(&cast)?)),
            false => Ok(ColumnarValue::Array(cast)),
        }
    }
}

impl CastAs {
    fn cast(&self, array: &ArrayRef, field: &Field) -> Result<ArrayRef> {
        if is_text(array.data_type()) && (is_json_value(field) || self.target.data_type().is_nested()) {
            let texts = datafusion::arrow::compute::cast(array, &DataType::Utf8)?;
            return from_json::array(&texts, &self.target, self.is_try);
        }
        let options = CastOptions { safe: self.is_try, ..CastOptions::default() };
        Ok(cast_with_options(array, self.target.data_type(), &options)?)
    }
}

/// `to_json(value)`: CAST(value AS JSON). Text becomes a JSON string, unless it is JSON already.
#[must_use]
pub fn to_json() -> Arc<ScalarUDF> {
    Scalar {
        name: "to_json",
        inputs: |types| match types {
            [value] => Ok(vec![plain(value)]),
            _ => super::nested::wrong("to_json", "value", types),
        },
        output: |_| Ok(as_json(gives(DataType::Utf8))),
        values: |args| {
            let writer = Writer::new(&args.array(0)?, args.field(0), Missing::Null)?;
            Ok(Arc::new(writer.texts(args.rows())))
        },
    }
    .function()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{AsArray, StringArray};

    use super::*;
    use crate::functions::json::write::texts_of;
    use crate::functions::nested::{list_type, map_type};

    fn json(name: &str) -> Field {
        as_json(Field::new(name, DataType::Utf8, true))
    }

    fn text(name: &str) -> Field {
        Field::new(name, DataType::Utf8, true)
    }

    fn cast(value: &str, target: DataType, is_try: bool) -> Result<Option<String>> {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![value]));
        let target = Field::new("target", target, true);
        let found = from_json::array(&texts, &target, is_try)?;
        let texts = texts_of(&found)?;
        Ok(texts.is_valid(0).then(|| texts.value(0).to_owned()))
    }

    fn check(value: &str, target: DataType, expected: Option<&str>) {
        assert_eq!(cast(value, target.clone(), false).expect(value).as_deref(), expected, "{value} as {target}");
    }

    #[test]
    fn json_becomes_what_it_is_cast_to() {
        check(r#"["a", 1, null, {"b": 2}]"#, list_type(&text("item")), Some(r#"["a","1",null,"{\"b\":2}"]"#));
        check(r#"["a", 1, null]"#, list_type(&json("item")), Some(r#"["a",1,null]"#));
        check(r#"{"b":"x","a":2}"#, map_type(&text("key"), &text("value")), Some(r#"{"b":"x","a":"2"}"#));
        check(r#"{"b":"x","a":[2]}"#, map_type(&text("key"), &json("value")), Some(r#"{"b":"x","a":[2]}"#));
        check("[1, 2]", list_type(&Field::new("item", DataType::Int64, true)), Some("[1,2]"));
        check("\"17\"", DataType::Int64, Some("17"));
        check("1.0", DataType::Float64, Some("1.0"));
        check("true", DataType::Boolean, Some("true"));
        check("null", list_type(&text("item")), None);
        check("\"x\"", DataType::Utf8, Some("x"));
    }

    #[test]
    fn a_row_is_read_by_name_in_any_case_or_by_place() {
        let row = || DataType::Struct(vec![text("username"), Field::new("age", DataType::Int64, true)].into());
        check(r#"{"userName":"alice","other":1,"age":7}"#, row(), Some(r#"{"username":"alice","age":7}"#));
        check(r#"["bob", 8]"#, row(), Some(r#"{"username":"bob","age":8}"#));
        check(r#"[{"age":1}]"#, list_type(&Field::new("item", row(), true)), Some(r#"[{"username":null,"age":1}]"#));
    }

    #[test]
    fn what_does_not_fit_is_an_error_or_null() {
        let numbers = || list_type(&Field::new("item", DataType::Int64, true));
        for value in ["{", "{\"a\":1}", "[\"x\"]", "[[1]]", "7"] {
            let error = cast(value, numbers(), false).expect_err(value).to_string();
            assert!(error.contains("cannot cast") && error.contains("array(bigint)"), "{error}");
            assert_eq!(cast(value, numbers(), true).expect(value), None, "{value}");
        }
    }

    #[test]
    fn values_become_json() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\"b"), None]));
        let written = |field: &Field| Writer::new(&texts, field, Missing::Null).expect("a writer").texts(2);
        assert_eq!(written(&text("value")).iter().collect::<Vec<_>>(), [Some(r#""a\"b""#), None]);
        let texts: ArrayRef = Arc::new(StringArray::from(vec![r#"{"a": 1}"#]));
        let written = Writer::new(&texts, &json("value"), Missing::Null).expect("a writer").texts(1);
        assert_eq!(written.value(0), r#"{"a":1}"#);
        assert!(texts.as_string_opt::<i32>().is_some());
    }
}
