//! Values as JSON, with Arrow's encoders, corrected where those lose something.

use std::io::Write;
use std::sync::{Arc, LazyLock, OnceLock};

use datafusion::arrow::array::{Array, AsArray, MapArray};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::writer::{Encoder, EncoderFactory, EncoderOptions, NullableEncoder, make_encoder};
use datafusion::arrow::util::display::ArrayFormatter;

use super::{ValueStyle, value};

/// An encoder that writes every member of a struct, so that all rows have the same shape.
pub(super) fn whole<'a>(
    field: &'a FieldRef,
    array: &'a dyn Array,
    style: ValueStyle,
) -> Result<NullableEncoder<'a>, ArrowError> {
    let options =
        |style| EncoderOptions::default().with_explicit_nulls(true).with_encoder_factory(Arc::new(Lossless(style)));
    static SQL: OnceLock<EncoderOptions> = OnceLock::new();
    static INSIGHTS: OnceLock<EncoderOptions> = OnceLock::new();
    let known = if style == ValueStyle::Sql { &SQL } else { &INSIGHTS };
    make_encoder(field, array, known.get_or_init(|| options(style)))
}

/// An encoder that leaves out members that are null, for structs inside a cell of text.
pub(super) fn compact<'a>(field: &'a FieldRef, array: &'a dyn Array) -> Result<NullableEncoder<'a>, ArrowError> {
    static COMPACT: LazyLock<EncoderOptions> =
        LazyLock::new(|| EncoderOptions::default().with_encoder_factory(Arc::new(Lossless(ValueStyle::Sql))));
    make_encoder(field, array, &COMPACT)
}

/// Encoders in the place of Arrow's, which would make `NaN` null, refuse maps whose keys are not text, drop
/// entries of maps whose value is null, read dictionaries past the nulls in their values, and not escape.
#[derive(Debug)]
struct Lossless(ValueStyle);

impl EncoderFactory for Lossless {
    fn make_default_encoder<'a>(
        &self,
        field: &'a FieldRef,
        array: &'a dyn Array,
        options: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            data_type if data_type.is_floating() => Box::new(Float(value::formatter(array, self.0)?)),
            data_type if data_type.is_temporal() => Box::new(Quoted(value::formatter(array, self.0)?)),
            DataType::Union(..) => Box::new(Quoted(value::formatter(array, ValueStyle::Sql)?)),
            DataType::Map(..) => Box::new(Map::new(field, array.as_map(), options)?),
            DataType::Dictionary(..) => Box::new(Dictionary::new(field, array, options)?),
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.logical_nulls())))
    }
}

/// Writes a text with its quotes.
pub(super) fn quote(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("memory takes everything");
}

/// A number; what JSON has no number for is the text `NaN`, `Infinity` or `-Infinity`, as in Postgres.
struct Float<'a>(ArrayFormatter<'a>);

impl Encoder for Float<'_> {
    fn encode(&mut self, index: usize, out: &mut Vec<u8>) {
        let mut text = String::new();
        value::append(&self.0, index, &mut text);
        if text.ends_with(|last: char| last.is_ascii_digit()) {
            out.extend_from_slice(text.as_bytes());
        } else {
            quote(&text, out);
        }
    }
}

/// The value's text.
struct Quoted<'a>(ArrayFormatter<'a>);

impl Encoder for Quoted<'_> {
    fn encode(&mut self, index: usize, out: &mut Vec<u8>) {
        let mut text = String::new();
        value::append(&self.0, index, &mut text);
        quote(&text, out);
    }
}

/// An object whose keys are the texts of the map's keys.
struct Map<'a> {
    array: &'a MapArray,
    keys: NullableEncoder<'a>,
    values: NullableEncoder<'a>,
}

impl<'a> Map<'a> {
    fn new(field: &'a FieldRef, array: &'a MapArray, options: &'a EncoderOptions) -> Result<Self, ArrowError> {
        let keys = make_encoder(field, array.keys(), options)?;
        let values = make_encoder(field, array.values(), options)?;
        Ok(Self { array, keys, values })
    }
}

