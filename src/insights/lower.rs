//! Query → plan: the rows as they stand between two commands, and what a name means there.
//!
//! Commands run from top to bottom. Until a `stats`, every field of a record can be named; a name that a command
//! made wins over the record's. What is shown is decided apart from what can be named. Sorting waits until the
//! order matters, so that a sort and a limit meet.

use chrono::{DateTime, Utc};
use datafusion::common::{Column, DataFusionError};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, SortExpr};

use super::ast::{Item, Path, Query};
use super::commands::Command;
use super::leaves::Leaves;
use super::value::{Class, Value};
use crate::diag::{Diagnostic, Diagnostics, Source, Span};

/// What a query reads.
#[derive(Debug, Clone)]
pub struct Scope {
    /// A scan, or view, of `cloudtrail` with every column of [`columns`](crate::schema::columns), virtual ones included.
    pub table: LogicalPlan,
    /// When the query began: what `now()` means.
    pub now: DateTime<Utc>,
}

/// A query as a plan.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// Columns in the order shown, by the names the query gives them.
    pub plan: LogicalPlan,
    /// Remarks on a query that runs.
    pub notices: Vec<Diagnostic>,
    /// The record fields that the text names, as written, each once.
    pub fields: Vec<(String, Span)>,
}

/// Lowers a query.
///
/// Result columns are text, `Int64` for counts and flags, `Float64` for other numbers, and timestamps in UTC
/// milliseconds.
///
/// # Errors
/// What is wrong with names where they stand: the errors of the first command that has any.
pub fn lower(query: &Query, source: &Source, scope: &Scope) -> Result<Lowered, Diagnostics> {
    let failed = |error: Diagnostic| Diagnostics { source: source.clone(), list: vec![error] };
    // Twice: the first time tells which leaves of the record are read at all.
    let leaves = rows(query, scope, Leaves::default()).map_err(failed)?.leaves;
    let leaves = Leaves { are_known: true, are_there: false, ..leaves };
    let Rows { plan, notices, fields, .. } = rows(query, scope, leaves).map_err(failed)?;
    Ok(Lowered { plan, notices, fields })
}

/// The rows after the last command.
fn rows(query: &Query, scope: &Scope, leaves: Leaves) -> Lowers<Rows> {
    let mut rows = Rows::new(scope, leaves);
    rows.notices.clone_from(&query.notices);
    for command in &query.commands {
        match command {
            Command::Fields(command) => command.lower(&mut rows),
            Command::Display(command) => command.lower(&mut rows),
            Command::Filter(command) => command.lower(&mut rows),
            Command::Stats(command) => command.lower(&mut rows),
            Command::Sort(command) => command.lower(&mut rows),
            Command::Limit(command) => command.lower(&mut rows),
            Command::Tail(command) => command.lower(&mut rows),
            Command::Parse(command) => command.lower(&mut rows),
            Command::Dedup(command) => command.lower(&mut rows),
        }?;
    }
    rows.finish()?;
    Ok(rows)
}

/// What lowering a part gives.
pub(super) type Lowers<T> = Result<T, Diagnostic>;

/// The rows between two commands.
pub(super) struct Rows {
    pub(super) plan: LogicalPlan,
    pub(super) now: DateTime<Utc>,
    /// What commands made, newest last.
    pub(super) columns: Vec<Named>,
    /// Whether the record's own fields can be named; a `stats` ends that.
    pub(super) has_record: bool,
    /// Whether a name that means nothing is an error: in a `stats` after another.
    pub(super) is_strict: bool,
    /// The `stats` being lowered, while its aggregates are.
    pub(super) group: Option<Group>,
    shown: Shown,
    /// The order the rows are to have.
    pub(super) order: Vec<SortExpr>,
    /// Whether they have it.
    is_ordered: bool,
    notices: Vec<Diagnostic>,
    pub(super) fields: Vec<(String, Span)>,
    /// How many of the columns, from the first on, are keys of the last `stats`.
    keys: usize,
    /// How many columns were made.
    made: usize,
    pub(super) leaves: Leaves,
    /// Whether a filter on leaves of the record can still be moved into the scan.
    pub(super) reaches_scan: bool,
}

/// A column that a command made.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Its name in results.
    pub(super) name: String,
    /// Its name in one spelling.
    pub(super) key: String,
    pub(super) value: Value,
    /// The aggregate that made it, when it has no alias.
    pub(super) aggregate: Option<String>,
}

/// A `stats` while its parts are lowered.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Keys and aggregates so far, as values over the grouped rows.
    pub(super) columns: Vec<Named>,
    /// The aggregates themselves, each under its column's name.
    pub(super) aggregates: Vec<Expr>,
}

/// What results show.
enum Shown {
    /// `@timestamp` and `@message`, as long as nobody says otherwise.
    Default,
    /// What a `stats` made.
    Grouped,
    /// Names, and the field of the record for those that no command made.
    Chosen(Vec<(String, Option<Path>)>),
}

