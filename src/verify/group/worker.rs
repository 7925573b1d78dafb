//! The chains of a group, one after the other, and the log files that they list, many at a time and in order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use super::super::chain::{Step, walk};
use super::super::context::{Context, Where};
use super::super::discover::Group;
use super::super::document::Listed;
use super::super::event::{Chain, Digest, Event, Kind, Log, Note, NoteKind};
use super::super::listed::{ListedFiles, Seen};
use super::super::logs::{self, LogJob};
use super::super::options::{Error, Reading};
use super::super::place::Place;
use super::super::status::LogStatus;
use super::super::unlisted::Told;
use super::Out;
use super::files::Files;
use crate::archive::KeyParts;

/// Entries worked on in one go, and such goes that wait.
const BATCH: usize = 48;
const STEPS: usize = 4;

/// Works through the chains of one group.
pub(super) struct Worker {
    context: Arc<Context>,
    group: Arc<Group>,
    chain: Chain,
    pub(super) told: Told,
    /// What became of log files that are not valid, for those listed twice.
    bad: HashMap<u64, Log>,
    /// Those listed twice that were told of.
    told_twice: HashSet<u64>,
    looks: HashMap<u64, String>,
    pub(super) out: Out,
}

/// One entry of a report on its way.
enum Entry {
    Done(Event),
    Log {
        job: LogJob,
        key: u64,
    },
    /// Listed before, with the same content: told when that was.
    Again {
        job: LogJob,
        key: u64,
    },
}

impl Worker {
    pub(super) async fn new(context: Arc<Context>, group: Arc<Group>, out: Out) -> Result<Self, Error> {
        let prefix = context.bucket.as_ref().map(|(_, prefix)| prefix.clone());
        let told = Told {
            listed: ListedFiles::default(),
            timelines: Vec::new(),
            kinds: BTreeSet::from(["CloudTrail".to_owned()]),
            bucket: context.bucket.as_ref().map(|(bucket, _)| bucket.clone()).unwrap_or_default(),
            place: prefix.map_or_else(Place::default, |prefix| Place::of_prefix(&prefix)),
        };
        let chain = Chain {
            organization: group.organization.clone(),
            account: group.account.clone(),
            region: group.region.clone(),
            ..Chain::default()
        };
        let mut worker = Self {
            context,
            group,
            chain,
            told,
            bad: HashMap::new(),
            told_twice: HashSet::new(),
            looks: HashMap::new(),
            out,
        };
        if worker.context.options.state.is_some() && !worker.context.archive.is_local() {
            worker.looks = worker.looks_of(&worker.group.folder("CloudTrail")).await;
        }
        Ok(worker)
    }

    /// How the log files of a bucket look, so that those which did not change need not be asked for.
    async fn looks_of(&self, folder: &str) -> HashMap<u64, String> {
        let objects = self.context.archive.objects(folder, folder);
        let looks = objects.filter_map(|object| async {
            let object = object.ok()?;
            let etag = object.etag?;
            Some((self.told.listed.key(&object.key), logs::looks_of_object(object.size, &etag)))
        });
        looks.collect().await
    }

    pub(super) async fn chain(&mut self, files: Files, is_reported: bool) -> Result<(), Error> {
        let is_backfill = files.is_backfill;
        let chain = Chain {
            trail: files.trail.clone(),
            home_region: files.home_region.clone(),
            kind: Some(if files.is_backfill { Kind::Backfill } else { Kind::Hourly }),
            ..self.chain.clone()
        };
        let (steps, mut taken) = mpsc::channel(STEPS);
        let walking = tokio::spawn(walk(Arc::clone(&self.context), chain, files.wanted(&self.group), steps));
        let (entries, waiting) = mpsc::channel::<Vec<Entry>>(STEPS);
        let context = Arc::clone(&self.context);
        let receive = |mut waiting: mpsc::Receiver<Vec<Entry>>| async move {
            waiting.recv().await.map(|entries| (entries, waiting))
        };
        let checked = stream::unfold(waiting, receive)
            // Tasks of their own: what is checked must not wait for this group's turn to be told of.
            .map(move |entries| tokio::spawn(checked(Arc::clone(&context), entries)))
            .buffered(2 + self.context.options.jobs);
        let Self { context, told, bad, told_twice, looks, out, .. } = self;
        let take = async {
            let mut place = Place::default();
            while let Some(steps) = taken.recv().await {
                let mut batch = Vec::new();
                for step in steps {
                    let event = match step {
                        Step::Begin(chain, at) => {
                            (told.bucket, told.place) = (chain.bucket.clone(), at.clone());
                            place = at;
                            Event::Chain(Box::new(chain))
                        }
                        Step::Digest { digest, lists, is_in_range } => {
                            let is_shown = is_reported && is_in_range;
                            let logs = listed(context, told, looks, &place, &digest, lists, is_shown);
                            batch.extend(is_shown.then_some(Entry::Done(Event::Digest(digest))));
                            batch.extend(logs);
                            continue;
                        }
                        Step::Hole(hole) => Event::Hole(hole),
                        Step::Note(note) => Event::Note(note),
                        Step::End(end, timeline) => {
                            told.timelines.extend((!is_backfill).then_some(timeline));
                            Event::End(Box::new(end))
                        }
                    };
                    batch.extend(is_reported.then_some(Entry::Done(event)));
                }
                while !batch.is_empty() {
                    let rest = batch.split_off(batch.len().min(BATCH));
                    if entries.send(std::mem::replace(&mut batch, rest)).await.is_err() {
                        break;
                    }
                }
            }
            drop(entries);
            Ok::<_, Error>(())
        };
        let tell = async {
            let mut checked = std::pin::pin!(checked);
            while let Some(events) = checked.next().await {
                let events = events.map_err(|error| Error::Task(error.to_string()))??;
                // In order, so that what was listed before has been told.
                let events = events.into_iter().flat_map(|done| resolved(bad, told_twice, done)).collect();
                out.send_all(events).await?;
            }
            Ok(())
        };
        tokio::try_join!(take, tell)?;
        if is_reported {
            self.context.progress.chain();
        }
        walking.await.map_err(|error| Error::Task(error.to_string()))?
    }
}

