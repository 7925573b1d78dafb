//! Hashes the log files of a manifest again.

use std::sync::Arc;

use futures::{StreamExt, stream};
use sha2::{Digest, Sha256};

use super::read::{FileEntry, Recorded};
use crate::archive::{self, Archive};
use crate::record::{Inflater, Limits};
use crate::verify::content::Hash;

/// Log files read at a time.
const AT_A_TIME: usize = 8;
/// 64 MiB: what a log file may have grown to by being stored otherwise. Any that is larger, and was not, has changed.
const GROWN: u64 = 64 << 20;

/// What a log file is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// As it was, to the byte.
    Same,
    /// Its stored bytes differ; what they hold is the same.
    Recompressed,
    /// It holds something else.
    Changed,
    /// It is not there.
    Missing,
    /// It cannot be read, and why.
    Unreadable(String),
}

/// How many log files are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Log files of the manifest.
    pub files: u64,
    /// As they were.
    pub same: u64,
    /// Changed, recompressed ones among them.
    pub changed: u64,
    /// Not there.
    pub missing: u64,
    /// Not to be read.
    pub unreadable: u64,
}

/// Looks at every log file of a manifest, in these archives, which stand in the order of the manifest's. `each` is told
/// of every one, in the manifest's order, until it says that it has heard enough.
pub async fn check<E>(
    recorded: &Recorded,
    archives: &[Arc<Archive>],
    mut each: impl FnMut(&FileEntry, &Archive, &State) -> Result<(), E>,
) -> Result<Checked, E> {
    let states = stream::iter(&recorded.files).map(|entry| async move {
        match archives.get(entry.archive) {
            Some(archive) => (entry, Some(archive), state(archive, entry).await),
            None => (entry, None, State::Missing),
        }
    });
    let mut states = std::pin::pin!(states.buffered(AT_A_TIME));
    let mut checked = Checked::default();
    while let Some((entry, archive, state)) = states.next().await {
        checked.files += 1;
        let count = match &state {
            State::Same => &mut checked.same,
            State::Recompressed | State::Changed => &mut checked.changed,
            State::Missing => &mut checked.missing,
            State::Unreadable(_) => &mut checked.unreadable,
        };
        *count += 1;
        if let Some(archive) = archive {
            each(entry, archive, &state)?;
        }
    }
    Ok(checked)
}

async fn state(archive: &Arc<Archive>, entry: &FileEntry) -> State {
    let bytes = match archive.bytes_of(&entry.key, entry.size.max(GROWN)).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return State::Changed,
        Err(archive::Error::Vanished) => return State::Missing,
        Err(error) => return State::Unreadable(error.to_string()),
    };
    let (stored, content) = (entry.sha256, entry.content_sha256);
    let compared = tokio::task::spawn_blocking(move || compare(&bytes, stored, content)).await;
    compared.unwrap_or_else(|error| State::Unreadable(error.to_string()))
}

/// What bytes are, next to the hashes of those that were.
fn compare(bytes: &[u8], stored: Hash, content: Option<Hash>) -> State {
    let hash_of = |bytes: &[u8]| -> Hash { Sha256::digest(bytes).into() };
    if hash_of(bytes) == stored {
        return State::Same;
    }
    let mut inflater = Inflater::new(Limits::default());
    let same_content = content.is_some_and(|content| inflater.open(bytes).is_ok_and(|now| hash_of(now) == content));
    if same_content { State::Recompressed } else { State::Changed }
}
