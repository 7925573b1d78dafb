//! A Parquet file, so that other engines take over where trailql ends.
//!
//! Types stay as they are; the two that Parquet cannot hold become text. A repeated column name gets a number.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, IntervalUnit, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;

use super::fitted::fitted;
use super::{Options, Out, Result, Sink, Written, names};

pub(super) fn open(schema: SchemaRef, _: Options, out: Out) -> Result<Box<dyn Sink>> {
    let schema = Arc::new(storable(&schema));
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?)).build();
    let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
    Ok(Box::new(Parquet { schema, writer }))
}

/// The level where zstd's own default stands: about as small as gzip, at several times its speed.
const ZSTD_LEVEL: i32 = 3;

/// A row group ends at this many bytes in memory, so that wide records do not add up: 128 MiB.
const ROW_GROUP_BYTES: usize = 128 << 20;

struct Parquet {
    schema: SchemaRef,
    writer: ArrowWriter<Out>,
}

impl Sink for Parquet {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(&fitted(batch, &self.schema)?)?;
        if self.writer.in_progress_size() > ROW_GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        self.writer.close()?;
        Ok(Written::default())
    }
}

/// The schema with distinct names, and text for what Parquet has no type for.
fn storable(schema: &Schema) -> Schema {
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .zip(names::distinct(schema))
        .map(|(field, name)| {
            let data_type = match field.data_type() {
                DataType::Interval(IntervalUnit::MonthDayNano) => DataType::Utf8,
                DataType::RunEndEncoded(_, values) => values.data_type().clone(),
                data_type => data_type.clone(),
            };
            field.as_ref().clone().with_name(name).with_data_type(data_type)
        })
        .collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::super::{Format, sample};
    use super::*;

    fn read(bytes: Vec<u8>) -> Vec<RecordBatch> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&bytes).expect("room for it");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
        reader.build().expect("a reader").map(|batch| batch.expect("rows")).collect()
    }

    #[test]
    fn rows_come_back_with_their_types() {
        let batch = sample::events();
        let (bytes, _) = sample::bytes(Format::Parquet, Options::default(), std::slice::from_ref(&batch));
        assert_eq!(read(bytes), [batch]);
    }

    #[test]
    fn every_type_can_be_stored() {
        let batch = sample::every_type();
        let (bytes, _) = sample::bytes(Format::Parquet, Options::default(), std::slice::from_ref(&batch));
        let back = read(bytes);
        assert_eq!(back[0].num_rows(), batch.num_rows());
    }

    #[test]
    fn repeated_names_are_numbered_and_no_rows_are_a_file_too() {
        let batch = sample::columns(&[("a", &["1"]), ("a", &["2"])]);
        let (bytes, _) = sample::bytes(Format::Parquet, Options::default(), std::slice::from_ref(&batch));
        assert_eq!(read(bytes)[0].schema().field(1).name(), "a_2");
        let (bytes, _) = sample::bytes(Format::Parquet, Options::default(), &[batch.slice(0, 0)]);
        assert!(read(bytes).is_empty());
    }
}
