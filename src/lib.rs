//! trailql: a query engine over archived AWS CloudTrail trails.
pub mod diag;
pub mod output;
pub mod schema;
