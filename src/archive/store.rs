//! The store behind an archive: a local folder or a bucket, asked for folders, ranges of keys and whole files.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use datafusion::object_store;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::path::Path as Key;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt};

use super::layout;
use super::partition::LogFile;
use super::s3::Bucket;
use super::stored::{KnownFolders, Room, Stored};
use super::{Error, Location, S3Options, s3, stored, url};

/// What can hold an archive.
pub(super) struct Store {
    place: Place,
    requests: Requests,
    known: KnownFolders,
    room: Room,
}

/// How often the store was asked.
#[derive(Debug, Default)]
pub struct Requests {
    list: AtomicU64,
    get: AtomicU64,
}

impl Requests {
    /// Listings asked for. A listing in pages counts once a page of 1,000 keys.
    #[must_use]
    pub fn list(&self) -> u64 {
        self.list.load(Ordering::Relaxed)
    }

    /// Objects asked for.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.get.load(Ordering::Relaxed)
    }
}

enum Place {
    /// A folder, or a single file.
    Local { root: PathBuf, single: bool },
    Bucket {
        bucket: Bucket,
        name: String,
        prefix: Key,
        /// The one object below the prefix that is meant.
        single: Option<String>,
    },
}

/// One file, as the store lists it.
#[derive(Debug, Clone)]
pub struct Object {
    /// Key below the archive's root.
    pub key: String,
    /// Bytes as stored.
    pub size: u64,
    /// When it was last modified.
    pub modified: DateTime<Utc>,
    /// The object's entity tag, where the store has one.
    pub etag: Option<String>,
}

/// What stands directly in a folder, each sorted by name.
#[derive(Debug, Default)]
pub struct Folder {
    /// Names of folders.
    pub folders: Vec<String>,
    /// Files.
    pub files: Vec<Object>,
}

impl Store {
    /// The root of a store, as if it were a bucket.
    #[cfg(test)]
    pub(super) fn of_object_store(store: Arc<dyn ObjectStore>) -> Self {
        let place = Place::Bucket {
            bucket: Bucket::anonymous(store),
            name: "bucket".to_owned(),
            prefix: Key::default(),
            single: None,
        };
        Self::at(place)
    }

    fn at(place: Place) -> Self {
        Self { place, requests: Requests::default(), known: KnownFolders::default(), room: Room::default() }
    }

    pub(super) async fn open(location: &Location, options: &S3Options) -> Result<Self, Error> {
        let place = match location {
            Location::Local(path) => {
                let root = url::absolute(path);
                Place::Local { single: root.is_file(), root }
            }
            Location::S3 { bucket: name, prefix } => {
                let bucket = s3::open(name, options).await?;
                let prefix = Key::parse(prefix).map_err(|_| Error::Url(location.display()))?;
                match single_object(&bucket, &prefix).await {
                    Some((prefix, object)) => {
                        Place::Bucket { bucket, name: name.clone(), prefix, single: Some(object) }
                    }
                    None => Place::Bucket { bucket, name: name.clone(), prefix, single: None },
                }
            }
        };
        Ok(Self::at(place))
    }

    pub(super) fn requests(&self) -> &Requests {
        &self.requests
    }

