//! Finding what there is to verify: the accounts and regions that have digest files, or log files, or both.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use super::options::{Error, Options};
use crate::archive::layout::{Entry, Level, Place};
use crate::archive::{Archive, DIGEST_FOLDER, join};

/// One account's region: its chains share the log files' folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// What is before `AWSLogs` in the archive.
    pub(super) before: String,
    pub(super) organization: Option<String>,
    pub(super) account: String,
    pub(super) region: String,
    /// Key of the account's folder.
    pub(super) owner: String,
    pub(super) has_digests: bool,
}

impl Group {
    /// The folder of a kind of files.
    pub(super) fn folder(&self, kind: &str) -> String {
        join(&join(&self.owner, kind), &self.region)
    }
}

/// What was found, and the folders that could not be looked into.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub(super) groups: Vec<Group>,
    pub(super) closed: Vec<(String, crate::archive::Error)>,
}

const LOGS: &str = "CloudTrail";
/// Folders opened at once, and at most.
const AT_ONCE: usize = 32;
const MOST_FOLDERS: usize = 20_000;

/// Walks down to the regions, one level at a time.
pub(super) async fn discover(archive: &Archive, options: &Options) -> Result<Discovered, Error> {
    let root = root(archive)?;
    let mut found = Discovered::default();
    let mut owners = Vec::new();
    let mut level = vec![(String::new(), root)];
    let mut opened = 0;
    while !level.is_empty() {
        let (accounts, folders): (Vec<_>, Vec<_>) =
            level.into_iter().partition(|(_, place)| place.level == Level::Account);
        owners.extend(accounts);
        opened += folders.len();
        if opened > MOST_FOLDERS {
            return Err(crate::archive::Error::TooManyFolders(MOST_FOLDERS).into());
        }
        let mut listed = stream::iter(folders)
            .map(|(key, place)| async move { (archive.folder(&key).await, key, place) })
            .buffered(AT_ONCE);
        level = Vec::new();
        while let Some((folder, key, place)) = listed.next().await {
            let folder = match folder {
                Ok(folder) => folder,
                Err(error) if key.is_empty() => return Err(error.into()),
                Err(error) => {
                    found.closed.push((key, error));
                    continue;
                }
            };
            for name in folder.folders {
                if let Entry::Into(next) = place.enter(&name)
                    && wants(options, &next)
                {
                    level.push((join(&key, &name), next));
                }
            }
        }
    }
    let mut regions = stream::iter(owners).map(|(key, place)| of_owner(archive, options, key, place)).buffered(AT_ONCE);
    while let Some(owner) = regions.next().await {
        found.groups.extend(owner.groups);
        found.closed.extend(owner.closed);
    }
    found.groups.sort();
    Ok(found)
}

/// The place of the archive's root, above the folders of digest files and log files.
fn root(archive: &Archive) -> Result<Place, Error> {
    let above = archive.names_above();
    let root = Place::of(above.iter().map(String::as_str));
    let is_deep = root.level > Level::Account || above.iter().any(|name| name == DIGEST_FOLDER);
    if archive.is_single() || is_deep { Err(Error::TooDeep(archive.location().display())) } else { Ok(root) }
}

/// Checks that an archive may hold what is to be verified.
///
/// # Errors
/// [`Error::TooDeep`] when it begins below the folders of digest files or log files.
pub fn check_root(archive: &Archive) -> Result<(), Error> {
    root(archive).map(drop)
}

/// The regions below an account.
async fn of_owner(archive: &Archive, options: &Options, owner: String, place: Place) -> Discovered {
    let mut found = Discovered::default();
    let mut regions = BTreeMap::new();
    for (kind, is_digests) in [(LOGS, false), (DIGEST_FOLDER, true)] {
        let folder = join(&owner, kind);
        match archive.folder(&folder).await {
            Ok(listed) => {
                for region in listed.folders {
                    *regions.entry(region).or_default() |= is_digests;
                }
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => found.closed.push((folder, error)),
        }
    }
    let account = place.partition.account.clone().unwrap_or_default();
    let wanted = |region: &String| options.regions.is_empty() || options.regions.contains(region);
    for (region, has_digests) in regions.into_iter().filter(|(region, _)| wanted(region)) {
        let before = crate::archive::from_logs(&owner).and_then(|logs| owner.strip_suffix(logs)).unwrap_or_default();
        found.groups.push(Group {
            before: before.trim_end_matches('/').to_owned(),
            organization: place.partition.organization.clone(),
            account: account.clone(),
            region,
            owner: owner.clone(),
            has_digests,
        });
    }
    found
}

pub(super) fn is_absent(error: &crate::archive::Error) -> bool {
    match error {
        crate::archive::Error::Vanished | crate::archive::Error::NotFound(_) => true,
        crate::archive::Error::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn wants(options: &Options, place: &Place) -> bool {
    let is_one = |wanted: &[String], value: &Option<String>| {
        wanted.is_empty() || value.as_ref().is_some_and(|value| wanted.contains(value))
    };
    let is_past = place.level >= Level::Account;
    let organization = match place.level {
        Level::Organization => is_one(&options.organizations, &place.partition.organization),
        _ => !is_past || is_one(&options.organizations, &place.partition.organization),
    };
    organization && (!is_past || is_one(&options.accounts, &place.partition.account))
}
