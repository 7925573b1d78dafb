//! Finding an archive's log files: discovery with a delimiter, then one interval of keys per region.
//!
//! Nothing that a filter excludes is listed. Where a layout exists, only the layout counts; a folder
//! without one is taken file by file.

use std::sync::Arc;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::Error;
use super::cache::{Cache, Interval};
use super::layout::{self, Entry, Level, Place};
use super::partition::{LogFile, LogFolder, Partition};
use super::store::{Object, Store};

/// What a query needs of an archive.
pub struct Wanted<'a> {
    /// Whether a folder with these parts of a partition can hold a wanted file. Only parts down to `Level` are known.
    pub folder: &'a (dyn Fn(&Partition, Level) -> bool + Sync),
    /// Whether a file is wanted, by everything its listing says.
    pub file: &'a (dyn Fn(&LogFile) -> bool + Sync),
    /// Which times of events are wanted.
    pub times: Times,
}

/// An interval of event times, and how late a delivery may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// The earliest event wanted.
    pub from: Option<DateTime<Utc>>,
    /// The latest event wanted.
    pub to: Option<DateTime<Utc>>,
    /// Days after the day of `to` in which its deliveries are still looked for.
    pub slack: Slack,
}

/// How long after an event its delivery is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slack {
    /// So many days after the day of the event.
    Days(u64),
    /// However late.
    All,
}

impl Default for Slack {
    /// Deliveries take minutes; one day covers midnight and ordinary trouble.
    fn default() -> Self {
        Self::Days(1)
    }
}

/// How far the clocks of services and of CloudTrail may differ, so that a record is younger than its file.
const CLOCK_ERROR: Duration = Duration::minutes(5);

impl Times {
    pub(super) fn first_day(&self) -> Option<NaiveDate> {
        Some(self.from?.checked_sub_signed(CLOCK_ERROR)?.date_naive())
    }

    pub(super) fn last_day(&self) -> Option<NaiveDate> {
        match self.slack {
            Slack::Days(days) => self.to?.date_naive().checked_add_days(Days::new(days)),
            Slack::All => None,
        }
    }

    /// Whether a folder of deliveries can hold wanted events, as far as its parts are known.
    pub(super) fn may_hold(&self, partition: &Partition) -> bool {
        let Some(year) = partition.year else { return true };
        let first = NaiveDate::from_ymd_opt(year, partition.month.unwrap_or(1), partition.day.unwrap_or(1));
        let last = match (partition.month, partition.day) {
            (Some(_), Some(_)) => first,
            (Some(12), None) | (None, _) => NaiveDate::from_ymd_opt(year, 12, 31),
            (Some(month), None) => NaiveDate::from_ymd_opt(year, month + 1, 1).and_then(|day| day.pred_opt()),
        };
        let after_start = self.first_day().zip(last).is_none_or(|(from, last)| from <= last);
        let before_end = self.last_day().zip(first).is_none_or(|(to, first)| first <= to);
        after_start && before_end
    }

    /// Whether a file delivered at this time can hold wanted events, as far as `from` tells. Lateness is the folders' business.
    #[must_use]
    pub fn may_hold_file(&self, delivered: Option<DateTime<Utc>>) -> bool {
        // A file is delivered in the minute it names: what it holds can be up to a minute younger than the name.
        let from = self.from.and_then(|from| from.checked_sub_signed(CLOCK_ERROR));
        from.zip(delivered).is_none_or(|(from, delivered)| delivered + Duration::minutes(1) > from)
    }
}

/// The log files a query has to read, and what became of the others.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// To be read, in the order of keys.
    pub files: Vec<LogFile>,
    /// Files whose names were seen in the trails' folders, those to be read included.
    pub listed: u64,
    /// Of those: left out because of organization, account, region, day or another fact of the key.
    pub pruned_by_partition: u64,
    /// Of those: left out because of their time of delivery.
    pub pruned_by_time: u64,
    /// Folders that were not opened because no file in them could be wanted.
    pub folders_pruned: u64,
    /// Files that are no log files by their name: digests in flat copies, notes, markers.
    pub ignored: u64,
    /// Folders that could not be listed, and why: the answer is incomplete.
    pub unlisted: Vec<(String, Arc<Error>)>,
}

impl Listing {
    /// Adds what was listed elsewhere.
    fn absorb(&mut self, other: Self) {
        self.files.extend(other.files);
        self.listed += other.listed;
        self.pruned_by_partition += other.pruned_by_partition;
        self.pruned_by_time += other.pruned_by_time;
        self.folders_pruned += other.folders_pruned;
        self.ignored += other.ignored;
        self.unlisted.extend(other.unlisted);
    }

