//! `SELECT EXISTS (…)`: DataFusion has `EXISTS` as a condition only, so as a value it becomes a count.

use std::ops::ControlFlow;

use datafusion::sql::parser::DFParserBuilder;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{Expr, Query, SelectItem, Statement, VisitMut, VisitorMut};

use super::super::dialect::Athena;

/// Rewrites the tests for existence in an item of a select list.
pub(super) fn rewrite(item: &mut SelectItem) {
    if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
        let _ = expr.visit(&mut Counts);
    }
}

struct Counts;

impl VisitorMut for Counts {
    type Break = ();

    /// What stands in a subquery is its own select's.
    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Exists { subquery, negated } = expr
            && let Some(counted) = count(subquery)
        {
            let found = Expr::Subquery(counted);
            *expr = if *negated { Expr::IsNotTrue(Box::new(found)) } else { found };
        }
        ControlFlow::Continue(())
    }
}

/// `SELECT count(*) > 0 FROM (query)`.
fn count(query: &Query) -> Option<Box<Query>> {
    let text = format!("SELECT count(*) > 0 FROM ({query}) AS found");
    let mut parser = DFParserBuilder::new(text.as_str()).with_dialect(&Athena).build().ok()?;
    match parser.parse_statement().ok()? {
        Parsed::Statement(statement) => match *statement {
            Statement::Query(query) => Some(query),
            _ => None,
        },
        _ => None,
    }
}
