//! A scalar function made of three plain functions: the types it takes, the field it gives, and its values.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type, TimeUnit};
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
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

    /// An argument as bytes, row by row; text gives its UTF-8.
    pub(super) fn bytes(&self, index: usize) -> Result<BinaryArray> {
        Ok(cast(&self.array(index)?, &DataType::Binary)?.as_binary::<i32>().clone())
    }

    /// An argument as integers, row by row.
    pub(super) fn integers(&self, index: usize) -> Result<Int64Array> {
        Ok(cast(&self.array(index)?, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }

    /// An argument as doubles, row by row.
    pub(super) fn doubles(&self, index: usize) -> Result<Float64Array> {
        Ok(cast(&self.array(index)?, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
    }

    /// What `read` makes of an argument that may be left out.
    pub(super) fn optional<T>(&self, index: usize, read: fn(&Self, usize) -> Result<T>) -> Result<Option<T>> {
        (index < self.len()).then(|| read(self, index)).transpose()
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

/// What an argument has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// Text.
    Text,
    /// Bytes, or text for its UTF-8.
    Bytes,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A timestamp, a date, or text that spells one.
    Time,
}

impl Want {
    /// The type to which an argument of type `found` is brought, if it will do.
    fn of(self, found: &DataType) -> Option<DataType> {
        let found = if let DataType::Dictionary(_, values) = found { values } else { found };
        let is_text = found.is_string();
        match (self, found) {
            (Self::Text | Self::Time, DataType::Null) => Some(DataType::Utf8),
            (Self::Text | Self::Time, _) if is_text => Some(DataType::Utf8),
            (Self::Bytes, DataType::Null) => Some(DataType::Binary),
            (Self::Bytes, _) if is_text || found.is_binary() => Some(DataType::Binary),
            (Self::Integer, DataType::Null) => Some(DataType::Int64),
            (Self::Integer, _) if found.is_integer() => Some(DataType::Int64),
            (Self::Number, DataType::Null) => Some(DataType::Float64),
            (Self::Number, _) if found.is_numeric() => Some(DataType::Float64),
            (Self::Time, DataType::Date32 | DataType::Date64) => Some(DataType::Date32),
            (Self::Time, DataType::Timestamp(_, zone)) => {
                Some(DataType::Timestamp(TimeUnit::Millisecond, zone.clone()))
            }
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bytes => "varbinary or text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Time => "timestamp, date or text of a time",
        }
    }
}

/// Brings arguments to what is wanted: `required` ones, then `optional` ones, of which any number may be left out.
pub(super) fn takes(name: &str, types: &[DataType], required: &[Want], optional: &[Want]) -> Result<Vec<DataType>> {
    let wants = required.iter().chain(optional);
    let brought: Option<Vec<_>> = types.iter().zip(wants.clone()).map(|(found, want)| want.of(found)).collect();
    match brought {
        Some(brought) if brought.len() == types.len() && types.len() >= required.len() => Ok(brought),
        _ => {
            let mut expected: Vec<String> = required.iter().map(|want| want.word().to_owned()).collect();
            expected.extend(optional.iter().map(|want| format!("[{}]", want.word())));
            plan_err!("`{name}` takes ({}), not ({})", expected.join(", "), type_names(types))
        }
    }
}

/// Types as Trino names them, in a row.
pub(super) fn type_names(types: &[DataType]) -> String {
    types.iter().map(super::types::name).collect::<Vec<_>>().join(", ")
}

/// An entry of the list whose arguments and result have fixed types: its names, `usage`, `summary`, examples, what it
/// takes (then what it may take) and gives, and what computes it.
macro_rules! scalar {
    ($name:literal $(or $alias:literal)*, $usage:literal, $summary:literal, [$($example:expr),+ $(,)?],
     ($($required:ident)* $(; $($optional:ident)+)?) -> $output:expr, $values:expr) => {
        $crate::functions::Function {
            name: $name,
            aliases: &[$($alias),*],
            usage: $usage,
            summary: $summary,
            examples: &[$($example),+],
            origin: $crate::functions::Origin::Trino,
            build: $crate::functions::Build::Scalar(|| {
                $crate::functions::scalar::Scalar {
                    name: $name,
                    inputs: |types| {
                        use $crate::functions::scalar::Want;
                        const REQUIRED: &[Want] = &[$(Want::$required),*];
                        const OPTIONAL: &[Want] = &[$($(Want::$optional),+)?];
                        $crate::functions::scalar::takes($name, types, REQUIRED, OPTIONAL)
                    },
                    output: |_| Ok($crate::functions::scalar::gives($output)),
                    values: $values,
                }
                .function()
            }),
        }
    };
}

/// An entry of the list for a function of DataFusion's that means what Trino's does.
macro_rules! engine {
    ($name:literal as $engine:literal $(or $alias:literal)*, $usage:literal, $summary:literal,
     [$($example:expr),+ $(,)?]) => {
        $crate::functions::Function {
            name: $name,
            aliases: &[$($alias),*],
            usage: $usage,
            summary: $summary,
            examples: &[$($example),+],
            origin: $crate::functions::Origin::Trino,
            build: $crate::functions::Build::Engine($engine),
        }
    };
}

pub(super) use {engine, scalar};

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
