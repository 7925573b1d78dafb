//! The rows of an answer as a chart needs them: numbers, times, and labels.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Schema, SchemaRef, TimeUnit, TimestampMillisecondType};
use datafusion::arrow::record_batch::RecordBatch;

use super::super::value::{self, is_number};
use super::super::{Result, ValueStyle, escape};

/// Rows that a chart is made of; a screen has some hundred columns, so more of them show nothing more.
pub(super) const MOST_ROWS: usize = 50_000;
/// Bytes of a label that are kept.
const MOST_LABEL: usize = 200;

/// Which columns are what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Roles {
    /// The first column of times.
    pub(super) time: Option<usize>,
    /// Columns of numbers.
    pub(super) numbers: Vec<usize>,
    /// Columns whose values name a row; the times are not among them.
    pub(super) labels: Vec<usize>,
}

impl Roles {
    /// The roles that the types of a schema tell.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut roles = Self::default();
        for (index, field) in schema.fields().iter().enumerate() {
            let data_type = spelled_out(field.data_type());
            if is_number(data_type) {
                roles.numbers.push(index);
            } else if matches!(data_type, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
                && roles.time.is_none()
            {
                roles.time = Some(index);
            } else if !data_type.is_nested() && !data_type.is_null() {
                roles.labels.push(index);
            }
        }
        roles
    }
}

fn spelled_out(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => spelled_out(values),
        DataType::RunEndEncoded(_, values) => spelled_out(values.data_type()),
        data_type => data_type,
    }
}

/// The rows.
#[derive(Debug)]
pub(super) struct Rows {
    /// Names of the columns, fit for eyes.
    pub(super) names: Vec<String>,
    /// Which columns are what.
    pub(super) roles: Roles,
    /// Whether the numbers of a column are amounts that may be added up, by column of numbers.
    pub(super) adds: Vec<bool>,
    /// Numbers, row by row, each row as the columns of numbers are.
    pub(super) numbers: Vec<Vec<Option<f64>>>,
    /// Times in milliseconds, row by row.
    pub(super) times: Vec<Option<i64>>,
    /// Labels, row by row, each row as the columns of labels are; the time as text comes first where there is one.
    pub(super) labels: Vec<Vec<String>>,
    /// Rows beyond those that are kept.
    pub(super) more: u64,
    style: ValueStyle,
}

impl Rows {
    /// No rows yet.
    pub(super) fn new(schema: &SchemaRef, style: ValueStyle) -> Self {
        let roles = Roles::of(schema);
        let adds = roles.numbers.iter().map(|index| {
            let field = schema.field(*index);
            is_amount(field.name(), spelled_out(field.data_type()))
        });
        Self {
            names: schema.fields().iter().map(|field| escape::terminal(field.name()).into_owned()).collect(),
            adds: adds.collect(),
            roles,
            numbers: Vec::new(),
            times: Vec::new(),
            labels: Vec::new(),
            more: 0,
            style,
        }
    }

    /// Keeps what a chart needs of a batch.
    pub(super) fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let kept = MOST_ROWS.saturating_sub(self.numbers.len()).min(batch.num_rows());
        self.more += (batch.num_rows() - kept) as u64;
        if self.roles.numbers.is_empty() || kept == 0 {
            return Ok(());
        }
        let batch = batch.slice(0, kept);
        let columns = value::plain(&batch)?;
        let numbers: Vec<ArrayRef> = self
            .roles
            .numbers
            .iter()
            .map(|index| cast(&columns[*index], &DataType::Float64))
            .collect::<std::result::Result<_, _>>()?;
        for row in 0..kept {
            let of = |array: &ArrayRef| array.is_valid(row).then(|| array.as_primitive::<Float64Type>().value(row));
            self.numbers.push(numbers.iter().map(of).collect());
        }
        match self.roles.time {
            Some(index) => self.times.extend(times(&columns[index])?),
            None => self.times.extend(std::iter::repeat_n(None, kept)),
        }
        let wanted: Vec<usize> = self.roles.time.iter().chain(&self.roles.labels).copied().collect();
        let labels = batch.project(&wanted)?;
        if wanted.is_empty() {
            self.labels.extend(std::iter::repeat_n(Vec::new(), kept));
        }
        value::each_row(&labels, self.style, |cells| {
            let label = |text: Option<&str>| {
                let text = text.unwrap_or("NULL");
                escape::terminal(&text[..text.floor_char_boundary(MOST_LABEL)]).into_owned()
            };
            if !wanted.is_empty() {
                self.labels.push(cells.iter().map(|cell| label(cell.get())).collect());
            }
            Ok(())
        })
    }

    /// Takes a column of text for the times where no column has times and this one has nothing else.
    pub(super) fn times_in_text(&self) -> Option<(usize, Vec<Option<i64>>)> {
        if self.roles.time.is_some() || self.numbers.is_empty() {
            return None;
        }
        (0..self.roles.labels.len()).find_map(|column| {
            let texts = || self.labels.iter().filter_map(move |labels| labels.get(column));
            let times: Vec<_> = texts().map(|text| moment(text)).collect();
            let is_told = |(text, time): (&String, &Option<i64>)| time.is_some() || text == "NULL";
            let all = texts().zip(&times).all(is_told) && times.iter().any(Option::is_some);
            all.then_some((column, times))
        })
    }
}

