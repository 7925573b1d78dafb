//! Where rows go: stdout, a file that appears whole or not at all, or a pipe or device that takes them as they come.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use super::pager::{self, Paged};

use crate::output;
use crate::session::Error;

/// Where rows go.
pub struct Sink {
    target: Target,
    shared: Shared,
    is_begun: AtomicBool,
}

/// What is at the other end.
enum Target {
    Stdout,
    /// The terminal, and a pager for what is longer than it.
    Pager(Arc<Mutex<Paged>>),
    /// A pipe or a device.
    Straight,
    /// A file, and what will take its place.
    File(PathBuf, NamedTempFile),
}

/// A writer that several results share, one after the other.
#[derive(Clone)]
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Shared {
    fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(writer))))
    }
}

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
    /// Rows to a file that replaces another at the end, or never; straight to what is no file, such as a pipe.
    ///
    /// A link is followed: what it names is replaced. The file has the permissions of the one it replaces, else those
    /// that files usually get.
    ///
    /// # Errors
    /// When no file can be made in that folder, or a file that is there may not be written.
    pub fn file(path: PathBuf) -> io::Result<Self> {
        if is_stdout(&path) {
            return Ok(Self::stdout());
        }
        if is_descriptor(&path) || fs::metadata(&path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let file = OpenOptions::new().append(true).open(path)?;
            return Ok(Self::to(Target::Straight, Shared::new(file)));
        }
        let path = followed(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".trailql-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let there = match fs::metadata(&path) {
            Ok(there) => {
                // One that may not be written is not replaced behind its owner's back.
                OpenOptions::new().append(true).open(&path)?;
                Some(there)
            }
            Err(_) => None,
        };
        let file = builder.tempfile_in(folder)?;
        if let Some(there) = there {
            file.as_file().set_permissions(there.permissions())?;
        }
        let shared = Shared::new(file.as_file().try_clone()?);
        Ok(Self::to(Target::File(path, file), shared))
    }

    /// Rows to a file, after what it holds.
    ///
    /// # Errors
    /// As [`file`](Self::file), and when what it holds cannot be read.
    pub fn added_to(path: PathBuf) -> io::Result<Self> {
        let before = fs::File::open(&path);
        let mut sink = Self::file(path)?;
        if matches!(sink.target, Target::File(..)) {
            match before {
                Ok(mut before) => drop(io::copy(&mut before, &mut sink.shared)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sink)
    }

    /// Rows to stdout.
    #[must_use]
    pub fn stdout() -> Self {
        Self::to(Target::Stdout, Shared::new(io::stdout()))
    }

    /// Rows to the terminal, through a pager where they are longer than the screen: this command, or what the
    /// environment names. To stdout where there is no terminal.
    #[must_use]
    pub fn pager(command: Option<&str>) -> Self {
        let size = terminal_size::terminal_size().filter(|_| io::stdout().is_terminal());
        let command = command.map(str::to_owned).or_else(pager::of_environment);
        let (Some((width, height)), Some(command)) = (size, command) else { return Self::stdout() };
        let paged = Arc::new(Mutex::new(Paged::new(command, (usize::from(height.0), usize::from(width.0)))));
        let shared = Shared::new(Locked(Arc::clone(&paged)));
        Self::to(Target::Pager(paged), shared)
    }

    fn to(target: Target, shared: Shared) -> Self {
        Self { target, shared, is_begun: AtomicBool::new(false) }
    }

    /// Waits until the reader has seen what was written. The next result begins anew.
    ///
    /// # Errors
    /// When it cannot be shown.
    pub fn settle(&mut self) -> Result<(), Error> {
        let Target::Pager(pager) = &self.target else { return Ok(()) };
        let settled = pager.lock().unwrap_or_else(PoisonError::into_inner).settle();
        settled.map_err(|error| Error::Output(output::Error::Write(error)))
    }

    pub(super) fn is_stdout(&self) -> bool {
        matches!(self.target, Target::Stdout | Target::Pager(_))
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.is_stdout() && io::stdout().is_terminal()
    }

    /// Whether a result was begun before.
    pub(super) fn is_begun(&self) -> bool {
        self.is_begun.load(Ordering::Relaxed)
    }

    /// Remembers that a result is begun.
    pub(super) fn begin(&self) {
        self.is_begun.store(true, Ordering::Relaxed);
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
        let kept = self.shared.flush().and_then(|()| match self.target {
            Target::File(path, file) => {
                written_down(file.as_file())?;
                file.persist(path).map(drop).map_err(|error| error.error)
            }
            Target::Stdout | Target::Pager(_) | Target::Straight => Ok(()),
        });
        kept.map_err(|error| Error::Output(output::Error::Write(error)))
    }
}

/// Waits for the disk: some tell only then that they are full.
fn written_down(file: &fs::File) -> io::Result<()> {
    match file.sync_all() {
        // Not every file system knows how to.
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => Ok(()),
        done => done,
    }
}

/// Whether a path is our stdout by another name, which opened anew would lose what is there.
fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|known| path == Path::new(known))
}

