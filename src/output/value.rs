//! Values as text: one formatter per column of a batch, one cell per value.
//!
//! Arrow's own formatters do the work; here stands what they leave to choose.

use std::fmt::Write;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type, TimeUnit};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::writer::NullableEncoder;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, DisplayIndex, FormatOptions, FormatResult};

use super::{Result, ValueStyle, encode};

/// One value as text.
#[derive(Debug, Default)]
pub(super) struct Cell {
    text: String,
    null: bool,
}

impl Cell {
    /// The text, or none for null.
    pub(super) fn get(&self) -> Option<&str> {
        (!self.null).then_some(&self.text)
    }
}

/// Hands out the rows of a batch as text, in order. The cells are reused from row to row.
pub(super) fn each_row(
    batch: &RecordBatch,
    style: ValueStyle,
    mut row: impl FnMut(&[Cell]) -> Result<()>,
) -> Result<()> {
    let arrays = plain(batch)?;
    let mut columns = arrays
        .iter()
        .zip(batch.schema_ref().fields())
        .map(|(array, field)| Column::new(field, array, style))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let mut cells: Vec<Cell> = columns.iter().map(|_| Cell::default()).collect();
    for index in 0..batch.num_rows() {
        for (column, cell) in columns.iter_mut().zip(&mut cells) {
            column.read(index, cell);
        }
        row(&cells)?;
    }
    Ok(())
}

/// The columns with dictionaries and runs spelled out.
pub(super) fn plain(batch: &RecordBatch) -> std::result::Result<Vec<ArrayRef>, ArrowError> {
    let spelled_out = |array: &ArrayRef| match array.data_type() {
        DataType::Dictionary(_, values) => cast(array, values),
        DataType::RunEndEncoded(_, values) => cast(array, values.data_type()),
        _ => Ok(ArrayRef::clone(array)),
    };
    batch.columns().iter().map(spelled_out).collect()
}

/// Whether values of this type are numbers, which are read from the right.
pub(super) fn is_number(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_number(values),
        DataType::RunEndEncoded(_, values) => is_number(values.data_type()),
        data_type => data_type.is_numeric(),
    }
}

/// Whether values of this type are text that somebody wrote, of any length.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        data_type => data_type.is_string() || data_type.is_nested(),
    }
}

/// One column of a batch.
struct Column<'a> {
    nulls: Option<NullBuffer>,
    values: Values<'a>,
}

enum Values<'a> {
    Plain(ArrayFormatter<'a>),
    /// Lists, structs and maps, and the bytes of the one at hand.
    Nested(NullableEncoder<'a>, Vec<u8>),
}

impl<'a> Column<'a> {
    fn new(field: &'a FieldRef, array: &'a dyn Array, style: ValueStyle) -> std::result::Result<Self, ArrowError> {
        let values = if array.data_type().is_nested() && !matches!(array.data_type(), DataType::Union(..)) {
            Values::Nested(encode::compact(field, array)?, Vec::new())
        } else {
            Values::Plain(formatter(array, style)?)
        };
        Ok(Self { nulls: array.logical_nulls(), values })
    }

    fn read(&mut self, index: usize, cell: &mut Cell) {
        cell.text.clear();
        cell.null = self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(index));
        match &mut self.values {
            _ if cell.null => {}
            Values::Plain(formatter) => append(formatter, index, &mut cell.text),
            Values::Nested(encoder, bytes) => {
                bytes.clear();
                encoder.encode(index, bytes);
                cell.text.push_str(&String::from_utf8_lossy(bytes));
            }
        }
    }
}

/// Appends the text of one value. What has none, such as a time beyond the calendar, becomes a text that says so.
pub(super) fn append(formatter: &ArrayFormatter<'_>, index: usize, out: &mut String) {
    if write!(out, "{}", formatter.value(index)).is_err() {
        out.push_str("ERROR");
    }
}

/// Text of the values of one column that is neither list, struct nor map.
pub(super) fn formatter<'a>(
    array: &'a dyn Array,
    style: ValueStyle,
) -> std::result::Result<ArrayFormatter<'a>, ArrowError> {
    const SQL: FormatOptions<'static> = FormatOptions::new();
    const INSIGHTS: FormatOptions<'static> = FormatOptions::new()
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.3f"))
        .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%.3f"));
    let default = match style {
        ValueStyle::Sql => ArrayFormatter::try_new(array, &SQL)?,
        ValueStyle::Insights => ArrayFormatter::try_new(array, &INSIGHTS)?,
    };
    let own: Box<dyn DisplayIndex + 'a> = match array.data_type() {
        data_type if data_type.is_floating() => Box::new(Floats { default, style }),
        DataType::Boolean if style == ValueStyle::Insights => Box::new(Flags { default }),
        DataType::Duration(unit) => Box::new(Durations {
            values: cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
            unit: *unit,
        }),
        _ => return Ok(default),
    };
    Ok(ArrayFormatter::new(own, true))
}

