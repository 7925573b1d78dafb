//! What a name means where it stands, as far as the names of commands' own columns do not say it all.

use datafusion::logical_expr::{Expr, JoinType, LogicalPlanBuilder};

use super::ast::{Path, Subquery};
use super::functions;
use super::lower::{Lowers, column, unplanned};
use super::rows::Rows;
use super::value::Value;
use crate::diag::Diagnostic;

impl Rows {
    /// The value of a field, as far as there can be one.
    pub(super) fn look_up(&mut self, path: &Path) -> Option<Value> {
        let found = self.world.find(&path.steps());
        let leaf = found.as_ref().and_then(|value| value.leaf.as_ref());
        if leaf.is_some_and(|leaf| leaf.is_record && !leaf.path.is_empty()) {
            self.context.names_field(&path.text(), path.span);
        }
        found.or_else(|| self.bare_aggregate(path))
    }

    /// `sort count`, where the column's name is `count(*)`.
    fn bare_aggregate(&self, path: &Path) -> Option<Value> {
        let name = functions::find(&path.text()).filter(|function| function.is_aggregate())?.name;
        let mut matching = self.world.columns.iter().filter(|column| column.aggregate.as_deref() == Some(name));
        let (Some(column), None) = (matching.next(), matching.next()) else { return None };
        let full = &column.name;
        let notice = Diagnostic::notice("I043", format!("`{name}` is taken for the column `{full}`"));
        self.context.notice(
            notice
                .at(path.span, "a part of a column's name")
                .help(format!("write `{full}`, or name the column with `as`")),
        );
        Some(column.value.clone())
    }

    /// Whether the value is among those of the one column that a query gives; never null.
    pub(super) fn found_in(&mut self, value: &Value, query: &Subquery) -> Lowers<Expr> {
        let mut inner = self.subquery(query)?;
        let shown = inner.columns_shown();
        let [only] = shown.as_slice() else {
            let names: Vec<_> = shown.iter().map(|(name, _)| format!("`{name}`")).collect();
            return Err(Diagnostic::error("I047", format!("the query gives {} columns, not one", shown.len()))
                .at(query.span, names.join(", "))
                .help("end it with `| fields` and the field to compare with"));
        };
        let key = self.fresh("key");
        let wanted = inner.value_shown(only).text();
        let wanted = inner.settle(vec![wanted.alias(&key)])?;
        let subject = vec![self.computed("subject", value.text())?];
        let key = column(&key);
        // The values are the smaller side, which is read into memory.
        let plan = LogicalPlanBuilder::from(inner.plan)
            .project(wanted)
            .and_then(|plan| plan.filter(key.clone().is_not_null()))
            .and_then(LogicalPlanBuilder::distinct)
            .and_then(|values| {
                values.join_with_expr_keys(self.plan.clone(), JoinType::Right, (vec![key.clone()], subject), None)
            })
            .and_then(LogicalPlanBuilder::build);
        self.plan = plan.map_err(unplanned)?;
        self.reaches_scan = false;
        self.scramble();
        Ok(key.is_not_null())
    }
}
