//! Rules as conditions on records: a tree of tests, and the predicate it comes to.
//!
//! A test is one call over one leaf of `eventjson`, so that the scan builds no more than that of each record. Answers
//! are never null, and `not` is what it says.

use datafusion::logical_expr::{Expr, ident, lit, not, when};

use super::condition::{Condition, Quantity};
use super::detection::{Detection, Group, Selection};
use super::field::{FieldTest, Match};
use crate::functions::json::record_value;
use crate::functions::sigma as tests;
use crate::schema::{Shape, columns};

/// A condition on a record, part by part.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// All of them hold; so it is when there are none.
    All(Vec<Self>),
    /// One of them holds.
    Any(Vec<Self>),
    /// At least so many of them hold.
    AtLeast(usize, Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// What a name in the rule stands for.
    Named(String, Box<Self>),
    /// One test.
    Test(Box<Test>),
}

/// One test of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// As the rule has it: `eventName|startswith: List, Describe`.
    pub text: String,
    /// A boolean over the columns of `cloudtrail`, never null.
    pub expr: Expr,
    /// The leaf that it looks at, as JSON text over the same columns.
    pub value: Expr,
}

impl Clause {
    /// The clause as a boolean over the columns of `cloudtrail`, never null.
    #[must_use]
    pub fn predicate(&self) -> Expr {
        let each = |clauses: &[Self]| clauses.iter().map(Self::predicate).collect::<Vec<_>>();
        match self {
            Self::All(clauses) => joined(each(clauses), Expr::and, true),
            Self::Any(clauses) => joined(each(clauses), Expr::or, false),
            Self::AtLeast(least, clauses) => {
                let one = |clause: Expr| when(clause, lit(1_i64)).otherwise(lit(0_i64)).unwrap_or_else(|_| lit(0_i64));
                let ones = each(clauses).into_iter().map(one).collect();
                let count = joined_with(ones, |a, b| a + b).unwrap_or_else(|| lit(0_i64));
                count.gt_eq(lit(i64::try_from(*least).unwrap_or(i64::MAX)))
            }
            Self::Not(clause) => not(clause.predicate()),
            Self::Named(_, clause) => clause.predicate(),
            Self::Test(test) => test.expr.clone(),
        }
    }

    /// Every test, from left to right.
    #[must_use]
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(clauses) | Self::Any(clauses) | Self::AtLeast(_, clauses) => {
                clauses.iter().flat_map(Self::tests).collect()
            }
            Self::Not(clause) | Self::Named(_, clause) => clause.tests(),
            Self::Test(test) => vec![test],
        }
    }
}

/// The parts joined in halves, so that many of them are not nested deeply.
fn joined_with(parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    let mut parts = parts;
    while parts.len() > 1 {
        let mut halves = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(first) = rest.next() {
            halves.push(match rest.next() {
                Some(second) => join(first, second),
                None => first,
            });
        }
        parts = halves;
    }
    parts.pop()
}

fn joined(parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr, empty: bool) -> Expr {
    joined_with(parts, join).unwrap_or_else(|| lit(empty))
}

/// One of the conditions of a detection holds.
pub(super) fn of_detection(detection: &Detection) -> Clause {
    let mut clauses: Vec<_> =
        detection.conditions.iter().map(|condition| of_condition(condition, &detection.selections)).collect();
    if clauses.len() == 1 { clauses.remove(0) } else { Clause::Any(clauses) }
}

fn of_condition(condition: &Condition, selections: &[Selection]) -> Clause {
    let each = |parts: &[Condition]| parts.iter().map(|part| of_condition(part, selections)).collect();
    match condition {
        Condition::Any(parts) => Clause::Any(each(parts)),
        Condition::All(parts) => Clause::All(each(parts)),
        Condition::Not(inner) => Clause::Not(Box::new(of_condition(inner, selections))),
        Condition::Name(name) => match selections.iter().find(|selection| selection.name == *name) {
            Some(selection) => of_selection(selection),
            // Names were looked up when the rule was read.
            None => Clause::Any(Vec::new()),
        },
        Condition::Of(quantity, target) => {
            let clauses: Vec<_> =
                selections.iter().filter(|selection| target.takes(&selection.name)).map(of_selection).collect();
            match *quantity {
                Quantity::All => Clause::All(clauses),
                Quantity::AtLeast(1) => Clause::Any(clauses),
                Quantity::AtLeast(least) if least == clauses.len() => Clause::All(clauses),
                Quantity::AtLeast(least) => Clause::AtLeast(least, clauses),
            }
        }
    }
}

/// A selection under its name.
pub(super) fn of_selection(selection: &Selection) -> Clause {
    Clause::Named(selection.name.clone(), Box::new(of_group(&selection.group)))
}

fn of_group(group: &Group) -> Clause {
    match group {
        Group::All(groups) => Clause::All(groups.iter().map(of_group).collect()),
        Group::Any(groups) => Clause::Any(groups.iter().map(of_group).collect()),
        Group::Test(test) => of_test(test),
    }
}

fn of_test(test: &FieldTest) -> Clause {
    let mut clauses = Vec::new();
    if test.all {
        clauses.extend(test.matches.iter().flat_map(|wanted| calls(test, std::slice::from_ref(wanted))));
    } else {
        clauses = calls(test, &test.matches);
    }
    let clause = match clauses.len() {
        1 => clauses.remove(0),
        _ if test.all => Clause::All(clauses),
        _ => Clause::Any(clauses),
    };
    if test.negated { Clause::Not(Box::new(clause)) } else { clause }
}

