//! Any one object of an archive as it is stored: its bytes, and what its store says of it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use datafusion::object_store;
use futures::StreamExt;
use object_store::{Attribute, GetResult};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;

/// An object, opened.
#[derive(Debug)]
pub struct Stored {
    /// Bytes as stored.
    pub size: u64,
    /// When it was last modified.
    pub modified: DateTime<Utc>,
    /// The object's entity tag, where the store has one.
    pub etag: Option<String>,
    /// What its owner said of it, under names in lower case without `x-amz-meta-`. Files on disk have none.
    pub metadata: Vec<(String, String)>,
    /// What is in it.
    pub body: Body,
    /// The room that its bytes take.
    pub(super) _room: Option<OwnedSemaphorePermit>,
}

/// The bytes of an object.
#[derive(Debug)]
pub enum Body {
    /// All of them.
    Whole(Vec<u8>),
    /// More than should be held: to be read once, from the beginning.
    Large(File),
}

/// 32 MiB: objects above are read piece by piece. No log file of CloudTrail's is near to it.
const MOST_HELD: u64 = 32 << 20;
/// 96 MiB: bytes of all objects of a bucket that are under way at once.
const ROOM: u32 = 96 << 10;

/// Room for the bytes of objects under way, in units of 1 KiB.
#[derive(Debug)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM as usize)))
    }
}

impl Room {
    async fn take(&self, size: u64) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(size.min(MOST_HELD).div_ceil(1024)).unwrap_or(ROOM).clamp(1, ROOM);
        // The semaphore is never closed; without it an object is merely not counted.
        Arc::clone(&self.0).acquire_many_owned(units).await.ok()
    }
}

/// What a bucket answered, with its body, once there is room for it.
pub(super) async fn received(got: GetResult, room: &Room) -> object_store::Result<Stored> {
    let of_owner = |(name, value): (&Attribute, &object_store::AttributeValue)| match name {
        Attribute::Metadata(name) => Some((name.to_ascii_lowercase(), value.to_string())),
        _ => None,
    };
    let metadata = got.attributes.iter().filter_map(of_owner).collect();
    let (size, modified, etag) = (got.meta.size, got.meta.last_modified, got.meta.e_tag.clone());
    let room = room.take(size).await;
    let body = if size <= MOST_HELD { Body::Whole(got.bytes().await?.into()) } else { spooled(got).await? };
    Ok(Stored { size, modified, etag, metadata, body, _room: room })
}

/// A large object, in a temporary file.
async fn spooled(got: GetResult) -> object_store::Result<Body> {
    let failed = |error: io::Error| object_store::Error::Generic { store: "temporary file", source: error.into() };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut pieces = got.into_stream();
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece?).map_err(failed)?;
    }
    file.rewind().map_err(failed)?;
    Ok(Body::Large(file))
}

/// Opens a file on disk that must lie below `root`, symbolic links followed. Blocks.
pub(super) fn opened(root: &Path, key: &str, known: &KnownFolders) -> Result<Stored, Error> {
    let path = known.below(root, key)?;
    let opened = File::open(&path).map_err(gone)?;
    let before = opened.metadata()?;
    if !before.is_file() {
        return Err(Error::Vanished);
    }
    let (size, modified) = (before.len(), before.modified()?);
    let body = if size <= MOST_HELD {
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        (&opened).take(size.saturating_add(1)).read_to_end(&mut bytes)?;
        let after = opened.metadata()?;
        // Half of one file and half of another are neither.
        if bytes.len() as u64 != size || after.len() != size || after.modified()? != modified {
            return Err(Error::Changed);
        }
        Body::Whole(bytes)
    } else {
        Body::Large(opened)
    };
    Ok(Stored { size, modified: modified.into(), etag: None, metadata: Vec::new(), body, _room: None })
}

fn gone(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Error::Vanished,
        _ => Error::Io(error),
    }
}

/// Folders that are known to lie below the root.
#[derive(Debug, Default)]
pub(super) struct KnownFolders(Mutex<HashSet<PathBuf>>);

/// Folders remembered, of some hundred bytes each.
const MOST_FOLDERS: usize = 10_000;

impl KnownFolders {
    /// The path of a key, which must not lead out of the root: by its parts, nor by a symbolic link on its way.
    pub(super) fn below(&self, root: &Path, key: &str) -> Result<PathBuf, Error> {
        if !is_below(key) {
            return Err(Error::Outside(key.to_owned()));
        }
        let path = root.join(key);
        let parent = path.parent().unwrap_or(root);
        let is_known = self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(parent);
        if !is_known {
            inside(root, parent, key)?;
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST_FOLDERS {
                known.clear();
            }
            known.insert(parent.to_owned());
        }
        if fs::symlink_metadata(&path).map_err(gone)?.is_symlink() {
            inside(root, &path, key)?;
        }
        Ok(path)
    }
}

/// Whether a path, symbolic links followed, lies below the root.
fn inside(root: &Path, path: &Path, key: &str) -> Result<(), Error> {
    let real = fs::canonicalize(path).map_err(gone)?;
    if real.starts_with(root) { Ok(()) } else { Err(Error::Outside(key.to_owned())) }
}

/// Whether a key names something below wherever it is looked up: it may have come from anywhere.
#[must_use]
pub fn is_below(key: &str) -> bool {
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
    key.split('/').all(is_name) && !(cfg!(windows) && key.contains(['\\', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_leads_out_of_the_archive() {
        for key in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\0b", "a/"] {
            assert!(!is_below(key), "{key:?}");
        }
        assert!(is_below("AWSLogs/111122223333/a b+c=é.json.gz"));
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_out_of_the_archive_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("a path").join("root");
        fs::create_dir_all(root.join("day")).expect("a folder");
        fs::write(root.join("day/file"), "inside").expect("a file");
        fs::write(root.join("../secret"), "outside").expect("a file");
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, root.join(at)).expect("a link");
        link("../secret", "leaf");
        link("..", "folder");
        link("day/file", "within");
        let known = KnownFolders::default();
        let open = |key: &str| opened(&root, key, &known);
        for key in ["leaf", "folder/secret", "folder/root/../secret"] {
            assert!(matches!(open(key), Err(Error::Outside(_))), "{key}");
        }
        assert!(matches!(open("absent"), Err(Error::Vanished)));
        assert!(matches!(open("day/file/below"), Err(Error::Vanished)));
        let Body::Whole(bytes) = open("within").expect("a file of the archive").body else { panic!("it is small") };
        assert_eq!(bytes, b"inside");
    }
}
