//! A query under construction: one SELECT as long as SQL's order of evaluation allows, and the parts before it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DataFusionError, ExprSchema, Result, TableReference};
use datafusion::functions_nested::expr_fn::{array_element, make_array};
use datafusion::logical_expr::{Expr, ExprSchemable, JoinType, SortExpr, WindowFunctionDefinition, lit};

use super::Target;
use super::names::{Names, UNKNOWN};

/// One SELECT.
#[derive(Debug, Clone)]
pub(super) struct Select {
    pub(super) from: From,
    /// What each column of the plan is, in terms of what it selects from.
    pub(super) columns: Vec<(Column, Expr)>,
    pub(super) filters: Vec<Expr>,
    /// The keys of its groups; none where rows are not grouped.
    pub(super) group: Option<Vec<Expr>>,
    /// The sets of these keys that it groups by, one after the other; none where all are one set.
    pub(super) sets: Vec<Vec<Expr>>,
    pub(super) having: Vec<Expr>,
    pub(super) is_distinct: bool,
    pub(super) order: Vec<SortExpr>,
    pub(super) skip: usize,
    pub(super) limit: Option<usize>,
}

/// What a SELECT reads.
#[derive(Debug, Clone)]
pub(super) enum From {
    /// Nothing: one row without columns.
    Nothing,
    Table {
        name: TableReference,
        /// By which its columns are qualified.
        alias: String,
    },
    /// A part, by its name.
    Part(String),
    Join {
        left: Box<From>,
        right: Box<From>,
        kind: JoinType,
        /// None of it joins every row with every other.
        on: Vec<Expr>,
    },
    Unnest {
        from: Box<From>,
        list: Expr,
        alias: String,
        /// An element, or its members where they are columns.
        columns: Vec<String>,
        /// The column of the element's number in its list, where that is wanted.
        place: Option<String>,
    },
}

/// A part that later ones, or the query itself, select from.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) body: Body,
    pub(super) columns: Vec<PartColumn>,
}

/// A column of a part.
#[derive(Debug, Clone)]
pub(super) struct PartColumn {
    /// What expressions have for it.
    pub(super) reference: Column,
    /// What it is called where that name is free.
    pub(super) called: String,
}

/// What a part, or the whole query, is made of.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// Rows of one SELECT: its columns in order.
    Select(Box<Select>, Vec<Expr>),
    /// The rows of all of them.
    Union(Vec<(Select, Vec<Expr>)>),
    /// Constant rows.
    Values(Vec<Vec<Expr>>),
}

/// The parts made so far, and the names that are taken.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) list: Vec<Part>,
    pub(super) names: Names,
    /// Whose SQL it is to be.
    pub(super) target: Target,
    /// The tables that hold records in the published form, by what their columns are qualified.
    pub(super) records: HashSet<String>,
    /// Columns of parts that hold text of the record which is no number.
    pub(super) plain: HashSet<Column>,
    /// Columns that hold JSON, as elements of a list.
    pub(super) elements: HashSet<Column>,
    /// What columns that stand for keys of groups are.
    pub(super) sealed: HashMap<Column, Expr>,
    /// What columns of parts are called.
    pub(super) called: HashMap<Column, String>,
    /// What columns hold, by the qualified name that expressions have for them.
    pub(super) fields: Fields,
}

/// See [`Parts::fields`].
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) HashMap<Column, FieldRef>);

impl ExprSchema for Fields {
    fn field_from_column(&self, column: &Column) -> Result<&FieldRef> {
        self.0.get(column).ok_or_else(|| DataFusionError::Internal(format!("no column `{column}`")))
    }
}

impl Select {
    pub(super) fn new(from: From, columns: Vec<(Column, Expr)>) -> Self {
        Self {
            from,
            columns,
            filters: Vec::new(),
            group: None,
            sets: Vec::new(),
            having: Vec::new(),
            is_distinct: false,
            order: Vec::new(),
            skip: 0,
            limit: None,
        }
    }

