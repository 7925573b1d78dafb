//! Nodes of a plan → SELECTs: each node joins the SELECT below it, unless SQL would do the two in another order.
//!
//! It is an optimizer's merging of projections the other way round: what a node computes is written where it is used.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DataFusionError, Result, TableReference};
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, FetchType, GroupingSet, Limit, LogicalPlan, Projection, SkipType, Sort, Window,
};

use super::Refused;
use super::select::{Body, From, Parts, Select, size};

/// An expression of more nodes is computed in a part of its own, and not again wherever it is used.
const MOST_NODES: usize = 250;

/// Keys of groups that are fields make a window no longer than this.
const FEW_NODES: usize = 8;

pub(super) type Merged<T> = std::result::Result<T, Refused>;

impl Parts {
    /// The SELECT that gives the rows of the plan.
    pub(super) fn merge(&mut self, plan: &LogicalPlan) -> Merged<Select> {
        // Pipelines are long, and make plans deep.
        let mut above = Vec::new();
        let mut lowest = plan;
        while let Some(below) = only_input(lowest) {
            above.push(lowest);
            lowest = below;
        }
        let mut select = self.source(lowest)?;
        let mut below = lowest;
        for node in above.into_iter().rev() {
            select = self.node(node, select, below.schema())?;
            below = node;
        }
        Ok(select)
    }

    /// A node without rows below it, or with several inputs.
    fn source(&mut self, plan: &LogicalPlan) -> Merged<Select> {
        match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::EmptyRelation(empty) => {
                let mut select = Select::new(From::Nothing, nulls(&empty.schema)?);
                if !empty.produce_one_row {
                    select.filters.push(datafusion::logical_expr::lit(false));
                }
                Ok(select)
            }
            LogicalPlan::Values(values) => {
                let columns = values.schema.columns();
                Ok(self.part("listed", Body::Values(values.values.clone()), columns, &values.schema))
            }
            LogicalPlan::Union(union) => {
                let mut branches = Vec::new();
                for input in &union.inputs {
                    let mut branch = self.merge(input)?;
                    if branch.is_cut() {
                        branch = self.close(branch, input.schema());
                    }
                    branch.order.clear();
                    let exprs = branch.columns.iter().map(|(_, expr)| expr.clone()).collect();
                    branches.push((branch, exprs));
                }
                Ok(self.part("combined", Body::Union(branches), union.schema.columns(), &union.schema))
            }
            LogicalPlan::Join(join) => self.join(join),
            other => Err(Refused::construct(format!("`{}`", other.display()))),
        }
    }

    /// A node on the SELECT of the node below it.
    fn node(&mut self, node: &LogicalPlan, below: Select, schema: &DFSchema) -> Merged<Select> {
        Ok(match node {
            LogicalPlan::Projection(projection) => self.project(projection, below, schema)?,
            LogicalPlan::Filter(filter) => {
                let mut select = below;
                if select.is_cut() || select.is_distinct || select.has_windows() {
                    select = self.close(select, schema);
                }
                let predicate = select.resolve(&filter.predicate)?;
                if select.group.is_some() {
                    select.having.push(predicate)
                } else if !self.filter_union(&select, &predicate)? {
                    select.filters.push(predicate)
                }
                select
            }
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate, below, schema)?,
            LogicalPlan::Window(window) => self.window(window, below, schema)?,
            LogicalPlan::Sort(sort) => self.sort(sort, below, schema)?,
            LogicalPlan::Limit(limit) => self.limit(limit, below, schema)?,
            LogicalPlan::Distinct(Distinct::All(_)) => {
                let mut select = below;
                if select.is_cut() {
                    select = self.close(select, schema);
                }
                select.order.clear();
                select.is_distinct = true;
                select
            }
            LogicalPlan::SubqueryAlias(alias) => {
                let mut select = below;
                // The records of an archive within the bounds asked for are a view, by the archive's name.
                if let (From::Table { name, .. }, Some(_)) = (&mut select.from, alias.alias.schema()) {
                    *name = alias.alias.clone();
                }
                for ((column, _), (relation, field)) in select.columns.iter_mut().zip(alias.schema.iter()) {
                    *column = Column::new(relation.cloned(), field.name());
                }
                select
            }
            LogicalPlan::Unnest(unnest) => self.unnest(unnest, below, schema)?,
            other => return Err(Refused::construct(format!("`{}`", other.display()))),
        })
    }

    fn project(&mut self, projection: &Projection, below: Select, schema: &DFSchema) -> Merged<Select> {
        let mut select = below;
        let resolved = |select: &Select| -> Result<Vec<Expr>> {
            projection.expr.iter().map(|expr| select.resolve(expr)).collect()
        };
        let mut exprs = resolved(&select)?;
        let is_large = exprs.iter().zip(&projection.expr).any(|(expr, own)| size(expr) > MOST_NODES.max(size(own)));
        // What is computed of several rows, and used often, gets a name.
        let is_repeated = exprs.iter().map(computed).any(|(windows, aggregates)| windows > 1 || aggregates > 3);
        // Other columns would make other rows distinct.
        let is_same = || exprs.iter().eq(select.columns.iter().map(|(_, expr)| expr));
        if is_large || is_repeated || select.is_distinct && !is_same() {
            select = self.close(select, schema);
            exprs = resolved(&select)?;
        }
        select.columns = projection.schema.columns().into_iter().zip(exprs).collect();
        Ok(select)
    }

    fn aggregate(&mut self, aggregate: &Aggregate, below: Select, schema: &DFSchema) -> Merged<Select> {
        let mut select = below;
        if select.is_cut() || select.is_distinct || select.group.is_some() || select.has_windows() {
            select = self.close(select, schema);
        }
        let keys = grouping_set_to_exprlist(&aggregate.group_expr)?;
        let resolved = |exprs: &[Expr]| exprs.iter().map(|expr| select.resolve(expr)).collect::<Result<Vec<_>>>();
        let sets = match aggregate.group_expr.as_slice() {
            [Expr::GroupingSet(GroupingSet::GroupingSets(sets))] => {
                sets.iter().map(|set| resolved(set)).collect::<Result<_>>()?
            }
            plain if plain.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) => {
                return Err(Refused::construct("a grouping set"));
            }
            _ => Vec::new(),
        };
        let keys = keys.into_iter().map(|key| select.resolve(key)).collect::<Result<Vec<_>>>()?;
        let made = resolved(&aggregate.aggr_expr)?;
        // Which set a row belongs to has no name in SQL; what asks for it is not found.
        let columns = aggregate.schema.columns().into_iter();
        let columns = columns.filter(|column| column.name != Aggregate::INTERNAL_GROUPING_ID);
        select.columns = columns.zip(keys.iter().cloned().chain(made)).collect();
        select.group = Some(keys);
        select.sets = sets;
        select.order.clear();
        Ok(select)
    }

    fn window(&mut self, window: &Window, below: Select, schema: &DFSchema) -> Merged<Select> {
        let mut select = below;
        let resolved = |select: &Select| -> Result<Vec<Expr>> {
            window.window_expr.iter().map(|expr| select.resolve(expr)).collect()
        };
        let mut exprs = resolved(&select)?;
        // A window of a window has two windows in it.
        let is_nested = |expr: &Expr| computed(expr).0 > 1;
        // What groups are made of would stand in each window once more.
        let is_long = |(expr, own): (&Expr, &Expr)| computed(expr).1 > 0 || size(expr) > size(own) + FEW_NODES;
        let is_of_groups = select.group.is_some() && exprs.iter().zip(&window.window_expr).any(is_long);
        if select.is_cut() || select.is_distinct || is_of_groups || exprs.iter().any(is_nested) {
            select = self.close(select, schema);
            exprs = resolved(&select)?;
        }
        let made = window.schema.columns();
        let added = made.into_iter().skip(select.columns.len()).zip(exprs);
        select.columns.extend(added);
        Ok(select)
    }

    fn sort(&mut self, sort: &Sort, below: Select, schema: &DFSchema) -> Merged<Select> {
        let mut select = below;
        let mut order = select.sorted_by(&sort.expr)?;
        // What is computed after a limit is put into the same order again.
        if select.is_cut() && select.order == order && sort.fetch.is_none() {
            return Ok(select);
        }
        let is_shown = |key: &datafusion::logical_expr::SortExpr, select: &Select| {
            select.columns.iter().any(|(_, expr)| *expr == key.expr)
        };
        if select.is_cut() || select.is_distinct && !order.iter().all(|key| is_shown(key, &select)) {
            select = self.close(select, schema);
            order = select.sorted_by(&sort.expr)?;
        }
        select.order = order;
        select.limit = sort.fetch;
        Ok(select)
    }

    fn limit(&mut self, limit: &Limit, below: Select, schema: &DFSchema) -> Merged<Select> {
        let (SkipType::Literal(skip), FetchType::Literal(fetch)) = (limit.get_skip_type()?, limit.get_fetch_type()?)
        else {
            return Err(Refused::construct("a limit that is computed"));
        };
        let mut select = below;
        if select.is_cut() && skip > 0 {
            select = self.close(select, schema);
        }
        select.skip = if skip > 0 { skip } else { select.skip };
        select.limit = match (select.limit, fetch) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Ok(select)
    }
}

