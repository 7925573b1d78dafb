//! Verdicts of a verification that is run now, which reads the digest files and no log file: those are hashed as they are
//! read.

use std::sync::Arc;

use super::{Collector, Verdict, report};
use crate::archive::Archive;
use crate::verify::event::{Event, Log, Unlisted};
use crate::verify::options::{Error, Options, Reading};
use crate::verify::progress::Progress;
use crate::verify::run;
use crate::verify::status::LogStatus;

/// Verifies the digest files of an archive, and notes what they say of log files.
///
/// # Errors
/// When the archive cannot be looked into at all.
pub async fn collect(archive: &Arc<Archive>, options: Options, collector: &mut Collector) -> Result<(), Error> {
    let options = Options { reading: Reading::Lists, ..options };
    collector.of_archive(&archive.location().display());
    run(Arc::clone(archive), options, Arc::new(Progress::default()), |event| {
        match event {
            Event::Log(log) => collector.add(&log.uri, log.path.as_deref(), listed(&log)),
            Event::Unlisted(file) => collector.add(&file.uri, file.path.as_deref(), unlisted(&file)),
            _ => {}
        }
        Ok::<_, Error>(())
    })
    .await?;
    collector.settle();
    Ok(())
}

fn listed(log: &Log) -> Verdict {
    match (log.status, report::hash_of(&log.expected)) {
        (LogStatus::Valid, Some(hash)) => Verdict::Listed(hash),
        (LogStatus::Valid, None) => Verdict::Refuted("modified: what the digest file lists is no SHA-256".to_owned()),
        _ => Verdict::Unknown("unverified: its digest file is not authenticated".to_owned()),
    }
}

fn unlisted(file: &Unlisted) -> Verdict {
    let reason = file.reason.map(|reason| format!(": {}", reason.words())).unwrap_or_default();
    let words = format!("{}{reason}", file.status.name());
    if file.status == LogStatus::Unlisted { Verdict::Refuted(words) } else { Verdict::Unknown(words) }
}
