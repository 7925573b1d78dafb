//! Rows that a command makes itself of an answer.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::{Sink, Terminal, View, view};
use crate::output::{self, Format, Tones, Writer, Written};
use crate::session::{Answer, Error};

impl Terminal {
    /// Hands every batch of an answer on, after a line about how far it is where that takes long.
    ///
    /// # Errors
    /// When the query fails on its way, or `take` does.
    pub async fn follow(
        &self,
        answer: &mut Answer,
        mut take: impl FnMut(&RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut progress = self.progress();
        while let Some(batch) = self.next(answer, &mut progress).await? {
            take(&batch)?;
        }
        Ok(())
    }

    /// Writes rows, some values set off by their tones.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(
        &self,
        rows: &RecordBatch,
        format: Format,
        tones: Option<Tones>,
        sink: &Sink,
    ) -> Result<Written, Error> {
        let mut writer = self.writer(rows.schema(), format, tones, sink)?;
        writer.write(rows)?;
        Ok(writer.finish()?)
    }

    /// What writes rows that come one batch after the other.
    ///
    /// # Errors
    /// When not even the headings can be written.
    pub fn writer(
        &self,
        schema: SchemaRef,
        format: Format,
        tones: Option<Tones>,
        sink: &Sink,
    ) -> Result<Writer, Error> {
        self.begin(schema, &View::from(format), tones, sink)
    }

    fn begin(&self, schema: SchemaRef, view: &View, tones: Option<Tones>, sink: &Sink) -> Result<Writer, Error> {
        let of_view = view.options(sink, schema.fields().len());
        let options = output::Options { color: self.colors(sink), palette: self.palette, tones, ..of_view };
        let writer = Writer::new(view.format, schema, options, sink.writer())?;
        sink.begin();
        Ok(writer)
    }

    /// Draws rows that were kept, or says why they make no chart.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn draw(&self, schema: &SchemaRef, rows: &[RecordBatch], view: &View, sink: &Sink) -> Result<(), Error> {
        let mut writer = self.begin(Arc::clone(schema), view, None, sink)?;
        for batch in rows {
            writer.write(batch)?;
        }
        if let Some(why) = writer.finish()?.undrawn {
            self.note_undrawn(why);
        }
        Ok(())
    }

    /// Whether what goes there is coloured.
    #[must_use]
    pub fn colors(&self, sink: &Sink) -> bool {
        self.color_rows && sink.is_stdout()
    }

    /// The columns of what goes there, as far as they are known.
    #[must_use]
    pub fn width(&self, sink: &Sink) -> Option<usize> {
        sink.is_terminal().then(view::width).flatten()
    }
}
