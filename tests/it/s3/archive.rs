//! Small archives to upload: deliveries named as CloudTrail names them, and the neighbours they have in a bucket.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder that holds what a bucket will.
pub(crate) struct Archive {
    folder: TempDir,
    objects: usize,
    records: usize,
}

/// One log file, by what its key says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery<'a> {
    /// The key up to the account: `AWSLogs`, `AWSLogs/o-exampleorg`, …
    pub(crate) root: &'a str,
    /// Twelve digits.
    pub(crate) account: &'a str,
    /// The folder below the account: `CloudTrail`, `CloudTrail-Insight`, …
    pub(crate) kind: &'a str,
    /// `us-east-1`, …
    pub(crate) region: &'a str,
    /// When it was delivered, as in the name of the file: `20250311T0005Z`.
    pub(crate) at: &'a str,
}

impl Archive {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), objects: 0, records: 0 }
    }

    /// The folder to upload.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a log file with one record for each event time, `2025-03-11T00:01:00Z`; its key.
    pub(crate) fn deliver(&mut self, delivery: Delivery<'_>, event_times: &[&str]) -> String {
        let records: Vec<_> = event_times.iter().map(|time| self.record(delivery, time)).collect();
        let key = self.key(delivery);
        self.write(&key, &gzip(&json!({"Records": records})));
        key
    }

    /// Writes what else lies beside a delivery's folder: a digest, an aggregate, another service's log. All of it
    /// is gzip and all of it says `Records`, so a reader that opens it by mistake counts it.
    pub(crate) fn add_neighbours(&mut self, delivery: Delivery<'_>, time: &str) {
        let body = gzip(&json!({"Records": [self.record(delivery, time)]}));
        for kind in NEIGHBOURS {
            let key = self.key(Delivery { kind, ..delivery });
            self.write(&key, &body);
        }
    }

    fn write(&self, key: &str, body: &[u8]) {
        let path = self.folder().join(key);
        let parent = path.parent().expect("a key below the folder has a parent");
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, body)).expect("a temporary folder can be written");
    }

    /// Source: CloudTrail User Guide, "CloudTrail log file name format".
    fn key(&mut self, delivery: Delivery<'_>) -> String {
        let Delivery { root, account, kind, region, at } = delivery;
        let (year, month, day) = (&at[..4], &at[4..6], &at[6..8]);
        self.objects += 1;
        let unique = self.objects;
        format!(
            "{root}/{account}/{kind}/{region}/{year}/{month}/{day}/{account}_{kind}_{region}_{at}_{unique:016}.json.gz"
        )
    }

    fn record(&mut self, delivery: Delivery<'_>, time: &str) -> Value {
        self.records += 1;
        let Delivery { account, region, .. } = delivery;
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDAEXAMPLE",
                "arn": format!("arn:aws:iam::{account}:user/alice"),
                "accountId": account,
                "userName": "alice",
            },
            "eventTime": time,
            "eventSource": "ec2.amazonaws.com",
            "eventName": "DescribeInstances",
            "awsRegion": region,
            "sourceIPAddress": "192.0.2.10",
            "userAgent": "aws-cli/2.17.0",
            "requestParameters": null,
            "responseElements": null,
            "eventID": format!("00000000-0000-4000-8000-{:012}", self.records),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": account,
            "eventCategory": "Management",
        })
    }
}

fn gzip(json: &Value) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    write!(encoder, "{json}").and_then(|()| encoder.finish()).expect("memory can be written")
}

/// Folders beside `CloudTrail` that are never rows of `cloudtrail`.
pub(crate) const NEIGHBOURS: [&str; 5] =
    ["CloudTrail-Digest", "CloudTrail-Aggregated", "Config", "vpcflowlogs", "elasticloadbalancing"];
