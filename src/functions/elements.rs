//! The elements of a JSON array, and the members of a JSON object, as a list that can be unnested.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, ListBuilder, StringBuilder, StructBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{Expr, ScalarUDF};
use serde_json::Value;

use super::scalar::{Args, Call, Scalar, gives};

/// The elements of a JSON text as texts, objects and arrays as JSON; with `is_pairs` the members of an object, as
/// `key` and `value`. Text that is neither array nor object has none.
#[must_use]
pub fn elements(json: Expr, is_pairs: bool) -> Expr {
    let function = if is_pairs { json_members() } else { json_elements() };
    function.call(vec![json])
}

fn json_elements() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let output = |_: &Call<'_>| Ok(gives(DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))));
        Scalar { name: "json_elements", inputs: one_text, output, values: elements_of }.function()
    });
    Arc::clone(&FUNCTION)
}

fn json_members() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let output =
            |_: &Call<'_>| Ok(gives(DataType::List(Arc::new(Field::new_list_field(DataType::Struct(pair()), true)))));
        Scalar { name: "json_members", inputs: one_text, output, values: members_of }.function()
    });
    Arc::clone(&FUNCTION)
}

fn one_text(types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [_] => Ok(vec![DataType::Utf8]),
        _ => plan_err!("expected one JSON text, found {} arguments", types.len()),
    }
}

fn pair() -> Fields {
    Fields::from(vec![Field::new("key", DataType::Utf8, true), Field::new("value", DataType::Utf8, true)])
}

fn elements_of(args: &Args<'_>) -> Result<ArrayRef> {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for text in &args.texts(0)? {
        match text.and_then(|text| serde_json::from_str(text).ok()) {
            Some(Value::Array(elements)) => {
                elements.iter().for_each(|element| lists.values().append_option(text_of(element)));
                lists.append(true);
            }
            _ => lists.append(false),
        }
    }
    Ok(Arc::new(lists.finish()))
}

fn members_of(args: &Args<'_>) -> Result<ArrayRef> {
    let mut lists = ListBuilder::new(StructBuilder::from_fields(pair(), args.rows()));
    for text in &args.texts(0)? {
        match text.and_then(|text| serde_json::from_str(text).ok()) {
            Some(Value::Object(members)) => {
                for (key, value) in &members {
                    let pairs = lists.values();
                    for (at, text) in [Some(key.clone()), text_of(value)].into_iter().enumerate() {
                        if let Some(texts) = pairs.field_builder::<StringBuilder>(at) {
                            texts.append_option(text);
                        }
                    }
                    pairs.append(true);
                }
                lists.append(true);
            }
            _ => lists.append(false),
        }
    }
    Ok(Arc::new(lists.finish()))
}

/// A value as text: strings unquoted, objects and arrays as JSON, null as missing.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
