//! The tables there are, for whoever offers names.

use datafusion::arrow::datatypes::SchemaRef;
use futures::FutureExt;

use super::{Session, engine};

/// A table that a query can name.
#[derive(Debug, Clone)]
pub struct KnownTable {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Whether it needs no schema before its name.
    pub is_default: bool,
    /// Its columns.
    pub columns: SchemaRef,
}

impl Session {
    /// The tables of every archive and schema, with their columns. Nothing is read for it.
    #[must_use]
    pub fn known_tables(&self) -> Vec<KnownTable> {
        let default = engine::default_schema(&self.context);
        // Every table is at hand: there is nothing to wait for.
        let tables = engine::tables_of(&self.context, |_, _| String::new()).now_or_never().unwrap_or_default();
        let known = |table: crate::sql::Table| KnownTable {
            is_default: table.schema == default,
            schema: table.schema,
            name: table.name,
            columns: table.columns,
        };
        tables.into_iter().map(known).collect()
    }
}
