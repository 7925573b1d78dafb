//! The least that reading an archive can cost: this program runs itself to do just that.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use libdeflater::Decompressor;

use crate::archive::{Archive, log_files};

/// What is done with every file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// List, read, inflate.
    Inflate,
    /// The same, and look for bytes that are nowhere.
    Search,
}

impl Floor {
    /// The unit first.
    pub(crate) const ALL: [Self; 2] = [Self::Inflate, Self::Search];

    /// As it is called in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Inflate => "floor: inflate",
            Self::Search => "floor: inflate and search",
        }
    }

    /// A process that does it.
    pub(crate) fn command(self, archive: &Archive) -> Command {
        let word = match self {
            Self::Inflate => "inflate",
            Self::Search => "search",
        };
        let this = std::env::current_exe().expect("a running program has a path");
        let mut command = Command::new(this);
        command.args(["floor", word]).arg(&archive.folder);
        command
    }
}

/// What that process does.
pub(crate) fn main(word: &str, folder: &Path) -> ExitCode {
    let floor = if word == "search" { Floor::Search } else { Floor::Inflate };
    match run(floor, folder) {
        Ok(bytes) if bytes > 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(floor: Floor, folder: &Path) -> io::Result<usize> {
    let files = log_files(folder)?;
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        let work = || worker(floor, &files, &next);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).sum()
    })
}

/// Takes one file after the other until none is left; the bytes of text there were.
fn worker(floor: Floor, files: &[(PathBuf, u64)], next: &AtomicUsize) -> io::Result<usize> {
    let mut decompressor = Decompressor::new();
    let (mut stored, mut text) = (Vec::new(), Vec::new());
    let finder = memchr::memmem::Finder::new("these bytes are nowhere");
    let mut total = 0;
    while let Some((path, _)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        stored.clear();
        File::open(path)?.read_to_end(&mut stored)?;
        let size = stored.last_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
        if text.len() < size {
            text.resize(size, 0);
        }
        let length = decompressor.gzip_decompress(&stored, &mut text).map_err(io::Error::other)?;
        if floor == Floor::Search && finder.find(&text[..length]).is_some() {
            return Err(io::Error::other("the bytes that are nowhere were found"));
        }
        total += length;
    }
    Ok(total)
}
