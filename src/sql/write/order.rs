//! Keys of an order, and what their names mean there.

use std::collections::BTreeSet;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, SortExpr};

use super::expr::{Writer, Writes};
use super::reads::may_be_number;
use super::select::Select;
use super::{Remark, Target};

impl Writer<'_> {
    /// A key of an order, and what it is in SQL: natural order takes several keys where it has no name.
    /// `is_number` tells whether the text may be a number.
    pub(super) fn order_key(&self, key: &SortExpr, is_number: bool) -> Writes<Vec<String>> {
        let written = |text: String, asc: bool, nulls_first: bool| {
            let direction = if asc { "" } else { " DESC" };
            let nulls = if nulls_first { " NULLS FIRST" } else { "" };
            format!("{text}{direction}{nulls}")
        };
        if let Some(natural) = natural_of(&key.expr).filter(|_| self.target == Target::Athena) {
            self.remarks.borrow_mut().insert(Remark::Order);
            let subject = self.expr(natural)?.text;
            let mut keys = Vec::new();
            if is_number {
                let number = format!("TRY_CAST({subject} AS double)");
                // Numbers come after other text; what is missing is neither.
                match (key.asc, key.nulls_first) {
                    (true, false) => keys.push(format!("{subject} IS NULL")),
                    (false, true) => keys.push(format!("{subject} IS NOT NULL")),
                    _ => {}
                }
                keys.push(written(number, key.asc, key.asc));
            }
            keys.push(written(subject, key.asc, key.nulls_first));
            return Ok(keys);
        }
        let text = match self.time_text(&key.expr) {
            Some(text) => text,
            None => self.expr(&key.expr)?.text,
        };
        Ok(vec![written(text, key.asc, key.nulls_first)])
    }

    /// Whether a key of natural order is of text that may be a number.
    pub(super) fn is_number_key(&self, key: &Expr) -> bool {
        natural_of(key).is_some_and(|text| may_be_number(self.parts, text))
    }

    pub(super) fn order(&self, order: &[SortExpr]) -> Writes<String> {
        let key = |key: &SortExpr| self.order_key(key, self.is_number_key(&key.expr));
        let keys = order.iter().map(key).collect::<Writes<Vec<_>>>()?;
        let mut each: Vec<String> = Vec::new();
        for key in keys.concat() {
            if !each.contains(&key) {
                each.push(key);
            }
        }
        Ok(each.join(", "))
    }
}

/// What a natural key is made of.
pub(super) fn natural_of(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::ScalarFunction(call) if call.func.name() == "natural_key" => call.args.first(),
        _ => None,
    }
}

/// Whether a key of the order reads a column by whose name the SELECT list calls something else.
pub(super) fn is_order_hidden(select: &Select) -> bool {
    let is_shown = |expr: &Expr| select.columns.iter().any(|(_, shown)| shown == expr);
    let mut read = BTreeSet::new();
    for key in select.order.iter().filter(|key| !is_shown(&key.expr)) {
        // Never fails: the closure does not.
        let _ = key.expr.apply(|expr| {
            if is_shown(expr) {
                return Ok(TreeNodeRecursion::Jump);
            }
            read.extend(column_of(expr));
            Ok(TreeNodeRecursion::Continue)
        });
    }
    select.columns.iter().any(|(column, expr)| {
        let name = column.name.to_lowercase();
        read.contains(&name) && column_of(expr).as_deref() != Some(name.as_str())
    })
}

/// The column that an expression reads, without its members.
fn column_of(expr: &Expr) -> Option<String> {
    match expr {
        // Those of parts get names that mean nothing else.
        Expr::Column(column) if column.name.contains('#') => None,
        Expr::Column(column) => Some(column.name.clone()),
        expr => {
            let leaf = super::reads::leaf_of(expr)?;
            super::leaf::place(&leaf.path, str::to_owned).map(|_| leaf.path[0].to_string().to_lowercase())
        }
    }
}
