//! Rows that a command makes itself of an answer.

use datafusion::arrow::record_batch::RecordBatch;

use super::{Progress, Sink, Terminal, View};
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
        let mut progress = Progress::new(self.progress, self.quiet);
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
        let color = self.color_rows && sink.is_terminal();
        let options = output::Options { color, tones, ..View::from(format).options(sink, rows.num_columns()) };
        let mut writer = Writer::new(format, rows.schema(), options, sink.writer())?;
        sink.begin();
        writer.write(rows)?;
        Ok(writer.finish()?)
    }

    /// Says something that is neither an error nor a result.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.say(&crate::output::escape::terminal(message));
        }
    }

    /// Warns of something.
    pub fn caution(&self, message: &str, help: &str) {
        self.warn(message, &[help.to_owned()]);
    }
}
