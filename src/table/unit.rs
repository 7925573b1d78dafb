//! Units: many small log files that are read as one file of DataFusion.
//!
//! DataFusion keeps one file in flight per partition. Log files are small, so a unit holds many of one
//! account, region and folder, and fetches them many at a time by itself.

use std::sync::Arc;

use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::FileGroup;

use crate::archive::LogFile;

/// Log files that are read together.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) files: Vec<LogFile>,
}

impl Unit {
    /// As DataFusion is told of it.
    pub(super) fn of(files: Vec<LogFile>) -> PartitionedFile {
        let key = files.first().map(|file| file.key()).unwrap_or_default();
        let bytes = files.iter().map(cost).sum();
        PartitionedFile::new(key, bytes).with_extension(Arc::new(Self { files }))
    }
}

/// The least and the most stored bytes of a unit.
const UNIT_BYTES: std::ops::RangeInclusive<u64> = 256 * 1024..=16 * 1024 * 1024;
/// Units per partition, so that partitions end at about the same time.
const UNITS_PER_PARTITION: u64 = 4;
/// What opening a file costs, in bytes read: a thousand tiny files are no small unit.
const FILE_COST: u64 = 4 * 1024;

/// Groups log files into units, and units into partitions.
pub(super) fn groups(files: Vec<LogFile>, partitions: usize) -> Vec<FileGroup> {
    let partitions = partitions.max(1);
    let total: u64 = files.iter().map(cost).sum();
    let target = (total / (partitions as u64 * UNITS_PER_PARTITION)).clamp(*UNIT_BYTES.start(), *UNIT_BYTES.end());
    let mut units: Vec<(u64, Vec<LogFile>)> = Vec::new();
    for file in files {
        let bytes = cost(&file);
        match units.last_mut() {
            Some((sum, unit)) if *sum + bytes <= target && unit.last().is_some_and(|last| together(last, &file)) => {
                *sum += bytes;
                unit.push(file);
            }
            _ => units.push((bytes, vec![file])),
        }
    }
    // Largest first onto the lightest group.
    units.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); partitions.min(units.len()).max(1)];
    for (bytes, files) in units {
        let Some(lightest) = groups.iter_mut().min_by_key(|(sum, _)| *sum) else { break };
        lightest.0 += bytes;
        lightest.1.push(Unit::of(files));
    }
    groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect()
}

fn cost(file: &LogFile) -> u64 {
    file.size + FILE_COST
}

fn together(a: &LogFile, b: &LogFile) -> bool {
    let (a, b) = (a.partition(), b.partition());
    a.organization == b.organization && a.account == b.account && a.folder == b.folder && a.region == b.region
}
