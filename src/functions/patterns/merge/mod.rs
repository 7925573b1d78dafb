//! `merged_patterns`: patterns that say the same with different words become one.
//!
//! All patterns are held until the end, and then taken in the order of their counts, greatest first, equal ones by
//! their text. A stream such as Drain's would give other patterns in another order of rows; here they depend on
//! nothing but what the rows are. What is compared is up to [`words`] and [`documents`].
//!
//! Source of the idea: He, Zhu, Zheng and Lyu, "Drain: an online log parsing approach with fixed depth tree", 2017.

mod documents;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::AggregateUDF;

use super::tally::{self, Tally};
use crate::functions::aggregates::fold::{Fold, Folded};
use crate::functions::nested::{Lists, is_text, item_field, list_of, wrong};

/// The aggregate.
pub(super) fn merged_patterns() -> Arc<AggregateUDF> {
    Folded {
        name: "merged_patterns",
        inputs: |types| match types {
            [pattern, tally] if is_text(pattern) && is_tally(tally) => {
                Ok(vec![DataType::Utf8, list_of(DataType::Struct(tally::fields()))])
            }
            _ => wrong("merged_patterns", "pattern, tally", types),
        },
        output: |_| Ok(list_of(DataType::Struct(fields()))),
        entries: |_| vec![DataType::Utf8, DataType::Int64, DataType::Int64],
        start: |_| Ok(Box::new(Merge::default())),
        is_set: false,
    }
    .function()
}

/// Whether values of the type are lists of labels and counts.
pub(super) fn is_tally(data_type: &DataType) -> bool {
    item_field(data_type).is_some_and(|item| match item.data_type() {
        DataType::Struct(fields) => {
            fields.len() == 2
                && fields.iter().all(|field| field.data_type().is_integer() || field.data_type().is_null())
        }
        other => other.is_null(),
    })
}

fn fields() -> Fields {
    let mut fields = vec![Arc::new(Field::new("pattern", DataType::Utf8, true))];
    fields.extend(tally::fields().iter().cloned());
    Fields::from(fields)
}

/// A pattern, and how often it was seen in all.
#[derive(Debug, Clone, Copy)]
struct Counted<'a> {
    pattern: &'a str,
    count: i64,
}

/// The patterns seen, with their counts.
#[derive(Debug, Default)]
struct Merge {
    patterns: HashMap<String, Tally>,
    /// Bytes of their texts.
    bytes: usize,
    /// Counts held.
    counts: usize,
}

impl Merge {
    fn add(&mut self, pattern: &str, counts: impl Iterator<Item = (Option<i64>, i64)>) {
        let tally = match self.patterns.get_mut(pattern) {
            Some(tally) => tally,
            None => {
                self.bytes += pattern.len();
                self.patterns.entry(pattern.to_owned()).or_default()
            }
        };
        let before = tally.len();
        counts.for_each(|(label, count)| tally::add(tally, label.into(), count));
        self.counts += tally.len() - before;
    }

    /// The patterns that remain, with the sums of their counts: most frequent first, then by text.
    fn merged(&self) -> Vec<(String, Tally)> {
        let total = |tally: &Tally| tally.values().fold(0_i64, |sum, count| sum.saturating_add(*count));
        let mut all: Vec<_> = self
            .patterns
            .iter()
            .map(|(pattern, tally)| Counted { pattern: pattern.as_str(), count: total(tally) })
            .collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.pattern.cmp(b.pattern)));
        let mut groups = documents::Groups::default();
        let mut texts = Vec::new();
        for counted in all {
            if !groups.take(counted.pattern) {
                texts.push(counted.pattern);
            }
        }
        let mut merged: BTreeMap<String, Tally> = BTreeMap::new();
        for (pattern, members) in groups.finish().into_iter().chain(words::cluster(&texts)) {
            let sum = merged.entry(pattern).or_default();
            for tally in members.iter().filter_map(|member| self.patterns.get(*member)) {
                tally.iter().for_each(|(label, count)| tally::add(sum, *label, *count));
            }
        }
        let mut merged: Vec<_> = merged.into_iter().collect();
        merged.sort_by_key(|(_, tally)| std::cmp::Reverse(total(tally)));
        merged
    }
}

