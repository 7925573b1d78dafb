//! A table in GitHub's Markdown, for issues and reports.
//!
//! A value must look on the page as it is, and must not act there: what would be markup, a link, an image or HTML
//! is escaped; a line break becomes `<br>`.

use std::borrow::Cow;
use std::io::Write;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::value::{each_row, is_number};
use super::{Options, Out, Result, Sink, Written, escape};

pub(super) fn open(schema: SchemaRef, options: Options, mut out: Out) -> Result<Box<dyn Sink>> {
    if options.headings {
        let names: Vec<_> = schema.fields().iter().map(|field| escaped(field.name())).collect();
        let rules: Vec<_> =
            schema.fields().iter().map(|field| if is_number(field.data_type()) { "---:" } else { "---" }).collect();
        writeln!(out, "| {} |\n| {} |", names.join(" | "), rules.join(" | "))?;
    }
    Ok(Box::new(Markdown { out, options }))
}

struct Markdown {
    out: Out,
    options: Options,
}

impl Sink for Markdown {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let Self { out, options } = self;
        let null = escaped(options.null_for_people()).into_owned();
        each_row(batch, options.style, |cells| {
            for cell in cells {
                write!(out, "| {} ", cell.get().map_or(Cow::Borrowed(null.as_str()), escaped))?;
            }
            Ok(writeln!(out, "|")?)
        })?;
        Ok(self.out.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.out.flush()?;
        Ok(Written::default())
    }
}

/// One value, as it stands in a cell.
///
/// Underscores are left alone: inside words they are no markup, and names are full of them.
fn escaped(text: &str) -> Cow<'_, str> {
    let markup = |char| matches!(char, '\\' | '|' | '`' | '*' | '[' | ']' | '~' | '<' | '>' | '&' | '\n' | '$');
    match escape::terminal_lines(text.trim_end_matches(['\r', '\n'])) {
        Cow::Borrowed(text) => escape::escaped(text, |char| char == '\t' || markup(char), write_markup),
        Cow::Owned(text) => {
            Cow::Owned(escape::escaped(&text, |char| char == '\t' || markup(char), write_markup).into_owned())
        }
    }
}

fn write_markup(char: char, out: &mut String) {
    match char {
        '\n' => out.push_str("<br>"),
        '\t' => out.push(' '),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        char => out.extend(['\\', char]),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::{Format, sample};
    use super::*;

    #[test]
    fn rows_follow_a_heading_and_numbers_stand_to_the_right() {
        assert_snapshot!(sample::text(Format::Markdown, Options::default(), &[sample::events()]), @r#"
        | time | eventname | arn | count | share | identity |
        | --- | --- | --- | ---: | ---: | --- |
        | 2023-07-10T11:42:36Z | ConsoleLogin | arn:aws:sts::123456789012:assumed-role/admin/alice | 12 | 0.25 | {"type":"AssumedRole","issuer":"admin"} |
        | 2023-07-10T11:42:37.250Z | GetObject | NULL | -3 | 2.0 | {} |
        | NULL | =HYPERLINK("x") | arn:aws:iam::123456789012:root | NULL | NULL | {"type":"Root"} |
        "#);
    }

    #[test]
    fn no_rows_leave_the_heading() {
        assert_eq!(sample::text(Format::Markdown, Options::default(), &[sample::texts(&[])]), "| c |\n| --- |\n");
    }

    #[test]
    fn a_value_does_not_act_on_the_page() {
        assert_eq!(escaped("a|b"), "a\\|b");
        assert_eq!(escaped("![x](http://example.com/pixel)"), "!\\[x\\](http://example.com/pixel)");
        assert_eq!(escaped("<img src=x>&lt;"), "&lt;img src=x&gt;&amp;lt;");
        assert_eq!(escaped("arn:aws:s3:::a/* and *"), "arn:aws:s3:::a/\\* and \\*");
        assert_eq!(escaped("two\nlines\n"), "two<br>lines");
        assert_eq!(escaped("assumed_role"), "assumed_role");
    }

    proptest! {
        #[test]
        fn every_row_is_one_line_with_its_cells(rows in sample::rows(2)) {
            let text = sample::text(Format::Markdown, Options::default(), &[sample::batch_of(&rows, 2)]);
            prop_assert!(!text.contains(|char| char != '\n' && escape::steers(char)));
            prop_assert_eq!(text.lines().count(), rows.len() + 2);
            for line in text.lines() {
                prop_assert_eq!(line.replace("\\\\", "").replace("\\|", "").matches('|').count(), 3, "{}", line);
            }
        }
    }
}