    /// Passes over a folder that cannot be listed, and says so; without the root there is nothing to answer from.
    fn passable<T>(&mut self, listed: Result<T, Error>, key: &str) -> Result<Option<T>, Error> {
        match listed {
            Ok(listed) => Ok(Some(listed)),
            Err(error) if key.is_empty() => Err(error),
            Err(error) => {
                self.unlisted.push((key.to_owned(), Arc::new(error)));
                Ok(None)
            }
        }
    }
}

/// How many folders may be opened in search of trails; a bucket of something else is not walked to its end.
const MOST_FOLDERS: usize = 20_000;
/// Listings under way at once.
pub(super) const CONCURRENT_LISTINGS: usize = 64;

/// A folder of a trail. Of a region: where keys begin to sort by time.
pub(super) struct Region {
    pub(super) key: String,
    pub(super) place: Place,
}

/// Lists what is wanted.
pub(super) async fn list(store: &Store, cache: &Cache, wanted: &Wanted<'_>) -> Result<Listing, Error> {
    if store.is_single() {
        let above = store.names_above();
        let place = Place::of(above.iter().map(String::as_str));
        let mut keeper = Keeper::new(wanted);
        store.folder("").await?.files.into_iter().for_each(|object| keeper.keep(object, &place.partition));
        return Ok(keeper.listing);
    }
    let Found { regions, loose, mut listing, .. } = discover(store, cache, wanted).await?;
    if regions.is_empty() {
        let mut keeper = Keeper::new(wanted);
        loose.into_iter().for_each(|object| keeper.keep(object, &Partition::default()));
        listing.absorb(keeper.listing);
    }
    // In the order of their keys, so that there is next to nothing to sort.
    let listings = regions.iter().map(|region| list_region(store, cache, region, wanted).boxed());
    let mut listings = stream::iter(listings.collect::<Vec<_>>()).buffered(CONCURRENT_LISTINGS);
    while let Some(region) = listings.try_next().await? {
        listing.absorb(region);
    }
    listing.files.sort_by(|a, b| (&a.folder.key, &a.name).cmp(&(&b.folder.key, &b.name)));
    Ok(listing)
}

#[derive(Default)]
pub(super) struct Found {
    regions: Vec<Region>,
    /// Folders of digest files, below their accounts.
    pub(super) digests: Vec<Region>,
    /// Files above every region.
    pub(super) loose: Vec<Object>,
    pub(super) listing: Listing,
}

/// Walks down to the regions, one level at a time, asking the folders of a level at once.
pub(super) async fn discover(store: &Store, cache: &Cache, wanted: &Wanted<'_>) -> Result<Found, Error> {
    let above = store.names_above();
    let root = Place::of(above.iter().map(String::as_str));
    let mut found = Found::default();
    let mut level = vec![(String::new(), root)];
    let mut opened = 0;
    while !level.is_empty() {
        let (regions, folders): (Vec<_>, Vec<_>) =
            level.into_iter().partition(|(_, place)| place.level >= Level::Region);
        found.regions.extend(regions.into_iter().map(|(key, place)| Region { key, place }));
        // Below an account there are only the folders of its trails, and those are few.
        opened += folders.iter().filter(|(_, place)| place.level < Level::Account).count();
        if opened > MOST_FOLDERS {
            return Err(Error::TooManyFolders(MOST_FOLDERS));
        }
        let mut opened_folders = stream::iter(folders)
            .map(|(key, place)| async move { (cache.folder(store, &key).await, key, place) })
            .buffered(CONCURRENT_LISTINGS);
        level = Vec::new();
        while let Some((folder, key, place)) = opened_folders.next().await {
            let Some(folder) = found.listing.passable(folder, &key)? else { continue };
            found.loose.extend(folder.files.iter().cloned());
            for name in &folder.folders {
                let next = match place.enter(name) {
                    Entry::Into(next) => next,
                    Entry::Digests => {
                        found.digests.push(Region { key: join(&key, name), place: place.digests() });
                        continue;
                    }
                    Entry::Other => continue,
                };
                if (wanted.folder)(&next.partition, next.level) {
                    level.push((join(&key, name), next));
                } else {
                    found.listing.folders_pruned += 1;
                }
            }
        }
    }
    Ok(found)
}

/// The wanted files below a region, or below a part of one when the archive's root is that deep.
async fn list_region(store: &Store, cache: &Cache, region: &Region, wanted: &Wanted<'_>) -> Result<Listing, Error> {
    if store.is_local() { walk(store, region, wanted).await } else { interval(store, cache, region, wanted).await }
}

