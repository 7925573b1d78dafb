//! Functions of many rows: the value that goes with the greatest, maps and sets of what was seen, estimates.

mod distinct;
mod extreme;
pub(super) mod fold;
mod keyed;
mod quantile;
mod simple;

use std::sync::Arc;

use datafusion::logical_expr::AggregateUDF;

use super::{Build, Function, Origin};

/// What SQL may call of this family.
pub(super) const AGGREGATES: &[Function] = &[
    engine(
        "any_value",
        &["arbitrary"],
        "any_value(x)",
        "Any of the values that are not NULL.",
        &[("any_value(1)", "1")],
        "any_value",
    ),
    engine("bool_or", &[], "bool_or(x)", "Whether any value is true.", &[("bool_or(true)", "true")], "bool_or"),
    engine(
        "bool_and",
        &["every"],
        "bool_and(x)",
        "Whether all values are true.",
        &[("every(false)", "false")],
        "bool_and",
    ),
    engine(
        "string_agg",
        &["listagg"],
        "string_agg(x, delimiter)",
        "The texts as one.",
        &[("listagg('a', ', ')", "a")],
        "string_agg",
    ),
    aggregate(
        "count_if",
        "count_if(condition)",
        "The number of rows for which it is true.",
        &[("count_if(1 < 2)", "1")],
        simple::count_if,
    ),
    aggregate(
        "geometric_mean",
        "geometric_mean(x)",
        "The geometric mean.",
        &[("geometric_mean(1)", "1.0")],
        simple::geometric_mean,
    ),
    aggregate(
        "max_by",
        "max_by(x, y[, n])",
        "The x of the row with the greatest y, or of the n greatest as an array.",
        &[("max_by('a', 1)", "a")],
        extreme::max_by,
    ),
    aggregate(
        "min_by",
        "min_by(x, y[, n])",
        "The x of the row with the least y, or of the n least as an array.",
        &[("min_by('a', 1, 2)", r#"["a"]"#)],
        extreme::min_by,
    ),
    aggregate(
        "map_agg",
        "map_agg(key, value)",
        "The map of keys to values; of equal keys, one value.",
        &[("map_agg('a', 1)", r#"{"a":1}"#)],
        keyed::map_agg,
    ),
    aggregate(
        "multimap_agg",
        "multimap_agg(key, value)",
        "The map of keys to arrays of their values.",
        &[("multimap_agg('a', 1)", r#"{"a":[1]}"#)],
        keyed::multimap_agg,
    ),
    aggregate(
        "map_union",
        "map_union(map)",
        "The entries of all maps; of equal keys, one value.",
        &[("map_union(map(ARRAY['a'], ARRAY[1]))", r#"{"a":1}"#)],
        keyed::map_union,
    ),
    aggregate(
        "histogram",
        "histogram(x)",
        "The map of values to how often each was seen.",
        &[("histogram('a')", r#"{"a":1}"#)],
        keyed::histogram,
    ),
    aggregate(
        "set_agg",
        "set_agg(x)",
        "The array of values, each once.",
        &[("set_agg('a')", r#"["a"]"#)],
        keyed::set_agg,
    ),
    aggregate(
        "set_union",
        "set_union(array)",
        "The array of all elements, each once.",
        &[("set_union(ARRAY[1, 1])", "[1]")],
        keyed::set_union,
    ),
    aggregate(
        "approx_most_frequent",
        "approx_most_frequent(n, x, capacity)",
        "The map of the n values seen most often to how often.",
        &[("approx_most_frequent(1, 'a', 10)", r#"{"a":1}"#)],
        keyed::approx_most_frequent,
    ),
    aggregate(
        "approx_distinct",
        "approx_distinct(x)",
        "About how many values there are; 1.6 % off, seldom more.",
        &[("approx_distinct('a')", "1")],
        distinct::approx_distinct,
    ),
    aggregate(
        "approx_percentile",
        "approx_percentile(x[, weight], p)",
        "The value that about a share p of the values does not exceed; an array for an array of shares.",
        &[("approx_percentile(7, 0.5)", "7")],
        quantile::approx_percentile,
    ),
];

const fn aggregate(
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
    build: fn() -> Arc<AggregateUDF>,
) -> Function {
    Function { name, aliases: &[], usage, summary, examples, origin: Origin::Trino, build: Build::Aggregate(build) }
}

const fn engine(
    name: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
    engine: &'static str,
) -> Function {
    Function { name, aliases, usage, summary, examples, origin: Origin::Trino, build: Build::Engine(engine) }
}
