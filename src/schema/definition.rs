//! A table as `CREATE EXTERNAL TABLE` defines it for Athena.

use datafusion::arrow::datatypes::FieldRef;

/// A table over log files somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDefinition {
    /// Its name, in one to three parts, in lower case.
    pub name: Vec<String>,
    /// Whether a table of this name may exist already.
    pub if_not_exists: bool,
    /// Its columns, types as declared.
    pub columns: Vec<FieldRef>,
    /// The columns that come from where a log file lies.
    pub partitions: Vec<FieldRef>,
    /// A bucket's prefix, or a folder.
    pub location: String,
    /// `TBLPROPERTIES`, in order, keys in lower case.
    pub properties: Vec<(String, String)>,
    /// The statement, as it was written.
    pub text: String,
}

impl TableDefinition {
    /// The value of a property.
    #[must_use]
    pub fn property(&self, key: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}
