//! Findings for people and for machines: a summary, rows, SARIF, OCSF, a page of HTML.
//!
//! Whatever comes from a log is hostile on its way out; each format escapes it as its readers need.

mod rows;
mod summary;

pub use rows::{columns, rows};
pub use summary::summary;
