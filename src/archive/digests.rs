//! Finding an archive's digest files, by name alone.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::cache::Cache;
use super::layout::{Entry, Level, Place};
use super::list::{CONCURRENT_LISTINGS, Region, discover, join, place_of};
use super::store::Store;
use super::{DigestName, Error, Partition, Wanted};

/// What became of a listing of digest files.
#[derive(Debug, Clone, Default)]
pub struct DigestListing {
    /// Digest files that were shown.
    pub listed: u64,
    /// Whether the archive begins below the folder beside which digest files stand.
    pub is_below: bool,
    /// Folders that could not be listed, and why.
    pub unlisted: Vec<(String, Arc<Error>)>,
}

type Each<'a> = dyn Fn(&Partition, DigestName<'_>) + Sync + 'a;

/// See [`Archive::digests`](super::Archive::digests).
pub(super) async fn list(
    store: &Store,
    cache: &Cache,
    wanted: &Wanted<'_>,
    each: &Each<'_>,
) -> Result<DigestListing, Error> {
    let mut listing = DigestListing::default();
    let above = store.names_above();
    if store.is_single() || Place::of(above.iter().map(String::as_str)).level >= Level::Folder {
        return Ok(DigestListing { is_below: true, ..listing });
    }
    let found = discover(store, cache, wanted).await?;
    listing.unlisted = found.listing.unlisted;
    if found.digests.is_empty() {
        // A flat copy: the names are all there is. In their order, so that a trail's come in that of their times.
        let mut loose: Vec<String> = found.loose.into_iter().map(|object| object.key).collect();
        loose.sort_by(|a, b| file_name(a).cmp(file_name(b)));
        loose.iter().for_each(|key| listing.show(key, &Partition::default(), wanted, each));
        return Ok(listing);
    }
    let opened = stream::iter(found.digests).map(|folder| async { (cache.folder(store, &folder.key).await, folder) });
    let mut opened = opened.buffered(CONCURRENT_LISTINGS);
    let mut regions = Vec::new();
    while let Some((names, Region { key, place })) = opened.next().await {
        let names = match names {
            Ok(names) => names,
            Err(error) => {
                listing.unlisted.push((key, Arc::new(error)));
                continue;
            }
        };
        for name in &names.folders {
            if let Entry::Into(place) = place.enter(name)
                && (wanted.folder)(&place.partition, place.level)
            {
                regions.push(Region { key: join(&key, name), place });
            }
        }
    }
    let listings = regions.iter().map(|region| of_region(store, region, wanted, each).boxed());
    let mut listings = stream::iter(listings.collect::<Vec<_>>()).buffered(CONCURRENT_LISTINGS);
    while let Some(region) = listings.next().await {
        listing.listed += region.listed;
        listing.unlisted.extend(region.unlisted);
    }
    Ok(listing)
}

impl DigestListing {
    /// Shows a file when it is a digest file of this place.
    fn show(&mut self, key: &str, partition: &Partition, wanted: &Wanted<'_>, each: &Each<'_>) {
        let Some(name) = DigestName::parse(file_name(key)) else { return };
        let is_of = |part: &Option<String>, named: &str| part.as_deref().is_none_or(|part| part == named);
        let day = name.end.date_naive();
        let is_in_time = wanted.times.first_day().is_none_or(|first| first <= day)
            && wanted.times.last_day().is_none_or(|last| day <= last);
        let named = Partition {
            organization: partition.organization.clone(),
            account: Some(name.account.to_owned()),
            region: Some(name.region.to_owned()),
            ..Partition::default()
        };
        // A file under another's name says nothing of the folder that it was put into.
        if is_in_time
            && is_of(&partition.account, name.account)
            && is_of(&partition.region, name.region)
            && (wanted.folder)(&named, Level::Region)
        {
            self.listed += 1;
            each(&named, name);
        }
    }
}

