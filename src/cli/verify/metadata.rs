//! `--save-metadata`: the signatures of digest files in a file, since copies lose them.

use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::written;
use crate::cli::output::sink;
use crate::session::Error;
use crate::terminal::Sink;
use crate::verify::Digest;

/// The file on its way.
pub(super) struct Saved {
    sink: Sink,
    out: BufWriter<Box<dyn Write + Send>>,
    bucket: Option<String>,
    is_empty: bool,
}

impl Saved {
    pub(super) fn begin(path: &Path) -> Result<Self, Error> {
        let sink = sink(Some(path))?;
        let mut out = BufWriter::new(sink.writer());
        write!(out, "{{\"objects\":{{").map_err(written)?;
        Ok(Self { sink, out, bucket: None, is_empty: true })
    }

    /// Takes a digest file's metadata, if it has any.
    pub(super) fn take(&mut self, digest: &Digest) -> Result<(), Error> {
        let Some((bucket, key)) = digest.uri.strip_prefix("s3://").and_then(|uri| uri.split_once('/')) else {
            return Ok(());
        };
        if digest.metadata.is_empty() {
            return Ok(());
        }
        self.bucket.get_or_insert_with(|| bucket.to_owned());
        let comma = if std::mem::take(&mut self.is_empty) { "" } else { "," };
        write!(self.out, "{comma}\n{}:{}", json!(key), digest.metadata.to_json()).map_err(written)
    }

    pub(super) fn keep(mut self) -> Result<(), Error> {
        writeln!(self.out, "}},\n\"bucket\":{}}}", json!(self.bucket))
            .and_then(|()| self.out.flush())
            .map_err(written)?;
        self.sink.keep()
    }
}
