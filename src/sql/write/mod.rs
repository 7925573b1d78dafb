//! Plans → SQL, as a person would have written it: for this program, and for Athena.
//!
//! Languages meet in the plan, so this turns every one of them into SQL. It takes a plan as it was lowered, before any
//! optimizer: [`merge`] makes SELECTs of its nodes, [`prune`] leaves out what nobody reads, [`layout`] writes them
//! down, with the expressions of [`expr`] and its neighbours. What the target cannot say is an error, never other rows.

mod aggregates;
mod casts;
mod conditions;
mod constants;
mod expr;
mod functions;
mod groups;
mod joins;
mod layout;
mod leaf;
mod lists;
mod literal;
mod merge;
mod names;
mod order;
mod own;
mod parts;
mod patterns;
mod periods;
mod prune;
mod reads;
mod scan;
mod select;
mod unnest;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeSet;

use datafusion::logical_expr::LogicalPlan;

use crate::diag::Diagnostic;
use select::{Body, Parts};

/// Whose SQL is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Target {
    /// This program's: the rows are those of the plan.
    #[default]
    Trailql,
    /// Athena's, for the table that its documentation defines over CloudTrail's files.
    Athena,
}

/// A query in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// The query, without a semicolon.
    pub text: String,
    /// Where its rows may differ in form.
    pub notices: Vec<Diagnostic>,
}

/// Writes a plan, as it was lowered, for a target.
///
/// # Errors
/// What the target cannot say.
pub fn write(plan: &LogicalPlan, target: Target) -> Result<Translation, Diagnostic> {
    let remarks = RefCell::new(BTreeSet::new());
    let text = text_of(plan, target, &remarks).map_err(|refused| refused.diagnostic(target))?;
    let notices = remarks.into_inner().into_iter().map(Remark::notice).collect();
    Ok(Translation { text, notices })
}

fn text_of(plan: &LogicalPlan, target: Target, remarks: &RefCell<BTreeSet<Remark>>) -> Result<String, Refused> {
    if target == Target::Athena {
        own::check(plan)?;
    }
    let mut parts = Parts { target, ..Parts::default() };
    let mut select = parts.merge(plan)?;
    if order::is_order_hidden(&select) {
        select = parts.apart(select, plan.schema());
    }
    let columns = std::mem::take(&mut select.columns);
    let exprs = columns.into_iter().map(|(_, expr)| expr).collect();
    let mut body = Body::Select(Box::new(select), exprs);
    constants::fold(&mut parts, &mut body)?;
    prune::prune(&mut parts, &mut body);
    groups::seal(&mut parts, &mut body)?;
    let names: Vec<String> = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    parts.call_columns(&body, &names);
    layout::query(&parts, &body, &names, target, remarks)
}

/// Why something is not written.
#[derive(Debug)]
enum Refused {
    /// It has no form in SQL, or in the target's.
    Construct(String),
    /// The target has no such function.
    Function(String),
    /// Athena's table has no such column.
    Column(String),
    /// It is done by functions that only this program has.
    Command(&'static str),
    /// It is in a file.
    File(String),
    /// Athena's table does not hold whole records.
    Record,
    /// A promise of the plan was broken.
    Bug(String),
}

impl Refused {
    fn construct(what: impl Into<String>) -> Self {
        Self::Construct(what.into())
    }

    fn function(name: &str) -> Self {
        Self::Function(name.to_owned())
    }

    fn column(what: &str) -> Self {
        Self::Column(what.to_owned())
    }

    fn diagnostic(self, target: Target) -> Diagnostic {
        let (whose, has) = match target {
            Target::Trailql => ("SQL", "trailql's SQL"),
            Target::Athena => ("Athena's SQL", "Athena"),
        };
        match self {
            Self::Construct(what) => Diagnostic::error("S011", format!("{what} cannot be written in {whose}")),
            Self::Function(name) => Diagnostic::error("S011", format!("{has} has no function like `{name}`")),
            Self::Column(what) => Diagnostic::error("S011", format!("no column of Athena's table holds {what}"))
                .help("leave the field out, or ask with `trailql query`"),
            Self::Record => {
                Diagnostic::error("S011", "no column of Athena's table holds the whole record (`@message`)")
                    .help("name the fields that are wanted, with `fields` or `display`")
            }
            Self::Command(name) => Diagnostic::error("S011", format!("`{name}` cannot be written in {whose}"))
                .help("functions that only trailql has do it: ask with `trailql query`"),
            Self::File(path) => Diagnostic::error("S011", format!("the file `{path}` is no table of Athena"))
                .help("make a table of it there, and of the same name here: `CREATE TABLE users AS SELECT * FROM 'users.csv'`"),
            Self::Bug(what) => Diagnostic::error("S005", format!("the query cannot be written as SQL: {what}")),
        }
    }
}

/// Where the rows of a translation may differ in form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Remark {
    /// Text is ordered by character.
    Order,
    /// Members of JSON that are no scalars.
    Objects,
    /// Percentiles are estimated otherwise.
    Percentiles,
    /// Rows of the same time are told apart otherwise.
    Ties,
    /// What is unnested is a list.
    Lists,
    /// Archives are databases.
    Archives,
}

impl Remark {
    fn notice(self) -> Diagnostic {
        let (what, help) = match self {
            Self::Order => (
                "Athena orders text by character",
                "`x10` comes before `x9` there; Logs Insights counts digits inside text as numbers",
            ),
            Self::Objects => (
                "Athena shows members of JSON that are objects or arrays as missing, and flags as `true` and `false`",
                "`json_format(json_extract(column, '$.member'))` shows an object",
            ),
            Self::Percentiles => {
                ("Athena estimates percentiles", "`approx_percentile` is a value that was seen, or close to one")
            }
            Self::Ties => (
                "Athena's table does not number the records of a file",
                "rows of the same time and file are in the order of `eventid` there",
            ),
            Self::Lists => {
                ("Athena takes only lists for lists", "elsewhere, what is no list is one element of its own")
            }
            Self::Archives => (
                "an archive's name stands for a database of Athena",
                "a table `cloudtrail` over the archive has to be in it",
            ),
        };
        Diagnostic::notice("S022", what).help(help)
    }
}
