//! The shell's history: in its place, and nobody else's to read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustyline::Editor;
use rustyline::history::DefaultHistory;

use super::input::Input;
use crate::terminal::Terminal;

/// A history that can be read and written.
pub(super) struct History {
    path: PathBuf,
}

/// `$XDG_STATE_HOME/trailql/history`, or the like on other systems.
fn path() -> Option<PathBuf> {
    Some(dirs::state_dir().or_else(dirs::data_local_dir)?.join("trailql").join("history"))
}

impl History {
    /// Loads the history. Without a place for it the shell works all the same, and says so.
    pub(super) fn open(editor: &mut Editor<Input, DefaultHistory>, terminal: &Terminal) -> Option<Self> {
        let path = path()?;
        match prepare(&path) {
            Ok(()) => {
                // An empty or damaged history is no reason not to work.
                let _ = editor.load_history(&path);
                Some(Self { path })
            }
            Err(error) => {
                terminal
                    .caution(&format!("history is not kept: {}: {error}", path.display()), "--no-history does without");
                None
            }
        }
    }

    /// Adds what is new. A disk that has become full takes nothing from the shell.
    pub(super) fn append(&self, editor: &mut Editor<Input, DefaultHistory>) {
        let _ = editor.append_history(&self.path);
    }
}

/// Makes the file before anything is written to it, so that it never has other rights.
fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    // Of a file of somebody else this fails: what is typed is not for them.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}
