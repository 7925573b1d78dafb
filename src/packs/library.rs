//! Packs: folders of saved queries, ours from the binary and a user's from disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::Header;
use crate::diag::{Diagnostic, Diagnostics, Source, Span};
use crate::session::{Error, Language};

static QUERIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// A folder of saved queries.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line on what it is for.
    pub description: String,
    /// Whether its queries are questions with an answer each, and run only when they are asked for; else they are
    /// detections, which find events.
    pub asks: bool,
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
    /// The records it is tested with, as `tests/<id>.json` holds them.
    pub tests: Option<Source>,
}

/// The file that lists a pack's queries.
const LIST: &str = "pack.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    name: String,
    version: String,
    description: String,
    #[serde(default)]
    asks: bool,
    queries: Vec<String>,
}

/// The files of a pack, by their paths below its folder.
struct Files {
    folder: String,
    texts: BTreeMap<String, String>,
}

/// Every pack of the binary, by name.
///
/// # Errors
/// When a pack or a header does not read: the tests see to it that none of ours does.
pub fn all() -> Result<Vec<Pack>, Diagnostics> {
    let mut packs = Vec::new();
    for folder in QUERIES.dirs() {
        let (pack, wrong) = pack(&compiled(folder))?;
        if let Some(wrong) = wrong.into_iter().next() {
            return Err(wrong);
        }
        packs.push(pack);
    }
    packs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packs)
}

/// A pack of the user's, and what is wrong with queries of it; the others can be run.
///
/// # Errors
/// When there is no such folder, or its list does not read.
pub fn of_folder(folder: &Path) -> Result<(Pack, Vec<Diagnostics>), Diagnostics> {
    let name = folder.display().to_string();
    let mut texts = BTreeMap::new();
    for part in ["", "tests"] {
        let inside = folder.join(part);
        let entries = match std::fs::read_dir(&inside) {
            Ok(entries) => entries,
            Err(_) if !part.is_empty() => continue,
            Err(error) => return Err(wrong(&Source::new(name, ""), None, &format!("cannot be read: {error}"))),
        };
        for entry in entries.flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let below = if part.is_empty() { file } else { format!("{part}/{file}") };
            // What is no text is named when the list names it.
            if let Ok(text) = std::fs::read_to_string(entry.path()) {
                texts.insert(below, text);
            }
        }
    }
    pack(&Files { folder: name, texts })
}

/// Takes queries out whose ids others before them have, and says which.
pub fn without_duplicates(packs: &mut [Pack]) -> Vec<Diagnostics> {
    let mut files: BTreeMap<String, Arc<str>> = BTreeMap::new();
    let mut duplicates = Vec::new();
    for pack in packs {
        pack.queries.retain(|query| {
            if let Some(file) = files.get(&query.id) {
                duplicates.push(wrong(&query.source, None, &format!("the id `{}` is taken by `{file}`", query.id)));
                return false;
            }
            files.insert(query.id.clone(), Arc::clone(&query.source.name));
            true
        });
    }
    duplicates
}

/// Saved queries as rows: `pack`, `rule`, `level`, `technique`, `title`.
///
/// # Errors
/// [`Error::Bug`] when columns do not fit each other.
pub fn list(queries: &[(&Pack, &SavedQuery)]) -> Result<RecordBatch, Error> {
    let text = |value: &dyn Fn(&Pack, &SavedQuery) -> String| {
        Arc::new(queries.iter().map(|(pack, query)| Some(value(pack, query))).collect::<StringArray>()) as ArrayRef
    };
    let columns = [
        ("pack", text(&|pack, _| pack.name.clone())),
        ("rule", text(&|_, query| query.id.clone())),
        ("level", text(&|_, query| query.header.level.to_string())),
        ("technique", text(&|_, query| query.header.attack.join(", "))),
        ("title", text(&|_, query| query.header.title.clone())),
    ];
    RecordBatch::try_from_iter(columns).map_err(|error| Error::Bug(error.to_string()))
}

fn compiled(folder: &Dir<'_>) -> Files {
    let below = |path: &Path| path.strip_prefix(folder.path()).unwrap_or(path).display().to_string();
    let tests = folder.get_dir(folder.path().join("tests")).map(Dir::files).into_iter().flatten();
    let texts =
        folder.files().chain(tests).filter_map(|file| Some((below(file.path()), file.contents_utf8()?.to_owned())));
    Files { folder: format!("queries/{}", folder.path().display()), texts: texts.collect() }
}

