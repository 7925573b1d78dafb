//! `trailql verify`: so far only `--evidence`.

mod evidence;

use std::path::PathBuf;

use clap::Args;

use super::Exit;
use crate::session::{Error, Options};
use crate::terminal::Terminal;

/// `trailql verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Archives that hold the log files now, in the manifest's order; its own when not given.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// Check that the log files of this manifest are as they were; `--evidence` of other commands writes one.
    #[arg(long, value_name = "FILE")]
    pub(super) evidence: PathBuf,
}

/// Verifies.
pub(super) async fn run(args: &VerifyArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    evidence::run(&args.evidence, &args.archives, options, terminal).await
}
