//! Functions that queries call: one file per family, one list.
//!
//! [`ALL`] is what SQL may call beside DataFusion's own functions, with Trino's meaning where Trino has the name. The
//! other functions here serve the Logs Insights language, which has a table of its own.

pub mod address;
pub mod attempt;
pub mod capture;
pub mod elements;
mod function;
pub mod interval;
pub mod json;
mod kernel;
pub mod natural;
pub mod number;
pub mod period;
mod scalar;
pub mod time;

pub use function::{Build, Function, Origin};

/// Every function of SQL that is listed here, by family.
pub const ALL: &[&[Function]] = &[attempt::ATTEMPT, json::JSON, time::TIME];

/// Every function, whatever its family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    ALL.iter().copied().flatten()
}
