//! Where log files are: the archive's location, its layout, its listings, and the bytes of a file.
//!
//! This room names the object store and knows how CloudTrail lays out a bucket. What is inside a log
//! file is `record`'s business.

mod cache;
mod digest_name;
mod digests;
mod error;
mod keys;
pub mod layout;
mod list;
mod partition;
mod rights;
mod s3;
mod store;
mod stored;
mod throttle;
mod url;

use std::sync::Arc;

use datafusion::object_store::ObjectStore;

pub use digest_name::{DIGEST_FOLDER, DigestName, KeyParts, from_logs};
pub use digests::DigestListing;
pub use error::Error;
pub use list::{Listing, Slack, Times, Wanted, join};
pub use partition::{Fact, LogFile, LogFolder, Partition};
pub use rights::{Reading, Rights, rights};
pub use s3::{Caller, S3Options};
pub use store::{Folder, Object, Requests};
pub use stored::{Body, Stored, is_below};
pub use url::{Location, schema_name};

use cache::Cache;
use store::Store;

/// A prefix that holds trails' log files: a folder, a single file, or a part of a bucket.
pub struct Archive {
    location: Location,
    store: Store,
    cache: Cache,
}

impl Archive {
    /// Opens an archive. Nothing is listed yet.
    ///
    /// # Errors
    /// When the location cannot be reached at all: no such folder, no credentials.
    pub async fn open(location: Location, options: &S3Options) -> Result<Self, Error> {
        let store = Store::open(&location, options).await?;
        store::probe(&store, &location)?;
        Ok(Self { location, store, cache: Cache::default() })
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// How often the store behind it was asked.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        self.store.requests()
    }

    /// Whether reading a file is blocking work on a local disk.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.store.is_local()
    }

    /// The URL and store of a bucket, for DataFusion's registry; none for local archives.
    #[must_use]
    pub fn object_store(&self) -> Option<(String, Arc<dyn ObjectStore>)> {
        self.store.object_store()
    }

    /// The log files that are wanted, and what became of the others.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub async fn list(&self, wanted: &Wanted<'_>) -> Result<Listing, Error> {
        list::list(&self.store, &self.cache, wanted).await
    }

    /// Shows every digest file of the folders and times that are wanted, by its place and its name; no file is read.
    ///
    /// Those of one trail in one account and region come in the order of their times.
    ///
    /// # Errors
    /// When the archive's root cannot be listed; folders below it that cannot be are told.
    pub async fn digests(
        &self,
        wanted: &Wanted<'_>,
        each: &(dyn Fn(&Partition, DigestName<'_>) + Sync),
    ) -> Result<DigestListing, Error> {
        digests::list(&self.store, &self.cache, wanted, each).await
    }

    /// Forgets what was listed, so that the next query sees what there is now.
    pub fn refresh(&self) {
        self.cache.clear();
    }

    /// The bytes of a log file on a local disk. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read_local(&self, file: &LogFile) -> Result<Vec<u8>, Error> {
        self.store.read_local(file)
    }

    /// The bytes of whatever stands at a key below the root, of a single file at its name; none when they are more than
    /// `most`. The caller sees to it that the key leads nowhere else.
    ///
    /// # Errors
    /// [`Error::Vanished`] when nothing is there; when it cannot be read.
    pub async fn bytes_of(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
        self.store.bytes_of(key, most).await
    }

    /// The bytes of a log file.
    ///
    /// # Errors
    /// When the object cannot be fetched.
    pub async fn fetch(&self, file: &LogFile) -> Result<Vec<u8>, Error> {
        self.store.fetch(file).await
    }
}

/// The bytes of any object in a bucket, such as a list that events are joined with.
///
/// # Errors
/// When it is no object of a bucket, or cannot be fetched.
pub async fn read_object(location: &Location, options: &S3Options) -> Result<Vec<u8>, Error> {
    let Location::S3 { prefix, .. } = location else { return Err(Error::Url(location.display())) };
    Store::open(location, options).await?.object(prefix).await
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("location", &self.location).finish_non_exhaustive()
    }
}
