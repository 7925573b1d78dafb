//! Nodes of a plan → SELECTs: each node joins the SELECT below it, unless SQL would do the two in another order.
//!
//! It is an optimizer's merging of projections the other way round: what a node computes is written where it is used.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, DataFusionError, Result, TableReference};
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, FetchType, Join, JoinType, Limit, LogicalPlan, Projection, SkipType, Sort, Window,
};

use super::Refused;
use super::select::{Body, From, Parts, Select, has_window, size};
use crate::schema::columns;

/// An expression of more nodes is computed in a part of its own, and not again wherever it is used.
const MOST_NODES: usize = 250;

type Merged<T> = std::result::Result<T, Refused>;

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
            LogicalPlan::TableScan(scan) => {
                let alias = self.names.fresh(scan.table_name.table());
                let from = From::Table { name: scan.table_name.clone(), alias: alias.clone() };
                let is_published = |column: &columns::Column| {
                    let field = scan.projected_schema.field_with_unqualified_name(column.name);
                    field.is_ok_and(|field| *field.data_type() == column.data_type())
                };
                if columns::ALL.iter().filter(|column| !column.json.is_empty()).all(is_published) {
                    self.records.insert(alias.clone());
                }
                let mut columns = Vec::new();
                for (relation, field) in scan.projected_schema.iter() {
                    let reference = Column::new(Some(TableReference::bare(alias.as_str())), field.name());
                    self.fields.0.insert(reference.clone(), Arc::clone(field));
                    columns.push((Column::new(relation.cloned(), field.name()), Expr::Column(reference)));
                }
                let mut select = Select::new(from, columns);
                select.filters = scan.filters.iter().map(|filter| select.resolve(filter)).collect::<Result<_>>()?;
                select.limit = scan.fetch;
                if let Some(within) = self.within.clone().filter(|_| self.records.contains(&alias)) {
                    let qualified = |expr: Expr| {
                        Ok(match expr {
                            Expr::Column(column) => {
                                let relation = Some(TableReference::bare(alias.as_str()));
                                Transformed::yes(Expr::Column(Column::new(relation, column.name)))
                            }
                            expr => Transformed::no(expr),
                        })
                    };
                    select.filters.push(within.transform_up(qualified)?.data);
                }
                Ok(select)
            }
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
                } else {
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
                for ((column, _), (relation, field)) in select.columns.iter_mut().zip(alias.schema.iter()) {
                    *column = Column::new(relation.cloned(), field.name());
                }
                select
            }
            LogicalPlan::Unnest(unnest) => {
                let ([list], true) = (unnest.list_type_columns.as_slice(), unnest.struct_type_columns.is_empty())
                else {
                    return Err(Refused::construct("an `unnest` of several columns"));
                };
                let mut select = below;
                if select.is_cut()
                    || select.is_distinct
                    || select.group.is_some()
                    || select.has_windows()
                    || !matches!(select.from, From::Table { .. } | From::Part(..))
                {
                    select = self.close(select, schema);
                }
                let Some((_, value)) = select.columns.get(list.0).cloned() else {
                    return Err(Refused::construct("an `unnest` without its column"));
                };
                if unnest.options.preserve_nulls() {
                    return Err(Refused::construct("an `unnest` that keeps rows without elements"));
                }
                let alias = self.names.fresh("elements");
                let element = Column::new(Some(TableReference::bare(alias.as_str())), "element");
                let mut columns = Vec::new();
                for (at, (relation, field)) in unnest.schema.iter().enumerate() {
                    let column = Column::new(relation.cloned(), field.name());
                    let depends = unnest.dependency_indices.get(at).copied();
                    let expr = if *column.name() == *list.1.output_column.name() && depends == Some(list.0) {
                        self.fields.0.insert(element.clone(), Arc::clone(field));
                        Expr::Column(element.clone())
                    } else {
                        match depends.and_then(|from| select.columns.get(from)) {
                            Some((_, expr)) => expr.clone(),
                            None => return Err(Refused::construct("an `unnest` of unknown columns")),
                        }
                    };
                    columns.push((column, expr));
                }
                let from = Box::new(select.from);
                select.from = From::Unnest { from, list: value, alias, column: "element".to_owned() };
                select.columns = columns;
                select
            }
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
        // Other columns would make other rows distinct.
        let is_same = || exprs.iter().eq(select.columns.iter().map(|(_, expr)| expr));
        if is_large || select.is_distinct && !is_same() {
            select = self.close(select, schema);
            exprs = resolved(&select)?;
        }
        select.columns = projection.schema.columns().into_iter().zip(exprs).collect();
        Ok(select)
    }

    fn aggregate(&mut self, aggregate: &Aggregate, below: Select, schema: &DFSchema) -> Merged<Select> {
        let mut select = below;
        let exprs = || aggregate.group_expr.iter().chain(&aggregate.aggr_expr);
        if select.is_cut() || select.is_distinct || select.group.is_some() || select.has_windows() {
            select = self.close(select, schema);
        }
        if aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
            return Err(Refused::construct("a grouping set"));
        }
        let resolved: Vec<Expr> = exprs().map(|expr| select.resolve(expr)).collect::<Result<_>>()?;
        let keys = resolved.iter().take(aggregate.group_expr.len()).cloned().collect();
        select.columns = aggregate.schema.columns().into_iter().zip(resolved).collect();
        select.group = Some(keys);
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
        let is_nested = |expr: &Expr| {
            let mut windows = 0;
            let _ = datafusion::common::tree_node::TreeNode::apply(expr, |node| {
                windows += usize::from(matches!(node, Expr::WindowFunction(_)));
                Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
            });
            windows > 1
        };
        if select.is_cut() || select.is_distinct || exprs.iter().any(is_nested) {
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

    fn join(&mut self, join: &Join) -> Merged<Select> {
        if !matches!(join.join_type, JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full) {
            return Err(Refused::construct(format!("a join of the kind `{}`", join.join_type)));
        }
        let left = self.side(&join.left, join.join_type)?;
        let right = self.side(&join.right, join.join_type)?;
        let columns: Vec<_> = left.columns.into_iter().chain(right.columns).collect();
        let mut select = Select::new(From::Nothing, columns);
        let mut on = Vec::new();
        for (left, right) in &join.on {
            let (left, right) = (select.resolve(left)?, select.resolve(right)?);
            on.push(match join.null_equality {
                datafusion::common::NullEquality::NullEqualsNothing => left.eq(right),
                datafusion::common::NullEquality::NullEqualsNull => datafusion::logical_expr::binary_expr(
                    left,
                    datafusion::logical_expr::Operator::IsNotDistinctFrom,
                    right,
                ),
            });
        }
        if let Some(filter) = &join.filter {
            on.push(select.resolve(filter)?);
        }
        let kind = join.join_type;
        select.from = From::Join { left: Box::new(left.from), right: Box::new(right.from), kind, on };
        select.filters = left.filters.into_iter().chain(right.filters).collect();
        Ok(select)
    }

    /// A side of a join: a table or a part, by columns of its own.
    fn side(&mut self, plan: &LogicalPlan, kind: JoinType) -> Merged<Select> {
        let select = self.merge(plan)?;
        let is_bare = select.filters.is_empty()
            && select.group.is_none()
            && !select.is_distinct
            && !select.is_cut()
            && matches!(select.from, From::Table { .. } | From::Part(..))
            && !select.columns.iter().any(|(_, expr)| has_window(expr));
        // What an outer join leaves empty is null, whatever it would be computed as.
        let are_plain = select.columns.iter().all(|(_, expr)| matches!(expr, Expr::Column(_)));
        if is_bare && (kind == JoinType::Inner || are_plain) {
            let mut select = select;
            select.order.clear();
            return Ok(select);
        }
        Ok(self.close(select, plan.schema()))
    }
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
