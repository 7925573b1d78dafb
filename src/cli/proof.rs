//! `--verified` and `--evidence`: what is known of the log files behind an answer, and what is kept of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{ArgAction, Args};
use sha2::{Digest, Sha256};

use super::output::sink;
use crate::output;
use crate::session::{Error, Options, Outcome, Verified};
use crate::terminal::Sink;
use crate::verify::Ledger;
use crate::verify::evidence::{Asked, Made, Manifest, Range, Unread};

/// What is known of log files before they are read.
#[derive(Debug, Clone, Args)]
pub(super) struct VerifiedArgs {
    /// Let the columns `verified` and `verified_reason` tell what a verification says of each record's log file: a report
    /// of `trailql verify --verbose` in json or jsonl, or its --state file; may be repeated. Digest files are verified
    /// first when no report is given.
    #[arg(
        long,
        value_name = "REPORT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        action = ArgAction::Append
    )]
    pub(super) verified: Vec<String>,
    // Both may come from the environment, and then mean nothing to who asks for no verification.
    /// A file of public keys, for --verified without a report; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) public_keys: Vec<PathBuf>,
    /// A file of digest files' metadata, for --verified without a report; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) digest_metadata: Vec<PathBuf>,
}

impl VerifiedArgs {
    /// The options with a verification, where one is asked for.
    pub(super) fn over(&self, options: Options) -> Options {
        if self.verified.is_empty() {
            return options;
        }
        let reports = self.verified.iter().filter(|report| !report.is_empty()).map(PathBuf::from).collect();
        let verified =
            Verified { reports, public_keys: self.public_keys.clone(), digest_metadata: self.digest_metadata.clone() };
        Options { verified: Some(verified), ..options }
    }
}

/// What is kept of log files.
#[derive(Debug, Clone, Args)]
pub(super) struct EvidenceArgs {
    /// Write a manifest: what was asked, and every log file that was read for it, with its hashes. `trailql verify
    /// --evidence FILE` checks later that they are the same.
    #[arg(long, value_name = "FILE")]
    pub(super) evidence: Option<PathBuf>,
}

/// What is known of log files, and what is kept of them.
#[derive(Debug, Clone, Args)]
pub(super) struct ProofArgs {
    /// What is known.
    #[command(flatten)]
    pub(super) verified: VerifiedArgs,
    /// What is kept.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

impl ProofArgs {
    /// The options that sessions take, and the manifest that is begun, where one is asked for. `out` is where results go.
    ///
    /// # Errors
    /// When the manifest cannot be written where it was asked for.
    pub(super) fn begin(&self, options: Options, out: Option<&Path>) -> Result<(Options, Evidence), Error> {
        self.evidence.begin(self.verified.over(options), out)
    }
}

impl EvidenceArgs {
    /// As [`ProofArgs::begin`].
    pub(super) fn begin(&self, options: Options, out: Option<&Path>) -> Result<(Options, Evidence), Error> {
        let Some(path) = &self.evidence else { return Ok((options, Evidence { begun: None })) };
        if out == Some(path.as_path()) {
            return Err(Error::Usage {
                message: format!("--out and --evidence both name `{}`", path.display()),
                help: "give each a file of its own".to_owned(),
            });
        }
        let ledger = Arc::new(Ledger::default());
        let mut manifest = Manifest { range: range(&options), ..Manifest::default() };
        manifest.outcome.complete = true;
        manifest.params = options.params.iter().cloned().collect();
        let begun = Begun {
            sink: sink(Some(path), "--evidence")?,
            ledger: Arc::clone(&ledger),
            manifest,
            created: options.now,
            out: out.map(Path::to_path_buf),
        };
        Ok((Options { evidence: Some(ledger), ..options }, Evidence { begun: Some(Box::new(begun)) }))
    }
}

fn range(options: &Options) -> Range {
    let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    Range {
        since: options.since.map(|bound| shown(bound.at)),
        until: options.until.map(|bound| shown(bound.at)),
        accounts: options.accounts.clone(),
        regions: options.regions.clone(),
        organizations: options.organizations.clone(),
    }
}

/// The manifest of a run, where one was asked for.
pub(super) struct Evidence {
    begun: Option<Box<Begun>>,
}

struct Begun {
    sink: Sink,
    ledger: Arc<Ledger>,
    manifest: Manifest,
    created: DateTime<Utc>,
    /// Where results go.
    out: Option<PathBuf>,
}

impl Evidence {
    /// Notes what was asked. It is only made where a manifest is asked for.
    pub(super) fn asked(&mut self, asked: impl FnOnce() -> Asked) {
        if let Some(begun) = &mut self.begun {
            begun.manifest.queries.push(asked());
        }
    }

    /// Notes what was read for an answer of so many rows.
    pub(super) fn add(&mut self, read: &Outcome, rows: u64) {
        let Some(begun) = &mut self.begun else { return };
        let manifest = &mut begun.manifest;
        let sum = &mut manifest.outcome;
        sum.files_listed += read.files_listed;
        sum.files_pruned += read.files_pruned;
        sum.files_read += read.files_read;
        sum.files_failed += read.failed.len() as u64;
        sum.files_not_needed += read.files_unread;
        sum.files_ignored += read.files_ignored;
        sum.folders_pruned += read.folders_pruned;
        sum.folders_unlisted += read.unlisted.len() as u64;
        sum.records += read.records;
        sum.malformed += read.malformed;
        sum.stored_bytes += read.stored_bytes;
        sum.json_bytes += read.inflated_bytes;
        sum.complete &= !read.is_incomplete();
        manifest.results.rows += rows;
        let failed = read.failed.iter().map(|failure| Unread::new(&failure.location, &failure.reason));
        manifest.failed.extend(failed);
        let unlisted = read.unlisted.iter().map(|(location, reason)| Unread::new(location, reason));
        manifest.unlisted.extend(unlisted);
    }

    /// Notes rows that were made of answers.
    pub(super) fn made(&mut self, rows: u64) {
        if let Some(begun) = &mut self.begun {
            begun.manifest.results.rows += rows;
        }
    }

    /// Notes that a question has no answer.
    pub(super) fn failed(&mut self) {
        if let Some(begun) = &mut self.begun {
            begun.manifest.outcome.complete = false;
        }
    }

    /// Writes the manifest, once the results are where they belong.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(self) -> Result<(), Error> {
        let Some(begun) = self.begun else { return Ok(()) };
        let Begun { sink, ledger, mut manifest, created, out } = *begun;
        let failed = |error| Error::Output(output::Error::Write(error));
        if let Some(out) = out.filter(|out| out.is_file()) {
            manifest.results = Made {
                sha256: Some(hash_of(&out).map_err(failed)?),
                file: Some(out.display().to_string()),
                ..manifest.results
            };
        }
        manifest.settle();
        manifest.write(&ledger, created, sink.writer()).map_err(failed)?;
        sink.keep()
    }
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(super) fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}
