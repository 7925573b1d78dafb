//! SELECTs as text: one clause a line, one condition a line, long lists one item a line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, TableReference};
use datafusion::logical_expr::{Expr, ExprSchemable, JoinType, SortExpr};

use super::expr::{Writer, Writes};
use super::names::quoted;
use super::scan::is_file;
use super::select::{Body, From, PartColumn, Parts, Select};
use super::{Remark, Target};

/// A longer line is broken.
const WIDTH: usize = 100;

/// The whole query. `names` are those of its columns.
pub(super) fn query(
    parts: &Parts,
    body: &Body,
    names: &[String],
    target: Target,
    remarks: &RefCell<BTreeSet<Remark>>,
) -> Writes<String> {
    let context = Context { parts, target, remarks };
    let mut listed = Vec::new();
    for part in &parts.list {
        let called = |column: &PartColumn| parts.called.get(&column.reference).unwrap_or(&column.called).clone();
        let columns: Vec<String> = part.columns.iter().map(called).collect();
        let (head, body) = match &part.body {
            Body::Values(rows) => (format!("{} ({})", quoted(&part.name), list(&columns)), context.values(rows)?),
            body => (quoted(&part.name), context.body(body, &columns, false)?),
        };
        listed.push(format!("{head} AS (\n{}\n)", indented(&body, "  ")));
    }
    let last = context.body(body, names, true)?;
    Ok(if listed.is_empty() { last } else { format!("WITH {}\n{last}", listed.join(", ")) })
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Every line further to the right, but for those inside a text.
fn indented(text: &str, by: &str) -> String {
    let mut written = by.to_owned();
    let mut is_text = false;
    for character in text.chars() {
        is_text ^= character == '\'';
        written.push(character);
        if character == '\n' && !is_text {
            written.push_str(by);
        }
    }
    written
}

struct Context<'a> {
    parts: &'a Parts,
    target: Target,
    remarks: &'a RefCell<BTreeSet<Remark>>,
}

/// A column of a SELECT.
struct Item<'e> {
    expr: &'e Expr,
    /// As it is written; a number's type does not matter where it is only shown.
    text: String,
    /// Whether that has the type of the expression.
    is_exact: bool,
    name: String,
}

