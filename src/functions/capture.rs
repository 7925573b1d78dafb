//! The groups of a pattern's first match.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, ListBuilder, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{DataFusionError, ScalarValue, exec_err};
use datafusion::logical_expr::{Expr, ScalarUDF, lit};
use regex::Regex;

use super::kernel::kernel;

/// `captures(text, 'pattern')`: the groups of the first match, in order; null where nothing matches.
///
/// Unlike `regexp_match`, a group that takes no part in the match keeps its place, as null.
#[must_use]
pub fn captures() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let list = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
        kernel("captures", vec![DataType::Utf8, DataType::Utf8], list, |texts, constants| {
            let [ScalarValue::Utf8(Some(pattern))] = constants else {
                return exec_err!("`captures` without a pattern");
            };
            let regex = Regex::new(pattern).map_err(|error| DataFusionError::External(Box::new(error)))?;
            let mut lists = ListBuilder::new(StringBuilder::new());
            let mut places = regex.capture_locations();
            for text in texts.as_string::<i32>() {
                let Some(text) = text.filter(|text| regex.captures_read(&mut places, text).is_some()) else {
                    lists.append(false);
                    continue;
                };
                for group in 1..places.len() {
                    lists.values().append_option(places.get(group).map(|(start, end)| &text[start..end]));
                }
                lists.append(true);
            }
            Ok(Arc::new(lists.finish()) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// The groups of a text column, row by row.
#[must_use]
pub fn captures_of(text: Expr, pattern: &str) -> Expr {
    captures().call(vec![text, lit(pattern)])
}
