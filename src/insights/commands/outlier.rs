//! `outlier`: what lies far beyond the middle half of the values is brought back to the border, or goes.
//!
//! A value is an outlier above Q3 + param · (Q3 − Q1), and with `uselower=true` below Q1 − param · (Q3 − Q1). Quartiles
//! lie between two values where they must.
//!
//! Source: CloudWatch Logs User Guide, "outlier".

use std::fmt;

use datafusion::functions_aggregate::percentile_cont::percentile_cont_udaf;
use datafusion::logical_expr::{Expr as Engine, lit, when};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{Glob, Path};
use crate::insights::lower::{Lowers, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::token::TokenKind;
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "outlier",
    usage: "outlier action=transform|remove param=2.5 uselower=false mark=false field …",
    summary: "Brings values far beyond the others back to a border, or removes their rows.",
    example: "stats count(*) as n by bin(1h) | outlier action=remove n",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Outlier {
    removes: bool,
    /// As written.
    param: String,
    uses_lower: bool,
    marks: bool,
    fields: Vec<Glob>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let mut outlier =
        Outlier { removes: false, param: "2.5".to_owned(), uses_lower: false, marks: false, fields: Vec::new() };
    loop {
        if parser.eat_option("action") {
            let action = parser.name()?;
            outlier.removes = match action.text.to_ascii_lowercase().as_str() {
                "remove" | "rm" => true,
                "transform" | "tf" => false,
                _ => {
                    return Err(Diagnostic::error("I036", format!("`outlier` has no action `{}`", action.text))
                        .at(action.span, "not an action")
                        .help("write `action=remove` or `action=transform`"));
                }
            };
        } else if parser.eat_option("param") {
            let number = parser.require(TokenKind::Number)?.span;
            parser.slice(number).clone_into(&mut outlier.param);
        } else if parser.eat_option("uselower") {
            outlier.uses_lower = parser.flag()?;
        } else if parser.eat_option("mark") {
            outlier.marks = parser.flag()?;
        } else {
            break;
        }
    }
    outlier.fields = parser.globs()?;
    if outlier.fields.is_empty() { Err(parser.unexpected()) } else { Ok(Command::Outlier(outlier)) }
}

impl Outlier {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let param = lit(self.param.parse().unwrap_or(f64::NAN));
        let mut outliers = Vec::new();
        for (name, path) in rows.chosen(&self.fields) {
            let value = rows.look_up(&path.unwrap_or_else(|| Path::of(&name))).unwrap_or_else(Value::missing);
            let number = rows.computed(&name, value.number())?;
            let mut quartile =
                |share: f64| rows.overall("quartile", percentile_cont_udaf(), vec![number.clone(), lit(share)]);
            let (low, high) = (quartile(0.25)?, quartile(0.75)?);
            let reach = (high.clone() - low.clone()) * param.clone();
            let upper = rows.computed("upper", high + reach.clone())?;
            let lower = rows.computed("lower", low - reach)?;
            let mut choice = when(number.clone().gt(upper.clone()), upper.clone());
            let mut is_outlier = number.clone().gt(upper);
            if self.uses_lower {
                choice.when(number.clone().lt(lower.clone()), lower.clone());
                is_outlier = is_outlier.or(number.clone().lt(lower));
            }
            let is_outlier = is_outlier.is_true();
            if self.marks {
                let mark = rows.computed("mark", is_outlier.clone())?;
                rows.make(&format!("{name}_outlier"), Value::flag_of(mark));
            }
            if self.removes {
                outliers.push(is_outlier);
            } else {
                let tamed = rows.computed(&name, choice.otherwise(number).map_err(unplanned)?)?;
                rows.make(&name, Value::number_of(tamed));
            }
        }
        match outliers.into_iter().reduce(Engine::or) {
            Some(outlier) => rows.filter(!outlier),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Outlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = if self.removes { "remove" } else { "transform" };
        let Self { param, uses_lower, marks, .. } = self;
        write!(f, "outlier action={action} param={param} uselower={uses_lower} mark={marks}")?;
        self.fields.iter().try_for_each(|field| write!(f, " {field}"))
    }
}
