//! The tables of an archive: `cloudtrail`, its views by category, and `trail_files`.

use std::sync::Arc;

use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::{Result, TableReference};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, col, lit};

use super::files::FilesTable;
use super::provider::{ScanOptions, TrailTable};
use crate::archive::Archive;
use crate::schema::columns;
use crate::schema::tables::{CLOUDTRAIL, TRAIL_FILES, VIEWS, View};

/// Registers the tables of an archive. `only` restricts `cloudtrail`, and with it every view.
///
/// # Errors
/// When a view does not fit the table, which is a bug.
pub fn schema(archive: &Arc<Archive>, options: ScanOptions, only: Option<Expr>) -> Result<Arc<dyn SchemaProvider>> {
    let schema = with_views(records(archive, options, only)?)?;
    schema.register_table(TRAIL_FILES.to_owned(), Arc::new(FilesTable::new(Arc::clone(archive))))?;
    Ok(schema)
}

/// The tables of records without any record.
///
/// # Errors
/// When a view does not fit the table, which is a bug.
pub fn blank() -> Result<Arc<dyn SchemaProvider>> {
    with_views(Arc::new(EmptyTable::new(columns::arrow_schema())))
}

/// A table of all records, and the views over it.
fn with_views(all: Arc<dyn TableProvider>) -> Result<Arc<dyn SchemaProvider>> {
    let schema = MemorySchemaProvider::new();
    for view in VIEWS {
        schema.register_table(view.name.to_owned(), filtered(Arc::clone(&all), predicate(view))?)?;
    }
    schema.register_table(CLOUDTRAIL.to_owned(), all)?;
    Ok(Arc::new(schema))
}

/// Every record of an archive, or those that `only` lets through.
///
/// # Errors
/// When the predicate does not fit the table.
pub fn records(archive: &Arc<Archive>, options: ScanOptions, only: Option<Expr>) -> Result<Arc<dyn TableProvider>> {
    let all: Arc<dyn TableProvider> = Arc::new(TrailTable::new(Arc::clone(archive), options));
    match only {
        Some(only) => filtered(all, only),
        None => Ok(all),
    }
}

/// Which records a view holds. The folder skips files, and is not known in flat copies; the category decides.
fn predicate(view: &View) -> Expr {
    let in_folder = col("folder").eq(lit(view.folder)).or(col("folder").is_null());
    let is_management = col("managementevent").eq(lit("true"));
    let told = match view.is_management {
        Some(true) => is_management.is_not_false(),
        Some(false) => is_management.is_false(),
        None => col("folder").is_not_null(),
    };
    let category = col("eventcategory");
    in_folder.and(category.clone().eq(lit(view.category)).or(category.is_null().and(told)))
}

fn filtered(table: Arc<dyn TableProvider>, predicate: Expr) -> Result<Arc<dyn TableProvider>> {
    let plan = LogicalPlanBuilder::scan(TableReference::bare(CLOUDTRAIL), provider_as_source(table), None)?;
    Ok(Arc::new(ViewTable::new(plan.filter(predicate)?.build()?, None)))
}
