//! A value of every row: an expression, what kind of thing it is, and how it becomes another.
//!
//! Everything that comes from a record is text. It becomes a number or a time where one is wanted; what cannot
//! become one is missing there, never an error.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::functions::expr_fn;
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, binary_expr, cast, lit, not, try_cast, when};

use super::ast::{Operator, Segment};
use crate::functions::{elements, json, natural, number, time};
use crate::schema::{Kind, Step};

/// See the file.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// Its own form: text, `Float64`, `Int64`, `Boolean` or a timestamp, by its class.
    pub(super) expr: Expr,
    pub(super) class: Class,
    /// Where it lies in JSON text, when it does.
    pub(super) leaf: Option<Leaf>,
    /// What the query wrote, when it is a constant.
    pub(super) literal: Option<Literal>,
    /// The list of texts of which any can make a condition hold, when it is one; `expr` is its JSON text.
    pub(super) each: Option<Expr>,
}

/// What kind of thing a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Text, of a number perhaps.
    Text,
    /// `Float64`
    Number,
    /// `Int64`, of rows.
    Count,
    /// `Boolean`, shown as 1 and 0.
    Flag,
    /// A timestamp in milliseconds, UTC.
    Time,
    /// Never there.
    Missing,
}

/// A place in JSON text.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// The text.
    pub(super) json: Expr,
    pub(super) path: Vec<Step>,
    /// Whether the record's schema says it is true or false.
    pub(super) is_flag: bool,
    /// Whether the text is that of a whole record.
    pub(super) is_record: bool,
}

/// A constant as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Number(f64),
    Text(String),
    Flag(bool),
}

impl Value {
    pub(super) fn new(expr: Expr, class: Class) -> Self {
        Self { expr, class, leaf: None, literal: None, each: None }
    }

    pub(super) fn text_of(expr: Expr) -> Self {
        Self::new(expr, Class::Text)
    }

    pub(super) fn number_of(expr: Expr) -> Self {
        Self::new(expr, Class::Number)
    }

    pub(super) fn flag_of(expr: Expr) -> Self {
        Self::new(expr, Class::Flag)
    }

    pub(super) fn time_of(expr: Expr) -> Self {
        Self::new(expr, Class::Time)
    }

    /// What is missing in every row.
    pub(super) fn missing() -> Self {
        Self::new(lit(ScalarValue::Utf8(None)), Class::Missing)
    }

    /// A value inside JSON text; the text itself when the path is empty.
    pub(super) fn leaf(leaf: Leaf) -> Self {
        let expr = match leaf.path.as_slice() {
            [] if leaf.is_record => leaf.read(Kind::Numeral),
            [] => leaf.json.clone(),
            // Some records write a flag as text, in any case; it is shown like any other.
            _ if leaf.is_flag => leaf.flag_as_numeral(),
            _ => leaf.read(Kind::Numeral),
        };
        Self { leaf: Some(leaf), ..Self::text_of(expr) }
    }