    /// Whether files are read from disk: then reading is blocking work and listing is cheap.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.place, Place::Local { .. })
    }

    /// Whether the archive is a single file, which is all that [`Store::folder`] finds at the root.
    pub(super) fn is_single(&self) -> bool {
        matches!(self.place, Place::Local { single: true, .. } | Place::Bucket { single: Some(_), .. })
    }

    /// The names on the way to the archive's root, of a single file to its folder: a layout may begin above it.
    pub(super) fn names_above(&self) -> Vec<String> {
        match &self.place {
            Place::Local { root, single } => {
                let folder = if *single { root.parent().unwrap_or(root) } else { root };
                folder.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
            }
            Place::Bucket { prefix, .. } => prefix.parts().map(|part| part.as_ref().to_owned()).collect(),
        }
    }

    /// The object store and its URL's host, for DataFusion's registry; none for local files.
    pub(super) fn object_store(&self) -> Option<(String, Arc<dyn ObjectStore>)> {
        match &self.place {
            Place::Local { .. } => None,
            Place::Bucket { bucket, name, .. } => Some((format!("s3://{name}"), Arc::clone(&bucket.store))),
        }
    }

    /// What stands directly in the folder `key`; the empty key is the root.
    pub(super) async fn folder(&self, key: &str) -> Result<Folder, Error> {
        self.requests.list.fetch_add(1, Ordering::Relaxed);
        match &self.place {
            Place::Local { root, single } => {
                let path = if *single { root.clone() } else { root.join(key) };
                let key = key.to_owned();
                tokio::task::spawn_blocking(move || read_folder(&path, &key)).await.map_err(io::Error::other)?
            }
            Place::Bucket { bucket, prefix, single: Some(single), .. } => {
                let path = below(prefix, single);
                let meta = bucket.store.head(&path).await.map_err(|error| self.refused(error, &path))?;
                Ok(Folder { folders: Vec::new(), files: vec![object(prefix, meta)] })
            }
            Place::Bucket { bucket, prefix, .. } => {
                let full = below(prefix, key);
                let listed =
                    bucket.store.list_with_delimiter(Some(&full)).await.map_err(|error| self.denied_listing(error))?;
                let pages = (listed.objects.len() + listed.common_prefixes.len()) as u64 / 1000;
                self.requests.list.fetch_add(pages, Ordering::Relaxed);
                let mut folders: Vec<_> =
                    listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
                folders.sort();
                let mut files: Vec<_> = listed.objects.into_iter().map(|meta| object(prefix, meta)).collect();
                files.sort_by(|a, b| a.key.cmp(&b.key));
                Ok(Folder { folders, files })
            }
        }
    }

    /// What stands directly in each of these folders on disk.
    pub(super) async fn local_folders(&self, keys: Vec<String>) -> Result<Vec<Result<Folder, Error>>, Error> {
        let Place::Local { root, .. } = &self.place else { return Ok(Vec::new()) };
        self.requests.list.fetch_add(keys.len() as u64, Ordering::Relaxed);
        let root = root.clone();
        let read = move || keys.iter().map(|key| read_folder(&root.join(key), key)).collect();
        Ok(tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?)
    }

    /// Every file below the folder `key` whose key is greater than `after`, in the order of keys.
    ///
    /// Asks page by page: dropping the stream ends the listing. Only for buckets; local folders are walked.
    pub(super) fn range<'a>(&'a self, key: &str, after: &str) -> BoxStream<'a, Result<Object, Error>> {
        let Place::Bucket { bucket, prefix, .. } = &self.place else { return futures::stream::empty().boxed() };
        let (folder, after) = (below(prefix, key), below(prefix, after));
        let mut keys = 0_u64;
        self.requests.list.fetch_add(1, Ordering::Relaxed);
        bucket
            .store
            .list_with_offset(Some(&folder), &after)
            .inspect(move |_| {
                if keys > 0 && keys.is_multiple_of(1000) {
                    self.requests.list.fetch_add(1, Ordering::Relaxed);
                }
                keys += 1;
            })
            .map_ok(move |meta| object(prefix, meta))
            .map_err(|error| self.denied_listing(error))
            .boxed()
    }

    /// The whole file, from disk. Blocks.
    pub(super) fn read_local(&self, file: &LogFile) -> Result<Vec<u8>, Error> {
        let Place::Local { root, single } = &self.place else { return Err(Error::Vanished) };
        self.requests.get.fetch_add(1, Ordering::Relaxed);
        let path = if *single { root.clone() } else { root.join(file.key()) };
        let read = || -> io::Result<Option<Vec<u8>>> {
            let opened = fs::File::open(path)?;
            let metadata = opened.metadata()?;
            if metadata.len() != file.size || DateTime::<Utc>::from(metadata.modified()?) != file.modified {
                return Ok(None);
            }
            let mut bytes = Vec::with_capacity(usize::try_from(file.size).map_err(io::Error::other)?);
            let read = opened.take(file.size).read_to_end(&mut bytes)?;
            Ok((read as u64 == file.size).then_some(bytes))
        };
        match read() {
            Ok(bytes) => bytes.ok_or(Error::Changed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Vanished),
            Err(error) => Err(Error::Io(error)),
        }
    }

    /// The whole object, from the bucket, if it is still the one that was listed.
    pub(super) async fn fetch(&self, file: &LogFile) -> Result<Vec<u8>, Error> {
        let Place::Bucket { prefix, .. } = &self.place else { return self.read_local(file) };
        let path = below(prefix, &file.key());
        let options = GetOptions { if_match: file.etag.as_deref().map(str::to_owned), ..GetOptions::default() };
        self.get(path, options).await
    }

    /// The whole file at a key below the root, as it is now, unless it is larger than `most` bytes.
    pub(super) async fn bytes_of(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
        let (root, single) = match &self.place {
            Place::Local { root, single } => (root, *single),
            Place::Bucket { single: Some(single), .. } if single != key => return Err(Error::Vanished),
            Place::Bucket { prefix, .. } => {
                return self.get_at_most(below(prefix, key), GetOptions::default(), most).await;
            }
        };
        self.requests.get.fetch_add(1, Ordering::Relaxed);
        let path = match single {
            true if root.file_name().is_some_and(|name| name == key) => root.clone(),
            true => return Err(Error::Vanished),
            false => root.join(key),
        };
        let read = move || -> Result<Option<Vec<u8>>, Error> {
            let missing =
                |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
            match fs::metadata(&path) {
                // A pipe would be waited for.
                Ok(there) if !there.is_file() => return Err(Error::Vanished),
                Ok(_) => {}
                Err(error) if missing(&error) => return Err(Error::Vanished),
                Err(error) => return Err(Error::Io(error)),
            }
            let mut bytes = Vec::new();
            let read = fs::File::open(&path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok((read as u64 <= most).then_some(bytes))
        };
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
    }

    /// An object of the bucket, by its whole key.
    pub(super) async fn object(&self, key: &str) -> Result<Vec<u8>, Error> {
        self.get(Key::from(key), GetOptions::default()).await
    }

    /// Any file below the root, as it is stored: on disk.
    pub(super) fn opened(&self, key: &str) -> Result<Stored, Error> {
        let Place::Local { root, single: false } = &self.place else { return Err(Error::Vanished) };
        self.requests.get.fetch_add(1, Ordering::Relaxed);
        stored::opened(root, key, &self.known)
    }

    /// Any object below the prefix, as it is stored: in a bucket.
    pub(super) async fn received(&self, key: &str) -> Result<Stored, Error> {
        let Place::Bucket { bucket, prefix, .. } = &self.place else { return Err(Error::Vanished) };
        if !stored::is_below(key) {
            return Err(Error::Outside(key.to_owned()));
        }
        let path = below(prefix, key);
        let _permit = bucket.throttle.permit().await;
        self.requests.get.fetch_add(1, Ordering::Relaxed);
        let received = match bucket.store.get_opts(&path, GetOptions::default()).await {
            Ok(got) => stored::received(got, &self.room).await,
            Err(error) => Err(error),
        };
        received.map_err(|error| self.refused(error, &path))
    }

    /// Refuses a folder on disk that is a symbolic link: it may lead out of the archive, or round in it.
    pub(super) fn check_folder(&self, key: &str) -> Result<(), Error> {
        let Place::Local { root, .. } = &self.place else { return Ok(()) };
        let is_link = fs::symlink_metadata(root.join(key)).is_ok_and(|metadata| metadata.is_symlink());
        if is_link && !key.is_empty() { Err(Error::Outside(key.to_owned())) } else { Ok(()) }
    }

    /// Where a key below the root is on disk.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        match &self.place {
            Place::Local { root, .. } => Some(root.join(key)),
            Place::Bucket { .. } => None,
        }
    }

    async fn get(&self, path: Key, options: GetOptions) -> Result<Vec<u8>, Error> {
        // Never larger than that: there is no such object.
        self.get_at_most(path, options, u64::MAX).await?.ok_or(Error::Vanished)
    }

    /// An object, unless it is larger than `most` bytes.
    async fn get_at_most(&self, path: Key, options: GetOptions, most: u64) -> Result<Option<Vec<u8>>, Error> {
        let Place::Bucket { bucket, .. } = &self.place else { return Err(Error::Vanished) };
        let _permit = bucket.throttle.permit().await;
        self.requests.get.fetch_add(1, Ordering::Relaxed);
        let body = match bucket.store.get_opts(&path, options).await {
            Ok(got) if got.meta.size > most => return Ok(None),
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        body.map(|bytes| Some(bytes.into())).map_err(|error| self.refused(error, &path))
    }

    /// What S3's answer means when an object was asked for.
    fn refused(&self, error: object_store::Error, path: &Key) -> Error {
        match error {
            object_store::Error::NotFound { .. } => Error::Vanished,
            object_store::Error::Precondition { .. } => Error::Changed,
            error => self.denied(error, "s3:GetObject", &format!("/{path}")),
        }
    }

    fn denied_listing(&self, error: object_store::Error) -> Error {
        self.denied(error, "s3:ListBucket", "")
    }

    /// What S3's answer means. object_store tells refusals of objects from other errors, but not refusals of listings,
    /// so the answer itself decides.
    fn denied(&self, error: object_store::Error, action: &str, key: &str) -> Error {
        let Place::Bucket { bucket, name, .. } = &self.place else { return Error::Store(error) };
        let answer = Answer::of(&error);
        if answer.code.as_deref() == Some("NoSuchBucket") {
            return Error::NoSuchBucket(name.clone());
        }
        if answer.code.as_deref() == Some("InvalidObjectState") {
            return Error::Archived(answer.storage_class.unwrap_or_else(|| "of an archive".to_owned()));
        }
        let is_refused = answer.text.contains("403 Forbidden") || answer.text.contains("401 Unauthorized");
        let is_refused = is_refused
            || matches!(
                error,
                object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }
            );
        if !is_refused {
            return Error::Store(error);
        }
        let action = format!("{action} on arn:aws:s3:::{name}{key}");
        Error::Denied { identity: bucket.identity(), action, reason: answer.reason() }
    }
}

