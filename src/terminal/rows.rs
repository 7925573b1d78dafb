//! Rows that a command makes itself of an answer.

use std::time::Instant;

use datafusion::arrow::record_batch::RecordBatch;

use super::{Progress, Sink, Terminal, columns};
use crate::output::{self, Format, Writer};
use crate::session::{Answer, Error, Language, Outcome};

impl Terminal {
    /// Reads an answer to its end, and says how far it is.
    ///
    /// # Errors
    /// When the query fails on its way, or `take` does.
    pub async fn read(
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

    /// Writes rows, and says what it took to make them where log files were read.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(
        &self,
        rows: &RecordBatch,
        format: Format,
        sink: &Sink,
        read: Option<(&Outcome, Instant)>,
    ) -> Result<(), Error> {
        let width = sink.is_terminal().then(|| columns(rows.num_columns())).flatten();
        let options = output::Options {
            width,
            color: self.color_rows && sink.is_terminal(),
            style: Language::Filter.style(),
            ..output::Options::default()
        };
        let mut writer = Writer::new(format, rows.schema(), options, sink.writer())?;
        writer.write(rows)?;
        let written = writer.finish()?;
        if let Some((outcome, started)) = read {
            let outcome = &Outcome { rows: rows.num_rows() as u64, ..outcome.clone() };
            self.report(outcome, &written, started);
        }
        Ok(())
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
