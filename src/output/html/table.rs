//! A result as a page with one table: sorted by a click on a heading, searched, printed.
//!
//! The page's frame, style and script come first and nothing comes after the rows: HTML needs no end of its body. So
//! rows stream, a page that was cut off still opens, and several results are sections of one page.

use std::io::Write;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::super::chart::Figure;
use super::super::value::{each_row, is_number};
use super::super::{Options, Out, Result, Sink, Written};
use super::{lines, policy, text};

const STYLE: &str = crate::output::html::page_style!("table.css");
const SCRIPT: &str = include_str!("table.js");
/// Bytes of an object or a list beyond which it is folded.
const MOST_UNFOLDED: usize = 100;
/// Bytes of it that can be seen all the same.
const SUMMARY: usize = 48;

pub(in super::super) fn open(schema: SchemaRef, options: Options, mut out: Out) -> Result<Box<dyn Sink>> {
    if !options.continues {
        head(&mut out)?;
    }
    let numbers: Vec<bool> = schema.fields().iter().map(|field| is_number(field.data_type())).collect();
    writeln!(out, "<section>\n<div class=\"tools\"><output></output></div>\n<div class=\"scroll\"><table>")?;
    if options.headings {
        write!(out, "<thead><tr>")?;
        for (field, is_number) in schema.fields().iter().zip(&numbers) {
            let class = if *is_number { " class=n" } else { "" };
            write!(out, "<th scope=col{class}><button type=button>{}</button>", text(field.name()))?;
        }
        writeln!(out, "</tr></thead>")?;
    }
    writeln!(out, "<tbody>")?;
    let figure = options.chart.map(|wanted| Figure::new(&schema, options.style, wanted));
    Ok(Box::new(Html { out, options, numbers, figure }))
}

/// Everything before the first result.
fn head(out: &mut Out) -> Result<()> {
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>trailql</title>\n<style>{STYLE}</style>\n\
         <script>{SCRIPT}</script>\n</head>\n<body>",
        policy(SCRIPT, STYLE)
    )?;
    Ok(())
}

struct Html {
    out: Out,
    options: Options,
    /// Which columns are numbers.
    numbers: Vec<bool>,
    figure: Option<Figure>,
}

