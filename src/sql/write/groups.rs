//! Keys of groups wherever they are used above the grouping: written in one way everywhere, because SQL knows a key by
//! its text.

use std::sync::Arc;

use datafusion::arrow::datatypes::Field;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result, TableReference};
use datafusion::logical_expr::{Expr, ExprSchemable};

use super::names::UNKNOWN;
use super::select::{Body, Parts, Select};

/// The table of which keys of groups are columns.
const KEYS: &str = "the keys of groups";

/// Makes columns of the keys in everything above the groupings.
pub(super) fn seal(parts: &mut Parts, body: &mut Body) -> Result<()> {
    let mut list = std::mem::take(&mut parts.list);
    for part in &mut list {
        in_body(parts, &mut part.body)?;
    }
    parts.list = list;
    in_body(parts, body)
}

fn in_body(parts: &mut Parts, body: &mut Body) -> Result<()> {
    match body {
        Body::Select(select, exprs) => in_select(parts, select, exprs),
        Body::Union(branches) => branches.iter_mut().try_for_each(|(select, exprs)| in_select(parts, select, exprs)),
        Body::Values(_) => Ok(()),
    }
}

fn in_select(parts: &mut Parts, select: &mut Select, exprs: &mut [Expr]) -> Result<()> {
    let mut keys = Vec::new();
    for key in select.group.iter().flatten() {
        if matches!(key, Expr::Column(_) | Expr::Literal(..)) {
            continue;
        }
        let name = format!("{}", parts.sealed.len());
        let column = Column::new(Some(TableReference::bare(KEYS)), name.as_str());
        let data_type = key.get_type(&parts.fields).unwrap_or(UNKNOWN);
        parts.fields.0.insert(column.clone(), Arc::new(Field::new(name, data_type, true)));
        parts.sealed.insert(column.clone(), key.clone());
        keys.push((key.clone(), column));
    }
    if keys.is_empty() {
        return Ok(());
    }
    let mut seal = |expr: &mut Expr| -> Result<()> {
        let replace = |expr: Expr| {
            Ok(match keys.iter().find(|(key, _)| *key == expr) {
                Some((_, column)) => Transformed::new(Expr::Column(column.clone()), true, TreeNodeRecursion::Jump),
                None => Transformed::no(expr),
            })
        };
        *expr = expr.clone().transform_down(replace)?.data;
        Ok(())
    };
    exprs.iter_mut().chain(&mut select.having).try_for_each(&mut seal)?;
    select.order.iter_mut().try_for_each(|key| seal(&mut key.expr))
}
