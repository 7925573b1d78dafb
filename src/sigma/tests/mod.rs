//! Rules against records: by hand, and against a plain reading of the specification.

mod collections;
mod lints;
mod naive;
mod records;

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::DFSchema;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::physical_expr::create_physical_expr;

use super::{Collection, Options};
use crate::diag::Source;

/// Whether an expression holds of each record.
fn answers(expr: &Expr, records: &[&str]) -> Vec<bool> {
    let schema = Schema::new(vec![Field::new("eventjson", DataType::Utf8, true)]);
    let input = DFSchema::try_from(schema.clone()).expect("a schema");
    let physical = create_physical_expr(expr, &input, &ExecutionProps::new(), &PhysicalPlanningContext::default())
        .expect("an expression");
    let column = Arc::new(StringArray::from(records.to_vec()));
    let batch = RecordBatch::try_new(Arc::new(schema), vec![column]).expect("a batch");
    let found = physical.evaluate(&batch).expect("answers").into_array(records.len()).expect("an array");
    found.as_boolean().iter().map(|answer| answer.expect("never null")).collect()
}

/// A rule with this detection.
fn rule(detection: &str) -> String {
    let indented: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: t\nid: r\nlogsource:\n  product: aws\n  service: cloudtrail\ndetection:\n{indented}")
}

fn load(text: &str) -> Collection {
    Collection::load(&[Source::new("rule.yml", text)], &Options::default())
}

/// Whether the detection holds of each record.
#[track_caller]
fn holds(detection: &str, records: &[&str]) -> Vec<bool> {
    let collection = load(&rule(detection));
    assert!(collection.failed.is_empty(), "{detection}: {:?}", collection.failed);
    answers(&collection.rules.first().expect(detection).predicate(), records)
}

/// The error of a text: its code and message, and the text it points at.
#[track_caller]
fn error(text: &str) -> String {
    let collection = load(text);
    let failed = collection.failed.first().unwrap_or_else(|| panic!("{text} is read"));
    let error = &failed.list[0];
    let at = error.label.as_ref().map(|(span, _)| &failed.source.text[span.range()]).expect("a place");
    format!("{} {} @ {at}", error.code, error.message)
}
