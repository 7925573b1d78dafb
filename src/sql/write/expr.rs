//! Expressions as SQL text, with no more parentheses than SQL needs.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::expr::{Case, InList};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator};

use super::leaf::Leaf;
use super::literal::{literal, text};
use super::names::quoted;
use super::select::Parts;
use super::{Refused, Target};

/// SQL text, and how tightly it binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sql {
    pub(super) text: String,
    level: Level,
}

/// How tightly operators bind, the loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Compare,
    Concat,
    Add,
    Multiply,
    Unary,
    Primary,
}

/// A longer CASE has a line for each branch.
const LONG_CASE: usize = 80;

/// The table of which names in the SELECT list are columns, where they are meant.
pub(super) const ALIASES: &str = "the SELECT list";

pub(super) type Writes<T> = Result<T, Refused>;

/// Writes expressions for a target, within one SELECT.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) target: Target,
    pub(super) parts: &'a Parts,
    /// Whether columns are written with their table's name: several tables are read.
    pub(super) is_joined: bool,
    /// Aliases of the SELECT that are no column's own name, in lower case: such columns are written with their table's name.
    pub(super) hidden: RefCell<HashSet<String>>,
    /// What the element of a list is, in a condition on it.
    pub(super) element: RefCell<Option<String>>,
    /// What is written means something else in places.
    pub(super) remarks: &'a RefCell<BTreeSet<super::Remark>>,
}

impl Sql {
    pub(super) fn new(text: impl Into<String>, level: Level) -> Self {
        Self { text: text.into(), level }
    }

    pub(super) fn primary(text: impl Into<String>) -> Self {
        Self::new(text, Level::Primary)
    }

    /// The text where an operand binds at least so tightly.
    pub(super) fn at(&self, level: Level) -> String {
        if self.level < level { format!("({})", self.text) } else { self.text.clone() }
    }
}

/// A call of a function.
pub(super) fn call(name: &str, args: &[String]) -> Sql {
    Sql::primary(format!("{name}({})", args.join(", ")))
}

