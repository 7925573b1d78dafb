//! What was learned of an archive, kept between two shells: one file for each archive, for its owner alone.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Learned;

/// What a file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    version: u32,
    /// The archive, since two could have one name of a file, and people look into files.
    location: String,
    /// When it was learned.
    pub(super) at: DateTime<Utc>,
    /// The newest day of delivery there was.
    pub(super) newest: Option<NaiveDate>,
    pub(super) learned: Learned,
}

/// Goes up when the form of the file changes; files of other versions count for nothing.
const VERSION: u32 = 1;
/// No file that was written here is as large.
const MOST_BYTES: u64 = 16 << 20;

impl Kept {
    pub(super) fn new(location: &str, at: DateTime<Utc>, newest: Option<NaiveDate>, learned: Learned) -> Self {
        Self { version: VERSION, location: location.to_owned(), at, newest, learned }
    }
}

/// `$XDG_CACHE_HOME/trailql/words`, or the like on other systems.
pub(super) fn folder() -> Option<PathBuf> {
    Some(dirs::cache_dir()?.join("trailql").join("words"))
}

fn file(folder: &Path, location: &str) -> PathBuf {
    let mut name = hex::encode(Sha256::digest(location.as_bytes()));
    name.truncate(32);
    folder.join(name).with_extension("json")
}

/// What is kept of an archive; nothing when that cannot be read, whatever the reason.
pub(super) fn load(folder: &Path, location: &str) -> Option<Kept> {
    let mut text = String::new();
    let opened = fs::File::open(file(folder, location)).ok()?;
    if !opened.metadata().ok()?.is_file() {
        return None;
    }
    opened.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    let is_known = kept.version == VERSION && kept.location == location;
    // What the file says is taken with the same care as what records say.
    let mut learned = Learned::default();
    learned.absorb(&kept.learned);
    is_known.then_some(Kept { learned, ..kept })
}

/// Writes the file, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub(super) fn save(folder: &Path, kept: &Kept) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    // Nobody else may read a temporary file.
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(&serde_json::to_vec(kept)?)?;
    written.persist(file(folder, &kept.location))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned() -> Learned {
        let mut learned = Learned::default();
        let record = serde_json::json!({
            "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "errorCode": "Client.Denied",
            "requestParameters": {"instanceType": "t3.micro", "items": [{"imageId": "ami-1"}]},
        });
        learned.learn(&record, &mut 100);
        learned.learn_place(Some("123456789012"), Some("eu-west-1"));
        learned
    }

    fn kept(location: &str) -> Kept {
        Kept::new(location, DateTime::UNIX_EPOCH, NaiveDate::from_ymd_opt(2026, 5, 1), learned())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder").path().join("trailql/words");
        save(&folder, &kept("s3://bucket/a")).expect("written");
        save(&folder, &kept("s3://bucket/a")).expect("written once more");
        let read = load(&folder, "s3://bucket/a").expect("what was written");
        assert_eq!(read.learned, learned());
        assert_eq!(read.newest, NaiveDate::from_ymd_opt(2026, 5, 1));
        assert!(load(&folder, "s3://bucket/b").is_none());
        assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 1);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("words");
        save(&folder, &kept("x")).expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&file(&folder, "x")), 0o600);
    }

    #[test]
    fn damaged_and_foreign_files_count_for_nothing_and_are_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        save(folder, &kept("x")).expect("written");
        let path = file(folder, "x");
        let whole = fs::read_to_string(&path).expect("text");
        let broken = [
            String::new(),
            "{}".to_owned(),
            "\u{0}\u{1}".to_owned(),
            whole[..whole.len() / 2].to_owned(),
            whole.replace("\"version\":1", "\"version\":999"),
            whole.replace("\"location\":\"x\"", "\"location\":\"y\""),
            "[".repeat(100_000),
        ];
        for text in broken {
            fs::write(&path, &text).expect("written");
            assert!(load(folder, "x").is_none(), "{text:.40}");
        }
        fs::write(&path, b"\xff\xfe").expect("written");
        assert!(load(folder, "x").is_none());
        save(folder, &kept("x")).expect("written");
        assert!(load(folder, "x").is_some());
        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("a folder in its place");
        assert!(load(folder, "x").is_none());
    }
}
