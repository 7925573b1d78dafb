//! What is held of a field's values, and what it comes to.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, Int64Builder, StringArray, StringBuilder, StructArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::{Result, ScalarValue};

use super::numbers::Numbers;
use super::rows::Rows;
use crate::functions::aggregates::fold::Fold;
use crate::functions::json::write::quote;
use crate::functions::number;

/// Values that are told as contributors.
const MOST: usize = 5;

/// When more values were seen in one or two rows only, they are one value.
const FEW: i64 = 20;

/// The fields of the result.
pub(super) fn fields() -> Fields {
    Fields::from(vec![
        Field::new("score", DataType::Float64, true),
        Field::new("contributors", DataType::Utf8, true),
        Field::new("conditional_median", DataType::Utf8, true),
        Field::new("baseline_median", DataType::Utf8, true),
    ])
}

/// What was seen of one field. It does not hold the values: only how many of them had which counts, those that
/// contribute most, and the numbers.
#[derive(Debug)]
pub(super) struct Evidence {
    totals: Rows,
    /// How many values were in so many rows.
    values: BTreeMap<Rows, i64>,
    /// The values that contribute most, of those seldom seen and of the others.
    top: Vec<(String, Rows)>,
    /// The values as numbers, unless one of them is none.
    numbers: Option<Numbers>,
}

impl Default for Evidence {
    fn default() -> Self {
        let numbers = Some(Numbers::default());
        Self { totals: Rows::default(), values: BTreeMap::new(), top: Vec::new(), numbers }
    }
}

/// What an entry of the state is about.
mod entry {
    pub(super) const TOTALS: i64 = 0;
    pub(super) const COUNTS: i64 = 1;
    pub(super) const TOP: i64 = 2;
    pub(super) const NUMBER: i64 = 3;
    pub(super) const NO_NUMBERS: i64 = 4;
}

impl Evidence {
    fn order(&self, a: &(String, Rows), b: &(String, Rows)) -> Ordering {
        let (x, y) = (a.1.contribution(self.totals), b.1.contribution(self.totals));
        y.total_cmp(&x).then_with(|| a.0.cmp(&b.0))
    }

    /// Leaves the values that contribute most.
    fn prune(&mut self) {
        let mut top = std::mem::take(&mut self.top);
        top.sort_by(|a, b| self.order(a, b));
        let (mut single, mut repeated) = (0, 0);
        top.retain(|(_, rows)| {
            let seen = if rows.is_seldom() { &mut single } else { &mut repeated };
            *seen += 1;
            *seen <= MOST
        });
        self.top = top;
    }

    fn push_top(&mut self, value: &str, rows: Rows) {
        self.top.push((value.to_owned(), rows));
        if self.top.len() >= 16 * MOST {
            self.prune();
        }
    }

