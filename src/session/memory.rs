//! The memory a session's queries may use, and where they put what does not fit in it.

use std::fmt;
use std::sync::Arc;

use datafusion::common::{Result, resources_err};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::SessionConfig;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::Options;

/// What a machine has at least, where it does not tell.
const UNTOLD: u64 = 4 << 30;

/// Bytes that sorts, groups and joins of a session hold at most: what was asked for, or half of the machine's memory.
///
/// The other half is for what DataFusion does not count: log files on their way, batches between two operators, the
/// rows of an answer that wait to be shown.
pub(super) fn bytes(options: &Options) -> u64 {
    options.memory.unwrap_or_else(|| of_machine() / 2)
}

/// The memory of the machine, or of the container where that has less.
fn of_machine() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let Ok(system) = System::new_with_specifics(memory) else { return UNTOLD };
    let of_container = system.cgroup_limits().map(|limits| limits.total_memory).filter(|bytes| *bytes > 0);
    match system.total_memory().min(of_container.unwrap_or(u64::MAX)) {
        0 => UNTOLD,
        bytes => bytes,
    }
}

/// A fair pool in which no consumer that can move to disk holds more than a fixed share.
///
/// The fair pool alone shares between those that are there: a sort that is alone fills it, and has nothing left to
/// merge its runs with when it has to move to disk.
#[derive(Debug)]
struct Shares {
    pool: FairSpillPool,
    share: usize,
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.pool, f)
    }
}

impl MemoryPool for Shares {
    fn name(&self) -> &str {
        "shares"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.pool.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.pool.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.pool.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.pool.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if reservation.consumer().can_spill() && reservation.size().saturating_add(additional) > self.share {
            return resources_err!("a share is {} bytes", self.share);
        }
        self.pool.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.pool.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.pool.memory_limit()
    }
}

/// The pool of memory and the folder for what does not fit.
///
/// Each sort and each table of groups that can move to disk has an equal share, so the first of many partitions
/// cannot leave the others too little to begin with, as it can in a pool that serves who comes first.
pub(super) fn runtime(options: &Options, config: &SessionConfig) -> Result<RuntimeEnv> {
    let bytes = usize::try_from(bytes(options)).unwrap_or(usize::MAX);
    let pool = Shares { pool: FairSpillPool::new(bytes), share: bytes / config.target_partitions().max(1) };
    let mode = match &options.temp_dir {
        Some(folder) => DiskManagerMode::Directories(vec![folder.clone()]),
        None => DiskManagerMode::OsTmpDirectory,
    };
    // The folder sets the limit on what is in it.
    let disk = DiskManagerBuilder::default().with_mode(mode).with_max_temp_directory_size(u64::MAX);
    RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).with_disk_manager_builder(disk).build()
}

/// What each sort holds back of its share, to merge what it holds when it has to move to disk.
///
/// Keys of text are as large as the rows they come from, and rows are counted twice while they are sorted.
pub(super) fn configure(config: &mut SessionConfig, options: &Options) {
    let share = bytes(options) / config.target_partitions().max(1) as u64 / 3;
    config.options_mut().execution.sort_spill_reservation_bytes = usize::try_from(share).unwrap_or(usize::MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_tells_its_memory() {
        let bytes = of_machine();
        assert!((64 << 20..1 << 50).contains(&bytes), "{bytes}");
    }
}
