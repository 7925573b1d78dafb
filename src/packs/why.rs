//! Why rules find an event, or do not: the clauses of each, which of them hold, and what they met.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, ExpressionPlacement};
use datafusion::sql::unparser::Unparser;

use super::{Rule, Step};
use crate::output::{self, ValueStyle};
use crate::session::{Error, Session};

/// One clause of one rule.
struct Line {
    rule: String,
    clause: String,
    holds: Option<bool>,
    met: String,
}

/// The clauses of rules, tried on the text of a record: `rule`, `clause`, `holds`, `met`. Rules whose first clauses
/// are about another event are left out unless `all` are wanted; how many there are is told beside the rows.
///
/// # Errors
/// When a clause cannot be evaluated.
pub fn why(session: &Session, rules: &[Rule], record: &str, all: bool) -> Result<(RecordBatch, usize), Error> {
    let (mut lines, mut others) = (Vec::new(), 0);
    for rule in rules {
        let mut of_rule = Vec::new();
        for step in &rule.steps {
            if let Step::Records(detection) = step {
                of_rule.extend(clauses(session, rule, &detection.predicate, record)?);
            }
        }
        let is_of_another = of_rule.iter().any(|line| line.holds != Some(true) && is_about_name(&line.clause));
        if is_of_another && rule.steps.len() == 1 && !all {
            others += 1;
            continue;
        }
        if let Some(condition) = &rule.condition {
            let met = "asked of all events that fit".to_owned();
            of_rule.push(Line { rule: rule.about.id.clone(), clause: condition.to_string(), holds: None, met });
        }
        lines.extend(of_rule);
    }
    let text = |value: &dyn Fn(&Line) -> String| {
        Arc::new(lines.iter().map(|line| Some(value(line))).collect::<StringArray>()) as ArrayRef
    };
    let batch = RecordBatch::try_from_iter([
        ("rule", text(&|line| line.rule.clone())),
        ("clause", text(&|line| line.clause.clone())),
        ("holds", text(&|line| line.holds.map_or("", |holds| if holds { "yes" } else { "no" }).to_owned())),
        ("met", text(&|line| line.met.clone())),
    ]);
    Ok((batch.map_err(|error| Error::Bug(error.to_string()))?, others))
}

fn is_about_name(clause: &str) -> bool {
    ["eventname", "'eventName'", "eventsource", "'eventSource'"].iter().any(|name| clause.contains(name))
}

/// The clauses of a predicate.
fn clauses(session: &Session, rule: &Rule, predicate: &Expr, record: &str) -> Result<Vec<Line>, Error> {
    let clauses = split_conjunction(predicate);
    let mut exprs: Vec<(String, Expr)> = Vec::new();
    let mut leaves_of = Vec::new();
    for clause in &clauses {
        exprs.push((String::new(), (*clause).clone()));
        let leaves = leaves(clause);
        leaves_of.push(leaves.len());
        exprs.extend(leaves.into_iter().map(|leaf| (String::new(), leaf)));
    }
    let named = exprs.iter().enumerate().map(|(at, (_, expr))| (format!("{at}"), expr.clone())).collect::<Vec<_>>();
    let failed = |message: String| Error::Execution(format!("`{}`: {message}", rule.about.id));
    let batch = session.texts(&named)?.of(&[record]).map_err(|error| failed(error.strip_backtrace()))?;
    let rows = output::texts(&batch, ValueStyle::Sql).map_err(|error| failed(error.to_string()))?;
    let mut values = rows.into_iter().next().unwrap_or_default().into_iter();
    let mut exprs = exprs.iter().map(|(_, expr)| expr);
    let mut lines = Vec::new();
    for (clause, count) in clauses.into_iter().zip(leaves_of) {
        let holds = values.next().flatten();
        exprs.next();
        let met: Vec<String> = (0..count)
            .filter_map(|_| {
                let value = values.next()?.unwrap_or_else(|| "NULL".to_owned());
                Some(format!("{} is {value}", text(exprs.next()?)))
            })
            .collect();
        lines.push(Line {
            rule: rule.about.id.clone(),
            clause: text(clause),
            holds: Some(holds.as_deref() == Some("true")),
            met: met.join("; "),
        });
    }
    Ok(lines)
}

/// What a clause reads of the record.
fn leaves(clause: &Expr) -> Vec<Expr> {
    let mut leaves: Vec<Expr> = Vec::new();
    // Never fails: the closure does not.
    let _ = clause.apply(|expr| {
        let is_leaf =
            matches!(expr.placement(), ExpressionPlacement::MoveTowardsLeafNodes | ExpressionPlacement::Column);
        if is_leaf && !leaves.contains(expr) {
            leaves.push(expr.clone());
        }
        Ok(if is_leaf { TreeNodeRecursion::Jump } else { TreeNodeRecursion::Continue })
    });
    leaves
}

/// An expression as SQL writes it.
fn text(expr: &Expr) -> String {
    let written = Unparser::default().expr_to_sql(expr).map(|sql| sql.to_string());
    written.unwrap_or_else(|_| expr.to_string())
}
