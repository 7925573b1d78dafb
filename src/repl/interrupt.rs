//! Ctrl-C: the first ends what runs, another soon after it ends the shell.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

/// Another Ctrl-C within this time leaves.
const SOON: Duration = Duration::from_secs(2);

/// When Ctrl-C last ended something.
pub(super) struct Interrupts {
    last: Cell<Option<Instant>>,
}

impl Interrupts {
    /// From now on Ctrl-C no longer ends the process by itself.
    pub(super) fn new(runtime: &Runtime) -> Self {
        // The handler stays for good once it was asked for; what it told before anybody listened is of no interest.
        let _entered = runtime.enter();
        drop(tokio::spawn(tokio::signal::ctrl_c()));
        Self { last: Cell::new(None) }
    }

    /// Some work to its end; none when Ctrl-C ended it. Dropping the work ends what it began.
    pub(super) async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            _ = tokio::signal::ctrl_c() => {
                self.last.set(Some(Instant::now()));
                None
            }
            done = work => Some(done),
        }
    }

    /// Whether Ctrl-C at the prompt comes so soon after one that ended something that it means to leave.
    pub(super) fn means_to_leave(&self) -> bool {
        self.last.take().is_some_and(|last| last.elapsed() < SOON)
    }

    /// Something was typed since.
    pub(super) fn forget(&self) {
        self.last.set(None);
    }
}
