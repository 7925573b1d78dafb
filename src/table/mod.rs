//! The DataFusion seam: an archive's records as a table, its scan as a file source.
//!
//! `scan` describes and lists; only a polled stream reads log files. There is never a leaf plan of our
//! own: everything goes through DataFusion's `FileScanConfig`, so that an engine that distributes file
//! scans distributes ours.

mod budget;
pub mod catalog;
mod columns;
mod defined;
mod fetch;
mod files;
mod filter;
mod gate;
mod horizon;
mod leaves;
mod metrics;
mod needles;
mod opener;
mod order;
mod proof;
mod provider;
mod prune;
mod reader;
mod report;
mod rules;
mod source;
mod texts;
mod unit;

pub use budget::{Budget, Cost, OverLimit};
pub use defined::defined;
pub use files::FilesTable;
pub use proof::Proof;
pub use provider::{ScanOptions, TrailTable};
pub use report::{Failure, FileError, Report};
pub use rules::RuleSet;
pub use source::TrailSource;
pub use texts::Texts;
