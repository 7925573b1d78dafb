//! One log file's bytes become columns: inflate, find the records, take the wanted leaves.
//!
//! ```text
//! stored bytes ─ Inflater ─► JSON text ─ Builder::read ─► Reading ─ Builder::fill ─► columns ─ finish ─► arrays
//!                                             blocks ► cursor ► walk: 64 bytes at a time, into wanted subtrees only
//! ```
//!
//! Nothing is parsed that nobody asked for: strings and containers off the wanted paths are jumped over by bit
//! masks, and a value is unescaped when it is taken. A document either gives all of its records or an error.
//! Which files there are, and what to do about a broken one, is for other rooms.

mod blocks;
mod build;
mod choice;
mod column;
mod cursor;
mod error;
mod inflate;
mod path;
mod reading;
mod sieve;
mod skim;
mod text;
mod time;
mod tree;
mod visit;
mod walk;
mod within;

pub use build::{Builder, Progress};
pub use choice::{Choice, Clauses, Saving, Verdict};
pub use error::Error;
pub use inflate::{Inflater, Packing, text_of};
pub use path::{elements, extract, members};
pub use reading::{DocumentKind, Reading, Tally};
pub use sieve::{Needle, Sieve};
pub use skim::{Extent, Skimmed, skim};
pub use time::parse_time;
pub use visit::{Event, plain, visit};

/// Bounds on hostile input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes one log file may inflate to.
    pub inflated_bytes: u64,
    /// The most containers open at once, the outermost included; never more than [`Limits::DEEPEST`].
    pub depth: usize,
}

impl Limits {
    /// What [`Limits::depth`] cannot exceed, so that walking down a path never exhausts a stack.
    pub const DEEPEST: usize = 1024;
}

impl Default for Limits {
    fn default() -> Self {
        /// 2 GiB: a log file of CloudTrail is below 1 MiB, of a busy archiver below 1 GiB.
        const INFLATED_BYTES: u64 = 2 << 30;
        Self { inflated_bytes: INFLATED_BYTES, depth: 256 }
    }
}
