//! Coverage: which account, region and day has deliveries, and where they are missing, from the listing alone.
//!
//! [`Counter`] counts the log files of a listing as they are listed and keeps none of them: 32 bytes for a day on
//! which an account's region delivered something. [`Coverage`] is what follows: days as they are, and what is to be
//! told of them ([`Finding`]). No log file is read for that. Where a region fell silent, [`Stops`] reads the few files
//! of its last day, and of the day after, for the events that stop a trail. [`DigestCounter`] counts digest files, by
//! name alone, for what they say of days with and without deliveries.

mod count;
mod digests;
mod find;
mod map;
mod proof;
mod rows;
mod stops;

pub use count::{Counter, Day, Key, Range, Stream};
pub use digests::{DigestCounter, Digests, Extent};
pub use find::{Coverage, Finding, What};
pub use map::{Look, map};
pub use rows::{FINDING_TONES, findings, rows, schema};
pub use stops::Stops;
