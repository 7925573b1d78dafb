//! Selections: what stands in `detection`, read into tests of fields that are joined by `and` and `or`.

use super::condition::{self, Condition, Parsed};
use super::field::{FieldTest, field_test};
use super::yaml::{Node, Value};
use super::{Failed, Placeholders};
use crate::diag::{Diagnostic, Span};

/// The selections of a rule and the conditions on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// By name, in the order of the rule.
    pub selections: Vec<Selection>,
    /// Of which one has to hold.
    pub conditions: Vec<Condition>,
}

/// A selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Its name in conditions.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// What holds of a record that it selects.
    pub group: Group,
}

/// Tests of fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Group {
    /// All of them hold.
    All(Vec<Self>),
    /// One of them holds.
    Any(Vec<Self>),
    /// A test of one field, or of the record's whole text.
    Test(FieldTest),
}

/// A detection as it is written: what comes after a `|` is not understood here.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) selections: Vec<Selection>,
    pub(super) conditions: Vec<(Parsed, Span)>,
    pub(super) timeframe: Option<(String, Span)>,
}

/// Reads the block below `key`, which is `detection` or `filter`; the members `others` are read elsewhere.
pub(super) fn written(
    key: &str,
    block: &Node,
    others: &[&str],
    placeholders: &Placeholders,
    notices: &mut Vec<Diagnostic>,
) -> Result<Written, Failed> {
    let wrong = |what: String, span: Span| Failed::from(Diagnostic::error("G004", what).at(span, ""));
    if !matches!(block.value, Value::Map(_)) {
        return Err(wrong(format!("`{key}` is {}, not selections and a condition", block.kind()), block.span));
    }
    let mut selections = Vec::new();
    let (mut conditions, mut timeframe) = (Vec::new(), None);
    for (name, value) in block.entries() {
        match name.text.as_str() {
            "condition" => conditions = self::conditions(value, name.span)?,
            "timeframe" => timeframe = value.text().map(|text| (text.to_owned(), value.span)),
            other if others.contains(&other) => {}
            _ => {
                let group =
                    group(value, placeholders, notices).map_err(|failed| failed.within(&name.text, name.span))?;
                selections.push(Selection { name: name.text.clone(), span: name.span, group });
            }
        }
    }
    if conditions.is_empty() {
        return Err(wrong(format!("`{key}` has no `condition`"), block.span));
    }
    for (parsed, span) in &conditions {
        known(&parsed.condition, &selections, *span)?;
    }
    Ok(Written { selections, conditions, timeframe })
}

fn conditions(value: &Node, key: Span) -> Result<Vec<(Parsed, Span)>, Diagnostic> {
    let one = |node: &Node| {
        let Some(text) = node.text() else {
            return Err(Diagnostic::error("G005", format!("`condition` is {}, not text", node.kind())).at(key, ""));
        };
        let parsed = condition::parse(text);
        let wrong = |reason: String| {
            Diagnostic::error("G005", format!("`condition` does not parse: {reason}")).at(node.span, "")
        };
        parsed.map(|parsed| (parsed, node.span)).map_err(wrong)
    };
    match &value.value {
        Value::List(items) => items.iter().map(one).collect(),
        _ => one(value).map(|one| vec![one]),
    }
}

/// Checks that every name of a condition is that of a selection.
fn known(condition: &Condition, selections: &[Selection], span: Span) -> Result<(), Diagnostic> {
    let names = || selections.iter().map(|selection| selection.name.as_str());
    let wrong = |message: String| Diagnostic::error("G006", message).at(span, "");
    match condition {
        Condition::Any(parts) | Condition::All(parts) => {
            parts.iter().try_for_each(|part| known(part, selections, span))
        }
        Condition::Not(inner) => known(inner, selections, span),
        Condition::Name(name) if names().any(|known| known == name) => Ok(()),
        Condition::Name(name) => {
            let error = wrong(format!("no selection is named `{name}`"));
            Err(match crate::diag::closest(name, names()) {
                Some(close) => error.help(format!("`{close}` has a similar name")),
                None => error,
            })
        }
        Condition::Of(quantity, target) => {
            let count = names().filter(|name| target.takes(name)).count();
            match quantity {
                _ if count == 0 => Err(wrong(format!("no selection is meant by `of {target}`"))),
                condition::Quantity::AtLeast(least) if *least > count => {
                    Err(wrong(format!("`{condition}` asks for {least} selections of {count}")))
                }
                _ => Ok(()),
            }
        }
    }
}

fn group(node: &Node, placeholders: &Placeholders, notices: &mut Vec<Diagnostic>) -> Result<Group, Failed> {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            let mut tests = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                tests.push(Group::Test(field_test(key, value, placeholders, notices)?));
            }
            Ok(if tests.len() == 1 { tests.remove(0) } else { Group::All(tests) })
        }
        Value::List(items) if !items.is_empty() => {
            let is_plain = items.iter().all(|item| item.text().is_some());
            if is_plain {
                return Ok(Group::Test(FieldTest::keywords(items, node.span)?));
            }
            let mut groups = Vec::with_capacity(items.len());
            for item in items {
                groups.push(group(item, placeholders, notices)?);
            }
            Ok(if groups.len() == 1 { groups.remove(0) } else { Group::Any(groups) })
        }
        Value::Map(_) | Value::List(_) => {
            Err(Diagnostic::error("G004", "a selection without a test").at(node.span, "nothing here").into())
        }
        Value::Null => Err(Diagnostic::error("G004", "a selection without a test").at(node.span, "null").into()),
        _ => Ok(Group::Test(FieldTest::keywords(std::slice::from_ref(node), node.span)?)),
    }
}