/// What S3 answered, as far as the error's text tells.
struct Answer {
    text: String,
    code: Option<String>,
    message: Option<String>,
    storage_class: Option<String>,
}

impl Answer {
    fn of(error: &object_store::Error) -> Self {
        let text = error.to_string();
        let tag = |name: &str| {
            let rest = &text[text.find(&format!("<{name}>"))? + name.len() + 2..];
            Some(rest[..rest.find("</")?].to_owned())
        };
        let (code, message, storage_class) = (tag("Code"), tag("Message"), tag("StorageClass"));
        Self { text, code, message, storage_class }
    }

    fn reason(self) -> String {
        match (self.code, self.message) {
            (Some(code), Some(message)) => format!("{code}: {}", message.trim_end_matches('.')),
            (Some(code), None) => code,
            _ => self.text,
        }
    }
}

/// The folder and the name of a log file, when the prefix is one and no folder.
async fn single_object(bucket: &Bucket, prefix: &Key) -> Option<(Key, String)> {
    let name = prefix.filename().filter(|name| layout::is_log_file_name(name))?;
    // Any other answer is for whoever asks for the object.
    if let Err(object_store::Error::NotFound { .. }) = bucket.store.head(prefix).await {
        return None;
    }
    let folder: Key = prefix.parts().take(prefix.parts().count() - 1).collect();
    Some((folder, name.to_owned()))
}

