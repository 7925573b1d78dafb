//! When a statement has to be answered.

use std::time::{Duration, Instant};

use super::Error;
use crate::output::summary::human_duration;

/// When a statement has to be answered, if it has to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    end: Option<(Instant, Duration)>,
}

impl Deadline {
    /// So long from now.
    pub(super) fn after(timeout: Option<Duration>) -> Self {
        // An end that no clock reaches is none.
        Self { end: timeout.and_then(|allowed| Some((Instant::now().checked_add(allowed)?, allowed))) }
    }

    /// The result of some work, or [`Error::Limit`] when it is not there in time. The work ends then.
    pub(super) async fn bound<T>(self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Some((at, allowed)) = self.end else { return work.await };
        match tokio::time::timeout_at(at.into(), work).await {
            Ok(done) => done,
            Err(_) => Err(Error::Limit {
                message: format!("the query takes longer than the {} it may take", human_duration(allowed)),
                help: "allow more with --timeout, or narrow it by time, account or region".to_owned(),
            }),
        }
    }
}
