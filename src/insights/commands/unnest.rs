//! `unnest`: a row for every element of a list. What is no list is one element; without any the row goes.
//!
//! Source: CloudWatch Logs User Guide, "unnest".

use std::fmt;

use datafusion::common::UnnestOptions;

use super::{Command, Row};
use crate::diag::Span;
use crate::functions::elements::elements_of;
use crate::insights::ast::{Expr, Name, level};
use crate::insights::lower::{Lowers, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::{Leaf, Value};
use crate::schema::Kind;

pub(super) const ROW: Row = Row {
    name: "unnest",
    usage: "unnest field into name",
    summary: "Makes a row for every element of a list.",
    example: "unnest resources into resource | stats count(*) by resource.ARN",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Unnest {
    list: Expr,
    name: Name,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let list = parser.expr_at(level::ADD)?;
    if parser.eat_word("into").is_none() {
        return Err(parser.unexpected());
    }
    Ok(Command::Unnest(Unnest { list, name: parser.name()? }))
}

impl Unnest {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let value = rows.value(&self.list)?;
        let json = match &value.leaf {
            // Text that only looks like a list is one element.
            Some(leaf) if !leaf.path.is_empty() => leaf.read(Kind::Json),
            _ => value.text(),
        };
        let elements = rows.fresh(&self.name.text);
        rows.add(vec![(elements.clone(), elements_of(json))])?;
        let options = UnnestOptions::new().with_preserve_nulls(false);
        rows.build(|plan| plan.unnest_column_with_options(elements.as_str(), options))?;
        rows.reaches_scan = false;
        rows.scramble();
        let element = Leaf { json: column(&elements), path: Vec::new(), is_flag: false, is_record: false };
        rows.bind(&self.name.text, self.name.text.clone(), Value::leaf(element));
        Ok(())
    }
}

impl fmt::Display for Unnest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unnest ")?;
        self.list.write(f, level::ADD)?;
        write!(f, " into {}", self.name)
    }
}
