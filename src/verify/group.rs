//! One account's region, from its chains to the log files that none of them lists.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use super::chain::{Step, walk};
use super::context::{Context, Where};
use super::discover::{Group, is_absent};
use super::document::Listed;
use super::event::{Chain, Digest, Event, Kind, Log, Note, NoteKind};
use super::listed::{ListedFiles, Seen};
use super::load::{self, Wanted};
use super::logs::{self, LogJob};
use super::metadata::FILE_ENDING;
use super::options::{Error, Reading};
use super::place::Place;
use super::status::LogStatus;
use super::unlisted::{self, Told};
use crate::archive::{DIGEST_FOLDER, DigestName, KeyParts};

/// Where findings go.
pub(super) struct Out(pub(super) mpsc::Sender<Event>);

impl Out {
    /// Hands a finding on. When nobody listens any more, the work ends.
    pub(super) async fn send(&self, event: Event) -> Result<(), Error> {
        self.0.send(event).await.map_err(|_| Error::Abandoned)
    }
}

/// The digest files of one chain.
struct Files {
    trail: String,
    home_region: String,
    is_backfill: bool,
    /// Newest first.
    files: Vec<File>,
}

/// A digest file, in few bytes: a chain has thousands in a year.
struct File {
    end: DateTime<Utc>,
    /// Where it is not where its name says.
    key: Option<Box<str>>,
    has_metadata_file: bool,
}

