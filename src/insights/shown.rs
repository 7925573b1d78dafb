//! What results show, which is decided apart from what can be named.

use std::collections::HashSet;

use datafusion::logical_expr::Expr;

use super::ast::{Glob, Item, Path};
use super::lower::{Lowers, column};
use super::rows::Rows;
use super::value::Value;

/// A column of the results: its name, and the field of the record where no command made it.
pub(super) type Column = (String, Option<Path>);

/// What results show.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    /// These, as long as nobody says otherwise.
    Default(Vec<Column>),
    /// All that a `stats` and the commands after it made.
    Grouped,
    /// These.
    Chosen(Vec<Column>),
}

impl Rows {
    /// Makes a value a column of this name, and shows it.
    pub(super) fn make(&mut self, name: &str, value: Value) {
        self.bind(name, name.to_owned(), value);
        match &mut self.shown {
            Shown::Grouped => {}
            Shown::Chosen(shown) | Shown::Default(shown) => shown.push((name.to_owned(), None)),
        }
    }

    /// Lowers the items of `fields` and `display`, and gives what to show.
    pub(super) fn items(&mut self, items: &[Item]) -> Lowers<Vec<Column>> {
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

    /// Shows these as well.
    pub(super) fn show_more(&mut self, more: Vec<Column>) {
        match &mut self.shown {
            Shown::Chosen(shown) => shown.extend(more),
            Shown::Default(_) | Shown::Grouped => self.shown = Shown::Chosen(more),
        }
    }

    /// Shows these and nothing else.
    pub(super) fn show_only(&mut self, only: Vec<Column>) {
        self.shown = Shown::Chosen(only);
    }

    /// The columns that fields and names with `*` choose; all that are shown when there is none.
    pub(super) fn chosen(&self, globs: &[Glob]) -> Vec<Column> {
        if globs.is_empty() {
            return self.columns_shown();
        }
        let mut chosen: Vec<Column> = Vec::new();
        for glob in globs {
            match glob {
                Glob::One(path) => chosen.push((path.text(), Some(path.clone()))),
                Glob::Many(text) => {
                    let made = self.world.names().into_iter().map(|name| (name, None));
                    let all = self.columns_shown().into_iter().chain(made);
                    let fitting = all.filter(|(name, _)| fits(text, name)).collect::<Vec<_>>();
                    chosen.extend(fitting);
                }
            }
        }
        let mut names = HashSet::new();
        chosen.retain(|(name, _)| names.insert(name.clone()));
        chosen
    }

    /// The columns that are shown.
    pub(super) fn columns_shown(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = match &self.shown {
            Shown::Grouped => self.world.columns.iter().map(|column| (column.name.clone(), None)).collect(),
            Shown::Default(shown) | Shown::Chosen(shown) => shown.clone(),
        };
        // The first of two columns of one name stays.
        let mut names = HashSet::new();
        columns.retain(|(name, _)| names.insert(name.clone()));
        columns
    }

    /// The value of a column that is shown.
    pub(super) fn value_shown(&mut self, (name, path): &Column) -> Value {
        let found = match path {
            Some(path) => self.look_up(path),
            None => self.look_up(&Path::of(name)),
        };
        found.unwrap_or_else(Value::missing)
    }

    /// Makes the plan one that gives what is shown, each column under the name that `named` makes of its own.
    pub(super) fn finish(&mut self, named: impl Fn(&str) -> String) -> Lowers<()> {
        let columns = self.columns_shown();
        let exprs: Vec<Expr> = columns.iter().map(|column| self.value_shown(column).shown()).collect();
        let mut added = Vec::new();
        let mut shown = Vec::new();
        for (expr, (name, _)) in self.settle(exprs)?.into_iter().zip(&columns) {
            if matches!(expr, Expr::Column(_) | Expr::Literal(..)) {
                shown.push(expr.alias(named(name)));
            } else {
                let fresh = self.fresh(name);
                shown.push(column(&fresh).alias(named(name)));
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

/// Whether a name fits a text in which `*` stands for any characters.
fn fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    let rest = inner.iter().try_fold(rest, |rest, part| rest.split_once(part).map(|(_, rest)| rest));
    rest.is_some_and(|rest| rest.ends_with(last))
}
