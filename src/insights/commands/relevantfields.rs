//! `relevantfields`: the fields whose values differ most between the records for which a condition holds and all others.
//!
//! The score is the Jensen-Shannon divergence of both distributions, from 0 to 1; see `functions::relevance`.
//!
//! Source: CloudWatch Logs User Guide, "relevantfields".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, UnnestOptions};
use datafusion::functions::core::expr_fn::{get_field, named_struct};
use datafusion::functions::expr_fn::starts_with;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::functions_aggregate::min_max::max_udaf;
use datafusion::functions_nested::expr_fn::array_prepend;
use datafusion::logical_expr::{Expr as Engine, cast, lit, when};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::functions::relevance::{fields_of, relevance};
use crate::insights::ast::{Expr, List, Path};
use crate::insights::lower::{Lowers, column, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::{Value, definite};
use crate::insights::world::Named;

pub(super) const ROW: Row = Row {
    name: "relevantfields",
    usage: "relevantfields field, … where condition",
    summary: "Ranks fields by how their values differ where a condition holds.",
    example: "relevantfields where errorCode = \"AccessDenied\"",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct RelevantFields {
    span: Span,
    /// All when there is none.
    fields: Vec<Path>,
    condition: Expr,
}

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    let fields = if parser.is_word_ahead(0, "where") { Vec::new() } else { parser.list(Parser::path)? };
    if parser.eat_word("where").is_none() {
        return Err(parser.unexpected());
    }
    Ok(Command::RelevantFields(RelevantFields { span: word, fields, condition: parser.expr()? }))
}

/// Fields with a value of its own in every record, which say nothing of why it is there.
const OWN: &[&str] = &["eventID", "requestID", "sharedEventID", "eventTime"];

impl RelevantFields {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let Some(record) = rows.world.records().first().map(|record| record.column("eventjson")) else {
            return Err(Diagnostic::error("I039", "`relevantfields` needs records")
                .at(self.span, "no records after `stats`")
                .help("write `relevantfields` before `stats`"));
        };
        let condition = rows.condition(&self.condition)?;
        let holds = rows.computed("holds", definite(condition))?;
        let whole = named_struct(vec![lit("name"), lit(""), lit("value"), lit("")]);
        let found = rows.computed("fields", array_prepend(whole, fields_of(record)))?;
        let Engine::Column(list) = &found else { return Ok(()) };
        let list = list.name.clone();
        let [field, value, matching, other] = ["field", "value", "matching", "other"].map(|name| rows.fresh(name));
        let number = |condition: Engine| cast(condition, DataType::Int64);
        let counted = [
            get_field(column(&list), "name").alias(&field),
            get_field(column(&list), "value").alias(&value),
            number(holds.clone()).alias(&matching),
            number(!holds).alias(&other),
        ];
        let chosen = self.fields.iter().map(|path| {
            let name = path.text();
            column(&field).eq(lit(name.as_str())).or(starts_with(column(&field), lit(format!("{name}."))))
        });
        // The record itself, which tells how many there are.
        let chosen = match chosen.reduce(Engine::or) {
            Some(chosen) => chosen.or(column(&field).eq(lit(""))),
            None => column(&field).in_list(OWN.iter().map(|name| lit(*name)).collect(), true),
        };
        let options = UnnestOptions::new().with_preserve_nulls(false);
        rows.build(|plan| {
            let plan = plan.unnest_column_with_options(Column::new_unqualified(&list), options)?.project(counted)?;
            let plan = plan.filter(chosen)?;
            let counts = [&matching, &other].map(|name| sum(column(name)).alias(name));
            plan.aggregate([column(&field), column(&value)], counts)
        })?;
        let total = |rows: &mut Rows, name: &str| {
            let of_record = when(column(&field).eq(lit("")), column(name)).end().map_err(unplanned)?;
            rows.overall("total", max_udaf(), vec![of_record])
        };
        let (all_matching, all_other) = (total(rows, &matching)?, total(rows, &other)?);
        let judged_name = rows.fresh("relevance");
        let judged = relevance().call(vec![column(&value), column(&matching), column(&other), all_matching, all_other]);
        rows.build(|plan| {
            plan.filter(column(&field).not_eq(lit("")))?.aggregate([column(&field)], [judged.alias(&judged_name)])
        })?;
        let member = |name: &str| get_field(column(&judged_name), name);
        let columns = vec![
            Named::new("@fieldName", Value::text_of(column(&field))),
            Named::new("@relevanceScore", Value::number_of(member("score"))),
            Named::new("@topRelevanceContributors", Value::text_of(member("contributors"))),
            Named::new("@conditionalMedian", Value::text_of(member("conditional_median"))),
            Named::new("@baselineMedian", Value::text_of(member("baseline_median"))),
        ];
        rows.replace(columns, 1)?;
        rows.order_first("@relevanceScore");
        Ok(())
    }
}

impl fmt::Display for RelevantFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("relevantfields ")?;
        if !self.fields.is_empty() {
            write!(f, "{} ", List(&self.fields))?;
        }
        write!(f, "where {}", self.condition)
    }
}
