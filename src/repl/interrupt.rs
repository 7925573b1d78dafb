//! Ctrl-C: the first ends what runs, another soon after it ends the shell.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::runtime::Runtime;

#[cfg(unix)]
use tokio::signal::unix::Signal as Signals;
#[cfg(windows)]
use tokio::signal::windows::CtrlC as Signals;

/// Another Ctrl-C within this time leaves.
const SOON: Duration = Duration::from_secs(2);

/// When Ctrl-C last ended something.
pub(super) struct Interrupts {
    /// Tells of one that comes between two pieces of work, too.
    signals: RefCell<Signals>,
    last: Cell<Option<Instant>>,
}

impl Interrupts {
    /// From now on Ctrl-C no longer ends the process by itself.
    pub(super) fn new(runtime: &Runtime) -> io::Result<Self> {
        let _entered = runtime.enter();
        #[cfg(unix)]
        let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
        #[cfg(windows)]
        let signals = tokio::signal::windows::ctrl_c()?;
        Ok(Self { signals: RefCell::new(signals), last: Cell::new(None) })
    }

    /// Some work to its end; none when Ctrl-C ended it. Dropping the work ends what it began.
    pub(super) async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let interrupted = std::future::poll_fn(|context| match self.signals.try_borrow_mut() {
            Ok(mut signals) => signals.poll_recv(context),
            Err(_) => std::task::Poll::Pending,
        });
        tokio::select! {
            biased;
            _ = interrupted => {
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
        if let Ok(mut signals) = self.signals.try_borrow_mut() {
            while signals.recv().now_or_never().flatten().is_some() {}
        }
    }
}
