//! `histogram_json`: how many numbers fall into each of equal buckets.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::AggregateUDF;

use super::Function;
use super::aggregates::fold::{Fold, Folded};
use super::nested::wrong;
use super::number;

/// What SQL may call of this family.
pub(super) const HISTOGRAM: &[Function] = &[Function::our_aggregate(
    "histogram_json",
    "histogram_json(x, n)",
    "JSON of n buckets of equal width between the least and the greatest number, and how many fall into each.",
    &[("histogram_json(5, 4)", r#"{"[5, 5]":1}"#)],
    build,
)];

/// The most buckets.
const MOST: i64 = 1000;

/// `histogram_json(x, n)`, an aggregate; n is a constant.
#[must_use]
pub fn histogram_json() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(build);
    Arc::clone(&FUNCTION)
}

fn build() -> Arc<AggregateUDF> {
    Folded {
        name: "histogram_json",
        inputs: |types| match types {
            [number, buckets]
                if (number.is_numeric() || number.is_null()) && (buckets.is_integer() || buckets.is_null()) =>
            {
                Ok(vec![DataType::Float64, DataType::Int64])
            }
            _ => wrong("histogram_json", "x, n", types),
        },
        output: |_| Ok(DataType::Utf8),
        entries: |_| vec![DataType::Float64, DataType::Int64],
        start: |start| match start.constant("histogram_json", 1)? {
            ScalarValue::Int64(Some(buckets @ 1..=MOST)) => {
                Ok(Box::new(Numbers { buckets: usize::try_from(buckets).unwrap_or(1), counts: BTreeMap::new() }))
            }
            other => plan_err!("`histogram_json` takes a number of buckets from 1 to {MOST}, not {other}"),
        },
        is_set: false,
    }
    .function()
}

/// How often each number was seen. Where the buckets are is known at the end only.
#[derive(Debug)]
struct Numbers {
    buckets: usize,
    counts: BTreeMap<Ordered, i64>,
}

/// A finite number, in its order.
#[derive(Debug, Clone, Copy)]
struct Ordered(f64);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Numbers {
    fn add(&mut self, number: f64, count: i64) {
        if number.is_finite() {
            // Negative zero is zero.
            let known = self.counts.entry(Ordered(number + 0.0)).or_default();
            *known = known.saturating_add(count);
        }
    }

    fn json(&self) -> Option<String> {
        let least = self.counts.first_key_value()?.0.0;
        let greatest = self.counts.last_key_value()?.0.0;
        let edges = edges(least, greatest, self.buckets);
        let mut counts = vec![0_i64; edges.len().saturating_sub(1).max(1)];
        let last = counts.len() - 1;
        for (number, count) in &self.counts {
            let bucket = edges.partition_point(|edge| *edge <= number.0).saturating_sub(1).min(last);
            counts[bucket] = counts[bucket].saturating_add(*count);
        }
        let names = names(&edges);
        let buckets: Vec<_> = counts
            .iter()
            .enumerate()
            .map(|(at, count)| {
                let (from, to) = (&names[at.min(names.len() - 1)], &names[(at + 1).min(names.len() - 1)]);
                let end = if at == last { ']' } else { ')' };
                format!("\"[{from}, {to}{end}\":{count}")
            })
            .collect();
        Some(format!("{{{}}}", buckets.join(",")))
    }
}

/// Where the buckets begin, and the last one ends; the same number once. All values equal, it is that value alone.
#[expect(clippy::cast_precision_loss, reason = "there are few buckets")]
fn edges(least: f64, greatest: f64, buckets: usize) -> Vec<f64> {
    let share = |at: usize| at as f64 / buckets as f64;
    // The difference of the two may be infinite.
    let edge = |at: usize| match (greatest - least).is_finite() {
        true => least + (greatest - least) * share(at),
        false => least * (1.0 - share(at)) + greatest * share(at),
    };
    let mut edges: Vec<f64> = (0..buckets).map(edge).chain([greatest]).collect();
    edges.dedup();
    edges
}

/// The edges as text. Those between the least and the greatest number are rounded to twelve digits, unless that makes
/// equal what is not.
fn names(edges: &[f64]) -> Vec<String> {
    let exact: Vec<String> = edges.iter().map(|edge| number::format(*edge)).collect();
    let last = exact.len().saturating_sub(1);
    let round = |(at, exact): (usize, &String)| match format!("{:.11e}", edges[at]).parse() {
        Ok(rounded) if at > 0 && at < last => number::format(rounded),
        _ => exact.clone(),
    };
    let rounded: Vec<String> = exact.iter().enumerate().map(round).collect();
    if rounded.windows(2).all(|pair| pair[0] != pair[1]) { rounded } else { exact }
}

impl Fold for Numbers {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        arguments[0].as_primitive::<Float64Type>().iter().flatten().for_each(|number| self.add(number, 1));
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        let (numbers, counts) = (entries[0].as_primitive::<Float64Type>(), entries[1].as_primitive::<Int64Type>());
        numbers.iter().flatten().zip(counts.iter().flatten()).for_each(|(number, count)| self.add(number, count));
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let numbers: Float64Array = self.counts.keys().map(|number| Some(number.0)).collect();
        let counts: Int64Array = self.counts.values().map(|count| Some(*count)).collect();
        Ok(vec![Arc::new(numbers), Arc::new(counts)])
    }

    fn result(&self) -> Result<ScalarValue> {
        Ok(ScalarValue::Utf8(self.json()))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.counts.len() * 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[f64], buckets: usize, expected: Option<&str>) {
        let mut all = Numbers { buckets, counts: BTreeMap::new() };
        numbers.iter().for_each(|number| all.add(*number, 1));
        assert_eq!(all.json().as_deref(), expected, "{numbers:?}");
    }

    #[test]
    fn buckets_are_of_equal_width_and_the_last_one_is_closed() {
        check(&[1.0, 2.0, 4.0, 10.0], 4, Some(r#"{"[1, 3.25)":2,"[3.25, 5.5)":1,"[5.5, 7.75)":0,"[7.75, 10]":1}"#));
        check(&[0.0, 0.1, 0.3], 3, Some(r#"{"[0, 0.1)":1,"[0.1, 0.2)":1,"[0.2, 0.3]":1}"#));
        check(&[-1.0, 1.0, 3.0], 1, Some(r#"{"[-1, 3]":3}"#));
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        check(&[], 4, None);
        check(&[f64::NAN, f64::INFINITY], 4, None);
        check(&[5.0, 5.0], 4, Some(r#"{"[5, 5]":2}"#));
        check(&[-0.0, 0.0], 4, Some(r#"{"[0, 0]":2}"#));
        check(
            &[f64::MIN, f64::MAX],
            1,
            Some(&format!(r#"{{"[{}, {}]":2}}"#, number::format(f64::MIN), number::format(f64::MAX))),
        );
        let close = f64::from_bits(1.0_f64.to_bits() + 1);
        check(&[1.0, close], 1000, Some(r#"{"[1, 1.0000000000000002]":2}"#));
    }
}
