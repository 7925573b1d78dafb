//! The arguments of `trailql verify`, and what they mean.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::super::common::duration;
use crate::session::{self, Error, bound};
use crate::verify::keys::PublicKeys;
use crate::verify::report::Format;
use crate::verify::{Allowed, Options, Reading, SideFiles};

/// `trailql verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Archives to verify: folders or s3://bucket/prefix that hold digest files and log files.
    #[arg(value_name = "ARCHIVE")]
    pub(in crate::cli) archives: Vec<String>,
    /// Earliest delivery: 2026-05-01, 2026-05-01T12:00:00Z, or how long ago: 24h, 7d; the first one when not given.
    #[arg(long, value_name = "TIME", alias = "start-time")]
    start: Option<String>,
    /// Latest delivery; now when not given.
    #[arg(long, value_name = "TIME", alias = "end-time")]
    end: Option<String>,
    /// Only digest files of this trail; may be repeated.
    #[arg(long, value_name = "NAME|ARN", value_delimiter = ',', alias = "trail-arn")]
    trail: Vec<String>,
    /// Public keys, as `trailql public-keys` or `aws cloudtrail list-public-keys` writes them; may be repeated.
    #[arg(long, value_name = "FILE")]
    public_keys: Vec<PathBuf>,
    /// Ask CloudTrail for the public keys of every region found.
    #[arg(long)]
    fetch_public_keys: bool,
    /// Signatures of digest files that were copied without their metadata, as --save-metadata writes them.
    #[arg(long, value_name = "FILE")]
    digest_metadata: Vec<PathBuf>,
    /// Take no signature but the one in a digest file's metadata.
    #[arg(long)]
    require_metadata: bool,
    /// Write the metadata of the digest files to a file, for runs on a copy.
    #[arg(long, value_name = "FILE")]
    pub(super) save_metadata: Option<PathBuf>,
    /// A bucket that was copied, by the name that its digest files say; may be repeated.
    #[arg(long, value_name = "OLD=NEW", value_parser = pair)]
    bucket_map: Vec<(String, String)>,
    /// Take digest files that were copied elsewhere, all together.
    #[arg(long)]
    allow_moved: bool,
    /// Leave the log files alone.
    #[arg(long)]
    digests_only: bool,
    /// Do not look for log files that no digest file lists.
    #[arg(long)]
    no_unlisted: bool,
    /// How long after the time in its name a log file may be listed.
    #[arg(long, value_name = "DURATION", default_value = "2h", value_parser = duration)]
    slack: Duration,
    /// Form of the report.
    #[arg(long, value_enum, default_value_t, alias = "output-format")]
    pub(super) format: FormatArg,
    /// Report what is valid, too.
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// File to write the report to, whole or not at all; a pipe gets it as it comes.
    #[arg(long, value_name = "FILE", alias = "output")]
    pub(super) out: Option<PathBuf>,
    /// Classes, statuses and reasons that are no more than warnings: gap, uncovered …
    #[arg(long, value_name = "NAME", value_delimiter = ',', hide_possible_values = true,
        value_parser = PossibleValuesParser::new(Allowed::names()))]
    allow: Vec<String>,
    /// What was verified is written here, and log files that have not changed since are not read again. That is fast;
    /// only --recheck proves.
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    /// Read every log file, whatever --state says.
    #[arg(long)]
    pub(super) recheck: bool,
    /// Files worked on at once; four times as many as there are threads when not given.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Check that the log files of an evidence manifest are as they were.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["start", "end", "trail", "public_keys", "state"])]
    pub(in crate::cli) evidence: Option<PathBuf>,
}

/// `--format`
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum FormatArg {
    /// Lines as the AWS CLI writes them, and more.
    #[default]
    Text,
    /// One document.
    Json,
    /// An object a line, as soon as it is known.
    Jsonl,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Text => Self::Text,
            FormatArg::Json => Self::Json,
            FormatArg::Jsonl => Self::Jsonl,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.to_owned(), new.to_owned())),
        _ => Err("expected OLD=NEW, two names of buckets".to_owned()),
    }
}

impl VerifyArgs {
    /// What the arguments mean, but for the keys that are fetched and for the state.
    ///
    /// # Errors
    /// [`Error::Usage`] for a time that cannot be read, a range that ends before it begins, a file that cannot be used.
    pub(super) fn options(&self, common: &session::Options) -> Result<Options, Error> {
        let now = common.now;
        let read =
            |option: &str, text: &Option<String>| text.as_deref().map(|text| bound(option, text, now)).transpose();
        // A range of events is one of deliveries here.
        let start = read("--start", &self.start)?.or(common.since).map(|bound| bound.at);
        let end = read("--end", &self.end)?.or(common.until).map_or(now, |bound| bound.at);
        if let Some(start) = start.filter(|start| *start > end) {
            let shown = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
            return Err(Error::Usage {
                message: format!("the range ends ({}) before it begins ({})", shown(end), shown(start)),
                help: "give --start a time before --end".to_owned(),
            });
        }
        if self.jobs == Some(0) {
            return Err(Error::Usage {
                message: "no files would be worked on at once".to_owned(),
                help: "--jobs takes a number from 1 on".to_owned(),
            });
        }
        let keys = PublicKeys::read(&self.public_keys)
            .map_err(|error| Error::Usage { message: error.to_string(), help: error.help().to_owned() })?;
        let metadata = SideFiles::read(&self.digest_metadata).map_err(super::failed)?;
        let slack = chrono::Duration::from_std(self.slack).map_err(|_| Error::Usage {
            message: "--slack is longer than any archive".to_owned(),
            help: "write 30m, 2h, 1d".to_owned(),
        })?;
        let mut options = Options::new(now);
        options.start = start;
        options.end = end;
        options.trails.clone_from(&self.trail);
        options.accounts.clone_from(&common.accounts);
        options.organizations.clone_from(&common.organizations);
        options.regions.clone_from(&common.regions);
        options.keys = Arc::new(keys);
        options.metadata = Arc::new(metadata);
        options.require_metadata = self.require_metadata;
        options.bucket_map = self.bucket_map.iter().cloned().collect::<HashMap<_, _>>();
        options.allow_moved = self.allow_moved;
        options.reading = if self.digests_only { Reading::DigestsOnly } else { Reading::Whole };
        options.unlisted = !self.no_unlisted;
        options.slack = slack;
        options.allowed = Allowed::new(self.allow.clone());
        options.jobs = self.jobs.or(common.threads.map(Options::jobs)).unwrap_or(options.jobs);
        options.s3 = common.s3.clone();
        Ok(options)
    }

    /// Whether keys are asked for.
    pub(super) fn fetches(&self) -> bool {
        self.fetch_public_keys
    }

    /// The files that keys are read from.
    pub(super) fn key_files(&self) -> &[PathBuf] {
        &self.public_keys
    }
}
