//! `head`: the old word for `limit`.

use super::limit::Limit;
use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::parser::{Parsed, Parser};

pub(super) const ROW: Row =
    Row { name: "head", usage: "head number", summary: "As `limit`.", example: "fields eventName | head 20", parse };

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    let rows = parser.rows()?;
    let notice = Diagnostic::notice("I041", "`head` is an old word").at(word, "deprecated");
    parser.report(notice.help(format!("write `limit {rows}`")));
    Ok(Command::Limit(Limit { rows }))
}
