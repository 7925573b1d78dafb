//! Numbers over time: one series for each label, or for each column of numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::summary::human_count;
use super::Undrawn;
use super::rows::Rows;
use super::scale::counted;
use super::time_axis::{self, Stretch};

/// Series that are drawn at most; of amounts, the others are added up.
const MOST_SERIES: usize = 8;
/// Series that are told apart while rows are read; what is beyond belongs to the others.
const MOST_KNOWN: usize = 10_000;
/// Places on the axis of times that are filled where rows are missing.
const MOST_PLACES: usize = 10_000;
/// Stretches that amounts at odd times are added up in.
const MOST_ADDED: i64 = 73;

/// See the file.
#[derive(Debug)]
pub(super) struct Series {
    /// What the numbers are, and of what.
    pub(super) title: String,
    /// Sorted times in milliseconds, at least one.
    pub(super) times: Vec<i64>,
    /// How far apart the times are, where they lie on a grid.
    pub(super) stretch: Option<Stretch>,
    /// The series, those with the largest totals first.
    pub(super) lines: Vec<Line>,
    /// Whether the numbers are amounts.
    pub(super) adds: bool,
    /// What is not drawn, in words.
    pub(super) remarks: Vec<String>,
}

/// One series.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    /// A number for each time; none where nothing is known.
    pub(super) values: Vec<Option<f64>>,
}

#[derive(Default)]
struct Gathered {
    points: BTreeMap<i64, f64>,
    total: f64,
    adds: bool,
}

impl Series {
    /// The series of these rows.
    pub(super) fn of(rows: &Rows) -> Result<Self, Undrawn> {
        let numbers = &rows.roles.numbers;
        if numbers.is_empty() {
            return Err(Undrawn::NoNumbers);
        }
        let in_text = rows.times_in_text();
        if rows.roles.time.is_none() && in_text.is_none() {
            return Err(if rows.numbers.is_empty() { Undrawn::NoRows } else { Undrawn::NoTimes });
        }
        if rows.more > 0 {
            return Err(Undrawn::TooMany);
        }
        // The label that is the time tells no series apart.
        let skipped = if rows.roles.time.is_some() { 0 } else { in_text.as_ref().map_or(0, |(column, _)| *column) };
        let times = in_text.as_ref().map_or(&rows.times, |(_, times)| times);
        let label_columns: Vec<usize> = rows
            .roles
            .time
            .iter()
            .chain(&rows.roles.labels)
            .enumerate()
            .filter(|(place, _)| *place != skipped)
            .map(|(_, column)| *column)
            .collect();
        let (mut known, mut gathered): (HashMap<String, usize>, Vec<(String, Gathered)>) = Default::default();
        let (mut timeless, mut beyond) = (0_u64, BTreeSet::new());
        for ((time, values), labels) in times.iter().zip(&rows.numbers).zip(&rows.labels) {
            let Some(time) = time else {
                timeless += 1;
                continue;
            };
            let labels = labels.iter().enumerate().filter(|(place, _)| *place != skipped);
            let label = labels.map(|(_, label)| label.as_str()).collect::<Vec<_>>().join(" · ");
            for (number, value) in values.iter().enumerate() {
                let column = &rows.names[numbers[number]];
                let name = match (label_columns.is_empty(), values.len()) {
                    (true, _) => column.clone(),
                    (false, 1) => label.clone(),
                    (false, _) => format!("{label} · {column}"),
                };
                let place = match known.get(&name) {
                    Some(place) => *place,
                    None if known.len() >= MOST_KNOWN => {
                        beyond.insert(name);
                        continue;
                    }
                    None => {
                        known.insert(name.clone(), gathered.len());
                        gathered.push((name, Gathered { adds: rows.adds[number], ..Gathered::default() }));
                        gathered.len() - 1
                    }
                };
                let Some(value) = value.filter(|value| value.is_finite()) else { continue };
                let one = &mut gathered[place].1;
                *one.points.entry(*time).or_default() += value;
                one.total += value.abs();
            }
        }
        gathered.retain(|(_, one)| !one.points.is_empty());
        let mut times = times_of(&gathered);
        if times.is_empty() {
            return Err(Undrawn::NoRows);
        }
        let mut remarks = Vec::new();
        if timeless > 0 {
            let rows = if timeless == 1 { "row" } else { "rows" };
            let are = if timeless == 1 { "is" } else { "are" };
            remarks.push(format!("{} {rows} without a time {are} not drawn", human_count(timeless)));
        }
        let adds = rows.adds.iter().all(|adds| *adds);
        let hidden = beyond.len() as u64 + chosen(&mut gathered, adds && beyond.is_empty());
        if hidden > 0 {
            remarks.push(counted(hidden, "more series", "not drawn"));
        }
        // Amounts at odd times are added up: a line between two of them would say that there are some between, too.
        let mut grid = time_axis::grid(&times, MOST_PLACES);
        if adds && times.len() > 1 && grid.is_none() {
            let stretch = time_axis::stretch(times[0], times[times.len() - 1], MOST_ADDED);
            for (_, one) in &mut gathered {
                for (time, value) in std::mem::take(&mut one.points) {
                    *one.points.entry(time_axis::beginning(time, stretch)).or_default() += value;
                }
            }
            times = times_of(&gathered);
            let ends = times.first().zip(times.last());
            grid = ends.map(|(first, last)| (stretch, time_axis::beginnings(*first, *last, stretch)));
        }
        let (stretch, times) = match grid {
            Some((stretch, times)) => (Some(stretch), times),
            None => (None, times),
        };
        let line = |(name, one): (String, Gathered)| {
            let absent = (one.adds && stretch.is_some()).then_some(0.0);
            Line { name, values: times.iter().map(|time| one.points.get(time).copied().or(absent)).collect() }
        };
        let lines: Vec<Line> = gathered.into_iter().map(line).collect();
        let columns: Vec<_> = numbers.iter().map(|column| rows.names[*column].as_str()).collect();
        let labels: Vec<_> = label_columns.iter().map(|column| rows.names[*column].as_str()).collect();
        let title = match labels.as_slice() {
            [] => columns.join(", "),
            labels => format!("{} by {}", columns.join(", "), labels.join(", ")),
        };
        Ok(Self { title, times, stretch, lines, adds, remarks })
    }

