//! Ctrl-C in the shell: the first ends what runs, another soon after it ends the shell.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::{Duration, Instant};

use crate::terminal::Interrupts;

/// Another Ctrl-C within this time leaves.
const SOON: Duration = Duration::from_secs(2);

/// When Ctrl-C last ended something.
pub(super) struct Guard {
    interrupts: RefCell<Interrupts>,
    last: Cell<Option<Instant>>,
}

impl Guard {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { interrupts: RefCell::new(Interrupts::listen()?), last: Cell::new(None) })
    }

    /// Some work to its end; none when Ctrl-C ended it. Dropping the work ends what it began.
    pub(super) async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        // One that came between two pieces of work ends the second.
        let mut interrupts = self.interrupts.borrow().clone();
        tokio::select! {
            biased;
            () = interrupts.next() => {
                self.interrupts.borrow_mut().forget();
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

    /// Something was typed since: what came before is over.
    pub(super) fn forget(&self) {
        self.last.set(None);
        self.interrupts.borrow_mut().forget();
    }
}
