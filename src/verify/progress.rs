//! How far a verification is.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts what is done, and what is known to be ahead.
#[derive(Debug, Default)]
pub struct Progress {
    chains: AtomicU64,
    chains_known: AtomicU64,
    digests: AtomicU64,
    digests_known: AtomicU64,
    logs: AtomicU64,
    logs_known: AtomicU64,
    bytes: AtomicU64,
    failures: AtomicU64,
}

/// How far it is at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Chains: done, and known.
    pub chains: (u64, u64),
    /// Digest files: done, and known.
    pub digests: (u64, u64),
    /// Log files: done, and known.
    pub logs: (u64, u64),
    /// Bytes read, as stored.
    pub bytes: u64,
    /// What is bad so far.
    pub failures: u64,
}

impl Progress {
    /// How far it is now.
    #[must_use]
    pub fn reached(&self) -> Reached {
        let pair = |done: &AtomicU64, known: &AtomicU64| (done.load(Relaxed), known.load(Relaxed));
        Reached {
            chains: pair(&self.chains, &self.chains_known),
            digests: pair(&self.digests, &self.digests_known),
            logs: pair(&self.logs, &self.logs_known),
            bytes: self.bytes.load(Relaxed),
            failures: self.failures.load(Relaxed),
        }
    }

    pub(super) fn digest(&self) {
        self.digests.fetch_add(1, Relaxed);
    }

    pub(super) fn log(&self, bytes: u64) {
        self.logs.fetch_add(1, Relaxed);
        self.bytes(bytes);
    }

    pub(super) fn bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Relaxed);
    }

    pub(super) fn failure(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    pub(super) fn chain(&self) {
        self.chains.fetch_add(1, Relaxed);
    }

    pub(super) fn know(&self, chains: u64, digests: u64, logs: u64) {
        self.chains_known.fetch_add(chains, Relaxed);
        self.digests_known.fetch_add(digests, Relaxed);
        self.logs_known.fetch_add(logs, Relaxed);
    }
}
