//! CloudWatch metric-filter patterns: text → [`Pattern`] → a predicate over the table's records.
//!
//! Two of the three families of patterns can match a record of CloudTrail, which is JSON: `{ … }` asks for fields,
//! anything else for terms of the record's text. `[ … ]` is for lines of columns, and is refused with that reason.
//!
//! Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters". Where it is silent: a value that is
//! not there satisfies no `!=`; one step with a wildcard asks whether any value satisfies the comparison, and
//! `NOT EXISTS` whether there is none; `=` compares a string with a number by its text.

mod ast;
mod cursor;
mod explain;
mod lower;
mod parser;
mod print;
mod regex;
mod selector;
mod terms;
#[cfg(test)]
mod tests;
mod value;

pub use ast::{Comparison, Condition, Number, Order, Pattern, Piece, Regex, Selector, Term, Terms, Test, Text, Value};
pub use explain::explain;
pub use lower::{matches, predicate, text_of, texts};
pub use parser::{Parsed, parse};
pub use selector::parse_selector;

/// The most characters that CloudWatch takes.
pub const LONGEST: usize = 1024;
/// The most regular expressions that CloudWatch takes in one pattern of this kind.
pub const MOST_REGEXES: usize = 2;
/// The most selectors with a wildcard that CloudWatch takes in one pattern.
pub const MOST_WILDCARDS: usize = 3;
/// The most parentheses open at once. CloudWatch does not say how many it takes.
const DEEPEST: usize = 64;