/// The entries for the log files that a digest file lists.
fn listed(
    context: &Arc<Context>,
    told: &mut Told,
    looks: &HashMap<u64, String>,
    place: &Place,
    digest: &Digest,
    lists: Vec<Listed>,
    is_shown: bool,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    let reading = context.options.reading;
    if reading == Reading::DigestsOnly {
        return entries;
    }
    for log in lists {
        let at = context.find(place, &log.s3_bucket, &log.s3_object);
        let key = match &at {
            Where::Here(key) => key.clone(),
            _ => format!("s3://{}/{}", log.s3_bucket, log.s3_object),
        };
        if let Some(parts) = KeyParts::parse(&log.s3_object).filter(|_| digest.is_authenticated)
            && !told.kinds.contains(parts.folder)
            && parts.folder.starts_with("CloudTrail")
        {
            told.kinds.insert(parts.folder.to_owned());
        }
        let seen = told.listed.add(&key, &log.hash_value);
        if !is_shown {
            continue;
        }
        let unproven = (!digest.is_authenticated).then_some(digest.class);
        let key = told.listed.key(&key);
        let is_elsewhere = log.s3_bucket != told.bucket;
        let job = LogJob { at, listed: log, unproven, is_elsewhere, looks: looks.get(&key).cloned() };
        if reading == Reading::Lists {
            entries.push(Entry::Done(Event::Log(Box::new(logs::unread(context, &job)))));
            continue;
        }
        entries.push(match seen {
            Seen::Same => Entry::Again { job, key },
            _ => Entry::Log { job, key },
        });
    }
    let logs = entries.iter().filter(|entry| matches!(entry, Entry::Log { .. })).count();
    context.progress.know(0, 0, logs as u64);
    entries
}

/// An entry whose log file was checked, with the hash of its key.
enum Checked {
    Event(Event),
    Log {
        key: u64,
        log: Box<Log>,
    },
    /// Listed before: told as what it was then.
    Again {
        key: u64,
        log: Box<Log>,
    },
}

/// Checks the log files among these entries.
async fn checked(context: Arc<Context>, entries: Vec<Entry>) -> Result<Vec<Checked>, Error> {
    let (mut jobs, mut keys) = (Vec::new(), Vec::new());
    let mut order = Vec::with_capacity(entries.len());
    for entry in entries {
        order.push(match entry {
            Entry::Done(event) => Some(Checked::Event(event)),
            Entry::Log { job, key } => {
                jobs.push(job);
                keys.push(key);
                None
            }
            Entry::Again { job, key } => Some(Checked::Again { key, log: Box::new(logs::repeated(&context, &job)) }),
        });
    }
    let mut logs = keys.into_iter().zip(logs::check(&context, jobs).await?);
    let fill = |entry: Option<Checked>| {
        entry.or_else(|| logs.next().map(|(key, log)| Checked::Log { key, log: Box::new(log) }))
    };
    Ok(order.into_iter().filter_map(fill).collect())
}

/// What is told of an entry, given what was told before.
fn resolved(bad: &mut HashMap<u64, Log>, told_twice: &mut HashSet<u64>, checked: Checked) -> Vec<Event> {
    match checked {
        Checked::Event(event) => vec![event],
        Checked::Log { key, log } => {
            if log.status != LogStatus::Valid {
                bad.insert(key, (*log).clone());
            }
            vec![Event::Log(log)]
        }
        Checked::Again { key, mut log } => {
            let text = "it is listed more than once, and checked once".to_owned();
            let note = Note { kind: NoteKind::ListedTwice, text, uris: vec![log.uri.clone()] };
            let note = told_twice.insert(key).then_some(Event::Note(note));
            if let Some(before) = bad.get(&key).filter(|before| before.status != LogStatus::Unverified) {
                log = Box::new(Log { is_repeated: true, uri: log.uri, ..before.clone() });
            }
            [Event::Log(log)].into_iter().chain(note).collect()
        }
    }
}