impl Context<'_> {
    fn body(&self, body: &Body, names: &[String], is_last: bool) -> Writes<String> {
        match body {
            Body::Select(select, exprs) => self.select(select, exprs, names, is_last),
            Body::Union(branches) => {
                let written = branches.iter().map(|(select, exprs)| self.select(select, exprs, names, false));
                Ok(written.collect::<Writes<Vec<_>>>()?.join("\nUNION ALL\n"))
            }
            Body::Values(rows) => self.values(rows),
        }
    }

    fn values(&self, rows: &[Vec<Expr>]) -> Writes<String> {
        let nothing = From::Nothing;
        let writer = self.writer(&nothing);
        let row = |row: &Vec<Expr>| Ok(format!("({})", writer.texts(row)?.join(", ")));
        let rows = rows.iter().map(row).collect::<Writes<Vec<_>>>()?;
        Ok(format!("VALUES\n  {}", rows.join(",\n  ")))
    }

    fn writer(&self, from: &From) -> Writer<'_> {
        Writer {
            target: self.target,
            parts: self.parts,
            is_joined: matches!(from, From::Join { .. } | From::Unnest { .. }),
            hidden: RefCell::default(),
            element: RefCell::default(),
            remarks: self.remarks,
        }
    }

    fn select(&self, select: &Select, exprs: &[Expr], names: &[String], is_last: bool) -> Writes<String> {
        let writer = self.writer(&select.from);
        let mut items = Vec::new();
        for (expr, name) in exprs.iter().zip(names) {
            let text = writer.item(if is_last { shown(expr, self.parts) } else { Cow::Borrowed(expr) }.as_ref())?;
            let is_exact = !is_last || matches!(shown(expr, self.parts), Cow::Borrowed(_));
            items.push(Item { expr, text, is_exact, name: name.clone() });
        }
        let mut tables = HashSet::new();
        names_of(&select.from, &mut tables);
        let mut lines = vec![columns(&items, select.is_distinct, &tables)];
        if let Some(from) = self.from(&select.from, &writer)? {
            lines.push(format!("FROM {from}"));
        }
        let conditions = writer.conditions(&select.filters)?;
        if !conditions.is_empty() {
            lines.push(format!("WHERE {}", conditions.join("\n  AND ")));
        }
        // In what follows a name is first of all one of those given above.
        let is_other = |item: &&Item<'_>| item.text != item.name.to_lowercase();
        *writer.hidden.borrow_mut() = items.iter().filter(is_other).map(|item| item.name.to_lowercase()).collect();
        if let Some(keys) = select.group.as_ref().filter(|keys| !keys.is_empty()) {
            let mut written = Vec::new();
            for key in keys {
                let place = items.iter().position(|item| unsealed(item.expr, self.parts) == key && item.is_exact);
                let key = match place {
                    Some(place) => (place + 1).to_string(),
                    None => writer.text(key)?,
                };
                if !written.contains(&key) {
                    written.push(key);
                }
            }
            let set = |set: &Vec<Expr>| Ok(format!("({})", writer.texts(set)?.join(", ")));
            let sets = select.sets.iter().map(set).collect::<Writes<Vec<_>>>()?;
            lines.push(match sets.as_slice() {
                [] => format!("GROUP BY {}", written.join(", ")),
                sets => format!("GROUP BY GROUPING SETS ({})", sets.join(", ")),
            });
        }
        let conditions = writer.conditions(&select.having)?;
        if !conditions.is_empty() {
            lines.push(format!("HAVING {}", conditions.join("\n   AND ")));
        }
        let keys = order(select, &items, &writer)?;
        if !keys.is_empty() {
            lines.push(format!("ORDER BY {}", keys.join(", ")));
        }
        if select.skip > 0 {
            lines.push(format!("OFFSET {}", select.skip));
        }
        if let Some(limit) = select.limit {
            lines.push(format!("LIMIT {limit}"));
        }
        Ok(lines.join("\n"))
    }

    fn table(&self, name: &TableReference, alias: &str) -> Writes<String> {
        let written = if is_file(name) {
            if self.target == Target::Athena {
                return Err(super::Refused::File(name.table().to_owned()));
            }
            super::literal::text(name.table())
        } else {
            if name.schema().is_some() && self.target == Target::Athena {
                self.remarks.borrow_mut().insert(Remark::Archives);
            }
            let parts = [name.catalog(), name.schema(), Some(name.table())];
            parts.into_iter().flatten().map(quoted).collect::<Vec<_>>().join(".")
        };
        Ok(if alias == name.table() { written } else { format!("{written} AS {}", quoted(alias)) })
    }

    fn from(&self, from: &From, writer: &Writer<'_>) -> Writes<Option<String>> {
        Ok(Some(match from {
            From::Nothing => return Ok(None),
            From::Table { name, alias } => self.table(name, alias)?,
            From::Part(name) => quoted(name),
            From::Join { left, right, kind, on } => {
                let sides = (self.from(left, writer)?, self.from(right, writer)?);
                let (Some(left), Some(right)) = sides else {
                    return Err(super::Refused::construct("a join with nothing"));
                };
                let on = writer.conditions(on)?.join("\n    AND ");
                match (kind, on.is_empty()) {
                    (JoinType::Inner, true) => format!("{left}\nCROSS JOIN {right}"),
                    (_, true) => format!("{left}\n{} JOIN {right} ON TRUE", kind.to_string().to_uppercase()),
                    (JoinType::Inner, false) => format!("{left}\nJOIN {right}\n  ON {on}"),
                    (_, false) => format!("{left}\n{} JOIN {right}\n  ON {on}", kind.to_string().to_uppercase()),
                }
            }
            From::Unnest { from, list, alias, columns, keeps, place } => {
                let Some(from) = self.from(from, writer)? else {
                    return Err(super::Refused::construct("an `unnest` of nothing"));
                };
                let (join, on) = if *keeps { ("LEFT", " ON TRUE") } else { ("CROSS", "") };
                let numbered = if place.is_some() { " WITH ORDINALITY" } else { "" };
                let columns: Vec<_> = columns.iter().chain(place).map(|column| quoted(column)).collect();
                let list = match list {
                    // Nothing else tells what the elements would be.
                    list if super::expr::is_null(list) => "CAST(NULL AS ARRAY(varchar))".to_owned(),
                    list => writer.text(list)?,
                };
                let (alias, columns) = (quoted(alias), columns.join(", "));
                format!("{from}\n{join} JOIN UNNEST({list}){numbered} AS {alias} ({columns}){on}")
            }
        }))
    }
}

