//! Parts: SELECTs that others select from, and what their columns are called.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, ExprSchema, Result, TableReference};
use datafusion::functions_nested::expr_fn::{array_element, make_array};
use datafusion::logical_expr::{Expr, ExprSchemable, SortExpr, WindowFunctionDefinition, lit};

use super::lists::{MEMBER, element_of, is_apart};
use super::names::{Names, UNKNOWN};
use super::select::{Body, From, Part, PartColumn, Parts, Select};

impl Parts {
    /// Makes a SELECT a part, and selects from it. `schema` is that of the plan it stands for.
    pub(super) fn close(&mut self, select: Select, schema: &DFSchema) -> Select {
        let called = match &select {
            select if select.is_cut() => "chosen",
            select if select.has_windows() => called_by_windows(&select.columns),
            select if select.group.is_some() => "grouped",
            select if select.is_distinct => "distinct_rows",
            select if !select.filters.is_empty() => "filtered",
            _ => "prepared",
        };
        let mut select = select;
        if !select.is_cut() {
            // The order of rows in a part means nothing.
            select.order.clear();
        }
        let exprs = select.columns.iter().map(|(_, expr)| expr.clone()).collect();
        let columns = std::mem::take(&mut select.columns);
        let columns = columns.into_iter().map(|(column, _)| column).collect();
        self.part(called, Body::Select(Box::new(select), exprs), columns, schema)
    }

    /// Computes columns and keys of the order in a part, so that the order is by names that mean one thing.
    pub(super) fn apart(&mut self, mut select: Select, schema: &DFSchema) -> Select {
        let (order, skip, limit) = (std::mem::take(&mut select.order), select.skip, select.limit.take());
        select.skip = 0;
        let shown = select.columns.len();
        let keys = order.iter().map(|key| (Column::new_unqualified("sort_key"), key.expr.clone()));
        select.columns.extend(keys);
        let mut outer = self.close(select, schema);
        let keys = outer.columns.split_off(shown);
        outer.order = order.into_iter().zip(keys).map(|(key, (_, expr))| SortExpr { expr, ..key }).collect();
        (outer.skip, outer.limit) = (skip, limit);
        outer
    }

    /// Filters the SELECTs of a union, which know more of their rows, rather than the union; whether that can be done.
    pub(super) fn filter_union(&mut self, select: &Select, predicate: &Expr) -> Result<bool> {
        let is_plain = select.filters.is_empty() && select.group.is_none() && !select.has_windows();
        let (From::Part(name), true) = (&select.from, is_plain) else { return Ok(false) };
        let Some(part) = self.list.iter_mut().rfind(|part| part.name == *name) else { return Ok(false) };
        let Body::Union(branches) = &mut part.body else { return Ok(false) };
        let is_simple = |(branch, exprs): &(Select, Vec<Expr>)| {
            branch.group.is_none() && !branch.is_distinct && !exprs.iter().any(super::select::has_window)
        };
        if !branches.iter().all(is_simple) {
            return Ok(false);
        }
        for (branch, exprs) in branches {
            let replace = |expr: Expr| {
                let place = part.columns.iter().position(|column| expr == Expr::Column(column.reference.clone()));
                Ok(match place.and_then(|place| exprs.get(place)) {
                    Some(found) => Transformed::new(found.clone(), true, TreeNodeRecursion::Jump),
                    None => Transformed::no(expr),
                })
            };
            branch.filters.push(predicate.clone().transform_down(replace)?.data);
        }
        Ok(true)
    }

    /// Adds a part, and selects from it.
    pub(super) fn part(&mut self, called: &str, mut body: Body, columns: Vec<Column>, schema: &DFSchema) -> Select {
        let name = self.names.fresh(called);
        let mut made = Made { name: name.clone(), exprs: Vec::new(), columns: Vec::new() };
        let mut shown = Vec::new();
        let exprs = match &mut body {
            Body::Select(_, exprs) => std::mem::take(exprs),
            Body::Union(_) | Body::Values(_) => Vec::new(),
        };
        for (at, column) in columns.into_iter().enumerate() {
            let field = schema.field_from_column(&column).map(Arc::clone);
            let data_type = || exprs.get(at).and_then(|expr| expr.get_type(&self.fields).ok()).unwrap_or(UNKNOWN);
            let field = field.unwrap_or_else(|_| Arc::new(Field::new(&column.name, data_type(), true)));
            let expr = match exprs.get(at) {
                Some(Expr::ScalarFunction(call)) if call.func.name() == "natural_key" && call.args.len() == 1 => {
                    // The text goes on, so that its order can be written in either way.
                    let text = Arc::new(Field::new(&column.name, DataType::Utf8, true));
                    call.func.call(vec![self.made(&mut made, &call.args[0], &column.name, &text)])
                }
                Some(expr) if element_of(expr, &self.elements).is_some() => {
                    let element = element_of(expr, &self.elements).cloned();
                    match element.map(|element| self.made(&mut made, &Expr::Column(element), &column.name, &field)) {
                        Some(Expr::Column(element)) => self.element(element),
                        _ => self.made(&mut made, expr, &column.name, &field),
                    }
                }
                Some(expr @ Expr::ScalarFunction(call)) if is_apart(expr) => {
                    let member = |pair: &[Expr]| {
                        let [Expr::Literal(name, _), value] = pair else { return pair.to_vec() };
                        let name = name.try_as_str().flatten().unwrap_or_default();
                        let field = Arc::new(Field::new(name, MEMBER, true));
                        vec![pair[0].clone(), self.made(&mut made, value, name, &field)]
                    };
                    let args = call.args.chunks(2).flat_map(member).collect();
                    call.func.call(args)
                }
                Some(expr) => match groups_of(expr) {
                    Some(groups) => {
                        let text = Arc::new(Field::new(&column.name, DataType::Utf8, true));
                        let groups = groups.iter().map(|(name, group)| self.made(&mut made, group, name, &text));
                        make_array(groups.collect())
                    }
                    None => self.made(&mut made, expr, &column.name, &field),
                },
                None => Expr::Column(self.add(&mut made, &column.name, &field)),
            };
            shown.push((column, expr));
        }
        if let Body::Select(_, exprs) = &mut body {
            *exprs = made.exprs;
        }
        self.list.push(Part { name: name.clone(), body, columns: made.columns });
        Select::new(From::Part(name), shown)
    }

