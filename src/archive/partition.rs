//! What a log file's key says about it: organization, account, folder, region, day and time of delivery.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::schema::Virtual;

/// The part of a partition that is known at some depth of the archive; deeper parts are still `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition {
    /// Organization id, in organization trails.
    pub organization: Option<String>,
    /// Account that received the records.
    pub account: Option<String>,
    /// `CloudTrail`, `CloudTrail-Insight` or `CloudTrail-NetworkActivity`.
    pub folder: Option<String>,
    /// Region the records were delivered from.
    pub region: Option<String>,
    /// Year of delivery.
    pub year: Option<i32>,
    /// Month of delivery.
    pub month: Option<u32>,
    /// Day of delivery in the month.
    pub day: Option<u32>,
}

impl Partition {
    /// The day of delivery, once all of it is known.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)
    }
}

/// A folder that log files stand in.
#[derive(Debug, PartialEq, Eq)]
pub struct LogFolder {
    /// Key below the archive's root, with `/` between the parts.
    pub key: Box<str>,
    /// What the key says, and in flat copies the names of the files.
    pub partition: Partition,
}

/// One log file of an archive, as a listing shows it. An archive has millions of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    pub(super) folder: Arc<LogFolder>,
    pub(super) name: Box<str>,
    /// Bytes as stored.
    pub size: u64,
    /// When the object was last modified.
    pub modified: DateTime<Utc>,
    /// The object's entity tag, where the store has one.
    pub etag: Option<Box<str>>,
    /// Delivery time named in the key.
    ///
    /// Unit: UTC, whole minutes. This is when CloudTrail wrote the file; the records inside are usually
    /// some minutes older.
    ///
    /// Source: CloudTrail User Guide, "CloudTrail log file name format".
    pub delivered: Option<DateTime<Utc>>,
}

/// A value of a virtual column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Text, or nothing where the key does not say.
    Text(Option<String>),
    /// Bytes.
    Bytes(i64),
    /// UTC milliseconds.
    Time(i64),
}

impl Partition {
    /// The value of a virtual column that the folders decide; none for those that need the file or a record.
    #[must_use]
    pub fn fact(&self, column: Virtual) -> Option<Option<String>> {
        let date = |format: &str| self.date().map(|date| date.format(format).to_string());
        Some(match column {
            Virtual::Organization => self.organization.clone(),
            Virtual::Account => self.account.clone(),
            Virtual::Folder => self.folder.clone(),
            Virtual::Region => self.region.clone(),
            Virtual::Year => self.year.map(|year| format!("{year:04}")),
            Virtual::Month => self.month.map(|month| format!("{month:02}")),
            Virtual::Day => self.day.map(|day| format!("{day:02}")),
            Virtual::Timestamp => date("%Y/%m/%d"),
            Virtual::Date => date("%Y-%m-%d"),
            _ => return None,
        })
    }
}

impl LogFile {
    /// Key below the archive's root, with `/` between the parts.
    #[must_use]
    pub fn key(&self) -> String {
        match &*self.folder.key {
            "" => self.name.to_string(),
            folder => format!("{folder}/{}", self.name),
        }
    }

    /// What the key says.
    #[must_use]
    pub fn partition(&self) -> &Partition {
        &self.folder.partition
    }

    /// The value of a virtual column that the log file decides; none for those that need a record.
    #[must_use]
    pub fn fact(&self, column: Virtual) -> Option<Fact> {
        Some(match column {
            Virtual::Path => Fact::Text(Some(self.key())),
            Virtual::FileSize => Fact::Bytes(i64::try_from(self.size).unwrap_or(i64::MAX)),
            Virtual::FileModified => Fact::Time(self.modified.timestamp_millis()),
            _ => Fact::Text(self.partition().fact(column)?),
        })
    }
}
