//! `first_seen(key, …)`: whether no event before has the same keys, or none within a time when an interval comes last.
//!
//! It stands wherever a condition may: in `WHERE` it looks at the events that the other conditions leave.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Function, Select, Visit, Visitor, WindowType};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::build::{arguments, function_name};

const NAME: &str = "first_seen";

/// The condition that a call stands for.
pub(super) fn condition(function: &Function) -> Option<Expr> {
    let mut keys: Vec<Expr> = arguments(function)?.into_iter().cloned().collect();
    let interval = keys.pop_if(|last| matches!(last, Expr::Interval(_)));
    let template = match interval {
        // Events of one second have no order of their own; their ids give them one.
        None => "row_number() OVER (ORDER BY eventtime, eventid) = 1",
        Some(_) => {
            "coalesce(event_timestamp(eventtime) \
             > lag(event_timestamp(eventtime)) OVER (ORDER BY event_timestamp(eventtime), eventid) + INTERVAL '1' DAY, TRUE)"
        }
    };
    let mut expr = Parser::new(&GenericDialect {}).try_with_sql(template).ok()?.parse_expr().ok()?;
    partition(&mut expr, &keys, interval.as_ref());
    // What is null is not seen at all.
    let there = |key: &Expr| Expr::IsNotNull(Box::new(Expr::Nested(Box::new(key.clone()))));
    let all = keys.iter().map(there).chain([expr]).reduce(|left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    })?;
    (!keys.is_empty()).then(|| Expr::Nested(Box::new(all)))
}

/// Puts the keys and the interval where the template leaves room for them.
fn partition(expr: &mut Expr, keys: &[Expr], interval: Option<&Expr>) {
    use datafusion::sql::sqlparser::ast::{VisitMut, VisitorMut};
    struct Fill<'a>(&'a [Expr], Option<&'a Expr>);
    impl VisitorMut for Fill<'_> {
        type Break = ();

        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            match (expr, self.1) {
                (Expr::Function(Function { over: Some(WindowType::WindowSpec(window)), .. }), _) => {
                    window.partition_by = self.0.to_vec();
                }
                (known @ Expr::Interval(_), Some(interval)) => *known = interval.clone(),
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    // Never breaks off.
    let _ = expr.visit(&mut Fill(keys, interval));
}

/// Moves conditions about first sightings from `WHERE` to where windows are known.
pub(super) fn qualify(select: &mut Select) {
    if !select.selection.as_ref().is_some_and(asks) {
        return;
    }
    let (mut asking, mut others) = (Vec::new(), Vec::new());
    let mut open: Vec<Expr> = select.selection.take().into_iter().collect();
    while let Some(expr) = open.pop() {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => open.extend([*right, *left]),
            Expr::Nested(inner) if matches!(*inner, Expr::BinaryOp { op: BinaryOperator::And, .. }) => {
                open.push(*inner)
            }
            expr if asks(&expr) => asking.push(expr),
            expr => others.push(expr),
        }
    }
    let all = |exprs: Vec<Expr>| {
        exprs.into_iter().reduce(|left, right| Expr::BinaryOp {
            left: Box::new(left),
            op: BinaryOperator::And,
            right: Box::new(right),
        })
    };
    select.selection = all(others);
    select.qualify = all(select.qualify.take().into_iter().chain(asking).collect());
}

fn asks(expr: &Expr) -> bool {
    struct Find;
    impl Visitor for Find {
        type Break = ();

        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Function(function) if function_name(function).as_deref() == Some(NAME) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    expr.visit(&mut Find).is_break()
}
