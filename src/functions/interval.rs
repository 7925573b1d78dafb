//! An interval so many times: `7 * INTERVAL '1' DAY`.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, IntervalMonthDayNanoArray};
use datafusion::arrow::datatypes::{
    DataType, Float64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit,
};
use datafusion::common::{DataFusionError, Result, exec_datafusion_err, plan_err};
use datafusion::logical_expr::{Expr, ScalarUDF};

use super::scalar::{Args, Call, Scalar, gives};

/// The interval, so many times.
#[must_use]
pub fn times(interval: Expr, factor: Expr) -> Expr {
    interval_times().call(vec![interval, factor])
}

fn interval_times() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let inputs = |types: &[DataType]| match types {
            [_, _] => Ok(vec![INTERVAL, DataType::Float64]),
            _ => plan_err!("expected an interval and a number, found {} arguments", types.len()),
        };
        let output = |_: &Call<'_>| Ok(gives(INTERVAL));
        Scalar { name: "interval_times", inputs, output, values }.function()
    });
    Arc::clone(&FUNCTION)
}

const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

fn values(args: &Args<'_>) -> Result<ArrayRef> {
    let (intervals, factors) = (args.array(0)?, args.array(1)?);
    let intervals = intervals.as_primitive::<IntervalMonthDayNanoType>();
    let factors = factors.as_primitive::<Float64Type>();
    let multiplied: Result<IntervalMonthDayNanoArray> = intervals
        .iter()
        .zip(factors.iter())
        .map(|(interval, factor)| match (interval, factor) {
            (Some(interval), Some(factor)) => multiply(interval, factor).map(Some),
            _ => Ok(None),
        })
        .collect();
    Ok(Arc::new(multiplied?))
}

/// Months are whole; a part of a day becomes hours.
fn multiply(interval: IntervalMonthDayNano, factor: f64) -> Result<IntervalMonthDayNano, DataFusionError> {
    const DAY: f64 = 86_400e9;
    let days = f64::from(interval.days) * factor;
    let nanoseconds = interval.nanoseconds as f64 * factor + days.fract() * DAY;
    let months = (f64::from(interval.months) * factor).round();
    let fits = months.abs() < f64::from(i32::MAX) && days.abs() < f64::from(i32::MAX) && nanoseconds.abs() < 9e18;
    if !fits {
        return Err(exec_datafusion_err!("an interval cannot be multiplied by {factor}"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "the bounds were just looked at")]
    Ok(IntervalMonthDayNano::new(months as i32, days.trunc() as i32, nanoseconds.round() as i64))
}
