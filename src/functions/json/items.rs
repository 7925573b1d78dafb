//! `json_items`: what `CAST(json_extract(json, path) AS ARRAY(JSON))` is, in one word.

use std::sync::Arc;

use datafusion::arrow::array::{ListBuilder, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::ScalarUDF;

use super::functions::{json, json_and_path};
use super::{as_json, json_path};
use crate::functions::nested::list_type;
use crate::functions::scalar::{Scalar, gives};
use crate::record;

/// The elements of the array at a path, each as JSON; NULL where there is no array.
pub(super) fn json_items() -> Arc<ScalarUDF> {
    Scalar {
        name: "json_items",
        inputs: |types| json_and_path("json_items", types),
        output: |_| Ok(gives(list_type(&item()))),
        values: |args| {
            let paths = args.texts(1)?;
            let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item());
            let mut known: Option<(&str, Vec<_>)> = None;
            for (json, path) in json(args, 0)?.iter().zip(&paths) {
                let (Some(json), Some(path)) = (json, path) else {
                    lists.append(false);
                    continue;
                };
                if known.as_ref().is_none_or(|(text, _)| *text != path) {
                    known = Some((path, json_path(path)?));
                }
                let steps = known.as_ref().map_or(&[][..], |(_, steps)| steps);
                let elements = record::elements(json, steps);
                for element in elements.iter().flatten() {
                    lists.values().append_value(element);
                }
                lists.append(elements.is_some());
            }
            Ok(Arc::new(lists.finish()))
        },
    }
    .function()
}

fn item() -> Field {
    as_json(Field::new_list_field(DataType::Utf8, true))
}
