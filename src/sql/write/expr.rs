//! Expressions as SQL text, with no more parentheses than SQL needs.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::expr::{Case, InList};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator, SortExpr};

use super::leaf::Leaf;
use super::literal::{literal, text};
use super::names::quoted;
use super::reads::may_be_number;
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
            Expr::Case(case) => self.case(case)?,
            Expr::Cast(cast) => self.cast(&cast.expr, cast.field.data_type(), false)?,
            Expr::TryCast(cast) => self.cast(&cast.expr, cast.field.data_type(), true)?,
            Expr::ScalarFunction(function) => match Leaf::of(function) {
                Some(leaf) => self.leaf(&leaf)?,
                None => self.function(function)?,
            },
            Expr::AggregateFunction(aggregate) => self.aggregate(aggregate)?,
            Expr::WindowFunction(window) => self.window(window)?,
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

    /// A regular expression: Rust names groups as Python does, Java otherwise.
    pub(super) fn pattern(&self, pattern: &Expr) -> Writes<String> {
        let Expr::Literal(value, _) = pattern else { return self.text(pattern) };
        let pattern = value.try_as_str().flatten().unwrap_or_default();
        let pattern = unescaped(pattern);
        Ok(match self.target {
            Target::Trailql => text(&pattern),
            Target::Athena => text(&pattern.replace("(?P<", "(?<")),
        })
    }

    pub(super) fn in_list(&self, list: &InList, negated: bool) -> Writes<Sql> {
        if let Some(read) = self.among(list, negated)? {
            return Ok(read);
        }
        let subject = self.expr(&list.expr)?.at(Level::Concat);
        let not = if negated { "NOT " } else { "" };
        Ok(Sql::new(format!("{subject} {not}IN ({})", self.texts(&list.list)?.join(", ")), Level::Compare))
    }

    fn case(&self, case: &Case) -> Writes<Sql> {
        let mut written = "CASE".to_owned();
        if let Some(subject) = &case.expr {
            written.push_str(&format!(" {}", self.text(subject)?));
        }
        for (when, then) in &case.when_then_expr {
            let when = if case.expr.is_some() { self.text(when)? } else { self.condition(when)?.text };
            written.push_str(&format!(" WHEN {when} THEN {}", self.text(then)?));
        }
        match &case.else_expr {
            Some(otherwise) if !is_null(otherwise) => written.push_str(&format!(" ELSE {}", self.text(otherwise)?)),
            _ => {}
        }
        Ok(Sql::primary(format!("{written} END")))
    }

    fn cast(&self, inner: &Expr, to: &DataType, is_try: bool) -> Writes<Sql> {
        let from = self.type_of(inner);
        let is_time = |data_type: &DataType| matches!(data_type, DataType::Timestamp(..));
        let inside = match inner {
            Expr::Cast(cast) => Some((cast.expr.as_ref(), cast.field.data_type())),
            Expr::TryCast(cast) => Some((cast.expr.as_ref(), cast.field.data_type())),
            _ => None,
        };
        if from == *to {
            return self.expr(inner);
        }
        match (to, inside) {
            (DataType::Float64, Some((time, DataType::Int64))) if is_time(&self.type_of(time)) => {
                return Ok(call("round", &[format!("to_unixtime({}) * 1000", self.text(time)?)]));
            }
            // A flag as a number needs no step in between.
            (DataType::Float64, Some((flag, DataType::Int64))) if self.type_of(flag) == DataType::Boolean => {
                return Ok(Sql::primary(format!("CAST({} AS double)", self.text(flag)?)));
            }
            (to, Some((number, DataType::Int64))) if is_time(to) && self.type_of(number) == DataType::Float64 => {
                let seconds = format!("from_unixtime(truncate({}) / 1000)", self.text(number)?);
                return Ok(call("TRY", &[seconds]));
            }
            (to, _) if is_time(to) && from == DataType::Int64 => {
                let seconds = format!("{} / 1e3", self.expr(inner)?.at(Level::Multiply));
                return Ok(call("from_unixtime", &[seconds]));
            }
            (to, _) if is_time(to) && is_null(inner) => return Ok(Sql::primary("NULL")),
            (DataType::Int64, _) if is_time(&from) => {
                let time = self.text(inner)?;
                return Ok(Sql::primary(format!("CAST(round(to_unixtime({time}) * 1000) AS bigint)")));
            }
            _ => {}
        }
        let name = match to {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
                if !is_time(&from) && from != DataType::Float64 =>
            {
                "varchar"
            }
            DataType::Int64 => "bigint",
            DataType::Int32 => "integer",
            DataType::Float64 => "double",
            DataType::Boolean => "boolean",
            other => return Err(Refused::construct(format!("`{from}` as `{other}`"))),
        };
        let mut inner = self.text(inner)?;
        // Trino rounds where the plan cuts off.
        if from == DataType::Float64 && to.is_integer() {
            inner = format!("truncate({inner})");
        }
        let cast = if is_try && !from.is_integer() { "TRY_CAST" } else { "CAST" };
        Ok(Sql::primary(format!("{cast}({inner} AS {name})")))
    }

    /// A key of an order, and what it is in SQL: natural order takes several keys where it has no name.
    /// `is_number` tells whether the text may be a number.
    pub(super) fn order_key(&self, key: &SortExpr, is_number: bool) -> Writes<Vec<String>> {
        let written = |text: String, asc: bool, nulls_first: bool| {
            let direction = if asc { "" } else { " DESC" };
            let nulls = if nulls_first { " NULLS FIRST" } else { "" };
            format!("{text}{direction}{nulls}")
        };
        if let Some(natural) = natural_of(&key.expr).filter(|_| self.target == Target::Athena) {
            self.remarks.borrow_mut().insert(super::Remark::Order);
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

/// A pattern without the backslashes that nothing needs. Inside a class, or where blanks do not count, they mean more.
fn unescaped(pattern: &str) -> String {
    if pattern.contains('[') || pattern.strip_prefix("(?s)").unwrap_or(pattern).contains("(?") {
        return pattern.to_owned();
    }
    let mut written = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(next) if character == '\\' => {
                if !matches!(next, '-' | '#' | '&' | '/') {
                    written.push(character);
                }
                written.extend(characters.next());
            }
            _ => written.push(character),
        }
    }
    written
}

/// What a natural key is made of.
pub(super) fn natural_of(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::ScalarFunction(call) if call.func.name() == "natural_key" => call.args.first(),
        _ => None,
    }
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_lose_the_backslashes_that_nothing_needs() {
        for (pattern, expected) in [
            (r"(?s)a\-b\.c\-d", r"(?s)a-b\.c-d"),
            (r"user\/(.*)", "user/(.*)"),
            (r"[a\-z]", r"[a\-z]"),
            (r"(?x)\#", r"(?x)\#"),
            (r"a\\-", r"a\\-"),
        ] {
            assert_eq!(unescaped(pattern), expected);
        }
    }
}
