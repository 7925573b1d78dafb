//! Batches and writers that the tests of this room share.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::*;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::*;
use datafusion::arrow::record_batch::RecordBatch;
use proptest::prelude::*;

use super::{Format, Options, Writer, Written};

/// Bytes that two owners see.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().expect("no test panicked with it"))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panicked with it").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a writer makes of these batches.
pub(super) fn bytes(format: Format, options: Options, batches: &[RecordBatch]) -> (Vec<u8>, Written) {
    let out = Shared::default();
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let mut writer = Writer::new(format, schema, options, Box::new(out.clone())).expect("memory takes everything");
    for batch in batches {
        writer.write(batch).expect("every value has a form");
    }
    let written = writer.finish().expect("memory takes everything");
    (out.take(), written)
}

/// The same, as text.
pub(super) fn text(format: Format, options: Options, batches: &[RecordBatch]) -> String {
    String::from_utf8(bytes(format, options, batches).0).expect("text")
}

/// Columns of text.
pub(super) fn columns(columns: &[(&str, &[&str])]) -> RecordBatch {
    let fields: Vec<_> = columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, true)).collect();
    let arrays = columns.iter().map(|(_, values)| Arc::new(StringArray::from(values.to_vec())) as ArrayRef).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns of one length")
}

/// One column of text, `c`.
pub(super) fn texts(values: &[&str]) -> RecordBatch {
    columns(&[("c", values)])
}

/// One column of numbers, `n`.
pub(super) fn numbers(values: &[f64]) -> RecordBatch {
    let array: ArrayRef = Arc::new(Float64Array::from(values.to_vec()));
    RecordBatch::try_from_iter([("n", array)]).expect("one column")
}

/// Rows of text that is often hostile.
pub(super) fn rows(columns: usize) -> impl Strategy<Value = Vec<Vec<Option<String>>>> {
    let hostile = prop::collection::vec(
        prop_oneof![
            any::<char>(),
            prop::sample::select(vec![
                '\n', '\r', '\t', '\x1b', '\u{9b}', '\u{202e}', '"', '\'', ',', '|', '\\', '=', '-'
            ]),
            prop::sample::select(vec!['日', '🙂', '\u{200d}', '\u{fe0f}', '\u{301}', ' ', 'a']),
        ],
        0..40,
    );
    let value = prop::option::of(hostile.prop_map(String::from_iter));
    prop::collection::vec(prop::collection::vec(value, columns), 0..8)
}

/// The rows as a batch with columns `c0`, `c1`, ….
pub(super) fn batch_of(rows: &[Vec<Option<String>>], columns: usize) -> RecordBatch {
    let fields: Vec<_> = (0..columns).map(|column| Field::new(format!("c{column}"), DataType::Utf8, true)).collect();
    let array = |column: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row[column].as_deref()).collect::<StringArray>())
    };
    RecordBatch::try_new(Arc::new(Schema::new(fields)), (0..columns).map(array).collect())
        .expect("columns of one length")
}

