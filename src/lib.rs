//! trailql: a query engine over archived AWS CloudTrail trails.
pub mod archive;
pub mod diag;
pub mod functions;
pub mod insights;
pub mod record;
pub mod schema;
pub mod sql;
pub mod table;
