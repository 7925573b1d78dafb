//! [`Pattern`] → a predicate over the table's column `eventjson`.
//!
//! The language has no negation around a condition, so that what is not known may stay so inside: one `coalesce`
//! around the whole makes it false. The leaves are in forms that the scan reads by itself and takes needles from.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{DFSchema, Result};
use datafusion::execution::context::ExecutionProps;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions::string::expr_fn::contains;
use datafusion::logical_expr::expr::Like;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, Operator, binary_expr, lit, not};
use datafusion::physical_expr::create_physical_expr;

use super::ast::{Comparison, Condition, Pattern, Piece, Regex, Selector, Term, Terms, Test, Text, Value};
use crate::functions::json::{record_json, record_scalar, record_value};
use crate::functions::selector::{Part, selector_test, selector_text, write};

/// Whether a record matches, over the column `eventjson`: true or false, never null.
#[must_use]
pub fn predicate(pattern: &Pattern) -> Expr {
    match asked(pattern) {
        asked @ Expr::Literal(..) => asked,
        asked => coalesce(vec![asked, lit(false)]),
    }
}

/// The same, null where it is not known.
fn asked(pattern: &Pattern) -> Expr {
    match pattern {
        Pattern::Everything => lit(true),
        Pattern::Fields(condition) => self::condition(condition),
        Pattern::Terms(terms) => self::terms(terms),
    }
}

/// The first string, number or boolean that a selector leads to, as text.
#[must_use]
pub fn text_of(selector: &Selector) -> Expr {
    match apart(selector) {
        (keys, []) => record_scalar().call(arguments(keys)),
        (keys, rest) => selector_text().call(vec![record_json().call(arguments(keys)), lit(write(rest))]),
    }
}

/// Which of these records, each as JSON, match.
///
/// # Errors
/// When a promise of the engine is broken.
pub fn matches(pattern: &Pattern, records: &[&str]) -> Result<Vec<bool>> {
    let found = evaluate(&asked(pattern), records)?;
    Ok(found.as_boolean().iter().map(|matches| matches == Some(true)).collect())
}

/// The first string, number or boolean that a selector leads to in each of these records.
///
/// # Errors
/// When a promise of the engine is broken.
pub fn texts(selector: &Selector, records: &[&str]) -> Result<Vec<Option<String>>> {
    let found = evaluate(&text_of(selector), records)?;
    Ok(found.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
}

fn evaluate(expr: &Expr, records: &[&str]) -> Result<ArrayRef> {
    let schema = Arc::new(Schema::new(vec![Field::new(RECORD, DataType::Utf8, true)]));
    let texts = Arc::new(StringArray::from(records.to_vec()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![texts])?;
    let expr = create_physical_expr(
        expr,
        &DFSchema::try_from(schema)?,
        &ExecutionProps::new(),
        &PhysicalPlanningContext::default(),
    )?;
    expr.evaluate(&batch)?.into_array(records.len())
}

/// The column of a record as JSON.
const RECORD: &str = "eventjson";

fn record() -> Expr {
    datafusion::prelude::ident(RECORD)
}

fn condition(condition: &Condition) -> Expr {
    match condition {
        Condition::Compare(comparison) => self::comparison(comparison),
        Condition::All(parts) => balanced(parts.iter().map(self::condition).collect(), Expr::and),
        Condition::Any(parts) => {
            let mut alternatives: Vec<Alternative<'_>> = Vec::new();
            for part in parts {
                add(&mut alternatives, part);
            }
            balanced(alternatives.into_iter().map(Alternative::expr).collect(), Expr::or)
        }
    }
}

/// Alternatives, of which those that compare one field with plain texts are one.
enum Alternative<'p> {
    Among(&'p Selector, Vec<&'p str>),
    Other(Expr),
}

fn add<'p>(alternatives: &mut Vec<Alternative<'p>>, part: &'p Condition) {
    let plain = match part {
        Condition::Compare(Comparison { selector, test: Test::Equal(Value::Text(text)), .. }) => {
            text.exact().filter(|text| !is_word(text) && apart(selector).1.is_empty()).map(|text| (selector, text))
        }
        _ => None,
    };
    let Some((selector, text)) = plain else {
        alternatives.push(Alternative::Other(condition(part)));
        return;
    };
    let known = alternatives.iter_mut().find_map(|known| match known {
        Alternative::Among(other, texts) if *other == selector => Some(texts),
        _ => None,
    });
    match known {
        Some(texts) => texts.push(text),
        None => alternatives.push(Alternative::Among(selector, vec![text])),
    }
}

impl Alternative<'_> {
    fn expr(self) -> Expr {
        match self {
            Self::Other(expr) => expr,
            Self::Among(selector, texts) => match texts.as_slice() {
                [text] => text_of(selector).eq(lit(*text)),
                texts => text_of(selector).in_list(texts.iter().map(|text| lit(*text)).collect(), false),
            },
        }
    }
}

