//! Log files that no digest file lists: what every query would read, and nothing vouches for.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use futures::StreamExt;

use super::content::Hasher;
use super::context::{Context, Job, Opened, Where};
use super::event::{Event, Note, NoteKind, Unlisted};
use super::group::Out;
use super::intervals::Timeline;
use super::listed::ListedFiles;
use super::metadata::FILE_ENDING;
use super::options::{Error, Reading};
use super::place::Place;
use super::status::{HoleReason, LogStatus};
use crate::archive::{Object, layout};

/// What the chains of a group have told.
pub(super) struct Told {
    pub(super) listed: ListedFiles,
    /// Of hourly chains, whatever the trail.
    pub(super) timelines: Vec<Timeline>,
    /// The kinds of folders that log files were listed in.
    pub(super) kinds: BTreeSet<String>,
    pub(super) bucket: String,
    pub(super) place: Place,
}

/// A log file that is not listed, on its way to be hashed: it may be the copy of one that is.
struct Candidate {
    at: Where,
    found: Unlisted,
}

impl Job for Candidate {
    fn place(&self) -> &Where {
        &self.at
    }
}

/// How long before the time in its name a log file may have been delivered.
const EARLY: Duration = Duration::minutes(5);
/// How well the time of an object's last change tells that of its delivery.
const EXACT: Duration = Duration::minutes(5);
const BATCH: usize = 32;
/// Foreign files that are told by name.
const MOST_FOREIGN: usize = 20;

/// Looks for them in one folder of log files. Gives the contents that listed files have, too, each with the file.
pub(super) async fn search(
    context: &Arc<Context>,
    folder: &str,
    told: &Told,
    out: &Out,
) -> Result<Vec<(u64, String)>, Error> {
    let options = &context.options;
    let mut search = Search {
        told,
        context,
        known: HashSet::new(),
        copies: Vec::new(),
        twins: Vec::new(),
        batch: Vec::new(),
        foreign: Vec::new(),
        seen: 0,
        late: 0,
        unlisted: 0,
    };
    let mut objects = context.days(folder, options.start, options.end);
    while let Some(object) = objects.next().await {
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                out.send(Event::Closed { uri: search.uri(folder), detail: super::load::reason(&error) }).await?;
                continue;
            }
        };
        search.gather(object);
        if search.batch.len() >= BATCH {
            search.tell(out).await?;
        }
    }
    search.settle();
    search.tell(out).await?;
    search.remarks(folder, out).await?;
    Ok(search.copies)
}

struct Search<'a> {
    told: &'a Told,
    context: &'a Arc<Context>,
    /// The contents of listed files, from the first unlisted one on, and of those.
    known: HashSet<u64>,
    copies: Vec<(u64, String)>,
    /// The same name under one or several compressions.
    twins: Vec<Object>,
    batch: Vec<Candidate>,
    foreign: Vec<String>,
    /// Log files seen; of those, stored much later than their names say; of those seen, unlisted.
    seen: u64,
    late: u64,
    unlisted: u64,
}

impl Search<'_> {
    fn uri(&self, key: &str) -> String {
        match (self.told.place.signed(key), self.told.bucket.as_str()) {
            (Some(signed), bucket) if !bucket.is_empty() => format!("s3://{bucket}/{signed}"),
            // Nothing says what bucket it was.
            _ => match self.context.archive.path(key) {
                Some(path) => format!("file://{}", path.display()),
                None => format!("{}/{key}", self.context.archive.location().display()),
            },
        }
    }

    /// Takes an object, together with those that have its name under another compression: their keys come one after
    /// the other.
    fn gather(&mut self, object: Object) {
        if self.twins.first().is_some_and(|twin| stem(&twin.key) != stem(&object.key)) {
            self.settle();
        }
        self.twins.push(object);
    }

    /// Of one name, the file that was checked is listed, and no other.
    fn settle(&mut self) {
        let rank = |object: &Object| ENDINGS.iter().position(|ending| object.key.ends_with(ending));
        let mut twins = std::mem::take(&mut self.twins);
        twins.sort_by_key(rank);
        for (at, object) in twins.into_iter().enumerate() {
            self.take(object, at == 0);
        }
    }

    fn take(&mut self, object: Object, may_be_listed: bool) {
        let name = object.key.rsplit('/').next().unwrap_or(&object.key);
        if name.ends_with(FILE_ENDING) {
            return;
        }
        let named = layout::name_parts(name).filter(|_| ENDINGS.iter().any(|ending| name.ends_with(ending)));
        let Some(named) = named else {
            self.foreign.push(object.key);
            return;
        };
        let options = &self.context.options;
        if options.start.is_some_and(|start| named.delivered < start) || named.delivered > options.end {
            return;
        }
        self.seen += 1;
        let window = Window::of(named.delivered, &object, options.slack, self.context.archive.is_local());
        self.late += u64::from(window.is_late);
        if may_be_listed && self.told.listed.holds(&object.key) {
            return;
        }
        let (status, reason) = classify(&window, &self.told.timelines, options.slack);
        self.unlisted += u64::from(status == LogStatus::Unlisted);
        let is_rare = self.late * 2 <= self.seen || self.seen < 10;
        let hours = (object.modified - named.delivered).num_hours();
        let detail = match (reason, self.told.timelines.is_empty()) {
            (_, true) => Some("there are no digest files of its account and region".to_owned()),
            _ if window.is_late && is_rare => Some(format!("stored {hours} h after its name says")),
            _ => None,
        };
        let class = options.allowed.class(status.name(), status.class());
        let path = self.context.archive.path(&object.key).map(|path| path.display().to_string());
        let found = Unlisted {
            delivered: named.delivered,
            uri: self.uri(&object.key),
            path,
            status,
            class,
            reason,
            modified: object.modified,
            detail,
        };
        self.batch.push(Candidate { at: Where::Here(object.key), found });
    }

    /// Hashes and hands on those found so far.
    async fn tell(&mut self, out: &Out) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        if self.context.options.reading != Reading::Whole {
            for candidate in batch {
                out.send(Event::Unlisted(Box::new(candidate.found))).await?;
            }
            return Ok(());
        }
        if self.known.is_empty() && !batch.is_empty() {
            self.known = self.told.listed.contents().collect();
        }
        for (found, hash) in self.context.each(batch, hashed).await? {
            let content = hash.map(|hash| self.told.listed.content(&hash));
            if let Some(content) = content {
                // Of two that are not listed and are the same, the second is a copy.
                if !self.known.insert(content) {
                    self.copies.push((content, found.uri.clone()));
                }
            }
            out.send(Event::Unlisted(Box::new(found))).await?;
        }
        Ok(())
    }

    async fn remarks(&mut self, folder: &str, out: &Out) -> Result<(), Error> {
        let mut notes = Vec::new();
        if !self.foreign.is_empty() {
            let text = match self.foreign.len() {
                1 => "a file that is none of CloudTrail's stands among the log files".to_owned(),
                count => format!("{count} files that are none of CloudTrail's stand among the log files"),
            };
            let uris = self.foreign.iter().take(MOST_FOREIGN).map(|key| self.uri(key)).collect();
            notes.push(Note { kind: NoteKind::Foreign, text, uris });
        }
        if self.seen >= 10 && self.late * 2 > self.seen {
            let text = "most log files were stored long after their names say: by a copy or a replication".to_owned();
            notes.push(Note { kind: NoteKind::Hint, text, uris: vec![self.uri(folder)] });
        }
        if self.unlisted * 2 > self.seen {
            let text =
                "more than half of the log files are unlisted: another trail without validation may share the folder";
            notes.push(Note { kind: NoteKind::Hint, text: text.to_owned(), uris: vec![self.uri(folder)] });
        }
        for note in notes {
            out.send(Event::Note(note)).await?;
        }
        Ok(())
    }
}

