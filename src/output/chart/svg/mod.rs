//! Charts in a page: SVG whose colours are classes, so that they follow the page from light to dark.

mod bars;
mod lines;

use std::fmt::Write as _;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::super::html::text;
use super::super::{Result, ValueStyle};
use super::rows::Rows;
use super::scale::full;
use super::{Chart, Undrawn, Wanted};

/// The drawing, in units of its own.
const WIDTH: f64 = 960.0;
/// Units that a letter of a label takes, about.
const LETTER: f64 = 6.2;

/// A chart of a page, as the rows come.
#[derive(Debug)]
pub(in super::super) struct Figure {
    rows: Rows,
    wanted: Wanted,
}

impl Figure {
    /// No rows yet.
    pub(in super::super) fn new(schema: &SchemaRef, style: ValueStyle, wanted: Wanted) -> Self {
        Self { rows: Rows::new(schema, style), wanted }
    }

    /// Takes the rows of a batch in.
    pub(in super::super) fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows.take(batch)
    }

    /// The figure, or why there is none.
    pub(in super::super) fn finish(self) -> std::result::Result<String, Undrawn> {
        Ok(match Chart::of(self.rows, self.wanted.kind)? {
            Chart::Bar(bars) => figure(&bars.title, &bars::draw(&bars), &bars.series, &bars.remarks().join("; ")),
            Chart::Time(series) => {
                let names: Vec<String> = series.lines.iter().map(|line| line.name.clone()).collect();
                figure(&series.title, &lines::draw(&series), &names, &series.caption())
            }
        })
    }
}

fn figure(title: &str, drawn: &str, names: &[String], caption: &str) -> String {
    let mut out = format!("<figure class=\"chart\">\n<h3>{}</h3>\n{drawn}", text(title));
    if names.len() > 1 {
        out.push_str("<ul class=\"legend\">");
        for (series, name) in names.iter().enumerate() {
            let _ = write!(out, "<li class=\"s{series}\"><span>{}</span></li>", text(name));
        }
        out.push_str("</ul>\n");
    }
    let _ = writeln!(out, "<figcaption>{}</figcaption>\n</figure>", text(caption));
    out
}

/// Opens a drawing of this height.
fn begin(height: f64, label: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n", text(label))
}

/// What is said of some numbers when they are pointed at: their names where there are several.
fn told<'a>(of: &str, numbers: impl Iterator<Item = (&'a str, Option<f64>)>, is_one: bool) -> String {
    let numbers = numbers.filter(|(_, number)| is_one || number.is_some());
    let list: Vec<_> =
        numbers.map(|(name, number)| if is_one { full(number) } else { format!("{name}: {}", full(number)) }).collect();
    text(&format!("{of}: {}", list.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn check(batch: &RecordBatch) -> String {
        let mut figure = Figure::new(&batch.schema(), ValueStyle::Sql, Wanted::default());
        figure.take(batch).expect("columns that can be read");
        figure.finish().expect("something to draw")
    }

    #[test]
    fn bars_and_lines_are_drawn_with_their_numbers_to_point_at() {
        let text = check(&sample::numbers(&[1.0, -2.0, f64::NAN]));
        assert_eq!(text.matches("<rect class=\"s0\"").count(), 2, "{text}");
        assert!(text.contains("<title>2: -2</title>"), "{text}");
        let text = check(&sample::events());
        assert!(text.contains("<path class=\"s0\"") && text.contains("<ul class=\"legend\">"), "{text}");
    }

    #[test]
    fn text_of_strangers_is_no_markup() {
        let hostile = "</title><script>alert(1)</script>\x1b[2J\u{202e}";
        let names = sample::texts(&[hostile]);
        let numbers = sample::numbers(&[1.0]);
        let columns = [(hostile, names.column(0)), ("n", numbers.column(0))];
        let columns = columns.map(|(name, array)| (name, std::sync::Arc::clone(array)));
        let text = check(&RecordBatch::try_from_iter(columns).expect("two columns"));
        assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{text}");
        assert!(!text.contains(|character| character != '\n' && super::super::super::escape::steers(character)));
    }
}
