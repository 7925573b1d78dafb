//! Evidence: a manifest of every log file that an answer came from, with its hashes, and a check of it later.
//!
//! The manifest is JSON: an object whose member `files` has one log file a line, in the order of keys. Its last member,
//! `sha256`, is the hash of every byte before it, so a manifest that was cut off or changed by accident is noticed. It is
//! no signature: who means to forge a manifest hashes it anew. Keep it, or its hash, where others cannot write.

mod check;
mod key;
mod ledger;
mod manifest;
mod read;

pub use check::{Checked, State, check};
pub use ledger::Ledger;
pub use manifest::{Asked, Made, Manifest, Outcome, Range, Unread};
pub use read::{EvidenceError, FileEntry, Recorded, read};

/// What a manifest says that it is.
const KIND: &str = "trailql-evidence";
/// The version of manifests that is written, and read.
const VERSION: u64 = 1;
/// What stands before the manifest's own hash, and behind it.
const SEAL: (&str, &str) = ("\"sha256\":\"", "\"}\n");
/// The digits of a SHA-256.
const DIGITS: usize = 64;

#[cfg(test)]
mod tests;
