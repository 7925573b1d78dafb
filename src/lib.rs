//! trailql: a query engine over archived AWS CloudTrail trails.
pub mod diag;
pub mod functions;
pub mod insights;
pub mod schema;
