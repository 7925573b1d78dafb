//! trailql: a query engine over archived AWS CloudTrail trails.
pub mod archive;
pub mod cli;
pub mod diag;
pub mod functions;
pub mod insights;
pub mod output;
pub mod packs;
pub mod record;
pub mod repl;
pub mod schema;
pub mod session;
pub mod sql;
pub mod table;
pub mod terminal;

pub use session::Error;