/// Whether a path is a file that is open already, as `>(command)` of a shell gives.
fn is_descriptor(path: &Path) -> bool {
    path == Path::new("/dev/stderr") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

/// The path that a chain of links ends at, whether or not there is something.
fn followed(mut path: PathBuf) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    for _ in 0..MOST {
        if !fs::symlink_metadata(&path).is_ok_and(|there| there.is_symlink()) {
            return Ok(path);
        }
        let target = fs::read_link(&path)?;
        path = match path.parent() {
            Some(folder) => folder.join(target),
            None => target,
        };
    }
    Err(io::Error::other(format!("`{}` is a link among too many", path.display())))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn write(path: &Path, text: &str) {
        let mut sink = Sink::file(path.to_owned()).expect("a folder that takes files");
        sink.heading(text).expect("room for it");
        sink.keep().expect("a place for it");
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[test]
    fn a_file_appears_at_the_end_with_the_permissions_files_get() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, usual) = (folder.path().join("a.csv"), folder.path().join("usual"));
        fs::write(&usual, "").expect("a file");
        let mut sink = Sink::file(path.clone()).expect("a folder that takes files");
        sink.heading("half").expect("room for it");
        assert!(!path.exists());
        drop(sink);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        write(&path, "whole");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "whole\n");
        assert_eq!(mode(&path), mode(&usual));
    }

    #[test]
    fn a_file_that_is_replaced_keeps_its_permissions() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "before").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("our own file");
        write(&path, "after");
        assert_eq!((fs::read_to_string(&path).expect("a file").as_str(), mode(&path)), ("after\n", 0o640));
    }

    #[test]
    fn what_is_added_comes_after_what_was_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.csv");
        for text in ["first", "second"] {
            let mut sink = Sink::added_to(path.clone()).expect("a folder that takes files");
            sink.heading(text).expect("room for it");
            sink.keep().expect("a place for it");
        }
        assert_eq!(fs::read_to_string(&path).expect("a file"), "first\nsecond\n");
    }

    #[test]
    fn a_link_stays_and_what_it_names_is_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("inner")).expect("a folder");
        let (link, other) = (folder.path().join("latest.csv"), folder.path().join("other.csv"));
        symlink("other.csv", &link).expect("a link");
        symlink("inner/a.csv", &other).expect("a link");
        for text in ["first", "second"] {
            write(&link, text);
            assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
            assert_eq!(fs::read_to_string(folder.path().join("inner/a.csv")).expect("a file"), format!("{text}\n"));
        }
        symlink("round", folder.path().join("round")).expect("a link");
        assert!(Sink::file(folder.path().join("round")).is_err());
    }

    #[test]
    fn a_device_takes_rows_as_they_come() {
        write(Path::new("/dev/null"), "gone");
        assert!(!fs::metadata("/dev/null").expect("a device").is_file());
        let mut sink = Sink::file(PathBuf::from("/dev/full")).expect("a device");
        assert!(sink.heading("no room").is_err());
    }
}