    /// When, and how densely: `10 Jul 2023 11:00 – 14:00 UTC, per hour`.
    pub(super) fn caption(&self) -> String {
        let range = match (self.times.first(), self.times.last()) {
            (Some(first), Some(last)) => time_axis::range(*first, *last),
            _ => String::new(),
        };
        let density = self.stretch.filter(|_| self.adds).map(|stretch| format!(", per {}", time_axis::words(stretch)));
        let density = density.unwrap_or_default();
        let remarks: String = self.remarks.iter().map(|remark| format!("; {remark}")).collect();
        format!("{range}{density}{remarks}")
    }

    /// Every number.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.lines.iter().flat_map(|line| &line.values).flatten().copied()
    }

    /// Whether it is drawn as columns: one series of amounts on a grid.
    pub(super) fn stands_in_columns(&self) -> bool {
        self.lines.len() == 1
            && (self.stretch.is_some() || self.times.len() == 1)
            && self.numbers().all(|number| number >= 0.0)
            && self.adds
    }
}

/// The times of all series, sorted.
fn times_of(gathered: &[(String, Gathered)]) -> Vec<i64> {
    let times: BTreeSet<i64> = gathered.iter().flat_map(|(_, one)| one.points.keys().copied()).collect();
    times.into_iter().collect()
}

