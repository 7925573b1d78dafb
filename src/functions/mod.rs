//! Functions that queries call: one file per family, one list.
//!
//! [`ALL`] is what SQL may call beside DataFusion's own functions, with Trino's meaning where Trino has the name. The
//! other functions here serve the Logs Insights language, which has a table of its own.

mod absent;
pub mod address;
mod aggregates;
mod arrays;
pub mod capture;
pub mod cast;
pub mod closed;
mod dates;
pub mod delivery;
pub mod elements;
mod first_seen;
mod function;
mod hashes;
pub mod histogram;
pub mod interval;
pub mod json;
mod kernel;
pub mod lambdas;
pub mod maps;
mod math;
pub mod natural;
mod nested;
pub mod network;
pub mod number;
pub mod pattern;
pub mod patterns;
pub mod period;
mod policy;
mod regex;
pub mod relevance;
mod remainder;
mod rows;
mod scalar;
pub mod selector;
pub mod sigma;
mod strings;
mod syntax;
pub mod time;
mod types;
mod urls;
pub mod whole;

pub use absent::is_absent;
pub use function::{Build, Function, Origin};
pub use syntax::FunctionSyntax;

/// Every function of SQL that is listed here, by family.
pub const ALL: &[&[Function]] = &[
    address::ADDRESS,
    aggregates::AGGREGATES,
    arrays::ARRAYS,
    closed::CLOSED,
    dates::formats::FORMATS,
    dates::instants::INSTANTS,
    dates::parts::PARTS,
    dates::shifts::SHIFTS,
    dates::spans::SPANS,
    dates::zones::ZONES,
    delivery::DELIVERY,
    elements::ELEMENTS,
    first_seen::FIRST_SEEN,
    hashes::HASHES,
    histogram::HISTOGRAM,
    json::JSON,
    lambdas::LAMBDAS,
    maps::MAPS,
    math::MATH,
    natural::NATURAL,
    network::NETWORK,
    number::NUMBER,
    pattern::PATTERN,
    patterns::PATTERNS,
    period::PERIOD,
    policy::POLICY,
    regex::REGEX,
    relevance::RELEVANCE,
    remainder::REMAINDER,
    selector::SELECTOR,
    sigma::SIGMA,
    strings::compare::COMPARE,
    strings::cut::CUT,
    strings::extremes::EXTREMES,
    strings::format::FORMAT,
    strings::join::JOIN,
    strings::shape::SHAPE,
    time::TIME,
    types::TYPES,
    urls::URLS,
];

/// Every function, whatever its family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    ALL.iter().copied().flatten()
}
