//! `trailql hunt` as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::format::HuntFormat;
use crate::cli::common::duration;
use crate::cli::proof::ProofArgs;
use crate::packs::{Level, Outcome};

/// `trailql hunt`.
#[derive(Debug, Args)]
pub(in crate::cli) struct HuntArgs {
    /// Archives to search: folders, files, s3://bucket/prefix, or names of the configuration.
    #[arg(value_name = "ARCHIVE")]
    pub(in crate::cli) archives: Vec<String>,
    /// A pack of ours by its name, or a folder of saved queries; may be repeated. All detections when not given.
    #[arg(long, value_name = "NAME|FOLDER")]
    pub(super) pack: Vec<String>,
    /// A Sigma rule, or a folder of them; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(super) sigma: Vec<PathBuf>,
    /// A rule by its id, in which * is any text; may be repeated.
    #[arg(long, value_name = "ID", alias = "query")]
    pub(super) rule: Vec<String>,
    /// Only rules of this level or worse.
    #[arg(long, value_name = "LEVEL")]
    pub(super) min_level: Option<Level>,
    /// Only rules of this technique of MITRE ATT&CK, in either numbering; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) technique: Vec<String>,
    /// Calls to look at, where a rule looks at those that succeeded.
    #[arg(long, value_enum)]
    pub(super) outcome: Option<Outcome>,
    /// Look at calls that services make, too.
    #[arg(long)]
    pub(super) include_services: bool,
    /// Run rules that have to look at nearly every record, too.
    #[arg(long)]
    pub(super) broad: bool,
    /// A file of parameters, levels and exceptions of your own (TOML).
    #[arg(long, value_name = "FILE")]
    pub(super) tuning: Option<PathBuf>,
    /// How long after the archive's beginning a first sighting means something; the rule's own time when not given.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) learn: Option<Duration>,
    /// List the rules and leave.
    #[arg(long, group = "asked")]
    pub(super) list: bool,
    /// Show what a rule says, and leave.
    #[arg(long, value_name = "ID", group = "asked")]
    pub(super) show: Option<String>,
    /// Check the rules and leave.
    #[arg(long, group = "asked")]
    pub(super) lint: bool,
    /// Run the rules over their own test records and leave.
    #[arg(long, group = "asked")]
    pub(super) test: bool,
    /// Show why each rule finds this event, or does not.
    #[arg(long, value_name = "EVENTID", group = "asked")]
    pub(super) why: Option<String>,
    /// Exit with 1 when there are findings of this level or worse.
    #[arg(long, value_name = "LEVEL")]
    pub(super) fail_on: Option<Level>,
    /// Where and how findings are written.
    #[command(flatten)]
    pub(super) output: HuntOutputArgs,
    /// What is known of log files, and what is kept of them.
    #[command(flatten)]
    pub(super) proof: ProofArgs,
}

/// Where and how findings are written.
#[derive(Debug, Clone, Args)]
pub(super) struct HuntOutputArgs {
    /// Format: sarif, ocsf, html, or rows as table, csv, tsv, json, ndjson, line, markdown, arrow, parquet. Told
    /// from --out's ending when not given; a summary by rule without either.
    #[arg(short, long, value_name = "FORMAT", env = "TRAILQL_OUTPUT")]
    pub(super) output: Option<HuntFormat>,
    /// File to write findings to, whole or not at all: findings.sarif, .ocsf.json, .html, or a format of rows.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// At most this many findings, the worst first; of questions, rows.
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
}
