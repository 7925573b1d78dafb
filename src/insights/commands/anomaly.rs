//! `anomaly`: the patterns that are unusual: new, rare, or in some bin far more or less often than in the others.
//!
//! Amazon has not published its own algorithm; how a pattern is judged here stands in `functions::patterns`.
//!
//! Source: CloudWatch Logs User Guide, "anomaly".

use std::fmt;

use datafusion::arrow::datatypes::DataType;
use datafusion::functions::core::expr_fn::{get_field, named_struct};
use datafusion::functions_aggregate::expr_fn::{array_agg, max, min, sum};
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::{cast, lit};

use super::{Command, Row};
use crate::diag::Span;
use crate::functions::patterns::pattern_anomaly;
use crate::functions::period::floor_of;
use crate::insights::lower::{Lowers, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::patterns::{self, Patterns};
use crate::insights::period::{Period, Unit};
use crate::insights::rows::Rows;
use crate::insights::value::{Class, Value};
use crate::insights::world::Named;

pub(super) const ROW: Row = Row {
    name: "anomaly",
    usage: "anomaly",
    summary: "Keeps the patterns that are unusual.",
    example: "filter ispresent(errorMessage) | pattern errorMessage | anomaly",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Anomaly {
    span: Span,
}

/// A bin is the shortest of these of which the time asked for has at most [`BINS`]; an hour when it is not known.
const STEPS: &[Period] = &[
    Period { count: 1, unit: Unit::Minute },
    Period { count: 5, unit: Unit::Minute },
    Period { count: 1, unit: Unit::Hour },
    Period { count: 6, unit: Unit::Hour },
    Period { count: 1, unit: Unit::Day },
];
const HOUR: Period = Period { count: 1, unit: Unit::Hour };
/// A month of hours.
const BINS: i64 = 744;

fn parse(_: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    Ok(Command::Anomaly(Anomaly { span: word }))
}

impl Anomaly {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let Some(place) = rows.pattern_before() else { return Err(patterns::none_before("anomaly", self.span)) };
        let done = rows.done.clone();
        let Command::Pattern(pattern) = &done[place] else { return Ok(()) };
        let earlier = rows.again(None, place)?;
        let Some(time) = earlier.world.timestamp().filter(|time| time.class == Class::Time) else {
            return Err(patterns::none_before("anomaly", self.span));
        };
        let step = step(rows);
        let bin = cast(floor_of(time.time(), step.length()), DataType::Int64);
        let Patterns { plan, pattern, label, count } = patterns::of(vec![pattern.labelled(&earlier, bin)?])?;
        rows.plan = plan;
        rows.unplaced = None;
        let [samples, series, first, last] = ["samples", "series", "first", "last"].map(|name| rows.fresh(name));
        let point = named_struct(vec![lit("label"), label.clone(), lit("count"), count.clone()]);
        let made = [
            sum(count).alias(&samples),
            array_agg(point).alias(&series),
            min(label.clone()).alias(&first),
            max(label).alias(&last),
        ];
        rows.build(|plan| plan.aggregate([pattern.clone()], made))?;
        let samples = column(&samples);
        let first = rows.overall("first", min_udaf(), vec![column(&first)])?;
        let last = rows.overall("last", max_udaf(), vec![column(&last)])?;
        let total = rows.overall("total", sum_udaf(), vec![samples.clone()])?;
        let asked = rows.context.scope.range;
        let first = asked.since.map_or(first, |since| lit(since - since.rem_euclid(step.milliseconds())));
        let last = asked.before.map_or(last, |before| lit((before - 1) - (before - 1).rem_euclid(step.milliseconds())));
        let found = pattern_anomaly().call(vec![column(&series), first, last, lit(step.milliseconds()), total.clone()]);
        let found = rows.computed("anomaly", found)?;
        let (score, reason) = (get_field(found.clone(), "score"), get_field(found, "reason"));
        let double = |expr| cast(expr, DataType::Float64);
        let columns = vec![
            Named::new("@pattern", Value::text_of(pattern.clone())),
            Named::new("@ratio", Value::number_of(double(samples.clone()) / double(total))),
            Named::new("@sampleCount", Value::new(samples, Class::Count)),
            Named::new("@severityLabel", patterns::severity(&pattern)),
            Named::new("@anomalyScore", Value::number_of(score)),
            Named::new("@anomalyReason", Value::text_of(reason)),
        ];
        rows.replace(columns, 1)?;
        rows.rerun(&done[place + 1..])?;
        let Some(score) = rows.world.column("@anomalyScore") else { return Ok(()) };
        rows.filter(score.expr.is_not_null())?;
        rows.order_first("@anomalyScore");
        Ok(())
    }
}

fn step(rows: &Rows) -> Period {
    let asked = rows.context.scope.range;
    let Some(since) = asked.since else { return HOUR };
    let before = asked.before.unwrap_or(rows.context.scope.now.timestamp_millis());
    let span = before.saturating_sub(since);
    let fits = |step: &&Period| span / step.milliseconds() <= BINS;
    STEPS.iter().find(fits).copied().unwrap_or(STEPS[STEPS.len() - 1])
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anomaly")
    }
}
