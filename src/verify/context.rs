//! What every part of a verification shares: the archive, the options, and the work on files, bounded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use super::content::{Compression, Hasher};
use super::discover::is_absent;
use super::event::Event;
use super::options::{Error, Options};
use super::place::Place;
use super::progress::Progress;
use super::status::Class;
use crate::archive::{self, Archive, Location, Object, Stored, from_logs};

/// Where a file is, as far as the archive goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Where {
    /// In the archive, under this key below its root.
    Here(String),
    /// In another bucket.
    Bucket { bucket: String, key: String },
    /// Nowhere that may be looked at, and why.
    Nowhere(&'static str),
}

/// A file to be worked on.
pub(super) trait Job: Send + 'static {
    fn place(&self) -> &Where;
}

/// A file that was opened, and how it is compressed.
pub(super) type Opened = Result<(Stored, Compression), archive::Error>;

pub(super) struct Context {
    pub(super) archive: Arc<Archive>,
    pub(super) options: Options,
    pub(super) progress: Arc<Progress>,
    /// The bucket and the prefix that the archive is; none on disk.
    pub(super) bucket: Option<(String, String)>,
    /// Log files that are stored under another compression.
    pub(super) recompressed: AtomicU64,
    hashers: Mutex<Vec<Hasher>>,
    workers: Arc<Semaphore>,
    others: tokio::sync::Mutex<HashMap<String, Other>>,
}

/// Another bucket, or why it cannot be opened.
type Other = Result<Arc<Archive>, archive::Error>;

/// Objects of a bucket that are asked for at once by one batch.
const FETCHES: usize = 32;
const GZIP: &str = ".gz";

impl Context {
    pub(super) fn new(archive: Arc<Archive>, options: Options, progress: Arc<Progress>) -> Self {
        let bucket = match archive.location() {
            Location::Local(_) => None,
            Location::S3 { bucket, prefix } => Some((bucket.clone(), prefix.clone())),
        };
        let workers = Arc::new(Semaphore::new(options.jobs.max(1)));
        Self {
            archive,
            options,
            progress,
            bucket,
            recompressed: AtomicU64::new(0),
            hashers: Mutex::default(),
            workers,
            others: tokio::sync::Mutex::default(),
        }
    }

    /// Counts what is bad, and keeps what was verified for later runs.
    pub(super) fn note(&self, event: &Event) -> Result<(), Error> {
        let (class, state) = (event.class(), self.options.state.as_ref());
        if class == Some(Class::Failure) {
            self.progress.failure();
        }
        match (state, event) {
            (Some(state), Event::Digest(digest)) => state.digest(digest),
            (Some(state), Event::Log(log)) => state.log(log),
            _ => Ok(()),
        }
    }

    /// Where the file is that a digest file calls this, in an archive whose keys differ as `place` says.
    pub(super) fn find(&self, place: &Place, bucket: &str, key: &str) -> Where {
        const OUTSIDE: &str = "it leads out of the archive";
        let Some((own, prefix)) = &self.bucket else {
            return place.actual_of_copy(key).map_or(Where::Nowhere(OUTSIDE), Where::Here);
        };
        let mapped = self.options.bucket_map.get(bucket).map_or(bucket, String::as_str);
        if self.options.allow_moved {
            return place.actual_of_copy(key).map_or(Where::Nowhere(OUTSIDE), Where::Here);
        }
        if !archive::is_below(key) {
            return Where::Nowhere(OUTSIDE);
        }
        if mapped != own {
            return Where::Bucket { bucket: mapped.to_owned(), key: key.to_owned() };
        }
        Place::of_prefix(prefix).actual(key).map_or(Where::Nowhere(OUTSIDE), Where::Here)
    }

