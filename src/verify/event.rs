//! What a verification finds, one thing after the other, in the order of the report.

use chrono::{DateTime, Duration, Utc};

use super::metadata::Metadata;
use super::status::{Class, DigestStatus, HoleReason, LogStatus};

/// An interval of delivery times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its begin; none for a time before everything.
    pub start: Option<DateTime<Utc>>,
    /// Its end.
    pub end: DateTime<Utc>,
}

impl Span {
    /// How long it is, where it has a begin.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        self.start.map(|start| self.end - start)
    }
}

/// Whether digest files are the hourly ones, or list what those missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// One an hour.
    Hourly,
    /// Later, for log files that were late.
    Backfill,
}

impl Kind {
    /// As reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Backfill => "backfill",
        }
    }
}

/// A chain of digest files: what one trail wrote about one account and region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chain {
    /// Bucket that the digest files name.
    pub bucket: String,
    /// What the keys have before `AWSLogs`, without slashes at its ends.
    pub prefix: String,
    /// Organization id.
    pub organization: Option<String>,
    /// Account that the log files are about.
    pub account: String,
    /// Region where the activity was recorded.
    pub region: String,
    /// Name of the trail.
    pub trail: String,
    /// Region where the trail was made.
    pub home_region: String,
    /// Hourly or backfill.
    pub kind: Option<Kind>,
}

impl Chain {
    /// Whether it is one of backfill digest files, which claim no time.
    #[must_use]
    pub fn is_backfill(&self) -> bool {
        self.kind == Some(Kind::Backfill)
    }
}

/// Where a signature came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureSource {
    /// The object's metadata, or a file that holds it.
    Metadata,
    /// The copy in the digest file that follows.
    NextDigest,
    /// Nowhere: none is known.
    None,
}

impl SignatureSource {
    /// As reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::NextDigest => "next_digest",
            Self::None => "none",
        }
    }
}

/// What became of a digest file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// `s3://bucket/key`, as signed.
    pub uri: String,
    /// Where it is on disk.
    pub path: Option<String>,
    /// What became of it.
    pub status: DigestStatus,
    /// How bad that is, with what was allowed.
    pub class: Class,
    /// Whether a signature verifies, so that what it says counts.
    pub is_authenticated: bool,
    /// Where that signature came from.
    pub source: SignatureSource,
    /// The time that it says it is about.
    pub span: Option<Span>,
    /// Fingerprint of the key that it names.
    pub fingerprint: Option<String>,
    /// The digest file before, as it names it.
    pub previous: Option<String>,
    /// More about the status.
    pub detail: Option<String>,
    /// Whether it is one of the backfill chain.
    pub is_backfill: bool,
    /// Home region of the trail, which the AWS CLI names in place of the region of the key.
    pub home_region: String,
    /// Hash of its content, in hex.
    pub hash: Option<String>,
    /// What its object, or a file beside it, says of it.
    pub metadata: Metadata,
}

/// What became of a log file that a digest file lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `s3://bucket/key`, as signed.
    pub uri: String,
    /// Where it is on disk.
    pub path: Option<String>,
    /// What became of it.
    pub status: LogStatus,
    /// How bad that is, with what was allowed.
    pub class: Class,
    /// The hash that is listed, in hex.
    pub expected: String,
    /// The hash that it has, in hex.
    pub actual: Option<String>,
    /// Bytes as stored.
    pub bytes: Option<u64>,
    /// More about the status.
    pub detail: Option<String>,
    /// The AWS CLI's words, where they depend on what is wrong.
    pub words: &'static str,
    /// Whether it was taken as valid because nothing about it had changed.
    pub is_unchanged: bool,
    /// How the file looks from outside, to tell a change without reading it.
    pub looks: Option<String>,
    /// Whether its listing is the second of the same file, and not counted.
    pub is_repeated: bool,
}

/// A time for which nothing vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// When.
    pub span: Span,
    /// Why.
    pub reason: HoleReason,
    /// How bad that is, with what was allowed.
    pub class: Class,
    /// How many digest files that time should have.
    pub estimated_digests: u64,
}

/// A log file that no digest file lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// `s3://bucket/key`, as a digest file would name it.
    pub uri: String,
    /// Where it is on disk.
    pub path: Option<String>,
    /// `unlisted`, `uncovered` or `pending`.
    pub status: LogStatus,
    /// How bad that is, with what was allowed.
    pub class: Class,
    /// Why its time is not covered.
    pub reason: Option<HoleReason>,
    /// When it was delivered, by its name.
    pub delivered: DateTime<Utc>,
    /// When it was last modified.
    pub modified: DateTime<Utc>,
    /// More about it.
    pub detail: Option<String>,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoteKind {
    /// A log file is listed by two digest files.
    ListedTwice,
    /// Two log files have the same content, so queries count its events twice.
    DuplicateContent,
    /// A file in a trail's folder is none of CloudTrail's.
    Foreign,
    /// A digest file does not begin where the one before it ends.
    TimeJump,
    /// A digest file was signed outside of its key's time.
    KeyValidity,
    /// Log files are stored under another compression.
    OtherCompression,
    /// What may help.
    Hint,
}

impl NoteKind {
    /// As reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ListedTwice => "listed_twice",
            Self::DuplicateContent => "duplicate_content",
            Self::Foreign => "foreign",
            Self::TimeJump => "time_jump",
            Self::KeyValidity => "key_validity",
            Self::OtherCompression => "other_compression",
            Self::Hint => "hint",
        }
    }
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
    /// The files in question.
    pub uris: Vec<String>,
}

/// What is known of a chain when all of it was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainEnd {
    /// The times that digest files vouch for, oldest first.
    pub covered: Vec<Span>,
    /// The times of the range that none vouches for, newest first.
    pub holes: Vec<Hole>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A chain begins: what follows is about it.
    Chain(Box<Chain>),
    /// A digest file, newest first.
    Digest(Box<Digest>),
    /// A log file that the digest file before lists.
    Log(Box<Log>),
    /// A time for which nothing vouches, where it was come upon.
    Hole(Box<Hole>),
    /// The chain ends.
    End(Box<ChainEnd>),
    /// A log file that no digest file lists.
    Unlisted(Box<Unlisted>),
    /// A folder that cannot be looked into.
    Closed {
        /// Where it is.
        uri: String,
        /// Why not.
        detail: String,
    },
    /// A remark.
    Note(Note),
}

impl Event {
    /// How bad it is, where that is a question.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        match self {
            Self::Digest(digest) => Some(digest.class),
            Self::Log(log) => Some(log.class),
            Self::Hole(hole) => Some(hole.class),
            Self::Unlisted(file) => Some(file.class),
            Self::Closed { .. } => Some(Class::Incomplete),
            Self::Chain(_) | Self::End(_) | Self::Note(_) => None,
        }
    }
}
