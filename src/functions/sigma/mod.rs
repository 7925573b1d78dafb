//! Tests that Sigma rules make of records, as functions.
//!
//! The first argument is JSON, as `record_value` gives it; text that is no JSON stands for itself. The second is a path
//! from there, with dots between its keys, or the empty text for the value itself: paths lead through arrays to every
//! element, and a test holds when one value holds. Answers are never NULL.

mod fold;
mod function;
mod number;
mod pattern;
mod test;
mod value;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::function::Function;
use function::{RelateFunction, TestFunction};
use test::Asks;

pub use pattern::{Piece, pattern, pieces};
pub use test::{is_block, is_number, regex};

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident $asks:ident $constants:expr;)*) => {
        $($(#[$doc])*
        ///
        /// Each call keeps what it compiles of its constants, so a rule's call takes a function of its own.
        #[must_use]
        pub fn $name() -> Arc<ScalarUDF> {
            TestFunction::function(stringify!($name), Asks::$asks, $constants)
        })*
    };
}

tests! {
    /// `sigma_matches(json, path, pattern, …)`: in any case.
    sigma_matches Matches (1, true);
    /// `sigma_matches_case(json, path, pattern, …)`: to the letter.
    sigma_matches_case MatchesCase (1, true);
    /// `sigma_equals(json, path, number, …)`.
    sigma_equals Equals (1, true);
    /// `sigma_regexp(json, path, regex)`.
    sigma_regexp Regexp (1, false);
    /// `sigma_cidr(json, path, block, …)`.
    sigma_cidr Cidr (1, true);
    /// `sigma_compares(json, path, operator, number)`.
    sigma_compares Compares (2, false);
    /// `sigma_time(json, path, part, operator, number)`.
    sigma_time Time (3, false);
    /// `sigma_exists(json, path)`.
    sigma_exists Exists (0, false);
    /// `sigma_is_null(json, path)`.
    sigma_is_null IsNull (0, false);
}

/// The tests that no record holds in which the first argument is missing.
pub const NEED_A_VALUE: &[&str] = &[
    "sigma_matches",
    "sigma_matches_case",
    "sigma_equals",
    "sigma_regexp",
    "sigma_cidr",
    "sigma_compares",
    "sigma_time",
    "sigma_exists",
    "sigma_relates",
];

/// `sigma_relates(json, path, how, other, path)`.
#[must_use]
pub fn sigma_relates() -> Arc<ScalarUDF> {
    RelateFunction::function()
}

/// What SQL may call of this family.
pub(super) const SIGMA: &[Function] = &[
    Function::ours(
        "sigma_matches",
        "sigma_matches(json, path, pattern, …)",
        "Whether a value matches a pattern of Sigma as a whole, in any case: `*` any run, `?` one character.",
        &[
            (r#"sigma_matches('{"eventName":"ListUsers"}', 'eventName', 'list*', 'get*')"#, "true"),
            (r#"sigma_matches('{"a":[{"b":"x"},{"b":"y"}]}', 'a.b', 'Y')"#, "true"),
            (r#"sigma_matches('{"a":{"b":"x"}}', 'a', '*"b":"x"*')"#, "true"),
            ("sigma_matches('xy', '', 'x')", "false"),
        ],
        sigma_matches,
    ),
    Function::ours(
        "sigma_matches_case",
        "sigma_matches_case(json, path, pattern, …)",
        "As `sigma_matches`, where upper and lower case differ.",
        &[(r#"sigma_matches_case('"Root"', '', 'root', 'R*')"#, "true"), ("sigma_matches_case('a', '', 'A')", "false")],
        sigma_matches_case,
    ),
    Function::ours(
        "sigma_equals",
        "sigma_equals(json, path, number, …)",
        "Whether a value is one of these numbers, or text that is written as one of them.",
        &[
            (r#"sigma_equals('{"port":22.0}', 'port', '22')"#, "true"),
            (r#"sigma_equals('"22"', '', '22', '80')"#, "true"),
        ],
        sigma_equals,
    ),
    Function::ours(
        "sigma_regexp",
        "sigma_regexp(json, path, pattern)",
        "Whether a regular expression matches in a value.",
        &[(r#"sigma_regexp('{"arn":"arn:aws:iam::1:role/i-0a"}', 'arn', 'role/i-[0-9a-f]+$')"#, "true")],
        sigma_regexp,
    ),
    Function::ours(
        "sigma_cidr",
        "sigma_cidr(json, path, block, …)",
        "Whether a value is an address in one of these blocks.",
        &[
            (r#"sigma_cidr('"192.0.2.7"', '', '10.0.0.0/8', '192.0.2.0/24')"#, "true"),
            ("sigma_cidr('AWS Internal', '', '0.0.0.0/0')", "false"),
        ],
        sigma_cidr,
    ),
    Function::ours(
        "sigma_compares",
        "sigma_compares(json, path, operator, number)",
        "Whether a value is a number, or text of one, that is `<`, `<=`, `>`, `>=` or `=` the other.",
        &[(r#"sigma_compares('{"bytes":"1048577"}', 'bytes', '>', 1048576)"#, "true")],
        sigma_compares,
    ),
    Function::ours(
        "sigma_time",
        "sigma_time(json, path, part, operator, number)",
        "Whether the minute, hour, day, week (of ISO 8601), month or year of a time, UTC, compares so with a number.",
        &[
            ("sigma_time('2023-07-10T22:42:36Z', '', 'hour', '>=', 22)", "true"),
            ("sigma_time('2023-01-01T00:00:00Z', '', 'week', '=', 52)", "true"),
        ],
        sigma_time,
    ),
    Function::ours(
        "sigma_exists",
        "sigma_exists(json, path)",
        "Whether there is such a field, were it null.",
        &[(r#"sigma_exists('{"a":null}', 'a')"#, "true"), ("sigma_exists('{}', 'a')", "false")],
        sigma_exists,
    ),
    Function::ours(
        "sigma_is_null",
        "sigma_is_null(json, path)",
        "Whether there is no such field, or it is null.",
        &[(r#"sigma_is_null('{"a":null}', 'a')"#, "true"), (r#"sigma_is_null('{"a":""}', 'a')"#, "false")],
        sigma_is_null,
    ),
    Function::ours(
        "sigma_relates",
        "sigma_relates(json, path, how, other, path)",
        "Whether a value `equals`, `contains`, `startswith` or `endswith` one of another field; with ` cased` to the letter.",
        &[
            (r#"sigma_relates('{"arn":"user/Ann"}', 'arn', 'endswith', '{"user":"ann"}', 'user')"#, "true"),
            ("sigma_relates('a', '', 'equals cased', 'A', '')", "false"),
        ],
        sigma_relates,
    ),
];
