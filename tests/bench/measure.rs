//! What a process costs from its start to its end: time on the clock and memory at its peak.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// One run of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// From before its start until after its end.
    pub(crate) time: Duration,
    /// The most memory it held at once, in bytes.
    pub(crate) peak: u64,
}

impl Run {
    /// Runs a command to its end; its output is read and thrown away.
    ///
    /// # Errors
    /// What it said, when it did not end with 0: the time of a failure is no result.
    pub(crate) fn of(command: &mut Command) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        // Each pipe has its reader, so the process never waits for one.
        let drain = thread::spawn(move || stdout.map(|mut pipe| std::io::copy(&mut pipe, &mut std::io::sink())));
        let mut said = String::new();
        if let Some(mut pipe) = stderr {
            let _ = pipe.read_to_string(&mut said);
        }
        let _ = drain.join();
        let used = child.wait4().map_err(|error| error.to_string())?;
        let time = start.elapsed();
        match used.status.success() {
            true => Ok(Self { time, peak: used.rusage.maxrss }),
            false => Err(format!("{command:?} ended with {}\n{said}", used.status)),
        }
    }
}

/// The runs of one command so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples {
    runs: Vec<Run>,
    failure: Option<String>,
}

impl Samples {
    /// Runs the command once more, unless there are `most` runs already or one has failed.
    pub(crate) fn take_up_to(&mut self, most: usize, command: &mut Command) {
        if self.runs.len() >= most || self.failure.is_some() {
            return;
        }
        match Run::of(command) {
            Ok(run) => self.runs.push(run),
            Err(why) => self.failure = Some(why),
        }
    }

    /// The median time in seconds; none when there is no run, or one failed.
    pub(crate) fn seconds(&self) -> Option<f64> {
        if self.failure.is_some() {
            return None;
        }
        let mut times: Vec<Duration> = self.runs.iter().map(|run| run.time).collect();
        times.sort();
        times.get(times.len() / 2).map(Duration::as_secs_f64)
    }

    /// The most memory of any run, in bytes.
    pub(crate) fn peak(&self) -> Option<u64> {
        self.runs.iter().map(|run| run.peak).max()
    }

    /// What a run that failed said.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}
