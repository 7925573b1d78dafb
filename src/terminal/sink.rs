//! Where rows go: stdout, or a file that appears whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use super::pager::{self, Paged};

use crate::output;
use crate::session::Error;

/// Where rows go: stdout, a pager, or a file that appears whole or not at all.
pub struct Sink {
    file: Option<(PathBuf, NamedTempFile)>,
    pager: Option<Arc<Mutex<Paged>>>,
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

/// A pager that the sink keeps a hold of.
struct Locked(Arc<Mutex<Paged>>);

impl Write for Locked {
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
        Ok(Self { file: Some((path, file)), pager: None, shared })
    }

    /// Rows to stdout.
    #[must_use]
    pub fn stdout() -> Self {
        Self { file: None, pager: None, shared: Shared(Arc::new(Mutex::new(Box::new(io::stdout())))) }
    }

    /// Rows to the terminal, through a pager where they are longer than the screen: this command, or what the
    /// environment names. To stdout where there is no terminal.
    #[must_use]
    pub fn pager(command: Option<&str>) -> Self {
        let size = terminal_size::terminal_size().filter(|_| io::stdout().is_terminal());
        let command = command.map(str::to_owned).or_else(pager::of_environment);
        let (Some((width, height)), Some(command)) = (size, command) else { return Self::stdout() };
        let paged = Arc::new(Mutex::new(Paged::new(command, (usize::from(height.0), usize::from(width.0)))));
        let shared = Shared(Arc::new(Mutex::new(Box::new(Locked(Arc::clone(&paged))))));
        Self { file: None, pager: Some(paged), shared }
    }

    /// Waits until the reader has seen what was written. The next result begins anew.
    ///
    /// # Errors
    /// When it cannot be shown.
    pub fn settle(&mut self) -> Result<(), Error> {
        let Some(pager) = &self.pager else { return Ok(()) };
        let settled = pager.lock().unwrap_or_else(PoisonError::into_inner).settle();
        settled.map_err(|error| Error::Output(output::Error::Write(error)))
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
