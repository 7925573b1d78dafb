//! Which files are configuration, and their text.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostics, Source};

/// The file of the working folder.
pub const PROJECT_FILE: &str = "./trailql.toml";
/// The user's own file, below the folder of configurations.
const OWN_FILE: &str = "trailql/config.toml";
/// Far more than a configuration needs; what is longer is something else.
const MOST_BYTES: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is there, and cannot be read.
    #[error("cannot read the configuration file `{name}`: {reason}")]
    Unreadable {
        /// The file.
        name: String,
        /// Why.
        reason: String,
    },
    /// The file that was named is not there.
    #[error("there is no configuration file `{0}`")]
    Missing(String),
    /// What it says is wrong.
    #[error("{0}")]
    Wrong(Diagnostics),
}

/// A file that was looked for.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where.
    pub path: PathBuf,
    /// As a person would write it.
    pub name: String,
    /// What became of it.
    pub state: FileState,
}

/// What became of a file that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It was not opened.
    Unread,
    /// It is not there.
    Missing,
    /// It was read.
    Read,
}

impl ConfigFile {
    fn new(path: PathBuf, name: String) -> Self {
        Self { path, name, state: FileState::Unread }
    }

    /// The folder that paths in it start from.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Whether the user chose it, rather than stepping into a folder that holds it.
    pub(super) fn is_own(&self) -> bool {
        self.name != PROJECT_FILE
    }
}

/// The files to look for, the least of them first.
pub(super) fn wanted(named: Option<&Path>) -> Vec<ConfigFile> {
    if let Some(path) = named {
        return vec![ConfigFile::new(path.to_owned(), path.display().to_string())];
    }
    let own = folder().map(|folder| {
        let path = folder.join(OWN_FILE);
        let name = dirs::home_dir()
            .filter(|home| home.parent().is_some())
            .and_then(|home| path.strip_prefix(home).ok().map(|below| format!("~/{}", below.display())))
            .unwrap_or_else(|| path.display().to_string());
        ConfigFile::new(path, name)
    });
    own.into_iter().chain([ConfigFile::new(PathBuf::from("trailql.toml"), PROJECT_FILE.to_owned())]).collect()
}

/// The folder of configurations; without a home there is none.
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    named.or_else(dirs::config_dir)
}

/// The text of a file; none where it is not there and need not be.
pub(super) fn read(file: &mut ConfigFile, is_needed: bool) -> Result<Option<Source>, Error> {
    let unreadable = |reason: String| Error::Unreadable { name: file.name.clone(), reason };
    let is_missing = |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    let opened = match File::open(&file.path) {
        Ok(opened) => opened,
        Err(error) if is_missing(&error) && is_needed => return Err(Error::Missing(file.name.clone())),
        Err(error) if is_missing(&error) => {
            file.state = FileState::Missing;
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut bytes = Vec::new();
    opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unreadable("it is longer than 1 MiB".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = line.iter().filter(|byte| **byte == b'\n').count() + 1;
        unreadable(format!("line {line} is not UTF-8"))
    })?;
    file.state = FileState::Read;
    // A mark of the byte order is no part of the text; blanks in its place keep every offset.
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), |rest| format!("   {rest}"));
    Ok(Some(Source::new(file.name.as_str(), text)))
}