/// The SELECT list.
fn columns(items: &[Item<'_>], is_distinct: bool, tables: &HashSet<String>) -> String {
    let named = |item: &Item<'_>| {
        let name = quoted(&item.name);
        // Members of structures have names of their own, which readers differ in.
        let is_its_own = item.text.strip_suffix(&format!(".{name}")).is_some_and(|table| tables.contains(table));
        let named =
            if item.text == name || is_its_own { item.text.clone() } else { format!("{} AS {name}", item.text) };
        indented(&named, "  ").trim_start().to_owned()
    };
    let named: Vec<_> = items.iter().map(named).collect();
    let head = if is_distinct { "SELECT DISTINCT" } else { "SELECT" };
    let line = format!("{head} {}", named.join(", "));
    if named.is_empty() {
        return format!("{head} 1 AS one");
    }
    if line.chars().count() <= WIDTH && !line.contains('\n') {
        line
    } else {
        format!("{head}\n  {}", named.join(",\n  "))
    }
}

/// What the columns of a FROM are qualified with.
fn names_of(from: &From, names: &mut HashSet<String>) {
    match from {
        From::Nothing => {}
        From::Table { alias: name, .. } | From::Part(name) => {
            names.insert(quoted(name));
        }
        From::Join { left, right, .. } => {
            names_of(left, names);
            names_of(right, names);
        }
        From::Unnest { from, alias, .. } => {
            names.insert(quoted(alias));
            names_of(from, names);
        }
    }
}

/// The keys of the order. What the SELECT list computes goes by its name.
fn order(select: &Select, items: &[Item<'_>], writer: &Writer<'_>) -> Writes<Vec<String>> {
    let names: Vec<_> = items.iter().map(|item| item.name.to_lowercase()).collect();
    let is_unique = |item: &Item<'_>| {
        let name = item.name.to_lowercase();
        names.iter().filter(|other| **other == name).count() == 1
    };
    let by_name = |expr: &Expr| {
        let item = items.iter().find(|item| item.expr == expr && is_unique(item))?;
        let is_short = match expr {
            Expr::Literal(..) => true,
            Expr::AggregateFunction(_) => quoted(&item.name) != item.name && item.is_exact,
            expr if matches!(unsealed(expr, writer.parts), Expr::Column(_)) => true,
            expr => super::reads::leaf_of(unsealed(expr, writer.parts)).is_some() && item.text.len() <= 24,
        };
        (!is_short).then(|| Column::new(Some(TableReference::bare(super::expr::ALIASES)), item.name.as_str()))
    };
    let mut keys: Vec<String> = Vec::new();
    for (at, key) in select.order.iter().enumerate() {
        // Rows that are equal by a key are equal by it again, whichever way.
        let is_decided = select.order.iter().take(at).any(|earlier| earlier.expr == key.expr);
        if is_decided || matches!(key.expr, Expr::Literal(..)) {
            continue;
        }
        let named = key.expr.clone().transform_down(|expr| {
            Ok(match by_name(&expr) {
                Some(name) => Transformed::new(Expr::Column(name), true, TreeNodeRecursion::Jump),
                None => Transformed::no(expr),
            })
        })?;
        let is_number = writer.is_number_key(&key.expr);
        for written in writer.order_key(&SortExpr { expr: named.data, ..key.clone() }, is_number)? {
            if !keys.contains(&written) {
                keys.push(written);
            }
        }
    }
    Ok(keys)
}

/// What is shown: a whole number looks like itself as a `double`.
fn shown<'e>(expr: &'e Expr, parts: &Parts) -> Cow<'e, Expr> {
    let whole = |expr: &Expr| match expr {
        Expr::Cast(cast) if *cast.field.data_type() == DataType::Float64 => {
            let is_whole = cast.expr.get_type(&parts.fields).is_ok_and(|inner| inner.is_integer());
            // Numbers in a part can be those of a later division.
            is_whole.then(|| cast.expr.as_ref().clone())
        }
        _ => None,
    };
    match expr {
        Expr::AggregateFunction(call) if matches!(call.func.name(), "max" | "min" | "sum") => {
            match call.params.args.first().and_then(whole) {
                Some(inner) => {
                    let mut call = call.clone();
                    call.params.args = vec![inner];
                    Cow::Owned(Expr::AggregateFunction(call))
                }
                None => Cow::Borrowed(expr),
            }
        }
        expr => whole(expr).map_or(Cow::Borrowed(expr), Cow::Owned),
    }
}

/// What a column that stands for a key of groups is.
fn unsealed<'e>(expr: &'e Expr, parts: &'e Parts) -> &'e Expr {
    match expr {
        Expr::Column(column) => parts.sealed.get(column).unwrap_or(expr),
        expr => expr,
    }
}
