//! From a predicate to the texts that every record it keeps must hold.
//!
//! What is not understood asks for nothing, so that a needle never loses a record.

use std::sync::Arc;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, InListExpr, IsNotNullExpr, LikeExpr};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr, split_conjunction};
use regex_syntax::hir::{Hir, HirKind};

use super::leaves::{Slot, literal, slot_of};
use crate::functions::sigma::NEED_A_VALUE;
use crate::functions::whole::HOLD_THEIR_VALUE;
use crate::record::Needle;
use crate::schema::{Kind, Leaf, Step, columns};

/// Needles of which a record must hold at least one.
pub(super) type Clause = Vec<Needle>;

/// What a record must hold for all of these predicates to be true, the most telling clause first.
pub(super) fn clauses(predicates: &[Arc<dyn PhysicalExpr>]) -> Vec<Clause> {
    let conjuncts = || predicates.iter().flat_map(split_conjunction);
    let mut clauses: Vec<Clause> = conjuncts().flat_map(clauses_of).filter(|clause| !clause.is_empty()).collect();
    if clauses.is_empty() {
        clauses = conjuncts().filter_map(key_of).collect();
    }
    clauses.sort_by_cached_key(|clause| (is_common(clause), clause.len(), std::cmp::Reverse(shortest(clause))));
    clauses.dedup();
    clauses
}

/// A clause as `EXPLAIN` shows it.
pub(super) fn text_of(clause: &Clause) -> String {
    let texts: Vec<String> = clause.iter().map(|needle| format!("{:?}", needle.to_string())).collect();
    match texts.as_slice() {
        [text] => text.clone(),
        texts => format!("({})", texts.join(" or ")),
    }
}

fn shortest(clause: &Clause) -> usize {
    clause.iter().map(Needle::length).min().unwrap_or_default()
}

/// What tells more is greater.
fn telling(clause: &Clause) -> (bool, usize) {
    (!is_common(clause), shortest(clause))
}

fn is_common(clause: &Clause) -> bool {
    clause.iter().any(Needle::is_common)
}

fn clauses_of(predicate: &Arc<dyn PhysicalExpr>) -> Vec<Clause> {
    if let Some(binary) = predicate.downcast_ref::<BinaryExpr>() {
        return of_binary(binary);
    }
    if let Some(list) = predicate.downcast_ref::<InListExpr>() {
        return if list.negated() { Vec::new() } else { one(among(list)) };
    }
    if let Some(like) = predicate.downcast_ref::<LikeExpr>() {
        return if like.negated() || like.case_insensitive() { Vec::new() } else { one(like_pattern(like)) };
    }
    let Some(call) = predicate.downcast_ref::<ScalarFunctionExpr>() else { return Vec::new() };
    match (call.fun().name(), call.args()) {
        // A condition that is false where it is not known.
        ("coalesce", [condition, other]) if is_false(other) => clauses_of(condition),
        ("contains", [subject, part]) => one(text_in(subject, part)),
        (name, [record, value]) if HOLD_THEIR_VALUE.contains(&name) => one(text_in(record, value)),
        ("starts_with" | "ends_with", [subject, part]) => one(text_in(subject, part)),
        ("regexp_like", [subject, pattern]) => one(regex_in(subject, pattern)),
        ("selector_test", [subject, _, test, pattern]) if text(test).as_deref() == Some("matches") => {
            one(regex_in(subject, pattern))
        }
        _ => Vec::new(),
    }
}

fn of_binary(binary: &BinaryExpr) -> Vec<Clause> {
    match binary.op() {
        Operator::And => [binary.left(), binary.right()].into_iter().flat_map(clauses_of).collect(),
        Operator::Or => one(either(clauses_of(binary.left()), clauses_of(binary.right()))),
        Operator::Eq => {
            let equal = |a, b| Some(vec![value(&leaf_of(a)?, &text(b)?)?]);
            one(equal(binary.left(), binary.right()).or_else(|| equal(binary.right(), binary.left())))
        }
        Operator::RegexMatch => one(regex_in(binary.left(), binary.right())),
        _ => Vec::new(),
    }
}

fn one(clause: Option<Clause>) -> Vec<Clause> {
    clause.into_iter().collect()
}

/// One clause for either of two sides, of the most telling of each.
fn either(left: Vec<Clause>, right: Vec<Clause>) -> Option<Clause> {
    let best = |clauses: Vec<Clause>| clauses.into_iter().max_by_key(telling);
    Some([best(left)?, best(right)?].concat())
}

fn among(list: &InListExpr) -> Option<Clause> {
    let leaf = leaf_of(list.expr())?;
    list.list().iter().map(|item| value(&leaf, &text(item)?)).collect()
}

