//! Ctrl-C, heard by a thread of its own: those that work on a query may be busy for longer than anybody waits.

use std::io;
use std::sync::mpsc;

use tokio::sync::watch;

#[cfg(unix)]
use tokio::signal::unix::Signal as Signals;
#[cfg(windows)]
use tokio::signal::windows::CtrlC as Signals;

/// Tells of Ctrl-C. From the first one on that listens, Ctrl-C no longer ends the process by itself.
#[derive(Debug, Clone)]
pub struct Interrupts(watch::Receiver<()>);

impl Interrupts {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system has no thread or no handler left.
    pub fn listen() -> io::Result<Self> {
        let (heard, told) = watch::channel(());
        let (begun, has_begun) = mpsc::channel();
        std::thread::Builder::new().name("ctrl-c".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
            let listening = runtime.and_then(|runtime| {
                let signals = {
                    let _entered = runtime.enter();
                    signals()?
                };
                Ok((runtime, signals))
            });
            match listening {
                Ok((runtime, mut signals)) => {
                    let _ = begun.send(Ok(()));
                    runtime.block_on(async {
                        while signals.recv().await.is_some() {
                            heard.send_replace(());
                        }
                    });
                }
                Err(error) => drop(begun.send(Err(error))),
            }
        })?;
        match has_begun.recv() {
            Ok(begun) => begun.map(|()| Self(told)),
            Err(_) => Err(io::Error::other("the thread that listens has ended")),
        }
    }

    /// Waits for the next one, or for one that came since the last was told of.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // Nobody listens any more: there will be none.
            std::future::pending::<()>().await;
        }
    }

    /// Those that came so far are not told of.
    pub fn forget(&mut self) {
        self.0.mark_unchanged();
    }
}

#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn signals() -> io::Result<Signals> {
    tokio::signal::windows::ctrl_c()
}
