//! Files of an archive by their keys, whatever they are: what verification walks, which trusts no layout.

use std::path::PathBuf;

use futures::stream::{self, BoxStream, StreamExt};

use super::list::join;
use super::store::{Folder, Object};
use super::stored::Stored;
use super::{Archive, Error};

/// What a walk of folders has yet to visit, the next one last.
enum Ahead {
    Folder(String),
    File(Object),
}

impl Archive {
    /// The names on the way to the archive's root: a layout may begin above it.
    #[must_use]
    pub fn names_above(&self) -> Vec<String> {
        self.store.names_above()
    }

    /// Whether the archive is a single file.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.store.is_single()
    }

    /// Where a key is on disk; none in a bucket.
    #[must_use]
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.store.path(key)
    }

    /// What stands directly in the folder `key`; the empty key is the root.
    ///
    /// # Errors
    /// When it cannot be listed, or is a symbolic link.
    pub async fn folder(&self, key: &str) -> Result<Folder, Error> {
        self.store.check_folder(key)?;
        self.store.folder(key).await
    }

    /// Every file below the folder `key` whose key is greater than `after`, in the order of keys.
    ///
    /// Asks page by page, or folder by folder: dropping the stream ends it.
    #[must_use]
    pub fn objects<'a>(&'a self, key: &str, after: &str) -> BoxStream<'a, Result<Object, Error>> {
        if !self.is_local() {
            return self.store.range(key, after);
        }
        let ahead = vec![Ahead::Folder(key.to_owned())];
        let after = after.to_owned();
        stream::unfold((ahead, after), move |(mut ahead, after)| async move {
            loop {
                match ahead.pop()? {
                    Ahead::File(object) if object.key <= after => {}
                    Ahead::File(object) => return Some((Ok(object), (ahead, after))),
                    // Keys below a folder begin with its own.
                    Ahead::Folder(key) if key < after && !after.starts_with(&format!("{key}/")) => {}
                    Ahead::Folder(key) => match self.folder(&key).await {
                        Ok(folder) => ahead.extend(in_order(&key, folder)),
                        Err(Error::Vanished) => {}
                        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
                        Err(error) => return Some((Err(error), (ahead, after))),
                    },
                }
            }
        })
        .boxed()
    }

    /// Any file on a local disk. Blocks.
    ///
    /// # Errors
    /// When it cannot be read, changes meanwhile, or lies elsewhere by a symbolic link.
    pub fn open_local(&self, key: &str) -> Result<Stored, Error> {
        self.store.opened(key)
    }

    /// Any object of a bucket, as soon as there is room for its bytes.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub async fn receive(&self, key: &str) -> Result<Stored, Error> {
        self.store.received(key).await
    }
}

/// What stands in a folder, last key first.
fn in_order(key: &str, folder: Folder) -> Vec<Ahead> {
    // A folder sorts as its keys do, which have a slash after its name.
    let folders = folder.folders.iter().map(|name| (format!("{}/", join(key, name)), Ahead::Folder(join(key, name))));
    let files = folder.files.into_iter().map(|object| (object.key.clone(), Ahead::File(object)));
    let mut all: Vec<_> = folders.chain(files).collect();
    all.sort_by(|a, b| b.0.cmp(&a.0));
    all.into_iter().map(|(_, ahead)| ahead).collect()
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::super::{Location, S3Options};
    use super::*;

    async fn keys(archive: &Archive, key: &str, after: &str) -> Vec<String> {
        archive.objects(key, after).map_ok(|object| object.key).try_collect().await.expect("a listing")
    }

    #[tokio::test]
    async fn a_folder_lists_its_keys_in_their_order_and_not_those_before() {
        let folder = tempfile::tempdir().expect("a folder");
        for key in ["r/2024/03/09/a", "r/2024/03/10/a", "r/2024/03/10/b", "r/2024/04/01/a", "r/2024.txt", "s/a"] {
            let path = folder.path().join(key);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, "").expect("a file");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(".", folder.path().join("r/loop")).expect("a link");
        let location = Location::Local(folder.path().to_owned());
        let archive = Archive::open(location, &S3Options::default()).await.expect("a folder opens");
        let all = keys(&archive, "r/2024", "").await;
        assert_eq!(all, ["r/2024/03/09/a", "r/2024/03/10/a", "r/2024/03/10/b", "r/2024/04/01/a"]);
        assert_eq!(keys(&archive, "r/2024", "r/2024/03/10/a").await, all[2..]);
        assert_eq!(keys(&archive, "r/2024", "r/2024/03/10").await, all[1..]);
        // `.` sorts before `/`; a circle is told of, and not walked.
        let found: Vec<_> = archive.objects("r", "").collect().await;
        assert_eq!(found[0].as_ref().ok().map(|object| &*object.key), Some("r/2024.txt"));
        #[cfg(unix)]
        assert!(matches!(found.last(), Some(Err(Error::Outside(key))) if key == "r/loop"));
        assert!(keys(&archive, "absent", "").await.is_empty());
    }
}
