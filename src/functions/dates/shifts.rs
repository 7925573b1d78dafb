//! Times that are moved, cut down and counted apart.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::times::{Times, days, timestamp_like, timestamps};
use super::unit::Unit;
use crate::functions::rows::{Compiled, at, integers};
use crate::functions::scalar::{Args, Call, Scalar, Want, gives, scalar, takes};
use crate::functions::{Build, Function, Origin};

/// What SQL may call of this family.
pub(in crate::functions) const SHIFTS: &[Function] = &[
    Function {
        name: "date_add",
        aliases: &[],
        usage: "date_add(unit, count, time)",
        summary: "A time so many units later, or earlier by a negative count; a date stays a date.",
        examples: &[
            ("date_add('day', -7, '2023-07-10T11:42:36Z')", "2023-07-03T11:42:36Z"),
            ("date_add('month', 1, DATE '2024-01-31')", "2024-02-29"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            let inputs = |types: &[DataType]| takes("date_add", types, &[Want::Text, Want::Integer, Want::Time], &[]);
            Scalar { name: "date_add", inputs, output: |call| Ok(gives(like(call, 2))), values: add }.function()
        }),
    },
    Function {
        name: "date_trunc",
        aliases: &[],
        usage: "date_trunc(unit, time)",
        summary: "The beginning of the unit in which a time lies; weeks begin on Monday, and a date stays a date.",
        examples: &[
            ("date_trunc('hour', '2023-07-10T11:42:36Z')", "2023-07-10T11:00:00Z"),
            ("date_trunc('week', DATE '2023-07-16')", "2023-07-10"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            let inputs = |types: &[DataType]| takes("date_trunc", types, &[Want::Text, Want::Time], &[]);
            Scalar { name: "date_trunc", inputs, output: |call| Ok(gives(like(call, 1))), values: truncate }.function()
        }),
    },
    scalar! {
        "date_diff", "date_diff(unit, from, to)", "How many whole units lie between two times.",
        [("date_diff('hour', '2023-07-10T11:42:36Z', '2023-07-10T13:42:35Z')", "1"),
         ("date_diff('day', DATE '2024-03-01', DATE '2024-02-28')", "-2")],
        (Text Time Time) -> DataType::Int64, diff
    },
];

/// A date stays a date; anything else is a timestamp.
fn like(call: &Call<'_>, index: usize) -> DataType {
    match call.fields[index].data_type() {
        DataType::Date32 => DataType::Date32,
        found => timestamp_like(found),
    }
}

fn add(args: &Args<'_>) -> Result<ArrayRef> {
    let (units, counts, times) = (args.texts(0)?, args.integers(1)?, Times::of(args, 2)?);
    let mut compiled = Compiled::new(Unit::of);
    let beyond = || exec_datafusion_err!("`date_add` leads beyond the calendar");
    if *args.output() == DataType::Date32 {
        return days(args.rows(), |row| {
            let (unit, count, day) = (at(&units, row)?, at(&counts, row)?, times.local(row)?);
            let sum = compiled.of(unit).and_then(|of| {
                let of = for_dates(*of, unit)?;
                of.add(day, count).ok_or_else(beyond)
            });
            Some(sum)
        });
    }
    timestamps(args, |row| {
        let (unit, count, millis) = (at(&units, row)?, at(&counts, row)?, times.millis(row)?);
        Some(compiled.of(unit).and_then(|unit| unit.add_on(&times.clock, millis, count).ok_or_else(beyond)))
    })
}

fn truncate(args: &Args<'_>) -> Result<ArrayRef> {
    let (units, times) = (args.texts(0)?, Times::of(args, 1)?);
    let mut compiled = Compiled::new(Unit::of);
    if *args.output() == DataType::Date32 {
        return days(args.rows(), |row| {
            let (unit, day) = (at(&units, row)?, times.local(row)?);
            compiled.of(unit).and_then(|of| Ok(for_dates(*of, unit)?.truncate(day))).transpose()
        });
    }
    timestamps(args, |row| {
        let (unit, millis) = (at(&units, row)?, times.millis(row)?);
        compiled.of(unit).map(|unit| unit.truncate_on(&times.clock, millis)).transpose()
    })
}

fn for_dates(unit: Unit, name: &str) -> Result<Unit> {
    if unit.suits_dates() { Ok(unit) } else { exec_err!("`{name}` is no unit of a date, which has no hours") }
}

fn diff(args: &Args<'_>) -> Result<ArrayRef> {
    let (units, from, to) = (args.texts(0)?, Times::of(args, 1)?, Times::of(args, 2)?);
    let mut compiled = Compiled::new(Unit::of);
    integers(args.rows(), |row| {
        let (unit, begin, end) = (at(&units, row)?, from.millis(row)?, to.millis(row)?);
        // Both are read on the clock of the first.
        let (begin, end) = (from.clock.local(begin)?, from.clock.local(end)?);
        Some(compiled.of(unit).map(|unit| unit.between(begin, end)))
    })
}
