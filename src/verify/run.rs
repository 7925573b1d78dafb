//! A whole verification: every group, some ahead of the one that is told of.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::context::Context;
use super::discover::{Discovered, Group, discover};
use super::event::{Event, Note, NoteKind};
use super::group::{self, Out};
use super::load;
use super::options::{Error, Options};
use super::progress::Progress;
use crate::archive::{Archive, DIGEST_FOLDER, DigestName};

/// Batches of findings of one group that wait to be told.
const WAITING: usize = 16;
/// Groups under way: on disk to have work at hand, in a bucket to have answers under way.
const GROUPS_ON_DISK: usize = 4;
const GROUPS_OF_BUCKET: usize = 16;

/// A group under way, ended when dropped.
struct UnderWay {
    events: mpsc::Receiver<Vec<Event>>,
    task: JoinHandle<Result<(), Error>>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Verifies an archive, and tells what it finds in a fixed order.
///
/// # Errors
/// When the archive cannot be looked into at all, or `tell` fails.
pub async fn run<E: From<Error>>(
    archive: Arc<Archive>,
    options: Options,
    progress: Arc<Progress>,
    mut tell: impl FnMut(Event) -> Result<(), E>,
) -> Result<(), E> {
    let Discovered { groups, closed } = discover(&archive, &options).await?;
    let location = archive.location().display();
    for (key, error) in closed {
        tell(Event::Closed { uri: format!("{location}/{key}"), detail: load::reason(&error) })?;
    }
    let ahead = if archive.is_local() { GROUPS_ON_DISK } else { GROUPS_OF_BUCKET };
    let context = Arc::new(Context::new(archive, options, progress));
    let mut groups = groups.into_iter();
    let mut under_way: VecDeque<UnderWay> = groups.by_ref().take(ahead).map(|group| start(&context, group)).collect();
    while let Some(mut first) = under_way.pop_front() {
        while let Some(events) = first.events.recv().await {
            for event in events {
                context.note(&event)?;
                tell(event)?;
            }
        }
        (&mut first.task).await.map_err(|error| Error::Task(error.to_string())).flatten()?;
        under_way.extend(groups.next().map(|group| start(&context, group)));
    }
    let recompressed = context.recompressed.load(Ordering::Relaxed);
    if recompressed > 0 {
        let files = if recompressed == 1 { "file" } else { "files" };
        let text = format!("{recompressed} {files} stored under another compression");
        tell(Event::Note(Note { kind: NoteKind::OtherCompression, text, uris: Vec::new() }))?;
    }
    Ok(())
}

/// The regions that have digest files, and the day of the earliest of these.
///
/// # Errors
/// When the archive cannot be looked into at all.
pub async fn regions(archive: &Archive, options: &Options) -> Result<(Vec<String>, Option<DateTime<Utc>>), Error> {
    let groups = discover(archive, options).await?.groups;
    let mut regions: Vec<String> = Vec::new();
    let mut earliest: Option<DateTime<Utc>> = None;
    for group in groups.into_iter().filter(|group| group.has_digests) {
        if options.start.is_none() {
            let folder = group.folder(DIGEST_FOLDER);
            let first = archive.objects(&folder, &folder).next().await.and_then(Result::ok);
            let name = first.as_ref().map(|object| object.key.rsplit('/').next().unwrap_or_default());
            let begin = name.and_then(DigestName::parse).map(|named| named.end - chrono::Duration::hours(1));
            earliest = earliest.into_iter().chain(begin).min();
        }
        regions.push(group.region);
    }
    regions.sort();
    regions.dedup();
    Ok((regions, earliest))
}

fn start(context: &Arc<Context>, group: Group) -> UnderWay {
    let (out, events) = mpsc::channel(WAITING);
    UnderWay { events, task: tokio::spawn(group::verify(Arc::clone(context), group, Out(out))) }
}
