//! What is to be verified, and against what.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::keys::PublicKeys;
use super::metadata::SideFiles;
use super::state::State;
use super::status::{Class, DigestStatus, HoleReason, LogStatus};
use crate::archive::S3Options;

/// See the file.
#[derive(Debug, Clone)]
pub struct Options {
    /// Earliest delivery; none for all there are.
    pub start: Option<DateTime<Utc>>,
    /// Latest delivery.
    pub end: DateTime<Utc>,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// Names or ARNs of trails; all when empty.
    pub trails: Vec<String>,
    /// Accounts; all when empty.
    pub accounts: Vec<String>,
    /// Organizations; all when empty.
    pub organizations: Vec<String>,
    /// Regions; all when empty.
    pub regions: Vec<String>,
    /// What signatures are checked with.
    pub keys: Arc<PublicKeys>,
    /// Signatures of copies that lost them.
    pub metadata: Arc<SideFiles>,
    /// Whether the signature has to be in the metadata.
    pub require_metadata: bool,
    /// Buckets that were copied, by the name that is signed.
    pub bucket_map: HashMap<String, String>,
    /// Whether digest files may be elsewhere than they say.
    pub allow_moved: bool,
    /// What is read.
    pub reading: Reading,
    /// Whether log files that no digest file lists are looked for.
    pub unlisted: bool,
    /// How late a log file may be listed.
    pub slack: Duration,
    /// What is no more than a warning.
    pub allowed: Allowed,
    /// What was verified before.
    pub state: Option<Arc<State>>,
    /// Files worked on at once.
    pub jobs: usize,
    /// How to reach other buckets.
    pub s3: S3Options,
}

/// What is read of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Digest files and log files.
    Whole,
    /// Digest files, and what they list.
    Lists,
    /// Digest files alone.
    DigestsOnly,
}

/// Classes, statuses and reasons that are no more than warnings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed(Vec<String>);

impl Allowed {
    /// Every name that can be allowed.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        let classes = [Class::Pending, Class::Incomplete, Class::Failure].map(Class::name);
        let digests = DigestStatus::ALL.iter().map(|status| status.name());
        let logs = LogStatus::ALL.iter().map(|status| status.name());
        let reasons = HoleReason::ALL.iter().map(|reason| reason.name());
        let mut names: Vec<_> = classes.into_iter().chain(digests).chain(logs).chain(reasons).collect();
        names.retain(|name| *name != LogStatus::Valid.name());
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Takes names, of which [`Allowed::names`] has all.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// The class of what has this status or reason.
    #[must_use]
    pub fn class(&self, name: &str, class: Class) -> Class {
        let is_allowed = class > Class::Ok && self.0.iter().any(|known| known == name || known == class.name());
        if is_allowed { Class::Warning } else { class }
    }
}

impl Options {
    /// Everything up to a moment, with nothing to check signatures with yet.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            start: None,
            end: now,
            now,
            trails: Vec::new(),
            accounts: Vec::new(),
            organizations: Vec::new(),
            regions: Vec::new(),
            keys: Arc::default(),
            metadata: Arc::default(),
            require_metadata: false,
            bucket_map: HashMap::new(),
            allow_moved: false,
            reading: Reading::Whole,
            unlisted: true,
            slack: Duration::hours(2),
            allowed: Allowed::default(),
            state: None,
            jobs: Self::jobs(std::thread::available_parallelism().map_or(1, usize::from)),
            s3: S3Options::default(),
        }
    }

    /// How many files are worked on at once by so many threads: some of them wait for a disk or for each other.
    #[must_use]
    pub fn jobs(threads: usize) -> usize {
        threads.saturating_mul(4).max(1)
    }

    /// Whether a trail is one of those asked for.
    #[must_use]
    pub fn wants_trail(&self, name: &str, home_region: &str) -> bool {
        self.trails.is_empty()
            || self.trails.iter().any(|wanted| match wanted.strip_prefix("arn:") {
                // An organization's trail is in the management account, whatever account a chain is about.
                Some(arn) => {
                    let parts: Vec<_> = arn.split(':').collect();
                    parts.get(2) == Some(&home_region)
                        && parts.get(4).is_some_and(|rest| rest.strip_prefix("trail/") == Some(name))
                }
                None => wanted == name,
            })
    }
}

/// What stops a verification.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that was named cannot be used.
    #[error("cannot use {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
        /// The remedy.
        help: String,
    },
    /// The archive is too deep in its layout, or a single file.
    #[error("`{0}` holds not both digest files and log files")]
    TooDeep(String),
    /// The archive cannot be reached or listed.
    #[error(transparent)]
    Archive(#[from] crate::archive::Error),
    /// Nobody waits for the rest any more.
    #[error("the verification was left")]
    Abandoned,
    /// Something within trailql ended early.
    #[error("a task ended before its work: {0}")]
    Task(String),
}

impl Error {
    /// What may be done about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::File { help, .. } => help.clone(),
            Self::TooDeep(_) => "name the folder that holds `AWSLogs`, or an account's folder in it".to_owned(),
            Self::Archive(error) => error.help().unwrap_or_default(),
            Self::Abandoned | Self::Task(_) => "run it again; please report it if it happens again".to_owned(),
        }
    }
}
