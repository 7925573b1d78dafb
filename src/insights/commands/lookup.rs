//! `lookup`: columns of a table, by keys. A table is one of the session's, or a CSV file with a header row.
//!
//! Rows without a match stay; of several matches the table's first counts.
//!
//! Source: CloudWatch Logs User Guide, "lookup".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Column;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr as Engine, ExprFunctionExt, JoinType, LogicalPlan, LogicalPlanBuilder, cast, lit};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span, closest};
use crate::insights::ast::{Expr, List, Name, Text, level};
use crate::insights::lower::{Lowers, column, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "lookup",
    usage: "lookup table column as field, … OUTPUT column as name, …",
    summary: "Adds columns of a table, by keys.",
    example: "lookup 'users.csv' id as userIdentity.userName OUTPUT team",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Lookup {
    pub(in crate::insights) table: Text,
    keys: Vec<Key>,
    outputs: Vec<Output>,
}

/// A column of the table, and what it is to be equal to.
#[derive(Debug, Clone)]
struct Key {
    column: Name,
    field: Expr,
}

/// A column of the table, and its name among the fields.
#[derive(Debug, Clone)]
struct Output {
    column: Name,
    alias: Option<Name>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let table = parser.source_name()?;
    let keys = parser.list(|parser| {
        let column = parser.name()?;
        let field = if parser.eat_word("as").is_some() { parser.expr_at(level::ADD)? } else { Expr::of(&column) };
        Ok(Key { column, field })
    })?;
    if parser.eat_word("OUTPUT").is_none() {
        return Err(parser.unexpected());
    }
    let outputs = parser.list(|parser| {
        let column = parser.name()?;
        let alias = if parser.eat_word("as").is_some() { Some(parser.name()?) } else { None };
        Ok(Output { column, alias })
    })?;
    Ok(Command::Lookup(Lookup { table, keys, outputs }))
}

impl Lookup {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let found = rows.context.scope.tables.iter().find(|(name, _)| *name == self.table.text);
        let Some((_, table)) = found.cloned() else {
            return Err(Diagnostic::error("I038", format!("no table is named `{}`", self.table.text))
                .at(self.table.span, "not a table, and no CSV file"));
        };
        let mut fields = Vec::new();
        for key in &self.keys {
            let field = rows.value(&key.field)?.text();
            fields.push(rows.computed("field", field)?);
        }
        let named = |name: &Name| rows.fresh(&name.text);
        let keys: Vec<String> = self.keys.iter().map(|key| named(&key.column)).collect();
        let outputs: Vec<String> = self.outputs.iter().map(|output| named(&output.column)).collect();
        let columns = self.keys.iter().map(|key| &key.column).chain(self.outputs.iter().map(|output| &output.column));
        let chosen = columns.zip(keys.iter().chain(&outputs)).map(|(name, fresh)| Ok(text(&table, name)?.alias(fresh)));
        let chosen = chosen.collect::<Lowers<Vec<_>>>()?;
        let place = rows.fresh("place");
        let keys: Vec<Engine> = keys.iter().map(|key| column(key)).collect();
        let first = row_number().partition_by(keys.clone()).build();
        // The table is the smaller side, which is read into memory.
        let plan = LogicalPlanBuilder::from(table)
            .project(chosen)
            .and_then(|table| table.window([first?.alias(&place)]))
            .and_then(|table| table.filter(column(&place).eq(lit(1_u64))))
            .and_then(|table| table.join_with_expr_keys(rows.plan.clone(), JoinType::Right, (keys, fields), None))
            .and_then(LogicalPlanBuilder::build);
        rows.plan = plan.map_err(unplanned)?;
        rows.reaches_scan = false;
        rows.scramble();
        for (output, fresh) in self.outputs.iter().zip(outputs) {
            let name = &output.alias.as_ref().unwrap_or(&output.column).text;
            rows.make(name, Value::text_of(column(&fresh)));
        }
        Ok(())
    }
}

/// A column of the table, as text.
fn text(table: &LogicalPlan, name: &Name) -> Lowers<Engine> {
    let known: Vec<&String> = table.schema().fields().iter().map(|field| field.name()).collect();
    let found = table.schema().iter().find(|(_, field)| field.name().eq_ignore_ascii_case(&name.text));
    if let Some((relation, field)) = found {
        return Ok(cast(Engine::Column(Column::new(relation.cloned(), field.name())), DataType::Utf8));
    }
    let error =
        Diagnostic::error("I038", format!("the table has no column `{}`", name.text)).at(name.span, "not a column");
    Err(match closest(&name.text, known.iter().map(|name| name.as_str())) {
        Some(close) => error.help(format!("`{close}` has a similar name")),
        None => error
            .help(format!("it has {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    })
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lookup {} {} OUTPUT {}", self.table, List(&self.keys), List(&self.outputs))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as ", self.column)?;
        self.field.write(f, level::ADD)
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.column)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, " as {alias}"))
    }
}