/// A local region: years, then months, then days, the folders of a level in one go.
async fn walk(store: &Store, region: &Region, wanted: &Wanted<'_>) -> Result<Listing, Error> {
    let mut keeper = Keeper::new(wanted);
    let mut level = vec![(region.key.clone(), region.place.clone())];
    while !level.is_empty() {
        let keys = level.iter().map(|(key, _)| key.clone()).collect();
        let folders = store.local_folders(keys).await?;
        let mut below = Vec::new();
        for ((key, place), folder) in level.into_iter().zip(folders) {
            let Some(folder) = keeper.listing.passable(folder, &key)? else { continue };
            folder.files.into_iter().for_each(|object| keeper.keep(object, &place.partition));
            for name in &folder.folders {
                // A folder that is no year, month or day is none of CloudTrail's; its files may be log files all the same.
                let next = match place.enter(name) {
                    Entry::Into(next) => next,
                    Entry::Digests | Entry::Other => place.clone(),
                };
                if wanted.times.may_hold(&next.partition) && (wanted.folder)(&next.partition, next.level) {
                    below.push((join(&key, name), next));
                } else {
                    keeper.listing.folders_pruned += 1;
                }
            }
        }
        level = below;
    }
    Ok(keeper.listing)
}

/// A region in a bucket: one listing from the first key that can matter to the last.
async fn interval(store: &Store, cache: &Cache, region: &Region, wanted: &Wanted<'_>) -> Result<Listing, Error> {
    let mut keeper = Keeper::new(wanted);
    let interval = Interval { from: first_key(region, &wanted.times), to: wanted.times.last_day() };
    // Keys of a folder stand together.
    let mut folder: (String, Partition) = Default::default();
    let mut each = |object: Object| {
        let key = object.key.rsplit_once('/').map_or("", |(folder, _)| folder);
        if key != folder.0 || key.is_empty() {
            folder = (key.to_owned(), place_of(region, &object.key).partition);
        }
        keeper.keep(object, &folder.1);
    };
    let listed = match cache.objects(&region.key, &interval) {
        Some(objects) => {
            objects.iter().for_each(|object| each(object.clone()));
            Ok(())
        }
        None => {
            let day = |key: &str| place_of(region, key).partition.date();
            cache.list(store, &region.key, interval, day, each).await
        }
    };
    keeper.listing.passable(listed, &region.key)?;
    Ok(keeper.listing)
}

/// The place of an object's folder, from the names below its region.
pub(super) fn place_of(region: &Region, key: &str) -> Place {
    let above = region.key.len() + usize::from(!region.key.is_empty());
    let names = key.get(above..).unwrap_or_default();
    let folders = names.rsplit_once('/').map_or("", |(folders, _)| folders).split('/');
    folders.fold(region.place.clone(), |place, name| match place.enter(name) {
        Entry::Into(next) => next,
        Entry::Digests | Entry::Other => place,
    })
}

/// The key after which a region's listing begins.
///
/// Keys below a region sort by day, and by minute where the name begins as CloudTrail's own does. The
/// names of the other folders are not documented, so there the day alone decides.
fn first_key(region: &Region, times: &Times) -> String {
    let partition = &region.place.partition;
    let (Level::Region, Some(from), Some(account), Some(name)) = (
        region.place.level,
        times.from.and_then(|from| from.checked_sub_signed(CLOCK_ERROR)),
        &partition.account,
        &partition.region,
    ) else {
        return region.key.clone();
    };
    let day = from.format("%Y/%m/%d");
    match partition.folder.as_deref() {
        Some("CloudTrail") => {
            format!("{}/{day}/{account}_CloudTrail_{name}_{}", region.key, from.format("%Y%m%dT%H%MZ"))
        }
        _ => format!("{}/{day}", region.key),
    }
}

/// Keeps the wanted ones of the objects it is shown, and counts the others.
struct Keeper<'a> {
    wanted: &'a Wanted<'a>,
    listing: Listing,
    folder: Option<Arc<LogFolder>>,
}

impl<'a> Keeper<'a> {
    fn new(wanted: &'a Wanted<'a>) -> Self {
        Self { wanted, listing: Listing::default(), folder: None }
    }

    fn keep(&mut self, object: Object, partition: &Partition) {
        let (folder, name) = object.key.rsplit_once('/').unwrap_or(("", &object.key));
        if !layout::is_log_file_name(name) {
            self.listing.ignored += 1;
            return;
        }
        let named = layout::name_parts(name);
        let folder = match &named {
            Some(named) if partition.account.is_none() => self.folder(folder, &named.partition()),
            _ => self.folder(folder, partition),
        };
        let file = LogFile {
            folder,
            name: name.into(),
            size: object.size,
            modified: object.modified,
            etag: object.etag.map(Into::into),
            delivered: named.map(|named| named.delivered),
        };
        self.listing.listed += 1;
        let times = &self.wanted.times;
        if !times.may_hold(file.partition()) || !times.may_hold_file(file.delivered) {
            self.listing.pruned_by_time += 1;
        } else if !(self.wanted.file)(&file) {
            self.listing.pruned_by_partition += 1;
        } else {
            self.listing.files.push(file);
        }
    }