/// How many windows and aggregates are in an expression.
fn computed(expr: &Expr) -> (usize, usize) {
    let (mut windows, mut aggregates) = (0, 0);
    // Never fails: the closure does not.
    let _ = expr.apply(|node| {
        windows += usize::from(matches!(node, Expr::WindowFunction(_)));
        aggregates += usize::from(matches!(node, Expr::AggregateFunction(_)));
        Ok(TreeNodeRecursion::Continue)
    });
    (windows, aggregates)
}

/// The one input of a node that stands on the rows of another.
fn only_input(plan: &LogicalPlan) -> Option<&LogicalPlan> {
    match plan {
        LogicalPlan::Union(_) | LogicalPlan::Join(_) => None,
        other => match other.inputs().as_slice() {
            [input] => Some(input),
            _ => None,
        },
    }
}

/// Columns of this schema, all of them null.
fn nulls(schema: &DFSchema) -> Result<Vec<(Column, Expr)>> {
    let null = |(relation, field): (Option<&TableReference>, &Arc<datafusion::arrow::datatypes::Field>)| {
        let value = datafusion::common::ScalarValue::try_from(field.data_type())?;
        Ok((Column::new(relation.cloned(), field.name()), datafusion::logical_expr::lit(value)))
    };
    schema.iter().map(null).collect()
}

impl std::convert::From<DataFusionError> for Refused {
    fn from(error: DataFusionError) -> Self {
        Self::Bug(error.strip_backtrace())
    }
}
