//! What may be asked of a bucket when an archive in it is read: the prefixes of listings and the keys of objects.
//!
//! This is the other side of the listing: each pattern here stands for requests that are made there. A test compares
//! the two on a real server.

use super::digest_name::DIGEST_FOLDER;
use super::layout::{self, FOLDERS, Level, Place};

/// What is read of a bucket.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The archive's prefix, without slashes at its ends.
    pub prefix: &'a str,
    /// The accounts asked for; all when empty.
    pub accounts: &'a [String],
    /// The regions asked for; all when empty.
    pub regions: &'a [String],
    /// The organizations asked for; all when empty.
    pub organizations: &'a [String],
    /// Whether digest files are read, too.
    pub digests: bool,
}

/// Patterns of IAM: `*` is any text, slashes included, `?` any character, `${*}` a star.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// Values of `s3:prefix`; none when every listing may be asked for.
    pub prefixes: Option<Vec<String>>,
    /// Keys of objects.
    pub objects: Vec<String>,
    /// Whether the archive is named above `AWSLogs`, so that every folder on the way is looked into.
    pub is_wide: bool,
}

/// Twelve characters, as an account has.
const ANY_ACCOUNT: &str = "????????????";
const ANY_ORGANIZATION: &str = "o-*";

/// What reading needs.
#[must_use]
pub fn rights(reading: &Reading<'_>) -> Rights {
    let prefix = reading.prefix.trim_matches('/');
    let names: Vec<&str> = prefix.split('/').filter(|name| !name.is_empty()).collect();
    let name = names.last().copied().unwrap_or_default();
    let root = if prefix.is_empty() { String::new() } else { format!("{}/", escaped(prefix)) };
    if layout::is_log_file_name(name) {
        // A single log file, which is asked for and never listed.
        return Rights { prefixes: Some(Vec::new()), objects: vec![escaped(prefix)], is_wide: false };
    }
    let level = Place::of(names.iter().copied()).level;
    let mut found = Found { root, reading, prefixes: Vec::new(), objects: Vec::new() };
    match level {
        Level::Outside => found.outside(),
        Level::Logs => found.logs(),
        Level::Organization => {
            found.list("");
            found.accounts("");
        }
        Level::Account => {
            found.list("");
            found.folders("");
        }
        Level::Folder => {
            found.list("");
            found.regions("");
        }
        Level::Region | Level::Year | Level::Month | Level::Day => {
            found.list("");
            found.read("*");
        }
    }
    if reading.digests && level >= Level::Folder {
        found.digests_beside(&names);
    }
    let Found { mut prefixes, mut objects, .. } = found;
    prefixes.sort();
    prefixes.dedup();
    objects.sort();
    objects.dedup();
    // A listing of the whole bucket names no prefix at all, so no condition could allow it.
    let is_all = prefixes.iter().any(|prefix| prefix == "*");
    Rights { prefixes: (!is_all).then_some(prefixes), objects, is_wide: level == Level::Outside }
}

struct Found<'r> {
    root: String,
    reading: &'r Reading<'r>,
    prefixes: Vec<String>,
    objects: Vec<String>,
}

impl Found<'_> {
    fn list(&mut self, below: &str) {
        self.prefixes.push(format!("{}{below}", self.root));
    }

    fn read(&mut self, below: &str) {
        self.objects.push(format!("{}{below}", self.root));
    }

    /// The folders of an account that are read.
    fn names_of_folders(&self) -> impl Iterator<Item = &'static str> + use<> {
        FOLDERS.into_iter().chain(self.reading.digests.then_some(DIGEST_FOLDER))
    }

    /// Above every trail: nothing is known of the way to one.
    fn outside(&mut self) {
        self.list("*");
        let Reading { accounts, organizations, .. } = self.reading;
        let organizations = some_or(organizations, "");
        for organization in &organizations {
            for account in some_or(accounts, "") {
                let way = match (organization.as_str(), account.as_str()) {
                    ("", "") => "*/".to_owned(),
                    ("", account) => format!("*{account}/"),
                    (organization, "") => format!("*{organization}/*/"),
                    (organization, account) => format!("*{organization}/{account}/"),
                };
                self.objects_of_folders(&way);
            }
        }
    }

    /// At `AWSLogs`: accounts, and organizations with accounts of theirs.
    fn logs(&mut self) {
        self.list("");
        if self.reading.organizations.is_empty() {
            // All that is below an organization, and so its accounts.
            self.list(&format!("{ANY_ORGANIZATION}/"));
            self.accounts("");
            let accounts = self.reading.accounts;
            accounts.iter().for_each(|account| self.objects_of_folders(&format!("{ANY_ORGANIZATION}/{account}/")));
            return;
        }
        for organization in self.reading.organizations {
            self.list(&format!("{organization}/"));
            self.accounts(&format!("{organization}/"));
        }
    }

    fn accounts(&mut self, way: &str) {
        for account in self.reading.accounts {
            self.list(&format!("{way}{account}/"));
            self.folders(&format!("{way}{account}/"));
        }
        if self.reading.accounts.is_empty() {
            self.list(&format!("{way}{ANY_ACCOUNT}/"));
            self.prefixes_of_folders(&format!("{way}{ANY_ACCOUNT}/"));
            self.objects_of_folders(&format!("{way}*/"));
        }
    }

    fn folders(&mut self, way: &str) {
        self.prefixes_of_folders(way);
        self.objects_of_folders(way);
    }

    fn prefixes_of_folders(&mut self, way: &str) {
        for folder in self.names_of_folders() {
            self.prefixes_of_regions(&format!("{way}{folder}/"));
        }
    }

    fn objects_of_folders(&mut self, way: &str) {
        for folder in self.names_of_folders() {
            self.objects_of_regions(&format!("{way}{folder}/"));
        }
    }

    fn regions(&mut self, way: &str) {
        self.prefixes_of_regions(way);
        self.objects_of_regions(way);
    }

    fn prefixes_of_regions(&mut self, way: &str) {
        if self.reading.regions.is_empty() {
            return self.list(&format!("{way}*"));
        }
        self.list(way);
        self.reading.regions.iter().for_each(|region| self.list(&format!("{way}{region}/")));
    }

    fn objects_of_regions(&mut self, way: &str) {
        if self.reading.regions.is_empty() {
            return self.read(&format!("{way}*"));
        }
        self.reading.regions.iter().for_each(|region| self.read(&format!("{way}{region}/*")));
    }

    /// Digests of an archive that is named below its account stand beside it.
    fn digests_beside(&mut self, names: &[&str]) {
        let Some(folder) = names.iter().rposition(|name| FOLDERS.contains(name)) else { return };
        let account = names.get(..folder).unwrap_or_default().join("/");
        self.root = if account.is_empty() { String::new() } else { format!("{}/", escaped(&account)) };
        self.regions(&format!("{DIGEST_FOLDER}/"));
    }
}

