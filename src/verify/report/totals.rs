//! What a verification comes to: counts, the worst of all classes, the exit code.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::verify::event::Event;
use crate::verify::status::{Class, DigestStatus, HoleReason, LogStatus};

/// Counts of everything that was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Chains.
    pub chains: u64,
    /// Hourly digest files by status.
    pub digests: BTreeMap<DigestStatus, u64>,
    /// Backfill digest files by status.
    pub backfills: BTreeMap<DigestStatus, u64>,
    /// Log files by status, those listed twice once.
    pub logs: BTreeMap<LogStatus, u64>,
    /// Log files that are taken as valid without reading them.
    pub unchanged: u64,
    /// Holes by reason, each with how long they are together.
    pub holes: BTreeMap<HoleReason, (u64, Duration)>,
    /// The time that valid digest files are about.
    pub found: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether it was left before its end.
    pub is_interrupted: bool,
    /// Whether pending files and warnings are bad news.
    pub is_strict: bool,
    worst: Option<Class>,
    has_warnings: bool,
}

/// How a verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Result {
    /// Everything in the range was verified.
    Ok,
    /// Nothing is wrong, and not everything could be verified.
    Incomplete,
    /// Something is wrong.
    Failed,
    /// It was left before its end.
    Interrupted,
}

impl Result {
    /// As reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }
}

impl Totals {
    pub(super) fn take(&mut self, event: &Event) {
        if let Some(class) = event.class() {
            self.has_warnings |= class == Class::Warning;
            self.worst = self.worst.max(Some(class));
        }
        match event {
            Event::Chain(_) => self.chains += 1,
            Event::Digest(digest) => {
                let counts = if digest.is_backfill { &mut self.backfills } else { &mut self.digests };
                *counts.entry(digest.status).or_default() += 1;
                if let Some((start, end)) = digest.span.and_then(|span| Some((span.start?, span.end)))
                    && matches!(digest.status, DigestStatus::Valid | DigestStatus::Orphan)
                {
                    let (first, last) = self.found.unwrap_or((start, end));
                    self.found = Some((first.min(start), last.max(end)));
                }
            }
            Event::Log(log) if !log.is_repeated => {
                *self.logs.entry(log.status).or_default() += 1;
                self.unchanged += u64::from(log.is_unchanged);
            }
            Event::Hole(hole) if hole.class > Class::Ok => {
                let (count, length) = self.holes.entry(hole.reason).or_default();
                *count += 1;
                *length += hole.span.length().unwrap_or_default();
            }
            Event::Unlisted(file) => *self.logs.entry(file.status).or_default() += 1,
            Event::Log(_) | Event::Hole(_) | Event::Closed { .. } | Event::End(_) | Event::Note(_) => {}
        }
    }

    /// Whether there was any digest file.
    #[must_use]
    pub fn has_digests(&self) -> bool {
        !self.digests.is_empty() || !self.backfills.is_empty()
    }

    /// How it ended.
    #[must_use]
    pub fn result(&self) -> Result {
        let worst = self.worst.unwrap_or(Class::Ok);
        match worst {
            _ if self.is_interrupted => Result::Interrupted,
            Class::Failure => Result::Failed,
            Class::Incomplete => Result::Incomplete,
            _ if !self.has_digests() => Result::Incomplete,
            Class::Pending => {
                if self.is_strict {
                    Result::Failed
                } else {
                    Result::Ok
                }
            }
            _ if self.is_strict && self.has_warnings => Result::Failed,
            _ => Result::Ok,
        }
    }
}