/// The digest files of a region, day by day.
async fn of_region(store: &Store, region: &Region, wanted: &Wanted<'_>, each: &Each<'_>) -> DigestListing {
    let mut listing = DigestListing::default();
    let listed = match store.is_local() {
        true => walk(store, region, wanted, each, &mut listing).await,
        false => range(store, region, wanted, each, &mut listing).await,
    };
    if let Err(error) = listed {
        listing.unlisted.push((region.key.clone(), Arc::new(error)));
    }
    listing
}

/// In a bucket: one listing from the first day to the last.
async fn range(
    store: &Store,
    region: &Region,
    wanted: &Wanted<'_>,
    each: &Each<'_>,
    listing: &mut DigestListing,
) -> Result<(), Error> {
    let first = match wanted.times.first_day() {
        Some(day) => format!("{}/{}", region.key, day.format("%Y/%m/%d")),
        None => region.key.clone(),
    };
    let mut objects = store.range(&region.key, &first);
    while let Some(object) = objects.try_next().await? {
        let day = place_of(region, &object.key).partition.date();
        if day.zip(wanted.times.last_day()).is_some_and(|(day, last)| day > last) {
            break;
        }
        listing.show(&object.key, &region.place.partition, wanted, each);
    }
    Ok(())
}

/// On disk: years, then months, then days.
async fn walk(
    store: &Store,
    region: &Region,
    wanted: &Wanted<'_>,
    each: &Each<'_>,
    listing: &mut DigestListing,
) -> Result<(), Error> {
    let mut level = vec![(region.key.clone(), region.place.clone())];
    while !level.is_empty() {
        let keys = level.iter().map(|(key, _)| key.clone()).collect();
        let folders = store.local_folders(keys).await?;
        let mut below = Vec::new();
        for ((key, place), folder) in level.into_iter().zip(folders) {
            let folder = match folder {
                Ok(folder) => folder,
                Err(error) => {
                    listing.unlisted.push((key, Arc::new(error)));
                    continue;
                }
            };
            folder.files.iter().for_each(|file| listing.show(&file.key, &region.place.partition, wanted, each));
            for name in &folder.folders {
                // CloudTrail makes no other folders here.
                if let Entry::Into(next) = place.enter(name)
                    && wanted.times.may_hold(&next.partition)
                {
                    below.push((join(&key, name), next));
                }
            }
        }
        level = below;
    }
    Ok(())
}

