//! The rows between two commands: the plan that makes them, what can be named, what is shown, in which order.
//!
//! What is shown is decided apart from what can be named. Sorting waits until the order matters, so that a sort and a
//! limit meet.

use std::rc::Rc;
use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, SortExpr};

use super::ast::{ExprKind, Item, Subquery};
use super::commands::Command;
use super::context::Context;
use super::functions;
use super::lower::{Lowers, Range, column, unplanned};
use super::period::Period;
use super::shown::{Column, Shown};
use super::sources::Read;
use super::value::{Class, Value, joined};
use super::world::{Named, Sides, World};

/// See the file.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) context: Rc<Context>,
    /// What was read to begin with.
    pub(super) read: Read,
    /// The commands that made the rows.
    pub(super) done: Vec<Command>,
    pub(super) plan: LogicalPlan,
    pub(super) world: World,
    /// Whether a name that means nothing is an error: in a `stats` after another.
    pub(super) is_strict: bool,
    /// The `stats` being lowered, while its aggregates are.
    pub(super) group: Option<Group>,
    pub(super) shown: Shown,
    /// The order the rows are to have.
    pub(super) order: Vec<SortExpr>,
    /// What comes after every order: the places of elements in their lists.
    pub(super) ties: Vec<SortExpr>,
    /// Whether they have it.
    is_ordered: bool,
    /// How many of the columns, from the first on, are keys of the last `stats`.
    pub(super) keys: usize,
    /// The period of the bins among these keys, and which key they are.
    pub(super) bins: Option<(usize, Period)>,
    /// How many milliseconds `bin` counts every event later, while the keys of a `stats` are lowered.
    pub(super) offset: Option<i64>,
    /// The record whose leaves are not columns yet.
    pub(super) unplaced: Option<usize>,
    /// Whether a filter on leaves of the record can still be moved into the scan.
    pub(super) reaches_scan: bool,
}

/// A `stats` while its parts are lowered.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Keys and aggregates so far, as values over the grouped rows.
    pub(super) columns: Vec<Named>,
    /// The aggregates themselves, each under its column's name.
    pub(super) aggregates: Vec<Expr>,
    /// The period of the bins among the keys.
    pub(super) bin: Option<Period>,
}

impl Rows {
    pub(super) fn new(context: Rc<Context>, read: Read, plan: LogicalPlan, world: World) -> Self {
        let mut rows = Self {
            context,
            read,
            done: Vec::new(),
            plan,
            world,
            is_strict: false,
            group: None,
            shown: Shown::Default(["@timestamp", "@message"].map(|name| (name.to_owned(), None)).into()),
            order: Vec::new(),
            ties: Vec::new(),
            is_ordered: false,
            keys: 0,
            bins: None,
            offset: None,
            unplaced: None,
            reaches_scan: true,
        };
        rows.order = rows.default_order();
        rows
    }

    /// Runs a command.
    pub(super) fn run(&mut self, command: &Command) -> Lowers<()> {
        command.lower(self)?;
        self.done.push(command.clone());
        Ok(())
    }

    /// The rows of a query in parentheses. Without `SOURCE` it reads what these rows are from.
    pub(super) fn subquery(&self, query: &Subquery) -> Lowers<Self> {
        let mut rows = Self::read(Rc::clone(&self.context), self.read.clone())?;
        rows.rerun(&query.commands)?;
        Ok(rows)
    }

    /// The first commands done, over the time asked for or another.
    pub(super) fn again(&self, range: Option<Range>, commands: usize) -> Lowers<Self> {
        let mut rows = Self::read(Rc::clone(&self.context), Read { range, ..self.read.clone() })?;
        rows.rerun(&self.done[..commands])?;
        Ok(rows)
    }

    /// Runs commands one after another.
    pub(super) fn rerun(&mut self, commands: &[Command]) -> Lowers<()> {
        commands.iter().try_for_each(|command| self.run(command))
    }

    /// The order rows have when nobody asks for one: newest first; after `stats` newest bin first, then by keys.
    pub(super) fn default_order(&self) -> Vec<SortExpr> {
        if self.world.has_record() {
            let newest = self.world.timestamp().map(|time| time.time().sort(false, false));
            return newest.into_iter().chain(self.ties.iter().cloned()).collect();
        }
        let keys = || self.world.columns.iter().take(self.keys).map(|column| &column.value);
        let times = keys().filter(|key| key.class == Class::Time).map(|key| key.sort_key().sort(false, false));
        let others = keys().filter(|key| key.class != Class::Time).map(|key| key.sort_key().sort(true, false));
        times.chain(others).collect()
    }

