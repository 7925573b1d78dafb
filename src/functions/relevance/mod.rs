//! `relevance`: how much the values of a field tell rows that match from the other rows.
//!
//! The score is the Jensen-Shannon divergence, with logarithms to base 2, of the two distributions of the field's
//! values; rows without the field have a value of their own. 0 means that both are the same, 1 that no value is in both.
//!
//! Ids are different in every row, and would divide any two sets of rows perfectly without telling anything. Where more
//! than twenty values were seen in no more than two rows each, these count as one value together.
//!
//! Source: Lin, "Divergence measures based on the Shannon entropy", 1991.

mod evidence;
mod fields;
mod numbers;
mod rows;

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF};

use super::Function;
use super::aggregates::fold::Folded;
use super::nested::{is_text, wrong};

/// What SQL may call of this family.
pub(super) const RELEVANCE: &[Function] = &[
    Function::ours(
        "record_fields",
        "record_fields(json)",
        "The leaves of a JSON object by their dotted paths, as Logs Insights names them.",
        &[(
            r#"record_fields('{"a":{"b":[true,"x"]},"c":null}')"#,
            r#"[{"name":"a.b.0","value":"1"},{"name":"a.b.1","value":"x"}]"#,
        )],
        fields::build,
    ),
    Function::our_aggregate(
        "relevance",
        "relevance(value, matching, other, total_matching, total_other)",
        "How much the values of a field tell matching rows from others: one row for each value, with its counts in both.",
        &[("relevance('x', 2, 3, 2, 3)", r#"{"score":0.0,"contributors":"[]"}"#)],
        build,
    ),
];

/// `record_fields(json)`: a list of structs of `name` and `value`, both text.
#[must_use]
pub fn record_fields() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(fields::build);
    Arc::clone(&FUNCTION)
}

/// The leaves of a column of JSON, row by row.
#[must_use]
pub fn fields_of(json: Expr) -> Expr {
    record_fields().call(vec![json])
}

/// `relevance(value, matching, other, total_matching, total_other)`, an aggregate over the distinct values of a field:
/// a struct of `score`, DOUBLE, `contributors`, JSON, `conditional_median` and `baseline_median`, text.
#[must_use]
pub fn relevance() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(build);
    Arc::clone(&FUNCTION)
}

fn build() -> Arc<AggregateUDF> {
    Folded {
        name: "relevance",
        inputs: |types| match types.split_first() {
            Some((value, counts))
                if is_text(value)
                    && counts.len() == 4
                    && counts.iter().all(|count| count.is_integer() || count.is_null()) =>
            {
                Ok(vec![DataType::Utf8, DataType::Int64, DataType::Int64, DataType::Int64, DataType::Int64])
            }
            _ => wrong("relevance", "value, matching, other, total_matching, total_other", types),
        },
        output: |_| Ok(DataType::Struct(evidence::fields())),
        entries: |_| vec![DataType::Int64, DataType::Utf8, DataType::Int64, DataType::Int64, DataType::Int64],
        start: |_| Ok(Box::new(evidence::Evidence::default())),
        is_set: false,
    }
    .function()
}
