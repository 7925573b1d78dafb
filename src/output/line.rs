//! One value per line and nothing cut, as psql's expanded mode: for few rows with many or long values.

use std::fmt::Write as _;
use std::io::Write;

use anstyle::{Effects, Style};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::value::each_row;
use super::{Options, Out, Result, Sink, Written, escape};

pub(super) fn open(schema: SchemaRef, options: Options, out: Out) -> Result<Box<dyn Sink>> {
    let names: Vec<_> = schema.fields().iter().map(|field| escape::terminal(field.name()).into_owned()).collect();
    let margin = names.iter().map(|name| name.width()).max().unwrap_or(0);
    Ok(Box::new(Line { out, names, margin, options, records: 0 }))
}

struct Line {
    out: Out,
    names: Vec<String>,
    /// Terminal columns that the widest name takes.
    margin: usize,
    options: Options,
    records: u64,
}

impl Line {
    /// `-[ RECORD 1 ]-+-----`, as long as the widest value, within the terminal. The label may cover the `+`.
    fn rule(&self, widest: usize) -> String {
        let mut rule = format!("-[ RECORD {} ]", self.records);
        let length = (self.margin + 3 + widest).min(self.options.width.unwrap_or(WIDEST_RULE));
        rule.extend((rule.len()..length).map(|column| if column == self.margin + 1 { '+' } else { '-' }));
        rule
    }
}

/// Terminal columns of a rule when the terminal is not known.
const WIDEST_RULE: usize = 100;

impl Sink for Line {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let dim = |on: bool| if on { Style::new().effects(Effects::DIMMED) } else { Style::new() };
        let (quiet, null) = (dim(self.options.color), self.options.null_for_people().to_owned());
        let blank = " ".repeat(self.margin);
        each_row(batch, self.options.style, |cells| {
            self.records += 1;
            let (mut widest, mut text) = (0, String::new());
            for (name, cell) in self.names.iter().zip(cells) {
                let style = dim(self.options.color && cell.get().is_none());
                let value = escape::terminal_lines(cell.get().unwrap_or(&null)).replace('\t', "\\t");
                let mut lines = value.split('\n');
                let first = lines.next().unwrap_or_default();
                widest = widest.max(first.width());
                let pad = &blank[name.width()..];
                let _ = writeln!(text, "{name}{pad} {quiet}|{quiet:#} {style}{first}{style:#}");
                // The rest of a value with line breaks has no name beside it, so it cannot pass for another value.
                for line in lines {
                    widest = widest.max(line.width());
                    let _ = writeln!(text, "{blank} {quiet}|{quiet:#} {line}");
                }
            }
            if self.options.headings {
                writeln!(self.out, "{quiet}{}{quiet:#}", self.rule(widest))?;
            } else if self.records > 1 {
                writeln!(self.out)?;
            }
            Ok(self.out.write_all(text.as_bytes())?)
        })?;
        Ok(self.out.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.out.flush()?;
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
    fn a_record_is_a_block() {
        assert_snapshot!(sample::text(Format::Line, Options::default(), &[sample::events()]), @r#"
        -[ RECORD 1 ]-------------------------------------------------
        time      | 2023-07-10T11:42:36Z
        eventname | ConsoleLogin
        arn       | arn:aws:sts::123456789012:assumed-role/admin/alice
        count     | 12
        share     | 0.25
        identity  | {"type":"AssumedRole","issuer":"admin"}
        -[ RECORD 2 ]-----------------------
        time      | 2023-07-10T11:42:37.250Z
        eventname | GetObject
        arn       | NULL
        count     | -3
        share     | 2.0
        identity  | {}
        -[ RECORD 3 ]-----------------------------
        time      | NULL
        eventname | =HYPERLINK("x")
        arn       | arn:aws:iam::123456789012:root
        count     | NULL
        share     | NULL
        identity  | {"type":"Root"}
        "#);
    }

    #[test]
    fn records_are_numbered_across_batches_and_the_rule_keeps_to_the_terminal() {
        let options = Options { width: Some(20), ..Options::default() };
        let batch = sample::texts(&["a value that is longer than the terminal"]);
        assert_snapshot!(sample::text(Format::Line, options, &[batch.clone(), batch]), @"
        -[ RECORD 1 ]-------
        c | a value that is longer than the terminal
        -[ RECORD 2 ]-------
        c | a value that is longer than the terminal
        ");
    }

    #[test]
    fn without_headings_a_blank_line_parts_the_records() {
        let options = Options { headings: false, ..Options::default() };
        assert_eq!(sample::text(Format::Line, options, &[sample::texts(&["a", "b"])]), "c | a\n\nc | b\n");
        assert_eq!(sample::text(Format::Line, Options::default(), &[sample::texts(&[])]), "");
    }

    proptest! {
        #[test]
        fn no_value_steers_the_terminal_or_poses_as_another(rows in sample::rows(2)) {
            let text = sample::text(Format::Line, Options::default(), &[sample::batch_of(&rows, 2)]);
            prop_assert!(!text.contains(|char| char != '\n' && escape::steers(char)));
            let starts = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
            prop_assert_eq!((starts("-[ RECORD "), starts("c0 | "), starts("c1 | ")), (rows.len(), rows.len(), rows.len()));
        }
    }
}
