//! The layouts in which CloudTrail delivers, told from the names of folders and files.
//!
//! `[prefix/]AWSLogs/[o-…/]account/CloudTrail[-…]/region/yyyy/MM/dd/account_CloudTrail_region_time_random.json.gz`,
//! behind any prefix, one with `AWSLogs` in it included, and with the leading parts cut away by a copy.
//!
//! Source: CloudTrail User Guide, "Finding your CloudTrail log files"; Control Tower puts the organization id in front.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::digest_name::DIGEST_FOLDER;
use super::partition::Partition;

/// How far a folder is below the layout's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Anywhere above a trail: prefixes, or no layout at all.
    Outside,
    /// `AWSLogs`.
    Logs,
    /// An organization id below `AWSLogs`.
    Organization,
    /// An account id.
    Account,
    /// One of the folders of log files.
    Folder,
    /// A region: the keys below it sort by time of delivery.
    Region,
    /// A year of delivery.
    Year,
    /// A month of delivery.
    Month,
    /// A day of delivery.
    Day,
}

/// A folder's place in the layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// How far down.
    pub level: Level,
    /// What the names on the way said.
    pub partition: Partition,
    below_logs: bool,
}

/// What a folder's name means below a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Go on from there.
    Into(Place),
    /// Digest files: proof, not log files.
    Digests,
    /// Nothing of a trail, or aggregated events, which are no records.
    Other,
}

/// The folders whose files hold records.
pub const FOLDERS: [&str; 3] = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"];

impl Place {
    /// Above every trail.
    #[must_use]
    pub fn outside() -> Self {
        Self { level: Level::Outside, partition: Partition::default(), below_logs: false }
    }

    /// The place of a folder, from all the names on its way.
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().fold(Self::outside(), |place, name| match place.enter(name) {
            Entry::Into(place) => place,
            Entry::Digests | Entry::Other => Self::outside(),
        })
    }

    /// The folder of digest files below this account.
    #[must_use]
    pub fn digests(&self) -> Self {
        let partition = Partition { folder: Some(DIGEST_FOLDER.to_owned()), ..self.partition.clone() };
        Self { level: Level::Folder, partition, ..self.clone() }
    }

    /// What the folder `name` is, below this one.
    #[must_use]
    pub fn enter(&self, name: &str) -> Entry {
        let mut next = self.clone();
        if name == "AWSLogs" && self.level < Level::Folder {
            next.level = Level::Logs;
            next.below_logs = true;
            next.partition = Partition::default();
            return Entry::Into(next);
        }
        match self.level {
            Level::Outside | Level::Logs | Level::Organization if is_account(name) => {
                next.level = Level::Account;
                next.partition.account = Some(name.to_owned());
            }
            Level::Logs if is_organization(name) => {
                next.level = Level::Organization;
                next.partition.organization = Some(name.to_owned());
            }
            Level::Account if FOLDERS.contains(&name) => {
                next.level = Level::Folder;
                next.partition.folder = Some(name.to_owned());
            }
            Level::Account if name == DIGEST_FOLDER => return Entry::Digests,
            // Below `AWSLogs/account` other services deliver too; they are not ours.
            Level::Account if self.below_logs => return Entry::Other,
            Level::Outside | Level::Logs | Level::Organization | Level::Account => next = Self::outside(),
            Level::Folder => {
                next.level = Level::Region;
                next.partition.region = Some(name.to_owned());
            }
            Level::Region => {
                let Some(year) = number(name, 4) else { return Entry::Other };
                next.level = Level::Year;
                next.partition.year = i32::try_from(year).ok();
            }
            Level::Year => {
                let Some(month) = number(name, 2) else { return Entry::Other };
                next.level = Level::Month;
                next.partition.month = Some(month);
            }
            Level::Month => {
                let Some(day) = number(name, 2) else { return Entry::Other };
                next.level = Level::Day;
                next.partition.day = Some(day);
            }
            Level::Day => return Entry::Other,
        }
        Entry::Into(next)
    }
}

/// What a log file's own name says: all that is left of the layout in flat copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'n> {
    /// Account that received the records.
    pub account: &'n str,
    /// One of [`FOLDERS`].
    pub folder: &'n str,
    /// Region the records were delivered from.
    pub region: &'n str,
    /// Time of delivery, in whole minutes.
    pub delivered: DateTime<Utc>,
}

/// What a log file's own name says.
#[must_use]
pub fn name_parts(name: &str) -> Option<Named<'_>> {
    let mut parts = name.split('_');
    let (account, folder, region, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if !is_account(account) || !FOLDERS.contains(&folder) {
        return None;
    }
    let (day, time) = time.strip_suffix('Z')?.split_once('T')?;
    let (day, time) = (number(day, 8)?, number(time, 4)?);
    let year = i32::try_from(day / 10_000).ok()?;
    let day = NaiveDate::from_ymd_opt(year, day / 100 % 100, day % 100)?;
    let delivered = day.and_hms_opt(time / 100, time % 100, 0)?.and_utc();
    Some(Named { account, folder, region, delivered })
}