impl Encoder for Map<'_> {
    fn encode(&mut self, index: usize, out: &mut Vec<u8>) {
        let offsets = self.array.value_offsets();
        let mut key = Vec::new();
        out.push(b'{');
        for (position, entry) in (offsets[index] as usize..offsets[index + 1] as usize).enumerate() {
            if position > 0 {
                out.push(b',');
            }
            key.clear();
            encode_or_null(&mut self.keys, entry, &mut key);
            match key.first() {
                Some(b'"') => out.extend_from_slice(&key),
                _ => quote(&String::from_utf8_lossy(&key), out),
            }
            out.push(b':');
            encode_or_null(&mut self.values, entry, out);
        }
        out.push(b'}');
    }
}

/// A dictionary inside a list, struct or map; those of whole columns are spelled out before.
struct Dictionary<'a> {
    keys: Vec<usize>,
    values: NullableEncoder<'a>,
}

impl<'a> Dictionary<'a> {
    fn new(field: &'a FieldRef, array: &'a dyn Array, options: &'a EncoderOptions) -> Result<Self, ArrowError> {
        let dictionary = array.as_any_dictionary();
        // Without values every key is null, and none is asked for.
        let keys = if dictionary.values().is_empty() { Vec::new() } else { dictionary.normalized_keys() };
        Ok(Self { keys, values: make_encoder(field, dictionary.values(), options)? })
    }
}

impl Encoder for Dictionary<'_> {
    fn encode(&mut self, index: usize, out: &mut Vec<u8>) {
        encode_or_null(&mut self.values, self.keys[index], out);
    }
}

/// Writes the value, or `null`.
pub(super) fn encode_or_null(encoder: &mut NullableEncoder<'_>, index: usize, out: &mut Vec<u8>) {
    if encoder.is_null(index) {
        out.write_all(b"null").expect("memory takes everything");
    } else {
        encoder.encode(index, out);
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::*;
    use datafusion::arrow::datatypes::{Field, Int8Type, Int32Type};

    use super::*;

    fn check(array: impl Array + 'static, expected: &[&str]) {
        let field = Arc::new(Field::new("c", array.data_type().clone(), true));
        let mut encoder = whole(&field, &array, ValueStyle::Sql).expect("every type has an encoder");
        let texts: Vec<_> = (0..array.len())
            .map(|index| {
                let mut out = Vec::new();
                encode_or_null(&mut encoder, index, &mut out);
                String::from_utf8(out).expect("JSON is text")
            })
            .collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn what_json_has_no_number_for_is_text() {
        check(Float64Array::from(vec![1.0, f64::NAN, f64::INFINITY]), &["1.0", r#""NaN""#, r#""Infinity""#]);
    }

    #[test]
    fn maps_keep_every_entry_and_have_text_for_keys() {
        let mut map = MapBuilder::new(None, Int32Builder::new(), StringBuilder::new());
        map.keys().append_value(1);
        map.values().append_value("one");
        map.keys().append_value(2);
        map.values().append_null();
        map.append(true).expect("entries");
        map.append(false).expect("no entries");
        check(map.finish(), &[r#"{"1":"one","2":null}"#, "null"]);
    }

    #[test]
    fn nulls_among_the_values_of_a_dictionary_are_null() {
        let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
        let items = DictionaryArray::<Int8Type>::new(Int8Array::from(vec![0, 1, 0]), values);
        let list = ListArray::new(
            Arc::new(Field::new("item", items.data_type().clone(), true)),
            datafusion::arrow::buffer::OffsetBuffer::from_lengths([2, 1, 0]),
            Arc::new(items),
            None,
        );
        check(list, &[r#"["a",null]"#, r#"["a"]"#, "[]"]);
        let nothing: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
        check(DictionaryArray::<Int32Type>::new(Int32Array::from(vec![None]), nothing), &["null"]);
    }

    #[test]
    fn text_that_arrow_would_not_escape_is_escaped() {
        let beyond = TimestampSecondArray::from(vec![i64::MAX]).with_timezone("UTC");
        let field = Arc::new(Field::new("c", beyond.data_type().clone(), true));
        let mut out = Vec::new();
        encode_or_null(&mut whole(&field, &beyond, ValueStyle::Sql).expect("an encoder"), 0, &mut out);
        let text: String = serde_json::from_slice(&out).expect("JSON");
        assert!(text.contains("9223372036854775807"), "{text}");
    }
}
