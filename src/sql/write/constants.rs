//! Constants computed while the query is written: `1 + 2` is `3`, and what cannot be true is left out.

use std::collections::HashSet;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, lit};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;

use super::lists::leaf_at_once;
use super::select::{Body, From, Parts, Select};

/// Folds every expression of a query.
pub(super) fn fold(parts: &mut Parts, body: &mut Body) -> Result<()> {
    let simplifier = ExprSimplifier::new(SimplifyContext::builder().build());
    let elements = parts.elements.clone();
    let mut one = |expr: &mut Expr| -> Result<()> {
        *expr = folded(std::mem::replace(expr, lit(false)), &simplifier, &elements)?;
        Ok(())
    };
    for part in &mut parts.list {
        in_body(&mut part.body, &mut one)?;
    }
    in_body(body, &mut one)
}

fn in_body(body: &mut Body, each: &mut dyn FnMut(&mut Expr) -> Result<()>) -> Result<()> {
    match body {
        Body::Select(select, exprs) => in_select(select, exprs, each),
        Body::Union(branches) => branches.iter_mut().try_for_each(|(select, exprs)| in_select(select, exprs, each)),
        Body::Values(rows) => rows.iter_mut().flatten().try_for_each(each),
    }
}

fn in_select(select: &mut Select, exprs: &mut [Expr], each: &mut dyn FnMut(&mut Expr) -> Result<()>) -> Result<()> {
    exprs.iter_mut().try_for_each(&mut *each)?;
    select.filters.iter_mut().chain(&mut select.having).try_for_each(&mut *each)?;
    select.group.iter_mut().chain(&mut select.sets).flatten().try_for_each(&mut *each)?;
    select.order.iter_mut().try_for_each(|key| each(&mut key.expr))?;
    in_from(&mut select.from, each)
}

fn in_from(from: &mut From, each: &mut dyn FnMut(&mut Expr) -> Result<()>) -> Result<()> {
    match from {
        From::Join { left, right, on, .. } => {
            in_from(left, each)?;
            in_from(right, each)?;
            on.iter_mut().try_for_each(each)
        }
        From::Unnest { from, list, .. } => {
            in_from(from, each)?;
            each(list)
        }
        From::Nothing | From::Table { .. } | From::Part(..) => Ok(()),
    }
}

fn folded(expr: Expr, simplifier: &ExprSimplifier, elements: &HashSet<Column>) -> Result<Expr> {
    let fold = |expr: Expr| {
        if is_constant(&expr) {
            // What fails when it is computed fails where the query runs.
            return Ok(match simplifier.simplify(expr.clone()) {
                Ok(Expr::Literal(value, _)) if is_writable(&value) => Transformed::yes(lit(value)),
                _ => Transformed::no(expr),
            });
        }
        Ok(match expr {
            Expr::BinaryExpr(binary) => junction(binary),
            Expr::Case(case) => branches(case),
            Expr::ScalarFunction(call) if leaf_at_once(&call, elements).is_some() => {
                match leaf_at_once(&call, elements) {
                    Some(leaf) => Transformed::yes(leaf),
                    None => Transformed::no(Expr::ScalarFunction(call)),
                }
            }
            Expr::ScalarFunction(call) if call.func.name() == "nullif" => match call.args.as_slice() {
                // Dividing by a constant that is not zero needs no care.
                [value @ Expr::Literal(constant, _), Expr::Literal(null, _)] if constant != null => {
                    Transformed::yes(value.clone())
                }
                _ => Transformed::no(Expr::ScalarFunction(call)),
            },
            Expr::ScalarFunction(call) if call.func.name() == "array_element" => match element(&call.args) {
                Some(element) => Transformed::yes(element),
                None => Transformed::no(Expr::ScalarFunction(call)),
            },
            expr => Transformed::no(expr),
        })
    };
    Ok(expr.transform_up(fold)?.data)
}

/// The element of an array that is written out.
fn element(args: &[Expr]) -> Option<Expr> {
    match args {
        [Expr::ScalarFunction(array), Expr::Literal(ScalarValue::Int64(Some(place)), _)]
            if array.func.name() == "make_array" =>
        {
            array.args.get(usize::try_from(*place).ok()?.checked_sub(1)?).cloned()
        }
        _ => None,
    }
}

/// Whether it is computed of constants alone.
fn is_constant(expr: &Expr) -> bool {
    let is_computed = matches!(
        expr,
        Expr::BinaryExpr(_)
            | Expr::Case(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::ScalarFunction(_)
            | Expr::Not(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::InList(_)
            | Expr::Negative(_)
    );
    let depends = |expr: &Expr| {
        Ok(match expr {
            Expr::ScalarFunction(call) => {
                call.func.signature().volatility != datafusion::logical_expr::Volatility::Immutable
            }
            expr => !matches!(
                expr,
                Expr::Literal(..)
                    | Expr::BinaryExpr(_)
                    | Expr::Case(_)
                    | Expr::Cast(_)
                    | Expr::TryCast(_)
                    | Expr::Not(_)
                    | Expr::IsNull(_)
                    | Expr::IsNotNull(_)
                    | Expr::InList(_)
                    | Expr::Negative(_)
            ),
        })
    };
    is_computed && !expr.exists(depends).unwrap_or(true)
}

fn is_writable(value: &ScalarValue) -> bool {
    super::literal::literal(value, true).is_some()
}

fn junction(binary: BinaryExpr) -> Transformed<Expr> {
    let known = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Boolean(Some(flag)), _) => Some(*flag),
        _ => None,
    };
    let decides = match binary.op {
        Operator::And => false,
        Operator::Or => true,
        _ => return Transformed::no(Expr::BinaryExpr(binary)),
    };
    match (known(&binary.left), known(&binary.right)) {
        (Some(flag), _) | (_, Some(flag)) if flag == decides => Transformed::yes(lit(flag)),
        (Some(_), _) => Transformed::yes(*binary.right),
        (_, Some(_)) => Transformed::yes(*binary.left),
        _ => Transformed::no(Expr::BinaryExpr(binary)),
    }
}

/// A CASE without branches that are never taken.
fn branches(case: Case) -> Transformed<Expr> {
    let is_never = |when: &Expr| matches!(when, Expr::Literal(ScalarValue::Boolean(flag), _) if *flag != Some(true));
    if case.expr.is_some() || !case.when_then_expr.iter().any(|(when, _)| is_never(when)) {
        return Transformed::no(Expr::Case(case));
    }
    let when_then_expr: Vec<_> = case.when_then_expr.into_iter().filter(|(when, _)| !is_never(when)).collect();
    match (when_then_expr.is_empty(), case.else_expr) {
        (true, Some(otherwise)) => Transformed::yes(*otherwise),
        (true, None) => Transformed::yes(lit(ScalarValue::Null)),
        (false, else_expr) => Transformed::yes(Expr::Case(Case { expr: None, when_then_expr, else_expr })),
    }
}