    /// The column of a part that holds the expression.
    fn made(&mut self, made: &mut Made, expr: &Expr, name: &str, field: &FieldRef) -> Expr {
        if let Some(at) = made.exprs.iter().position(|known| known == expr) {
            return Expr::Column(made.columns[at].reference.clone());
        }
        // A column of records keeps its name.
        let name = match expr {
            Expr::Column(Column { relation: Some(relation), name, .. }) if self.records.contains(relation.table()) => {
                name
            }
            _ => name,
        };
        let column = self.add(made, name, field);
        if !super::reads::may_be_number(self, expr) {
            self.plain.insert(column.clone());
        }
        made.exprs.push(expr.clone());
        Expr::Column(column)
    }

    fn add(&mut self, made: &mut Made, name: &str, field: &FieldRef) -> Column {
        let internal = format!("{}#{}", name, made.columns.len());
        let reference = Column::new(Some(TableReference::bare(made.name.as_str())), internal);
        self.fields.0.insert(reference.clone(), Arc::clone(field));
        made.columns.push(PartColumn { reference: reference.clone(), called: super::names::plain(name) });
        reference
    }

    /// Gives the columns of parts their names, when it is known which there are. `last` is the query itself: in its
    /// order a name is first of all one of those that it shows.
    pub(super) fn call_columns(&mut self, last: &Body, shown: &[String]) {
        let Body::Select(select, exprs) = last else { return };
        let shown: Vec<_> = shown.iter().map(|name| name.to_lowercase()).zip(exprs).collect();
        let read = |reference: &Column| select.order.iter().any(|key| key.expr.column_refs().contains(reference));
        for part in &self.list {
            let mut taken = Names::default();
            // What is shown by its own name has it first.
            let is_own = |column: &PartColumn| {
                let is_it = |expr: &Expr| matches!(expr, Expr::Column(shown) if *shown == column.reference);
                shown.iter().any(|(name, expr)| *name == column.called && is_it(expr))
            };
            let is_other = |column: &PartColumn| {
                !is_own(column) && read(&column.reference) && shown.iter().any(|(name, _)| *name == column.called)
            };
            for column in part.columns.iter().filter(|column| is_own(column)) {
                self.called.insert(column.reference.clone(), taken.fresh(&column.called));
            }
            for column in part.columns.iter().filter(|column| !is_own(column)) {
                if is_other(column) {
                    taken.fresh(&column.called);
                }
                self.called.insert(column.reference.clone(), taken.fresh(&column.called));
            }
        }
    }
}

/// The columns of a part while it is made.
struct Made {
    name: String,
    exprs: Vec<Expr>,
    columns: Vec<PartColumn>,
}

/// What a part with windows is called.
fn called_by_windows(columns: &[(Column, Expr)]) -> &'static str {
    let (mut compares, mut accumulates) = (false, false);
    for (_, expr) in columns {
        // Never fails: the closure does not.
        let _ = expr.apply(|expr| {
            if let Expr::WindowFunction(window) = expr {
                compares |= matches!(window.fun.name(), "lag" | "lead");
                accumulates |= matches!(window.fun, WindowFunctionDefinition::AggregateUDF(_));
            }
            Ok(TreeNodeRecursion::Continue)
        });
    }
    match (compares, accumulates) {
        (true, _) => "compared",
        (_, true) => "accumulated",
        _ => "numbered",
    }
}

/// The groups of a pattern, each as an expression of its own, and their names.
fn groups_of(expr: &Expr) -> Option<Vec<(String, Expr)>> {
    let Expr::ScalarFunction(call) = expr else { return None };
    let ("captures", [_, Expr::Literal(pattern, _)]) = (call.func.name(), call.args.as_slice()) else { return None };
    let pattern = regex::Regex::new(pattern.try_as_str().flatten()?).ok()?;
    let group = |(at, name): (usize, Option<&str>)| {
        let place = i64::try_from(at).unwrap_or(i64::MAX);
        let name = name.map_or_else(|| format!("part_{at}"), str::to_owned);
        (name, array_element(expr.clone(), lit(place)))
    };
    Some(pattern.capture_names().enumerate().skip(1).map(group).collect())
}
