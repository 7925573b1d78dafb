//! What a function is to those who list, explain and register it.

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF};

/// A function that SQL may call.
#[derive(Debug)]
pub struct Function {
    /// The name, in lower case.
    pub name: &'static str,
    /// Other names of the same function.
    pub aliases: &'static [&'static str],
    /// What a call looks like: `split_part(text, delimiter, index)`.
    pub usage: &'static str,
    /// What it gives, in a sentence.
    pub summary: &'static str,
    /// Calls, and what they give as the output writes it. All of them are run.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whose function it is.
    pub origin: Origin,
    /// What computes it.
    pub build: Build,
}

/// Where the meaning of a function is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Trino's documentation, "Functions and operators"; Athena engine version 3 follows it.
    Trino,
    /// Here: Athena does not have it.
    Ours,
}

/// What computes a function.
#[derive(Debug, Clone, Copy)]
pub enum Build {
    /// A value for each row.
    Scalar(fn() -> Arc<ScalarUDF>),
    /// A value for many rows.
    Aggregate(fn() -> Arc<AggregateUDF>),
    /// A function that takes a function: `transform(array, x -> …)`.
    Lambda(fn() -> Arc<HigherOrderUDF>),
    /// DataFusion's function of this name, which has the same meaning.
    Engine(&'static str),
    /// Syntax, which the reader of SQL turns into something else.
    Syntax,
}

impl Function {
    /// A scalar function of Trino's under its one name.
    pub(super) const fn trino(
        name: &'static str,
        usage: &'static str,
        summary: &'static str,
        examples: &'static [(&'static str, &'static str)],
        build: fn() -> Arc<ScalarUDF>,
    ) -> Self {
        Self { name, aliases: &[], usage, summary, examples, origin: Origin::Trino, build: Build::Scalar(build) }
    }

    /// A scalar function that Athena does not have.
    pub(super) const fn ours(
        name: &'static str,
        usage: &'static str,
        summary: &'static str,
        examples: &'static [(&'static str, &'static str)],
        build: fn() -> Arc<ScalarUDF>,
    ) -> Self {
        Self { name, aliases: &[], usage, summary, examples, origin: Origin::Ours, build: Build::Scalar(build) }
    }

    /// An aggregate that Athena does not have.
    pub(super) const fn our_aggregate(
        name: &'static str,
        usage: &'static str,
        summary: &'static str,
        examples: &'static [(&'static str, &'static str)],
        build: fn() -> Arc<AggregateUDF>,
    ) -> Self {
        Self { name, aliases: &[], usage, summary, examples, origin: Origin::Ours, build: Build::Aggregate(build) }
    }
}
