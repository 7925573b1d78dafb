//! `diff`: what changed since the time before, or since the same time a day, a week or a month earlier.
//!
//! After `pattern` both times make the patterns together, so that one pattern has one text in either. After `stats` the
//! groups of both times are put together by their keys.
//!
//! Source: CloudWatch Logs User Guide, "diff".

use std::fmt;

use chrono::{DateTime, Months};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::functions::expr_fn::{abs, coalesce, concat, round};
use datafusion::functions_aggregate::expr_fn::{max, sum};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlanBuilder, cast, lit, when};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span, closest};
use crate::insights::lower::{Lowers, Range, column, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::patterns::{self, Patterns};
use crate::insights::rows::Rows;
use crate::insights::token::TokenKind;
use crate::insights::value::{Class, Value};
use crate::insights::world::Named;

pub(super) const ROW: Row = Row {
    name: "diff",
    usage: "diff previousDay|previousWeek|previousMonth",
    summary: "Compares with an earlier time.",
    example: "filter ispresent(errorMessage) | pattern errorMessage | diff previousDay",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Diff {
    span: Span,
    earlier: Earlier,
}

/// Which time is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Earlier {
    /// As long a time as the one asked for, right before it.
    Before,
    Day,
    Week,
    Month,
}

/// The words for an earlier time.
const WORDS: &[(&str, Earlier)] =
    &[("previousDay", Earlier::Day), ("previousWeek", Earlier::Week), ("previousMonth", Earlier::Month)];

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    let token = parser.token();
    let mut earlier = Earlier::Before;
    for (word, _) in WORDS {
        parser.expect(word);
    }
    if token.kind == TokenKind::Word {
        let text = parser.slice(token.span);
        let Some((_, found)) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) else {
            let names = WORDS.iter().map(|(word, _)| *word);
            let error = Diagnostic::error("I036", format!("`diff` compares with no `{text}`"))
                .at(token.span, "not an earlier time");
            return Err(match closest(text, names) {
                Some(close) => error.help(format!("`{close}` has a similar name")),
                None => {
                    error.help("write `previousDay`, `previousWeek` or `previousMonth`, or nothing for the time before")
                }
            });
        };
        earlier = *found;
        parser.bump();
    }
    Ok(Command::Diff(Diff { span: word, earlier }))
}

impl Diff {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let earlier = self.range(rows);
        match rows.pattern_before() {
            Some(place) => of_patterns(rows, place, earlier),
            None if rows.world.has_record() => Err(patterns::none_before("diff", self.span)),
            // The columns of a join are its sides', and which of them are keys is known of neither.
            None if rows.world.columns.is_empty() => {
                let error = Diagnostic::error("I039", "`diff` compares groups, and a join has none");
                Err(error
                    .at(self.span, "no `stats` or `pattern` since the join")
                    .help("write `stats … by …` before it"))
            }
            None => of_groups(rows, earlier),
        }
    }

    /// The earlier time; none where the time asked for has no beginning.
    fn range(&self, rows: &Rows) -> Option<Range> {
        let asked = rows.context.scope.range;
        let Some(since) = asked.since else {
            let notice = Diagnostic::notice("I045", "no time range is given, so nothing lies before it");
            rows.context.notice(notice.at(self.span, "compares with nothing").help("give `--since`"));
            return None;
        };
        let before = asked.before.unwrap_or(rows.context.scope.now.timestamp_millis());
        let months_back = |millis: i64| {
            let time = DateTime::from_timestamp_millis(millis)?.checked_sub_months(Months::new(1))?;
            Some(time.timestamp_millis())
        };
        let (since, before) = match self.earlier {
            Earlier::Before => (since.checked_sub(before.checked_sub(since)?)?, since),
            Earlier::Day => (since.checked_sub(DAY)?, before.checked_sub(DAY)?),
            Earlier::Week => (since.checked_sub(7 * DAY)?, before.checked_sub(7 * DAY)?),
            Earlier::Month => (months_back(since)?, months_back(before)?),
        };
        Some(Range { since: Some(since), before: Some(before) })
    }
}

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// Labels of the time asked for, and of the earlier one.
const NOW: i64 = 1;
const BEFORE: i64 = 0;

