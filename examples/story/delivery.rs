//! Which log file a record lands in.
//!
//! Files are named for the moment they were delivered, on a mark of five minutes after their records were made: the
//! next mark or the one after it. So what happened just before midnight lies in the next day's folder. Records in a file are in
//! no order, and a busy mark gives several files.
//!
//! Source: CloudTrail User Guide, "Finding your CloudTrail log files" and "CloudTrail log file name format".

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::Call;
use super::clock::Time;
use super::ids::{self, Ids};

/// One log file.
pub(crate) struct LogFile {
    /// The object's key, below the archive's root.
    pub(crate) key: String,
    /// The records, in no order.
    pub(crate) records: Vec<Value>,
}

/// Puts every call's record in a log file.
pub(crate) fn deliver(calls: Vec<Call>) -> Vec<LogFile> {
    let mut marks: BTreeMap<_, Vec<Call>> = BTreeMap::new();
    for call in calls {
        let mark = (call.folder, call.account, call.region, delivered(&call));
        marks.entry(mark).or_default().push(call);
    }
    let mut files = Vec::new();
    for ((folder, account, region, time), mut calls) in marks {
        let folder = folder.name();
        let stem = format!("{account}_{folder}_{region}_{}", time.stamp());
        calls.sort_by_key(|call| ids::uuid(&format!("place {}", call.number)));
        for (part, calls) in calls.chunks(LONGEST).enumerate() {
            let name = format!("{stem}_{}.json.gz", ids::file(&format!("{stem} {part}")));
            files.push(LogFile {
                key: format!("AWSLogs/{account}/{folder}/{region}/{}/{name}", time.folder()),
                records: calls.iter().map(Call::record).collect(),
            });
        }
    }
    files
}

/// The mark at which a call's record is delivered, the same for all calls of one account and region between two marks.
fn delivered(call: &Call) -> Time {
    let mark = call.time.0 / MARK;
    let late = Ids::of(&format!("{} {} {mark}", call.account, call.region)).below(4) == 0;
    Time((mark + 1 + u32::from(late)) * MARK)
}

/// Five minutes, in seconds.
const MARK: u32 = 5 * 60;
/// More records than this at one mark go into a second file.
const LONGEST: usize = 20;
