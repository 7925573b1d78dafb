//! JSON: one array of objects, or one object per line.
//!
//! Numbers are numbers and times are text, as the [`super::ValueStyle`] writes them; null members are written, so
//! that all rows have the same shape. Text that holds JSON stays text. A repeated column name gets a number,
//! since readers would keep only one of the two.

use std::io::Write;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::encode::{encode_or_null, quote, whole};
use super::{Options, Out, Result, Sink, ValueStyle, Written, escape, names, value};

/// One array, one object per line.
pub(super) fn open_array(schema: SchemaRef, options: Options, out: Out) -> Result<Box<dyn Sink>> {
    Ok(Box::new(Json::new(&schema, out, options.style, Some(0))))
}

/// One object per line.
pub(super) fn open_lines(schema: SchemaRef, options: Options, out: Out) -> Result<Box<dyn Sink>> {
    Ok(Box::new(Json::new(&schema, out, options.style, None)))
}

struct Json {
    out: Out,
    style: ValueStyle,
    /// Each member's name with quotes and colon.
    names: Vec<Vec<u8>>,
    /// In an array, the objects so far.
    objects: Option<u64>,
}

impl Json {
    fn new(schema: &SchemaRef, out: Out, style: ValueStyle, objects: Option<u64>) -> Self {
        let named = |name: String| {
            let mut member = Vec::new();
            quote(&name, &mut member);
            member.push(b':');
            member
        };
        Self { out, style, names: names::distinct(schema).into_iter().map(named).collect(), objects }
    }
}

impl Sink for Json {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let arrays = value::plain(batch)?;
        let mut encoders = arrays
            .iter()
            .zip(batch.schema_ref().fields())
            .map(|(array, field)| whole(field, array, self.style))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let mut line = Vec::new();
        for index in 0..batch.num_rows() {
            line.clear();
            if let Some(objects) = &mut self.objects {
                line.extend_from_slice(if *objects == 0 { b"[\n" } else { b",\n" });
                *objects += 1;
            }
            line.push(b'{');
            for (column, (name, encoder)) in self.names.iter().zip(&mut encoders).enumerate() {
                if column > 0 {
                    line.push(b',');
                }
                line.extend_from_slice(name);
                encode_or_null(encoder, index, &mut line);
            }
            line.push(b'}');
            if self.objects.is_none() {
                line.push(b'\n');
            }
            self.out.write_all(escape::json(&String::from_utf8_lossy(&line)).as_bytes())?;
        }
        Ok(self.out.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        match self.objects {
            None => {}
            Some(0) => self.out.write_all(b"[]\n")?,
            Some(_) => self.out.write_all(b"\n]\n")?,
        }
        self.out.flush()?;
        Ok(Written::default())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::{Format, Options, sample};
    use super::*;

    #[test]
    fn an_array_has_one_object_per_line() {
        assert_snapshot!(sample::text(Format::Json, Options::default(), &[sample::events(), sample::events()]), @r#"
        [
        {"time":"2023-07-10T11:42:36Z","eventname":"ConsoleLogin","arn":"arn:aws:sts::123456789012:assumed-role/admin/alice","count":12,"share":0.25,"identity":{"type":"AssumedRole","issuer":"admin"}},
        {"time":"2023-07-10T11:42:37.250Z","eventname":"GetObject","arn":null,"count":-3,"share":2.0,"identity":{"type":null,"issuer":null}},
        {"time":null,"eventname":"=HYPERLINK(\"x\")","arn":"arn:aws:iam::123456789012:root","count":null,"share":null,"identity":{"type":"Root","issuer":null}},
        {"time":"2023-07-10T11:42:36Z","eventname":"ConsoleLogin","arn":"arn:aws:sts::123456789012:assumed-role/admin/alice","count":12,"share":0.25,"identity":{"type":"AssumedRole","issuer":"admin"}},
        {"time":"2023-07-10T11:42:37.250Z","eventname":"GetObject","arn":null,"count":-3,"share":2.0,"identity":{"type":null,"issuer":null}},
        {"time":null,"eventname":"=HYPERLINK(\"x\")","arn":"arn:aws:iam::123456789012:root","count":null,"share":null,"identity":{"type":"Root","issuer":null}}
        ]
        "#);
    }

    #[test]
    fn lines_are_objects() {
        assert_snapshot!(sample::text(Format::Ndjson, Options::default(), &[sample::every_type()]), @r#"
        {"utf8":"a,\"b\"\n","large_utf8":"text","utf8_view":"text","dictionary":"text","boolean":true,"int8":-8,"int16":-16,"int32":-32,"int64":-9223372036854775808,"uint8":8,"uint16":16,"uint32":32,"uint64":18446744073709551615,"float32":0.1,"float64":2.0,"decimal":12.50,"date32":"2023-07-10","date64":"2023-07-10T00:00:00","time32":"00:01:01","time64":"00:01:01.000001","timestamp":"2023-07-10T11:42:36.000000001","timestamp_utc":"2023-07-10T11:42:36Z","duration":"00:01:01","interval":"1 mons 2 days 3.000000000 secs","interval_day_time":"2 days 1.500 secs","interval_year_month":"1 years 2 mons","binary":"00ff","binary_view":"01","large_binary":"02","fixed_binary":"03","decimal256":0.0000000005,"zoned":"2023-07-10T13:42:36+02:00","list":[1,null],"large_list":[1,null],"fixed_list":[7],"struct":{"text":"a,\"b\"\n","missing":null},"map":{"k":null},"null":null}
        {"utf8":null,"large_utf8":null,"utf8_view":null,"dictionary":null,"boolean":null,"int8":null,"int16":null,"int32":null,"int64":null,"uint8":null,"uint16":null,"uint32":null,"uint64":null,"float32":null,"float64":null,"decimal":null,"date32":null,"date64":null,"time32":null,"time64":null,"timestamp":null,"timestamp_utc":null,"duration":null,"interval":null,"interval_day_time":null,"interval_year_month":null,"binary":null,"binary_view":null,"large_binary":null,"fixed_binary":null,"decimal256":null,"zoned":null,"list":null,"large_list":null,"fixed_list":null,"struct":{"text":null,"missing":2},"map":null,"null":null}
        "#);
    }

    #[test]
    fn no_rows_are_an_empty_array_or_no_lines() {
        let none = sample::events().slice(0, 0);
        assert_eq!(sample::text(Format::Json, Options::default(), std::slice::from_ref(&none)), "[]\n");
        assert_eq!(sample::text(Format::Json, Options::default(), &[]), "[]\n");
        assert_eq!(sample::text(Format::Ndjson, Options::default(), &[none]), "");
    }

    #[test]
    fn repeated_names_lose_no_value() {
        let batch = sample::columns(&[("a", &["1"]), ("a", &["2"])]);
        assert_eq!(sample::text(Format::Ndjson, Options::default(), &[batch]), "{\"a\":\"1\",\"a_2\":\"2\"}\n");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(rows in sample::rows(2)) {
            let text = sample::text(Format::Json, Options::default(), &[sample::batch_of(&rows, 2)]);
            prop_assert!(!text.contains(|char| char != '\n' && escape::steers(char)));
            let back: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
            let expected: Vec<_> =
                rows.iter().map(|row| serde_json::json!({ "c0": row[0], "c1": row[1] })).collect();
            prop_assert_eq!(back, expected);
        }
    }
}