/// Joins conditions as a tree of little depth, however many there are.
fn balanced(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Expr {
    while parts.len() > 1 {
        let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
        let mut each = parts.into_iter();
        while let Some(left) = each.next() {
            joined.push(match each.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        parts = joined;
    }
    parts.pop().unwrap_or_else(|| lit(true))
}

fn comparison(comparison: &Comparison) -> Expr {
    let Comparison { selector, test, .. } = comparison;
    match apart(selector) {
        (keys, []) => plain(keys, test),
        (keys, rest) => tested(keys, rest, test),
    }
}

/// The names that a selector begins with, and the rest of it.
fn apart(selector: &Selector) -> (&[Part], &[Part]) {
    let names = selector.parts.iter().take_while(|part| matches!(part, Part::Key(_))).count();
    selector.parts.split_at(names)
}

fn arguments(keys: &[Part]) -> Vec<Expr> {
    let names = keys.iter().filter_map(|part| match part {
        Part::Key(name) => Some(lit(name.as_ref())),
        _ => None,
    });
    std::iter::once(record()).chain(names).collect()
}

/// A test of a leaf that names alone lead to.
fn plain(keys: &[Part], test: &Test) -> Expr {
    let scalar = || record_scalar().call(arguments(keys));
    let json = || record_json().call(arguments(keys));
    match test {
        Test::Equal(Value::Any) => scalar().is_not_null(),
        Test::Equal(Value::Text(text)) => without_booleans(text_test(scalar(), text, false), json(), fits_word(text)),
        Test::Equal(Value::Regex(regex)) => {
            let found = found_in(scalar(), regex);
            without_booleans(found, json(), regex_fits_word(&regex.translated))
        }
        Test::Differs(Value::Text(text)) => with_booleans(text_test(scalar(), text, true), json(), fits_word(text)),
        Test::Differs(Value::Regex(regex)) => {
            let missed = not(found_in(scalar(), regex));
            with_booleans(missed, json(), regex_fits_word(&regex.translated))
        }
        Test::True => json().eq(lit("true")),
        Test::False => json().eq(lit("false")),
        Test::Null => record_value().call(arguments(keys)).eq(lit("null")),
        Test::Absent => record_value().call(arguments(keys)).is_null(),
        Test::Differs(Value::Any)
        | Test::Equal(Value::Number(_))
        | Test::Differs(Value::Number(_))
        | Test::Order(..) => tested(keys, &[], test),
    }
}

/// Whether a text has a match.
fn found_in(text: Expr, regex: &Regex) -> Expr {
    binary_expr(text, Operator::RegexMatch, lit(regex.translated.as_str()))
}

/// `=`, `LIKE` or the opposite.
fn text_test(scalar: Expr, text: &Text, is_negated: bool) -> Expr {
    match (text.exact(), is_negated) {
        (Some(text), false) => scalar.eq(lit(text)),
        (Some(text), true) => scalar.not_eq(lit(text)),
        (None, _) => {
            Expr::Like(Like::new(is_negated, Box::new(scalar), Box::new(lit(like_pattern(text))), None, false))
        }
    }
}

fn like_pattern(text: &Text) -> String {
    let mut pattern = String::new();
    for piece in text.pieces() {
        match piece {
            Piece::Any => pattern.push('%'),
            Piece::Exactly(text) => {
                for character in text.chars() {
                    if matches!(character, '%' | '_' | '\\') {
                        pattern.push('\\');
                    }
                    pattern.push(character);
                }
            }
        }
    }
    pattern
}

/// A boolean is never text: where the words for one would match, the value must be none.
fn without_booleans(found: Expr, json: Expr, fits: bool) -> Expr {
    if fits { found.and(json.in_list(vec![lit("true"), lit("false")], true)) } else { found }
}

/// A boolean differs from any text.
fn with_booleans(missed: Expr, json: Expr, fits: bool) -> Expr {
    if fits { missed.or(json.in_list(vec![lit("true"), lit("false")], false)) } else { missed }
}

const WORDS: [&str; 2] = ["true", "false"];

fn is_word(text: &str) -> bool {
    WORDS.contains(&text)
}

fn fits_word(text: &Text) -> bool {
    text.exact().map_or_else(|| regex_fits_word(&regex_of(text)), is_word)
}

fn regex_fits_word(regex: &str) -> bool {
    // What cannot be told is looked at row by row.
    ::regex::Regex::new(regex).map_or(true, |regex| WORDS.iter().any(|word| regex.is_match(word)))
}

/// The regular expression of a text as a whole.
fn regex_of(text: &Text) -> String {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Any => ".*".to_owned(),
        Piece::Exactly(text) => ::regex::escape(text),
    });
    format!("(?s)^{}$", pieces.collect::<String>())
}

/// A test of what steps beyond names lead to.
fn tested(keys: &[Part], rest: &[Part], test: &Test) -> Expr {
    let (name, operand) = match test {
        Test::Equal(Value::Any) => ("exists", String::new()),
        // No value differs from any value.
        Test::Differs(Value::Any) => return lit(false),
        Test::Equal(Value::Text(text)) => ("matches", regex_of(text)),
        Test::Differs(Value::Text(text)) => ("differs", regex_of(text)),
        Test::Equal(Value::Regex(regex)) => ("matches", regex.translated.clone()),
        Test::Differs(Value::Regex(regex)) => ("differs", regex.translated.clone()),
        Test::Equal(Value::Number(number)) => ("=", number.text().to_owned()),
        Test::Differs(Value::Number(number)) => ("!=", number.text().to_owned()),
        Test::Order(order, number) => (order.symbol(), number.text().to_owned()),
        Test::Null => ("null", String::new()),
        Test::True => ("true", String::new()),
        Test::False => ("false", String::new()),
        Test::Absent => ("absent", String::new()),
    };
    let needs_null = rest.is_empty() && matches!(test, Test::Null | Test::Absent);
    let leaf = if needs_null { record_value() } else { record_json() };
    selector_test().call(vec![leaf.call(arguments(keys)), lit(write(rest)), lit(name), lit(operand)])
}

fn terms(terms: &Terms) -> Expr {
    let found = |term: &Term| match term {
        Term::Text(text) => contains(record(), lit(text.as_str())),
        Term::Regex(regex) => found_in(record(), regex),
    };
    let required = terms.required.iter().map(found);
    let conditions: Vec<Expr> = required.chain(terms.excluded.iter().map(|term| not(found(term)))).collect();
    if conditions.is_empty() {
        return balanced(terms.optional.iter().map(found).collect(), Expr::or);
    }
    balanced(conditions, Expr::and)
}
