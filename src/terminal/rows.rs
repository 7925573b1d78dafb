//! Rows that a command makes itself of an answer.

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::{Sink, Terminal, columns};
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
        let width = sink.is_terminal().then(|| columns(schema.fields().len())).flatten();
        let color = self.colors(sink);
        let options = output::Options { width, color, palette: self.palette, tones, ..output::Options::default() };
        Ok(Writer::new(format, schema, options, sink.writer())?)
    }

    /// Whether what goes there is coloured.
    #[must_use]
    pub fn colors(&self, sink: &Sink) -> bool {
        self.color_rows && sink.is_terminal()
    }

    /// The columns of what goes there, as far as they are known.
    #[must_use]
    pub fn width(&self, sink: &Sink) -> Option<usize> {
        sink.is_terminal().then(|| columns(1)).flatten()
    }
}
