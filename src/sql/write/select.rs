//! A query under construction: one SELECT as long as SQL's order of evaluation allows, and the parts before it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::datatypes::FieldRef;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, ExprSchema, DataFusionError, Result, TableReference};
use datafusion::logical_expr::{Expr, JoinType, SortExpr};

use super::names::Names;

/// One SELECT.
#[derive(Debug, Clone)]
pub(super) struct Select {
    pub(super) from: From,
    /// What each column of the plan is, in terms of what it selects from.
    pub(super) columns: Vec<(Column, Expr)>,
    pub(super) filters: Vec<Expr>,
    /// The keys of its groups; none where rows are not grouped.
    pub(super) group: Option<Vec<Expr>>,
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
        column: String,
    },
}

/// A part that later ones, or the query itself, select from.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) body: Body,
    /// Its columns: names, and what they hold.
    pub(super) columns: Vec<(String, FieldRef)>,
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
    /// The tables that hold records in the published form, by what their columns are qualified.
    pub(super) records: HashSet<String>,
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
                let found = found
                    .ok_or_else(|| DataFusionError::Internal(format!("no column `{column}` below a node of the plan")))?;
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
            select if select.has_windows() => "numbered",
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

    /// Adds a part, and selects from it.
    pub(super) fn part(&mut self, called: &str, body: Body, columns: Vec<Column>, schema: &DFSchema) -> Select {
        let name = self.names.fresh(called);
        let mut taken = Names::default();
        let mut shown = Vec::new();
        let mut listed = Vec::new();
        for column in columns {
            let readable = taken.fresh(&super::names::plain(&column.name));
            let field = schema.field_from_column(&column).map(Arc::clone);
            let field = field.unwrap_or_else(|_| {
                Arc::new(datafusion::arrow::datatypes::Field::new(&readable, super::names::UNKNOWN, true))
            });
            let reference = Column::new(Some(TableReference::bare(name.as_str())), readable.as_str());
            self.fields.0.insert(reference.clone(), Arc::clone(&field));
            listed.push((readable, field));
            shown.push((column, Expr::Column(reference)));
        }
        self.list.push(Part { name: name.clone(), body, columns: listed });
        Select::new(From::Part(name), shown)
    }
}