/// The tests of which one has to hold: those of one kind in one call.
fn calls(test: &FieldTest, matches: &[Match]) -> Vec<Clause> {
    let (value, path) = leaf(test.field.as_deref());
    let call = |function: std::sync::Arc<datafusion::logical_expr::ScalarUDF>, constants: Vec<String>| {
        let path = std::iter::once(path.clone());
        let constants = path.chain(constants).map(lit);
        function.call(std::iter::once(value.clone()).chain(constants).collect())
    };
    let named = |expr: Expr, text: String| {
        let text = if text.is_empty() { test.key.clone() } else { format!("{}: {text}", test.key) };
        Clause::Test(Box::new(Test { text, expr, value: value.clone() }))
    };
    let (mut patterns, mut cased_patterns, mut numbers, mut blocks) = (vec![], vec![], vec![], vec![]);
    let mut clauses = Vec::new();
    for wanted in matches {
        match wanted {
            Match::Pattern { pattern, cased: false } => patterns.push(pattern.clone()),
            Match::Pattern { pattern, cased: true } => cased_patterns.push(pattern.clone()),
            Match::Number(texts) => numbers.extend(texts.iter().cloned()),
            Match::Block(block) => blocks.push(block.clone()),
            Match::Null => clauses.push(named(call(tests::sigma_is_null(), vec![]), "null".to_owned())),
            Match::Exists(is_there) => {
                let exists = call(tests::sigma_exists(), vec![]);
                let exists = if *is_there { exists } else { not(exists) };
                clauses.push(named(exists, is_there.to_string()));
            }
            Match::Regex(pattern) => {
                clauses.push(named(call(tests::sigma_regexp(), vec![pattern.clone()]), pattern.clone()));
            }
            Match::Compared(operator, number) => {
                let constants = vec![(*operator).to_owned(), number.clone()];
                clauses.push(named(call(tests::sigma_compares(), constants), number.clone()));
            }
            Match::Time(part, operator, number) => {
                let constants = vec![(*part).to_owned(), (*operator).to_owned(), number.clone()];
                clauses.push(named(call(tests::sigma_time(), constants), number.clone()));
            }
            Match::Field { field, how, cased } => {
                let (other, other_path) = leaf(Some(field));
                let how = if *cased { format!("{how} cased") } else { (*how).to_owned() };
                let args = vec![value.clone(), lit(path.clone()), lit(how), other, lit(other_path)];
                clauses.push(named(tests::sigma_relates().call(args), field.clone()));
            }
        }
    }
    let mut grouped = |function: fn() -> std::sync::Arc<datafusion::logical_expr::ScalarUDF>, texts: Vec<String>| {
        if !texts.is_empty() {
            let shown = texts.join(", ");
            clauses.push(named(call(function(), texts), shown));
        }
    };
    grouped(tests::sigma_matches, patterns);
    grouped(tests::sigma_matches_case, cased_patterns);
    grouped(tests::sigma_equals, numbers);
    grouped(tests::sigma_cidr, blocks);
    clauses
}

/// The leaf of the record that a field is in, and the way on from there; the whole record for no field.
///
/// The leaf goes as deep as no array can be in the way: through the objects that CloudTrail documents, to the member of
/// the last of them.
pub(super) fn leaf(field: Option<&str>) -> (Expr, String) {
    let record = || ident("eventjson");
    let Some(field) = field else { return (record_value().call(vec![record()]), String::new()) };
    let path = path_of(field);
    let mut members = Some(columns::ALL);
    let mut taken = 0;
    while let (Some(known), Some(key)) = (members, path.get(taken)) {
        taken += 1;
        let column = known.iter().find(|column| !column.json.is_empty() && column.json == key.as_str());
        members = match column.map(|column| column.shape) {
            Some(Shape::Struct(members)) => Some(members),
            // Anything is inside, one member down.
            Some(Shape::Json) => Some(&[]),
            _ => None,
        };
    }
    let steps = path[..taken].iter().map(|key| lit(key.as_str()));
    (record_value().call(std::iter::once(record()).chain(steps).collect()), path[taken..].join("."))
}

/// The keys of a field. An index in brackets is a key like any other.
pub(super) fn path_of(field: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for key in field.split('.') {
        let (name, indices) = match key.strip_suffix(']').and_then(|key| key.split_once('[')) {
            Some((name, indices)) if !name.is_empty() => (name, Some(indices)),
            _ => (key, None),
        };
        let indices: Vec<&str> = indices.map(|indices| indices.split("][").collect()).unwrap_or_default();
        let are_numbers =
            indices.iter().all(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()));
        if are_numbers {
            keys.push(name.to_owned());
            keys.extend(indices.into_iter().map(str::to_owned));
        } else {
            keys.push(key.to_owned());
        }
    }
    keys
}

#[cfg(test)]
mod tests_of_leaves {
    use super::*;

    #[test]
    fn a_leaf_is_as_deep_as_no_array_is_in_the_way() {
        let check = |field: &str, leaf: &[&str], rest: &str| {
            let steps = leaf.iter().map(|key| lit(*key));
            let expected = record_value().call(std::iter::once(ident("eventjson")).chain(steps).collect());
            assert_eq!(super::leaf(Some(field)), (expected, rest.to_owned()), "{field}");
        };
        check("eventName", &["eventName"], "");
        check(
            "userIdentity.sessionContext.sessionIssuer.arn",
            &["userIdentity", "sessionContext", "sessionIssuer", "arn"],
            "",
        );
        check("requestParameters", &["requestParameters"], "");
        check("requestParameters.a.b", &["requestParameters", "a"], "b");
        check("requestParameters.a[0].b", &["requestParameters", "a"], "0.b");
        check("resources.ARN", &["resources"], "ARN");
        check("unknown.field", &["unknown"], "field");
        check("userIdentity.unknown.field", &["userIdentity", "unknown"], "field");
        check("eventName.x", &["eventName"], "x");
    }
}
