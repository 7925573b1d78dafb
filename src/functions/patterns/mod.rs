//! What texts of one kind have in common: shapes, patterns, how often they come and when that is unusual.
//!
//! ```text
//! text ─ pattern_shape ─► GROUP BY ─ pattern_of, tally ─► a pattern for each shape ─ merged_patterns ─► all patterns
//!                                                                    each with its counts by time ─ pattern_anomaly
//! ```
//!
//! The templates of CloudWatch Logs are not public; these are ours. The names of the placeholders follow its
//! documentation: CloudWatch Logs User Guide, "Pattern analysis".

mod anomaly;
mod class;
mod document;
mod fill;
mod form;
mod lex;
mod merge;
mod severity;
mod shape;
mod tally;

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Builder, StringArray, StringBuilder, StructArray};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF};

use self::class::Class;
use super::Function;
use super::nested::{Lists, list_of, wrong};
use super::rows::{at, texts};
use super::scalar::{Args, Scalar, Want, gives, takes};

/// What SQL may call of this family.
pub(super) const PATTERNS: &[Function] = &[
    Function::ours(
        "pattern_shape",
        "pattern_shape(text)",
        "The text with placeholders for everything that varies by nature; texts of one kind have one shape.",
        &[
            ("pattern_shape('port 80 of 192.0.2.1')", "port <Number> of <IPv4>"),
            (r#"pattern_shape('{"eventName":"A","n":[1,2]}')"#, r#"{"eventName":"A","n":[<Number>]}"#),
        ],
        shape_function,
    ),
    Function::our_aggregate(
        "pattern_of",
        "pattern_of(text)",
        "What texts of one shape have in common, with numbered placeholders where they differ.",
        &[("pattern_of('port 80 of 192.0.2.1')", "port 80 of 192.0.2.1")],
        fill::pattern_of,
    ),
    Function::our_aggregate(
        "tally",
        "tally(label)",
        "How often each integer was seen, in their order; NULL is one of them, and the last.",
        &[("tally(7)", r#"[{"label":7,"count":1}]"#)],
        tally::tally,
    ),
    Function::our_aggregate(
        "merged_patterns",
        "merged_patterns(pattern, tally)",
        "Patterns with their counts by label; those of one kind with different words become one.",
        &[(
            "merged_patterns('Access Denied', ARRAY[CAST(ROW(7, 2) AS ROW(label BIGINT, count BIGINT))])",
            r#"[{"pattern":"Access Denied","label":7,"count":2}]"#,
        )],
        merge::merged_patterns,
    ),
    Function::ours(
        "pattern_severity",
        "pattern_severity(pattern)",
        "How bad a pattern sounds by its words: `Error`, `Warn` or `Info`.",
        &[("pattern_severity('Access Denied')", "Error"), ("pattern_severity('Rate exceeded')", "Warn")],
        severity_function,
    ),
    Function::ours(
        "pattern_anomaly",
        "pattern_anomaly(series, first, last, step[, total])",
        "What is unusual about counts by bin, with a score; NULL when nothing is. Times are milliseconds.",
        &[(
            "pattern_anomaly(ARRAY[CAST(ROW(0, 1) AS ROW(label BIGINT, count BIGINT))], 0, 0, 3600000, 1000)",
            r#"{"score":3.5,"reason":"rare: 1 of 1000"}"#,
        )],
        anomaly_function,
    ),
];

/// `pattern_shape(text)`.
#[must_use]
pub fn pattern_shape() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(shape_function);
    Arc::clone(&FUNCTION)
}

/// `pattern_of(text)`, an aggregate over texts of one shape.
#[must_use]
pub fn pattern_of() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(fill::pattern_of);
    Arc::clone(&FUNCTION)
}

/// `tally(label)`, an aggregate: a list of structs of `label` and `count`, both BIGINT.
#[must_use]
pub fn tally() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(tally::tally);
    Arc::clone(&FUNCTION)
}

/// `merged_patterns(pattern, tally)`, an aggregate: a list of structs of `pattern`, `label` and `count`.
#[must_use]
pub fn merged_patterns() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(merge::merged_patterns);
    Arc::clone(&FUNCTION)
}

