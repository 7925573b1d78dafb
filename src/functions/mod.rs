//! Functions that queries call: one file per family, one list.
//!
//! [`ALL`] is what SQL may call beside DataFusion's own functions, with Trino's meaning where Trino has the name. The
//! other functions here serve the Logs Insights language, which has a table of its own.

pub mod address;
pub mod attempt;
pub mod capture;
mod dates;
pub mod elements;
mod function;
mod hashes;
pub mod interval;
pub mod json;
mod kernel;
pub mod natural;
pub mod number;
pub mod period;
mod regex;
mod remainder;
mod rows;
mod scalar;
mod strings;
mod syntax;
pub mod time;
mod types;
mod urls;

pub use function::{Build, Function, Origin};
pub use syntax::FunctionSyntax;

/// Every function of SQL that is listed here, by family.
pub const ALL: &[&[Function]] = &[
    attempt::ATTEMPT,
    json::JSON,
    strings::cut::CUT,
    strings::shape::SHAPE,
    strings::join::JOIN,
    strings::compare::COMPARE,
    strings::extremes::EXTREMES,
    strings::format::FORMAT,
    regex::REGEX,
    urls::URLS,
    hashes::HASHES,
    remainder::REMAINDER,
    dates::parts::PARTS,
    dates::shifts::SHIFTS,
    dates::formats::FORMATS,
    dates::instants::INSTANTS,
    dates::zones::ZONES,
    dates::spans::SPANS,
    time::TIME,
    types::TYPES,
];

/// Every function, whatever its family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    ALL.iter().copied().flatten()
}
