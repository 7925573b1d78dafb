//! The elements of JSON as rows are made of them: what is no list is a list of itself.
//!
//! Source: CloudWatch Logs User Guide, "unnest".

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, ListBuilder, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::{Expr, ScalarUDF};

use super::function::Function;
use super::kernel::kernel;
use super::nested::list_type;
use crate::record;
use crate::schema::Kind;

/// What SQL may call of this family.
pub(super) const ELEMENTS: &[Function] = &[Function::ours(
    "json_elements",
    "json_elements(json)",
    "The elements of a JSON array as text; what is no array is one element.",
    &[(r#"json_elements('["a",1,{"b":2}]')[3]"#, r#"{"b":2}"#), ("cardinality(json_elements('a'))", "1")],
    json_elements,
)];

/// `json_elements(json)`: objects and arrays among them as JSON, all others as plain text.
#[must_use]
pub fn json_elements() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
        kernel("json_elements", vec![DataType::Utf8], list_type(&field), |texts, _| {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for text in texts.as_string::<i32>() {
                let Some(text) = text else {
                    lists.append(false);
                    continue;
                };
                match record::elements(text, &[]) {
                    Some(elements) => {
                        for element in elements {
                            lists.values().append_option(record::extract(element, &[], Kind::Numeral));
                        }
                    }
                    None if text.trim() == "null" => {}
                    None => lists
                        .values()
                        .append_value(record::extract(text, &[], Kind::Numeral).as_deref().unwrap_or(text)),
                }
                lists.append(true);
            }
            Ok(Arc::new(lists.finish()) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// The elements of a text column, row by row.
#[must_use]
pub fn elements_of(json: Expr) -> Expr {
    json_elements().call(vec![json])
}