/// `pattern_severity(pattern)`.
#[must_use]
pub fn pattern_severity() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(severity_function);
    Arc::clone(&FUNCTION)
}

/// `pattern_anomaly(series, first, last, step[, total])`: a struct of `score`, DOUBLE, and `reason`, text.
#[must_use]
pub fn pattern_anomaly() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(anomaly_function);
    Arc::clone(&FUNCTION)
}

/// The shape of a text column, row by row.
#[must_use]
pub fn shape_of(text: Expr) -> Expr {
    pattern_shape().call(vec![text])
}

/// The severity of a column of patterns, row by row.
#[must_use]
pub fn severity_of(pattern: Expr) -> Expr {
    pattern_severity().call(vec![pattern])
}

fn shape_function() -> Arc<ScalarUDF> {
    Scalar {
        name: "pattern_shape",
        inputs: |types| takes("pattern_shape", types, &[Want::Text], &[]),
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let found = args.texts(0)?;
            let mut shaper = shape::Shaper::default();
            texts(args.rows(), |row| at(&found, row).map(|text| Ok(shaper.shape(text).text)))
        },
    }
    .function()
}

fn severity_function() -> Arc<ScalarUDF> {
    Scalar {
        name: "pattern_severity",
        inputs: |types| takes("pattern_severity", types, &[Want::Text], &[]),
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let severities: StringArray = args.texts(0)?.iter().map(|text| text.map(severity::severity)).collect();
            Ok(Arc::new(severities))
        },
    }
    .function()
}

fn anomaly_fields() -> Fields {
    Fields::from(vec![Field::new("score", DataType::Float64, true), Field::new("reason", DataType::Utf8, true)])
}

fn anomaly_function() -> Arc<ScalarUDF> {
    Scalar {
        name: "pattern_anomaly",
        inputs: |types| match types.split_first() {
            Some((series, rest))
                if merge::is_tally(series)
                    && matches!(rest.len(), 3 | 4)
                    && rest.iter().all(|number| number.is_integer() || number.is_null()) =>
            {
                let mut wanted = vec![list_of(DataType::Struct(tally::fields()))];
                wanted.resize(types.len(), DataType::Int64);
                Ok(wanted)
            }
            _ => wrong("pattern_anomaly", "series, first, last, step[, total]", types),
        },
        output: |_| Ok(gives(DataType::Struct(anomaly_fields()))),
        values: anomalies,
    }
    .function()
}

fn anomalies(args: &Args<'_>) -> Result<ArrayRef> {
    let series = Lists::of(args, 0)?;
    let Some((labels, counts)) = series.values.as_struct_opt().and_then(tally::columns) else {
        return exec_err!("`pattern_anomaly` takes counts by label, not {}", args.field(0).data_type());
    };
    let (first, last, step) = (args.integers(1)?, args.integers(2)?, args.integers(3)?);
    let total = args.optional(4, Args::integers)?;
    let (mut scores, mut reasons, mut valid) = (Float64Builder::new(), StringBuilder::new(), Vec::new());
    for row in 0..args.rows() {
        let range = at(&first, row).zip(at(&last, row)).zip(at(&step, row));
        let total = total.as_ref().and_then(|total| at(total, row));
        let found = series.range(row).zip(range).and_then(|(places, ((first, last), step))| {
            let points = places.filter_map(|place| at(&labels, place).zip(at(&counts, place)));
            anomaly::anomaly(points, anomaly::Range { first, last, step }, total)
        });
        valid.push(found.is_some());
        scores.append_option(found.as_ref().map(|found| found.score));
        reasons.append_option(found.map(|found| found.reason));
    }
    let columns: Vec<ArrayRef> = vec![Arc::new(scores.finish()), Arc::new(reasons.finish())];
    Ok(Arc::new(StructArray::try_new(anomaly_fields(), columns, Some(NullBuffer::from(valid)))?))
}

/// A placeholder: `<Arn-1>`, in JSON as a string.
fn placeholder(class: Class, number: usize, is_json: bool) -> String {
    let name = class.name();
    if is_json { format!("\"<{name}-{number}>\"") } else { format!("<{name}-{number}>") }
}
