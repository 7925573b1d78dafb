//! Expressions → values, and conditions that are never in doubt.
//!
//! A comparison with something missing does not hold, and its negation does. So conditions have two values; a
//! `filter` drops null as well as false, and gets its comparisons bare, in the form that the scan can use.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::functions::expr_fn;
use datafusion::logical_expr::expr::{HigherOrderFunction, Lambda, LambdaVariable};
use datafusion::logical_expr::{Expr, Operator as Engine, binary_expr, lit, not};

use super::ast::{self, Call, ExprKind, Operator, Path, Pattern};
use super::functions::{self, Aggregate, Args, Meaning};
use super::lower::{Lowers, column};
use super::period::{Period, Unit};
use super::rows::Rows;
use super::value::{Class, Literal, Value, among, calculate, compare, definite, joined};
use super::world::Named;
use crate::diag::{Diagnostic, closest};
use crate::functions::lambdas::any_match;

impl Rows {
    /// The value of an expression.
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Lowers<Value> {
        if let Some(value) = self.known(expr) {
            return Ok(value);
        }
        Ok(match &expr.kind {
            ExprKind::Number(text) => Value::literal(Literal::Number(text.parse().unwrap_or(f64::NAN))),
            ExprKind::Text(text) => Value::literal(Literal::Text(text.clone())),
            ExprKind::Flag(flag) => Value::literal(Literal::Flag(*flag)),
            ExprKind::Null => Value::missing(),
            ExprKind::Field(path) => self.field(path)?,
            ExprKind::Call(call) => self.call(call, expr)?,
            ExprKind::Negate(operand) => match self.value(operand)? {
                Value { literal: Some(Literal::Number(number)), .. } => Value::literal(Literal::Number(-number)),
                operand => Value::number_of(lit(0.0) - operand.number()),
            },
            ExprKind::Binary(operator, left, right) if operator.level() != ast::level::COMPARE => {
                calculate(*operator, &self.value(left)?, &self.value(right)?)
            }
            // A period outside a call does not parse.
            ExprKind::Period(_) => Value::missing(),
            _ => Value::flag_of(definite(self.condition(expr)?)),
        })
    }

    /// The condition; null counts as false.
    pub(super) fn condition(&mut self, expr: &ast::Expr) -> Lowers<Expr> {
        if let Some(value) = self.known(expr) {
            return Ok(value.truth());
        }
        Ok(match &expr.kind {
            ExprKind::All(parts) => self.conditions(parts, Expr::and)?,
            ExprKind::Any(parts) => self.conditions(parts, Expr::or)?,
            ExprKind::Not(inner) => not(definite(self.condition(inner)?)),
            ExprKind::Binary(operator, left, right) if operator.level() == ast::level::COMPARE => {
                self.comparison(*operator, left, right)?
            }
            ExprKind::Like { subject, negated, pattern } => {
                let subject = self.value(subject)?;
                let fits = |subject: &Value| match pattern {
                    Pattern::Text(text) => expr_fn::contains(subject.text(), lit(text.as_str())),
                    Pattern::Regex(pattern) => binary_expr(subject.text(), Engine::RegexMatch, lit(pattern.as_str())),
                };
                negate(of_any(&subject, fits), *negated)
            }
            ExprKind::In { subject, negated, list } => {
                let subject = self.value(subject)?;
                let list = list.iter().map(|item| self.value(item)).collect::<Lowers<Vec<_>>>()?;
                negate(of_any(&subject, |subject| among(subject, &list)), *negated)
            }
            ExprKind::InQuery { subject, negated, query } => {
                let subject = self.value(subject)?;
                let found = self.found_in(&subject, query)?;
                if *negated { not(found) } else { found }
            }
            _ => self.value(expr)?.truth(),
        })
    }

    fn conditions(&mut self, parts: &[ast::Expr], join: fn(Expr, Expr) -> Expr) -> Lowers<Expr> {
        let parts = parts.iter().map(|part| self.condition(part)).collect::<Lowers<Vec<_>>>()?;
        Ok(joined(parts, join).unwrap_or_else(|| lit(true)))
    }

    fn comparison(&mut self, operator: Operator, left: &ast::Expr, right: &ast::Expr) -> Lowers<Expr> {
        let (a, b) = (self.value(left)?, self.value(right)?);
        let other = match (&left.kind, &right.kind) {
            (_, ExprKind::Null) => Some(&a),
            (ExprKind::Null, _) => Some(&b),
            _ => None,
        };
        Ok(match (operator, other) {
            (Operator::Equal, Some(other)) => other.expr.clone().is_null(),
            (Operator::NotEqual, Some(other)) => other.expr.clone().is_not_null(),
            (_, Some(_)) => lit(false),
            (Operator::NotEqual, None) => not(definite(compare_any(Operator::Equal, &a, &b))),
            (_, None) => compare_any(operator, &a, &b),
        })
    }

    /// The column that an expression as a whole is the name of, after a `stats` or inside one.
    fn known(&self, expr: &ast::Expr) -> Option<Value> {
        if matches!(
            expr.kind,
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Flag(_) | ExprKind::Null | ExprKind::Field(_)
        ) {
            return None;
        }
        match &self.group {
            Some(group) => named(&group.columns, &expr.key()),
            None if self.world.has_record() => None,
            None => self.world.column(&expr.key()),
        }
    }

