//! Digest files as they are found: read, unpacked, parsed, and their own signature checked.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::content::{Damage, Hash, Hasher};
use super::context::{Context, Job, Opened, Where};
use super::discover::is_absent;
use super::document::Document;
use super::judge::{self, Own};
use super::metadata::{FILE_ENDING, Metadata};
use crate::archive;

/// A digest file to be loaded.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) at: Where,
    /// The end of its time, by its name.
    pub(super) end: DateTime<Utc>,
    /// Whether a file beside it holds its metadata.
    pub(super) has_metadata_file: bool,
    pub(super) is_backfill: bool,
}

impl Job for Wanted {
    fn place(&self) -> &Where {
        &self.at
    }
}

/// A digest file that was loaded.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) wanted: Wanted,
    pub(super) content: Result<Content, Unusable>,
}

/// What is in a digest file.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) document: Document,
    pub(super) hash: Hash,
    pub(super) metadata: Metadata,
    pub(super) own: Own,
}

/// Why there is nothing in a digest file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is not there.
    Missing,
    Malformed(String),
    Unreadable(String),
}

/// 256 MiB: the most that a digest file may hold.
const LARGEST: usize = 256 << 20;

/// Loads digest files, in their order.
pub(super) async fn load(context: &Arc<Context>, wanted: Vec<Wanted>) -> Result<Vec<Loaded>, super::Error> {
    context.each(wanted, loaded).await
}

fn loaded(context: &Context, hasher: &mut Hasher, wanted: Wanted, opened: Opened) -> Loaded {
    context.progress.digest();
    let content = content(context, hasher, &wanted, opened);
    Loaded { wanted, content }
}

fn content(context: &Context, hasher: &mut Hasher, wanted: &Wanted, opened: Opened) -> Result<Content, Unusable> {
    let (stored, compression) = opened.map_err(|error| match error {
        error if is_absent(&error) => Unusable::Missing,
        error => Unusable::Unreadable(reason(&error)),
    })?;
    context.progress.bytes(stored.size);
    let of_object = stored.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut metadata = Metadata::of(of_object);
    let content = hasher.content(stored.body, compression, LARGEST).map_err(|damage| match damage {
        Damage::Unreadable(_) => Unusable::Unreadable(damage.words()),
        damage => Unusable::Malformed(damage.words()),
    })?;
    let hash: Hash = Sha256::digest(&content).into();
    let document = Document::parse(&content).map_err(Unusable::Malformed)?;
    let is_of_bucket = !context.archive.is_local();
    if is_of_bucket && wanted.is_backfill && metadata.signature.is_some() && metadata.generated.is_none() {
        return Err(Unusable::Malformed("its metadata does not say when this backfill was made".to_owned()));
    }
    if metadata.is_empty()
        && let Where::Here(key) = &wanted.at
    {
        metadata = beside(context, wanted, key).unwrap_or_default();
        if metadata.is_empty() {
            metadata = context.options.metadata.of(&document.digest_s3_object, key).cloned().unwrap_or_default();
        }
    }
    let own = judge::own(&document, &hash, &metadata, &context.options.keys);
    Ok(Content { document, hash, metadata, own })
}

/// What a file beside the digest file says.
fn beside(context: &Context, wanted: &Wanted, key: &str) -> Option<Metadata> {
    if !wanted.has_metadata_file || !context.archive.is_local() {
        return None;
    }
    let stored = context.archive.open_local(&format!("{key}{FILE_ENDING}")).ok()?;
    match stored.body {
        archive::Body::Whole(bytes) => Metadata::of_file(&bytes),
        archive::Body::Large(_) => None,
    }
}

/// Why a file cannot be read, for reports.
pub(super) fn reason(error: &archive::Error) -> String {
    match error {
        archive::Error::Outside(_) => "it leads out of the archive".to_owned(),
        archive::Error::Archived(class) => format!("archived storage class {class}"),
        archive::Error::Changed => "it changed while it was read".to_owned(),
        error => error.to_string(),
    }
}
