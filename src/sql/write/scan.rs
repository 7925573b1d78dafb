//! Tables → what a SELECT reads.

use std::sync::Arc;

use datafusion::common::{Column, Result, TableReference};
use datafusion::logical_expr::{Expr, TableScan};

use super::Target;
use super::merge::Merged;
use super::names::plain;
use super::select::{From, Parts, Select};
use crate::schema::columns;
use crate::sql::FILES;

impl Parts {
    pub(super) fn scan(&mut self, scan: &TableScan) -> Merged<Select> {
        let table = scan.table_name.table();
        let alias = if is_file(&scan.table_name) { plain(stem(table)) } else { table.to_owned() };
        let alias = self.names.fresh(&alias);
        let from = From::Table { name: scan.table_name.clone(), alias: alias.clone() };
        let is_published = |column: &columns::Column| {
            let field = scan.projected_schema.field_with_unqualified_name(column.name);
            field.is_ok_and(|field| *field.data_type() == column.data_type())
        };
        let is_of_records = columns::ALL.iter().filter(|column| !column.json.is_empty()).all(is_published);
        if is_of_records {
            self.records.insert(alias.clone());
        }
        let of_table = |name: &str| Column::new(Some(TableReference::bare(alias.as_str())), name);
        let mut columns = Vec::new();
        for (relation, field) in scan.projected_schema.iter() {
            let reference = of_table(field.name());
            self.fields.0.insert(reference.clone(), Arc::clone(field));
            columns.push((Column::new(relation.cloned(), field.name()), Expr::Column(reference)));
        }
        if is_of_records && self.target == Target::Athena {
            // What puts records of one file into an order there.
            for (column, expr) in &mut columns {
                if column.name == "record_index" {
                    *expr = Expr::Column(of_table("eventid"));
                }
            }
        }
        let mut select = Select::new(from, columns);
        select.filters = scan.filters.iter().map(|filter| select.resolve(filter)).collect::<Result<_>>()?;
        select.limit = scan.fetch;
        Ok(select)
    }
}

/// Whether a table is the rows of a file, which goes by its path.
pub(super) fn is_file(name: &TableReference) -> bool {
    name.schema() == Some(FILES)
}

/// The name of a file without its folders and its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_by_their_stem() {
        for (path, expected) in [("users.csv", "users"), ("a/b.c/duty.csv.gz", "duty"), ("x", "x"), (".csv", "")] {
            assert_eq!(stem(path), expected, "{path}");
        }
    }
}