/// Floats as their shortest exact text; `Infinity` and `NaN` as SQL spells them.
struct Floats<'a> {
    default: ArrayFormatter<'a>,
    style: ValueStyle,
}

impl DisplayIndex for Floats<'_> {
    fn write(&self, index: usize, out: &mut dyn Write) -> FormatResult {
        let text = self.default.value(index).to_string();
        let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match (text.as_str(), self.style) {
            ("inf", _) => out.write_str("Infinity")?,
            ("-inf", _) => out.write_str("-Infinity")?,
            // Half floats come without the fraction that the wider ones have.
            (text, ValueStyle::Sql) if whole => write!(out, "{text}.0")?,
            (text, ValueStyle::Sql) => out.write_str(text)?,
            (text, ValueStyle::Insights) => out.write_str(text.strip_suffix(".0").unwrap_or(text))?,
        }
        Ok(())
    }
}

/// Booleans as `1` and `0`.
struct Flags<'a> {
    default: ArrayFormatter<'a>,
}

impl DisplayIndex for Flags<'_> {
    fn write(&self, index: usize, out: &mut dyn Write) -> FormatResult {
        let text = self.default.value(index).to_string();
        out.write_str(match text.as_str() {
            "true" => "1",
            "false" => "0",
            other => other,
        })?;
        Ok(())
    }
}

/// Durations as DuckDB and Postgres write them: `2 days 03:04:05.5`.
struct Durations {
    values: Int64Array,
    unit: TimeUnit,
}

