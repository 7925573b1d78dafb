//! A query under construction: one SELECT as long as SQL's order of evaluation allows, and the parts before it.

use std::collections::{HashMap, HashSet};

use datafusion::arrow::datatypes::FieldRef;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DataFusionError, ExprSchema, Result, TableReference};
use datafusion::logical_expr::{Expr, JoinType, SortExpr};

use super::Target;
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
        /// Whether rows without a list stay.
        keeps: bool,
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