fn file_name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::{DateTime, Utc};
    use datafusion::object_store::memory::InMemory;
    use datafusion::object_store::path::Path as Key;
    use datafusion::object_store::{ObjectStore, ObjectStoreExt};

    use super::super::{Location, S3Options, Slack, Times};
    use super::*;

    fn digest(account: &str, region: &str, trail: &str, time: &str) -> String {
        format!("{account}_CloudTrail-Digest_{region}_{trail}_us-east-1_{time}.json.gz")
    }

    fn keys() -> Vec<String> {
        let (one, two) = ("111111111111", "222222222222");
        let folder = |account: &str, region: &str| format!("AWSLogs/{account}/CloudTrail-Digest/{region}/2025/03");
        let mut keys = vec![
            format!(
                "AWSLogs/{one}/CloudTrail/us-east-1/2025/03/11/{one}_CloudTrail_us-east-1_20250311T0005Z_x.json.gz"
            ),
            format!("{}/10/{}", folder(one, "us-east-1"), digest(one, "us-east-1", "t", "20250310T230000Z")),
            format!("{}/11/{}", folder(one, "us-east-1"), digest(one, "us-east-1", "t", "20250311T000000Z")),
            format!("{}/11/{}", folder(one, "us-east-1"), digest(one, "us-east-1", "u", "20250311T000500Z")),
            format!("{}/11/{}", folder(one, "eu-west-1"), digest(one, "eu-west-1", "t", "20250311T001000Z")),
            format!("{}/12/{}", folder(two, "eu-west-1"), digest(two, "eu-west-1", "t", "20250312T001000Z")),
            // No digest files, by name or by place.
            format!("{}/11/notes.txt", folder(one, "eu-west-1")),
            format!("{}/11/{}", folder(one, "eu-west-1"), digest(two, "eu-west-1", "t", "20250311T001000Z")),
            format!("{}/11/{}", folder(one, "eu-west-1"), digest(one, "us-east-1", "t", "20250311T001000Z")),
        ];
        keys.push(keys[1].replace(".json.gz", ".json.gz.metadata.json"));
        keys
    }

    async fn stores(keys: &[String]) -> (tempfile::TempDir, [Store; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = InMemory::new();
        for key in keys {
            let path = folder.path().join(key);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, "{}").expect("a file");
            memory.put(&Key::from(key.as_str()), "{}".into()).await.expect("an object");
        }
        let local = Location::Local(folder.path().to_path_buf());
        let local = Store::open(&local, &S3Options::default()).await.expect("a folder opens");
        (folder, [local, Store::of_object_store(Arc::new(memory) as Arc<dyn ObjectStore>)])
    }

    /// `account region trail end` of the digest files in these times, the same from a folder and from a bucket.
    async fn shown(keys: &[String], times: Times, region: Option<&str>) -> Vec<String> {
        let (_folder, stores) = stores(keys).await;
        let mut found = Vec::new();
        for store in &stores {
            let is_region = |partition: &Partition| {
                region.is_none() || partition.region.as_deref().is_none_or(|it| Some(it) == region)
            };
            let wanted = Wanted { folder: &|partition, _| is_region(partition), file: &|_| true, times };
            let shown = Mutex::new(Vec::new());
            let each = |partition: &Partition, name: DigestName<'_>| {
                assert_eq!(partition.account.as_deref(), Some(name.account));
                let text = format!("{} {} {} {}", name.account, name.region, name.trail, name.end.format("%dT%H:%M"));
                shown.lock().expect("a list").push(text);
            };
            let listing = list(store, &Cache::default(), &wanted, &each).await.expect("a listing");
            let mut shown = shown.into_inner().expect("a list");
            // Regions are listed side by side; those of one stay in order.
            shown.sort_by_key(|text| text.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(listing.listed, shown.len() as u64);
            assert!(listing.unlisted.is_empty() && !listing.is_below);
            found.push(shown);
        }
        assert_eq!(found[0], found[1]);
        found.swap_remove(0)
    }

    fn time(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().expect("a time"))
    }

    #[tokio::test]
    async fn folders_and_buckets_show_the_same_digest_files() {
        let all = [
            "111111111111 eu-west-1 t 11T00:10",
            "111111111111 us-east-1 t 10T23:00",
            "111111111111 us-east-1 t 11T00:00",
            "111111111111 us-east-1 u 11T00:05",
            "222222222222 eu-west-1 t 12T00:10",
        ];
        assert_eq!(shown(&keys(), Times::default(), None).await, all);
        assert_eq!(shown(&keys(), Times::default(), Some("eu-west-1")).await, [all[0], all[4]]);
        let day = Times { from: time("2025-03-11T12:00:00Z"), to: time("2025-03-11T12:00:00Z"), slack: Slack::Days(0) };
        assert_eq!(shown(&keys(), day, None).await, [all[0], all[2], all[3]]);
    }

    #[tokio::test]
    async fn flat_copies_tell_by_their_names() {
        let flat: Vec<String> =
            keys().iter().map(|key| format!("copy/{}", file_name(key))).filter(|key| !key.contains("notes")).collect();
        let shown = shown(&flat, Times::default(), Some("us-east-1")).await;
        let expected = ["t 10T23:00", "t 11T00:00", "t 11T00:10", "u 11T00:05"];
        assert_eq!(shown, expected.map(|rest| format!("111111111111 us-east-1 {rest}")));
    }

    #[tokio::test]
    async fn below_an_account_digest_files_cannot_be_seen() {
        let (folder, _) = stores(&keys()).await;
        let below = Location::Local(folder.path().join("AWSLogs/111111111111/CloudTrail"));
        let store = Store::open(&below, &S3Options::default()).await.expect("a folder opens");
        let wanted = Wanted { folder: &|_, _| true, file: &|_| true, times: Times::default() };
        let listing = list(&store, &Cache::default(), &wanted, &|_, _| {}).await.expect("a listing");
        assert!(listing.is_below);
    }
}
