//! Saved queries of one's own: files in a folder of the configuration.

use std::fs;
use std::path::PathBuf;

use crate::session::{Error, Language};

/// A saved query.
pub(super) struct Saved {
    /// Its text.
    pub(super) text: String,
    /// Its language, by the file's ending.
    pub(super) language: Language,
}

const LANGUAGES: [Language; 4] = [Language::Sql, Language::Insights, Language::Filter, Language::Sigma];

/// `$XDG_CONFIG_HOME/trailql/queries`, or the like on other systems.
fn folder() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("trailql").join("queries"))
}

/// Keeps a query under a name, and tells where.
pub(super) fn save(name: &str, text: &str, language: Language) -> Result<PathBuf, Error> {
    check(name)?;
    let folder = folder().ok_or_else(|| Error::Usage {
        message: "there is no home folder to keep queries in".to_owned(),
        help: "set XDG_CONFIG_HOME, or write the query to a file with .edit".to_owned(),
    })?;
    let path = folder.join(format!("{name}.{}", language.name()));
    let written = fs::create_dir_all(&folder).and_then(|()| {
        // A name stands for one query, whatever language it was in before.
        for other in LANGUAGES.into_iter().filter(|other| *other != language) {
            let _ = fs::remove_file(folder.join(format!("{name}.{}", other.name())));
        }
        fs::write(&path, format!("{}\n", text.trim_end()))
    });
    written.map_err(|error| Error::Usage {
        message: format!("`{name}` is not kept: {}: {error}", path.display()),
        help: "queries are kept below XDG_CONFIG_HOME".to_owned(),
    })?;
    Ok(path)
}

/// The query of this name, if there is one.
pub(super) fn find(name: &str) -> Result<Option<Saved>, Error> {
    if check(name).is_err() {
        return Ok(None);
    }
    let Some(folder) = folder() else { return Ok(None) };
    for language in LANGUAGES {
        let path = folder.join(format!("{name}.{}", language.name()));
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Some(Saved { text, language })),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Error::Usage {
                    message: format!("cannot read {}: {error}", path.display()),
                    help: "a saved query is UTF-8 text".to_owned(),
                });
            }
        }
    }
    Ok(None)
}

/// The names of the queries that are kept, sorted.
pub(super) fn names() -> Vec<String> {
    let entries = folder().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (stem, ending) = name.rsplit_once('.')?;
            LANGUAGES.iter().any(|language| language.name() == ending).then(|| stem.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A name becomes part of a path, and must stay in its folder.
fn check(name: &str) -> Result<(), Error> {
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if is_plain && !name.is_empty() && !name.starts_with('.') {
        return Ok(());
    }
    Err(Error::Usage {
        message: format!("`{name}` is no name for a query"),
        help: "a name has letters, digits, `_`, `-` and `.`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        for good in ["a", "failed-logins", "ct.trail_2", "日本"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "..", ".hidden", "a/b", "a\\b", "a b", "a\0"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
