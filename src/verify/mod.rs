//! Log file integrity: digest files, their signatures and chains, and the log files that they list.
//!
//! ```text
//! archive ─► discover: owners and regions ─► one group after the other, several ahead
//!   group:   chain: load ► judge signatures ► check links ─► intervals, holes
//!            logs:  open ► inflate and hash ► compare
//!            unlisted: log files that no digest file lists
//!   each finding an Event, in a fixed order ─► report: text, JSON, JSON lines
//! ```
//!
//! What is signed are buckets and keys; where they are in an archive is `place`'s business. Nothing that a digest
//! file says is followed before its signature verifies.

mod chain;
mod content;
mod context;
mod discover;
mod document;
mod event;
pub mod evidence;
mod group;
mod intervals;
mod judge;
pub mod keys;
mod listed;
mod load;
mod logs;
mod metadata;
mod options;
mod place;
mod progress;
pub mod report;
mod run;
mod state;
mod status;
mod unlisted;
mod verdicts;

pub use content::{Compression, Damage, Hash, Hasher};
pub use discover::check_root;
pub use document::{Document, Link, Listed};
pub use event::{Chain, ChainEnd, Digest, Event, Hole, Kind, Log, Note, NoteKind, SignatureSource, Span, Unlisted};
pub use evidence::Ledger;
pub use metadata::{Metadata, SideFiles};
pub use options::{Allowed, Error, Options, Reading};
pub use progress::{Progress, Reached};
pub use report::{Report, Totals};
pub use run::{regions, run};
pub use state::State;
pub use status::{Class, DigestStatus, HoleReason, LogStatus};
pub use verdicts::{Collector, Judgement, ReportError, Root, Verdict, Verdicts, collect, read as read_reports};
