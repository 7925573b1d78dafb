//! Sigma rules: YAML becomes rules, and rules become predicates over the columns of `cloudtrail`.
//!
//! ```text
//! text ─ yaml ─► nodes ─ detection, field, modifiers, condition ─► Rule ─ clause ─► Clause ─► Expr
//!                  │                                             ▲ filters
//!                  └ correlation, aggregation ─► Correlation ────┘ refers to rules
//! ```
//!
//! - [`Collection::load`] takes the files of a hunt: rules, filters and correlations that refer to each other. What it
//!   leaves out, and why, is in [`Collection::skipped`] and [`Collection::failed`].
//! - [`Rule::predicate`] is never null. [`Rule::clause`] is the same part by part, for those who want to know which part
//!   of it did not hold of a record: each [`Clause::Test`] is an expression of its own over the same columns.
//! - [`lint()`] looks for rules that can never match what CloudTrail writes.
//! - [`rules_of`] reads one file as a query, which answers with the records that a rule matches.
//!
//! Counting what correlations count is the work of others. This room does no I/O and reads no clock.
//!
//! Source: Sigma specification 2.1.

mod aggregation;
mod clause;
mod collection;
mod condition;
mod correlation;
mod detection;
mod expression;
mod field;
mod header;
mod lint;
mod modifiers;
mod resolve;
mod values;
mod yaml;

use std::collections::BTreeMap;

use datafusion::logical_expr::{Expr, lit};

pub use clause::{Clause, Test};
pub use collection::{Collection, Options, Skipped, Why, rules_of};
pub use condition::{Condition, Quantity, Target as SelectionTarget};
pub use correlation::{Alias, Bound, Correlation, Kind, Operator, Reference, Target};
pub use detection::{Detection, Group, Selection};
pub use field::{FieldTest, Match};
pub use header::{Header, Level, Logsource, Status};
pub use lint::lint;

use crate::diag::{Diagnostic, Span};
use crate::functions::json::record_text;

/// The values of placeholders such as `%administrators%`, by name. `*` and `?` are live in them.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// A rule of single records.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it says about itself.
    pub header: Header,
    /// What it looks for.
    pub detection: Detection,
    /// What else must not hold, by the filters that name the rule.
    pub filters: Vec<Filter>,
}

/// What is left out of the matches of some rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The title of the filter.
    pub title: String,
    /// What it looks for.
    pub detection: Detection,
}

impl Rule {
    /// What has to hold of a record, part by part.
    #[must_use]
    pub fn clause(&self) -> Clause {
        let detection = clause::of_detection(&self.detection);
        if self.filters.is_empty() {
            return detection;
        }
        let filter = |filter: &Filter| {
            let found = clause::of_detection(&filter.detection);
            Clause::Not(Box::new(Clause::Named(filter.title.clone(), Box::new(found))))
        };
        Clause::All(std::iter::once(detection).chain(self.filters.iter().map(filter)).collect())
    }

    /// What has to hold of a record, over the columns of `cloudtrail`; never null.
    #[must_use]
    pub fn predicate(&self) -> Expr {
        self.clause().predicate()
    }
}

/// The value of a field as text, over the columns of `cloudtrail`; null where a record has none.
#[must_use]
pub fn field(name: &str) -> Expr {
    let steps = clause::path_of(name).into_iter().map(|key| match key.parse::<i64>() {
        Ok(index) => lit(index),
        Err(_) => lit(key),
    });
    record_text().call(std::iter::once(datafusion::logical_expr::ident("eventjson")).chain(steps).collect())
}

/// Why a rule was not read.
#[derive(Debug, Clone, PartialEq)]
enum Failed {
    /// Something in it is wrong.
    Wrong(Diagnostic),
    /// A placeholder has no values.
    Placeholder(String),
}

impl From<Diagnostic> for Failed {
    fn from(wrong: Diagnostic) -> Self {
        Self::Wrong(wrong)
    }
}

impl Failed {
    /// Names the selection in which it is.
    fn within(self, selection: &str, span: Span) -> Self {
        match self {
            Self::Wrong(mut wrong) => {
                wrong.message = format!("{}, in the selection `{selection}`", wrong.message);
                if wrong.label.is_none() {
                    wrong = wrong.at(span, "");
                }
                Self::Wrong(wrong)
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