/// Three rows as a query of an archive gives them.
pub(super) fn events() -> RecordBatch {
    let issuer: ArrayRef = Arc::new(StringArray::from(vec![Some("admin"), None, None]));
    let kind: ArrayRef = Arc::new(StringArray::from(vec![Some("AssumedRole"), None, Some("Root")]));
    let identity = StructArray::from(vec![
        (Arc::new(Field::new("type", DataType::Utf8, true)), kind),
        (Arc::new(Field::new("issuer", DataType::Utf8, true)), issuer),
    ]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "time",
            Arc::new(
                TimestampMillisecondArray::from(vec![Some(1_688_989_356_000), Some(1_688_989_357_250), None])
                    .with_timezone("UTC"),
            ),
        ),
        ("eventname", Arc::new(StringArray::from(vec!["ConsoleLogin", "GetObject", "=HYPERLINK(\"x\")"]))),
        (
            "arn",
            Arc::new(StringArray::from(vec![
                Some("arn:aws:sts::123456789012:assumed-role/admin/alice"),
                None,
                Some("arn:aws:iam::123456789012:root"),
            ])),
        ),
        ("count", Arc::new(Int64Array::from(vec![Some(12), Some(-3), None]))),
        ("share", Arc::new(Float64Array::from(vec![Some(0.25), Some(2.0), None]))),
        ("identity", Arc::new(identity)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

/// One row with a value and one without, in a column of every type that DataFusion gives.
pub(super) fn every_type() -> RecordBatch {
    let texts = || StringArray::from(vec![Some("a,\"b\"\n"), None]);
    let list = |field: &Field| {
        let mut builder = ListBuilder::new(Int64Builder::new()).with_field(field.clone());
        builder.append_value([Some(1), None]);
        builder.append_null();
        builder.finish()
    };
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    map.keys().append_value("k");
    map.values().append_null();
    map.append(true).expect("entries");
    map.append(false).expect("entries");
    let item = Field::new("item", DataType::Int64, true);
    let fixed = {
        let mut builder = FixedSizeListBuilder::new(Int64Builder::new(), 1);
        builder.values().append_value(7);
        builder.append(true);
        builder.values().append_null();
        builder.append(false);
        builder.finish()
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("utf8", Arc::new(texts())),
        ("large_utf8", Arc::new(LargeStringArray::from(vec![Some("text"), None]))),
        ("utf8_view", Arc::new(StringViewArray::from(vec![Some("text"), None]))),
        ("dictionary", Arc::new([Some("text"), None].into_iter().collect::<DictionaryArray<Int32Type>>())),
        ("boolean", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("int8", Arc::new(Int8Array::from(vec![Some(-8), None]))),
        ("int16", Arc::new(Int16Array::from(vec![Some(-16), None]))),
        ("int32", Arc::new(Int32Array::from(vec![Some(-32), None]))),
        ("int64", Arc::new(Int64Array::from(vec![Some(i64::MIN), None]))),
        ("uint8", Arc::new(UInt8Array::from(vec![Some(8), None]))),
        ("uint16", Arc::new(UInt16Array::from(vec![Some(16), None]))),
        ("uint32", Arc::new(UInt32Array::from(vec![Some(32), None]))),
        ("uint64", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]))),
        ("float32", Arc::new(Float32Array::from(vec![Some(0.1), None]))),
        ("float64", Arc::new(Float64Array::from(vec![Some(2.0), None]))),
        (
            "decimal",
            Arc::new(Decimal128Array::from(vec![Some(1_250), None]).with_precision_and_scale(20, 2).expect("fits")),
        ),
        ("date32", Arc::new(Date32Array::from(vec![Some(19_548), None]))),
        ("date64", Arc::new(Date64Array::from(vec![Some(1_688_947_200_000), None]))),
        ("time32", Arc::new(Time32SecondArray::from(vec![Some(61), None]))),
        ("time64", Arc::new(Time64MicrosecondArray::from(vec![Some(61_000_001), None]))),
        ("timestamp", Arc::new(TimestampNanosecondArray::from(vec![Some(1_688_989_356_000_000_001), None]))),
        (
            "timestamp_utc",
            Arc::new(TimestampMillisecondArray::from(vec![Some(1_688_989_356_000), None]).with_timezone("UTC")),
        ),
        ("duration", Arc::new(DurationSecondArray::from(vec![Some(61), None]))),
        (
            "interval",
            Arc::new(IntervalMonthDayNanoArray::from(vec![
                Some(IntervalMonthDayNanoType::make_value(1, 2, 3_000_000_000)),
                None,
            ])),
        ),
        (
            "interval_day_time",
            Arc::new(IntervalDayTimeArray::from(vec![Some(IntervalDayTimeType::make_value(2, 1_500)), None])),
        ),
        ("interval_year_month", Arc::new(IntervalYearMonthArray::from(vec![Some(14), None]))),
        ("binary", Arc::new(BinaryArray::from_opt_vec(vec![Some(b"\0\xff"), None]))),
        ("binary_view", Arc::new(BinaryViewArray::from_iter([Some(b"\x01".as_slice()), None]))),
        ("large_binary", Arc::new(LargeBinaryArray::from_opt_vec(vec![Some(b"\x02"), None]))),
        (
            "fixed_binary",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some([3]), None].into_iter(), 1)
                    .expect("one byte"),
            ),
        ),
        ("decimal256", Arc::new(Decimal256Array::from(vec![Some(i256::from_i128(5)), None]))),
        ("zoned", Arc::new(TimestampSecondArray::from(vec![Some(1_688_989_356), None]).with_timezone("+02:00"))),
        ("list", Arc::new(list(&item))),
        ("large_list", cast(&list(&item), &DataType::LargeList(Arc::new(item.clone()))).expect("a list")),
        ("fixed_list", Arc::new(fixed)),
        (
            "struct",
            Arc::new(StructArray::from(vec![
                (Arc::new(Field::new("text", DataType::Utf8, true)), Arc::new(texts()) as ArrayRef),
                (
                    Arc::new(Field::new("missing", DataType::Int64, true)),
                    Arc::new(Int64Array::from(vec![None, Some(2)])),
                ),
            ])),
        ),
        ("map", Arc::new(map.finish())),
        ("null", Arc::new(NullArray::new(2))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}