impl Sink for Html {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let Self { out, options, numbers, figure } = self;
        if let Some(figure) = figure {
            figure.take(batch)?;
        }
        let null = text(options.null_for_people());
        each_row(batch, options.style, |cells| {
            write!(out, "<tr>")?;
            for (cell, is_number) in cells.iter().zip(numbers.iter()) {
                match cell.get() {
                    None if *is_number => write!(out, "<td class=\"n u\">{null}")?,
                    None => write!(out, "<td class=u>{null}")?,
                    Some(value) if *is_number => write!(out, "<td class=n>{}", text(value))?,
                    Some(value) if value.len() > MOST_UNFOLDED && value.starts_with(['{', '[']) => {
                        let beginning = text(&value[..value.floor_char_boundary(SUMMARY)]);
                        write!(out, "<td><details><summary>{beginning}…</summary>{}</details>", lines(value))?;
                    }
                    Some(value) => write!(out, "<td>{}", lines(value))?,
                }
            }
            Ok(writeln!(out, "</tr>")?)
        })?;
        Ok(self.out.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        writeln!(self.out, "</tbody></table></div>")?;
        let undrawn = match self.figure.take().map(Figure::finish) {
            Some(Ok(figure)) => {
                self.out.write_all(figure.as_bytes())?;
                None
            }
            Some(Err(undrawn)) => Some(undrawn),
            None => None,
        };
        writeln!(self.out, "</section>")?;
        self.out.flush()?;
        Ok(Written { undrawn, ..Written::default() })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::super::super::chart::Wanted;
    use super::super::super::{Format, escape, sample};
    use super::*;

    fn page(options: Options, batch: &RecordBatch) -> String {
        sample::text(Format::Html, options, std::slice::from_ref(batch))
    }

    #[test]
    fn rows_are_rows_of_a_table() {
        let text = page(Options { continues: true, ..Options::default() }, &sample::events());
        assert_snapshot!(text, @r#"
        <section>
        <div class="tools"><output></output></div>
        <div class="scroll"><table>
        <thead><tr><th scope=col><button type=button>time</button><th scope=col><button type=button>eventname</button><th scope=col><button type=button>arn</button><th scope=col class=n><button type=button>count</button><th scope=col class=n><button type=button>share</button><th scope=col><button type=button>identity</button></tr></thead>
        <tbody>
        <tr><td>2023-07-10T11:42:36Z<td>ConsoleLogin<td>arn:aws:sts::123456789012:assumed-role/admin/alice<td class=n>12<td class=n>0.25<td>{&quot;type&quot;:&quot;AssumedRole&quot;,&quot;issuer&quot;:&quot;admin&quot;}</tr>
        <tr><td>2023-07-10T11:42:37.250Z<td>GetObject<td class=u>NULL<td class=n>-3<td class=n>2.0<td>{}</tr>
        <tr><td class=u>NULL<td>=HYPERLINK(&quot;x&quot;)<td>arn:aws:iam::123456789012:root<td class="n u">NULL<td class="n u">NULL<td>{&quot;type&quot;:&quot;Root&quot;}</tr>
        </tbody></table></div>
        </section>
        "#);
    }

    #[test]
    fn a_second_result_is_a_section_of_the_same_page() {
        let first = page(Options::default(), &sample::texts(&["a"]));
        let second = page(Options { continues: true, ..Options::default() }, &sample::texts(&["a"]));
        assert!(first.starts_with("<!DOCTYPE html>") && first.ends_with(&second), "{first}");
        assert!(!first.contains("</body>"));
    }

    #[test]
    fn a_page_names_nothing_that_would_have_to_be_loaded() {
        let page = page(Options { chart: Some(Wanted::default()), ..Options::default() }, &sample::events());
        for word in ["http://", "https://", "@import", "url(", " src=", "innerHTML", "document.write", "eval("] {
            assert!(!page.contains(word), "{word}");
        }
        assert!(page.contains("<svg "));
    }

    #[test]
    fn the_policy_has_the_hashes_of_what_is_ours() {
        let page = page(Options::default(), &sample::events());
        for (kind, text) in [("script", "script"), ("style", "style")] {
            let from = page.find(&format!("<{text}>")).expect("a start") + text.len() + 2;
            let own = page[from..].split(&format!("</{text}>")).next().expect("an end");
            let hash = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, Sha256::digest(own.as_bytes()));
            assert!(page.contains(&format!("{kind}-src 'sha256-{hash}'")), "{kind}");
        }
    }

    #[test]
    fn long_objects_are_folded() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(100));
        assert!(page(Options::default(), &sample::texts(&[&long])).contains("xx…</summary>{&quot;a&quot;:&quot;xx"));
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(rows in sample::rows(2), more in "[<>&\"'a/!-]{0,20}") {
            let rows: Vec<Vec<Option<String>>> =
                rows.into_iter().map(|row| row.into_iter().map(|text| text.map(|text| text + &more)).collect()).collect();
            let text = page(Options { continues: true, ..Options::default() }, &sample::batch_of(&rows, 2));
            let body = text.split_once("<tbody>").and_then(|(_, rest)| rest.split_once("</tbody>")).expect("rows").0;
            let known = ["<tr>", "</tr>", "<td>", "<td class=u>", "<details>", "<summary>", "</summary>", "</details>"];
            let without = known.iter().fold(body.to_owned(), |body, tag| body.replace(tag, ""));
            prop_assert!(!without.contains(['<', '>']), "{}", without);
            prop_assert_eq!((body.matches("<tr>").count(), body.matches("<td").count()), (rows.len(), 2 * rows.len()));
            prop_assert!(!text.contains(|char| char != '\n' && char != '\t' && escape::steers(char)));
        }
    }
}
