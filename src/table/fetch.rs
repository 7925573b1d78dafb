//! Fetching a unit's log files: many requests at a time, handed on in order, no more bytes ahead than there is room for.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::horizon::Horizon;
use super::unit::Unit;
use crate::archive::{self, Archive};

/// Log files of one unit asked for at once.
const FETCHES_PER_UNIT: usize = 64;
/// 256 MiB: bytes of all units of a scan that are fetched, or being fetched, and not yet parsed.
const BYTES_AHEAD: usize = 256 << 20;
/// What room is dealt out in.
const GRAIN: u64 = 1024;

/// A log file on its way to be parsed.
pub(super) struct Fetched {
    /// Its bytes; none when it cannot matter any more.
    pub(super) body: Option<Result<Vec<u8>, archive::Error>>,
    /// Its part of the room for bytes, until it is parsed.
    _room: Option<OwnedSemaphorePermit>,
}

impl Fetched {
    /// What was read from disk, one file at a time.
    pub(super) fn local(body: Option<Result<Vec<u8>, archive::Error>>) -> Self {
        Self { body, _room: None }
    }
}

/// The room for bytes of one unit, when as many partitions are read at once.
///
/// Each unit has its own, and its files take it in their order: so the file that is parsed next never waits for one
/// behind it, nor for another unit that nobody reads.
pub(super) fn room(partitions: usize) -> usize {
    // A partition may open its next unit before the last one ends.
    BYTES_AHEAD / (2 * partitions.max(1))
}

/// Fetches a unit's files and hands them on in order. Dropped, it ends whatever is under way.
pub(super) async fn fetch(
    archive: Arc<Archive>,
    unit: Arc<Unit>,
    horizon: Option<Arc<Horizon>>,
    room: usize,
    fetched: mpsc::Sender<Fetched>,
) {
    let grains = u32::try_from(room as u64 / GRAIN).unwrap_or(u32::MAX).max(1);
    let room = Arc::new(Semaphore::new(grains as usize));
    let sizes = Arc::clone(&unit);
    let turns = stream::iter(0..unit.files.len()).then(move |at| {
        // A file larger than all the room goes alone.
        let size = u32::try_from(sizes.files[at].size.div_ceil(GRAIN)).unwrap_or(u32::MAX).clamp(1, grains);
        let room = Arc::clone(&room).acquire_many_owned(size);
        async move { (at, room.await.ok()) }
    });
    let bodies = turns.map(move |(at, room)| {
        let (archive, unit, horizon) = (Arc::clone(&archive), Arc::clone(&unit), horizon.clone());
        async move {
            let file = &unit.files[at];
            let wanted = horizon.is_none_or(|horizon| horizon.may_hold(file));
            let body = if wanted { Some(archive.fetch(file).await) } else { None };
            Fetched { body, _room: room }
        }
    });
    let mut bodies = std::pin::pin!(bodies.buffered(FETCHES_PER_UNIT));
    while let Some(body) = bodies.next().await {
        if fetched.send(body).await.is_err() {
            return;
        }
    }
}
