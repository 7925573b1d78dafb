//! `UNNEST` of arrays, maps and JSON, beside the row it comes from: a row for each element.
//!
//! Source: Trino's documentation, `SELECT`, "UNNEST". The join, and all that stands before it, arrive in brackets.

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Column, DFSchema, Result, UnnestOptions, plan_err};
use datafusion::functions::expr_fn::{get_field, greatest, nullif};
use datafusion::functions_nested::expr_fn::cardinality;
use datafusion::functions_nested::range::gen_series;
use datafusion::logical_expr::planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, cast, lit, when};
use datafusion::prelude::coalesce;
use datafusion::sql::sqlparser::ast::{Join, JoinOperator, TableFactor, TableWithJoins};

use super::rewrite::is_unnest;
use super::types;
use crate::functions::cast::cast_as;
use crate::functions::maps::map_entries;

/// Plans `UNNEST`, alone or after what it unnests.
#[derive(Debug)]
pub struct PlanUnnest;

impl RelationPlanner for PlanUnnest {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let planned = match relation {
            TableFactor::UNNEST { .. } => unnest(LogicalPlanBuilder::empty(true).build()?, relation, false, context)?,
            TableFactor::NestedJoin { mut table_with_joins, alias: None }
                if table_with_joins.joins.last().is_some_and(|join| is_unnest(&join.relation)) =>
            {
                let Some(Join { relation: factor, join_operator, .. }) = table_with_joins.joins.pop() else {
                    return plan_err!("a join without a table");
                };
                let left = if table_with_joins.joins.is_empty() {
                    let TableWithJoins { relation, .. } = *table_with_joins;
                    relation
                } else {
                    TableFactor::NestedJoin { table_with_joins, alias: None }
                };
                let left = context.plan(left)?;
                let keeps = matches!(join_operator, JoinOperator::Left(_) | JoinOperator::LeftOuter(_));
                unnest(left, factor, keeps, context)?
            }
            other => return Ok(RelationPlanning::Original(Box::new(other))),
        };
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(planned, None))))
    }
}

/// One list that is unnested, and the columns its elements become.
struct Listed {
    list: Expr,
    element: FieldRef,
    /// Whether a struct becomes its fields rather than one column.
    spreads: bool,
}

/// The rows of `left`, each once for every element. `keeps` rows without elements.
fn unnest(
    left: LogicalPlan,
    factor: TableFactor,
    keeps: bool,
    context: &mut dyn RelationPlannerContext,
) -> Result<LogicalPlan> {
    let TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } = factor else {
        return plan_err!("expected UNNEST");
    };
    let (table, names): (String, Vec<String>) = match alias {
        Some(alias) => {
            let names = alias.columns.into_iter().map(|column| context.normalize_ident(column.name)).collect();
            (context.normalize_ident(alias.name), names)
        }
        None => ("unnest".to_owned(), Vec::new()),
    };
    let schema = left.schema().as_ref().clone();
    let wanted = names.len().saturating_sub(usize::from(with_ordinality));
    let is_pairs = array_exprs.len() == 1 && wanted == 2;
    let mut lists = Vec::with_capacity(array_exprs.len());
    for expr in array_exprs {
        let expr = context.sql_to_expr(expr, &schema)?;
        lists.push(listed(expr, &schema, is_pairs)?);
    }
    // As many names as lists: each element is one column. Otherwise structs become their fields.
    let is_single = !names.is_empty() && wanted == lists.len();
    for list in &mut lists {
        let is_struct = matches!(list.element.data_type(), DataType::Struct(_));
        list.spreads = is_struct && !is_single;
    }
    let mut columns: Vec<Expr> = Vec::new();
    let mut projected: Vec<Expr> = schema.columns().into_iter().map(Expr::Column).collect();
    let kept = projected.clone();
    let mut unnested = Vec::new();
    for (number, list) in lists.iter().enumerate() {
        let name = format!("{UNNESTED}{number}");
        let list_of = if keeps { or_missing(list.list.clone())? } else { list.list.clone() };
        projected.push(list_of.alias(&name));
        unnested.push(Column::from_name(&name));
        columns.extend(outputs(&name, list));
    }
    if with_ordinality {
        let length = |list: &Listed| coalesce(vec![cast(cardinality(list.list.clone()), DataType::Int64), lit(0_i64)]);
        let longest = greatest(lists.iter().map(length).collect());
        let numbers = gen_series(lit(1_i64), longest, lit(1_i64));
        let numbers = if keeps { or_missing(numbers)? } else { numbers };
        projected.push(numbers.alias(ORDINALITY));
        unnested.push(Column::from_name(ORDINALITY));
        columns.push(Expr::Column(Column::from_name(ORDINALITY)).alias("ordinality"));
    }
    if names.len() > columns.len() {
        return plan_err!("UNNEST gives {} columns, and `{table}` names {}", columns.len(), names.len());
    }
    // The ordinality is the last column whatever comes before it.
    if with_ordinality && !names.is_empty() && names.len() < columns.len() {
        let last = columns.pop();
        columns.truncate(wanted);
        columns.extend(last);
    }
    let columns = columns.into_iter().enumerate().map(|(at, column)| {
        let own = column.schema_name().to_string();
        let name = names.get(at).unwrap_or(&own);
        let name = if name.starts_with(UNNESTED) { &table } else { name };
        column.unalias().alias_qualified(Some(table.as_str()), name)
    });
    let options = UnnestOptions::new().with_preserve_nulls(keeps);
    let output: Vec<Expr> = kept.into_iter().chain(columns).collect();
    LogicalPlanBuilder::from(left)
        .project(projected)?
        .unnest_columns_with_options(unnested, options)?
        .project(output)?
        .build()
}

/// The list that an argument is: an array, the entries of a map, the elements of JSON.
fn listed(expr: Expr, schema: &DFSchema, is_pairs: bool) -> Result<Listed> {
    let (list, found) = match expr.get_type(schema)? {
        DataType::Map(..) => {
            let entries = map_entries().call(vec![expr]);
            let found = entries.get_type(schema)?;
            (entries, found)
        }
        found if found.is_string() => {
            // What is no array has no elements.
            let target = types::parse(if is_pairs { "map(varchar, varchar)" } else { "array(varchar)" });
            let Some(target) = target else { return plan_err!("a type that cannot be read") };
            let elements = cast_as(&target, true).call(vec![expr]);
            return listed(elements, schema, is_pairs);
        }
        found => (expr, found),
    };
    match found {
        DataType::List(element) | DataType::LargeList(element) | DataType::FixedSizeList(element, _) => {
            Ok(Listed { list, element, spreads: false })
        }
        DataType::Null => plan_err!("UNNEST of NULL has no elements whose type is known"),
        other => plan_err!("UNNEST takes an array, a map or JSON, not {other}"),
    }
}

/// A list, missing where it has no elements: then one row is kept.
fn or_missing(list: Expr) -> Result<Expr> {
    let length = nullif(cast(cardinality(list.clone()), DataType::Int64), lit(0_i64));
    when(length.is_not_null(), list).end()
}

/// The columns that an unnested list becomes.
fn outputs(name: &str, list: &Listed) -> Vec<Expr> {
    let whole = Expr::Column(Column::from_name(name));
    match list.element.data_type() {
        DataType::Struct(fields) if list.spreads => {
            fields.iter().map(|field| get_field(whole.clone(), field.name().as_str()).alias(field.name())).collect()
        }
        _ => vec![whole],
    }
}

/// What an unnested list is called, with its number, until it has the query's name.
const UNNESTED: &str = "__unnested_";
const ORDINALITY: &str = "__ordinality";
