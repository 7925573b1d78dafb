//! `unnest`: a row for every element of a list. What is no list is one element; without any the row goes.
//!
//! Source: CloudWatch Logs User Guide, "unnest".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, UnnestOptions};
use datafusion::functions_nested::expr_fn::{cardinality, gen_series};
use datafusion::logical_expr::{cast, lit};

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
        let (elements, places) = (rows.fresh(&self.name.text), rows.fresh("place"));
        rows.add(vec![(elements.clone(), elements_of(json))])?;
        let count = cast(cardinality(column(&elements)), DataType::Int64);
        rows.add(vec![(places.clone(), gen_series(lit(1_i64), count, lit(1_i64)))])?;
        let both = [&elements, &places].map(Column::new_unqualified).to_vec();
        let options = UnnestOptions::new().with_preserve_nulls(false);
        rows.build(|plan| plan.unnest_columns_with_options(both, options))?;
        rows.reaches_scan = false;
        // Elements stay in the order of their list.
        let mut order = rows.total_order()?;
        let place = column(&places).sort(true, false);
        rows.ties = rows.world.places().into_iter().map(|place| place.sort(true, false)).collect();
        rows.ties.push(place.clone());
        order.push(place);
        rows.order = order;
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
