//! The rows of an answer, kept while they are shown: the next question may ask about them.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::datasource::MemTable;

use super::{Error, Session, engine};
use crate::output::distinct_names;

/// What the table of the last answer's rows is called.
pub const LAST: &str = "_";
/// An answer with more rows, or with more bytes, is not kept.
const MOST_ROWS: usize = 200_000;
const MOST_BYTES: usize = 256 << 20;

/// The rows of one answer, as long as they are not too many.
#[derive(Debug, Clone)]
pub struct KeptRows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    bytes: usize,
    rows: usize,
}

/// Rows that an answer adds to while it is read.
pub(super) type Tap = Arc<Mutex<KeptRows>>;

impl KeptRows {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self { schema, batches: Vec::new(), bytes: 0, rows: 0 }
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows();
        self.bytes = self.bytes.saturating_add(batch.get_array_memory_size());
        if self.is_whole() {
            self.batches.push(batch.clone());
        } else {
            self.batches.clear();
        }
    }

    /// Whether every row of the answer is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rows <= MOST_ROWS && self.bytes <= MOST_BYTES
    }

    /// How many rows the answer had, kept or not.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns as the answer headed them; two may have one name.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows, in their order; none when there were too many.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// One row by its number, from 1, as a batch of its own.
    #[must_use]
    pub fn row(&self, number: usize) -> Option<RecordBatch> {
        let mut left = number.checked_sub(1)?;
        for batch in &self.batches {
            if left < batch.num_rows() {
                return Some(batch.slice(left, 1));
            }
            left -= batch.num_rows();
        }
        None
    }
}

/// What a tap took.
pub(super) fn taken(tap: &Tap) -> KeptRows {
    tap.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Session {
    /// Makes rows the table `_`, in the place of those before.
    ///
    /// # Errors
    /// [`Error::Bug`] when DataFusion refuses them.
    pub fn remember(&self, rows: &KeptRows) -> Result<(), Error> {
        let schema = unique(&rows.schema);
        let headed = |batch: &RecordBatch| {
            let count = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            RecordBatch::try_new_with_options(Arc::clone(&schema), batch.columns().to_vec(), &count)
        };
        let made = || {
            let batches = rows.batches.iter().map(headed).collect::<Result<Vec<_>, _>>()?;
            let table = MemTable::try_new(Arc::clone(&schema), vec![batches])?;
            let name = engine::default_schema(&self.context);
            if let Some(place) = engine::schema(&self.context, &name) {
                let _ = place.deregister_table(LAST)?;
                if rows.is_whole() {
                    place.register_table(LAST.to_owned(), Arc::new(table))?;
                }
            }
            Ok(())
        };
        made().map_err(|error: datafusion::common::DataFusionError| Error::Bug(error.strip_backtrace()))
    }
}

/// Columns of one name are numbered from the second on: a table has each name once.
fn unique(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().zip(distinct_names(schema));
    let fields = fields.map(|(field, name)| field.as_ref().clone().with_name(name));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use datafusion::arrow::datatypes::{DataType, Field};

    use super::*;

    fn batch(values: &[i64]) -> RecordBatch {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(values.to_vec())) as ArrayRef]).expect("one column")
    }

    #[test]
    fn a_row_is_found_by_its_number_across_batches() {
        let mut kept = KeptRows::new(batch(&[]).schema());
        kept.add(&batch(&[10, 20]));
        kept.add(&batch(&[30]));
        assert_eq!(kept.row(1), Some(batch(&[10])));
        assert_eq!(kept.row(3), Some(batch(&[30])));
        assert_eq!(kept.row(0), None);
        assert_eq!(kept.row(4), None);
    }

    #[test]
    fn too_many_rows_are_counted_and_not_kept() {
        let mut kept = KeptRows::new(batch(&[]).schema());
        kept.add(&batch(&vec![0; MOST_ROWS]));
        assert!(kept.is_whole() && kept.row(MOST_ROWS).is_some());
        kept.add(&batch(&[1]));
        assert!(!kept.is_whole() && kept.batches().is_empty());
        assert_eq!(kept.rows(), MOST_ROWS + 1);
    }
}