/// `LIKE`: the longest part between wildcards.
fn like_pattern(like: &LikeExpr) -> Option<Clause> {
    let leaf = leaf_of(like.expr()).filter(reads_text)?;
    let pattern = text(like.pattern())?;
    // What stands behind a backslash is not taken apart.
    let parts = pattern.split(['%', '_', '\\']);
    let longest = parts.filter_map(|text| part(&leaf, text)).max_by_key(Needle::length)?;
    let whole = !pattern.contains(['%', '_', '\\']);
    Some(vec![if whole { value(&leaf, &pattern)? } else { longest }])
}

fn text_in(subject: &Arc<dyn PhysicalExpr>, part: &Arc<dyn PhysicalExpr>) -> Option<Clause> {
    let leaf = leaf_of(subject).filter(reads_text)?;
    Some(vec![self::part(&leaf, &text(part)?)?])
}

fn regex_in(subject: &Arc<dyn PhysicalExpr>, pattern: &Arc<dyn PhysicalExpr>) -> Option<Clause> {
    let leaf = leaf_of(subject).filter(reads_text)?;
    required(&leaf, &regex_syntax::parse(&text(pattern)?).ok()?)
}

/// Texts of which one stands in whatever the expression matches.
fn required(leaf: &Leaf, hir: &Hir) -> Option<Clause> {
    let required = |hir: &Hir| required(leaf, hir);
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![part(leaf, std::str::from_utf8(&literal.0).ok()?)?]),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(required).max_by_key(telling),
        HirKind::Alternation(ways) => ways.iter().map(required).collect::<Option<Vec<_>>>().map(|ways| ways.concat()),
        _ => None,
    }
}

/// What stands in a record whose leaf holds a text.
fn part(leaf: &Leaf, text: &str) -> Option<Needle> {
    match leaf.kind {
        // An object loses the white space around its punctuation on its way out.
        Kind::Numeral => {
            text.split(['{', '}', '[', ']', ':', ',']).filter_map(Needle::within).max_by_key(Needle::length)
        }
        _ => Needle::within(text),
    }
}

/// What stands in a record whose leaf is equal to a text.
fn value(leaf: &Leaf, text: &str) -> Option<Needle> {
    match leaf.kind {
        // A flag has two spellings; a boolean is shown as a digit.
        Kind::Flag => None,
        Kind::Numeral if matches!(text, "0" | "1") => None,
        Kind::Text | Kind::Scalar | Kind::Numeral if !is_bare(text) => Needle::whole(text),
        _ if reads_text(leaf) => part(leaf, text),
        _ => None,
    }
}

/// Whether a text may stand in JSON without quotes: a number, a word of JSON, an object or an array.
fn is_bare(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '{' | '['))
        || matches!(text, "true" | "false" | "null")
}

/// Whether a leaf's text is made of the characters that stand in the record.
fn reads_text(leaf: &Leaf) -> bool {
    matches!(leaf.kind, Kind::Text | Kind::Scalar | Kind::Json | Kind::Value | Kind::Numeral)
}

/// The key of the leaf that a predicate is about, when it is only true of records that have it.
fn key_of(predicate: &Arc<dyn PhysicalExpr>) -> Option<Clause> {
    let leaf = if let Some(there) = predicate.downcast_ref::<IsNotNullExpr>() {
        leaf_of(there.arg())
    } else if let Some(call) = predicate.downcast_ref::<ScalarFunctionExpr>() {
        let is_test = NEED_A_VALUE.contains(&call.fun().name());
        // The documented fields are in nearly every record, but for those of errors.
        let is_rare = |leaf: &Leaf| {
            let is_error =
                leaf.path.first().is_some_and(|key| matches!(key.to_string().as_str(), "errorCode" | "errorMessage"));
            is_error || !columns::documents(&leaf.path)
        };
        call.args().first().filter(|_| is_test).and_then(leaf_of).filter(is_rare)
    } else {
        let binary = predicate.downcast_ref::<BinaryExpr>()?;
        let compares = matches!(
            binary.op(),
            Operator::Eq | Operator::NotEq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq
        );
        leaf_of(binary.left()).or_else(|| leaf_of(binary.right())).filter(|_| compares)
    };
    // Of other keys the case is not certain.
    match leaf?.path.last()? {
        Step::ExactKey(key) => Needle::whole(key).map(|needle| vec![needle]),
        Step::Key(_) | Step::Index(_) => None,
    }
}

fn leaf_of(expr: &Arc<dyn PhysicalExpr>) -> Option<Leaf> {
    if let Some(cast) = expr.downcast_ref::<CastExpr>()
        && cast.cast_type().is_string()
    {
        return leaf_of(cast.expr()).filter(reads_text);
    }
    match slot_of(expr)? {
        Slot::Leaf(leaf) => Some(leaf),
        _ => None,
    }
}

fn text(expr: &Arc<dyn PhysicalExpr>) -> Option<String> {
    literal(expr)?.try_as_str()?.map(str::to_owned)
}

pub(super) fn is_false(expr: &Arc<dyn PhysicalExpr>) -> bool {
    literal(expr) == Some(ScalarValue::Boolean(Some(false)))
}
