//! What a predicate says about the name of an event alone.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, InListExpr};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::super::leaves::{Slot, literal, slot_of};
use super::super::needles::is_false;
use crate::schema::{Kind, Step};

/// The key of the member that records are told apart by.
pub(in super::super) const NAME: &str = "eventName";

/// The key of the member that says which service an event is of.
const SOURCE: &str = "eventSource";

type Expr = Arc<dyn PhysicalExpr>;

/// What must be true of the name wherever the predicate is true, over a batch of names alone. None when nothing must.
pub(super) fn of_name(predicate: &Expr) -> Option<Expr> {
    if let Some(binary) = predicate.downcast_ref::<BinaryExpr>() {
        let sides = || (of_name(binary.left()), of_name(binary.right()));
        let joined = |left, right| Some(Arc::new(BinaryExpr::new(left, *binary.op(), right)) as Expr);
        match binary.op() {
            Operator::And => {
                return match sides() {
                    (Some(left), Some(right)) => joined(left, right),
                    (one, other) => one.or(other),
                };
            }
            Operator::Or => {
                let (left, right) = sides();
                return joined(left?, right?);
            }
            _ => {}
        }
    }
    if let Some(call) = predicate.downcast_ref::<ScalarFunctionExpr>()
        && let ("coalesce", [condition, other]) = (call.fun().name(), call.args())
        && is_false(other)
    {
        return of_name(condition);
    }
    over_name(predicate)
}

/// The predicate over a batch of names, when it is about nothing else.
fn over_name(predicate: &Expr) -> Option<Expr> {
    let mut is_about_name = false;
    let over = Arc::clone(predicate).transform_down(|expr| match slot_of(&expr) {
        Some(slot) if is_member(&slot, NAME) => {
            is_about_name = true;
            let name = Arc::new(Column::new(NAME, 0)) as Expr;
            Ok(Transformed::new(name, true, TreeNodeRecursion::Jump))
        }
        Some(_) => plan_err!("about more than the name"),
        None => Ok(Transformed::no(expr)),
    });
    over.data().ok().filter(|_| is_about_name)
}

/// A predicate that is decided once the name is known, over a batch of names alone.
pub(super) fn decided(predicate: &Expr) -> Option<Expr> {
    // Leaves by the exact key may be null where the column is not.
    let is_column = |slot: &Slot| matches!(slot, Slot::Leaf(leaf) if matches!(leaf.path[..], [Step::Key(_)]));
    over_name(predicate).filter(|_| slots(predicate).iter().all(is_column))
}

/// Whether a predicate only says of which service an event is, which its name tells as well.
pub(super) fn is_of_source(predicate: &Expr) -> bool {
    let slots = slots(predicate);
    !slots.is_empty() && slots.iter().all(|slot| is_member(slot, SOURCE) || is_member(slot, NAME))
}

/// The key of the record's own member that a predicate is about, when it is about nothing else.
pub(super) fn member_of(predicate: &Expr) -> Option<String> {
    let slots = slots(predicate);
    let Slot::Leaf(leaf) = slots.first()? else { return None };
    let [Step::Key(key) | Step::ExactKey(key)] = leaf.path.as_slice() else { return None };
    slots.iter().all(|slot| is_member(slot, key)).then(|| key.to_string())
}

/// The values that a condition over names allows, when it lists them.
pub(super) fn listed(condition: &Expr) -> Option<Vec<String>> {
    let is_name = |expr: &Expr| expr.downcast_ref::<Column>().is_some();
    let text = |expr: &Expr| literal(expr)?.try_as_str()?.map(str::to_owned);
    if let Some(list) = condition.downcast_ref::<InListExpr>() {
        let is_plain = !list.negated() && is_name(list.expr());
        return is_plain.then(|| list.list().iter().map(text).collect())?;
    }
    let binary = condition.downcast_ref::<BinaryExpr>()?;
    match binary.op() {
        Operator::Or => Some([listed(binary.left())?, listed(binary.right())?].concat()),
        Operator::Eq if is_name(binary.left()) => Some(vec![text(binary.right())?]),
        Operator::Eq if is_name(binary.right()) => Some(vec![text(binary.left())?]),
        _ => None,
    }
}

fn slots(predicate: &Expr) -> Vec<Slot> {
    let mut slots = Vec::new();
    let visited: Result<_> = predicate.apply(|expr| {
        let Some(slot) = slot_of(expr) else { return Ok(TreeNodeRecursion::Continue) };
        slots.push(slot);
        Ok(TreeNodeRecursion::Jump)
    });
    // Never fails: the closure does not.
    let _ = visited;
    slots
}

fn is_member(slot: &Slot, key: &str) -> bool {
    let Slot::Leaf(leaf) = slot else { return false };
    let is_key = match leaf.path.as_slice() {
        [Step::Key(step) | Step::ExactKey(step)] => **step == *key,
        _ => false,
    };
    is_key && matches!(leaf.kind, Kind::Text | Kind::Scalar | Kind::Numeral)
}