    /// The objects of a folder whose days lie in a range, and what could not be listed of it.
    pub(super) fn days<'a>(
        &'a self,
        folder: &str,
        from: Option<DateTime<Utc>>,
        to: DateTime<Utc>,
    ) -> BoxStream<'a, Result<Object, archive::Error>> {
        let day = |time: DateTime<Utc>| format!("{folder}/{}", time.format("%Y/%m/%d"));
        let first = from.map_or_else(|| folder.to_owned(), day);
        // Behind every name of its folder.
        let last = format!("{}/~", day(to));
        let is_within = move |object: &Result<Object, archive::Error>| {
            let is_behind = object.as_ref().is_ok_and(|object| object.key > last);
            std::future::ready(!is_behind)
        };
        let is_there =
            |object: &Result<Object, archive::Error>| std::future::ready(!object.as_ref().is_err_and(is_absent));
        self.archive.objects(folder, &first).take_while(is_within).filter(is_there).boxed()
    }

    /// How the archive's keys differ from signed ones, by a digest file that was found under `actual`; none when it was
    /// moved there.
    pub(super) fn place(&self, bucket: &str, signed: &str, actual: &str) -> Option<Place> {
        match &self.bucket {
            Some((own, prefix)) if !self.options.allow_moved => {
                let mapped = self.options.bucket_map.get(bucket).map_or(bucket, String::as_str);
                let place = Place::of_prefix(prefix);
                (mapped == own && place.actual(signed).as_deref() == Some(actual)).then_some(place)
            }
            Some((_, prefix)) => {
                let actual = Place::of_prefix(prefix).signed(actual)?;
                let tail = from_logs(signed)?;
                // What is moved keeps its layout below the prefix.
                (from_logs(&actual)? == tail)
                    .then(|| Place::of(signed, actual.strip_prefix(&format!("{prefix}/")).unwrap_or(&actual)))?
            }
            None => Place::of(signed, actual),
        }
    }

    /// Works on files, some at a time, and gives the results in their order.
    pub(super) async fn each<J: Job, T: Send + 'static>(
        self: &Arc<Self>,
        jobs: Vec<J>,
        work: fn(&Self, &mut Hasher, J, Opened) -> T,
    ) -> Result<Vec<T>, Error> {
        let is_here = jobs.iter().all(|job| !matches!(job.place(), Where::Bucket { .. }));
        if self.archive.is_local() && is_here {
            let context = Arc::clone(self);
            return self
                .worked(move |hasher| {
                    jobs.into_iter()
                        .map(|job| {
                            let opened = context.opened(&job);
                            work(&context, hasher, job, opened)
                        })
                        .collect()
                })
                .await;
        }
        let one = |job: J| async move {
            let opened = self.received(&job).await;
            let context = Arc::clone(self);
            self.worked(move |hasher| work(&context, hasher, job, opened)).await
        };
        let results: Vec<_> = stream::iter(jobs).map(one).buffered(FETCHES).collect().await;
        results.into_iter().collect()
    }

    /// Blocking work, as much at once as there are workers.
    async fn worked<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
    ) -> Result<T, Error> {
        // The semaphore is never closed. Whoever waits for the work may be waited for itself: the permit goes with it.
        let permit = Arc::clone(&self.workers).acquire_owned().await.ok();
        let context = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let free = context.hashers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut hasher = free.unwrap_or_default();
            let done = work(&mut hasher);
            context.hashers.lock().unwrap_or_else(PoisonError::into_inner).push(hasher);
            drop(permit);
            done
        });
        task.await.map_err(|error| Error::Task(error.to_string()))
    }

    /// A file on disk. Blocks.
    fn opened(&self, job: &impl Job) -> Opened {
        let key = match job.place() {
            Where::Here(key) => key,
            Where::Bucket { .. } => return Err(archive::Error::Vanished),
            Where::Nowhere(_) => return Err(archive::Error::Outside(String::new())),
        };
        let opened = self.archive.open_local(key);
        match (opened, key.strip_suffix(GZIP)) {
            (Err(error), Some(stem)) if is_absent(&error) => {
                for (compression, ending) in Compression::OTHERS {
                    if let Ok(stored) = self.archive.open_local(&format!("{stem}{ending}")) {
                        self.recompressed.fetch_add(1, Ordering::Relaxed);
                        return Ok((stored, compression));
                    }
                }
                Err(error)
            }
            (opened, _) => Ok((opened?, Compression::Gzip)),
        }
    }

    /// An object of a bucket.
    async fn received(&self, job: &impl Job) -> Opened {
        let key = match job.place() {
            Where::Here(_) if self.archive.is_local() => return self.opened(job),
            Where::Here(key) => key,
            Where::Bucket { bucket, key } => {
                let stored = self.other(bucket).await?.receive(key).await;
                return stored.map(|stored| (stored, Compression::Gzip));
            }
            Where::Nowhere(_) => return Err(archive::Error::Outside(String::new())),
        };
        let received = self.archive.receive(key).await;
        match (received, key.strip_suffix(GZIP)) {
            (Err(error), Some(stem)) if is_absent(&error) => {
                for (compression, ending) in Compression::OTHERS {
                    if let Ok(stored) = self.archive.receive(&format!("{stem}{ending}")).await {
                        self.recompressed.fetch_add(1, Ordering::Relaxed);
                        return Ok((stored, compression));
                    }
                }
                Err(error)
            }
            (received, _) => received.map(|stored| (stored, Compression::Gzip)),
        }
    }

    /// Another bucket, opened once.
    async fn other(&self, bucket: &str) -> Result<Arc<Archive>, archive::Error> {
        let mut others = self.others.lock().await;
        if !others.contains_key(bucket) {
            let location = Location::S3 { bucket: bucket.to_owned(), prefix: String::new() };
            let opened = Archive::open(location, &self.options.s3).await;
            others.insert(bucket.to_owned(), opened.map(Arc::new));
        }
        match others.get(bucket) {
            Some(Ok(archive)) => Ok(Arc::clone(archive)),
            Some(Err(error)) => Err(archive::Error::Service(error.to_string())),
            None => Err(archive::Error::NoSuchBucket(bucket.to_owned())),
        }
    }
}
