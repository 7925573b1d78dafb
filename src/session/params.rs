//! `:name` and `$name` in SQL: values bound to the plan, never text pasted into the query.

use std::collections::HashMap;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ParamValues, ScalarValue};
use datafusion::logical_expr::LogicalPlan;

use super::Error;
use crate::diag::{Diagnostic, Diagnostics, Source, Span, closest};

/// The plan with its placeholders replaced by values. A value has the type that its place asks for, else it is text.
///
/// # Errors
/// [`Error::Query`] for a placeholder without a value, and for a value that is not of the type its place asks for.
pub(super) fn bind(plan: LogicalPlan, source: &Source, params: &[(String, String)]) -> Result<LogicalPlan, Error> {
    // `PREPARE` keeps its placeholders for `EXECUTE`.
    if matches!(plan, LogicalPlan::Statement(_)) {
        return Ok(plan);
    }
    let bug = |error: DataFusionError| Error::Bug(error.strip_backtrace());
    let mut wanted: Vec<(String, Option<DataType>)> = plan.get_parameter_types().map_err(bug)?.into_iter().collect();
    if wanted.is_empty() {
        return Ok(plan);
    }
    wanted.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut values = HashMap::new();
    let mut wrong = Vec::new();
    for (id, kind) in wanted {
        let name = id.trim_start_matches('$');
        let Some((_, text)) = params.iter().rev().find(|(known, _)| known == name) else {
            wrong.push(unbound(name, source, params));
            continue;
        };
        let kind = kind.filter(|kind| *kind != DataType::Null).unwrap_or_else(|| kind_of(text));
        match ScalarValue::try_from_string(text.clone(), &kind) {
            Ok(value) => {
                values.insert(name.to_owned(), value);
            }
            Err(_) => wrong.push(
                placed(
                    Diagnostic::error("S008", format!("the value of `{name}` is no {kind}: `{text}`")),
                    name,
                    source,
                )
                .help("its place in the query asks for that type"),
            ),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Query(Diagnostics { source: source.clone(), list: wrong }));
    }
    plan.with_param_values(ParamValues::from(values)).map_err(bug)
}

/// The type of a value whose place asks for none, such as `LIMIT :n`.
fn kind_of(text: &str) -> DataType {
    // `007` is a name, not a number.
    let is_whole = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    if is_whole { DataType::Int64 } else { DataType::Utf8 }
}

fn unbound(name: &str, source: &Source, params: &[(String, String)]) -> Diagnostic {
    let diagnostic = placed(Diagnostic::error("S007", format!("`{name}` has no value")), name, source);
    match closest(name, params.iter().map(|(name, _)| name.as_str())) {
        Some(close) => diagnostic.help(format!("a value was given for `{close}`")),
        None => diagnostic.help(format!("give one with `--param {name}=VALUE`")),
    }
}

/// Points at the first place of the name in the text.
fn placed(diagnostic: Diagnostic, name: &str, source: &Source) -> Diagnostic {
    let places = [':', '$'].map(|mark| source.text.find(&format!("{mark}{name}")));
    match places.into_iter().flatten().min() {
        Some(start) => diagnostic.at(Span::new(start, start + 1 + name.len()), ""),
        None => diagnostic,
    }
}
