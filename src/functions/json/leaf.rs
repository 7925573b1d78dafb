//! Reaching into JSON text: a leaf by path, in the form it is wanted in.
//!
//! Each such function declares that it moves towards the leaves, so the optimizer hands it to the scan,
//! which reads the leaf straight from the log file instead of building the whole JSON text first.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder, TimestampMillisecondBuilder};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, lit,
};

use super::path::{Part, json_path, matches, parse};
use super::write::json_of;
use super::{as_json, json_input};
use crate::functions::nested::sql_type;
use crate::record;
use crate::schema::{Kind, Step};

/// A function that takes one leaf out of JSON text: `name(json, step, …)` or `name(json, '$.path')`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct LeafFunction {
    name: &'static str,
    kind: Kind,
    spelling: Spelling,
    signature: Signature,
}

/// How the arguments after the first spell the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spelling {
    /// One key or index each; a key that differs only in case will do.
    Members,
    /// One key or index each; keys are exact.
    ExactMembers,
    /// One JSON path, `$.a['b'][0]`; keys are exact.
    Path,
}

macro_rules! leaf_functions {
    ($($(#[$doc:meta])* $name:ident $kind:ident $spelling:ident;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name() -> Arc<ScalarUDF> {
            static FUNCTION: LazyLock<Arc<ScalarUDF>> =
                LazyLock::new(|| LeafFunction::function(stringify!($name), Kind::$kind, Spelling::$spelling));
            Arc::clone(&FUNCTION)
        })*
    };
}

leaf_functions! {
    /// `json_member(json, 'key', 0, …)`: a member as text, as CloudTrail Lake's maps give it.
    json_member Text Members;
    /// `json_extract_scalar(json, '$.path')` as in Trino: text of a string, number or boolean.
    json_extract_scalar Scalar Path;
    /// `json_extract(json, '$.path')` as in Trino: JSON text.
    json_extract Json Path;
    /// A record's field as Logs Insights shows it.
    record_numeral Numeral ExactMembers;
    /// A record's field as plain text.
    record_text Text ExactMembers;
    /// A record's boolean, also where it is written as text.
    record_flag Flag ExactMembers;
    /// A record's field as raw JSON.
    record_json Json ExactMembers;
    /// A record's field as raw JSON, `null` included.
    record_value Value ExactMembers;
    /// A record's field as plain text, where it is a string, a number or a boolean.
    record_scalar Scalar ExactMembers;
    /// A record's field as a point in time.
    record_time Time ExactMembers;
}

/// A leaf of a record: the form in which Logs Insights asks for fields.
#[must_use]
pub fn leaf(record: Expr, path: &[Step], kind: Kind) -> Expr {
    let function = match kind {
        Kind::Text | Kind::Scalar if path.iter().any(|step| matches!(step, Step::Key(_))) => json_member(),
        Kind::Text | Kind::Scalar => record_text(),
        Kind::Json => record_json(),
        Kind::Value => record_value(),
        Kind::Numeral => record_numeral(),
        Kind::Flag => record_flag(),
        Kind::Time | Kind::Ordinal => record_time(),
    };
    let steps = path.iter().map(|step| match step {
        Step::Key(key) | Step::ExactKey(key) => lit(key.as_ref()),
        Step::Index(index) => lit(i64::try_from(*index).unwrap_or(i64::MAX)),
    });
    function.call(std::iter::once(record).chain(steps).collect())
}

impl LeafFunction {
    fn function(name: &'static str, kind: Kind, spelling: Spelling) -> Arc<ScalarUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(Self { name, kind, spelling, signature }))
    }

    /// The form in which the leaf comes out.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The path that constant arguments spell; none when one of them is null.
    ///
    /// # Errors
    /// When a JSON path does not parse.
    pub fn path(&self, steps: &[ScalarValue]) -> Result<Option<Vec<Step>>> {
        if let (Spelling::Path, [path]) = (self.spelling, steps) {
            return text(path).map(json_path).transpose();
        }
        Ok(steps.iter().map(|step| self.step(step)).collect())
    }

    fn step(&self, step: &ScalarValue) -> Option<Step> {
        match step {
            ScalarValue::Int64(index) => index.and_then(|index| usize::try_from(index).ok()).map(Step::Index),
            _ if self.spelling == Spelling::Members => text(step).map(|key| Step::Key(key.into())),
            _ => text(step).map(|key| Step::ExactKey(key.into())),
        }
    }

    /// One leaf of every text, all by one path.
    fn evaluate(&self, json: &StringArray, path: &[Step]) -> ArrayRef {
        self.finish(json.iter().map(|json| record::extract(json?, path, self.kind)))
    }

    fn way(&self, steps: &[ScalarValue], any_case: bool) -> Result<Option<Way>> {
        let path = match (self.path(steps), steps) {
            (Err(error), [pattern]) if self.kind == Kind::Json && self.spelling == Spelling::Path => {
                let parts = text(pattern).map(parse).transpose()?.unwrap_or_default();
                if parts.iter().all(|part| matches!(part, Part::Step(_))) {
                    return Err(error);
                }
                return Ok(Some(Way::Pattern(parts)));
            }
            (path, _) => path?,
        };
        Ok(path.map(|path| {
            let relaxed = |step| match step {
                Step::ExactKey(key) if any_case => Step::Key(key),
                step => step,
            };
            Way::Path(path.into_iter().map(relaxed).collect())
        }))
    }

