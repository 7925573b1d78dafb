//! Saved queries: found, checked, and ready to run. Packs are compiled into the binary.
//!
//! A file under `queries/` is the query, runnable as it lies in Athena's or Logs Insights' own console; its
//! header is made of that language's comments.

mod header;

use std::fmt;
use std::str::FromStr;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::diag::Source;
use crate::session::Language;

pub use header::Header;

static QUERIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// A folder under `queries/`.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The folder's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line on what it is for.
    pub description: String,
    /// Its queries, in the order of the pack's own list.
    pub queries: Vec<SavedQuery>,
}

/// A query of a pack.
#[derive(Debug, Clone)]
pub struct SavedQuery {
    /// The file's stem, which never changes.
    pub id: String,
    /// What its header says.
    pub header: Header,
    /// The language of the text.
    pub language: Language,
    /// The text, header included.
    pub source: Source,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Informational,
    /// Worth a look, some day.
    Low,
    /// Worth a look.
    Medium,
    /// Worth a look now.
    High,
    /// Drop everything.
    Critical,
}

const LEVELS: &[(Level, &str)] = &[
    (Level::Informational, "informational"),
    (Level::Low, "low"),
    (Level::Medium, "medium"),
    (Level::High, "high"),
    (Level::Critical, "critical"),
];

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = LEVELS.iter().find(|(_, name)| *name == text).map(|(level, _)| *level);
        known.ok_or_else(|| {
            format!(
                "`{text}` is no level; there are {}",
                LEVELS.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
            )
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(LEVELS.iter().find(|(level, _)| level == self).map_or("", |(_, name)| name))
    }
}

/// What is wrong with a pack: the file and a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct Error {
    /// The file, below `queries/`.
    pub file: String,
    /// What is wrong with it.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    name: String,
    version: String,
    description: String,
    queries: Vec<String>,
}

/// Every pack of the binary, by name.
///
/// # Errors
/// When a pack or a header does not read: the tests see to it that none of ours does.
pub fn all() -> Result<Vec<Pack>, Error> {
    let mut packs = QUERIES.dirs().map(pack).collect::<Result<Vec<_>, _>>()?;
    packs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packs)
}

fn pack(folder: &Dir<'_>) -> Result<Pack, Error> {
    let path = folder.path().join("pack.toml");
    let wrong = |file: &std::path::Path, message: String| Error { file: file.display().to_string(), message };
    let text = folder.get_file(&path).and_then(|file| file.contents_utf8());
    let text = text.ok_or_else(|| wrong(&path, "no such file".to_owned()))?;
    let file: PackFile = toml::from_str(text).map_err(|error| wrong(&path, error.to_string()))?;
    let queries = file
        .queries
        .iter()
        .map(|name| {
            let path = folder.path().join(name);
            let text = folder.get_file(&path).and_then(|file| file.contents_utf8());
            let text = text.ok_or_else(|| wrong(&path, "no such file".to_owned()))?;
            saved_query(name, &path.display().to_string(), text).map_err(|message| wrong(&path, message))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Pack { name: file.name, version: file.version, description: file.description, queries })
}

fn saved_query(name: &str, path: &str, text: &str) -> Result<SavedQuery, String> {
    let (id, _) = name.rsplit_once('.').ok_or("the file's name has no ending")?;
    let language = Language::of_file(name).ok_or("the file's ending is none of .sql, .insights, .cwli, .filter")?;
    let header = Header::parse(text, language)?;
    Ok(SavedQuery { id: id.to_owned(), header, language, source: Source::new(path, text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_reads_and_lists_all_its_files() {
        let packs = all().expect("packs that read");
        assert!(packs.iter().any(|pack| pack.name == "starter" && pack.queries.len() == 10));
        for folder in QUERIES.dirs() {
            let listed =
                packs.iter().find(|pack| folder.path().ends_with(&pack.name)).map_or(0, |pack| pack.queries.len());
            assert_eq!(listed + 1, folder.files().count(), "{}", folder.path().display());
        }
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> =
            all().expect("packs that read").into_iter().flat_map(|pack| pack.queries).map(|query| query.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
