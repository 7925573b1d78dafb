//! Questions about the catalog, answered as Athena answers them: by a query over what DataFusion knows of its tables.

use datafusion::arrow::datatypes::FieldRef;
use datafusion::sql::parser::{DFParser, Statement as Parsed};

use super::command::{Pattern, Show};
use super::names::{Catalog, Meaning};
use super::types::athena_type;
use crate::functions::{self, Origin};
use crate::schema::{columns, tables};

/// The query that answers a question; none where there is nothing to ask.
pub(super) fn answer(show: &Show, catalog: &Catalog) -> Option<Parsed> {
    let query = match show {
        Show::Databases(pattern) => {
            let mut names: Vec<&str> = catalog.tables.iter().map(|table| table.schema.as_str()).collect();
            names.extend(catalog.schemas.iter().map(String::as_str));
            names.retain(|name| *name != super::names::FILES);
            names.sort_unstable();
            names.dedup();
            format!("SELECT * FROM {} {} ORDER BY 1", rows(&names, "database_name"), like("database_name", pattern))
        }
        Show::Tables { database, pattern } => {
            let schema =
                database.as_deref().map(|schema| format!("AND table_schema = {}", text(&schema.to_lowercase())));
            format!("{SHOW_TABLES} {} {} ORDER BY 1, 2", schema.unwrap_or_default(), and_like("table_name", pattern))
        }
        Show::Views => format!("{SHOW_TABLES} AND table_type = 'VIEW' ORDER BY 1, 2"),
        Show::Columns(name) => {
            let described = described(name, catalog)?;
            let names: Vec<&str> = described.iter().map(|[name, ..]| name.as_str()).collect();
            format!("SELECT * FROM {}", rows(&names, "column_name"))
        }
        Show::Describe(name) => {
            let described = described(name, catalog)?;
            let rows: Vec<String> = described
                .iter()
                .map(|row| format!("({})", row.each_ref().map(|value| text(value)).join(", ")))
                .collect();
            format!("SELECT * FROM (VALUES {}) AS t (column_name, data_type, comment)", rows.join(", "))
        }
        Show::Partitions(name) => {
            let schema = match catalog.resolve(name) {
                Meaning::Table(table) | Meaning::Archive(table) => format!("{}.", quoted(&table.archive)),
                _ => String::new(),
            };
            format!("{PARTITIONS} FROM {schema}trail_files WHERE account IS NOT NULL ORDER BY 1")
        }
        Show::Create(name) => {
            let (schema, table) = place(name, catalog);
            if tables::holds_records(&table) || table == tables::TRAIL_FILES {
                format!(
                    "SELECT * FROM {}",
                    rows(&published(&table, catalog).lines().collect::<Vec<_>>(), "createtab_stmt")
                )
            } else {
                format!(
                    "SELECT definition AS createtab_stmt FROM information_schema.views \
                     WHERE table_schema = {} AND table_name = {}",
                    text(&schema),
                    text(&table)
                )
            }
        }
        Show::Properties(_) => format!("SELECT * FROM {}", rows(&["EXTERNAL=TRUE"], "prpt_name")),
        Show::Functions(pattern) => {
            let listed = functions::all().map(|function| {
                let origin = match function.origin {
                    Origin::Trino => "Trino",
                    Origin::Ours => "trailql",
                };
                let fields = [function.name, function.usage, function.summary, origin].map(text);
                format!("({})", fields.join(", "))
            });
            let listed: Vec<String> = listed.collect();
            format!(
                "SELECT * FROM (VALUES {}) AS t (function, usage, summary, origin) {} ORDER BY 1",
                listed.join(", "),
                like("function", pattern)
            )
        }
    };
    DFParser::parse_sql(&query).ok()?.pop_front()
}

const SHOW_TABLES: &str = "\
SELECT table_schema, table_name, table_type FROM information_schema.tables \
WHERE table_schema NOT IN ('information_schema', '$files')";

const PARTITIONS: &str = "\
SELECT DISTINCT 'account=' || account || '/region=' || coalesce(region, '') || '/year=' || substr(CAST(day AS VARCHAR), 1, 4) \
|| '/month=' || substr(CAST(day AS VARCHAR), 6, 2) || '/day=' || substr(CAST(day AS VARCHAR), 9, 2) AS partition";

/// The columns of a table: name, Athena's type, meaning.
fn described(name: &[String], catalog: &Catalog) -> Option<Vec<[String; 3]>> {
    let (Meaning::Table(table) | Meaning::Archive(table)) = catalog.resolve(name) else { return None };
    let row = |field: &FieldRef| {
        let known =
            columns::ALL.iter().find(|column| column.name == field.name() && column.data_type() == *field.data_type());
        let (data_type, summary) = match known {
            Some(column) => (column.athena_type(), column.summary),
            None => (athena_type(field), ""),
        };
        [field.name().clone(), data_type, summary.to_owned()]
    };
    // Our own tables say what they hide; a defined one shows what was defined.
    let is_own = tables::holds_records(&table.name);
    let shown = table.columns.fields().iter().filter(|field| is_own || !columns::is_hidden(field));
    Some(shown.map(row).collect())
}

/// The schema and the name that a name means.
fn place(name: &[String], catalog: &Catalog) -> (String, String) {
    match catalog.resolve(name) {
        Meaning::Table(table) => (table.schema.clone(), table.name.clone()),
        _ => {
            let schema = name.len().checked_sub(2).and_then(|at| name.get(at)).unwrap_or(&catalog.default_schema);
            (schema.to_lowercase(), name.last().map(|name| name.to_lowercase()).unwrap_or_default())
        }
    }
}

/// The definition of a table of an archive, as Athena would take it.
fn published(table: &str, catalog: &Catalog) -> String {
    let is_own = |column: &&columns::Column| !matches!(column.shape, columns::Shape::Virtual(_));
    let listed: Vec<String> = columns::ALL
        .iter()
        .filter(is_own)
        .map(|column| format!("  `{}` {}", column.name, column.athena_type()))
        .collect();
    format!(
        "CREATE EXTERNAL TABLE `{table}` (\n{})\nPARTITIONED BY (`account` string, `region` string, `year` string, \
         `month` string, `day` string)\nROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n\
         STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n\
         OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\nLOCATION '{}'",
        listed.join(",\n"),
        catalog.location
    )
}

/// `(VALUES ('a'), ('b')) AS t (name)`.
fn rows(values: &[&str], name: &str) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("({})", text(value))).collect();
    format!("(VALUES {}) AS t ({name})", values.join(", "))
}

fn like(column: &str, pattern: &Option<Pattern>) -> String {
    matched("WHERE", column, pattern)
}

fn and_like(column: &str, pattern: &Option<Pattern>) -> String {
    matched("AND", column, pattern)
}

fn matched(before: &str, column: &str, pattern: &Option<Pattern>) -> String {
    match pattern {
        None => String::new(),
        Some(Pattern::Like(pattern)) => format!("{before} {column} LIKE {}", text(pattern)),
        Some(Pattern::Regular(pattern)) => format!("{before} regexp_like({column}, {})", text(pattern)),
    }
}

/// A text as a literal of SQL, which has no escapes but the doubled quote.
#[must_use]
pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
