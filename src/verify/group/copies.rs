//! Log files with the same content: queries count their events twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::context::Context;
use super::super::discover::Group;
use super::super::event::{Event, Note, NoteKind};
use super::super::load;
use super::super::options::Error;
use super::super::unlisted::Told;
use super::Out;
use super::files::files;
use crate::archive::DIGEST_FOLDER;

/// Digest files loaded in one go.
const BATCH: usize = 32;
/// Contents that are told.
const MOST_COPIES: usize = 100;

/// Remarks on those that are listed, and on these copies that are not.
pub(super) async fn tell(
    context: &Arc<Context>,
    group: &Group,
    told: &Told,
    copies: Vec<(u64, String)>,
    out: &Out,
) -> Result<(), Error> {
    let mut files_of: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for content in told.listed.repeated() {
        files_of.entry(content).or_default();
    }
    for (content, uri) in copies {
        files_of.entry(content).or_default().insert(uri);
    }
    if files_of.is_empty() {
        return Ok(());
    }
    // Their names are in the digest files, which are read once more.
    for chain in files(context, &group.folder(DIGEST_FOLDER), &mut None).await? {
        let mut wanted = chain.wanted(group);
        loop {
            let batch: Vec<_> = wanted.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            for loaded in load::load(context, batch).await? {
                let lists = loaded.content.ok().and_then(|content| content.document.log_files).unwrap_or_default();
                for log in lists {
                    if let Some(uris) = files_of.get_mut(&told.listed.content(&log.hash_value)) {
                        uris.insert(format!("s3://{}/{}", log.s3_bucket, log.s3_object));
                    }
                }
            }
        }
    }
    let several: Vec<_> = files_of.into_values().filter(|uris| uris.len() > 1).collect();
    let (count, more) = (several.len().min(MOST_COPIES), several.len().saturating_sub(MOST_COPIES));
    for uris in several.into_iter().take(count) {
        let text =
            format!("{} log files have the same content: queries count its events {} times", uris.len(), uris.len());
        out.send(Event::Note(Note { kind: NoteKind::DuplicateContent, text, uris: uris.into_iter().collect() }))
            .await?;
    }
    if more > 0 {
        let text = format!("{more} more contents are in several log files");
        out.send(Event::Note(Note { kind: NoteKind::DuplicateContent, text, uris: Vec::new() })).await?;
    }
    Ok(())
}
