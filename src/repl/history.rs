//! The shell's history: in its place, and nobody else's to read.

use std::fs;
use std::io;
use std::path::PathBuf;

use rustyline::Editor;
use rustyline::history::DefaultHistory;

use super::input::Input;
use crate::terminal::Terminal;

/// `$XDG_STATE_HOME/trailql/history`, or the like on other systems.
fn path() -> Option<PathBuf> {
    Some(dirs::state_dir().or_else(dirs::data_local_dir)?.join("trailql").join("history"))
}

/// Loads the history. Without a place for it the shell works all the same, and says so.
pub(super) fn open(editor: &mut Editor<Input, DefaultHistory>, terminal: &Terminal) -> Option<PathBuf> {
    let path = path()?;
    match prepare(&path) {
        Ok(()) => {
            // An empty or damaged history is no reason not to work.
            let _ = editor.load_history(&path);
            Some(path)
        }
        Err(error) => {
            terminal.say(&format!("history is not kept: {}: {error}", path.display()));
            None
        }
    }
}

/// Makes the file before anything is written to it, so that it never has other rights.
fn prepare(path: &PathBuf) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

/// Saves the history.
pub(super) fn save(editor: &mut Editor<Input, DefaultHistory>, path: &PathBuf, terminal: &Terminal) {
    if let Err(error) = editor.save_history(path) {
        terminal.say(&format!("history is not kept: {}: {error}", path.display()));
    }
}
