//! Functions that queries call: one file per family, one list.
//!
//! [`ALL`] is what SQL may call beside DataFusion's own functions, with Trino's meaning where Trino has the name. The
//! other functions here serve the Logs Insights language, which has a table of its own.

pub mod address;
mod aggregates;
mod arrays;
pub mod capture;
pub mod cast;
mod function;
pub mod json;
mod kernel;
mod lambdas;
mod maps;
pub mod natural;
mod nested;
pub mod network;
pub mod number;
pub mod period;
mod policy;
mod scalar;
pub mod time;

pub use function::{Build, Function, Origin};

/// Every function of SQL that is listed here, by family.
pub const ALL: &[&[Function]] = &[
    aggregates::AGGREGATES,
    arrays::ARRAYS,
    json::JSON,
    lambdas::LAMBDAS,
    maps::MAPS,
    network::NETWORK,
    policy::POLICY,
    time::TIME,
];

/// Every function, whatever its family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    ALL.iter().copied().flatten()
}
