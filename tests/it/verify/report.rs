//! The JSON report, and what every one of them has to keep.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::sign::{START, at};

use super::run::Run;

/// A report that has been read, of a bucket of this name.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) run: Run,
    pub(super) json: Value,
    bucket: String,
}

impl Report {
    /// Reads `--format json --verbose`, and checks what holds for all of them.
    #[track_caller]
    pub(super) fn parse(run: Run, bucket: &str) -> Self {
        let json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("no report: {error}\n{run:?}"));
        let report = Self { run, json, bucket: bucket.to_owned() };
        assert_eq!(report.json["version"], 1, "{report:?}");
        assert_eq!(report.json["summary"]["exit_code"].as_i64(), report.run.code.map(i64::from), "{report:?}");
        let result = match report.run.code {
            Some(0) => "ok",
            Some(1) => "failed",
            _ => "incomplete",
        };
        assert_eq!(report.json["summary"]["result"], result, "{report:?}");
        report.has_known_classes();
        report.counts_what_it_lists();
        report.is_in_order();
        report
    }

    /// Ended with this code.
    #[track_caller]
    pub(super) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.run.code, Some(code), "{:#}\n{}", self.json, self.run.stderr);
        self
    }

    /// Nothing is wrong, and no hole is left.
    #[track_caller]
    pub(super) fn is_clean(&self) -> &Self {
        self.exits(0).has_digests(&[]).has_logs(&[]).has_holes(&[])
    }

    /// Exactly these digests are not `valid`.
    #[track_caller]
    pub(super) fn has_digests(&self, expected: &[(&str, &str)]) -> &Self {
        self.compare(self.digests(), expected)
    }

    /// Exactly these log files are not `valid`, listed or not.
    #[track_caller]
    pub(super) fn has_logs(&self, expected: &[(&str, &str)]) -> &Self {
        self.compare(self.logs(), expected)
    }

    /// Exactly these holes, the oldest first: reason, and minutes after the usual start.
    #[track_caller]
    pub(super) fn has_holes(&self, expected: &[(&str, i64, i64)]) -> &Self {
        let minutes = |time: &Value| {
            let time: DateTime<Utc> = time.as_str().and_then(|text| text.parse().ok()).expect("a time");
            (time - at(START)).num_minutes()
        };
        let mut found: Vec<_> = self
            .holes()
            .map(|hole| (hole["reason"].as_str().unwrap_or_default(), minutes(&hole["start"]), minutes(&hole["end"])))
            .collect();
        found.sort_by_key(|(_, start, end)| (*start, *end));
        assert_eq!(found, expected, "{:#}", self.json);
        self
    }

    /// The holes of all chains.
    pub(super) fn holes(&self) -> impl Iterator<Item = &Value> {
        self.chains().flat_map(|chain| list(&chain["holes"]))
    }

    /// The notes of a kind.
    pub(super) fn notes(&self, kind: &str) -> Vec<&Value> {
        list(&self.json["notes"]).filter(|note| note["kind"] == kind).collect()
    }

    /// The chains.
    pub(super) fn chains(&self) -> impl Iterator<Item = &Value> {
        list(&self.json["chains"])
    }

    /// Every digest of every chain.
    pub(super) fn digests(&self) -> impl Iterator<Item = &Value> {
        self.chains().flat_map(|chain| list(&chain["digests"]))
    }

    /// Every log file, first the listed ones.
    pub(super) fn logs(&self) -> impl Iterator<Item = &Value> {
        self.digests().flat_map(|digest| list(&digest["logs"])).chain(list(&self.json["unlisted"]))
    }

    /// What is said about an object.
    #[track_caller]
    pub(super) fn entry(&self, key: &str) -> &Value {
        let found = self.digests().chain(self.logs()).find(|entry| self.key(entry) == key);
        found.unwrap_or_else(|| panic!("nothing about `{key}` in {:#}", self.json))
    }

    /// What an object was found to be.
    #[track_caller]
    pub(super) fn status(&self, key: &str) -> &str {
        self.entry(key)["status"].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn compare<'r>(&'r self, entries: impl Iterator<Item = &'r Value>, expected: &[(&str, &str)]) -> &'r Self {
        let status = |entry: &'r Value| entry["status"].as_str().unwrap_or_default();
        let found: BTreeSet<_> =
            entries.filter(|entry| status(entry) != "valid").map(|entry| (self.key(entry), status(entry))).collect();
        assert_eq!(found, expected.iter().copied().collect(), "{:#}\n{}", self.json, self.run.stderr);
        self
    }

    fn key<'r>(&self, entry: &'r Value) -> &'r str {
        let uri = entry["uri"].as_str().unwrap_or_default();
        let key = uri.strip_prefix("s3://").and_then(|rest| rest.strip_prefix(self.bucket.as_str()));
        // Where no digest names the bucket, a file is told by its path.
        let of_path = || uri.split_once("/bucket/").or_else(|| uri.split_once(":///")).map(|(_, key)| key);
        key.and_then(|rest| rest.strip_prefix('/')).or_else(of_path).unwrap_or(uri)
    }

    /// Each status has the class that it is documented with, or was made a warning by `--allow`.
    #[track_caller]
    fn has_known_classes(&self) {
        let is_known = |status: &str, class: &str, known: &[(&str, &str)]| {
            class == "warning" || known.iter().any(|(name, of)| *name == status && *of == class)
        };
        for entry in self.digests() {
            let (status, class) = (text(entry, "status"), text(entry, "class"));
            assert!(is_known(status, class, DIGESTS), "digest {status} {class}");
            for log in list(&entry["logs"]) {
                let of = (text(log, "status"), text(log, "class"));
                assert!(is_known(of.0, of.1, LOGS) || of == ("unverified", class), "log {of:?} of {status} {class}");
            }
        }
        for entry in list(&self.json["unlisted"]) {
            let (status, class) = (text(entry, "status"), text(entry, "class"));
            assert!(is_known(status, class, UNLISTED), "unlisted {status} {class}");
        }
    }

    /// The summary has as many digests of each kind and status as are listed.
    #[track_caller]
    fn counts_what_it_lists(&self) {
        for (kind, field) in [("hourly", "digests"), ("backfill", "backfill_digests")] {
            let mut counted = BTreeMap::new();
            for digest in self.chains().filter(|it| it["kind"] == kind).flat_map(|chain| list(&chain["digests"])) {
                *counted.entry(text(digest, "status")).or_insert(0) += 1;
            }
            let said: BTreeMap<_, _> = self.json["summary"][field]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(status, count)| Some((status.as_str(), count.as_i64()?)))
                .filter(|(_, count)| *count > 0)
                .collect();
            assert_eq!(counted, said, "{field}: {:#}", self.json);
        }
    }

    /// Chains by name, in a chain the newest first.
    #[track_caller]
    fn is_in_order(&self) {
        let name = |chain: &Value| {
            let names = ["bucket", "prefix", "organization", "account", "region", "trail", "home_region"];
            let kind = (chain["kind"] != "hourly").to_string();
            names
                .map(|name| chain[name].as_str().unwrap_or_default().to_owned())
                .into_iter()
                .chain([kind])
                .collect::<Vec<_>>()
        };
        let names: Vec<_> = self.chains().map(name).collect();
        assert!(names.is_sorted(), "{names:?}");
        for chain in self.chains() {
            let ends: Vec<_> = list(&chain["digests"]).filter_map(|digest| digest["end"].as_str()).collect();
            assert!(ends.iter().rev().is_sorted(), "{ends:?}");
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'v>(entry: &'v Value, field: &str) -> &'v str {
    entry[field].as_str().unwrap_or_default()
}

const DIGESTS: &[(&str, &str)] = &[
    ("valid", "ok"),
    ("signature_invalid", "failure"),
    ("malformed", "failure"),
    ("missing", "failure"),
    ("moved", "failure"),
    ("key_not_found", "incomplete"),
    ("key_unusable", "incomplete"),
    ("chain_broken", "failure"),
    ("orphan", "warning"),
    ("unverified", "pending"),
    ("unreadable", "incomplete"),
];

const LOGS: &[(&str, &str)] = &[
    ("valid", "ok"),
    ("modified", "failure"),
    ("malformed", "failure"),
    ("missing", "failure"),
    ("unreadable", "incomplete"),
];

const UNLISTED: &[(&str, &str)] = &[("unlisted", "failure"), ("uncovered", "incomplete"), ("pending", "pending")];