    /// What lies at a path through every element of a list; the first segment of the path is the list's.
    pub(super) fn each(list: &Leaf, path: &[Segment]) -> Self {
        let steps = path.iter().map(|segment| match segment {
            Segment::Each => "[*]".to_owned(),
            Segment::Name(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => format!("[{name}]"),
            Segment::Name(name) => format!("[{}]", serde_json::Value::from(name.as_str())),
        });
        let path: String = std::iter::once("$".to_owned()).chain(steps).collect();
        let text = if list.path.is_empty() { list.json.clone() } else { list.read(Kind::Json) };
        let found = json::json_extract().call(vec![text, lit(path)]);
        Self { each: Some(elements::elements_of(found.clone())), ..Self::text_of(found) }
    }

    pub(super) fn literal(literal: Literal) -> Self {
        let (expr, class) = match &literal {
            Literal::Number(number) => (lit(*number), Class::Number),
            Literal::Text(text) => (lit(text.as_str()), Class::Text),
            Literal::Flag(flag) => (lit(*flag), Class::Flag),
        };
        Self { literal: Some(literal), ..Self::new(expr, class) }
    }

    /// The number it is, as `Float64`.
    pub(super) fn number(&self) -> Expr {
        match (self.class, &self.literal) {
            (Class::Text, Some(Literal::Text(text))) => lit(ScalarValue::Float64(number::parse(text))),
            (Class::Text, _) => number::number_of(self.expr.clone()),
            (Class::Number, _) => self.expr.clone(),
            (Class::Count, _) => cast(self.expr.clone(), DataType::Float64),
            (Class::Flag | Class::Time, _) => cast(cast(self.expr.clone(), DataType::Int64), DataType::Float64),
            (Class::Missing, _) => lit(ScalarValue::Float64(None)),
        }
    }

    /// Its text, as results show it.
    pub(super) fn text(&self) -> Expr {
        match self.class {
            Class::Text | Class::Missing => self.expr.clone(),
            Class::Number => number::number_text().call(vec![self.expr.clone()]),
            Class::Count => cast(self.expr.clone(), DataType::Utf8),
            Class::Flag => cast(cast(self.expr.clone(), DataType::Int64), DataType::Utf8),
            Class::Time => expr_fn::to_char(self.expr.clone(), lit("%Y-%m-%d %H:%M:%S%.3f")),
        }
    }

    /// The point in time it is: text is read as one, numbers count milliseconds since 1970.
    pub(super) fn time(&self) -> Expr {
        match (self.class, &self.leaf, &self.literal) {
            (Class::Time, ..) => self.expr.clone(),
            (Class::Missing, ..) => cast(self.expr.clone(), Kind::Time.data_type()),
            (Class::Text, Some(leaf), _) if !leaf.path.is_empty() => leaf.read(Kind::Time),
            (Class::Text, ..) => time::timestamp_of(self.expr.clone()),
            (_, _, Some(Literal::Number(number))) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "what is beyond the range of times ends at its border"
                )]
                let millis = number.round() as i64;
                lit(ScalarValue::TimestampMillisecond(Some(millis), Some("UTC".into())))
            }
            _ => cast(try_cast(self.number(), DataType::Int64), Kind::Time.data_type()),
        }
    }

    /// The point in time so many milliseconds later.
    pub(super) fn later(&self, millis: i64) -> Expr {
        cast(cast(self.time(), DataType::Int64) + lit(millis), Kind::Time.data_type())
    }

    /// Whether it holds; may be null, which means it does not.
    pub(super) fn truth(&self) -> Expr {
        match self.class {
            Class::Flag => self.expr.clone(),
            Class::Missing => lit(false),
            Class::Text => self.number().not_eq(lit(0.0)).or(self.expr.clone().eq(lit("true"))),
            Class::Number | Class::Count | Class::Time => self.number().not_eq(lit(0.0)),
        }
    }

    /// What orders it as `sort` does.
    pub(super) fn sort_key(&self) -> Expr {
        match self.class {
            Class::Text => natural::key_of(self.expr.clone()),
            _ => self.expr.clone(),
        }
    }

    /// Its form in a result.
    pub(super) fn shown(&self) -> Expr {
        match self.class {
            Class::Flag => cast(self.expr.clone(), DataType::Int64),
            _ => self.expr.clone(),
        }
    }

    /// Whether it is equal to `true` or to `false`, in any of the ways a flag is written.
    fn is_flag(&self, wanted: bool) -> Expr {
        let word = if wanted { "true" } else { "false" };
        match (self.class, &self.leaf) {
            (Class::Missing, _) => lit(false),
            (Class::Text, Some(leaf)) if !leaf.path.is_empty() => {
                leaf.read(if leaf.is_flag { Kind::Flag } else { Kind::Text }).eq(lit(word))
            }
            (Class::Text, _) => self.expr.clone().in_list(vec![lit(word), lit(if wanted { "1" } else { "0" })], false),
            (Class::Flag, _) if wanted => self.expr.clone(),
            (Class::Flag, _) => not(self.expr.clone()),
            _ => self.number().eq(lit(f64::from(u8::from(wanted)))),
        }
    }

    /// The flag a constant writes.
    fn flag_literal(&self) -> Option<bool> {
        match &self.literal {
            Some(Literal::Flag(flag)) => Some(*flag),
            Some(Literal::Text(text)) if text == "true" => Some(true),
            Some(Literal::Text(text)) if text == "false" => Some(false),
            _ => None,
        }
    }
}

impl Leaf {
    /// `1` or `0`; what is neither true nor false stays as it is.
    fn flag_as_numeral(&self) -> Expr {
        let flag = self.read(Kind::Flag);
        let numeral = |word: &str, digit: &str| (Box::new(lit(word)), Box::new(lit(digit)));
        Expr::Case(Case {
            expr: Some(Box::new(flag.clone())),
            when_then_expr: vec![numeral("true", "1"), numeral("false", "0")],
            else_expr: Some(Box::new(flag)),
        })
    }

