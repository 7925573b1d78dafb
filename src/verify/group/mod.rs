//! One account's region, from its chains to the log files that none of them lists.

mod copies;
mod files;
mod worker;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::context::Context;
use super::discover::Group;
use super::event::Event;
use super::options::{Error, Reading};
use super::unlisted;
use crate::archive::DIGEST_FOLDER;
use files::{Files, files};
use worker::Worker;

/// Where findings go, some at a time.
pub(super) struct Out(pub(super) mpsc::Sender<Vec<Event>>);

impl Out {
    /// Hands a finding on. When nobody listens any more, the work ends.
    pub(super) async fn send(&self, event: Event) -> Result<(), Error> {
        self.send_all(vec![event]).await
    }

    /// Hands several on.
    pub(super) async fn send_all(&self, events: Vec<Event>) -> Result<(), Error> {
        self.0.send(events).await.map_err(|_| Error::Abandoned)
    }
}

/// Verifies a group, and tells what it finds.
pub(super) async fn verify(context: Arc<Context>, group: Group, out: Out) -> Result<(), Error> {
    let group = Arc::new(group);
    let folder = group.folder(DIGEST_FOLDER);
    let mut closed = None;
    let chains = match group.has_digests {
        true => files(&context, &folder, &mut closed).await?,
        false => Vec::new(),
    };
    let wants = |files: &Files| context.options.wants_trail(&files.trail, &files.home_region);
    let known = chains.iter().filter(|files| wants(files)).count() as u64;
    context.progress.know(known, chains.iter().map(|files| files.files.len() as u64).sum(), 0);
    if let Some(detail) = closed {
        out.send(Event::Closed { uri: format!("{}/{folder}", context.archive.location().display()), detail }).await?;
    }
    let is_alone = context.options.trails.is_empty();
    let mut worker = Worker::new(Arc::clone(&context), Arc::clone(&group), out).await?;
    for files in chains {
        let is_reported = wants(&files);
        if is_reported || context.options.reading != Reading::DigestsOnly {
            worker.chain(files, is_reported).await?;
        }
    }
    let Worker { told, out, .. } = worker;
    if context.options.reading == Reading::DigestsOnly || !context.options.unlisted {
        return Ok(());
    }
    // Without a chain of the trail that is asked for, nothing is asked of the folder.
    if !is_alone && told.timelines.is_empty() {
        return Ok(());
    }
    let mut copies = Vec::new();
    for kind in &told.kinds {
        copies.extend(unlisted::search(&context, &group.folder(kind), &told, &out).await?);
    }
    copies::tell(&context, &group, &told, copies, &out).await
}
