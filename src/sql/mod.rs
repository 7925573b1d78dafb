//! SQL as Athena and CloudTrail Lake users write it: text → statements that DataFusion plans.
//!
//! What differs is mended on the syntax tree ([`rewrite`](self)), where the spelling of names is still
//! known, or by rules on the plan, where types are known. Positions are bytes of the text as written.

mod booleans;
mod catalog;
mod error;
mod flags;
mod parse;
mod rewrite;
mod span;
mod times;

pub use booleans::TextAsBoolean;
pub use error::diagnose;
pub use parse::{Statement, parse};
pub use times::CompareTimes;
