//! Tab-separated values, one row per line whatever the values hold.
//!
//! Escaped as Postgres' `COPY … FORMAT text` does, so that `COPY` reads it back: `\t`, `\n`, `\\`, null as `\N`,
//! other characters that steer a terminal as the bytes `\x1b`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::value::each_row;
use super::{Options, Out, Result, Sink, ValueStyle, Written, escape};

pub(super) fn open(schema: SchemaRef, options: Options, mut out: Out) -> Result<Box<dyn Sink>> {
    if options.headings {
        let names: Vec<_> = schema.fields().iter().map(|field| escaped(field.name())).collect();
        writeln!(out, "{}", names.join("\t"))?;
    }
    Ok(Box::new(Tsv { out, null: options.null.unwrap_or_else(|| "\\N".to_owned()), style: options.style }))
}

struct Tsv {
    out: Out,
    null: String,
    style: ValueStyle,
}

impl Sink for Tsv {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let Self { out, null, style } = self;
        each_row(batch, *style, |cells| {
            for (column, cell) in cells.iter().enumerate() {
                if column > 0 {
                    out.write_all(b"\t")?;
                }
                out.write_all(cell.get().map_or(Cow::Borrowed(null.as_str()), escaped).as_bytes())?;
            }
            Ok(out.write_all(b"\n")?)
        })?;
        Ok(self.out.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.out.flush()?;
        Ok(Written::default())
    }
}

/// One value, without tabs and line breaks.
fn escaped(text: &str) -> Cow<'_, str> {
    escape::escaped(
        text,
        |char| char == '\\' || escape::steers(char),
        |char, out| match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char => {
                for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::{Format, sample};
    use super::*;

    #[test]
    fn rows_follow_a_heading() {
        assert_snapshot!(sample::text(Format::Tsv, Options::default(), &[sample::events()]).replace('\t', "→"), @r#"
        time→eventname→arn→count→share→identity
        2023-07-10T11:42:36Z→ConsoleLogin→arn:aws:sts::123456789012:assumed-role/admin/alice→12→0.25→{"type":"AssumedRole","issuer":"admin"}
        2023-07-10T11:42:37.250Z→GetObject→\N→-3→2.0→{}
        \N→=HYPERLINK("x")→arn:aws:iam::123456789012:root→\N→\N→{"type":"Root"}
        "#);
    }

    #[test]
    fn values_are_escaped_as_copy_does() {
        assert_eq!(escaped("a\tb\\N\nc\x1b\u{9b}"), "a\\tb\\\\N\\nc\\x1b\\xc2\\x9b");
        assert_eq!(sample::text(Format::Tsv, Options::default(), &[sample::texts(&[])]), "c\n");
    }

    /// Reads one value as `COPY` does.
    fn unescaped(text: &str) -> Option<String> {
        if text == "\\N" {
            return None;
        }
        let (mut bytes, mut out) = (text.bytes(), Vec::new());
        while let Some(byte) = bytes.next() {
            let read = match byte {
                b'\\' => match bytes.next().expect("a backslash has company") {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'x' => {
                        let digits = [bytes.next().expect("a digit"), bytes.next().expect("a digit")];
                        u8::from_str_radix(std::str::from_utf8(&digits).expect("digits"), 16).expect("digits")
                    }
                    other => other,
                },
                other => other,
            };
            out.push(read);
        }
        Some(String::from_utf8(out).expect("text"))
    }

    proptest! {
        #[test]
        fn every_text_comes_back(rows in sample::rows(2)) {
            let text = sample::text(Format::Tsv, Options::default(), &[sample::batch_of(&rows, 2)]);
            prop_assert!(!text.contains(|char| !matches!(char, '\n' | '\t') && escape::steers(char)));
            let back: Vec<Vec<_>> =
                text.lines().skip(1).map(|line| line.split('\t').map(unescaped).collect()).collect();
            prop_assert_eq!(back, rows);
        }
    }
}