impl DisplayIndex for Durations {
    fn write(&self, index: usize, out: &mut dyn Write) -> FormatResult {
        let (per_second, digits) = match self.unit {
            TimeUnit::Second => (1, 0),
            TimeUnit::Millisecond => (1_000, 3),
            TimeUnit::Microsecond => (1_000_000, 6),
            TimeUnit::Nanosecond => (1_000_000_000, 9),
        };
        let value = self.values.value(index);
        let (length, sign) = (value.unsigned_abs(), if value < 0 { "-" } else { "" });
        let (seconds, fraction) = (length / per_second, length % per_second);
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        match days {
            0 => {}
            1 => write!(out, "{sign}1 day ")?,
            _ => write!(out, "{sign}{days} days ")?,
        }
        write!(out, "{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)?;
        if fraction > 0 {
            let fraction = format!("{fraction:0digits$}");
            write!(out, ".{}", fraction.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::*;
    use datafusion::arrow::datatypes::{
        ArrowPrimitiveType, Float16Type, Int32Type, IntervalDayTimeType, IntervalMonthDayNanoType,
    };
    use proptest::prelude::*;

    use super::*;

    /// The values of one column, null as `∅`.
    fn check(array: impl Array + 'static, style: ValueStyle, expected: &[&str]) {
        let array: ArrayRef = Arc::new(array);
        let batch = RecordBatch::try_from_iter_with_nullable([("c", array, true)]).expect("one column");
        let mut texts = Vec::new();
        each_row(&batch, style, |cells| {
            texts.push(cells[0].get().unwrap_or("∅").to_owned());
            Ok(())
        })
        .expect("every value has a text");
        assert_eq!(texts, expected);
    }

    use ValueStyle::{Insights, Sql};

    proptest! {
        #[test]
        fn no_time_is_too_far_away_to_be_written(value in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)]) {
            let mut arrays: Vec<ArrayRef> = vec![
                Arc::new(Date64Array::from(vec![value])),
                Arc::new(Date32Array::from(vec![value as i32])),
                Arc::new(Time32SecondArray::from(vec![value as i32])),
                Arc::new(Time64NanosecondArray::from(vec![value])),
                Arc::new(IntervalYearMonthArray::from(vec![value as i32])),
                Arc::new(IntervalDayTimeArray::from(vec![IntervalDayTimeType::make_value(value as i32, value as i32)])),
                Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNanoType::make_value(1, value as i32, value)])),
                Arc::new(Decimal128Array::from(vec![i128::from(value)]).with_precision_and_scale(19, -3).expect("fits")),
            ];
            for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
                let numbers = Int64Array::from(vec![value]);
                for zone in [None, Some("UTC"), Some("+14:00"), Some("America/Los_Angeles")] {
                    let kind = DataType::Timestamp(unit, zone.map(Into::into));
                    arrays.push(make_array(numbers.to_data().into_builder().data_type(kind).build().expect("64 bits")));
                }
                let kind = DataType::Duration(unit);
                arrays.push(make_array(numbers.to_data().into_builder().data_type(kind).build().expect("64 bits")));
            }
            for array in &arrays {
                for style in [Sql, Insights] {
                    let mut text = String::new();
                    append(&formatter(array, style).expect("a formatter"), 0, &mut text);
                    prop_assert!(!text.is_empty());
                }
            }
        }
    }

    #[test]
    fn floats_are_shortest_exact() {
        let floats = || Float64Array::from(vec![3.0, 0.1, -2.5, 1e21, f64::NAN, f64::NEG_INFINITY]);
        check(floats(), Sql, &["3.0", "0.1", "-2.5", "1e21", "NaN", "-Infinity"]);
        check(floats(), Insights, &["3", "0.1", "-2.5", "1e21", "NaN", "-Infinity"]);
        check(Float32Array::from(vec![0.1, 2.0]), Sql, &["0.1", "2.0"]);
        check(Float16Array::from(vec![half(1.5), half(2.0)]), Sql, &["1.5", "2.0"]);
    }

    fn half(value: f32) -> <Float16Type as ArrowPrimitiveType>::Native {
        <Float16Type as ArrowPrimitiveType>::Native::from_f32(value)
    }

    #[test]
    fn times_are_written_as_the_language_writes_them() {
        let millis = 1_688_989_356_000;
        let utc = || TimestampMillisecondArray::from(vec![Some(millis), None, Some(millis + 5)]).with_timezone("UTC");
        check(utc(), Sql, &["2023-07-10T11:42:36Z", "∅", "2023-07-10T11:42:36.005Z"]);
        check(utc(), Insights, &["2023-07-10 11:42:36.000", "∅", "2023-07-10 11:42:36.005"]);
        check(TimestampMillisecondArray::from(vec![millis]), Sql, &["2023-07-10T11:42:36"]);
        let berlin = TimestampMillisecondArray::from(vec![millis]).with_timezone("Europe/Berlin");
        check(berlin, Sql, &["2023-07-10T13:42:36+02:00"]);
        check(Date32Array::from(vec![19_548]), Sql, &["2023-07-10"]);
        check(Time64NanosecondArray::from(vec![3_661_000_000_001]), Sql, &["01:01:01.000000001"]);
    }

    #[test]
    fn a_time_beyond_the_calendar_says_so_and_does_not_stop_the_rest() {
        let beyond = TimestampSecondArray::from(vec![i64::MAX, 0]);
        check(
            beyond,
            Sql,
            &[
                "ERROR: Cast error: Failed to convert 9223372036854775807 to datetime for Timestamp(s)",
                "1970-01-01T00:00:00",
            ],
        );
    }

    #[test]
    fn durations_are_days_and_a_clock() {
        let seconds = DurationSecondArray::from(vec![0, 61, 86_400, -93_784, i64::MIN]);
        check(
            seconds,
            Sql,
            &["00:00:00", "00:01:01", "1 day 00:00:00", "-1 day -02:03:04", "-106751991167300 days -15:30:08"],
        );
        check(DurationMillisecondArray::from(vec![1_500, -20]), Sql, &["00:00:01.5", "-00:00:00.02"]);
    }

    #[test]
    fn flags_are_words_in_sql_and_digits_in_insights() {
        let flags = || BooleanArray::from(vec![Some(true), Some(false), None]);
        check(flags(), Sql, &["true", "false", "∅"]);
        check(flags(), Insights, &["1", "0", "∅"]);
    }

    #[test]
    fn dictionaries_and_runs_are_read_through_nulls_included() {
        let keys = Int32Array::from(vec![Some(0), Some(1), None]);
        let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
        check(DictionaryArray::<Int32Type>::new(keys, values), Sql, &["a", "∅", "∅"]);
        let runs =
            RunArray::<Int32Type>::try_new(&Int32Array::from(vec![2, 3]), &Float64Array::from(vec![Some(1.0), None]));
        check(runs.expect("runs"), Insights, &["1", "1", "∅"]);
        check(NullArray::new(2), Sql, &["∅", "∅"]);
    }

    #[test]
    fn other_types_have_a_text() {
        check(Decimal128Array::from(vec![-1_205]).with_precision_and_scale(10, 2).expect("fits"), Sql, &["-12.05"]);
        check(UInt64Array::from(vec![u64::MAX]), Sql, &["18446744073709551615"]);
        check(BinaryArray::from_vec(vec![b"\0\xff"]), Sql, &["00ff"]);
        check(
            IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNanoType::make_value(1, 2, 0)]),
            Sql,
            &["1 mons 2 days"],
        );
        check(StringViewArray::from(vec!["text"]), Sql, &["text"]);
    }
}
