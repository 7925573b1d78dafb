//! A box that fits the terminal: names above, numbers to the right, nulls set off.
//!
//! Every row is one line, unless values are wrapped. What does not fit is cut with a `…` or hidden, and counted. The
//! columns are known only when the rows are, so rows are held until the end: at most [`Options::max_rows`], each cut
//! to the terminal's width. `comfy-table` is not used: it counts widths in 16 bits and wraps what is longer, and logs
//! hold values of 100 KB.

mod pen;
#[cfg(test)]
mod tests;
pub(super) mod wrap;

use std::io::Write;

use anstyle::Style;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::fit::{self, Wish, cut, keeps_end};
use super::value::{each_row, is_number, is_text};
use super::{Options, Out, Result, Sink, Written, chart, escape};
use crate::output::Palette;
use pen::{Pen, Rule, Strokes, loud};

/// The narrowest terminal a table is made for, in columns; on a narrower one it runs over.
pub(super) const NARROWEST: usize = 10;

/// Bytes of one wrapped value that are kept: all of a CloudTrail record, whose limit is 256 KB.
const MOST_WRAPPED: usize = 256 << 10;

pub(super) fn open(schema: SchemaRef, options: Options, out: Out) -> Result<Box<dyn Sink>> {
    Ok(match options.chart {
        Some(wanted) => chart::open(schema, options, wanted, out),
        None => Box::new(Table::new(&schema, options, out)),
    })
}

/// See the file.
pub(super) struct Table {
    out: Out,
    columns: Vec<Column>,
    options: Options,
    /// The column whose values have tones.
    toned: Option<usize>,
    rows: Vec<Vec<Shown>>,
    hidden_rows: u64,
}

struct Column {
    heading: Shown,
    right: bool,
    rigid: bool,
}

/// A value as it waits to be drawn.
struct Shown {
    text: String,
    /// Terminal columns that its widest line takes.
    width: usize,
    keeps_end: bool,
    null: bool,
    /// Whether it is already cut.
    cut: bool,
}

impl Shown {
    /// No value needs more than the terminal's width, so no more is kept. Line breaks stay where values are wrapped.
    fn new(text: &str, options: &Options) -> Self {
        let keeps_end = keeps_end(text);
        let more = strokes(options).more;
        if options.wrap {
            let kept = &text[..text.floor_char_boundary(MOST_WRAPPED)];
            let is_cut = kept.len() < text.len();
            let mut text = escape::terminal_lines(kept).replace('\t', "\\t");
            text.extend(is_cut.then_some(more));
            let width = text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or(0);
            return Self { width, cut: is_cut, keeps_end, null: false, text };
        }
        let text = escape::terminal(text);
        let kept = cut(&text, options.width.unwrap_or(usize::MAX), keeps_end, more);
        Self { width: kept.width(), cut: kept != text, keeps_end, null: false, text: kept.into_owned() }
    }
}

fn strokes(options: &Options) -> &'static Strokes {
    if options.ascii { &pen::ASCII } else { &pen::UNICODE }
}

impl Table {
    /// No rows yet.
    pub(super) fn new(schema: &SchemaRef, options: Options, out: Out) -> Self {
        let options = Options { width: options.width.map(|width| width.max(NARROWEST)), ..options };
        let columns = schema
            .fields()
            .iter()
            .map(|field| Column {
                heading: Shown::new(field.name(), &options),
                right: is_number(field.data_type()),
                rigid: !is_text(field.data_type()),
            })
            .collect();
        let toned = options.tones.and_then(|tones| schema.index_of(tones.column).ok());
        Self { out, columns, options, toned, rows: Vec::new(), hidden_rows: 0 }
    }

    /// What it would have been drawn on.
    pub(super) fn into_out(self) -> Out {
        self.out
    }
}

impl Sink for Table {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let room = self.options.max_rows.map_or(usize::MAX, |most| most.saturating_sub(self.rows.len()));
        let shown = room.min(batch.num_rows());
        self.hidden_rows += (batch.num_rows() - shown) as u64;
        let null = self.options.null_for_people();
        each_row(&batch.slice(0, shown), self.options.style, |cells| {
            let show =
                |text: Option<&str>| Shown { null: text.is_none(), ..Shown::new(text.unwrap_or(null), &self.options) };
            self.rows.push(cells.iter().map(|cell| show(cell.get())).collect());
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let (mut out, written) = self.end()?;
        out.flush()?;
        Ok(written)
    }
}

impl Table {
    /// Draws the table; what comes below it goes to the same place.
    pub(super) fn end(mut self) -> Result<(Out, Written)> {
        let wish = |(index, column): (usize, &Column)| Wish {
            heading: if self.options.headings { column.heading.width } else { 0 },
            widest: self.rows.iter().filter_map(|row| row.get(index)).map(|value| value.width).max().unwrap_or(0),
            rigid: column.rigid,
        };
        let wishes: Vec<_> = self.columns.iter().enumerate().map(wish).collect();
        let widths = fit::widths(&wishes, self.options.width);
        let mut pen = Pen {
            strokes: strokes(&self.options),
            palette: if self.options.color { self.options.palette } else { Palette::plain() },
            hidden: widths.len() < wishes.len(),
            wrap: self.options.wrap,
            cut: 0,
            text: String::new(),
        };
        if !widths.is_empty() {
            self.draw(&widths, &mut pen)?;
        }
        let written = Written {
            hidden_rows: self.hidden_rows,
            hidden_columns: wishes.len() - widths.len(),
            cut_values: pen.cut,
            ..Written::default()
        };
        Ok((self.out, written))
    }

    fn draw(&mut self, widths: &[usize], pen: &mut Pen) -> Result<()> {
        let out = &mut self.out;
        let (bold, dim) = (pen.palette.heading, pen.palette.null);
        out.write_all(pen.rule(widths, Rule::Top).as_bytes())?;
        if self.options.headings {
            let names = self.columns.iter().map(|column| (&column.heading, bold, column.right));
            out.write_all(pen.row(widths, names).as_bytes())?;
            out.write_all(pen.rule(widths, Rule::Inner).as_bytes())?;
            // Only values that are cut are counted.
            pen.cut = 0;
        }
        let pen_color = self.options.color;
        let mut before: Option<&str> = None;
        for row in &self.rows {
            let toned = self.toned.and_then(|index| row.get(index)).map(|value| value.text.as_str());
            if before.is_some() && before != toned {
                out.write_all(pen.rule(widths, Rule::Inner).as_bytes())?;
            }
            before = toned;
            let style = |index: usize, value: &Shown| match self.options.tones {
                _ if !pen_color => Style::new(),
                _ if value.null => dim,
                Some(tones) if self.toned == Some(index) => tones
                    .values
                    .iter()
                    .find(|(known, _)| *known == value.text)
                    .map_or(Style::new(), |(_, tone)| loud(*tone)),
                _ => Style::new(),
            };
            let values = row.iter().enumerate().zip(&self.columns);
            let values = values.map(|((index, value), column)| (value, style(index, value), column.right));
            out.write_all(pen.row(widths, values).as_bytes())?;
        }
        if self.hidden_rows > 0 {
            let more = Shown::new(&pen.strokes.more.to_string(), &Options::default());
            let marks = self.columns.iter().map(|column| (&more, dim, column.right));
            out.write_all(pen.row(widths, marks).as_bytes())?;
        }
        out.write_all(pen.rule(widths, Rule::Bottom).as_bytes())?;
        Ok(())
    }
}
