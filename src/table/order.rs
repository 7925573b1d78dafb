//! Reading in the order of time: which direction a sort asks for, and units cut along it.
//!
//! A log file holds no event younger than its own delivery. So when the newest events are wanted, files are read
//! from the newest on, and a sort with a limit soon rules out whole files by their names.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use datafusion::datasource::listing::PartitionedFile;
use datafusion::physical_expr::PhysicalSortExpr;
use datafusion::physical_expr::projection::ProjectionExprs;

use super::prune::is_event_time;
use super::unit::Unit;
use crate::archive::LogFile;
use crate::schema::Kind;

/// In which order log files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeOrder {
    NewestFirst,
    OldestFirst,
}

impl TimeOrder {
    /// The order that helps a sort of a scan's output.
    pub(super) fn of_sort(sort: &[PhysicalSortExpr], projection: &ProjectionExprs) -> Option<Self> {
        let first = sort.first()?;
        let key = projection.unproject_expr(&first.expr).ok()?;
        let by_time = [Kind::Text, Kind::Numeral, Kind::Time].iter().any(|kind| is_event_time(&key, *kind));
        by_time.then_some(if first.options.descending { Self::NewestFirst } else { Self::OldestFirst })
    }

    /// The same log files in units along the order: small ones first, which soon tell how far to go.
    pub(super) fn units(self, units: &[PartitionedFile]) -> Vec<PartitionedFile> {
        let files = units.iter().filter_map(|unit| unit.extension::<Arc<Unit>>());
        let mut files: Vec<LogFile> = files.flat_map(|unit| unit.files.iter().cloned()).collect();
        // A name without a time may hold any.
        let time = |file: &LogFile| file.delivered.unwrap_or(file.modified);
        match self {
            Self::OldestFirst => files.sort_by_key(time),
            Self::NewestFirst => files.sort_by_key(|file| Reverse(time(file))),
        }
        let mut ordered = Vec::new();
        let (mut files, mut length) = (files.into_iter().peekable(), FIRST_UNIT);
        while files.peek().is_some() {
            ordered.push(Unit::of(files.by_ref().take(length).collect()));
            length = (length * 2).min(LONGEST_UNIT);
        }
        ordered
    }
}

/// Log files of the first unit, and the most of any.
const FIRST_UNIT: usize = 4;
const LONGEST_UNIT: usize = 512;

impl fmt::Display for TimeOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewestFirst => "newest first",
            Self::OldestFirst => "oldest first",
        })
    }
}
