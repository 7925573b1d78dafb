//! Whole periods of time: their beginnings, and all that lie between two times.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;

use super::expr::{Sql, Writer, Writes, call};
use super::literal::text;
use super::{Refused, Target};

impl Writer<'_> {
    /// The beginning of a period.
    pub(super) fn floor(&self, time: &Expr, step: &Expr, months: &Expr) -> Writes<Sql> {
        let written = self.text(time)?;
        let unit = |unit: &str| Ok(call("date_trunc", &[text(unit), written.clone()]));
        let (Some(step), Some(months)) = (whole(step), whole(months)) else {
            return Err(Refused::construct("a period that is computed"));
        };
        match (step, months) {
            (SECOND, _) => return unit("second"),
            (MINUTE, _) => return unit("minute"),
            (HOUR, _) => return unit("hour"),
            (DAY, _) => return unit("day"),
            (WEEK, _) => return unit("week"),
            (0, 1) => return unit("month"),
            (0, 3) => return unit("quarter"),
            (0, 12) => return unit("year"),
            _ => {}
        }
        if self.target == Target::Trailql {
            return Ok(call("time_floor", &[written, step.to_string(), months.to_string()]));
        }
        if step == 0 {
            const ORIGIN: &str = "TIMESTAMP '1970-01-01 00:00:00 UTC'";
            let periods = format!("date_diff('month', {ORIGIN}, {written}) / {months} * {months}");
            return Ok(call("date_add", &["'month'".to_owned(), periods, ORIGIN.to_owned()]));
        }
        let seconds = if step % SECOND == 0 { (step / SECOND).to_string() } else { format!("{step}e-3") };
        let elapsed = format!("to_unixtime({written})");
        Ok(if step % WEEK == 0 {
            // Weeks begin on Monday, and 1970 began on a Thursday.
            let monday = 4 * DAY / SECOND;
            call("from_unixtime", &[format!("floor(({elapsed} - {monday}) / {seconds}) * {seconds} + {monday}")])
        } else {
            call("from_unixtime", &[format!("floor({elapsed} / {seconds}) * {seconds}")])
        })
    }

    /// The beginning of the next period, or the time itself where it is one.
    pub(super) fn ceiling(&self, time: &Expr, step: &Expr, months: &Expr) -> Writes<Sql> {
        let (Some(length), Some(count)) = (whole(step), whole(months)) else {
            return Err(Refused::construct("a period that is computed"));
        };
        let written = self.text(time)?;
        if self.target == Target::Trailql {
            return Ok(call("time_ceil", &[written, length.to_string(), count.to_string()]));
        }
        let floor = self.floor(time, step, months)?.text;
        let (unit, count) = if length == 0 { ("month", count) } else { ("millisecond", length) };
        let next = call("date_add", &[text(unit), count.to_string(), floor.clone()]).text;
        Ok(Sql::primary(format!("CASE WHEN {floor} = {written} THEN {written} ELSE {next} END")))
    }

    /// The beginnings of periods from the one that a time is in, as long as they are before another. Commands only ask
    /// for bins up to a later time.
    pub(super) fn bins(&self, from: &Expr, before: &Expr, step: &Expr, months: &Expr) -> Writes<Sql> {
        let (Some(length), Some(count)) = (whole(step), whole(months)) else {
            return Err(Refused::construct("a period that is computed"));
        };
        let units = [(DAY, "DAY"), (HOUR, "HOUR"), (MINUTE, "MINUTE"), (SECOND, "SECOND")];
        let (count, unit) = match units.into_iter().find(|(unit, _)| length % unit == 0) {
            _ if length == 0 => (count, "MONTH"),
            Some((unit, word)) => (length / unit, word),
            None => return Err(Refused::construct("bins of parts of a second")),
        };
        // Sequences are of times that say nothing of zones.
        let local = |time: &str| format!("CAST({time} AS timestamp)");
        let first = local(&self.floor(from, step, months)?.text);
        let last = local(&call("date_add", &["'millisecond'".to_owned(), "-1".to_owned(), self.text(before)?]).text);
        Ok(call("sequence", &[first, last, format!("INTERVAL '{count}' {unit}")]))
    }
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int64(value), _) => *value,
        _ => None,
    }
}
