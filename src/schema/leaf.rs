//! A leaf: one value of a record, by JSON path and by the form it is wanted in.
//!
//! A scan is asked for leaves, never for whole structs, unless somebody asks for the whole.

use std::fmt;

use datafusion::arrow::datatypes::{DataType, TimeUnit};

/// One step of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A member of an object. The exact key wins; without one, a key that differs only in ASCII case.
    Key(Box<str>),
    /// A member of an object, by the exact key alone.
    ExactKey(Box<str>),
    /// An element of an array, counted from 0; of an object, the member whose key is this number.
    Index(usize),
}

/// The form in which a leaf is wanted. A value that has no such form is null, never an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Text: strings unescaped, numbers and booleans as written, objects and arrays as their raw slice.
    Text,
    /// As [`Kind::Text`], with null for objects and arrays (Trino's `json_extract_scalar`).
    Scalar,
    /// The raw slice of the file, strings with their quotes (Trino's `json_extract`).
    Json,
    /// As [`Kind::Json`], with `null` for a null: null only where there is nothing.
    Value,
    /// As [`Kind::Text`], with booleans as `1` and `0` (Logs Insights).
    Numeral,
    /// `true` or `false`, from a boolean or from its text in any case; other values as [`Kind::Text`].
    Flag,
    /// UTC milliseconds, from text in any form CloudTrail's own times are seen in.
    Time,
    /// The number of the record in its log file, from 0. The path is empty.
    Ordinal,
}

impl Kind {
    /// The Arrow type of a column of such leaves.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text | Self::Scalar | Self::Json | Self::Value | Self::Numeral | Self::Flag => DataType::Utf8,
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Ordinal => DataType::Int64,
        }
    }
}

/// One value of every record. The empty path is the record itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Leaf {
    /// The way from the record's root.
    pub path: Vec<Step>,
    /// The form it is wanted in.
    pub kind: Kind,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) | Self::ExactKey(key) => f.write_str(key),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

/// A path as Logs Insights writes it: `resources.0.ARN`.
#[must_use]
pub fn path_text(path: &[Step]) -> String {
    path.iter().map(Step::to_string).collect::<Vec<_>>().join(".")
}
