//! Query → plan: the rows as they stand between two commands, and what a name means there.
//!
//! Commands run from top to bottom. Until a `stats`, every field of a record can be named; a name that a command
//! made wins over the record's. What is shown is decided apart from what can be named. Sorting waits until the
//! order matters, so that a sort and a limit meet.

use chrono::{DateTime, Utc};
use datafusion::common::{Column, DataFusionError};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, SortExpr, lit};

use super::ast::{Item, Path, Query};
use super::commands::Command;
use super::functions;
use super::value::{Class, Leaf, Value};
use crate::diag::{Diagnostic, Diagnostics, Source, Span};
use crate::schema::{Kind, Shape, Step, columns};

/// What a query reads.
#[derive(Debug, Clone)]
pub struct Scope {
    /// A scan, or view, of `cloudtrail` with every column of [`columns`], virtual ones included.
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
    let mut rows = Rows::new(scope);
    rows.notices.clone_from(&query.notices);
    let failed = |error: Diagnostic| Diagnostics { source: source.clone(), list: vec![error] };
    for command in &query.commands {
        let lowered = match command {
            Command::Fields(command) => command.lower(&mut rows),
            Command::Display(command) => command.lower(&mut rows),
            Command::Filter(command) => command.lower(&mut rows),
            Command::Stats(command) => command.lower(&mut rows),
            Command::Sort(command) => command.lower(&mut rows),
            Command::Limit(command) => command.lower(&mut rows),
            Command::Tail(command) => command.lower(&mut rows),
            Command::Parse(command) => command.lower(&mut rows),
            Command::Dedup(command) => command.lower(&mut rows),
        };
        lowered.map_err(failed)?;
    }
    let plan = rows.finish().map_err(failed)?;
    let Rows { notices, fields, .. } = rows;
    Ok(Lowered { plan, notices, fields })
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
    fields: Vec<(String, Span)>,
    /// How many of the columns, from the first on, are keys of the last `stats`.
    keys: usize,
    /// How many columns were made.
    made: usize,
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
    fn new(scope: &Scope) -> Self {
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
            made: 0,
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

    /// Filters, windows and projections break no names; the first two break the order.
    pub(super) fn scramble(&mut self) {
        self.is_ordered = false;
    }

    /// Replaces the plan with what is built on it.
    pub(super) fn build(
        &mut self,
        build: impl FnOnce(LogicalPlanBuilder) -> Result<LogicalPlanBuilder, DataFusionError>,
    ) -> Lowers<()> {
        let plan = build(LogicalPlanBuilder::from(self.plan.clone())).and_then(LogicalPlanBuilder::build);
        self.plan = plan.map_err(|error| Diagnostic::error("I033", format!("the query cannot be planned: {error}")))?;
        Ok(())
    }

    /// A name for a column of the plan that no other has. Results never show it.
    pub(super) fn fresh(&mut self, name: &str) -> String {
        self.made += 1;
        format!("{name}#{}", self.made)
    }

    /// Adds columns to the plan, keeping all others.
    pub(super) fn add(&mut self, added: Vec<(String, Expr)>) -> Lowers<()> {
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
    fn keep(&mut self, name: &str, value: Value) -> Lowers<Value> {
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
            let order = self.order.clone();
            self.build(|plan| plan.sort(order))?;
        }
        self.is_ordered = true;
        Ok(())
    }

    /// The plan of the whole query.
    fn finish(&mut self) -> Lowers<LogicalPlan> {
        self.sort()?;
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
        self.build(|plan| plan.project(columns.into_iter().map(|(name, expr)| expr.alias(name))))?;
        Ok(self.plan.clone())
    }

    /// The value of a field, as far as there can be one.
    pub(super) fn look_up(&mut self, path: &Path) -> Option<Value> {
        let text = path.text();
        if let Some(value) = self.column(&text) {
            return Some(value);
        }
        let steps = path.steps();
        for length in (1..steps.len()).rev() {
            let Some(value) = self.column(&steps[..length].join(".")) else { continue };
            if let Some(leaf) = value.leaf {
                let path = leaf.path.into_iter().chain(steps[length..].iter().map(|step| self::step(step))).collect();
                return Some(Value::leaf(Leaf { path, is_flag: false, ..leaf }));
            }
        }
        if !self.has_record {
            return self.bare_aggregate(path);
        }
        if text.starts_with('@') && !text.starts_with("@@") {
            return Some(self.system(&text).unwrap_or_else(Value::missing));
        }
        if !self.fields.iter().any(|(known, _)| *known == text) {
            self.fields.push((text, path.span));
        }
        Some(Value::leaf(Leaf {
            json: self.base("eventjson"),
            is_flag: is_flag(&steps),
            path: steps.into_iter().map(step).collect(),
        }))
    }

    /// `sort count`, where the column's name is `count(*)`.
    fn bare_aggregate(&mut self, path: &Path) -> Option<Value> {
        let name = functions::find(&path.text()).filter(|function| function.is_aggregate())?.name;
        let mut matching = self.columns.iter().filter(|column| column.aggregate.as_deref() == Some(name));
        let (Some(column), None) = (matching.next(), matching.next()) else { return None };
        let (value, full) = (column.value.clone(), column.name.clone());
        let notice = Diagnostic::notice("I043", format!("`{name}` is taken for the column `{full}`"));
        self.notice(
            notice
                .at(path.span, "a part of a column's name")
                .help(format!("write `{full}`, or name the column with `as`")),
        );
        Some(value)
    }

    /// A column of the table.
    fn base(&self, name: &str) -> Expr {
        let found = self.plan.schema().iter().find(|(_, field)| field.name() == name);
        match found {
            Some((relation, _)) => Expr::Column(Column::new(relation.cloned(), name)),
            None => column(name),
        }
    }

    /// A system field.
    ///
    /// Source: CloudWatch Logs User Guide, "Supported logs and discovered fields".
    fn system(&self, name: &str) -> Option<Value> {
        if !self.has_record {
            return None;
        }
        let leaf = |path: &str, kind: Kind| {
            crate::functions::json::leaf(self.base("eventjson"), &[Step::ExactKey(path.into())], kind)
        };
        // Missing parts make the whole missing.
        let joined = |left: &str, between: &str, right: &str| {
            use datafusion::logical_expr::{Operator, binary_expr};
            let head = binary_expr(self.base(left), Operator::StringConcat, lit(between));
            Value::text_of(binary_expr(head, Operator::StringConcat, self.base(right)))
        };
        Some(match name {
            "@timestamp" => Value::time_of(leaf("eventTime", Kind::Time)),
            "@message" => Value::leaf(Leaf { json: self.base("eventjson"), path: Vec::new(), is_flag: false }),
            "@logStream" => joined("account", "_CloudTrail_", "region"),
            "@log" => joined("account", ":", "folder"),
            "@ingestionTime" => Value::time_of(self.base("$file_modified_time")),
            "@data_source_name" => Value::text_of(lit("aws_cloudtrail")),
            "@data_source_type" => Value::text_of(leaf("eventCategory", Kind::Text)),
            _ => return None,
        })
    }
}

/// A column of the plan that a command made.
pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

/// A segment of a path as a step into a record. A key that begins with `@` is written with one more.
fn step(segment: &str) -> Step {
    match segment.parse() {
        Ok(index) if segment.bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(index),
        _ => Step::ExactKey(segment.strip_prefix('@').filter(|key| key.starts_with('@')).unwrap_or(segment).into()),
    }
}

/// Whether the schema says that the field is true or false.
fn is_flag(steps: &[&str]) -> bool {
    let mut members = columns::ALL;
    for (index, step) in steps.iter().enumerate() {
        let Some(column) = members.iter().find(|column| column.json == *step) else { return false };
        match column.shape {
            Shape::Flag => return index + 1 == steps.len(),
            Shape::Struct(inner) => members = inner,
            _ => return false,
        }
    }
    false
}
