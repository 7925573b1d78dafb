//! Column names for formats whose readers would keep only one of two columns with the same name.

use std::collections::HashSet;

use datafusion::arrow::datatypes::Schema;

/// The names in order, a repeated one with a number: `arn`, `arn_2`.
#[must_use]
pub fn distinct(schema: &Schema) -> Vec<String> {
    let mut taken: HashSet<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut seen = HashSet::new();
    schema
        .fields()
        .iter()
        .map(|field| {
            if seen.insert(field.name()) {
                return field.name().clone();
            }
            let free = (2..).map(|n| format!("{}_{n}", field.name())).find(|name| !taken.contains(name));
            let name = free.expect("there are more numbers than columns");
            taken.insert(name.clone());
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn repeated_names_are_numbered_past_names_that_are_taken() {
        let names = ["a", "b", "a", "a_2", "a", "b"];
        let fields: Vec<_> = names.iter().map(|name| Field::new(*name, DataType::Null, true)).collect();
        assert_eq!(distinct(&Schema::new(fields)), ["a", "b", "a_3", "a_2", "a_4", "b_2"]);
    }
}
