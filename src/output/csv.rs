//! Comma-separated values, for spreadsheets and scripts.
//!
//! As RFC 4180 quotes them, with `\n` at the end of a line as psql and DuckDB write it. Text that a spreadsheet
//! would run as a formula gets a `'`; control characters other than line breaks and tabs are written out.

use std::borrow::Cow;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::value::{each_row, is_text};
use super::{Options, Out, Result, Sink, ValueStyle, Written, escape};

pub(super) fn open(schema: SchemaRef, options: Options, out: Out) -> Result<Box<dyn Sink>> {
    let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(out);
    if options.headings {
        for field in schema.fields() {
            writer.write_field(heading(field.name()).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    let text = schema.fields().iter().map(|field| is_text(field.data_type())).collect();
    Ok(Box::new(Csv { writer, text, null: options.null.unwrap_or_default(), style: options.style }))
}

/// A column's name. `@timestamp` is one of Logs Insights, and no formula.
fn heading(name: &str) -> Cow<'_, str> {
    let is_plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    match name.strip_prefix('@') {
        Some(rest) if is_plain(rest) => Cow::Borrowed(name),
        _ => Cow::Owned(escape::csv_formula(&escape::terminal_lines(name)).into_owned()),
    }
}

struct Csv {
    writer: ::csv::Writer<Out>,
    /// Which columns hold text that may pose as a formula.
    text: Vec<bool>,
    null: String,
    style: ValueStyle,
}

impl Sink for Csv {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let Self { writer, text, null, style } = self;
        each_row(batch, *style, |cells| {
            for (cell, is_text) in cells.iter().zip(text.iter()) {
                match cell.get() {
                    None => writer.write_field(null.as_bytes())?,
                    Some(value) if *is_text => {
                        writer.write_field(escape::csv_formula(&escape::terminal_lines(value)).as_bytes())?;
                    }
                    Some(value) => writer.write_field(value)?,
                }
            }
            Ok(writer.write_record(None::<&[u8]>)?)
        })?;
        Ok(writer.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.writer.flush()?;
        // A writer that goes out of scope flushes once more; with everything out, that does nothing.
        Ok(Written::default())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::{Format, sample};
    use super::*;

    #[test]
    fn rows_follow_a_heading() {
        assert_snapshot!(sample::text(Format::Csv, Options::default(), &[sample::events()]), @r#"
        time,eventname,arn,count,share,identity
        2023-07-10T11:42:36Z,ConsoleLogin,arn:aws:sts::123456789012:assumed-role/admin/alice,12,0.25,"{""type"":""AssumedRole"",""issuer"":""admin""}"
        2023-07-10T11:42:37.250Z,GetObject,,-3,2.0,{}
        ,"'=HYPERLINK(""x"")",arn:aws:iam::123456789012:root,,,"{""type"":""Root""}"
        "#);
    }

    #[test]
    fn every_type_has_a_text() {
        let options = Options { null: Some("NULL".into()), ..Options::default() };
        assert_snapshot!(sample::text(Format::Csv, options, &[sample::every_type()]), @r#"
        utf8,large_utf8,utf8_view,dictionary,boolean,int8,int16,int32,int64,uint8,uint16,uint32,uint64,float32,float64,decimal,date32,date64,time32,time64,timestamp,timestamp_utc,duration,interval,interval_day_time,interval_year_month,binary,binary_view,large_binary,fixed_binary,decimal256,zoned,list,large_list,fixed_list,struct,map,null
        "a,""b""
        ",text,text,text,true,-8,-16,-32,-9223372036854775808,8,16,32,18446744073709551615,0.1,2.0,12.50,2023-07-10,2023-07-10T00:00:00,00:01:01,00:01:01.000001,2023-07-10T11:42:36.000000001,2023-07-10T11:42:36Z,00:01:01,1 mons 2 days 3.000000000 secs,2 days 1.500 secs,1 years 2 mons,00ff,01,02,03,0.0000000005,2023-07-10T13:42:36+02:00,"[1,null]","[1,null]",[7],"{""text"":""a,\""b\""\n""}","{""k"":null}",NULL
        NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,"{""missing"":2}",NULL,NULL
        "#);
    }

    #[test]
    fn a_heading_stands_without_rows() {
        assert_eq!(sample::text(Format::Csv, Options::default(), &[sample::texts(&[])]), "c\n");
        let headless = Options { headings: false, ..Options::default() };
        assert_eq!(sample::text(Format::Csv, headless, &[sample::texts(&["a"])]), "a\n");
    }

    #[test]
    fn formulas_in_text_are_defused_and_negative_numbers_are_not() {
        let batch = sample::columns(&[("=cmd", &["=1+1", "-1", "\t@x", "a=1"])]);
        assert_eq!(sample::text(Format::Csv, Options::default(), &[batch]), "'=cmd\n'=1+1\n'-1\n'\t@x\na=1\n");
        assert_eq!(sample::text(Format::Csv, Options::default(), &[sample::numbers(&[-12.5])]), "n\n-12.5\n");
    }

    #[test]
    fn an_escape_for_the_terminal_is_written_out() {
        let batch = sample::texts(&["a\x1b[2J\r\nb"]);
        assert_eq!(sample::text(Format::Csv, Options::default(), &[batch]), "c\n\"a\\x1b[2J\\r\nb\"\n");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_defused(rows in sample::rows(3)) {
            let text = sample::text(Format::Csv, Options::default(), &[sample::batch_of(&rows, 3)]);
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            let back: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.expect("CSV").iter().map(str::to_owned).collect())
                .collect();
            let defused = |value: &Option<String>| {
                escape::csv_formula(&escape::terminal_lines(value.as_deref().unwrap_or_default())).into_owned()
            };
            let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(defused).collect()).collect();
            prop_assert_eq!(back, expected);
        }
    }
}
