//! A chart in the place of a table, or below it.

use std::io::Write;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::super::table::Table;
use super::super::{Options, Out, Result, Sink, Written};
use super::rows::Rows;
use super::{Chart, Look, Place, Wanted};

/// Columns of a chart where nobody knows the terminal's.
const WIDTH: usize = 80;

/// Begins a table with the chart that was asked for.
pub(in super::super) fn open(schema: SchemaRef, options: Options, wanted: Wanted, out: Out) -> Box<dyn Sink> {
    let width = options.width.or(options.chart_width).unwrap_or(WIDTH);
    let look = Look { width, color: options.color, ascii: options.ascii };
    let rows = Rows::new(&schema, options.style);
    Box::new(Charted { table: Table::new(&schema, options, out), rows, look, wanted })
}

struct Charted {
    table: Table,
    rows: Rows,
    look: Look,
    wanted: Wanted,
}

impl Sink for Charted {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows.take(batch)?;
        self.table.write(batch)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let chart = Chart::of(self.rows, self.wanted.kind);
        let (mut out, written) = match (self.wanted.place, &chart) {
            (Place::Instead, Ok(_)) => (self.table.into_out(), Written::default()),
            (Place::Instead, Err(_)) => self.table.end()?,
            (Place::Below, Ok(_)) => {
                let (mut out, written) = self.table.end()?;
                writeln!(out)?;
                (out, written)
            }
            (Place::Below, Err(_)) => self.table.end()?,
        };
        if let Ok(chart) = &chart {
            out.write_all(chart.text(self.look).as_bytes())?;
        }
        out.flush()?;
        Ok(Written { undrawn: chart.err(), ..written })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Format, sample};
    use super::super::{Kind, Undrawn};
    use super::*;

    fn check(batch: &RecordBatch, kind: Option<Kind>, place: Place) -> (String, Written) {
        let options = Options { chart: Some(Wanted { kind, place }), width: Some(60), ..Options::default() };
        let (bytes, written) = sample::bytes(Format::Table, options, std::slice::from_ref(batch));
        (String::from_utf8(bytes).expect("text"), written)
    }

    #[test]
    fn a_chart_stands_in_the_tables_place_or_below_it() {
        let (text, written) = check(&sample::numbers(&[1.0, 2.0]), None, Place::Instead);
        assert!(text.starts_with("n\n1 █") && !text.contains('┌'), "{text}");
        assert_eq!((written.rows, written.undrawn), (2, None));
        let (text, _) = check(&sample::numbers(&[1.0, 2.0]), Some(Kind::Bar), Place::Below);
        assert!(text.starts_with('┌') && text.contains("┘\n\nn\n1 █"), "{text}");
    }

    #[test]
    fn a_table_comes_where_nothing_can_be_drawn_and_says_why() {
        let (text, written) = check(&sample::texts(&["a"]), None, Place::Instead);
        assert!(text.starts_with('┌'), "{text}");
        assert_eq!(written.undrawn, Some(Undrawn::NoNumbers));
        let (_, written) = check(&sample::numbers(&[1.0]), Some(Kind::Time), Place::Instead);
        assert_eq!(written.undrawn, Some(Undrawn::NoTimes));
    }

    #[test]
    fn every_type_can_be_charted() {
        for kind in [None, Some(Kind::Bar), Some(Kind::Time)] {
            let (_, written) = check(&sample::every_type(), kind, Place::Instead);
            assert_eq!(written.undrawn, None);
        }
    }
}
