//! Commands that read and write queries: a file, an editor of one's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Argument, Done, GO_ON, Meta, missing};
use crate::repl::input;
use crate::repl::settings::Settings;
use crate::repl::shell::Shell;
use crate::session::{Error, Language};

pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".edit", "\\e"],
        usage: ".edit [FILE]",
        summary: "the query before, or a file, in VISUAL or EDITOR; as is Ctrl-X Ctrl-E at the prompt",
        argument: Argument::File,
        run: edit,
    },
    Meta {
        names: &[".read", "\\i"],
        usage: ".read FILE",
        summary: "run the statements and commands of a file",
        argument: Argument::File,
        run: read,
    },
];

fn edit(shell: &mut Shell<'_>, path: &str) -> Done {
    if path.is_empty() {
        let text = shell.last().map(|last| last.text.clone()).unwrap_or_default();
        shell.edit(&text);
        return GO_ON;
    }
    let path = Path::new(path.trim_matches(['\'', '"']));
    open(path, shell.settings().editor.as_deref())?;
    shell.set_draft(text_of(path)?.trim_end().to_owned());
    GO_ON
}

/// Files that read files, one within the other, end somewhere.
const DEEPEST: usize = 16;

fn read(shell: &mut Shell<'_>, path: &str) -> Done {
    if path.is_empty() {
        return Err(missing(".read FILE"));
    }
    let path = PathBuf::from(path.trim_matches(['\'', '"']));
    let text = text_of(&path)?;
    let _deeper = shell.deeper(DEEPEST).ok_or_else(|| Error::Usage {
        message: format!("`{}` is read within {DEEPEST} other files", path.display()),
        help: "a file that reads itself has no end".to_owned(),
    })?;
    // The ending of a file's name tells its language, as for `trailql query -f`.
    let language = Language::of_file(&path.to_string_lossy());
    let before = std::mem::replace(&mut shell.settings_mut().language, language);
    let source = shell.set_source(path.display().to_string());
    let done = run_lines(shell, &text);
    shell.set_source(source);
    shell.settings_mut().language = before;
    done
}

fn run_lines(shell: &mut Shell<'_>, text: &str) -> Done {
    let mut open = String::new();
    for line in text.lines() {
        open.push_str(line);
        if !input::is_complete(&open, shell.settings().language) {
            open.push('\n');
        } else if shell.take(&std::mem::take(&mut open))?.is_break() {
            return Ok(std::ops::ControlFlow::Break(()));
        }
        if shell.was_cancelled() {
            return GO_ON;
        }
    }
    shell.take(&open)
}

fn text_of(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::Usage {
        message: format!("cannot read {}: {error}", path.display()),
        help: "name a file of queries, in UTF-8".to_owned(),
    })
}

/// Opens a file in this editor, or in the one that the environment names, and waits for its end.
fn open(path: &Path, editor: Option<&str>) -> Result<(), Error> {
    let of_environment = || ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok());
    let named = editor.map(str::to_owned).or_else(of_environment);
    let editor = named.filter(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned());
    let failed = |why: String| Error::Usage {
        message: format!("`{editor}` cannot be used as an editor: {why}"),
        help: "set VISUAL or EDITOR".to_owned(),
    };
    // The variable may hold arguments; the path is never a part of the text that a shell reads.
    let mut words = shlex::split(&editor).unwrap_or_default().into_iter();
    let program = words.next().ok_or_else(|| failed("it is no command".to_owned()))?;
    let status = Command::new(program).args(words).arg(path).status().map_err(|error| failed(error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed(status.to_string())) }
}

impl Shell<'_> {
    /// Lets a text be edited; what comes of it is what the next line begins with.
    pub(in crate::repl) fn edit(&mut self, text: &str) {
        match edited(text, self.settings()) {
            Ok(text) => self.set_draft(text),
            Err(error) => {
                self.terminal().fail(&error);
                self.set_draft(text.to_owned());
            }
        }
    }
}

fn edited(text: &str, settings: &Settings) -> Result<String, Error> {
    let of_file = |error: std::io::Error| Error::Usage {
        message: format!("cannot keep the text while it is edited: {error}"),
        help: "a folder for temporary files is needed; TMPDIR names one".to_owned(),
    };
    let ending = settings.language.unwrap_or_else(|| Language::of_text(text)).name();
    let file = tempfile::Builder::new().prefix("trailql-").suffix(&format!(".{ending}")).tempfile().map_err(of_file)?;
    std::fs::write(file.path(), format!("{}\n", text.trim_end())).map_err(of_file)?;
    open(file.path(), settings.editor.as_deref())?;
    Ok(text_of(file.path())?.trim_end().to_owned())
}
