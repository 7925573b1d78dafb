//! Log file integrity: digest files, their signatures and chains, and the log files that they list.

pub mod evidence;
mod verdicts;

pub use evidence::Ledger;
pub use verdicts::{Collector, Hash, Judgement, ReportError, Root, Verdict, Verdicts, read as read_reports};