    /// Score, to four decimals, and contributors; none without rows on both sides.
    fn outcome(&self) -> Option<(f64, String)> {
        let mut sum = Rows::default();
        let (mut single, mut singles) = (Rows::default(), 0_i64);
        for (rows, values) in &self.values {
            let all =
                Rows { matching: rows.matching.saturating_mul(*values), other: rows.other.saturating_mul(*values) };
            sum.add(all);
            if rows.is_seldom() {
                single.add(all);
                singles = singles.saturating_add(*values);
            }
        }
        let totals = Rows { matching: self.totals.matching.max(sum.matching), other: self.totals.other.max(sum.other) };
        if totals.matching <= 0 || totals.other <= 0 {
            return None;
        }
        let missing = Rows { matching: totals.matching - sum.matching, other: totals.other - sum.other };
        let pools = singles > FEW;
        let mut score = missing.contribution(totals);
        for (rows, values) in self.values.iter().filter(|(rows, _)| !(pools && rows.is_seldom())) {
            #[expect(clippy::cast_precision_loss, reason = "a score is not exact")]
            let times = *values as f64;
            score += times * rows.contribution(totals);
        }
        if pools {
            score += single.contribution(totals);
        }
        let mut top: Vec<(Option<&str>, Rows)> = self
            .top
            .iter()
            .filter(|(_, rows)| !(pools && rows.is_seldom()))
            .map(|(value, rows)| (Some(value.as_str()), *rows))
            .chain([(None, missing)])
            .filter(|(_, rows)| rows.contribution(totals) > 0.0)
            .collect();
        top.sort_by(|a, b| b.1.contribution(totals).total_cmp(&a.1.contribution(totals)).then_with(|| a.0.cmp(&b.0)));
        let contributors: Vec<_> = top
            .iter()
            .take(MOST)
            .map(|(value, rows)| {
                let (matching, other) = rows.shares(totals);
                let share = |share: f64| number::format((share * 10_000.0).round() / 10_000.0);
                let mut json = "{\"value\":".to_owned();
                match value {
                    Some(value) => quote(value, &mut json),
                    None => json.push_str("null"),
                }
                json + &format!(",\"matching\":{},\"other\":{}}}", share(matching), share(other))
            })
            .collect();
        Some(((score.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0, format!("[{}]", contributors.join(","))))
    }
}

impl Fold for Evidence {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let values = arguments[0].as_string::<i32>();
        let column = |at: usize| arguments[at].as_primitive::<Int64Type>();
        let (matching, other, total_matching, total_other) = (column(1), column(2), column(3), column(4));
        let count = |column: &Int64Array, row: usize| if column.is_valid(row) { column.value(row).max(0) } else { 0 };
        for (row, value) in values.iter().enumerate() {
            self.totals.matching = self.totals.matching.max(count(total_matching, row));
            self.totals.other = self.totals.other.max(count(total_other, row));
            let rows = Rows { matching: count(matching, row), other: count(other, row) };
            // Rows without a value are those that are left.
            let Some(value) = value.filter(|_| rows != Rows::default()) else { continue };
            *self.values.entry(rows).or_default() += 1;
            self.push_top(value, rows);
            match (number::parse(value), &mut self.numbers) {
                (Some(number), Some(numbers)) => numbers.add(number, rows),
                _ => self.numbers = None,
            }
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        let kinds = entries[0].as_primitive::<Int64Type>();
        let texts = entries[1].as_string::<i32>();
        let column = |at: usize| entries[at].as_primitive::<Int64Type>();
        let (matching, other, times) = (column(2), column(3), column(4));
        // What is pruned depends on the totals.
        for pass in [true, false] {
            for (row, kind) in kinds.iter().enumerate() {
                let rows = Rows { matching: matching.value(row), other: other.value(row) };
                let text = if texts.is_valid(row) { texts.value(row) } else { "" };
                match (kind.unwrap_or(-1), pass) {
                    (entry::TOTALS, true) => {
                        self.totals.matching = self.totals.matching.max(rows.matching);
                        self.totals.other = self.totals.other.max(rows.other);
                    }
                    (entry::COUNTS, false) => {
                        let known = self.values.entry(rows).or_default();
                        *known = known.saturating_add(times.value(row));
                    }
                    (entry::TOP, false) => self.push_top(text, rows),
                    (entry::NUMBER, false) => {
                        if let Some((number, numbers)) = number::parse(text).zip(self.numbers.as_mut()) {
                            numbers.add(number, rows);
                        }
                    }
                    (entry::NO_NUMBERS, false) => self.numbers = None,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let (mut kinds, mut texts) = (Int64Builder::new(), StringBuilder::new());
        let (mut matching, mut other, mut times) = (Int64Builder::new(), Int64Builder::new(), Int64Builder::new());
        let mut push = |kind: i64, text: Option<&str>, rows: Rows, count: i64| {
            kinds.append_value(kind);
            texts.append_option(text);
            matching.append_value(rows.matching);
            other.append_value(rows.other);
            times.append_value(count);
        };
        push(entry::TOTALS, None, self.totals, 0);
        self.values.iter().for_each(|(rows, values)| push(entry::COUNTS, None, *rows, *values));
        self.top.iter().for_each(|(value, rows)| push(entry::TOP, Some(value), *rows, 0));
        match &self.numbers {
            None => push(entry::NO_NUMBERS, None, Rows::default(), 0),
            Some(numbers) => {
                for (number, rows) in numbers.all() {
                    push(entry::NUMBER, Some(&number::format(number)), rows, 0);
                }
            }
        }
        Ok(vec![
            Arc::new(kinds.finish()),
            Arc::new(texts.finish()),
            Arc::new(matching.finish()),
            Arc::new(other.finish()),
            Arc::new(times.finish()),
        ])
    }

    fn result(&self) -> Result<ScalarValue> {
        let outcome = self.outcome();
        let score = outcome.as_ref().map(|(score, _)| *score);
        let median = |side| self.numbers.as_ref().and_then(|numbers| numbers.median(side)).map(number::format);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Float64Array::from(vec![score])),
            Arc::new(StringArray::from(vec![outcome.map(|(_, contributors)| contributors)])),
            Arc::new(StringArray::from(vec![median(|rows| rows.matching)])),
            Arc::new(StringArray::from(vec![median(|rows| rows.other)])),
        ];
        Ok(ScalarValue::Struct(Arc::new(StructArray::try_new(fields(), columns, None)?)))
    }

    fn size(&self) -> usize {
        let top: usize = self.top.iter().map(|(value, _)| value.capacity() + 48).sum();
        size_of::<Self>() + self.values.len() * 48 + top + self.numbers.as_ref().map_or(0, Numbers::size)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row<'a> = (&'a str, i64, i64);

    fn evidence(rows: &[Row<'_>], totals: (i64, i64)) -> Evidence {
        let column = |value: fn(&Row<'_>) -> i64| -> ArrayRef {
            Arc::new(rows.iter().map(|row| Some(value(row))).collect::<Int64Array>())
        };
        let values: StringArray = rows.iter().map(|row| Some(row.0)).collect();
        let all = |total: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![total; rows.len()])) };
        let arguments: Vec<ArrayRef> =
            vec![Arc::new(values), column(|row| row.1), column(|row| row.2), all(totals.0), all(totals.1)];
        let mut evidence = Evidence::default();
        evidence.take(&arguments).expect("rows");
        evidence
    }