    /// The expression in terms of what this SELECT reads.
    pub(super) fn resolve(&self, expr: &Expr) -> Result<Expr> {
        let replace = |expr: Expr| match &expr {
            Expr::Column(column) => {
                let found = self.column(column);
                let found = found.ok_or_else(|| {
                    DataFusionError::Internal(format!("no column `{column}` below a node of the plan"))
                })?;
                Ok(Transformed::new(found.clone(), true, TreeNodeRecursion::Jump))
            }
            Expr::Alias(alias) => Ok(Transformed::new((*alias.expr).clone(), true, TreeNodeRecursion::Continue)),
            _ => Ok(Transformed::no(expr)),
        };
        // An alias whose inside is a column would be left as it is by one pass.
        let plain = without_aliases(expr.clone())?;
        Ok(plain.transform_down(replace)?.data)
    }

    fn column(&self, column: &Column) -> Option<&Expr> {
        let exact = self.columns.iter().find(|(known, _)| known == column);
        let by_name = || {
            let is_it = |(known, _): &&(Column, Expr)| {
                known.name == column.name && (column.relation.is_none() || known.relation.is_none())
            };
            self.columns.iter().find(is_it)
        };
        exact.or_else(by_name).map(|(_, expr)| expr)
    }

    pub(super) fn sorted_by(&self, order: &[SortExpr]) -> Result<Vec<SortExpr>> {
        order.iter().map(|key| Ok(SortExpr { expr: self.resolve(&key.expr)?, ..key.clone() })).collect()
    }

    /// Whether rows were cut off.
    pub(super) fn is_cut(&self) -> bool {
        self.limit.is_some() || self.skip > 0
    }

    /// Whether a window is among its columns.
    pub(super) fn has_windows(&self) -> bool {
        self.columns.iter().any(|(_, expr)| has_window(expr))
    }
}

/// The expression, with no name on it or on its parts.
fn without_aliases(expr: Expr) -> Result<Expr> {
    let stripped = expr.transform_up(|expr| match expr {
        Expr::Alias(alias) => Ok(Transformed::yes(*alias.expr)),
        expr => Ok(Transformed::no(expr)),
    });
    Ok(stripped?.data)
}

pub(super) fn has_window(expr: &Expr) -> bool {
    expr.exists(|expr| Ok(matches!(expr, Expr::WindowFunction(_)))).unwrap_or(false)
}

/// How many nodes an expression has.
pub(super) fn size(expr: &Expr) -> usize {
    let mut size = 0;
    // Never fails: the closure does not.
    let _ = expr.apply(|_| {
        size += 1;
        Ok(TreeNodeRecursion::Continue)
    });
    size
}

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
                Some(expr) if super::lists::element_of(expr, &self.elements).is_some() => {
                    let element = super::lists::element_of(expr, &self.elements).cloned();
                    match element.map(|element| self.made(&mut made, &Expr::Column(element), &column.name, &field)) {
                        Some(Expr::Column(element)) => self.element(element),
                        _ => self.made(&mut made, expr, &column.name, &field),
                    }
                }
                Some(expr @ Expr::ScalarFunction(call)) if super::lists::is_apart(expr) => {
                    let member = |pair: &[Expr]| {
                        let [Expr::Literal(name, _), value] = pair else { return pair.to_vec() };
                        let name = name.try_as_str().flatten().unwrap_or_default();
                        let field = Arc::new(Field::new(name, super::lists::MEMBER, true));
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
    let mut called = "numbered";
    for (_, expr) in columns {
        // Never fails: the closure does not.
        let _ = expr.apply(|expr| {
            if let Expr::WindowFunction(window) = expr {
                called = match (&window.fun, window.fun.name()) {
                    (WindowFunctionDefinition::AggregateUDF(_), _) => "accumulated",
                    (_, "lag" | "lead") => "compared",
                    _ => called,
                };
            }
            Ok(TreeNodeRecursion::Continue)
        });
    }
    called
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
