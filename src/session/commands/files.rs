//! Lists of one's own, by path: `FROM 'allowlist.csv'`, `read_json('accounts.json')`. They join with events.
//!
//! A column of a CSV file is a number only where every value is written as that number: account ids keep their zeros.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::json::ReaderBuilder;
use datafusion::arrow::json::reader::infer_json_schema_from_iterator;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::wrong;
use crate::archive::{self, Location};
use crate::diag::{Diagnostic, Source};
use crate::session::{Error, Session};
use crate::sql::{FILES, FileName};

/// Endings, and the function that reads such files.
const ENDINGS: &[(&str, &str)] = &[
    (".csv", "read_csv"),
    (".tsv", "read_csv"),
    (".txt", "read_csv"),
    (".json", "read_json"),
    (".jsonl", "read_json"),
    (".ndjson", "read_json"),
    (".parquet", "read_parquet"),
];

impl Session {
    /// Reads the files that a statement names as tables.
    pub(in crate::session) async fn read_files(&self, files: &[FileName], source: &Source) -> Result<(), Error> {
        for file in files {
            let bytes = self.file(&file.path, source).await?;
            let lower = file.path.to_lowercase();
            let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
            let by_ending = ENDINGS.iter().find(|(ending, _)| plain.ends_with(ending)).map(|(_, function)| *function);
            let read = match file.function.as_deref().or(by_ending) {
                Some("read_csv") => csv(&bytes, if plain.ends_with(".tsv") { b'\t' } else { b',' }),
                Some("read_json") => json(&bytes),
                Some("read_parquet") => parquet(bytes),
                _ => Err("its ending tells no format; call read_csv, read_json or read_parquet".to_owned()),
            };
            let unreadable = |why: String| {
                let error = Diagnostic::error("S005", format!("cannot read `{}` as a table: {why}", file.path));
                wrong(error, &file.path, source)
            };
            let (schema, batches) = read.map_err(unreadable)?;
            let bug = |error: datafusion::common::DataFusionError| Error::Bug(error.strip_backtrace());
            let table: Arc<dyn TableProvider> = Arc::new(MemTable::try_new(schema, vec![batches]).map_err(bug)?);
            let files = self.schema(FILES)?;
            // A file may have changed since it was read.
            let _ = files.deregister_table(&file.path);
            files.register_table(file.path.clone(), table).map_err(bug)?;
        }
        Ok(())
    }

    /// The bytes of a file, inflated.
    async fn file(&self, path: &str, source: &Source) -> Result<Vec<u8>, Error> {
        let of_archive = |source| Error::Archive { location: path.to_owned(), source };
        let location = Location::parse(path).map_err(of_archive)?;
        let bytes = match &location {
            Location::Local(local) => std::fs::read(local).map_err(|error| {
                let missing = Diagnostic::error("S003", format!("cannot read `{path}`: {error}"));
                wrong(missing.help("a name in single quotes is a file's"), path, source)
            })?,
            Location::S3 { .. } => archive::read_object(&location, &self.options.s3).await.map_err(of_archive)?,
        };
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            return Ok(bytes);
        }
        let mut inflated = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut inflated).map_err(
            |error| wrong(Diagnostic::error("S005", format!("cannot inflate `{path}`: {error}")), path, source),
        )?;
        Ok(inflated)
    }
}

type Table = Result<(Arc<Schema>, Vec<RecordBatch>), String>;

/// The first line names the columns.
fn csv(bytes: &[u8], delimiter: u8) -> Table {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text);
    let headings = reader.headers().map_err(|error| error.to_string())?.clone();
    if headings.is_empty() {
        return Err("it has no first line that names its columns".to_owned());
    }
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); headings.len()];
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        for (column, value) in columns.iter_mut().zip(&record) {
            column.push(Some(value).filter(|value| !value.is_empty()).map(str::to_owned));
        }
    }
    let columns: Vec<ArrayRef> = columns.into_iter().map(typed).collect();
    let fields: Vec<Field> = headings
        .iter()
        .zip(&columns)
        .map(|(name, column)| Field::new(name.trim().to_lowercase(), column.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|error| error.to_string())?;
    Ok((schema, vec![batch]))
}