    /// The folder of the file before, if it is the same.
    fn folder(&mut self, key: &str, partition: &Partition) -> Arc<LogFolder> {
        if let Some(folder) = &self.folder
            && *folder.key == *key
            && folder.partition == *partition
        {
            return Arc::clone(folder);
        }
        let folder = Arc::new(LogFolder { key: key.into(), partition: partition.clone() });
        self.folder = Some(Arc::clone(&folder));
        folder
    }
}

/// The key of what has this name in a folder; the root has no name of its own.
#[must_use]
pub fn join(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}/{name}") }
}

#[cfg(test)]
mod tests {
    use datafusion::object_store::memory::InMemory;
    use datafusion::object_store::path::Path as Key;
    use datafusion::object_store::{ObjectStore, ObjectStoreExt};

    use super::super::{Location, S3Options};
    use super::*;

    /// Three days of two accounts in two regions, and what stands beside log files in a bucket.
    fn keys() -> Vec<String> {
        let mut keys = Vec::new();
        for account in ["111111111111", "222222222222"] {
            for region in ["eu-west-1", "us-east-1"] {
                for (day, time) in [(10, "2350"), (11, "0000"), (11, "1200"), (12, "0005"), (13, "1200")] {
                    let folder = format!("AWSLogs/{account}/CloudTrail/{region}/2025/03/{day}");
                    keys.push(format!("{folder}/{account}_CloudTrail_{region}_202503{day}T{time}Z_x.json.gz"));
                }
            }
            keys.push(format!(
                "AWSLogs/{account}/CloudTrail-Digest/us-east-1/2025/03/11/{account}_CloudTrail-Digest_x.json.gz"
            ));
            keys.push(format!("AWSLogs/{account}/Config/us-east-1/2025/3/11/config.json.gz"));
            keys.push(format!("AWSLogs/{account}/CloudTrail/us-east-1/2025/03/11/notes.txt"));
        }
        keys
    }

    async fn stores() -> (tempfile::TempDir, [Store; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = InMemory::new();
        for key in keys() {
            let path = folder.path().join(&key);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, "{}").expect("a file");
            memory.put(&Key::from(key), "{}".into()).await.expect("an object");
        }
        let local = Location::Local(folder.path().to_path_buf());
        let local = Store::open(&local, &S3Options::default()).await.expect("a folder opens");
        let bucket = Store::of_object_store(Arc::new(memory) as Arc<dyn ObjectStore>);
        (folder, [local, bucket])
    }

    fn time(text: &str) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc3339(text).expect("a time").to_utc())
    }

    /// A folder and a bucket with the same keys give the same files, these many.
    async fn check(times: Times, account: Option<&str>, expected: usize) {
        let (_folder, stores) = stores().await;
        let is_account = |partition: &Partition| {
            account.is_none() || partition.account.as_deref().is_none_or(|it| Some(it) == account)
        };
        let mut found = Vec::new();
        for store in &stores {
            let wanted = Wanted {
                folder: &|partition, _| is_account(partition),
                file: &|file| is_account(file.partition()),
                times,
            };
            let listing = list(store, &Cache::default(), &wanted).await.expect("a listing");
            let pruned = listing.pruned_by_partition + listing.pruned_by_time;
            assert_eq!(listing.listed, listing.files.len() as u64 + pruned, "the counts add up");
            found.push(listing.files.into_iter().map(|file| file.key()).collect::<Vec<_>>());
        }
        assert_eq!(found[0], found[1]);
        assert_eq!(found[0].len(), expected);
    }

    #[tokio::test]
    async fn folders_and_buckets_list_the_same_files() {
        check(Times::default(), None, 20).await;
        check(Times::default(), Some("111111111111"), 10).await;
    }

    #[tokio::test]
    async fn a_range_of_times_keeps_its_days_and_the_slack() {
        let from = time("2025-03-11T00:00:00Z");
        // Midnight's own delivery and everything later, on two accounts in two regions.
        check(Times { from, ..Times::default() }, None, 4 * 4).await;
        check(Times { from, to: time("2025-03-11T23:59:59Z"), slack: Slack::Days(1) }, None, 4 * 3).await;
        check(Times { from, to: time("2025-03-11T23:59:59Z"), slack: Slack::Days(0) }, None, 4 * 2).await;
        check(Times { from, to: time("2025-03-11T23:59:59Z"), slack: Slack::All }, None, 4 * 4).await;
        check(Times { from: None, to: time("2025-03-09T12:00:00Z"), slack: Slack::Days(1) }, None, 4).await;
    }
}