impl Named<'_> {
    /// The partition of a flat copy, its day taken from the time in its name.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition {
            organization: None,
            account: Some(self.account.to_owned()),
            folder: Some(self.folder.to_owned()),
            region: Some(self.region.to_owned()),
            year: Some(self.delivered.year()),
            month: Some(self.delivered.month()),
            day: Some(self.delivered.day()),
        }
    }
}

/// Whether a file of this name may hold records; what is inside decides in the end.
#[must_use]
pub fn is_log_file_name(name: &str) -> bool {
    let ends_with = |ending: &str| {
        let tail = name.len().checked_sub(ending.len()).and_then(|at| name.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
    };
    [".gz", ".json", ".jsonl", ".ndjson"].into_iter().any(ends_with)
        && !name.starts_with('.')
        && !name.split('_').any(|part| part.eq_ignore_ascii_case(DIGEST_FOLDER))
}

pub(super) fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_organization(name: &str) -> bool {
    name.strip_prefix("o-").is_some_and(|id| id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn number(name: &str, digits: usize) -> Option<u32> {
    if name.len() == digits && name.bytes().all(|byte| byte.is_ascii_digit()) { name.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, level: Level, organization: &str, account: &str, region: &str) {
        let place = Place::of(path.split('/'));
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        assert_eq!(place.level, level, "{path}");
        assert_eq!(text(&place.partition.organization), organization, "{path}");
        assert_eq!(text(&place.partition.account), account, "{path}");
        assert_eq!(text(&place.partition.region), region, "{path}");
    }

    #[test]
    fn every_layout_is_told_from_its_folders() {
        use Level::{Account, Day, Logs, Outside, Region};
        check("AWSLogs", Logs, "", "", "");
        check("AWSLogs/123456789012/CloudTrail/us-east-1/2024/06/02", Day, "", "123456789012", "us-east-1");
        check(
            "AWSLogs/o-4f7k2m9q1z/123456789012/CloudTrail/eu-west-1",
            Region,
            "o-4f7k2m9q1z",
            "123456789012",
            "eu-west-1",
        );
        check("o-4f7k2m9q1z/AWSLogs/o-4f7k2m9q1z/123456789012", Account, "o-4f7k2m9q1z", "123456789012", "");
        check("a/AWSLogs/b/AWSLogs/123456789012/CloudTrail-Insight/x", Region, "", "123456789012", "x");
        check("123456789012/CloudTrail/us-east-1/2024", Level::Year, "", "123456789012", "us-east-1");
        check("999999999999/AWSLogs/123456789012/CloudTrail/r", Region, "", "123456789012", "r");
        check("some/folder", Outside, "", "", "");
    }

    #[test]
    fn digests_and_other_services_are_not_entered() {
        let account = Place::of(["AWSLogs", "123456789012"]);
        assert_eq!(account.enter("CloudTrail-Digest"), Entry::Digests);
        assert_eq!(account.enter("CloudTrail-Aggregated"), Entry::Other);
        assert_eq!(account.enter("Config"), Entry::Other);
    }

    #[test]
    fn a_flat_copy_keeps_what_its_name_says() {
        let named = name_parts("123456789012_CloudTrail_us-east-1_20240602T2030Z_MDXQ9yCG643EB1gE.json.gz")
            .expect("a log file's name");
        assert_eq!((named.account, named.folder, named.region), ("123456789012", "CloudTrail", "us-east-1"));
        assert_eq!(named.delivered.to_rfc3339(), "2024-06-02T20:30:00+00:00");
        assert_eq!(named.partition().day, Some(2));
        assert_eq!(name_parts("123456789012_CloudTrail-Digest_us-east-1_t_us-east-1_20240602T203000Z.json.gz"), None);
        for other in
            ["report.json", "123456789012_CloudTrail_us-east-1_20241302T2030Z_x", "1_CloudTrail_r_20240602T2030Z_x"]
        {
            assert_eq!(name_parts(other), None);
        }
    }

    #[test]
    fn log_files_are_told_from_their_neighbours_by_name() {
        for name in ["a.json.gz", "A.JSON", "x.ndjson", "b.jsonl", "é.gz", "CloudTrail-Digest.json.gz.json"] {
            assert!(is_log_file_name(name), "{name}");
        }
        let digest = "123456789012_CloudTrail-Digest_us-east-1_t_us-east-1_20240602T203000Z.json.gz";
        for name in [digest, ".hidden.json", "notes.txt", "gz", "", "é"] {
            assert!(!is_log_file_name(name), "{name}");
        }
    }
}
