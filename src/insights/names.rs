//! What a name means where it stands: a column that a command made, a field of the record, a system field.

use datafusion::common::Column;
use datafusion::logical_expr::{Expr, lit};

use super::ast::Path;
use super::functions;
use super::lower::{Rows, column};
use super::value::{Leaf, Value};
use crate::diag::Diagnostic;
use crate::schema::{Kind, Shape, Step, columns};

impl Rows {
    /// The value of a field, as far as there can be one.
    pub(super) fn look_up(&mut self, path: &Path) -> Option<Value> {
        let text = path.text();
        if let Some(value) = self.column(&text) {
            return Some(value);
        }
        let steps = path.steps();
        for length in (1..steps.len()).rev() {
            let Some(value) = self.column(&steps[..length].join(".")) else { continue };
            if let Some(leaf) = value.leaf {
                let path = leaf.path.into_iter().chain(steps[length..].iter().map(|step| self::step(step))).collect();
                return Some(Value::leaf(Leaf { path, is_flag: false, ..leaf }));
            }
        }
        if !self.has_record {
            return self.bare_aggregate(path);
        }
        if text.starts_with('@') && !text.starts_with("@@") {
            return Some(self.system(&text).unwrap_or_else(Value::missing));
        }
        if !self.fields.iter().any(|(known, _)| *known == text) {
            self.fields.push((text, path.span));
        }
        Some(Value::leaf(Leaf {
            json: self.base("eventjson"),
            is_flag: is_flag(&steps),
            path: steps.into_iter().map(step).collect(),
        }))
    }

    /// `sort count`, where the column's name is `count(*)`.
    fn bare_aggregate(&mut self, path: &Path) -> Option<Value> {
        let name = functions::find(&path.text()).filter(|function| function.is_aggregate())?.name;
        let mut matching = self.columns.iter().filter(|column| column.aggregate.as_deref() == Some(name));
        let (Some(column), None) = (matching.next(), matching.next()) else { return None };
        let (value, full) = (column.value.clone(), column.name.clone());
        let notice = Diagnostic::notice("I043", format!("`{name}` is taken for the column `{full}`"));
        self.notice(
            notice
                .at(path.span, "a part of a column's name")
                .help(format!("write `{full}`, or name the column with `as`")),
        );
        Some(value)
    }

    /// A column of the table.
    pub(super) fn base(&self, name: &str) -> Expr {
        let found = self.plan.schema().iter().find(|(_, field)| field.name() == name);
        match found {
            Some((relation, _)) => Expr::Column(Column::new(relation.cloned(), name)),
            None => column(name),
        }
    }

    /// A system field.
    ///
    /// Source: CloudWatch Logs User Guide, "Supported logs and discovered fields".
    pub(super) fn system(&self, name: &str) -> Option<Value> {
        if !self.has_record {
            return None;
        }
        let leaf = |path: &str, kind: Kind| {
            crate::functions::json::leaf(self.base("eventjson"), &[Step::ExactKey(path.into())], kind)
        };
        // Missing parts make the whole missing.
        let joined = |left: &str, between: &str, right: &str| {
            use datafusion::logical_expr::{Operator, binary_expr};
            let head = binary_expr(self.base(left), Operator::StringConcat, lit(between));
            Value::text_of(binary_expr(head, Operator::StringConcat, self.base(right)))
        };
        Some(match name {
            "@timestamp" => Value::time_of(leaf("eventTime", Kind::Time)),
            "@message" => Value::leaf(Leaf { json: self.base("eventjson"), path: Vec::new(), is_flag: false }),
            "@logStream" => joined("account", "_CloudTrail_", "region"),
            "@log" => joined("account", ":", "folder"),
            "@ingestionTime" => Value::time_of(self.base("$file_modified_time")),
            "@data_source_name" => Value::text_of(lit("aws_cloudtrail")),
            "@data_source_type" => Value::text_of(leaf("eventCategory", Kind::Text)),
            _ => return None,
        })
    }
}

/// A segment of a path as a step into a record. A key that begins with `@` is written with one more.
fn step(segment: &str) -> Step {
    match segment.parse() {
        Ok(index) if segment.bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(index),
        _ => Step::ExactKey(segment.strip_prefix('@').filter(|key| key.starts_with('@')).unwrap_or(segment).into()),
    }
}

/// Whether the schema says that the field is true or false.
fn is_flag(steps: &[&str]) -> bool {
    let mut members = columns::ALL;
    for (index, step) in steps.iter().enumerate() {
        let Some(column) = members.iter().find(|column| column.json == *step) else { return false };
        match column.shape {
            Shape::Flag => return index + 1 == steps.len(),
            Shape::Struct(inner) => members = inner,
            _ => return false,
        }
    }
    false
}