/// How names of log files end, in the order in which one of them is looked for.
const ENDINGS: [&str; 3] = [".json.gz", ".json", ".json.zst"];

fn stem(key: &str) -> &str {
    ENDINGS.iter().find_map(|ending| key.strip_suffix(ending)).unwrap_or(key)
}

fn hashed(context: &Context, hasher: &mut Hasher, job: Candidate, opened: Opened) -> (Unlisted, Option<String>) {
    let hash = opened.ok().and_then(|(stored, compression)| {
        context.progress.bytes(stored.size);
        hasher.hash(stored.body, compression).ok()
    });
    (job.found, hash.map(|(hash, _)| hex::encode(hash)))
}

/// The time in which a digest file could list a log file.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// When it was delivered, as well as that is known.
    delivered: DateTime<Utc>,
    /// Whether that is known from the store.
    is_exact: bool,
    /// Whether it was stored later than it could have been delivered.
    is_late: bool,
}

impl Window {
    fn of(named: DateTime<Utc>, object: &Object, slack: Duration, is_local: bool) -> Self {
        let (from, to) = (named - EARLY, named + slack);
        // A copy's files are as old as the copy.
        let is_late = !is_local && object.modified > to;
        if is_local || is_late || object.modified < from {
            return Self { from, to, delivered: named, is_exact: false, is_late };
        }
        let modified = object.modified;
        Self { from: modified - EXACT, to: modified + EXACT, delivered: modified, is_exact: true, is_late }
    }
}

/// What is to be thought of a log file that no digest file lists.
fn classify(window: &Window, timelines: &[Timeline], slack: Duration) -> (LogStatus, Option<HoleReason>) {
    let reasons = || timelines.iter().flat_map(|timeline| timeline.reasons(window.from, window.to));
    // A digest file that is gone, or proves nothing, may have listed it.
    if let Some(reason) = reasons().find(|reason| matches!(reason, HoleReason::Missing | HoleReason::Invalid)) {
        return (LogStatus::Uncovered, Some(reason));
    }
    let is_newer = |newest: DateTime<Utc>| {
        let reaches = if window.is_exact { window.to } else { window.delivered };
        reaches > newest && window.delivered - newest < slack
    };
    if timelines.iter().filter_map(Timeline::newest).any(is_newer) {
        return (LogStatus::Pending, None);
    }
    if is_covered(window, timelines) {
        return (LogStatus::Unlisted, None);
    }
    (LogStatus::Uncovered, reasons().next())
}

/// Whether the digest files of all trails together vouch for all of the time.
fn is_covered(window: &Window, timelines: &[Timeline]) -> bool {
    let mut spans: Vec<_> = timelines
        .iter()
        .flat_map(Timeline::covered)
        .filter(|span| span.start.is_some_and(|start| start <= window.to) && span.end >= window.from)
        .collect();
    spans.sort();
    let mut reached = window.from;
    for span in spans {
        if span.start.is_none_or(|start| start > reached) {
            return false;
        }
        reached = reached.max(span.end);
    }
    reached >= window.to
}