impl Writer<'_> {
    /// The expression, which has exactly the value that it has in the plan.
    pub(super) fn expr(&self, expr: &Expr) -> Writes<Sql> {
        if let Some(read) = self.flag(expr)? {
            return Ok(read);
        }
        Ok(match expr {
            Expr::Alias(alias) => self.expr(&alias.expr)?,
            Expr::Column(column) => match self.parts.sealed.get(column) {
                Some(key) => self.expr(key)?,
                None => Sql::primary(self.column(column)?),
            },
            Expr::Literal(value, _) => self.literal(value, true)?,
            Expr::BinaryExpr(binary) => self.binary(binary)?,
            Expr::Not(inner) => self.negated(inner, false)?,
            Expr::IsNull(inner) => self.presence(inner, false)?,
            Expr::IsNotNull(inner) => self.presence(inner, true)?,
            Expr::IsTrue(inner) => self.is(inner, "IS TRUE")?,
            Expr::IsFalse(inner) => self.is(inner, "IS FALSE")?,
            Expr::IsNotTrue(inner) => self.is(inner, "IS NOT TRUE")?,
            Expr::IsNotFalse(inner) => self.is(inner, "IS NOT FALSE")?,
            Expr::IsUnknown(inner) => self.is(inner, "IS NULL")?,
            Expr::IsNotUnknown(inner) => self.is(inner, "IS NOT NULL")?,
            Expr::Negative(inner) => Sql::new(format!("-{}", self.expr(inner)?.at(Level::Primary)), Level::Unary),
            Expr::Between(between) => {
                let not = if between.negated { "NOT " } else { "" };
                let of = |part: &Expr| Ok::<_, Refused>(self.expr(part)?.at(Level::Concat));
                let (low, high) = (of(&between.low)?, of(&between.high)?);
                Sql::new(format!("{} {not}BETWEEN {low} AND {high}", of(&between.expr)?), Level::Compare)
            }
            Expr::InList(list) => self.in_list(list, list.negated)?,
            Expr::Like(like) if !like.case_insensitive => {
                let (Expr::Literal(pattern, _), None | Some('\\')) = (like.pattern.as_ref(), like.escape_char) else {
                    return Err(Refused::construct("a pattern of `LIKE` that is computed"));
                };
                let pattern = pattern.try_as_str().flatten().unwrap_or_default();
                let escape = if pattern.contains('\\') { " ESCAPE '\\'" } else { "" };
                let not = if like.negated { "NOT " } else { "" };
                let subject = self.expr(&like.expr)?.at(Level::Concat);
                Sql::new(format!("{subject} {not}LIKE {}{escape}", text(pattern)), Level::Compare)
            }
            Expr::Case(case) => self.case(case, false)?,
            Expr::Cast(cast) => self.cast(&cast.expr, cast.field.data_type(), false)?,
            Expr::TryCast(cast) => self.cast(&cast.expr, cast.field.data_type(), true)?,
            Expr::ScalarFunction(function) => match Leaf::of(function) {
                Some(leaf) => self.leaf(&leaf)?,
                None => match super::lists::each_of(expr)?.filter(|_| self.target == Target::Athena) {
                    Some((list, path)) => self.each(list, &path)?,
                    None => self.function(function)?,
                },
            },
            Expr::AggregateFunction(aggregate) => self.aggregate(aggregate)?,
            Expr::WindowFunction(window) => self.window(window)?,
            Expr::HigherOrderFunction(function) => self.higher(function)?,
            Expr::LambdaVariable(variable) => {
                let element = self.element.borrow().clone();
                Sql::primary(element.unwrap_or_else(|| quoted(&variable.name)))
            }
            other => return Err(Refused::construct(format!("`{other}`"))),
        })
    }

    /// The expression as an argument.
    pub(super) fn text(&self, expr: &Expr) -> Writes<String> {
        Ok(self.expr(expr)?.text)
    }

    pub(super) fn texts(&self, exprs: &[Expr]) -> Writes<Vec<String>> {
        exprs.iter().map(|expr| self.text(expr)).collect()
    }

    fn is(&self, inner: &Expr, test: &str) -> Writes<Sql> {
        Ok(Sql::new(format!("{} {test}", self.expr(inner)?.at(Level::Concat)), Level::Compare))
    }

    /// A column, with its table's name where it needs one.
    pub(super) fn column(&self, column: &Column) -> Writes<String> {
        let relation = column.relation.as_ref().map(|relation| relation.table());
        let is_record = relation.is_some_and(|relation| self.parts.records.contains(relation));
        if is_record && self.target == Target::Athena {
            if column.name == "folder" {
                // Athena's table is defined over this folder.
                return Ok(text("CloudTrail"));
            }
            if column.name == "eventid" {
                // As such it is a leaf; the column stands for the number of the record.
                self.remarks.borrow_mut().insert(super::Remark::Ties);
            }
            self.check_of_athena(&column.name)?;
        }
        let name = self.parts.called.get(column).map_or(column.name.as_str(), String::as_str);
        Ok(self.named(relation, name))
    }

    pub(super) fn named(&self, relation: Option<&str>, name: &str) -> String {
        match relation {
            Some(ALIASES) => quoted(name),
            Some(relation) if self.is_joined || self.hidden.borrow().contains(name) => {
                format!("{}.{}", quoted(relation), quoted(name))
            }
            _ => quoted(name),
        }
    }

    pub(super) fn literal(&self, value: &ScalarValue, is_exact: bool) -> Writes<Sql> {
        let text = literal(value, is_exact)
            .ok_or_else(|| Refused::construct(format!("a constant of the type `{}`", value.data_type())))?;
        let level = if text.starts_with('-') { Level::Unary } else { Level::Primary };
        Ok(Sql::new(text, level))
    }

    /// The type of an expression.
    pub(super) fn type_of(&self, expr: &Expr) -> DataType {
        expr.get_type(&self.parts.fields).unwrap_or(super::names::UNKNOWN)
    }

    fn is_double(&self, expr: &Expr) -> bool {
        !matches!(expr, Expr::Literal(..)) && self.type_of(expr) == DataType::Float64
    }

    fn binary(&self, binary: &BinaryExpr) -> Writes<Sql> {
        let BinaryExpr { left, op, right } = binary;
        if let Some(compared) = self.compared(binary)? {
            return Ok(compared);
        }
        if let (Operator::Minus, Some(from), Some(to)) = (op, self.millis_of(right), self.millis_of(left)) {
            return Ok(call("date_diff", &["'millisecond'".to_owned(), self.text(from)?, self.text(to)?]));
        }
        let (symbol, level) = match op {
            Operator::Or => return self.junction(binary, false, false),
            Operator::And => return self.junction(binary, true, false),
            Operator::Eq => ("=", Level::Compare),
            Operator::NotEq => ("<>", Level::Compare),
            Operator::Lt => ("<", Level::Compare),
            Operator::LtEq => ("<=", Level::Compare),
            Operator::Gt => (">", Level::Compare),
            Operator::GtEq => (">=", Level::Compare),
            Operator::IsDistinctFrom => ("IS DISTINCT FROM", Level::Compare),
            Operator::IsNotDistinctFrom => ("IS NOT DISTINCT FROM", Level::Compare),
            Operator::StringConcat => ("||", Level::Concat),
            Operator::Plus => ("+", Level::Add),
            Operator::Minus => ("-", Level::Add),
            Operator::Multiply => ("*", Level::Multiply),
            Operator::Divide => ("/", Level::Multiply),
            Operator::Modulo => ("%", Level::Multiply),
            Operator::RegexMatch => {
                return Ok(call("regexp_like", &[self.text(left)?, self.pattern(right)?]));
            }
            Operator::RegexNotMatch => {
                let like = call("regexp_like", &[self.text(left)?, self.pattern(right)?]);
                return Ok(Sql::new(format!("NOT {}", like.text), Level::Not));
            }
            other => return Err(Refused::construct(format!("the operator `{other}`"))),
        };
        let operand = |operand: &Expr, other: &Expr| match (operand, other) {
            (Expr::Literal(value, _), other) if self.is_double(other) => self.literal(value, false),
            // A whole number compares with a constant as it is.
            (Expr::Cast(cast), Expr::Literal(constant, _))
                if level == Level::Compare && !constant.is_null() && self.type_of(&cast.expr).is_integer() =>
            {
                self.expr(&cast.expr)
            }
            (operand, _) => self.expr(operand),
        };
        let (left, right) = (operand(left, right)?, operand(right, left)?);
        let (of_left, of_right) = match level {
            Level::Compare => (Level::Concat, Level::Concat),
            // Readers differ in how tightly they take this one.
            Level::Concat => (Level::Unary, Level::Unary),
            Level::Add => (Level::Add, Level::Multiply),
            _ => (Level::Multiply, Level::Unary),
        };
        let left = match (op, left.level) {
            (Operator::StringConcat, Level::Concat) => left.text,
            _ => left.at(of_left),
        };
        Ok(Sql::new(format!("{left} {symbol} {}", right.at(of_right)), level))
    }

    pub(super) fn in_list(&self, list: &InList, negated: bool) -> Writes<Sql> {
        if let Some(read) = self.among(list, negated)? {
            return Ok(read);
        }
        let subject = self.expr(&list.expr)?.at(Level::Concat);
        let not = if negated { "NOT " } else { "" };
        Ok(Sql::new(format!("{subject} {not}IN ({})", self.texts(&list.list)?.join(", ")), Level::Compare))
    }

    /// A column of a SELECT, over several lines where it has several branches.
    pub(super) fn item(&self, expr: &Expr) -> Writes<String> {
        match expr {
            Expr::Case(case) if self.flag(expr)?.is_none() => Ok(self.case(case, true)?.text),
            expr => self.text(expr),
        }
    }

    /// The time of which an expression is the milliseconds.
    fn millis_of<'e>(&self, expr: &'e Expr) -> Option<&'e Expr> {
        match expr {
            Expr::Cast(cast) if *cast.field.data_type() == DataType::Int64 => {
                matches!(self.type_of(&cast.expr), DataType::Timestamp(..)).then_some(cast.expr.as_ref())
            }
            _ => None,
        }
    }

    fn case(&self, case: &Case, is_broken: bool) -> Writes<Sql> {
        let mut head = "CASE".to_owned();
        if let Some(subject) = &case.expr {
            head.push_str(&format!(" {}", self.text(subject)?));
        }
        let mut branches = Vec::new();
        for (when, then) in &case.when_then_expr {
            let when = if case.expr.is_some() { self.text(when)? } else { self.condition(when)?.text };
            branches.push(format!("WHEN {when} THEN {}", self.text(then)?));
        }
        match &case.else_expr {
            Some(otherwise) if !is_null(otherwise) => branches.push(format!("ELSE {}", self.text(otherwise)?)),
            _ => {}
        }
        let line = format!("{head} {} END", branches.join(" "));
        if branches.len() < 2 || line.chars().count() <= LONG_CASE || !is_broken {
            return Ok(Sql::primary(line));
        }
        Ok(Sql::primary(format!("{head}\n  {}\nEND", branches.join("\n  "))))
    }
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.is_null())
}