/// Keeps the series with the largest totals. The others become one more where they may be added up; how many of them
/// are left out otherwise.
fn chosen(gathered: &mut Vec<(String, Gathered)>, adds: bool) -> u64 {
    gathered.sort_by(|(_, one), (_, other)| other.total.total_cmp(&one.total));
    if gathered.len() <= MOST_SERIES {
        return 0;
    }
    let others = gathered.split_off(MOST_SERIES);
    if !adds {
        return others.len() as u64;
    }
    let mut rest = Gathered { adds: true, ..Gathered::default() };
    for (time, value) in others.iter().flat_map(|(_, one)| &one.points) {
        *rest.points.entry(*time).or_default() += value;
    }
    gathered.push((format!("{} others", others.len()), rest));
    0
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray, TimestampMillisecondArray};
    use datafusion::arrow::record_batch::RecordBatch;

    use super::super::super::ValueStyle;
    use super::super::time_axis::HOUR;
    use super::*;

    /// 2023-07-10T00:00:00Z
    pub(in super::super) const MIDNIGHT: i64 = 1_688_947_200_000;

    /// Rows of a time, a label where there is one, and a count.
    pub(in super::super) fn counts(rows: &[(i64, Option<&str>, i64)]) -> Rows {
        let times = TimestampMillisecondArray::from_iter_values(rows.iter().map(|row| row.0)).with_timezone("UTC");
        let numbers = Int64Array::from_iter_values(rows.iter().map(|row| row.2));
        let mut columns: Vec<(&str, ArrayRef)> = vec![("bin(1h)", Arc::new(times))];
        if rows.iter().any(|row| row.1.is_some()) {
            columns.push(("region", Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>())));
        }
        columns.push(("count(*)", Arc::new(numbers)));
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        of(&RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length"))
    }

    pub(in super::super) fn of(batch: &RecordBatch) -> Rows {
        let mut rows = Rows::new(&batch.schema(), ValueStyle::Sql);
        rows.take(batch).expect("columns that can be read");
        rows
    }

    fn values(series: &Series) -> Vec<(&str, Vec<f64>)> {
        let of = |line: &Line| line.values.iter().map(|value| value.unwrap_or(f64::NEG_INFINITY)).collect();
        series.lines.iter().map(|line| (line.name.as_str(), of(line))).collect()
    }

    #[test]
    fn hours_without_events_are_zero() {
        let rows = counts(&[(MIDNIGHT + 4 * HOUR, None, 3), (MIDNIGHT, None, 5), (MIDNIGHT + HOUR, None, 2)]);
        let series = Series::of(&rows).expect("a time and a number");
        assert_eq!(values(&series), [("count(*)", vec![5.0, 2.0, 0.0, 0.0, 3.0])]);
        assert_eq!(series.caption(), "10 Jul 2023 00:00 – 04:00 UTC, per hour");
        assert!(series.stands_in_columns());
    }

    #[test]
    fn an_average_that_is_missing_is_not_zero() {
        let times: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![0, HOUR, 3 * HOUR]));
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.5), Some(f64::NAN), Some(2.5)]));
        let batch = RecordBatch::try_from_iter_with_nullable([("t", times, true), ("avg(n)", numbers, true)]);
        let rows = of(&batch.expect("two columns"));
        let series = Series::of(&rows).expect("a time and a number");
        assert_eq!(values(&series), [("avg(n)", vec![1.5, 2.5])]);
        let rows = counts(&[]);
        assert_eq!(Series::of(&rows).expect_err("no rows"), Undrawn::NoRows);
    }

    #[test]
    fn amounts_at_odd_times_are_added_up() {
        let second = 1_000;
        let rows =
            [(MIDNIGHT + 7 * second, None, 1), (MIDNIGHT + 9 * second, None, 2), (MIDNIGHT + 60 * HOUR + 1, None, 5)];
        let series = Series::of(&counts(&rows)).expect("a time and a number");
        assert_eq!(series.caption(), "10 Jul 2023 00:00 – 12 Jul 2023 12:00 UTC, per hour");
        let values = &series.lines[0].values;
        assert_eq!((values.len(), values[0], values[1], values[60]), (61, Some(3.0), Some(0.0), Some(5.0)));
    }

    #[test]
    fn labels_are_series_and_the_small_ones_are_added_up() {
        let names: Vec<String> = (0..11).map(|number| format!("region-{number}")).collect();
        let mut rows: Vec<_> = names.iter().zip(1..).map(|(name, count)| (0, Some(name.as_str()), count)).collect();
        rows.push((HOUR, Some("region-0"), 1));
        let rows = counts(&rows);
        let series = Series::of(&rows).expect("a time and a number");
        assert_eq!(series.title, "count(*) by region");
        let values = values(&series);
        assert_eq!(values.len(), 9);
        assert_eq!(values[0], ("region-10", vec![11.0, 0.0]));
        // Those with 1, 2 and 3.
        assert_eq!(values[8], ("3 others", vec![6.0, 1.0]));
    }

    #[test]
    fn rows_without_a_time_are_counted() {
        let times: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![Some(0), None, Some(i64::MAX)]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let batch = RecordBatch::try_from_iter_with_nullable([("t", times, true), ("n", numbers, true)]);
        let rows = of(&batch.expect("two columns"));
        let series = Series::of(&rows).expect("one row with a time");
        assert_eq!(series.remarks, ["2 rows without a time are not drawn"]);
    }

    #[test]
    fn what_cannot_be_drawn_says_why() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let check = |columns: Vec<(&str, &ArrayRef)>, expected| {
            let columns = columns.into_iter().map(|(name, array)| (name, Arc::clone(array)));
            let rows = of(&RecordBatch::try_from_iter(columns).expect("columns of one length"));
            assert_eq!(Series::of(&rows).expect_err("nothing to draw"), expected);
        };
        check(vec![("a", &texts)], Undrawn::NoNumbers);
        check(vec![("a", &texts), ("n", &numbers)], Undrawn::NoTimes);
    }
}
