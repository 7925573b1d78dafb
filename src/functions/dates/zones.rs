//! Times on the clocks of other places.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::common::{Result, plan_err};

use super::times::{Clock, Times, UTC, timestamps};
use crate::functions::rows::{at, texts};
use crate::functions::scalar::{Args, Call, Scalar, Want, gives, scalar, takes};
use crate::functions::{Build, Function, Origin};

/// What SQL may call of this family.
pub(in crate::functions) const ZONES: &[Function] = &[
    Function {
        name: "at_timezone",
        aliases: &[],
        usage: "at_timezone(time, zone)",
        summary: "The same point in time, shown on the clock of a zone.",
        examples: &[("at_timezone('2023-07-10T11:42:36Z', 'Europe/Berlin')", "2023-07-10T13:42:36+02:00")],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            let inputs = |types: &[DataType]| takes("at_timezone", types, &[Want::Time, Want::Text], &[]);
            Scalar { name: "at_timezone", inputs, output: |call| zoned("at_timezone", call), values: at_zone }
                .function()
        }),
    },
    Function {
        name: "with_timezone",
        aliases: &[],
        usage: "with_timezone(time, zone)",
        summary: "The point in time at which the clock of a zone shows this time.",
        examples: &[("with_timezone('2023-07-10 11:42:36', 'Europe/Berlin')", "2023-07-10T11:42:36+02:00")],
        origin: Origin::Trino,
        build: Build::Scalar(|| {
            let inputs = |types: &[DataType]| takes("with_timezone", types, &[Want::Time, Want::Text], &[]);
            Scalar { name: "with_timezone", inputs, output: |call| zoned("with_timezone", call), values: with_zone }
                .function()
        }),
    },
    scalar! {
        "current_timezone", "current_timezone()", "The zone of times that name none.",
        [("current_timezone()", "UTC")],
        () -> DataType::Utf8, |args| texts(args.rows(), |_| Some(Ok(UTC)))
    },
];

/// A timestamp of the zone that the second argument names.
pub(super) fn zoned(name: &str, call: &Call<'_>) -> Result<Field> {
    let zone = call.constants.get(1).copied().flatten().and_then(|zone| zone.try_as_str());
    let Some(zone) = zone else {
        return plan_err!("`{name}` takes a zone that is the same in every row, such as `'Europe/Berlin'`");
    };
    let clock = Clock::of(zone.unwrap_or(UTC))?;
    Ok(gives(DataType::Timestamp(TimeUnit::Millisecond, Some(clock.name().into()))))
}

fn at_zone(args: &Args<'_>) -> Result<ArrayRef> {
    let (times, zones) = (Times::of(args, 0)?, args.texts(1)?);
    timestamps(args, |row| {
        at(&zones, row)?;
        times.millis(row).map(Ok)
    })
}

fn with_zone(args: &Args<'_>) -> Result<ArrayRef> {
    let (times, zones) = (Times::of(args, 0)?, args.texts(1)?);
    let clock = match args.output() {
        DataType::Timestamp(_, Some(zone)) => Clock::of(zone)?,
        _ => Clock::of(UTC)?,
    };
    timestamps(args, |row| {
        at(&zones, row)?;
        clock.millis(times.local(row)?).map(Ok)
    })
}
