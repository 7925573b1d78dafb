//! An Arrow IPC file, which pandas, Polars, pyarrow and DuckDB read without taking it apart.
//!
//! The file format rather than the stream, also in a pipe: it ends with a footer, so a reader tells a whole answer
//! from one that was cut off. Dictionaries and runs are spelled out, since the file format allows no second
//! dictionary for a column. A repeated column name gets a number.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use datafusion::arrow::ipc::writer::FileWriter;
use datafusion::arrow::record_batch::RecordBatch;

use super::fitted::fitted;
use super::{Options, Out, Result, Sink, Written, names};

pub(super) fn open(schema: SchemaRef, _: Options, out: Out) -> Result<Box<dyn Sink>> {
    let fields = schema.fields().iter().zip(names::distinct(&schema));
    let fields: Vec<Field> = fields.map(|(field, name)| spelled_out(field).with_name(name)).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let writer = FileWriter::try_new(out, &schema)?;
    Ok(Box::new(Arrow { schema, writer }))
}

struct Arrow {
    schema: SchemaRef,
    writer: FileWriter<Out>,
}

impl Sink for Arrow {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(&fitted(batch, &self.schema)?)?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.writer.finish()?;
        self.writer.flush()?;
        Ok(Written::default())
    }
}

/// The field without dictionaries and runs, at any depth.
fn spelled_out(field: &Field) -> Field {
    let inner = |field: &FieldRef| Arc::new(spelled_out(field));
    let data_type = match field.data_type() {
        DataType::Dictionary(_, values) => {
            spelled_out(&Field::new("", values.as_ref().clone(), true)).data_type().clone()
        }
        DataType::RunEndEncoded(_, values) => spelled_out(values).data_type().clone(),
        DataType::List(item) => DataType::List(inner(item)),
        DataType::LargeList(item) => DataType::LargeList(inner(item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(inner(item), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect::<Fields>()),
        DataType::Map(entries, is_sorted) => DataType::Map(inner(entries), *is_sorted),
        data_type => data_type.clone(),
    };
    Field::new(field.name(), data_type, field.is_nullable()).with_metadata(field.metadata().clone())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use datafusion::arrow::array::{ArrayRef, DictionaryArray, StringArray};
    use datafusion::arrow::datatypes::Int32Type;
    use datafusion::arrow::ipc::reader::FileReader;

    use super::super::{Format, sample};
    use super::*;

    fn read(bytes: Vec<u8>) -> Vec<RecordBatch> {
        let reader = FileReader::try_new(Cursor::new(bytes), None).expect("an Arrow file");
        reader.map(|batch| batch.expect("rows")).collect()
    }

    fn written(batches: &[RecordBatch]) -> Vec<u8> {
        sample::bytes(Format::Arrow, Options::default(), batches).0
    }

    #[test]
    fn rows_come_back_with_their_types() {
        let batch = sample::events();
        assert_eq!(read(written(&[batch.clone(), batch.clone()])), [batch.clone(), batch]);
    }

    #[test]
    fn every_type_can_be_stored() {
        let batch = sample::every_type();
        let back = read(written(std::slice::from_ref(&batch)));
        assert_eq!((back[0].num_rows(), back[0].num_columns()), (batch.num_rows(), batch.num_columns()));
    }

    #[test]
    fn batches_may_have_dictionaries_of_their_own() {
        let batch = |values: [&str; 2]| {
            let array: ArrayRef = Arc::new(values.into_iter().collect::<DictionaryArray<Int32Type>>());
            RecordBatch::try_from_iter([("c", array)]).expect("one column")
        };
        let back = read(written(&[batch(["a", "b"]), batch(["c", "a"])]));
        let texts = |batch: &RecordBatch| batch.column(0).as_any().downcast_ref::<StringArray>().cloned();
        assert_eq!(texts(&back[1]), Some(StringArray::from(vec!["c", "a"])));
    }

    #[test]
    fn a_cut_file_is_told_from_a_whole_one() {
        let mut bytes = written(&[sample::events()]);
        bytes.truncate(bytes.len() - 20);
        assert!(FileReader::try_new(Cursor::new(bytes), None).is_err());
    }

    #[test]
    fn repeated_names_are_numbered_and_no_rows_are_a_file_too() {
        let batch = sample::columns(&[("a", &["1"]), ("a", &["2"])]);
        assert_eq!(read(written(std::slice::from_ref(&batch)))[0].schema().field(1).name(), "a_2");
        assert_eq!(read(written(&[batch.slice(0, 0)])).iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    }
}
