//! Learning words from an archive while the shell waits: its newest log files, a few from every account and region.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::cache::{self, Kept};
use super::{Learned, MOST_PATHS, Words};
use crate::archive::layout::Level;
use crate::archive::{Archive, Listing, LogFile, Partition, Slack, Times, Wanted};
use crate::record::{self, Inflater, Limits};
use crate::schema::Step;

/// Learning that goes on in the background. It ends when this is dropped.
#[derive(Debug)]
pub(in crate::repl) struct Learning {
    task: JoinHandle<()>,
    stop: Arc<AtomicBool>,
}

impl Drop for Learning {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

/// Archives that are learned from.
const MOST_ARCHIVES: usize = 8;
/// Log files of an archive that are read.
const MOST_FILES: usize = 400;
/// Of a bucket fewer: each is a request that somebody pays for.
const MOST_OBJECTS: usize = 100;
/// Stored bytes of an archive that are read.
const MOST_BYTES: u64 = 32 << 20;
/// Bytes that one log file may inflate to here; a larger one is passed over.
const MOST_INFLATED: u64 = 64 << 20;
const MOST_RECORDS: usize = 20_000;
const MOST_TIME: Duration = Duration::from_secs(10);
/// How long listing may take.
const MOST_LISTING: Duration = Duration::from_secs(30);
/// How far back the newest files are looked for, one after the other.
const DAYS_BACK: &[u64] = &[1, 7, 31, 366, 3660];
/// How long words are good for.
const LIFE: chrono::Duration = chrono::Duration::days(1);
/// How long a bucket is not even listed again.
const LIFE_IN_BUCKETS: chrono::Duration = chrono::Duration::hours(1);

impl Learning {
    /// Begins. Nothing is waited for. While `is_busy` is set, because a query runs, learning rests.
    pub(in crate::repl) fn begin(
        runtime: &Handle,
        archives: Vec<Arc<Archive>>,
        words: Arc<Words>,
        is_busy: Arc<AtomicBool>,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let pace = Pace { stop: Arc::clone(&stop), is_busy };
        let task = runtime.spawn(async move {
            for archive in archives.into_iter().take(MOST_ARCHIVES) {
                one(&archive, &words, &pace, Utc::now()).await;
            }
        });
        Self { task, stop }
    }
}

/// When to rest and when to end.
#[derive(Debug, Clone)]
struct Pace {
    stop: Arc<AtomicBool>,
    is_busy: Arc<AtomicBool>,
}

impl Pace {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    async fn rest(&self) {
        while self.is_busy.load(Ordering::Relaxed) && !self.is_stopped() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Learns one archive, from the file where that is good, else from the archive itself.
async fn one(archive: &Arc<Archive>, words: &Words, pace: &Pace, now: DateTime<Utc>) {
    let location = archive.location().display();
    let kept = {
        let location = location.clone();
        let load = move || cache::load(&cache::folder()?, &location);
        tokio::task::spawn_blocking(load).await.ok().flatten()
    };
    let age = kept.as_ref().map(|kept| now - kept.at);
    if let Some(kept) = &kept {
        words.absorb(&kept.learned);
        if !archive.is_local() && age.is_some_and(|age| age < LIFE_IN_BUCKETS) {
            return;
        }
    }
    pace.rest().await;
    let listed = tokio::time::timeout(MOST_LISTING, newest(archive, now)).await;
    let Ok(Some(listing)) = listed else { return };
    let day = listing.files.iter().filter_map(day).max();
    let is_good =
        |kept: &Kept| kept.newest == day && age.is_some_and(|age| age < LIFE && age >= chrono::Duration::zero());
    if kept.as_ref().is_some_and(is_good) {
        return;
    }
    let mut learned = read(archive, chosen(listing.files, archive.is_local()), pace).await;
    for partition in listing.partitions {
        learned.learn_place(partition.account.as_deref(), partition.region.as_deref());
    }
    if pace.is_stopped() {
        return;
    }
    words.absorb(&learned);
    let kept = Kept::new(&location, now, day, learned);
    // Without a place to keep them, words are learned anew the next time.
    let save = move || cache::folder().map(|folder| cache::save(&folder, &kept));
    let _ = tokio::task::spawn_blocking(save).await;
}

/// The newest log files, and all accounts and regions.
struct Newest {
    files: Vec<LogFile>,
    partitions: Vec<Partition>,
}

async fn newest(archive: &Archive, now: DateTime<Utc>) -> Option<Newest> {
    let mut found = Newest { files: Vec::new(), partitions: Vec::new() };
    for days in DAYS_BACK {
        let seen = std::sync::Mutex::new(Vec::new());
        let folder = |partition: &Partition, level: Level| {
            if level == Level::Region
                && let Ok(mut seen) = seen.lock()
            {
                seen.push(partition.clone());
            }
            true
        };
        let times = Times { from: now.checked_sub_days(Days::new(*days)), to: None, slack: Slack::All };
        let wanted = Wanted { folder: &folder, file: &|file| times.may_hold_file(file.delivered), times };
        let Listing { files, .. } = archive.list(&wanted).await.ok()?;
        found.files = files;
        found.partitions = seen.into_inner().unwrap_or_default();
        // Copies without folders tell by their names.
        found.partitions.extend(found.files.iter().map(|file| file.partition().clone()));
        found.partitions.sort();
        found.partitions.dedup_by(|a, b| a.account == b.account && a.region == b.region);
        if !found.files.is_empty() {
            break;
        }
    }
    Some(found)
}

fn day(file: &LogFile) -> Option<NaiveDate> {
    file.partition().date().or_else(|| Some(file.delivered?.date_naive()))
}

/// The newest files of each account, region and folder in turn, until there are enough.
fn chosen(mut files: Vec<LogFile>, is_local: bool) -> Vec<LogFile> {
    files.sort_by_key(|file| std::cmp::Reverse((file.delivered, file.modified)));
    let mut places: BTreeMap<_, Vec<LogFile>> = BTreeMap::new();
    for file in files {
        let Partition { account, region, folder, .. } = file.partition().clone();
        places.entry((account, region, folder)).or_default().push(file);
    }
    let mut places: Vec<_> = places.into_values().map(Vec::into_iter).collect();
    let most = if is_local { MOST_FILES } else { MOST_OBJECTS };
    let mut chosen = Vec::new();
    let mut bytes = 0_u64;
    while !places.is_empty() {
        places.retain_mut(|files| {
            let Some(file) = files.next() else { return false };
            bytes = bytes.saturating_add(file.size);
            if chosen.len() < most && bytes <= MOST_BYTES {
                chosen.push(file);
            }
            chosen.len() < most && bytes <= MOST_BYTES
        });
    }
    chosen
}

/// Reads files one after the other; what cannot be read teaches nothing.
async fn read(archive: &Arc<Archive>, files: Vec<LogFile>, pace: &Pace) -> Learned {
    let mut learned = Learned::default();
    let mut left = Left { records: MOST_RECORDS, paths: MOST_PATHS };
    let begun = Instant::now();
    for file in files {
        pace.rest().await;
        if left.records == 0 || pace.is_stopped() || begun.elapsed() > MOST_TIME {
            break;
        }
        let stored = if archive.is_local() { None } else { archive.fetch(&file).await.ok() };
        let archive = Arc::clone(archive);
        let work = move || {
            if let Some(stored) = stored.or_else(|| archive.read_local(&file).ok().filter(|_| archive.is_local())) {
                take(&stored, &mut learned, &mut left);
            }
            (learned, left)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(after) => (learned, left) = after,
            Err(_) => return Learned::default(),
        }
    }
    learned
}

/// How much may still be learned.
struct Left {
    records: usize,
    paths: usize,
}

/// Takes in the records of a log file's stored bytes.
fn take(stored: &[u8], learned: &mut Learned, left: &mut Left) {
    let mut inflater = Inflater::new(Limits { inflated_bytes: MOST_INFLATED, ..Limits::default() });
    let Ok(text) = inflater.inflate(stored) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let records = record::elements(text, &[Step::ExactKey("Records".into())]).unwrap_or_default();
    for record in records.into_iter().take(left.records) {
        left.records -= 1;
        if let Ok(record) = serde_json::from_str::<Value>(record) {
            learned.learn(&record, &mut left.paths);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Location, S3Options};

    #[tokio::test]
    async fn an_archive_teaches_its_events_accounts_and_paths() {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
        let location = Location::parse(place).expect("a folder");
        let archive = Arc::new(Archive::open(location, &S3Options::default()).await.expect("an archive"));
        let found = newest(&archive, Utc::now()).await.expect("a listing");
        let pace = Pace { stop: Arc::default(), is_busy: Arc::default() };
        assert!(!found.partitions.is_empty());
        let learned = read(&archive, chosen(found.files, true), &pace).await;
        let tree = &learned.paths["RunInstances"];
        assert!(tree.at(["requestParameters", "instanceType"]).is_some());
        assert!(tree.at(["userIdentity", "sessionContext"]).is_some() || tree.at(["userIdentity", "type"]).is_some());
        assert!(learned.events["signin.amazonaws.com"].contains("ConsoleLogin"));
        assert!(!learned.error_codes.is_empty());
    }

    #[test]
    fn what_is_no_log_file_teaches_nothing() {
        let mut left = Left { records: 10, paths: 10 };
        for bytes in [&b""[..], b"\x1f\x8b\x08", b"{", b"{\"Records\":[1,null,\"a\"]}", b"\xff\xff"] {
            let mut learned = Learned::default();
            take(bytes, &mut learned, &mut left);
            assert_eq!(learned, Learned::default());
        }
    }
}
