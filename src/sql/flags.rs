//! `WHERE readonly`, `NOT readonly`, `readonly IS TRUE`, `readonly IN (true)`: flags are text, and used as booleans.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};

use crate::schema::{Shape, columns};

/// Text columns that hold `true` or `false`, beside those the schema calls flags.
///
/// Source: CloudTrail Lake's published samples compare both with booleans.
const TEXTS: &[&str] = &["sessioncredentialfromconsole", "mfaauthenticated"];

/// Rewrites flags that stand where `expr` wants a condition.
pub(super) fn rewrite(expr: &mut Expr) {
    match expr {
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => condition(expr),
        Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
            condition(left);
            condition(right);
        }
        Expr::IsTrue(expr) | Expr::IsNotTrue(expr) | Expr::IsFalse(expr) | Expr::IsNotFalse(expr) => condition(expr),
        Expr::Case { operand: None, conditions, .. } => {
            conditions.iter_mut().for_each(|when| condition(&mut when.condition));
        }
        Expr::InList { expr, list, .. } if is_flag(expr) => list.iter_mut().for_each(word),
        _ => {}
    }
}

/// Compares a flag that stands alone as a condition.
pub(super) fn condition(expr: &mut Expr) {
    if let Expr::Nested(inner) = expr {
        condition(inner);
    } else if is_flag(expr) {
        *expr = Expr::BinaryOp {
            left: Box::new(expr.clone()),
            op: BinaryOperator::Eq,
            right: Box::new(Expr::value(Value::SingleQuotedString("true".to_owned()))),
        };
    }
}

/// A boolean as the word a flag holds.
fn word(expr: &mut Expr) {
    if let Expr::Value(value) = expr
        && let Value::Boolean(flag) = value.value
    {
        value.value = Value::SingleQuotedString(flag.to_string());
    }
}

fn is_flag(expr: &Expr) -> bool {
    let name = match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(names) => names.last(),
        _ => None,
    };
    name.is_some_and(|name| {
        let is_text = TEXTS.iter().any(|text| text.eq_ignore_ascii_case(&name.value));
        is_text || columns::find(&name.value).is_some_and(|column| matches!(column.shape, Shape::Flag))
    })
}