/// The whole key of `key` below a prefix. Keys are taken as they are listed; nothing is encoded once more.
fn below(prefix: &Key, key: &str) -> Key {
    let whole = if prefix.as_ref().is_empty() { key.to_owned() } else { format!("{prefix}/{key}") };
    Key::parse(whole.trim_end_matches('/')).unwrap_or_else(|_| Key::from(whole))
}

fn object(prefix: &Key, meta: ObjectMeta) -> Object {
    let full = meta.location.as_ref();
    let key = full.strip_prefix(prefix.as_ref()).map_or(full, |key| key.trim_start_matches('/')).to_owned();
    Object { key, size: meta.size, modified: meta.last_modified, etag: meta.e_tag }
}

fn read_folder(path: &std::path::Path, key: &str) -> Result<Folder, Error> {
    let mut folder = Folder::default();
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            folder.files.push(local_object(name, &fs::metadata(path)?)?);
            return Ok(folder);
        }
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            let shown = entry.path().display().to_string();
            return Err(Error::Io(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the name of `{shown}` is not UTF-8"),
            )));
        };
        let kind = entry.file_type()?;
        // Follows symbolic links; one that leads nowhere is a file that cannot be read, and is counted as such.
        let target = if kind.is_symlink() { fs::metadata(entry.path()).ok() } else { None };
        if target.as_ref().map_or(kind.is_dir(), fs::Metadata::is_dir) {
            folder.folders.push(name);
        } else {
            let metadata = target.map_or_else(|| entry.metadata(), Ok)?;
            let key = if key.is_empty() { name } else { format!("{key}/{name}") };
            folder.files.push(local_object(key, &metadata)?);
        }
    }
    folder.folders.sort();
    folder.files.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(folder)
}

fn local_object(key: String, metadata: &fs::Metadata) -> Result<Object, Error> {
    Ok(Object { key, size: metadata.len(), modified: metadata.modified()?.into(), etag: None })
}

/// Checks that the root is there and may be seen.
pub(super) fn probe(store: &Store, location: &Location) -> Result<(), Error> {
    match &store.place {
        Place::Local { root, .. } => match fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => fs::read_dir(root).map(drop).map_err(Error::Io),
            Ok(_) => fs::File::open(root).map(drop).map_err(Error::Io),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NotFound(location.display())),
            Err(error) => Err(Error::Io(error)),
        },
        Place::Bucket { .. } => Ok(()),
    }
}
