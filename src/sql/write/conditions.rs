//! Conditions: what null means to their readers decides how they can be written.
//!
//! Conditions of Logs Insights are never in doubt, so their plans say `coalesce(condition, false)` wherever that
//! matters. Where SQL drops null as it drops false, the `coalesce` goes; a negation of it is `IS DISTINCT FROM`.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Like, Operator};

use super::Target;
use super::expr::{Level, Sql, Writer, Writes};

/// A longer subject is not written twice.
const LONG: usize = 48;

impl Writer<'_> {
    /// The condition where null counts as false.
    pub(super) fn condition(&self, expr: &Expr) -> Writes<Sql> {
        match expr {
            Expr::Alias(alias) => self.condition(&alias.expr),
            Expr::BinaryExpr(binary) if binary.op == Operator::And => self.junction(binary, true, true),
            Expr::BinaryExpr(binary) if binary.op == Operator::Or => self.junction(binary, false, true),
            Expr::Not(inner) => self.negated(inner, true),
            Expr::ScalarFunction(call) if call.func.name() == "in_subnet" && self.target == Target::Athena => {
                self.in_subnet(&call.args)
            }
            expr => match definite(expr) {
                Some(inner) => self.condition(inner),
                None => self.expr(expr),
            },
        }
    }

    /// The conditions that all must hold, each of them where null counts as false.
    pub(super) fn conditions(&self, exprs: &[Expr]) -> Writes<Vec<String>> {
        let mut parts = Vec::new();
        for expr in exprs {
            let mut operands = Vec::new();
            flatten(loose(expr), Operator::And, true, &mut operands);
            for operand in operands {
                let written = self.condition(operand)?;
                if written.text != "TRUE" && !parts.contains(&written) {
                    parts.push(written);
                }
            }
        }
        Ok(match parts.as_slice() {
            [only] => vec![only.text.clone()],
            all => all.iter().map(|part| part.at(Level::Not)).collect(),
        })
    }

    pub(super) fn junction(&self, binary: &BinaryExpr, is_and: bool, is_loose: bool) -> Writes<Sql> {
        let (op, word, level) =
            if is_and { (Operator::And, " AND ", Level::And) } else { (Operator::Or, " OR ", Level::Or) };
        let mut operands = Vec::new();
        for side in [&binary.left, &binary.right] {
            flatten(if is_loose { loose(side) } else { side }, op, is_loose, &mut operands);
        }
        let written =
            operands.into_iter().map(|operand| if is_loose { self.condition(operand) } else { self.expr(operand) });
        let mut written = written.collect::<Writes<Vec<_>>>()?;
        if !is_and && written.len() > 1 && written.iter().any(|operand| operand.text != "FALSE") {
            written.retain(|operand| operand.text != "FALSE");
        }
        if let [only] = written.as_slice() {
            return Ok(only.clone());
        }
        // What binds as loosely as the whole needs no parentheses either.
        let texts: Vec<_> = written.iter().map(|operand| operand.at(level)).collect();
        Ok(Sql::new(texts.join(word), level))
    }

    /// The negation of a condition.
    pub(super) fn negated(&self, inner: &Expr, is_loose: bool) -> Writes<Sql> {
        if let Expr::Not(twice) = inner {
            return if is_loose { self.condition(twice) } else { self.expr(twice) };
        }
        if let Some(condition) = definite(inner) {
            return self.false_or_null(condition);
        }
        Ok(match inner {
            Expr::IsNull(value) => self.presence(value, true)?,
            Expr::IsNotNull(value) => self.presence(value, false)?,
            Expr::InList(list) => self.in_list(list, !list.negated)?,
            Expr::Like(like) => self.expr(&Expr::Like(Like { negated: !like.negated, ..like.clone() }))?,
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                self.expr(&left.as_ref().clone().not_eq(right.as_ref().clone()))?
            }
            inner => Sql::new(format!("NOT {}", self.expr(inner)?.at(Level::Not)), Level::Not),
        })
    }

    /// True where the condition is false or null.
    fn false_or_null(&self, condition: &Expr) -> Writes<Sql> {
        if let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition
            && let Some((value, constant)) = with_constant(left, right)
        {
            if let Some(written) = self.flag_differs(value, constant)? {
                return Ok(written);
            }
            let distinct = datafusion::logical_expr::binary_expr(
                value.clone(),
                Operator::IsDistinctFrom,
                Expr::Literal(constant.clone(), None),
            );
            return self.expr(&distinct);
        }
        let subject = match condition {
            Expr::InList(InList { expr, list, negated: false })
                if list.iter().all(|item| matches!(item, Expr::Literal(value, _) if !value.is_null())) =>
            {
                Some(expr.as_ref())
            }
            Expr::ScalarFunction(call) if call.func.name() == "contains" && is_constant(call.args.get(1)) => {
                call.args.first()
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::RegexMatch, right }) if is_constant(Some(right)) => {
                Some(left.as_ref())
            }
            _ => None,
        };
        let opposite = self.negated_plain(condition)?;
        let is_never_null = |name: &str| matches!(name, "in_subnet" | "is_address");
        if matches!(condition, Expr::ScalarFunction(call) if is_never_null(call.func.name())) {
            return Ok(opposite);
        }
        if let Some(subject) = subject {
            let subject = self.expr(subject)?.at(Level::Concat);
            if subject.chars().count() <= LONG && opposite.text.contains(&subject) {
                return Ok(Sql::new(format!("{subject} IS NULL OR {}", opposite.at(Level::And)), Level::Or));
            }
        }
        Ok(Sql::primary(format!("coalesce({}, TRUE)", opposite.text)))
    }

    /// The negation, null where the condition is.
    fn negated_plain(&self, condition: &Expr) -> Writes<Sql> {
        if let Expr::ScalarFunction(call) = condition
            && call.func.name() == "contains"
            && let Some(like) = self.substring(&call.args, true)?
        {
            return Ok(like);
        }
        self.negated(condition, false)
    }
}

/// Takes the operands of nested junctions, from left to right.
fn flatten<'e>(expr: &'e Expr, op: Operator, is_loose: bool, operands: &mut Vec<&'e Expr>) {
    match expr {
        Expr::BinaryExpr(binary) if binary.op == op => {
            for side in [&binary.left, &binary.right] {
                flatten(if is_loose { loose(side) } else { side }, op, is_loose, operands);
            }
        }
        Expr::Alias(alias) => flatten(&alias.expr, op, is_loose, operands),
        expr => operands.push(expr),
    }
}

/// The condition without what makes null false.
fn loose(expr: &Expr) -> &Expr {
    definite(expr).map_or(expr, loose)
}

/// The condition in `coalesce(condition, false)`.
pub(super) fn definite(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::ScalarFunction(call) if call.func.name() == "coalesce" => match call.args.as_slice() {
            [condition, Expr::Literal(ScalarValue::Boolean(Some(false)), _)] => Some(condition),
            _ => None,
        },
        _ => None,
    }
}

/// What is compared with a constant that is there, and the constant.
pub(super) fn with_constant<'e>(left: &'e Expr, right: &'e Expr) -> Option<(&'e Expr, &'e ScalarValue)> {
    match (left, right) {
        (Expr::Literal(..), Expr::Literal(..)) => None,
        (value, Expr::Literal(constant, _)) | (Expr::Literal(constant, _), value) if !constant.is_null() => {
            Some((value, constant))
        }
        _ => None,
    }
}

fn is_constant(expr: Option<&Expr>) -> bool {
    matches!(expr, Some(Expr::Literal(value, _)) if !value.is_null())
}