    fn check(rows: &[Row<'_>], totals: (i64, i64), score: Option<f64>, contributors: &str) {
        let found = evidence(rows, totals).outcome();
        let expected = score.map(|score| (score, contributors.to_owned()));
        assert_eq!(found, expected, "{rows:?}");
    }

    #[test]
    fn equal_distributions_score_nothing_and_disjoint_ones_all() {
        check(&[("a", 1, 10), ("b", 3, 30)], (4, 40), Some(0.0), "[]");
        check(
            &[("a", 4, 0), ("b", 0, 4)],
            (4, 4),
            Some(1.0),
            r#"[{"value":"a","matching":1,"other":0},{"value":"b","matching":0,"other":1}]"#,
        );
        check(&[("a", 4, 0)], (4, 0), None, "");
    }

    #[test]
    fn rows_without_the_field_have_a_value_of_their_own() {
        // p = (1, 0), q = (1/2, 1/2): the mean is (3/4, 1/4).
        // (log2(4/3) + ½·log2(2/3)) / 2 + (½·log2(2)) / 2 = 0.0613 + 0.25
        check(
            &[("a", 2, 2)],
            (2, 4),
            Some(0.3113),
            r#"[{"value":null,"matching":0,"other":0.5},{"value":"a","matching":1,"other":0.5}]"#,
        );
    }

    #[test]
    fn ids_tell_nothing() {
        let ids: Vec<String> = (0..60).map(|id| format!("id{id}")).collect();
        let rows: Vec<Row<'_>> =
            ids.iter().enumerate().map(|(at, id)| (id.as_str(), i64::from(at < 20), i64::from(at >= 20))).collect();
        check(&rows, (20, 40), Some(0.0), "[]");
    }

    #[test]
    fn one_word_among_numbers_and_there_is_no_median() {
        assert!(evidence(&[("1", 1, 0), ("3", 1, 2)], (2, 2)).numbers.is_some());
        assert!(evidence(&[("1", 1, 0), ("x", 1, 2)], (2, 2)).numbers.is_none());
    }

    proptest! {
        #[test]
        fn neither_order_nor_partition_matters(
            counts in proptest::collection::vec((0..4_i64, 0..4_i64), 1..60),
            cut in 0..60_usize
        ) {
            let names: Vec<String> = (0..counts.len()).map(|at| (at * 7).to_string()).collect();
            let rows: Vec<Row<'_>> = names.iter().zip(&counts).map(|(name, (m, o))| (name.as_str(), *m, *o)).collect();
            let totals = (counts.iter().map(|row| row.0).sum::<i64>() + 1, counts.iter().map(|row| row.1).sum::<i64>() + 2);
            let cut = cut.min(rows.len());
            let mut parts = Evidence::default();
            for part in [&rows[cut..], &rows[..cut]] {
                parts.merge(&evidence(part, totals).entries().expect("entries")).expect("merged");
            }
            prop_assert_eq!(parts.result().expect("a value"), evidence(&rows, totals).result().expect("a value"));
        }
    }
}
