//! Where rows go: stdout, or a file that appears whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::output;
use crate::session::Error;

/// Where rows go: stdout, or a file that appears whole or not at all.
pub struct Sink {
    file: Option<(PathBuf, NamedTempFile)>,
    shared: Shared,
}

/// A writer that several results share, one after the other.
#[derive(Clone)]
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

impl Sink {
    /// Rows to a file that replaces another at the end, or never.
    ///
    /// # Errors
    /// When no file can be made in that folder.
    pub fn file(path: PathBuf) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder)?;
        let shared = Shared(Arc::new(Mutex::new(Box::new(file.reopen()?))));
        Ok(Self { file: Some((path, file)), shared })
    }

    /// Rows to stdout.
    #[must_use]
    pub fn stdout() -> Self {
        Self { file: None, shared: Shared(Arc::new(Mutex::new(Box::new(io::stdout())))) }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    /// What takes bytes. It has no buffer.
    #[must_use]
    pub fn writer(&self) -> Box<dyn Write + Send> {
        Box::new(self.shared.clone())
    }

    /// Writes text of our own between results.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn heading(&mut self, text: &str) -> Result<(), Error> {
        writeln!(self.shared, "{text}").map_err(|error| Error::Output(output::Error::Write(error)))
    }

    /// Puts the file in its place; without this it vanishes.
    ///
    /// # Errors
    /// When the file cannot be put there.
    pub fn keep(mut self) -> Result<(), Error> {
        let kept = self.shared.flush().and_then(|()| match self.file {
            Some((path, file)) => file.persist(path).map(drop).map_err(|error| error.error),
            None => Ok(()),
        });
        kept.map_err(|error| Error::Output(output::Error::Write(error)))
    }
}
