//! The query language of CloudWatch Logs Insights.
//!
//! Text becomes tokens ([`lexer`](lexer::lex)), tokens a [`Query`] with a place for every part, and a query
//! DataFusion's `LogicalPlan`. A command is one file in `commands`; functions are one table. This room reads
//! no clock and does no I/O.
//!
//! Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax".

mod ast;
pub mod commands;
mod expr;
pub mod functions;
mod habits;
mod leaves;
mod lexer;
mod lower;
mod lower_expr;
mod names;
mod parser;
mod period;
mod regex;
mod token;
mod value;

pub use ast::Query;
pub use lexer::lex;
pub use lower::{Lowered, Scope, lower};
pub use parser::{expected_at, parse};
pub use token::{Token, TokenKind};

#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod tests;
