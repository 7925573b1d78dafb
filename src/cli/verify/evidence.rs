//! `trailql verify --evidence FILE`: whether the log files of a manifest are as they were.

use std::path::Path;
use std::sync::Arc;

use crate::archive::{Archive, Location};
use crate::cli::Exit;
use crate::output::escape;
use crate::output::summary::human_count;
use crate::session::{Error, Options};
use crate::terminal::{Sink, Terminal};
use crate::verify::evidence::{self, Checked, FileEntry, Recorded, State};

/// Checks a manifest: in its own archives, or in those that hold its log files by now.
pub(super) async fn run(
    manifest: &Path,
    archives: &[String],
    options: Options,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    let recorded = evidence::read(manifest).map_err(|error| Error::Usage {
        message: error.to_string(),
        help: "`--evidence FILE` of query, hunt and lookup writes one".to_owned(),
    })?;
    let archives = opened(&recorded, archives, &options).await?;
    let mut sink = Sink::stdout();
    let tell = |entry: &FileEntry, archive: &Archive, state: &State| match words(state) {
        None => Ok(()),
        Some(words) => {
            let place = escape::terminal(&locate(archive, &entry.key)).into_owned();
            sink.heading(&format!("Log file\t{place}\t{words}"))
        }
    };
    let checked = terminal.wait(evidence::check(&recorded, &archives, tell)).await?;
    sink.heading(&summary(&checked))?;
    sink.keep()?;
    Ok(exit_of(&checked))
}

/// The archives, in the order of the manifest's.
async fn opened(recorded: &Recorded, given: &[String], options: &Options) -> Result<Vec<Arc<Archive>>, Error> {
    let given = if given.is_empty() { &recorded.archives } else { given };
    let asked = options.asked(given)?;
    if asked.len() != recorded.archives.len() && !recorded.archives.is_empty() {
        return Err(Error::Usage {
            message: format!("{} given, the manifest has {}", archives(asked.len()), recorded.archives.len()),
            help: format!("in its order: {}", recorded.archives.join(", ")),
        });
    }
    let mut opened = Vec::new();
    for asked in asked {
        opened.push(asked.open(options).await?);
    }
    Ok(opened)
}

fn archives(count: usize) -> String {
    if count == 1 { "1 archive was".to_owned() } else { format!("{count} archives were") }
}

fn locate(archive: &Archive, key: &str) -> String {
    let root = archive.location().display();
    match archive.location() {
        // A single file is its own archive.
        Location::Local(path) if path.is_file() => root,
        _ => format!("{}/{key}", root.trim_end_matches('/')),
    }
}

/// What is said of a log file; nothing of those that are as they were.
fn words(state: &State) -> Option<String> {
    Some(match state {
        State::Same => return None,
        State::Recompressed => "CHANGED: stored otherwise, its content is the same".to_owned(),
        State::Changed => "CHANGED: its content differs".to_owned(),
        State::Missing => "MISSING: not found".to_owned(),
        State::Unreadable(reason) => format!("UNREADABLE: {}", escape::terminal(reason)),
    })
}

fn summary(checked: &Checked) -> String {
    let (same, files) = (human_count(checked.same), human_count(checked.files));
    let mut parts = vec![format!("{same} of {files} log files are as they were")];
    let others = [(checked.changed, "changed"), (checked.missing, "missing"), (checked.unreadable, "not readable")];
    let others = others.iter().filter(|(count, _)| *count > 0);
    parts.extend(others.map(|(count, what)| format!("{} {what}", human_count(*count))));
    parts.join(", ")
}

fn exit_of(checked: &Checked) -> Exit {
    match checked {
        Checked { changed: 0, missing: 0, unreadable: 0, .. } => Exit::Complete,
        Checked { changed: 0, missing: 0, .. } => Exit::Incomplete,
        _ => Exit::BadNews,
    }
}
