//! What the key of a digest file says: account, regions, trail, the end of its time, and whether it is a backfill.
//!
//! `…/account/CloudTrail-Digest/region/yyyy/MM/dd/account_CloudTrail-Digest_region_trail_home_time[_backfill].json.gz`.
//!
//! Source: CloudTrail User Guide, "CloudTrail digest file structure".

use chrono::{DateTime, NaiveDateTime, Utc};

use super::layout::{is_account, is_organization};

/// The folder of digest files, below an account.
pub const DIGEST_FOLDER: &str = "CloudTrail-Digest";

/// What a digest file's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestName<'n> {
    /// Account that the log files are about.
    pub account: &'n str,
    /// Region where the activity was recorded, and the digest file signed.
    pub region: &'n str,
    /// Name of the trail; it may have a `_` in it.
    pub trail: &'n str,
    /// Region in which the trail was made.
    pub home_region: &'n str,
    /// End of the time that the digest file is about.
    pub end: DateTime<Utc>,
    /// Whether it lists what an hourly digest file missed.
    pub is_backfill: bool,
}

const ENDING: &str = ".json.gz";
const BACKFILL: &str = "_backfill";
const TIME: &str = "%Y%m%dT%H%M%SZ";

impl<'n> DigestName<'n> {
    /// Reads a file's name, without its folders. Copies may be stored under another compression.
    #[must_use]
    pub fn parse(name: &'n str) -> Option<Self> {
        let stem = [ENDING, ".json", ".json.zst"].iter().find_map(|ending| name.strip_suffix(ending))?;
        let (stem, is_backfill) = match stem.strip_suffix(BACKFILL) {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let (account, rest) = stem.split_once('_')?;
        let (region, rest) = rest.strip_prefix(DIGEST_FOLDER)?.strip_prefix('_')?.split_once('_')?;
        // The trail's name is what is left between both ends.
        let (rest, time) = rest.rsplit_once('_')?;
        let (trail, home_region) = rest.rsplit_once('_')?;
        let is_whole = is_account(account) && ![region, trail, home_region].contains(&"");
        // Exactly these digits: `chrono` would take fewer.
        let is_time = time.len() == "20240310T114309Z".len();
        let end = NaiveDateTime::parse_from_str(time, TIME).ok().filter(|_| is_whole && is_time)?.and_utc();
        Some(Self { account, region, trail, home_region, end, is_backfill })
    }

    /// Its folder below the region, and its name as CloudTrail wrote it.
    #[must_use]
    pub fn below_region(&self) -> String {
        let Self { account, region, trail, home_region, end, is_backfill } = self;
        let (day, end) = (end.format("%Y/%m/%d"), end.format(TIME));
        let backfill = if *is_backfill { BACKFILL } else { "" };
        format!("{day}/{account}_{DIGEST_FOLDER}_{region}_{trail}_{home_region}_{end}{backfill}{ENDING}")
    }
}

/// A key in a bucket, taken apart at its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyParts<'k> {
    /// What stands before `AWSLogs`, without slashes at its ends.
    pub prefix: &'k str,
    /// Organization id, in organization trails.
    pub organization: Option<&'k str>,
    /// Twelve digits.
    pub account: &'k str,
    /// `CloudTrail`, `CloudTrail-Digest`, …
    pub folder: &'k str,
    /// What is below that folder.
    pub below: &'k str,
}

impl<'k> KeyParts<'k> {
    /// Takes a key apart; none when no trail delivers there.
    #[must_use]
    pub fn parse(key: &'k str) -> Option<Self> {
        let logs = from_logs(key)?;
        let prefix = key[..key.len() - logs.len()].trim_end_matches('/');
        let (_, rest) = logs.split_once('/')?;
        let (first, rest) = rest.split_once('/')?;
        let (organization, account, rest) = match is_organization(first) {
            true => {
                let (account, rest) = rest.split_once('/')?;
                (Some(first), account, rest)
            }
            false => (None, first, rest),
        };
        let (folder, below) = rest.split_once('/')?;
        is_account(account).then_some(Self { prefix, organization, account, folder, below })
    }
}

/// A key from its last `AWSLogs` on: what a copy keeps of it, wherever it was copied to.
#[must_use]
pub fn from_logs(key: &str) -> Option<&str> {
    const LOGS: &str = "AWSLogs/";
    let is_start = |at: &usize| *at == 0 || key.as_bytes()[at - 1] == b'/';
    let at = key.rmatch_indices(LOGS).map(|(at, _)| at).find(is_start)?;
    Some(&key[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_from_both_ends() {
        let name = "111122223333_CloudTrail-Digest_eu-west-1_my_odd_trail_us-east-1_20240310T114309Z.json.gz";
        let parsed = DigestName::parse(name).expect("a digest file");
        assert_eq!((parsed.account, parsed.region), ("111122223333", "eu-west-1"));
        assert_eq!((parsed.trail, parsed.home_region), ("my_odd_trail", "us-east-1"));
        assert_eq!(parsed.end.to_rfc3339(), "2024-03-10T11:43:09+00:00");
        assert!(!parsed.is_backfill);
        assert_eq!(parsed.below_region(), format!("2024/03/10/{name}"));
        let backfill = name.replace(".json.gz", "_backfill.json.gz");
        let parsed = DigestName::parse(&backfill).expect("a backfill digest file");
        assert!(parsed.is_backfill);
        assert_eq!(parsed.trail, "my_odd_trail");
        assert_eq!(parsed.below_region(), format!("2024/03/10/{backfill}"));
    }

    #[test]
    fn other_names_are_no_digest_files() {
        for name in [
            "",
            "111122223333_CloudTrail_us-east-1_20240310T1120Z_nQr4kFlzOEDXHGD7.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20240310T114309Z.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20240310T1143Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20241310T114309Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_20240310T114309Z.json.gz",
            "1111_CloudTrail-Digest_us-east-1_t_us-east-1_20240310T114309Z.json.gz",
            "111122223333_CloudTrail-Digest__t_us-east-1_20240310T114309Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20240310T114309Z.json.gz.metadata.json",
        ] {
            assert_eq!(DigestName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_key_is_taken_apart_at_its_last_logs() {
        let key = "a/AWSLogs/b/AWSLogs/o-abc1234567/111122223333/CloudTrail/us-east-1/2024/03/10/x.json.gz";
        let parts = KeyParts::parse(key).expect("a trail's key");
        assert_eq!((parts.prefix, parts.organization), ("a/AWSLogs/b", Some("o-abc1234567")));
        assert_eq!((parts.account, parts.folder), ("111122223333", "CloudTrail"));
        assert_eq!(parts.below, "us-east-1/2024/03/10/x.json.gz");
        assert_eq!(KeyParts::parse("AWSLogs/1/CloudTrail/x"), None);
        assert_eq!(KeyParts::parse("xAWSLogs/111122223333/CloudTrail/x"), None);
        assert_eq!(from_logs("p/AWSLogs/x"), Some("AWSLogs/x"));
    }
}