    /// A name for a column of the plan that no other has.
    pub(super) fn fresh(&self, name: &str) -> String {
        self.context.fresh(name)
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

    /// Keeps the rows for which the condition holds.
    pub(super) fn filter(&mut self, condition: Expr) -> Lowers<()> {
        let of_record = condition.column_refs().iter().all(|column| !column.name.contains('#'));
        let mut conditions =
            if self.reaches_scan && of_record { vec![condition] } else { self.settle(vec![condition])? };
        // One filter for several in a row, so that many of them do not nest deeply.
        if let LogicalPlan::Filter(filter) = self.plan.clone() {
            conditions.splice(0..0, split_conjunction_owned(filter.predicate));
            self.plan = Arc::unwrap_or_clone(filter.input);
        }
        let all = joined(conditions, Expr::and);
        self.build(|plan| all.into_iter().try_fold(plan, LogicalPlanBuilder::filter))?;
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
        self.world.columns.push(Named { key, ..Named::new(name, value) });
    }

    /// Computes a value once, in a column of the plan.
    pub(super) fn keep(&mut self, name: &str, value: Value) -> Lowers<Value> {
        // Parsed JSON stays where it is: its members are read one by one.
        if value.leaf.is_some() || value.literal.is_some() {
            return Ok(value);
        }
        let fresh = self.fresh(name);
        self.add(vec![(fresh.clone(), value.expr.clone())])?;
        Ok(Value { expr: column(&fresh), ..value })
    }

    /// Makes these columns, values over the rows of the plan, all there is; the first are the keys.
    pub(super) fn replace(&mut self, columns: Vec<Named>, keys: usize) -> Lowers<()> {
        let mut exprs = Vec::new();
        self.world = World::default();
        for column in columns {
            let fresh = self.fresh(&column.name);
            exprs.push(column.value.expr.alias(&fresh));
            let value = Value::new(self::column(&fresh), column.value.class);
            self.world.columns.push(Named { value, ..column });
        }
        self.build(|plan| plan.project(exprs))?;
        self.keys = keys;
        self.bins = None;
        self.ties = Vec::new();
        self.reaches_scan = false;
        self.shown = Shown::Grouped;
        self.order = self.default_order();
        self.is_ordered = false;
        Ok(())
    }

    /// The keys of groups, settled, and the columns they become.
    pub(super) fn grouping(&mut self, items: &[Item]) -> Lowers<(Vec<Expr>, Vec<Named>)> {
        let (mut keys, mut columns) = (Vec::new(), Vec::new());
        for item in items {
            let value = self.value(&item.expr)?;
            let fresh = self.fresh(item.name());
            keys.push(value.expr.alias(&fresh));
            columns.push(item.named(Value::new(column(&fresh), value.class)));
        }
        Ok((self.settle(keys)?, columns))
    }

    /// Orders by this column first, largest first.
    pub(super) fn order_first(&mut self, name: &str) {
        if let Some(value) = self.world.column(name) {
            self.order.insert(0, value.expr.sort(false, false));
        }
    }

    /// These columns of the plan, as they are, are all there is.
    pub(super) fn stand_for(&mut self, columns: Vec<Named>, order: Vec<SortExpr>) {
        self.world = World { columns, ..World::default() };
        self.shown = Shown::Grouped;
        (self.keys, self.bins, self.unplaced, self.ties) = (0, None, None, Vec::new());
        self.order = order;
        self.reaches_scan = false;
        self.is_ordered = false;
    }

    /// Puts other rows beside these, under two names.
    pub(super) fn put_beside(&mut self, plan: LogicalPlan, left: &str, right: (String, Self)) {
        let (alias, right) = right;
        let beside = |alias: &str, rows: &Self| -> Vec<Column> {
            let named = |(name, path): Column| (format!("{alias}.{name}"), path.map(|path| path.within(alias)));
            rows.columns_shown().into_iter().map(named).collect()
        };
        self.shown = Shown::Default([beside(left, self), beside(&alias, &right)].concat());
        let world = std::mem::take(&mut self.world);
        let sides = Sides { left: (left.to_owned(), world), right: (alias, right.world) };
        self.world.sides = Some(Box::new(sides));
        self.plan = plan;
        (self.keys, self.bins) = (0, None);
        self.order.extend(right.order);
        self.is_ordered = false;
    }

    /// The rows are no longer in the order they should be in.
    pub(super) fn scramble(&mut self) {
        self.is_ordered = false;
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

    /// The order, and after it what tells rows of equal keys apart: for what depends on the rows before.
    pub(super) fn total_order(&mut self) -> Lowers<Vec<SortExpr>> {
        let mut order = self.order()?;
        order.extend(self.world.places().into_iter().map(|place| place.sort(true, false)));
        Ok(order)
    }
}

impl Item {
    /// The column that the item is.
    pub(super) fn named(&self, value: Value) -> Named {
        let name = self.name().to_owned();
        let aggregate = match &self.expr.kind {
            ExprKind::Call(call) if self.alias.is_none() => {
                functions::find(&call.name.text).map(|function| function.name)
            }
            _ => None,
        };
        let key = if self.alias.is_some() { name.clone() } else { self.expr.key() };
        Named { name, key, value, aggregate: aggregate.map(str::to_owned) }
    }
}
