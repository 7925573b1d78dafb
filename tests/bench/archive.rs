//! The archive under test: its files, and values in it for which queries can ask.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// An archive made by the generator, which leaves a `manifest.json` beside the log files.
#[derive(Debug)]
pub(crate) struct Archive {
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// Log files in it.
    pub(crate) files: usize,
    /// Their size, in bytes.
    pub(crate) bytes: u64,
    /// An account, a region and a day (`2025-03-13`) with deliveries.
    pub(crate) slice: [String; 3],
    /// A text that few records have.
    pub(crate) marker: String,
    /// The event ID of one record.
    pub(crate) event: String,
    /// An archive of one of the files, to see what starting costs.
    pub(crate) single: tempfile::TempDir,
}

impl Archive {
    /// The archive in this folder.
    ///
    /// # Errors
    /// Why it is none that can be measured, in a sentence.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, String> {
        let here = |error: io::Error| format!("cannot read {}: {error}", folder.display());
        let manifest = fs::read(folder.join("manifest.json")).map_err(here)?;
        let manifest: Value = serde_json::from_slice(&manifest).map_err(|error| error.to_string())?;
        let text = |pointer: &str| {
            let value = manifest.pointer(&format!("/parameters/{pointer}")).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| format!("no `{pointer}` in the parameters of manifest.json"))
        };
        let files = log_files(&folder).map_err(here)?;
        let first = files.first().ok_or_else(|| format!("no log files below {}", folder.display()))?;
        let single = tempfile::tempdir().map_err(here)?;
        let copy = single.path().join(first.0.strip_prefix(&folder).map_err(|error| error.to_string())?);
        fs::create_dir_all(copy.parent().unwrap_or(single.path())).map_err(here)?;
        fs::copy(&first.0, copy).map_err(here)?;
        Ok(Self {
            files: files.len(),
            bytes: files.iter().map(|(_, bytes)| bytes).sum(),
            slice: [text("q5/account")?, text("q5/region")?, text("q5/day")?],
            marker: text("q7/needle")?,
            event: text("q9/eventID")?,
            single,
            folder,
        })
    }
}

/// Every log file below a folder with its size in bytes.
pub(crate) fn log_files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "gz") {
                found.push((entry.path(), entry.metadata()?.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}