impl Rows {
    fn new(scope: &Scope, leaves: Leaves) -> Self {
        let mut rows = Self {
            plan: scope.table.clone(),
            now: scope.now,
            columns: Vec::new(),
            has_record: true,
            is_strict: false,
            group: None,
            shown: Shown::Default,
            order: Vec::new(),
            is_ordered: false,
            notices: Vec::new(),
            fields: Vec::new(),
            keys: 0,
            // Names of leaves are made before all others.
            made: leaves.list.len(),
            leaves,
            reaches_scan: true,
        };
        rows.order = rows.default_order();
        rows
    }

    /// The order rows have when nobody asks for one: newest first; after `stats` newest bin first, then by keys.
    pub(super) fn default_order(&self) -> Vec<SortExpr> {
        if self.has_record {
            return self.timestamp().map(|time| time.time().sort(false, false)).into_iter().collect();
        }
        let keys = || self.columns.iter().take(self.keys).map(|column| &column.value);
        let times = keys().filter(|key| key.class == Class::Time).map(|key| key.sort_key().sort(false, false));
        let others = keys().filter(|key| key.class != Class::Time).map(|key| key.sort_key().sort(true, false));
        times.chain(others).collect()
    }

    /// The `@timestamp` of a row.
    pub(super) fn timestamp(&self) -> Option<Value> {
        self.column("@timestamp").or_else(|| self.has_record.then(|| self.system("@timestamp")).flatten())
    }

