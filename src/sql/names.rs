//! Which table a name means. Runbooks are written for other databases: `"default"."cloudtrail_logs"`, the id of an
//! event data store, `$EDS_ID`. Where the session has one archive, a name it does not know is that archive's.

use std::ops::ControlFlow;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, ObjectNamePart, TableFactor, Value, ValueWithSpan, Visit, Visitor,
};

use crate::diag::closest;
use crate::schema::columns;
use crate::schema::tables::{CLOUDTRAIL, TRAIL_FILES};

/// The tables of a session.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The schema whose tables need no schema before them.
    pub default_schema: String,
    /// Every table.
    pub tables: Vec<Table>,
    /// Every schema, also one without tables.
    pub schemas: Vec<String>,
    /// How many archives there are.
    pub archives: usize,
    /// Where the first archive is.
    pub location: String,
}

/// A table that can be named.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its schema, in lower case.
    pub schema: String,
    /// Its name, in lower case.
    pub name: String,
    /// Its columns.
    pub columns: SchemaRef,
    /// The schema of the archive that it reads.
    pub archive: String,
}

impl Table {
    /// Its columns that `*` leaves out.
    pub(super) fn hidden(&self) -> Vec<String> {
        let fields = self.columns.fields().iter().filter(|field| columns::is_hidden(field));
        fields.map(|field| field.name().clone()).collect()
    }
}

/// A file that a query names as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// Its path or URL, as written.
    pub path: String,
    /// The function that was called with it, in lower case; none for a name in quotes.
    pub function: Option<String>,
}

impl FileName {
    /// The name of the file without folder and ending: what its columns are qualified with.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path);
        name.split('.').next().unwrap_or(name)
    }
}

/// The schema in which a session keeps the files that queries name.
pub const FILES: &str = "$files";

/// The files that a statement names as tables.
pub(super) fn files(ast: &Parsed) -> Vec<FileName> {
    let mut ast = ast;
    while let Parsed::Explain(explain) = ast {
        ast = &explain.statement;
    }
    let Parsed::Statement(statement) = ast else { return Vec::new() };
    let mut found = Files(Vec::new());
    let _ = statement.visit(&mut found);
    found.0
}

struct Files(Vec<FileName>);

impl Visitor for Files {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.0.extend(file(factor));
        ControlFlow::Continue(())
    }
}

/// The file that a table factor is.
pub(super) fn file(factor: &TableFactor) -> Option<FileName> {
    let TableFactor::Table { name, args, .. } = factor else { return None };
    let [ObjectNamePart::Identifier(name)] = name.0.as_slice() else { return None };
    let Some(args) = args else {
        return (name.quote_style == Some('\'')).then(|| FileName { path: name.value.clone(), function: None });
    };
    let function = name.value.to_lowercase();
    let is_reader = READERS.contains(&function.as_str());
    match args.args.first() {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(path),
            ..
        }))))
            if is_reader =>
        {
            Some(FileName { path: path.clone(), function: Some(function) })
        }
        _ => None,
    }
}

/// The functions that read a file of one's own.
const READERS: &[&str] = &["read_csv", "read_json", "read_parquet"];

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Meaning<'a> {
    /// The table of this name.
    Table(&'a Table),
    /// The only archive's records, for want of a table of this name.
    Archive(&'a Table),
    /// The partitions of a table: `"t$partitions"`.
    Partitions,
    /// Nothing that is known.
    Unknown,
}

impl Catalog {
    /// What a name of one to three parts means. Case and the catalog before a schema do not matter.
    pub(super) fn resolve(&self, parts: &[String]) -> Meaning<'_> {
        let Some((last, before)) = parts.split_last() else { return Meaning::Unknown };
        let last = last.to_lowercase();
        let schema = before.last().map(|schema| schema.to_lowercase());
        if schema.as_deref() == Some("information_schema") {
            return Meaning::Unknown;
        }
        if last.ends_with("$partitions") {
            return Meaning::Partitions;
        }
        let named = |schema: &str| self.tables.iter().find(|table| table.name == last && table.schema == schema);
        let exact = schema.as_deref().map_or_else(|| named(&self.default_schema), named);
        if let Some(table) = exact.or_else(|| named(&self.default_schema)).or_else(|| self.only(&last)) {
            return Meaning::Table(table);
        }
        let is_misspelled = closest(&last, self.tables.iter().map(|table| table.name.as_str()))
            .is_some_and(|close| close == TRAIL_FILES || close.ends_with("_events"));
        match named_in(&self.tables, &self.default_schema, CLOUDTRAIL) {
            Some(table) if self.archives == 1 && !is_misspelled => Meaning::Archive(table),
            _ => Meaning::Unknown,
        }
    }

    /// The table of this name, where only one schema has it.
    fn only(&self, name: &str) -> Option<&Table> {
        let mut found = self.tables.iter().filter(|table| table.name == name);
        found.next().filter(|_| found.next().is_none())
    }
}

fn named_in<'a>(tables: &'a [Table], schema: &str, name: &str) -> Option<&'a Table> {
    tables.iter().find(|table| table.schema == schema && table.name == name)
}
