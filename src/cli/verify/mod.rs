//! `trailql verify`: whether the log files of an archive are those that CloudTrail delivered.

mod args;
mod evidence;
mod keys;
mod metadata;

use std::io::BufWriter;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) use args::VerifyArgs;

use super::Exit;
use super::output::sink;
use crate::archive::Archive;
use crate::output::summary::{human_bytes, human_count};
use crate::session::{Error, Options};
use crate::terminal::{Interrupts, Terminal};
use crate::verify::report::{About, Outcome, Report};
use crate::verify::{self, Event, Progress, Reached, State};
use metadata::Saved;

/// Verifies every archive, and reports. Ctrl-C ends it with what was verified so far.
pub(super) async fn run(args: &VerifyArgs, common: Options, terminal: &Terminal) -> Result<Exit, Error> {
    if let Some(manifest) = &args.evidence {
        return evidence::run(manifest, &args.archives, common, terminal).await;
    }
    let asked = common.asked(&args.archives)?;
    if asked.is_empty() {
        return Err(Error::Usage {
            message: "there is no archive to verify".to_owned(),
            help: "name one: `trailql verify PATH_OR_URL --public-keys FILE`".to_owned(),
        });
    }
    if asked.len() > 1 && matches!(args.format, args::FormatArg::Json) {
        return Err(Error::Usage {
            message: format!("one document of JSON is about one archive, and {} are named", asked.len()),
            help: "write --format jsonl, or verify one after the other".to_owned(),
        });
    }
    let mut sink = sink(args.out.as_deref(), "--out")?;
    let mut exit = Exit::Complete;
    for asked in asked {
        let mut options = args.options(asked.options)?;
        let archive = asked.open(&common).await?;
        verify::check_root(&archive).map_err(failed)?;
        if !keys::gather(args, &mut options, &archive, terminal).await? {
            return Ok(Exit::Incomplete);
        }
        exit = exit.and(one(args, options, &common, archive, &mut sink, terminal).await?);
    }
    sink.keep()?;
    Ok(exit)
}

async fn one(
    args: &VerifyArgs,
    mut options: verify::Options,
    common: &Options,
    archive: Arc<Archive>,
    sink: &mut crate::terminal::Sink,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    let location = archive.location().display();
    if let Some(path) = &args.state {
        if archive.path("").is_some_and(|root| std::path::absolute(path).is_ok_and(|path| path.starts_with(root))) {
            let message = format!("{} lies inside of the archive that it is about", path.display());
            terminal.caution(&message, "whoever can write there can make what was changed look unchanged");
        }
        let state = State::open(path, &location, options.keys.fingerprints(), args.recheck).map_err(failed)?;
        options.state = Some(Arc::new(state));
    }
    let state = options.state.clone();
    let about = About { archive: location.clone(), is_verbose: args.verbose, is_strict: common.scan.strict };
    let out = BufWriter::new(sink.writer());
    let mut report = Report::begin(out, args.format.into(), about, &options).map_err(written)?;
    let mut saved = args.save_metadata.as_deref().map(Saved::begin).transpose()?;
    let progress = Arc::new(Progress::default());
    let mut flushed = Instant::now();
    let mut tell = |event: Event| -> Result<(), Error> {
        if let (Some(saved), Event::Digest(digest)) = (&mut saved, &event) {
            saved.take(digest)?;
        }
        let is_text = matches!(args.format, args::FormatArg::Text);
        if terminal.is_quiet() && is_text && matches!(event, Event::Note(_)) {
            return Ok(());
        }
        report.take(&event).map_err(written)?;
        if flushed.elapsed() > PERIOD {
            flushed = Instant::now();
            report.flush().map_err(written)?;
        }
        Ok(())
    };
    let verifying = verify::run(archive, options, Arc::clone(&progress), |event| tell(event).map_err(Told::Output));
    let started = Instant::now();
    let watched = terminal.watch(|| line(&progress.reached(), started.elapsed()), verifying);
    let is_interrupted = match Interrupts::listen() {
        Ok(mut interrupts) => tokio::select! {
            done = watched => done.map(|()| false),
            () = interrupts.next() => Ok(true),
        },
        Err(_) => watched.await.map(|()| false),
    };
    if let Some(state) = state {
        state.flush().map_err(failed)?;
    }
    let is_interrupted = is_interrupted.map_err(|told| match told {
        Told::Output(error) => error,
        Told::Verify(error) => located(error, &location),
    })?;
    if let Some(saved) = saved {
        saved.keep()?;
    }
    let (_, totals) = report.end(is_interrupted).map_err(written)?;
    Ok(match totals.result() {
        Outcome::Ok => Exit::Complete,
        Outcome::Failed => Exit::BadNews,
        Outcome::Incomplete => Exit::Incomplete,
        Outcome::Interrupted => Exit::Interrupted,
    })
}

/// How long lines of a report may wait.
const PERIOD: Duration = Duration::from_millis(200);

/// Why a verification ended early.
enum Told {
    Verify(verify::Error),
    Output(Error),
}

impl From<verify::Error> for Told {
    fn from(error: verify::Error) -> Self {
        Self::Verify(error)
    }
}

fn written(error: std::io::Error) -> Error {
    Error::Output(crate::output::Error::Write(error))
}

/// A verification's error, as a person is told of it.
fn failed(error: verify::Error) -> Error {
    located(error, "the archive")
}

fn located(error: verify::Error, location: &str) -> Error {
    match error {
        verify::Error::File { .. } | verify::Error::TooDeep(_) => {
            Error::Usage { message: error.to_string(), help: error.help() }
        }
        verify::Error::Archive(source) => Error::Archive { location: location.to_owned(), source },
        error => Error::Bug(error.to_string()),
    }
}

/// `chains 3/17, digests 412/8,760, log files 10,233/52,110, 1.2 GB, 35 MB/s, 3 failures`
fn line(reached: &Reached, taken: Duration) -> String {
    let of = |(done, known): (u64, u64)| format!("{}/{}", human_count(done), human_count(known));
    let mut parts = vec![
        format!("chains {}", of(reached.chains)),
        format!("digests {}", of(reached.digests)),
        format!("log files {}", of(reached.logs)),
        human_bytes(reached.bytes),
    ];
    let rate = reached.bytes as f64 / taken.as_secs_f64();
    if rate >= 1.0 {
        parts.push(format!("{}/s", human_bytes(rate as u64)));
    }
    if reached.failures > 0 {
        parts.push(format!("{} failures", human_count(reached.failures)));
    }
    parts.join(", ")
}
