//! What was listed in this session: nothing is listed twice within its short life.
//!
//! Accounts and regions come rarely, log files every few minutes. Local folders are listed each time: that is cheap,
//! and what was just copied there should be seen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use futures::TryStreamExt;

use super::Error;
use super::store::{Folder, Object, Store};

/// How long a folder above the regions is remembered: an account or a region is added once in months.
const LIFE_OF_FOLDERS: Duration = Duration::from_secs(60 * 60);
/// How long a region's keys are remembered: CloudTrail delivers about every five minutes.
const LIFE_OF_KEYS: Duration = Duration::from_secs(60);
/// The most objects remembered, of 200 bytes or so each.
const MOST_OBJECTS: usize = 200_000;

/// See the file.
#[derive(Default)]
pub(super) struct Cache {
    folders: Mutex<HashMap<String, (Instant, Arc<Folder>)>>,
    regions: Mutex<Vec<Listed>>,
}

/// A part of a region's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval {
    /// The key after which it begins.
    pub(super) from: String,
    /// The last day of delivery in it; none when it goes on to the end.
    pub(super) to: Option<NaiveDate>,
}

struct Listed {
    at: Instant,
    region: String,
    interval: Interval,
    objects: Arc<Vec<Object>>,
}

impl Interval {
    fn holds(&self, other: &Self) -> bool {
        let to_the_end = self.to.is_none_or(|to| other.to.is_some_and(|other| other <= to));
        self.from <= other.from && to_the_end
    }
}

impl Cache {
    /// Forgets everything.
    pub(super) fn clear(&self) {
        lock(&self.folders).clear();
        lock(&self.regions).clear();
    }

    /// A folder above the regions.
    pub(super) async fn folder(&self, store: &Store, key: &str) -> Result<Arc<Folder>, Error> {
        if let Some((at, folder)) = lock(&self.folders).get(key)
            && at.elapsed() < LIFE_OF_FOLDERS
        {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(store.folder(key).await?);
        if !store.is_local() {
            lock(&self.folders).insert(key.to_owned(), (Instant::now(), Arc::clone(&folder)));
        }
        Ok(folder)
    }

    /// The objects of a part of a region that were listed a moment ago, perhaps with more around them.
    pub(super) fn objects(&self, region: &str, interval: &Interval) -> Option<Arc<Vec<Object>>> {
        let mut regions = lock(&self.regions);
        regions.retain(|listed| listed.at.elapsed() < LIFE_OF_KEYS);
        let known = regions.iter().find(|listed| listed.region == region && listed.interval.holds(interval))?;
        Some(Arc::clone(&known.objects))
    }

    /// Lists a part of a region, object by object. `day` tells the day of a key's folder.
    pub(super) async fn list(
        &self,
        store: &Store,
        region: &str,
        interval: Interval,
        day: impl Fn(&str) -> Option<NaiveDate>,
        mut each: impl FnMut(Object),
    ) -> Result<(), Error> {
        let at = Instant::now();
        let room = MOST_OBJECTS.saturating_sub(lock(&self.regions).iter().map(|listed| listed.objects.len()).sum());
        let mut kept = Some(Vec::new());
        let mut objects = store.range(region, &interval.from);
        // The day is in the folder, which many keys share.
        let mut folder = (String::new(), None);
        while let Some(object) = objects.try_next().await? {
            let key = object.key.rsplit_once('/').map_or("", |(folder, _)| folder);
            if key != folder.0 {
                folder = (key.to_owned(), day(&object.key));
            }
            if folder.1.zip(interval.to).is_some_and(|(day, last)| day > last) {
                break;
            }
            kept = kept.filter(|kept| kept.len() < room);
            if let Some(kept) = &mut kept {
                kept.push(object.clone());
            }
            each(object);
        }
        if let Some(objects) = kept {
            let objects = Arc::new(objects);
            lock(&self.regions).push(Listed { at, region: region.to_owned(), interval, objects });
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_serves_every_narrower_one() {
        let day = |day| NaiveDate::from_ymd_opt(2025, 3, day);
        let interval = |from: &str, to| Interval { from: from.to_owned(), to };
        assert!(interval("r", None).holds(&interval("r/2025/03/11", day(12))));
        assert!(interval("r/2025/03/10", day(12)).holds(&interval("r/2025/03/11", day(12))));
        assert!(!interval("r/2025/03/12", day(13)).holds(&interval("r/2025/03/11", day(13))));
        assert!(!interval("r", day(12)).holds(&interval("r", day(13))));
        assert!(!interval("r", day(12)).holds(&interval("r", None)));
    }
}
