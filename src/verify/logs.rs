//! Log files against the hashes that digest files list.

use std::sync::Arc;

use super::content::{Compression, Damage, Hasher};
use super::context::{Context, Job, Opened, Where};
use super::discover::is_absent;
use super::document::Listed;
use super::event::Log;
use super::load;
use super::options::Error;
use super::status::{Class, LogStatus};
use crate::archive;

/// A log file to be checked.
#[derive(Debug, Clone)]
pub(super) struct LogJob {
    pub(super) at: Where,
    pub(super) listed: Listed,
    /// The class of its digest file, where that is not authenticated.
    pub(super) unproven: Option<Class>,
    /// Whether it was in another bucket than its digest file.
    pub(super) is_elsewhere: bool,
    /// How it looks in a listing of its bucket.
    pub(super) looks: Option<String>,
}

impl Job for LogJob {
    fn place(&self) -> &Where {
        &self.at
    }
}

/// The only hash there is.
const ALGORITHM: &str = "SHA-256";

/// The AWS CLI's words.
pub(super) const OTHER_HASH: &str = "hash value doesn't match";
const BAD_FORMAT: &str = "invalid format";
const TRAILING: &str = "unexpected data after end of compressed stream";
const NOT_FOUND: &str = "not found";

/// Checks log files, in their order.
pub(super) async fn check(context: &Arc<Context>, jobs: Vec<LogJob>) -> Result<Vec<Log>, Error> {
    // What is known not to have changed is not read.
    let mut checked: Vec<Option<Log>> = Vec::with_capacity(jobs.len());
    let mut open = Vec::new();
    for job in jobs {
        match unchanged(context, &job) {
            Some(log) => checked.push(Some(log)),
            None => {
                checked.push(None);
                open.push(job);
            }
        }
    }
    let mut done = context.each(open, one).await?.into_iter();
    Ok(checked.into_iter().filter_map(|log| log.or_else(|| done.next())).collect())
}

/// The log file of a listing, before anything is known of it.
fn listed(context: &Context, job: &LogJob) -> Log {
    let path = match &job.at {
        Where::Here(key) => context.archive.path(key).map(|path| path.display().to_string()),
        _ => None,
    };
    Log {
        uri: format!("s3://{}/{}", job.listed.s3_bucket, job.listed.s3_object),
        path,
        status: LogStatus::Valid,
        class: Class::Ok,
        expected: job.listed.hash_value.clone(),
        actual: None,
        bytes: None,
        detail: None,
        words: "",
        is_unchanged: false,
        looks: None,
        is_repeated: false,
    }
}

/// A log file that was checked already, under another listing of the same content.
pub(super) fn repeated(context: &Context, job: &LogJob) -> Log {
    Log { is_repeated: true, actual: Some(job.listed.hash_value.clone()), ..unread(context, job) }
}

/// A log file that is listed, and not read.
pub(super) fn unread(context: &Context, job: &LogJob) -> Log {
    let log = listed(context, job);
    match job.unproven {
        Some(class) => Log { status: LogStatus::Unverified, class, ..log },
        None => log,
    }
}

/// A log file that was valid before, and looks as it did.
fn unchanged(context: &Context, job: &LogJob) -> Option<Log> {
    let state = context.options.state.as_ref().filter(|_| job.unproven.is_none())?;
    let mut log = listed(context, job);
    let looks = match &job.at {
        Where::Here(key) => match context.archive.path(key) {
            Some(path) => looks_of(&std::fs::symlink_metadata(path).ok()?)?,
            None => job.looks.clone()?,
        },
        _ => return None,
    };
    if !state.is_unchanged(&log.uri, &log.expected, &looks) {
        return None;
    }
    context.progress.log(0);
    log.is_unchanged = true;
    log.actual = Some(log.expected.clone());
    Some(log)
}

/// How a file on disk looks from outside; none for what is no file itself.
pub(super) fn looks_of(metadata: &std::fs::Metadata) -> Option<String> {
    let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos();
    #[cfg(unix)]
    let changed = {
        use std::os::unix::fs::MetadataExt as _;
        format!("{}.{:09}", metadata.ctime(), metadata.ctime_nsec())
    };
    #[cfg(not(unix))]
    let changed = "";
    metadata.is_file().then(|| format!("{} {modified} {changed}", metadata.len()))
}

/// How an object looks from outside.
pub(super) fn looks_of_object(size: u64, etag: &str) -> String {
    format!("{size} {etag}")
}

fn one(context: &Context, hasher: &mut Hasher, job: LogJob, opened: Opened) -> Log {
    let mut log = listed(context, &job);
    let (status, words, detail) = match opened {
        Err(error) if is_absent(&error) => {
            log.path = None;
            let detail = job.is_elsewhere.then(|| format!("in bucket {}", job.listed.s3_bucket));
            (LogStatus::Missing, NOT_FOUND, detail)
        }
        Err(error) => {
            let reason = match &job.at {
                Where::Nowhere(reason) => (*reason).to_owned(),
                _ => load::reason(&error),
            };
            (LogStatus::Unreadable, "", Some(reason))
        }
        Ok((stored, compression)) => {
            log.bytes = Some(stored.size);
            context.progress.log(stored.size);
            if context.options.state.is_some() {
                log.looks = match (&log.path, &stored.etag) {
                    (Some(path), _) if compression == Compression::Gzip => {
                        std::fs::symlink_metadata(path).ok().and_then(|metadata| looks_of(&metadata))
                    }
                    (None, Some(etag)) => Some(looks_of_object(stored.size, etag)),
                    _ => None,
                };
            }
            judged(&mut log, hasher, &job, stored, compression)
        }
    };
    (log.status, log.words, log.detail) = (status, words, detail);
    match job.unproven {
        None => log.class = context.options.allowed.class(status.name(), status.class()),
        Some(class) => {
            let hash = match log.status {
                LogStatus::Valid => "hash matches".to_owned(),
                LogStatus::Modified => "hash differs".to_owned(),
                status => log.detail.unwrap_or_else(|| status.name().to_owned()),
            };
            (log.status, log.class, log.words) = (LogStatus::Unverified, class, "");
            log.detail = Some(hash);
        }
    }
    log
}

fn judged(
    log: &mut Log,
    hasher: &mut Hasher,
    job: &LogJob,
    stored: archive::Stored,
    compression: Compression,
) -> (LogStatus, &'static str, Option<String>) {
    let other = &job.listed.hash_algorithm;
    if other != ALGORITHM {
        return (LogStatus::Malformed, BAD_FORMAT, Some(format!("the hash algorithm `{other}` is not supported")));
    }
    match hasher.hash(stored.body, compression) {
        Ok((hash, _)) => {
            let is_same = hex::decode(&log.expected).is_ok_and(|expected| expected == hash);
            log.actual = Some(hex::encode(hash));
            if is_same { (LogStatus::Valid, "", None) } else { (LogStatus::Modified, OTHER_HASH, None) }
        }
        Err(Damage::Unreadable(_)) => (LogStatus::Unreadable, "", Some("it could not be read to its end".to_owned())),
        Err(damage) => {
            let words = match damage {
                Damage::Truncated | Damage::Empty => OTHER_HASH,
                Damage::Trailing => TRAILING,
                _ => BAD_FORMAT,
            };
            (LogStatus::Malformed, words, Some(damage.words()))
        }
    }
}
