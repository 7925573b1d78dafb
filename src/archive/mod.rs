//! Where log files are: the archive's location, its layout, its listings, and the bytes of a file.
//!
//! This room names the object store and knows how CloudTrail lays out a bucket. What is inside a log
//! file is `record`'s business.

mod error;
pub mod layout;
mod list;
mod partition;
mod s3;
mod store;
mod url;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::object_store::ObjectStore;

pub use error::Error;
pub use list::{Listing, Slack, Times, Wanted};
pub use partition::{Fact, LogFile, Partition};
pub use s3::S3Options;
pub use store::Requests;
pub use url::Location;

use store::{Folder, Store};

/// A prefix that holds trails' log files: a folder, a single file, or a part of a bucket.
pub struct Archive {
    location: Location,
    store: Store,
    folders: Folders,
}

impl Archive {
    /// Opens an archive. Nothing is listed yet.
    ///
    /// # Errors
    /// When the location cannot be reached at all: no such folder, no credentials.
    pub async fn open(location: Location, options: &S3Options) -> Result<Self, Error> {
        let store = Store::open(&location, options).await?;
        store::probe(&store, &location)?;
        Ok(Self { location, store, folders: Folders::default() })
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

    /// Forgets the folders that earlier listings found.
    pub fn refresh(&self) {
        self.folders.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
        list::list(&self.store, &self.folders, wanted).await
    }

    /// The bytes of a log file on a local disk. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read_local(&self, file: &LogFile) -> Result<Vec<u8>, Error> {
        self.store.read_local(&file.key)
    }

    /// The bytes of a log file.
    ///
    /// # Errors
    /// When the object cannot be fetched.
    pub async fn fetch(&self, file: &LogFile) -> Result<Vec<u8>, Error> {
        self.store.fetch(&file.key).await
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("location", &self.location).finish_non_exhaustive()
    }
}

/// Folders above the regions, as they were when first opened: nothing is listed twice in a session.
#[derive(Default)]
struct Folders {
    known: Mutex<HashMap<String, Arc<Folder>>>,
}

impl Folders {
    async fn folder(&self, store: &Store, key: &str) -> Result<Arc<Folder>, Error> {
        if let Some(folder) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(store.folder(key).await?);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::clone(&folder));
        Ok(folder)
    }
}