impl Files {
    /// The digest files, newest first, below the region's folder.
    fn wanted(self, group: &Group) -> impl Iterator<Item = Wanted> + Send + use<> {
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

/// Log files checked in one go, and such goes under way.
const BATCH: usize = 32;
const STEPS: usize = 64;
/// Pairs of files with the same content that are told.
const MOST_COPIES: usize = 100;
/// How long before the range a digest file may list what is in it.
const EARLY: Duration = Duration::minutes(5);
/// How long after the range a digest file may still be chosen.
const AFTER: Duration = Duration::hours(1);

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
    duplicates(&context, &group, &told, copies, &out).await
}

/// The digest files of each chain.
async fn files(context: &Arc<Context>, folder: &str, closed: &mut Option<String>) -> Result<Vec<Files>, Error> {
    let options = &context.options;
    let after = AFTER.max(options.slack);
    let until = options.end.checked_add_signed(after).unwrap_or(options.end);
    let from = options.start.map(|start| start - EARLY);
    let first = from.map_or_else(|| folder.to_owned(), |from| format!("{folder}/{}", from.format("%Y/%m/%d")));
    let last = format!("{folder}/{}/~", until.format("%Y/%m/%d"));
    let mut chains: BTreeMap<(String, String, bool), Vec<File>> = BTreeMap::new();
    // The digest file before, in the order of keys: its metadata file comes right behind it.
    let mut before: Option<(String, (String, String, bool))> = None;
    let mut objects = context.archive.objects(folder, &first);
    while let Some(object) = objects.next().await {
        let object = match object {
            Ok(object) if object.key > last => break,
            Ok(object) => object,
            Err(error) if is_absent(&error) => continue,
            Err(error) => {
                *closed = Some(load::reason(&error));
                continue;
            }
        };
        if let Some(digest) = object.key.strip_suffix(FILE_ENDING) {
            let chain = before.take().filter(|(key, _)| key == digest).and_then(|(_, chain)| chains.get_mut(&chain));
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
        let is_usual =
            object.key.strip_prefix(folder).and_then(|key| key.strip_prefix('/')) == Some(&named.below_region());
        let key = (!is_usual).then(|| object.key.as_str().into());
        let chain = (named.trail.to_owned(), named.home_region.to_owned(), named.is_backfill);
        chains.entry(chain.clone()).or_default().push(File { end: named.end, key, has_metadata_file: false });
        before = Some((object.key, chain));
    }
    let chains = chains.into_iter().map(|((trail, home_region, is_backfill), mut files)| {
        files.sort_by_key(|file| std::cmp::Reverse(file.end));
        Files { trail, home_region, is_backfill, files }
    });
    Ok(chains.collect())
}

/// Works through the chains of one group.
struct Worker {
    context: Arc<Context>,
    group: Arc<Group>,
    chain: Chain,
    told: Told,
    /// What became of log files that are not valid, for those listed twice.
    bad: HashMap<u64, Log>,
    looks: HashMap<u64, String>,
    out: Out,
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
    async fn new(context: Arc<Context>, group: Arc<Group>, out: Out) -> Result<Self, Error> {
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
        let mut worker = Self { context, group, chain, told, bad: HashMap::new(), looks: HashMap::new(), out };
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

    async fn chain(&mut self, files: Files, is_reported: bool) -> Result<(), Error> {
        let is_backfill = files.is_backfill;
        let chain = Chain {
            trail: files.trail.clone(),
            home_region: files.home_region.clone(),
            kind: Some(if files.is_backfill { Kind::Backfill } else { Kind::Hourly }),
            ..self.chain.clone()
        };
        let (steps, mut taken) = mpsc::channel(STEPS);
        let walking = tokio::spawn(walk(Arc::clone(&self.context), chain, files.wanted(&self.group), steps));
        let (entries, waiting) = mpsc::channel::<Entry>(STEPS * 4);
        let context = Arc::clone(&self.context);
        let receive =
            |mut waiting: mpsc::Receiver<Entry>| async move { waiting.recv().await.map(|entry| (entry, waiting)) };
        let checked = stream::unfold(waiting, receive)
            .ready_chunks(BATCH)
            .map(move |entries| checked(Arc::clone(&context), entries))
            .buffered(2 + self.context.options.jobs);
        let Self { context, told, bad, looks, out, .. } = self;
        let take = async {
            let mut place = Place::default();
            while let Some(step) = taken.recv().await {
                let entry = match step {
                    Step::Begin(chain, at) => {
                        (told.bucket, told.place) = (chain.bucket.clone(), at.clone());
                        place = at;
                        Event::Chain(Box::new(chain))
                    }
                    Step::Digest { digest, lists, is_in_range } => {
                        let event = Event::Digest(digest.clone());
                        let is_shown = is_reported && is_in_range;
                        if is_shown && entries.send(Entry::Done(event)).await.is_err() {
                            break;
                        }
                        let jobs = listed(context, told, looks, &place, &digest, lists, is_shown);
                        for entry in jobs {
                            if entries.send(entry).await.is_err() {
                                break;
                            }
                        }
                        continue;
                    }
                    Step::Hole(hole) => Event::Hole(hole),
                    Step::Note(note) => Event::Note(note),
                    Step::End(end, timeline) => {
                        if !is_backfill {
                            told.timelines.push(timeline);
                        }
                        Event::End(Box::new(end))
                    }
                };
                if is_reported && entries.send(Entry::Done(entry)).await.is_err() {
                    break;
                }
            }
            drop(entries);
            Ok::<_, Error>(())
        };
        let tell = async {
            let mut checked = std::pin::pin!(checked);
            while let Some(events) = checked.next().await {
                // In order, so that what was listed before has been told.
                for event in events?.into_iter().flat_map(|done| resolved(bad, done)) {
                    out.send(event).await?;
                }
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
        let job = LogJob { at, listed: log, unproven, looks: looks.get(&key).cloned() };
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
fn resolved(bad: &mut HashMap<u64, Log>, checked: Checked) -> Vec<Event> {
    match checked {
        Checked::Event(event) => vec![event],
        Checked::Log { key, log } => {
            if log.status != LogStatus::Valid {
                bad.insert(key, (*log).clone());
            }
            vec![Event::Log(log)]
        }
        Checked::Again { key, mut log } => {
            let text = "two digest files list it: it is checked once".to_owned();
            let note = Note { kind: NoteKind::ListedTwice, text, uris: vec![log.uri.clone()] };
            if let Some(before) = bad.get(&key).filter(|before| before.status != LogStatus::Unverified) {
                log = Box::new(Log { is_repeated: true, uri: log.uri, ..before.clone() });
            }
            vec![Event::Log(log), Event::Note(note)]
        }
    }
}

/// Remarks on log files with the same content: queries count their events twice.
async fn duplicates(
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