fn of_patterns(rows: &mut Rows, place: usize, earlier: Option<Range>) -> Lowers<()> {
    let done = rows.done.clone();
    let Command::Pattern(pattern) = &done[place] else { return Ok(()) };
    let mut parts = vec![pattern.labelled(&rows.again(None, place)?, lit(NOW))?];
    if let Some(earlier) = earlier {
        parts.push(pattern.labelled(&rows.again(Some(earlier), place)?, lit(BEFORE))?);
    }
    let Patterns { plan, pattern, label, count } = patterns::of(parts)?;
    let labelled = |wanted: i64| -> Lowers<Expr> {
        let counted = when(label.clone().eq(lit(wanted)), count.clone()).otherwise(lit(0_i64));
        Ok(sum(counted.map_err(unplanned)?))
    };
    let (now, before) = (rows.fresh("now"), rows.fresh("before"));
    let counts = [labelled(NOW)?.alias(&now), labelled(BEFORE)?.alias(&before)];
    rows.plan = plan;
    rows.unplaced = None;
    rows.build(|plan| plan.aggregate([pattern.clone()], counts))?;
    let (now, before) = (column(&now), column(&before));
    let columns = vec![
        Named::new("@pattern", Value::text_of(pattern.clone())),
        Named::new("@sampleCount", Value::new(now.clone(), Class::Count)),
        Named::new("@diffEventCount", Value::new(now.clone() - before.clone(), Class::Count)),
        Named::new("@differenceDescription", Value::text_of(described(&now, &before)?)),
        Named::new("@severityLabel", patterns::severity(&pattern)),
    ];
    rows.replace(columns, 1)?;
    if let Some(change) = rows.world.column("@diffEventCount") {
        rows.order.insert(0, abs(change.expr).sort(false, false));
    }
    rows.rerun(&done[place + 1..])
}

fn of_groups(rows: &mut Rows, earlier: Option<Range>) -> Lowers<()> {
    let done = rows.done.len();
    let keys = rows.keys;
    let names = rows.world.columns.clone();
    let fresh: Vec<(String, String)> =
        names.iter().map(|column| (rows.fresh(&column.name), rows.fresh(&column.name))).collect();
    let side = |side: &Rows, is_now: bool| {
        let mut exprs = Vec::new();
        for (index, (made, (now, before))) in side.world.columns.iter().zip(&fresh).enumerate() {
            let expr = made.value.expr.clone();
            if index < keys {
                exprs.push(expr.alias(now));
                continue;
            }
            let data_type = expr.get_type(side.plan.schema().as_ref());
            let none = lit(ScalarValue::try_from(&data_type.map_err(unplanned)?).map_err(unplanned)?);
            exprs.push(if is_now { expr.clone() } else { none.clone() }.alias(now));
            exprs.push(if is_now { none } else { expr }.alias(before));
        }
        let plan = LogicalPlanBuilder::from(side.plan.clone()).project(exprs);
        plan.and_then(LogicalPlanBuilder::build).map_err(unplanned)
    };
    let now = side(rows, true)?;
    rows.plan = match earlier {
        Some(earlier) => {
            let mut before = rows.again(Some(earlier), done)?;
            let shift = rows.context.scope.range.since.zip(earlier.since).map_or(0, |(since, before)| since - before);
            for key in before.world.columns.iter_mut().take(keys).filter(|key| key.value.class == Class::Time) {
                // Bins of both times are counted from the same beginning.
                key.value.expr = key.value.later(shift);
            }
            let plan = LogicalPlanBuilder::from(now).union(side(&before, false)?);
            plan.and_then(LogicalPlanBuilder::build).map_err(unplanned)?
        }
        None => now,
    };
    let key_exprs: Vec<Expr> = fresh.iter().take(keys).map(|(now, _)| column(now)).collect();
    let values = fresh
        .iter()
        .skip(keys)
        .flat_map(|(now, before)| [max(column(now)).alias(now), max(column(before)).alias(before)]);
    let values: Vec<Expr> = values.collect();
    rows.build(|plan| plan.aggregate(key_exprs, values))?;
    let mut columns = Vec::new();
    let mut description = None;
    for (index, (made, (now, before))) in names.into_iter().zip(&fresh).enumerate() {
        let class = made.value.class;
        let value = |name: &str| Value::new(column(name), class);
        let old = format!("{} (before)", made.name);
        columns.push(Named { value: value(now), ..made });
        if index >= keys {
            columns.push(Named::new(&old, value(before)));
            if description.is_none() {
                description = Some(described(&value(now).number(), &value(before).number())?);
            }
        }
    }
    columns.push(Named::new("@differenceDescription", Value::text_of(description.unwrap_or_else(|| lit("")))));
    rows.replace(columns, keys)
}

/// What became of a count, in words.
fn described(now: &Expr, before: &Expr) -> Lowers<Expr> {
    let double = |expr: &Expr| coalesce(vec![cast(expr.clone(), DataType::Float64), lit(0.0)]);
    let (now, before) = (double(now), double(before));
    let change = abs(round(vec![(now.clone() - before.clone()) / before.clone() * lit(100.0)]));
    let change = cast(change, DataType::Int64);
    let percent = |way: &str| concat(vec![lit(way), cast(change.clone(), DataType::Utf8), lit("%")]);
    when(now.clone().eq(before.clone()), lit("Unchanged"))
        .when(before.clone().eq(lit(0.0)), lit("New"))
        .when(now.clone().eq(lit(0.0)), lit("Gone"))
        .when(now.gt(before), percent("Up "))
        .otherwise(percent("Down "))
        .map_err(unplanned)
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("diff")?;
        let word = WORDS.iter().find(|(_, earlier)| *earlier == self.earlier);
        word.map_or(Ok(()), |(word, _)| write!(f, " {word}"))
    }
}
