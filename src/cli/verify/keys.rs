//! The public keys of a verification: from files, from CloudTrail, or from nowhere, which is told.

use std::sync::Arc;

use super::VerifyArgs;
use crate::archive::Archive;
use crate::session::Error;
use crate::terminal::Terminal;
use crate::verify::keys::{PublicKeys, fetch, within};
use crate::verify::{self, Options};

/// Adds the keys that are to be fetched, and says what there is to say of keys. Whether there is any.
pub(super) async fn gather(
    args: &VerifyArgs,
    options: &mut Options,
    archive: &Archive,
    terminal: &Terminal,
) -> Result<bool, Error> {
    for file in within(args.key_files(), archive.location()) {
        let message = format!("{} lies inside of the archive that it is to prove", file.display());
        terminal.caution(&message, "whoever can write there can sign what they like: get the keys from CloudTrail");
    }
    let mut keys = (*options.keys).clone();
    if args.fetches() {
        keys.merge(fetched(options, archive, terminal).await?)
            .map_err(|error| Error::Usage { message: error.to_string(), help: error.help().to_owned() })?;
    }
    for note in keys.notes() {
        terminal.caution(&note.message, &note.help);
    }
    if keys.is_empty() {
        terminal.caution(
            "nothing can be verified: there are no public keys",
            "--fetch-public-keys asks CloudTrail; or `trailql public-keys --region REGION --start TIME --end TIME --out \
             FILE` writes them for --public-keys FILE",
        );
        return Ok(false);
    }
    options.keys = Arc::new(keys);
    Ok(true)
}

/// The keys of every region that has digest files.
async fn fetched(options: &Options, archive: &Archive, terminal: &Terminal) -> Result<PublicKeys, Error> {
    let location = archive.location().display();
    let (regions, earliest) =
        verify::regions(archive, options).await.map_err(|error| super::located(error, &location))?;
    let mut keys = PublicKeys::default();
    if regions.is_empty() {
        return Ok(keys);
    }
    let start = options.start.or(earliest).unwrap_or(options.end);
    let found = terminal.wait(fetch(&options.s3, &regions, start, options.end)).await;
    for found in found.map_err(|source| Error::Archive { location: "CloudTrail's public keys".to_owned(), source })? {
        match found.keys {
            Ok(listed) => {
                let of_region = PublicKeys::of(listed, &format!("region {}", found.region));
                let merged = of_region.and_then(|of_region| keys.merge(of_region));
                merged.map_err(|error| Error::Usage { message: error.to_string(), help: error.help().to_owned() })?;
            }
            Err(error) => {
                let message = format!("cannot list the public keys of {}: {error}", found.region);
                terminal.caution(
                    &message,
                    &error.help().unwrap_or_else(|| "--public-keys takes them from a file".to_owned()),
                );
            }
        }
    }
    Ok(keys)
}
