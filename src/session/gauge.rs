//! How far an answer is, read from beside it while it runs.

use std::sync::Arc;

use crate::table::Report;

/// Tells how far an answer is.
#[derive(Debug, Clone)]
pub struct Gauge {
    pub(super) reports: Vec<Arc<Report>>,
}

/// What was done so far of what is to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Log files done with.
    pub files: u64,
    /// Log files to be read.
    pub planned: u64,
    /// Bytes read, as stored.
    pub bytes: u64,
    /// Bytes to be read, as stored.
    pub planned_bytes: u64,
    /// Records read.
    pub records: u64,
}

impl Gauge {
    /// How far it is now.
    #[must_use]
    pub fn reached(&self) -> Reached {
        self.reports.iter().fold(Reached::default(), |sum, report| Reached {
            files: sum.files + report.done(),
            planned: sum.planned + report.planned(),
            bytes: sum.bytes + report.stored_bytes(),
            planned_bytes: sum.planned_bytes + report.cost.bytes,
            records: sum.records + report.records(),
        })
    }
}