    pub(super) fn read(&self, kind: Kind) -> Expr {
        json::leaf(self.json.clone(), &self.path, kind)
    }
}

/// Whether the comparison holds; null where an operand is missing. `NotEqual` is the caller's to turn round.
pub(super) fn compare(operator: Operator, left: &Value, right: &Value) -> Expr {
    if left.literal.is_some() && right.literal.is_none() {
        return compare(mirrored(operator), right, left);
    }
    if left.class == Class::Missing || right.class == Class::Missing {
        return lit(false);
    }
    if operator == Operator::Equal
        && let Some(flag) = right.flag_literal()
    {
        return left.is_flag(flag);
    }
    let compared = |left: Expr, right: Expr| binary_expr(left, engine(operator), right);
    let either = |class: Class| left.class == class || right.class == class;
    let is_number = |value: &Value| matches!(value.class, Class::Number | Class::Count | Class::Flag);
    if either(Class::Time) {
        return compared(left.time(), right.time());
    }
    if is_number(left) || is_number(right) {
        // A number against a word compares as text, so that it is never equal and has an order.
        return match &right.literal {
            Some(Literal::Text(text)) if number::parse(text).is_none() => compared(left.text(), right.text()),
            _ => compared(left.number(), right.number()),
        };
    }
    let as_text = compared(left.text(), right.text());
    if operator == Operator::Equal || left.literal.is_some() || right.literal.is_some() {
        return as_text;
    }
    let (a, b) = (left.number(), right.number());
    let both = a.clone().is_not_null().and(b.clone().is_not_null());
    when(both, compared(a, b)).otherwise(as_text.clone()).unwrap_or(as_text)
}

/// Whether the value equals one of the constants; null where it is missing.
pub(super) fn among(value: &Value, list: &[Value]) -> Expr {
    let is_plain = |item: &&Value| matches!(item.literal, Some(Literal::Text(_))) && item.flag_literal().is_none();
    let (texts, others): (Vec<_>, Vec<_>) = list.iter().partition(|item| value.class == Class::Text && is_plain(item));
    let mut tests: Vec<Expr> = others.into_iter().map(|item| compare(Operator::Equal, value, item)).collect();
    if !texts.is_empty() {
        tests.push(value.expr.clone().in_list(texts.into_iter().map(|item| item.expr.clone()).collect(), false));
    }
    joined(tests, Expr::or).unwrap_or_else(|| lit(false))
}

/// Joins conditions in pairs of pairs, so that many of them do not nest deeply.
pub(super) fn joined(mut conditions: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while conditions.len() > 1 {
        let mut pairs = Vec::with_capacity(conditions.len().div_ceil(2));
        let mut rest = conditions.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        conditions = pairs;
    }
    conditions.pop()
}

/// A condition that is never null.
pub(super) fn definite(condition: Expr) -> Expr {
    match condition {
        Expr::Not(_) | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Literal(..) => condition,
        _ => expr_fn::coalesce(vec![condition, lit(false)]),
    }
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterEqual => Operator::LessEqual,
        other => other,
    }
}

fn engine(operator: Operator) -> datafusion::logical_expr::Operator {
    use datafusion::logical_expr::Operator as Engine;
    match operator {
        Operator::Equal => Engine::Eq,
        Operator::NotEqual => Engine::NotEq,
        Operator::Less => Engine::Lt,
        Operator::LessEqual => Engine::LtEq,
        Operator::Greater => Engine::Gt,
        Operator::GreaterEqual => Engine::GtEq,
        Operator::Add => Engine::Plus,
        Operator::Subtract => Engine::Minus,
        Operator::Multiply => Engine::Multiply,
        Operator::Divide => Engine::Divide,
        Operator::Remainder | Operator::Power => Engine::Modulo,
    }
}

/// Arithmetic on numbers. Division by zero is missing.
pub(super) fn calculate(operator: Operator, left: &Value, right: &Value) -> Value {
    let (a, b) = (left.number(), right.number());
    Value::number_of(match operator {
        Operator::Power => {
            // Division by zero again, which DataFusion fails at.
            let divides = a.clone().eq(lit(0.0)).and(b.clone().lt(lit(0.0)));
            let base = when(divides, lit(ScalarValue::Float64(None))).otherwise(a.clone()).unwrap_or(a);
            expr_fn::power(base, b)
        }
        Operator::Divide | Operator::Remainder => binary_expr(a, engine(operator), expr_fn::nullif(b, lit(0.0))),
        _ => binary_expr(a, engine(operator), b),
    })
}
