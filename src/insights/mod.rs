//! The query language of CloudWatch Logs Insights.
//!
//! Text becomes tokens ([`lexer`](lexer::lex)), tokens a [`Query`] with a place for every part, and a query
//! DataFusion's `LogicalPlan`. A command is one file in `commands`; functions are one table. This room reads
//! no clock and does no I/O.
//!
//! ```text
//! text      lexer token ─► parser (arguments, expr, naming, period, regex; habits of other languages)
//!   ▼                        ▲ each command's `parse`
//! Query     ast, print
//!   ▼
//! rows      lower runs the commands over `Rows`: sources (what is read), world and names (what a name means),
//!           lower_expr and value (expressions), window and patterns (what several commands share), shown, leaves
//!   ▼                        ▲ each command's `lower`
//! LogicalPlan
//! ```
//!
//! Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax".

mod arguments;
mod ast;
pub mod commands;
mod context;
mod expr;
pub mod functions;
mod habits;
mod leaves;
mod lexer;
mod lower;
mod lower_expr;
mod names;
mod naming;
mod parser;
mod patterns;
mod period;
mod print;
mod regex;
mod rows;
mod shown;
mod sources;
mod token;
mod value;
mod window;
mod world;

pub use ast::Query;
pub use lexer::lex;
pub use lower::{Archive, Lowered, Range, Scope, lower};
pub use parser::{expected_at, parse};
pub use token::{Token, TokenKind};
pub use world::SYSTEM_FIELDS;

#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod tests;
