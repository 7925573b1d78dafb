//! SQL as Athena and CloudTrail Lake users write it: text → statements that DataFusion plans.
//!
//! What differs is mended on the syntax tree ([`rewrite`](self)), where the spelling of names is still
//! known, or by rules on the plan, where types are known. Positions are bytes of the text as written.

mod attempts;
mod booleans;
mod casts;
mod catalog;
mod command;
mod ddl;
mod dialect;
mod error;
mod expressions;
mod flags;
mod intervals;
mod mend;
mod names;
mod parse;
mod rewrite;
mod span;
mod times;
mod tokens;
mod types;
mod unnest;

pub use attempts::CatchAttempts;
pub use booleans::TextAsBoolean;
pub use casts::{CastAsTrino, with_addresses_as_text};
pub use command::{Command, Show, Written};
pub use error::diagnose;
pub use intervals::MultiplyIntervals;
pub use names::{Catalog, FILES, FileName, Table};
pub use parse::{Prepared, Statement, parse};
pub use rewrite::{Headings, Rewritten};
pub use times::CompareTimes;
pub use types::{PlanTypes, parse as parse_type};
pub use unnest::PlanUnnest;