/// Whether numbers of this name and type are amounts, whose sum has a meaning and whose absence is zero.
fn is_amount(name: &str, data_type: &DataType) -> bool {
    let name = name.to_lowercase();
    let is_other = ["avg", "average", "mean", "min", "max", "pct", "percent", "median", "stddev", "distinct", "rate"]
        .iter()
        .any(|word| name.contains(word));
    let is_named = ["count", "sum", "total"].iter().any(|word| name.contains(word));
    !is_other && (is_named || data_type.is_integer())
}

/// Times as milliseconds, as far as a calendar has them.
fn times(column: &ArrayRef) -> Result<Vec<Option<i64>>> {
    let zone = match column.data_type() {
        DataType::Timestamp(_, zone) => zone.as_ref().map(Arc::clone),
        _ => None,
    };
    let column = cast(column, &DataType::Timestamp(TimeUnit::Millisecond, zone))?;
    let column = column.as_primitive::<TimestampMillisecondType>();
    Ok(column.iter().map(|time| time.and_then(in_calendar)).collect())
}

/// A time between the years 1 and 9999, so that arithmetic with it stays in bounds.
fn in_calendar(time: i64) -> Option<i64> {
    const FIRST: i64 = -62_135_596_800_000;
    const LAST: i64 = 253_402_300_799_999;
    (FIRST..=LAST).contains(&time).then_some(time)
}

/// The time that a text tells, if that is all it tells: RFC 3339, or the forms SQL and Insights write.
fn moment(text: &str) -> Option<i64> {
    let naive = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let of_naive = |format: &&str| NaiveDateTime::parse_from_str(text, format).ok();
    let of_day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let told = DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis());
    let told = told.or_else(|| Some(naive.iter().find_map(of_naive).or_else(of_day)?.and_utc().timestamp_millis()));
    told.and_then(in_calendar)
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn rows(batch: &RecordBatch) -> Rows {
        let mut rows = Rows::new(&batch.schema(), ValueStyle::Sql);
        rows.take(batch).expect("columns that can be read");
        rows
    }

    #[test]
    fn columns_have_roles_by_their_types() {
        let rows = rows(&sample::events());
        assert_eq!(rows.roles, Roles { time: Some(0), numbers: vec![3, 4], labels: vec![1, 2] });
        assert_eq!(rows.adds, [true, false]);
        assert_eq!(rows.numbers[1], [Some(-3.0), Some(2.0)]);
        assert_eq!(rows.times[2], None);
        assert_eq!(rows.labels[1][2], "NULL");
    }

    #[test]
    fn every_type_can_be_looked_at() {
        let rows = rows(&sample::every_type());
        assert_eq!((rows.numbers.len(), rows.times.len(), rows.labels.len()), (2, 2, 2));
    }

    #[test]
    fn a_column_of_text_may_tell_times() {
        let batch = |texts: &[&str]| {
            let numbers: ArrayRef = Arc::new(datafusion::arrow::array::Int64Array::from(vec![1; texts.len()]));
            let texts: ArrayRef = Arc::new(datafusion::arrow::array::StringArray::from(texts.to_vec()));
            RecordBatch::try_from_iter([("t", texts), ("n", numbers)]).expect("two columns")
        };
        let told = ["2023-07-10T11:42:36Z", "2023-07-10 11:42:36.000", "2023-07-10"];
        let expected = [1_688_989_356_000, 1_688_989_356_000, 1_688_947_200_000].map(Some);
        assert_eq!(rows(&batch(&told)).times_in_text(), Some((0, expected.to_vec())));
        assert_eq!(rows(&batch(&["2023-07-10", "2023"])).times_in_text(), None);
        assert_eq!(rows(&batch(&[])).times_in_text(), None);
    }

    #[test]
    fn amounts_are_told_from_other_numbers() {
        for name in ["count(*)", "n", "sum(bytes)", "_col1"] {
            assert!(is_amount(name, &DataType::Int64), "{name}");
        }
        for name in ["avg(bytes)", "max(n)", "count_distinct(arn)", "pct(n, 99)"] {
            assert!(!is_amount(name, &DataType::Int64), "{name}");
        }
        assert!(!is_amount("share", &DataType::Float64));
        assert!(is_amount("sum(bytes)", &DataType::Float64));
    }
}