    fn finish(&self, leaves: impl Iterator<Item = Option<impl AsRef<str>>>) -> ArrayRef {
        if self.kind == Kind::Time {
            let mut times = TimestampMillisecondBuilder::new().with_timezone("UTC");
            leaves
                .for_each(|leaf| times.append_option(leaf.as_ref().and_then(|leaf| record::parse_time(leaf.as_ref()))));
            return Arc::new(times.finish());
        }
        let mut texts = StringBuilder::new();
        leaves.for_each(|leaf| texts.append_option(leaf));
        Arc::new(texts.finish())
    }
}

impl ScalarUDFImpl for LeafFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let fits = match self.spelling {
            Spelling::Path => types.len() == 2,
            Spelling::Members => types.len() >= 2,
            // Without a step it is the whole record.
            Spelling::ExactMembers => !types.is_empty(),
        };
        if !fits {
            return plan_err!("`{}` takes JSON text and a path, not {} arguments", self.name, types.len());
        }
        let Some(json) = json_input(&types[0]) else {
            return plan_err!("`{}` takes JSON text and a path, not {}", self.name, sql_type(&types[0]));
        };
        let mut coerced = vec![json];
        for step in &types[1..] {
            coerced.push(if step.is_integer() { DataType::Int64 } else { DataType::Utf8 });
        }
        Ok(coerced)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.data_type())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let field = Field::new(self.name, self.kind.data_type(), true);
        let is_json = self.kind == Kind::Json && self.spelling == Spelling::Path;
        Ok(Arc::new(if is_json { as_json(field) } else { field }))
    }

    /// A leaf of a column, by a constant path, is what the scan can read by itself.
    fn placement(&self, args: &[ExpressionPlacement]) -> ExpressionPlacement {
        match args {
            [ExpressionPlacement::Column, path @ ..]
                if path.iter().all(|step| *step == ExpressionPlacement::Literal) =>
            {
                ExpressionPlacement::MoveTowardsLeafNodes
            }
            _ => ExpressionPlacement::KeepInPlace,
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((json, steps)) = args.args.split_first() else {
            return exec_err!("`{}` without arguments", self.name);
        };
        let scalars: Option<Vec<_>> = steps
            .iter()
            .map(|step| if let ColumnarValue::Scalar(value) = step { Some(value.clone()) } else { None })
            .collect();
        let rows = args.number_rows;
        // Members of structs are written as the record writes them; Athena's names of them will do as well.
        let any_case = args.arg_fields.first().is_some_and(|field| field.data_type().is_nested());
        let array = json.to_array(rows)?;
        let field =
            args.arg_fields.first().cloned().unwrap_or_else(|| Arc::new(Field::new("json", DataType::Utf8, true)));
        let json = json_of(&array, &field)?;
        if let Some(scalars) = scalars {
            return Ok(ColumnarValue::Array(match self.way(&scalars, any_case)? {
                Some(Way::Path(path)) => self.evaluate(&json, &path),
                Some(Way::Pattern(path)) => {
                    Arc::new(json.iter().map(|json| matches(json?, &path)).collect::<StringArray>())
                }
                None => datafusion::arrow::array::new_null_array(&self.kind.data_type(), rows),
            }));
        }
        let steps: Vec<_> = steps.iter().map(|step| step.to_array(rows)).collect::<Result<_>>()?;
        let mut leaves = Vec::with_capacity(rows);
        for row in 0..rows {
            let scalars: Vec<_> = steps.iter().map(|step| scalar(step, row)).collect();
            let way = self.way(&scalars, any_case)?;
            leaves.push(way.filter(|_| json.is_valid(row)).and_then(|way| match way {
                Way::Path(path) => record::extract(json.value(row), &path, self.kind).map(Cow::into_owned),
                Way::Pattern(path) => matches(json.value(row), &path),
            }));
        }
        Ok(ColumnarValue::Array(self.finish(leaves.into_iter())))
    }
}

/// What the arguments after the first lead to.
enum Way {
    /// One leaf.
    Path(Vec<Step>),
    /// All that a JSON path with wildcards leads to.
    Pattern(Vec<Part>),
}

fn scalar(array: &ArrayRef, row: usize) -> ScalarValue {
    if array.is_null(row) {
        return ScalarValue::Utf8(None);
    }
    match array.data_type() {
        DataType::Int64 => ScalarValue::Int64(Some(array.as_primitive::<Int64Type>().value(row))),
        _ => ScalarValue::Utf8(array.as_string_opt::<i32>().map(|texts| texts.value(row).to_owned())),
    }
}

fn text(value: &ScalarValue) -> Option<&str> {
    value.try_as_str().flatten()
}