impl Fold for Merge {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let patterns = arguments[0].as_string::<i32>();
        let tallies = Lists::new(&arguments[1])?;
        let Some((labels, counts)) = tallies.values.as_struct_opt().and_then(tally::columns) else {
            return exec_err!("`merged_patterns` takes counts by label, not {}", arguments[1].data_type());
        };
        for (row, pattern) in patterns.iter().enumerate() {
            if let Some((pattern, range)) = pattern.zip(tallies.range(row)) {
                let label = |at: usize| labels.is_valid(at).then(|| labels.value(at));
                let count = |at: usize| if counts.is_valid(at) { counts.value(at) } else { 0 };
                self.add(pattern, range.map(|at| (label(at), count(at))));
            }
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        let (patterns, labels, counts) = (
            entries[0].as_string::<i32>(),
            entries[1].as_primitive::<Int64Type>(),
            entries[2].as_primitive::<Int64Type>(),
        );
        for ((pattern, label), count) in patterns.iter().zip(labels).zip(counts) {
            self.add(pattern.unwrap_or_default(), std::iter::once((label, count.unwrap_or(0))));
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        Ok(columns(self.patterns.iter().map(|(pattern, tally)| (pattern.as_str(), tally))))
    }

    fn result(&self) -> Result<ScalarValue> {
        let merged = self.merged();
        let columns = columns(merged.iter().map(|(pattern, tally)| (pattern.as_str(), tally)));
        let structs = StructArray::try_new(fields(), columns, None)?;
        Ok(SingleRowListArrayBuilder::new(Arc::new(structs)).build_list_scalar())
    }

    fn size(&self) -> usize {
        let entry = size_of::<(String, Tally)>();
        size_of::<Self>() + self.bytes + self.patterns.capacity() * entry + self.counts * 32
    }
}

/// Patterns, labels and counts, one row for each label.
fn columns<'a>(patterns: impl Iterator<Item = (&'a str, &'a Tally)> + Clone) -> Vec<ArrayRef> {
    let rows =
        patterns.flat_map(|(pattern, tally)| tally.iter().map(move |(label, count)| (pattern, label.value(), *count)));
    let texts: StringArray = rows.clone().map(|(pattern, ..)| Some(pattern)).collect();
    let labels: Int64Array = rows.clone().map(|(_, label, _)| label).collect();
    let counts: Int64Array = rows.map(|(.., count)| Some(count)).collect();
    vec![Arc::new(texts), Arc::new(labels), Arc::new(counts)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merged(parts: &[&[(&str, i64)]]) -> Vec<(String, i64)> {
        let mut all = Merge::default();
        for part in parts {
            let mut merge = Merge::default();
            part.iter().for_each(|(pattern, count)| merge.add(pattern, std::iter::once((Some(0), *count))));
            all.merge(&merge.entries().expect("entries")).expect("merged");
        }
        all.merged().into_iter().map(|(pattern, tally)| (pattern, tally.values().sum())).collect()
    }

    fn check(patterns: &[(&str, i64)], expected: &[(&str, i64)]) {
        let expected: Vec<_> = expected.iter().map(|(pattern, count)| ((*pattern).to_owned(), *count)).collect();
        assert_eq!(merged(&[patterns]), expected);
    }

    #[test]
    fn one_message_about_two_users_is_one_pattern() {
        check(
            &[
                ("User: alice is not authorized to perform: <Action-1>", 3),
                ("User: bob is not authorized to perform: <Action-1>", 4),
            ],
            &[("User: <Token-1> is not authorized to perform: <Action-2>", 7)],
        );
    }

    #[test]
    fn short_messages_of_different_words_stay_apart() {
        check(
            &[("Access Denied", 5), ("Rate exceeded", 5), ("Access Allowed", 1), ("Denied", 1)],
            &[("Access Denied", 5), ("Rate exceeded", 5), ("Access Allowed", 1), ("Denied", 1)],
        );
    }

    #[test]
    fn words_that_turn_the_meaning_keep_patterns_apart() {
        check(
            &[
                ("the policy of the role is with an explicit deny", 2),
                ("the policy of the role is with an implicit deny", 1),
            ],
            &[
                ("the policy of the role is with an explicit deny", 2),
                ("the policy of the role is with an implicit deny", 1),
            ],
        );
    }

    #[test]
    fn values_that_stood_still_in_each_become_placeholders() {
        check(
            &[("port 80 of 192.0.2.1 closed by peer", 2), ("port 443 of 192.0.2.1 closed by peer", 1)],
            &[("port <Number-1> of 192.0.2.1 closed by peer", 3)],
        );
    }

    #[test]
    fn records_of_one_kind_are_one_pattern_and_others_are_not() {
        check(
            &[
                (r#"{"eventName":"A","eventSource":"s","p":{"x":"1","y":"<Uuid-1>"},"r":null}"#, 9),
                (r#"{"eventName":"A","eventSource":"s","p":{"y":"<Uuid-1>"},"r":{"ok":true}}"#, 3),
                (r#"{"eventName":"B","eventSource":"s","p":{"y":"<Uuid-1>"},"r":null}"#, 1),
            ],
            &[
                (r#"{"eventName":"A","eventSource":"s","p":{"y":"<Uuid-1>","<Json-2>":"…"},"r":"<Json-3>"}"#, 12),
                (r#"{"eventName":"B","eventSource":"s","p":{"y":"<Uuid-1>"},"r":null}"#, 1),
            ],
        );
    }

    #[test]
    fn a_hundred_thousand_patterns_end_in_time() {
        let mut merge = Merge::default();
        for number in 0..100_000_u32 {
            let word =
                |seed: u32| format!("{:x}", number.wrapping_mul(seed) >> 8).replace(|c: char| c.is_ascii_digit(), "q");
            let text = format!("{} {} {} of {}", word(2_654_435_761), word(40_503), word(97), word(7));
            merge.add(&text, std::iter::once((None, 1)));
        }
        let started = std::time::Instant::now();
        assert!(merge.merged().len() < 5000);
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn neither_order_nor_partition_matters(
            patterns in proptest::collection::vec(
                ("(a|b|c) (is|was) not (here|there) (on|at) <Number-1>|\\{\"[ab]\":\"[12]\"(,\"c\":(\\[1\\]|null))?\\}|\\PC{0,9}",
                 1..3_i64), 1..9),
            cut in 0..9_usize
        ) {
            let patterns: Vec<(&str, i64)> = patterns.iter().map(|(text, count)| (text.as_str(), *count)).collect();
            let mut reversed = patterns.clone();
            reversed.reverse();
            let cut = cut.min(patterns.len());
            let whole = merged(&[&patterns]);
            prop_assert_eq!(&merged(&[&reversed]), &whole);
            prop_assert_eq!(&merged(&[&patterns[cut..], &patterns[..cut]]), &whole);
            let sum = |rows: &[(String, i64)]| rows.iter().map(|(_, count)| count).sum::<i64>();
            prop_assert_eq!(sum(&whole), patterns.iter().map(|(_, count)| count).sum::<i64>());
        }
    }
}
