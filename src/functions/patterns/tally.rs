//! Counts by label: `tally`, and the form in which counts travel.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::AggregateUDF;

use crate::functions::aggregates::fold::{Fold, Folded};
use crate::functions::nested::{list_of, wrong};

/// A label, after all others when there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Label {
    Some(i64),
    None,
}

/// How often each label was seen.
pub(super) type Tally = BTreeMap<Label, i64>;

impl From<Option<i64>> for Label {
    fn from(label: Option<i64>) -> Self {
        label.map_or(Self::None, Self::Some)
    }
}

impl Label {
    /// The label as a value that may be NULL.
    pub(super) fn value(self) -> Option<i64> {
        match self {
            Self::Some(label) => Some(label),
            Self::None => None,
        }
    }
}

/// Adds a count.
pub(super) fn add(tally: &mut Tally, label: Label, count: i64) {
    let known = tally.entry(label).or_default();
    *known = known.saturating_add(count);
}

/// The fields of label and count.
pub(super) fn fields() -> Fields {
    Fields::from(vec![Field::new("label", DataType::Int64, true), Field::new("count", DataType::Int64, true)])
}

/// Labels and counts of an array of structs, by name where they have these names.
pub(super) fn columns(structs: &StructArray) -> Option<(Int64Array, Int64Array)> {
    let column = |name: &str, at: usize| {
        let column = structs.column_by_name(name).or_else(|| structs.columns().get(at))?;
        column.as_primitive_opt::<Int64Type>().cloned()
    };
    Some((column("label", 0)?, column("count", 1)?))
}

/// The aggregate.
pub(super) fn tally() -> Arc<AggregateUDF> {
    Folded {
        name: "tally",
        inputs: |types| match types {
            [label] if label.is_integer() || label.is_null() => Ok(vec![DataType::Int64]),
            _ => wrong("tally", "label", types),
        },
        output: |_| Ok(list_of(DataType::Struct(fields()))),
        entries: |_| vec![DataType::Int64, DataType::Int64],
        start: |_| Ok(Box::new(Counts::default())),
        is_set: false,
    }
    .function()
}

#[derive(Debug, Default)]
struct Counts(Tally);

impl Fold for Counts {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        // Runs of one label are counted first: most batches have few.
        let mut run: Option<(Option<i64>, i64)> = None;
        for label in arguments[0].as_primitive::<Int64Type>() {
            match &mut run {
                Some((known, count)) if *known == label => *count += 1,
                _ => {
                    if let Some((label, count)) = run.replace((label, 1)) {
                        add(&mut self.0, label.into(), count);
                    }
                }
            }
        }
        if let Some((label, count)) = run {
            add(&mut self.0, label.into(), count);
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        let (labels, counts) = (entries[0].as_primitive::<Int64Type>(), entries[1].as_primitive::<Int64Type>());
        for (label, count) in labels.iter().zip(counts) {
            add(&mut self.0, label.into(), count.unwrap_or(0));
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let labels: Int64Array = self.0.keys().map(|label| label.value()).collect();
        let counts: Int64Array = self.0.values().map(|count| Some(*count)).collect();
        Ok(vec![Arc::new(labels), Arc::new(counts)])
    }

    fn result(&self) -> Result<ScalarValue> {
        let structs = StructArray::try_new(fields(), self.entries()?, None)?;
        Ok(SingleRowListArrayBuilder::new(Arc::new(structs)).build_list_scalar())
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.0.len() * size_of::<(Label, i64)>() * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_in_order_and_none_is_last() {
        let mut counts = Counts::default();
        let labels = Int64Array::from(vec![Some(7), None, Some(-1), Some(7), Some(7), None]);
        counts.take(&[Arc::new(labels)]).expect("labels");
        let mut twice = Counts::default();
        twice.merge(&counts.entries().expect("entries")).expect("merged");
        twice.merge(&counts.entries().expect("entries")).expect("merged");
        let found: Vec<_> = twice.0.into_iter().map(|(label, count)| (label.value(), count)).collect();
        assert_eq!(found, [(Some(-1), 2), (Some(7), 6), (None, 4)]);
    }
}