fn pack(files: &Files) -> Result<(Pack, Vec<Diagnostics>), Diagnostics> {
    let source =
        |file: &str| Source::new(format!("{}/{file}", files.folder), files.texts.get(file).map_or("", String::as_str));
    let list = source(LIST);
    if !files.texts.contains_key(LIST) {
        return Err(wrong(&list, None, "there is no such file; it names the pack and lists its queries"));
    }
    let file: PackFile = toml::from_str(&list.text)
        .map_err(|error| wrong(&list, error.span().map(|span| Span::new(span.start, span.end)), error.message()))?;
    let (mut queries, mut failed) = (Vec::new(), Vec::new());
    for name in &file.queries {
        let place = list.text.find(&format!("\"{name}\"")).map(|start| Span::new(start, start + name.len() + 2));
        if !files.texts.contains_key(name) {
            failed.push(wrong(&list, place, &format!("there is no file `{name}`, or it is no text")));
            continue;
        }
        let Some((id, language)) = name.rsplit_once('.').map(|(id, _)| id).zip(Language::of_file(name)) else {
            failed.push(wrong(&list, place, &format!("the ending of `{name}` is that of no language")));
            continue;
        };
        let tests = format!("tests/{id}.json");
        let tests = files.texts.contains_key(&tests).then(|| source(&tests));
        let source = source(name);
        match Header::parse(&source.text, language.comment()) {
            Ok(header) => queries.push(SavedQuery { id: id.to_owned(), header, language, source, tests }),
            Err((line, message)) => failed.push(wrong(&source, Some(line_at(&source.text, line)), &message)),
        }
    }
    let PackFile { name, version, description, asks, .. } = file;
    Ok((Pack { name, version, description, asks, queries }, failed))
}

/// A line of a text, counted from 1.
pub(super) fn line_at(text: &str, number: usize) -> Span {
    let line = text.lines().nth(number.saturating_sub(1)).unwrap_or_default();
    // A line is a part of the text it is taken from.
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    if line.is_empty() { Span::new(0, 0) } else { Span::new(start, start + line.len()) }
}

pub(super) fn wrong(source: &Source, place: Option<Span>, message: &str) -> Diagnostics {
    let error = Diagnostic::error("K002", message);
    // The first line names the file, where nothing tells the place.
    let place = place.or_else(|| (!source.text.is_empty()).then(|| line_at(&source.text, 1)));
    let error = match place {
        Some(place) => error.at(place, ""),
        None => error,
    };
    Diagnostics { source: source.clone(), list: vec![error] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_reads_and_lists_all_its_files() {
        let packs = all().unwrap_or_else(|error| panic!("{}: {error}", error.source.name));
        for folder in QUERIES.dirs() {
            let pack =
                packs.iter().find(|pack| folder.path().ends_with(&pack.name)).expect("a pack named as its folder");
            let is_query = |name: &str| Language::of_file(name).is_some();
            let files = folder.files().filter(|file| is_query(&file.path().display().to_string())).count();
            assert_eq!(pack.queries.len(), files, "{}", pack.name);
        }
    }

    #[test]
    fn ids_are_unique() {
        let packs = all().expect("packs that read");
        let mut ids: Vec<_> = packs.into_iter().flat_map(|pack| pack.queries).map(|query| query.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn what_is_wrong_with_a_pack_is_named_and_the_rest_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        let header = "-- title: a\n-- why: b\n-- attack: T1\n-- level: low\n-- noisy: c\n-- source: d\n";
        write("good.sql", &format!("{header}SELECT 1"));
        write("bad.sql", &format!("{}SELECT 1", header.replace("low", "huge")));
        write(
            "pack.toml",
            "name = \"x\"\nversion = \"1\"\ndescription = \"y\"\nqueries = [\"good.sql\", \"bad.sql\", \"gone.sql\", \"a.txt\"]",
        );
        let (pack, wrong) = of_folder(folder.path()).expect("a list");
        assert_eq!(pack.queries.iter().map(|query| query.id.as_str()).collect::<Vec<_>>(), ["good"]);
        let messages: Vec<_> = wrong.iter().map(|one| one.list[0].message.clone()).collect();
        assert_eq!(messages.len(), 3);
        assert!(messages[0].contains("`huge`") && messages[1].contains("gone.sql") && messages[2].contains("a.txt"));
        assert!(wrong[0].list[0].label.is_some());
    }
}
