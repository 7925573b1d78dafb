//! The digest files of a region, by their names: which chains there are, and what is in the range.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use futures::StreamExt;

use super::super::context::{Context, Where};
use super::super::discover::Group;
use super::super::load::{self, Wanted};
use super::super::metadata::FILE_ENDING;
use super::super::options::Error;
use crate::archive::{DIGEST_FOLDER, DigestName};

/// The digest files of one chain.
pub(super) struct Files {
    pub(super) trail: String,
    pub(super) home_region: String,
    pub(super) is_backfill: bool,
    /// Newest first.
    pub(super) files: Vec<File>,
}

/// A digest file, in few bytes: a chain has thousands in a year.
pub(super) struct File {
    end: DateTime<Utc>,
    /// Where it is not where its name says.
    key: Option<Box<str>>,
    has_metadata_file: bool,
}

impl Files {
    /// The digest files, newest first, below the region's folder.
    pub(super) fn wanted(self, group: &Group) -> impl Iterator<Item = Wanted> + Send + use<> {
        let Self { trail, home_region, is_backfill, files } = self;
        let (folder, account, region) = (group.folder(DIGEST_FOLDER), group.account.clone(), group.region.clone());
        files.into_iter().map(move |File { end, key, has_metadata_file }| {
            let (account, region, trail, home_region) = (&*account, &*region, &*trail, &*home_region);
            let usual = || DigestName { account, region, trail, home_region, end, is_backfill }.below_region();
            let key = key.map_or_else(|| format!("{folder}/{}", usual()), String::from);
            Wanted { at: Where::Here(key), end, has_metadata_file, is_backfill }
        })
    }
}

/// How long before the range a digest file may list what is in it.
const EARLY: Duration = Duration::minutes(5);
/// How long after the range a digest file may still be chosen.
const AFTER: Duration = Duration::hours(1);

/// The digest files of each chain.
pub(super) async fn files(
    context: &Arc<Context>,
    folder: &str,
    closed: &mut Option<String>,
) -> Result<Vec<Files>, Error> {
    let options = &context.options;
    let after = AFTER.max(options.slack);
    let until = options.end.checked_add_signed(after).unwrap_or(options.end);
    let from = options.start.map(|start| start - EARLY);
    let mut chains: BTreeMap<(String, String, bool), Vec<File>> = BTreeMap::new();
    // The digest file before, in the order of keys: its metadata file comes right behind it.
    let mut before: Option<(String, (String, String, bool))> = None;
    let mut objects = context.days(folder, from, until);
    while let Some(object) = objects.next().await {
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                *closed = Some(load::reason(&error));
                continue;
            }
        };
        if let Some(digest) = object.key.strip_suffix(FILE_ENDING) {
            let chain = before
                .take()
                .filter(|(key, _)| *key == stored_as(digest))
                .and_then(|(_, chain)| chains.get_mut(&chain));
            if let Some(file) = chain.and_then(|files| files.last_mut()) {
                file.has_metadata_file = true;
            }
            continue;
        }
        let name = object.key.rsplit('/').next().unwrap_or(&object.key);
        let Some(named) = DigestName::parse(name) else { continue };
        if named.end > until || from.is_some_and(|from| named.end < from) {
            continue;
        }
        let key = stored_as(&object.key);
        // The same under two compressions: the first that is tried counts.
        if before.as_ref().is_some_and(|(before, _)| *before == key) {
            continue;
        }
        let below = named.below_region();
        let is_usual = key.strip_prefix(folder).and_then(|key| key.strip_prefix('/')) == Some(below.as_str());
        let odd = (!is_usual).then(|| key.as_str().into());
        let chain = (named.trail.to_owned(), named.home_region.to_owned(), named.is_backfill);
        chains.entry(chain.clone()).or_default().push(File { end: named.end, key: odd, has_metadata_file: false });
        before = Some((key, chain));
    }
    let chains = chains.into_iter().map(|((trail, home_region, is_backfill), mut files)| {
        files.sort_by_key(|file| std::cmp::Reverse(file.end));
        Files { trail, home_region, is_backfill, files }
    });
    Ok(chains.collect())
}

/// The key that CloudTrail gave what may be stored under another compression.
fn stored_as(key: &str) -> String {
    match [".json", ".json.zst"].iter().find_map(|ending| key.strip_suffix(ending)) {
        Some(stem) => format!("{stem}.json.gz"),
        None => key.to_owned(),
    }
}
