//! The functions of the language: one table, read by the parser, the lowering, help and completion.
//!
//! Source: CloudWatch Logs User Guide, "Supported operations and functions" and the stats command.

mod aggregate;
mod scalar;
mod table;

use chrono::{DateTime, Utc};

use super::ast::{Expr, ExprKind};
use super::period::Period;
use super::value::Value;
use crate::diag::{Diagnostic, Span};
use crate::functions::address::Subnet;

pub(super) use aggregate::Aggregate;
pub use table::ALL;

/// A function, as help shows it and the parser checks it.
#[derive(Debug)]
pub struct Function {
    /// The name; calls may write it in any case.
    pub name: &'static str,
    /// What a call looks like.
    pub usage: &'static str,
    /// What it gives, in a sentence.
    pub summary: &'static str,
    /// Arguments every call has.
    required: &'static [Arg],
    /// Arguments after those that a call may leave out.
    optional: &'static [Arg],
    /// Whether the last argument may be repeated.
    repeats: bool,
    pub(super) meaning: Meaning,
}

/// How a function lowers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// Of one row.
    Scalar(fn(&Args) -> Value),
    /// Of one row and its `@timestamp`.
    Timed(fn(&Args) -> Value),
    /// Of many rows.
    Aggregate(fn(&Args) -> Aggregate),
    /// Of many rows and their `@timestamp`.
    TimedAggregate(fn(&Args) -> Aggregate),
}

/// What a call gives a function.
pub(super) struct Args {
    /// The arguments, periods left out.
    pub(super) values: Vec<Value>,
    /// The period among them, or one minute.
    pub(super) period: Period,
    /// The period of the bins that an aggregate's groups are of.
    pub(super) bin: Option<Period>,
    /// The row's `@timestamp`; missing unless the function asks for it.
    pub(super) timestamp: Value,
    /// When the query began.
    pub(super) now: DateTime<Utc>,
}

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arg {
    /// Any expression.
    Value,
    /// A period such as `5m`.
    Period,
    /// A constant number from 0 to 100.
    Percent,
    /// A constant string that is a block of addresses.
    Subnet,
    /// A constant whole number from 1 to 1000.
    Buckets,
}

/// The function with this name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    ALL.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// Whether `name(*)` is a call of this function.
pub(super) fn counts_rows(name: &str) -> bool {
    name.eq_ignore_ascii_case("count")
}

impl Function {
    /// Whether it makes one value of many rows.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        matches!(self.meaning, Meaning::Aggregate(_) | Meaning::TimedAggregate(_))
    }

    /// A call with these as its values.
    #[cfg(test)]
    pub(super) fn example_call(&self, values: &[String]) -> String {
        let args = self.required.iter().chain(self.optional).zip(values).map(|(arg, value)| match arg {
            Arg::Value => value.clone(),
            Arg::Period => "2h".to_owned(),
            Arg::Percent => "95".to_owned(),
            Arg::Subnet => "'10.0.0.0/8'".to_owned(),
            Arg::Buckets => "4".to_owned(),
        });
        format!("{}({})", self.name, args.collect::<Vec<_>>().join(", "))
    }

    /// Whether it needs the row's `@timestamp`.
    pub(super) fn is_timed(&self) -> bool {
        matches!(self.meaning, Meaning::Timed(_) | Meaning::TimedAggregate(_))
    }

    /// Checks what can be checked without knowing any column: how many arguments, and of which kind.
    pub(super) fn check(&self, args: &[Expr], call: Span) -> Result<(), Diagnostic> {
        let wrong = |message: String, span: Span, label: &str| {
            Err(Diagnostic::error("I011", message).at(span, label).help(format!("write `{}`", self.usage)))
        };
        let most = if self.repeats { usize::MAX } else { self.required.len() + self.optional.len() };
        if args.len() < self.required.len() || args.len() > most {
            let count = args.len();
            let plural = if count == 1 { "" } else { "s" };
            return wrong(
                format!("`{}` does not take {count} argument{plural}", self.name),
                call,
                "wrong number of arguments",
            );
        }
        let kinds = self.required.iter().chain(self.optional).copied();
        let kinds = kinds.chain(std::iter::repeat(Arg::Value));
        for (arg, kind) in args.iter().zip(kinds) {
            let is_period = matches!(arg.kind, ExprKind::Period(_));
            match kind {
                Arg::Period if !is_period => {
                    return wrong(
                        format!("`{}` takes a period here", self.name),
                        arg.span,
                        "not a period such as `5m`",
                    );
                }
                _ if is_period && kind != Arg::Period => {
                    return wrong(format!("`{}` takes no period here", self.name), arg.span, "a period");
                }
                Arg::Percent => check_percent(arg)?,
                Arg::Subnet => check_subnet(arg)?,
                Arg::Buckets => check_buckets(arg)?,
                Arg::Value | Arg::Period => {}
            }
        }
        Ok(())
    }
}

fn check_percent(arg: &Expr) -> Result<(), Diagnostic> {
    let percent = match &arg.kind {
        ExprKind::Number(text) => text.parse::<f64>().ok(),
        _ => None,
    };
    if percent.is_some_and(|percent| (0.0..=100.0).contains(&percent)) {
        return Ok(());
    }
    Err(Diagnostic::error("I013", "a percentile is a number from 0 to 100").at(arg.span, "not from 0 to 100"))
}

fn check_buckets(arg: &Expr) -> Result<(), Diagnostic> {
    let is_fine =
        matches!(&arg.kind, ExprKind::Number(text) if text.parse().is_ok_and(|count| (1..=1000).contains(&count)));
    let error = || Diagnostic::error("I011", "a number of buckets is a whole number from 1 to 1000");
    if is_fine { Ok(()) } else { Err(error().at(arg.span, "not from 1 to 1000")) }
}

fn check_subnet(arg: &Expr) -> Result<(), Diagnostic> {
    let error = |message: String| Err(Diagnostic::error("I032", message).at(arg.span, "not a subnet"));
    match &arg.kind {
        ExprKind::Text(text) if Subnet::parse(text).is_some() => Ok(()),
        ExprKind::Text(text) => error(format!("`{text}` is not a subnet"))
            .map_err(|error| error.help("write all of the address: `10.0.0.0/8`, `2001:db8::/32`")),
        _ => error("the subnet is a constant string".to_owned()),
    }
}
