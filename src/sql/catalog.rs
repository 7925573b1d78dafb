//! `DESCRIBE cloudtrail` and `SHOW TABLES`, answered as Athena answers them.

use datafusion::sql::sqlparser::ast::{ObjectNamePart, Statement};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::schema::{columns, tables};

/// Replaces a statement about the catalog with the query that answers it.
pub(super) fn rewrite(statement: &mut Statement) {
    let query = match statement {
        Statement::ExplainTable { table_name, .. } => {
            let last = table_name.0.last().and_then(ObjectNamePart::as_ident);
            last.filter(|name| tables::holds_records(&name.value.to_lowercase())).map(|_| describe())
        }
        Statement::ShowTables { show_options, .. }
            if show_options.show_in.is_none() && show_options.filter_position.is_none() =>
        {
            Some(SHOW_TABLES.to_owned())
        }
        _ => None,
    };
    let parsed = query.and_then(|query| Parser::parse_sql(&GenericDialect {}, &query).ok());
    if let Some(first) = parsed.and_then(|statements| statements.into_iter().next()) {
        *statement = first;
    }
}

const SHOW_TABLES: &str = "\
SELECT table_schema, table_name, table_type FROM information_schema.tables \
WHERE table_schema <> 'information_schema' ORDER BY table_schema, table_name";

/// The columns of `cloudtrail`: name, Athena's type, meaning.
fn describe() -> String {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let rows: Vec<String> = columns::ALL
        .iter()
        .map(|column| format!("({}, {}, {})", text(column.name), text(&column.athena_type()), text(column.summary)))
        .collect();
    format!("SELECT * FROM (VALUES {}) AS t (column_name, data_type, comment)", rows.join(", "))
}