/// The values of a column, as numbers or booleans where all of them are written as such.
fn typed(values: Vec<Option<String>>) -> ArrayRef {
    let known: Vec<&str> = values.iter().flatten().map(String::as_str).collect();
    let are = |is: fn(&str) -> bool| !known.is_empty() && known.iter().all(|value| is(value));
    let parsed = || values.iter().map(Option::as_deref);
    if are(|value| value.parse::<i64>().is_ok_and(|number| number.to_string() == value)) {
        return Arc::new(parsed().map(|value| value?.parse().ok()).collect::<Int64Array>());
    }
    if are(|value| value.parse::<f64>().is_ok_and(|number| number.is_finite() && number.to_string() == value)) {
        return Arc::new(parsed().map(|value| value?.parse().ok()).collect::<Float64Array>());
    }
    if are(|value| matches!(value, "true" | "false")) {
        return Arc::new(parsed().map(|value| value?.parse().ok()).collect::<BooleanArray>());
    }
    Arc::new(parsed().collect::<StringArray>())
}

/// One object a line, an array of objects, or one object that holds the only array: what `aws … --output json` writes.
fn json(bytes: &[u8]) -> Table {
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
    let mut values = values.map_err(|error| error.to_string())?;
    if let [Value::Array(elements)] = values.as_mut_slice() {
        values = std::mem::take(elements);
    } else if let [Value::Object(members)] = values.as_mut_slice() {
        let mut arrays: Vec<&mut Vec<Value>> = members.values_mut().filter_map(Value::as_array_mut).collect();
        if let [only] = arrays.as_mut_slice()
            && only.iter().all(Value::is_object)
        {
            let elements = std::mem::take(*only);
            values = elements;
        }
    }
    if let Some(other) = values.iter().find(|value| !value.is_object()) {
        let kind = match other {
            Value::Array(_) => "an array",
            Value::String(_) => "a text",
            _ => "a value",
        };
        return Err(format!("expected objects, found {kind}"));
    }
    let values: Vec<Value> = values.into_iter().map(lower_case).collect();
    let schema = infer_json_schema_from_iterator(values.iter().map(Ok)).map_err(|error| error.to_string())?;
    let schema = Arc::new(schema);
    let mut decoder = ReaderBuilder::new(Arc::clone(&schema)).build_decoder().map_err(|error| error.to_string())?;
    decoder.serialize(&values).map_err(|error| error.to_string())?;
    let batch = decoder.flush().map_err(|error| error.to_string())?;
    Ok((schema, batch.into_iter().collect()))
}

/// Names of columns have no case; those of members inside stay.
fn lower_case(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect())
        }
        other => other,
    }
}

fn parquet(bytes: Vec<u8>) -> Table {
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).map_err(|error| error.to_string())?;
    let schema = Arc::clone(builder.schema());
    let reader = builder.build().map_err(|error| error.to_string())?;
    let batches: Result<Vec<_>, _> = reader.collect();
    Ok((schema, batches.map_err(|error| error.to_string())?))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType;

    use super::*;

    fn types(read: Table) -> Vec<(String, DataType)> {
        let (schema, _) = read.expect("a table");
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
    }

    #[test]
    fn account_ids_keep_their_zeros() {
        let read = csv(b"Account,Name,n,ok\n012345678901,a,1,true\n123456789012,b,2,false\n", b',');
        let expected =
            [("account", DataType::Utf8), ("name", DataType::Utf8), ("n", DataType::Int64), ("ok", DataType::Boolean)];
        assert_eq!(types(read), expected.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn json_is_read_in_every_wrapping() {
        for text in [
            "{\"Id\":\"1\"}\n{\"Id\":\"2\"}",
            "[{\"Id\":\"1\"},{\"Id\":\"2\"}]",
            "{\"Accounts\":[{\"Id\":\"1\"},{\"Id\":\"2\"}],\"NextToken\":null}",
        ] {
            let (schema, batches) = json(text.as_bytes()).expect(text);
            assert_eq!(schema.fields()[0].name(), "id", "{text}");
            assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2, "{text}");
        }
        assert!(json(b"[1, 2]").expect_err("no objects").contains("expected objects"));
    }
}
