//! SQL as Athena and CloudTrail Lake users write it: text → statements that DataFusion plans.
//!
//! What differs is mended on the syntax tree ([`rewrite`](self)), where the spelling of names is still
//! known, or by rules on the plan, where types are known. Positions are bytes of the text as written.

mod booleans;
mod casts;
mod catalog;
mod closed;
mod command;
mod days;
mod ddl;
mod dialect;
mod error;
mod expressions;
mod flags;
mod intervals;
mod join_keys;
mod mend;
mod names;
mod parse;
mod rewrite;
mod span;
mod times;
mod tokens;
mod types;
mod unnest;
mod values;
mod write;

pub use booleans::TextAsBoolean;
pub use casts::{CastAsTrino, with_addresses_as_text};
pub use catalog::text as literal;
pub use closed::CloseExpressions;
pub use command::{Command, Show, Written};
pub use days::CompareDays;
pub use error::diagnose;
pub use intervals::MultiplyIntervals;
pub use join_keys::ComputeJoinKeys;
pub use names::{Catalog, FILES, FileName, Table};
pub use parse::{Prepared, Statement, parse};
pub use rewrite::{Headings, Rewritten};
pub use times::CompareTimes;
pub use types::{PlanTypes, parse as parse_type};
pub use unnest::PlanUnnest;
pub use values::Value;
pub use write::{Target, Translation, write};
