//! What a verification says of a session's log files: from reports that one wrote, or from one that is run now.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Error, Options};
use crate::archive::Archive;
use crate::table::Proof;
use crate::verify::keys::PublicKeys;
use crate::verify::{self, Collector, Ledger, SideFiles, Verdicts};

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
        run(archives, asked, options).await?
    } else {
        verify::read_reports(&asked.reports, archives.len())
            .map_err(|error| Error::Usage { message: error.to_string(), help: error.help() })?
    };
    Ok(Proof { verdicts: Some(Arc::new(verdicts)), ledger })
}

/// Verifies the digest files of these archives.
async fn run(archives: &[Arc<Archive>], asked: &Verified, options: &Options) -> Result<Verdicts, Error> {
    let keys = PublicKeys::read(&asked.public_keys)
        .map_err(|error| Error::Usage { message: error.to_string(), help: error.help().to_owned() })?;
    if keys.is_empty() {
        return Err(Error::Usage {
            message: "`--verified` has neither a report of a verification nor public keys for one".to_owned(),
            help:
                "give `--public-keys FILE`, or `--verified=REPORT` that `trailql verify --verbose --format json` wrote"
                    .to_owned(),
        });
    }
    let failed = |error: verify::Error, location: String| match error {
        verify::Error::Archive(source) => Error::Archive { location, source },
        error => Error::Usage { message: error.to_string(), help: error.help() },
    };
    let metadata = SideFiles::read(&asked.digest_metadata).map_err(|error| failed(error, String::new()))?;
    let (keys, metadata) = (Arc::new(keys), Arc::new(metadata));
    let mut collector = Collector::default();
    for archive in archives {
        let verification = verify::Options {
            keys: Arc::clone(&keys),
            metadata: Arc::clone(&metadata),
            accounts: options.accounts.clone(),
            regions: options.regions.clone(),
            organizations: options.organizations.clone(),
            // A delivery comes after its events.
            start: options.since.map(|since| since.at - verify::Options::new(options.now).slack),
            s3: options.s3.clone(),
            ..verify::Options::new(options.now)
        };
        let collected = verify::collect(archive, verification, &mut collector).await;
        collected.map_err(|error| failed(error, archive.location().display()))?;
    }
    Ok(collector.finish(archives.len()))
}