    /// Adds a remark, unless it is made already.
    pub(super) fn notice(&mut self, notice: Diagnostic) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }

    /// The value of what a command named so.
    pub(super) fn column(&self, key: &str) -> Option<Value> {
        let found = self.columns.iter().rev().find(|column| column.key == key || column.name == key)?;
        Some(found.value.clone())
    }

    /// The rows are no longer in the order they should be in.
    pub(super) fn scramble(&mut self) {
        self.is_ordered = false;
    }

    /// Replaces the plan with what is built on it.
    pub(super) fn build(
        &mut self,
        build: impl FnOnce(LogicalPlanBuilder) -> Result<LogicalPlanBuilder, DataFusionError>,
    ) -> Lowers<()> {
        let plan = build(LogicalPlanBuilder::from(self.plan.clone())).and_then(LogicalPlanBuilder::build);
        self.plan = plan.map_err(unplanned)?;
        Ok(())
    }

    /// A name for a column of the plan that no other has. Results never show it.
    pub(super) fn fresh(&mut self, name: &str) -> String {
        self.made += 1;
        format!("{name}#{}", self.made)
    }

    /// Keeps the rows for which the condition holds.
    pub(super) fn filter(&mut self, condition: Expr) -> Lowers<()> {
        let of_record = condition.column_refs().iter().all(|column| !column.name.contains('#'));
        let condition = if self.reaches_scan && of_record { vec![condition] } else { self.settle(vec![condition])? };
        self.build(|plan| condition.into_iter().try_fold(plan, LogicalPlanBuilder::filter))?;
        self.is_ordered = false;
        Ok(())
    }

    /// Adds columns to the plan, keeping all others.
    pub(super) fn add(&mut self, added: Vec<(String, Expr)>) -> Lowers<()> {
        let (names, exprs): (Vec<_>, Vec<_>) = added.into_iter().unzip();
        let exprs = self.settle(exprs)?;
        self.project(names.into_iter().zip(exprs).collect())
    }

    /// As [`add`](Self::add), with expressions that are settled. Computing breaks the order.
    pub(super) fn project(&mut self, added: Vec<(String, Expr)>) -> Lowers<()> {
        self.is_ordered = false;
        let kept = self.plan.schema().columns().into_iter().map(Expr::Column);
        let all: Vec<_> = kept.chain(added.into_iter().map(|(name, expr)| expr.alias(name))).collect();
        self.build(|plan| plan.project(all))
    }

    /// Gives a value a name.
    pub(super) fn bind(&mut self, name: &str, key: String, value: Value) {
        self.columns.push(Named { name: name.to_owned(), key, value, aggregate: None });
    }

    /// Lowers the items of `fields` and `display`, and gives what to show.
    pub(super) fn items(&mut self, items: &[Item]) -> Lowers<Vec<(String, Option<Path>)>> {
        let mut shown = Vec::new();
        for item in items {
            let value = self.value(&item.expr)?;
            let name = item.name().to_owned();
            match (item.expr.field(), &item.alias) {
                (Some(path), None) => shown.push((name, Some(path.clone()))),
                // A field by another name needs no column: it is read where it is used.
                (Some(_), Some(_)) => {
                    self.bind(&name, name.clone(), value);
                    shown.push((name, None));
                }
                (None, alias) => {
                    let key = if alias.is_some() { name.clone() } else { item.expr.key() };
                    let value = self.keep(&name, value)?;
                    self.bind(&name, key, value);
                    shown.push((name, None));
                }
            }
        }
        Ok(shown)
    }

    /// Computes a value once, in a column of the plan.
    pub(super) fn keep(&mut self, name: &str, value: Value) -> Lowers<Value> {
        // Parsed JSON stays where it is: its members are read one by one.
        if value.leaf.is_some() || value.literal.is_some() {
            return Ok(value);
        }
        let fresh = self.fresh(name);
        self.add(vec![(fresh.clone(), value.expr)])?;
        Ok(Value::new(column(&fresh), value.class))
    }

    /// Shows these as well.
    pub(super) fn show_more(&mut self, more: Vec<(String, Option<Path>)>) {
        match &mut self.shown {
            Shown::Chosen(shown) => shown.extend(more),
            Shown::Default | Shown::Grouped => self.shown = Shown::Chosen(more),
        }
    }

    /// Shows these and nothing else.
    pub(super) fn show_only(&mut self, only: Vec<(String, Option<Path>)>) {
        self.shown = Shown::Chosen(only);
    }

    /// Makes these columns, values over the grouped rows, all there is; the first are the keys.
    pub(super) fn replace(&mut self, columns: Vec<Named>, keys: usize) -> Lowers<()> {
        let mut exprs = Vec::new();
        self.columns.clear();
        for column in columns {
            let fresh = self.fresh(&column.name);
            exprs.push(column.value.expr.alias(&fresh));
            let value = Value::new(self::column(&fresh), column.value.class);
            self.columns.push(Named { value, ..column });
        }
        self.build(|plan| plan.project(exprs))?;
        self.keys = keys;
        self.has_record = false;
        self.reaches_scan = false;
        self.shown = Shown::Grouped;
        self.order = self.default_order();
        self.is_ordered = false;
        Ok(())
    }

    /// The text of the whole record.
    pub(super) fn message(&self) -> Value {
        self.column("@message").or_else(|| self.system("@message")).unwrap_or_else(Value::missing)
    }

    /// Puts the rows into their order, if they are not.
    pub(super) fn sort(&mut self) -> Lowers<()> {
        if !self.is_ordered && !self.order.is_empty() {
            let order = self.order()?;
            self.build(|plan| plan.sort(order))?;
        }
        self.is_ordered = true;
        Ok(())
    }

    /// The order as keys that are columns of the plan.
    ///
    /// A computed key is computed once. DataFusion would compute it again where it merges sorted rows, and cannot
    /// always tell that both are the same.
    pub(super) fn order(&mut self) -> Lowers<Vec<SortExpr>> {
        let mut order = std::mem::take(&mut self.order);
        let keys = self.settle(order.iter().map(|key| key.expr.clone()).collect())?;
        let mut added = Vec::new();
        for (key, expr) in order.iter_mut().zip(keys) {
            key.expr = if matches!(expr, Expr::Column(_)) {
                expr
            } else {
                let fresh = self.fresh("order");
                added.push((fresh.clone(), expr));
                column(&fresh)
            };
        }
        if !added.is_empty() {
            self.project(added)?;
        }
        self.order.clone_from(&order);
        Ok(order)
    }

    /// Makes the plan that of the whole query.
    fn finish(&mut self) -> Lowers<()> {
        let shown = match std::mem::replace(&mut self.shown, Shown::Default) {
            Shown::Default => vec![("@timestamp".to_owned(), None), ("@message".to_owned(), None)],
            Shown::Grouped => self.columns.iter().map(|column| (column.name.clone(), None)).collect(),
            Shown::Chosen(shown) => shown,
        };
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for (name, path) in shown {
            // The first of two columns of one name stays.
            if columns.iter().any(|(other, _)| *other == name) {
                continue;
            }
            let value = match path {
                Some(path) => self.look_up(&path),
                None => self.column(&name).or_else(|| self.system(&name)),
            };
            columns.push((name, value.unwrap_or_else(Value::missing).shown()));
        }
        let (names, exprs): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let mut added = Vec::new();
        let mut shown = Vec::new();
        for (expr, name) in self.settle(exprs)?.into_iter().zip(names) {
            if matches!(expr, Expr::Column(_) | Expr::Literal(..)) {
                shown.push(expr.alias(name));
            } else {
                let fresh = self.fresh(&name);
                shown.push(column(&fresh).alias(name));
                added.push((fresh, expr));
            }
        }
        if !added.is_empty() {
            self.project(added)?;
        }
        // Last, because rows that something is computed of are dealt out to several threads, and come back in any order.
        self.sort()?;
        self.build(|plan| plan.project(shown))
    }
}

pub(super) fn unplanned(error: DataFusionError) -> Diagnostic {
    Diagnostic::error("I033", format!("the query cannot be planned: {error}"))
}

/// A column of the plan that a command made.
pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}