/// The values, or this one where there is none.
fn some_or(values: &[String], other: &str) -> Vec<String> {
    if values.is_empty() { vec![other.to_owned()] } else { values.to_vec() }
}

/// A text that stands for itself in a pattern of IAM.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' | '?' => out.extend(["${", if character == '*' { "*" } else { "?" }, "}"]),
            // A dollar sign begins a variable only before a brace.
            '$' => out.push_str("${$}"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefix: &str, [account, region, organization]: [&str; 3], prefixes: &[&str], objects: &[&str]) {
        let some = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        let (accounts, regions, organizations) = (some(account), some(region), some(organization));
        let reading =
            Reading { prefix, accounts: &accounts, regions: &regions, organizations: &organizations, digests: false };
        let found = rights(&reading);
        assert_eq!(found.prefixes.unwrap_or_else(|| vec!["all".to_owned()]), prefixes, "{prefix}");
        // One folder stands for the three.
        let of_folder: Vec<_> =
            found.objects.iter().filter(|key| !key.contains("-Insight/") && !key.contains("-Network")).collect();
        assert_eq!(of_folder, objects, "{prefix}");
    }

    #[test]
    fn an_account_and_a_region_narrow_listings_and_objects() {
        check(
            "trail/AWSLogs/o-abcdefghij/111111111111",
            ["", "eu-west-1", ""],
            &[
                "trail/AWSLogs/o-abcdefghij/111111111111/",
                "trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail-Insight/",
                "trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail-Insight/eu-west-1/",
                "trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail-NetworkActivity/",
                "trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail-NetworkActivity/eu-west-1/",
                "trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail/",
                "trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail/eu-west-1/",
            ],
            &["trail/AWSLogs/o-abcdefghij/111111111111/CloudTrail/eu-west-1/*"],
        );
        check(
            "AWSLogs",
            ["111111111111", "", "o-abcdefghij"],
            &[
                "AWSLogs/",
                "AWSLogs/o-abcdefghij/",
                "AWSLogs/o-abcdefghij/111111111111/",
                "AWSLogs/o-abcdefghij/111111111111/CloudTrail-Insight/*",
                "AWSLogs/o-abcdefghij/111111111111/CloudTrail-NetworkActivity/*",
                "AWSLogs/o-abcdefghij/111111111111/CloudTrail/*",
            ],
            &["AWSLogs/o-abcdefghij/111111111111/CloudTrail/*"],
        );
    }

    #[test]
    fn an_archive_named_above_its_trails_is_looked_for() {
        check("", ["", "", ""], &["all"], &["*/CloudTrail/*"]);
        check("a", ["111111111111", "us-east-1", ""], &["a/*"], &["a/*111111111111/CloudTrail/us-east-1/*"]);
    }

    #[test]
    fn a_part_of_a_region_is_read_as_it_is() {
        let day = "AWSLogs/111111111111/CloudTrail/us-east-1/2025/03";
        check(day, ["", "", ""], &[&format!("{day}/")], &[&format!("{day}/*")]);
        let reading = Reading { prefix: day, accounts: &[], regions: &[], organizations: &[], digests: true };
        assert!(rights(&reading).objects.contains(&"AWSLogs/111111111111/CloudTrail-Digest/*".to_owned()));
    }

    #[test]
    fn a_single_log_file_is_never_listed() {
        check("x/a.json.gz", ["", "", ""], &[], &["x/a.json.gz"]);
    }

    #[test]
    fn signs_of_patterns_stand_for_themselves() {
        assert_eq!(escaped("a*b?c$d"), "a${*}b${?}c${$}d");
    }
}