    fn field(&mut self, path: &Path) -> Lowers<Value> {
        let text = path.text();
        if let Some(group) = &self.group {
            return named(&group.columns, &text).ok_or_else(|| {
                Diagnostic::error("I026", format!("`{text}` is neither aggregated nor a key"))
                    .at(path.span, "differs within a group")
                    .help(format!("write `latest({text})`, or add `{text}` after `by`"))
            });
        }
        match self.look_up(path) {
            Some(value) => Ok(value),
            None if self.is_strict => Err(self.gone(path)),
            None => {
                let gone = self.gone(path);
                self.context.notice(Diagnostic { code: "I042", severity: crate::diag::Severity::Notice, ..gone });
                Ok(Value::missing())
            }
        }
    }

    /// That a field is not among what the last `stats` made.
    pub(super) fn gone(&self, path: &Path) -> Diagnostic {
        let text = path.text();
        let names = self.world.names();
        let error =
            Diagnostic::error("I027", format!("`{text}` is gone after `stats`")).at(path.span, "no longer there");
        match closest(&text, names.iter().map(String::as_str)) {
            Some(name) => error.help(format!("`{name}` has a similar name")),
            None => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                error.help(format!("`stats` left {}", names.join(", ")))
            }
        }
    }

    fn call(&mut self, call: &Call, expr: &ast::Expr) -> Lowers<Value> {
        let Some(function) = functions::find(&call.name.text) else { return Ok(Value::missing()) };
        match function.meaning {
            Meaning::Scalar(meaning) | Meaning::Timed(meaning) => {
                let args = self.args(call, function.is_timed())?;
                Ok(meaning(&args))
            }
            Meaning::Aggregate(meaning) | Meaning::TimedAggregate(meaning) => {
                // Inside an aggregate the rows are those before the grouping.
                let Some(group) = self.group.take() else {
                    let name = function.name;
                    return Err(Diagnostic::error("I025", format!("`{name}` is an aggregate"))
                        .at(expr.span, "outside `stats`")
                        .help(format!("compute it with `stats {} as name` first", expr.key())));
                };
                let args = self.args(call, function.is_timed()).map(|args| Args { bin: group.bin, ..args });
                let Aggregate { exprs, finish } = meaning(&args?);
                let named: Vec<_> = exprs.into_iter().map(|expr| (self.fresh(function.name), expr)).collect();
                let group = self.group.insert(group);
                let columns = named.iter().map(|(name, _)| column(name)).collect();
                group.aggregates.extend(named.into_iter().map(|(name, expr)| expr.alias(name)));
                Ok(finish(columns))
            }
        }
    }

    /// The row's time, as far as `stats … offset` counts it later.
    fn shifted_timestamp(&self) -> Option<Value> {
        let timestamp = self.world.timestamp()?;
        Some(match self.offset {
            Some(shift) => Value::time_of(timestamp.later(shift)),
            None => timestamp,
        })
    }

    fn args(&mut self, call: &Call, is_timed: bool) -> Lowers<Args> {
        let mut period = Period { count: 1, unit: Unit::Minute };
        let mut values = Vec::new();
        for arg in &call.args {
            match &arg.kind {
                ExprKind::Period(written) => period = *written,
                _ => values.push(self.value(arg)?),
            }
        }
        let timestamp = if is_timed { self.shifted_timestamp() } else { Some(Value::missing()) };
        let Some(timestamp) = timestamp.filter(|time| !is_timed || time.class == Class::Time) else {
            let name = &call.name.text;
            return Err(Diagnostic::error("I028", format!("`{name}` needs `@timestamp`, which is gone after `stats`"))
                .at(call.name.span, "no `@timestamp` here")
                .help("add `@timestamp` to the keys of the first `stats`"));
        };
        Ok(Args { values, period, bin: None, timestamp, now: self.context.scope.now })
    }
}

/// Whether the comparison holds, for any element where one side is a list.
fn compare_any(operator: Operator, a: &Value, b: &Value) -> Expr {
    of_any(a, |a| of_any(b, |b| compare(operator, a, b)))
}

/// A condition on a value, or on any element of one that is a list.
fn of_any(value: &Value, condition: impl Fn(&Value) -> Expr) -> Expr {
    let Some(list) = &value.each else { return condition(value) };
    let field = Arc::new(Field::new(ELEMENT, DataType::Utf8, true));
    let element = Expr::LambdaVariable(LambdaVariable::new(ELEMENT.to_owned(), Some(field)));
    let body = condition(&Value::text_of(element));
    let lambda = Expr::Lambda(Lambda::new(vec![ELEMENT.to_owned()], body));
    Expr::HigherOrderFunction(HigherOrderFunction::new(any_match(), vec![list.clone(), lambda]))
}

/// What an element of a list is called in a condition on it.
const ELEMENT: &str = "element";

fn negate(condition: Expr, negated: bool) -> Expr {
    if negated { not(definite(condition)) } else { condition }
}

fn named(columns: &[Named], key: &str) -> Option<Value> {
    columns.iter().rev().find(|column| column.key == key || column.name == key).map(|column| column.value.clone())
}
