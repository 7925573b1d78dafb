//! What one query may read, over all its scans. Checked when a scan has listed, before it opens a log file.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::Archive;
use crate::output::summary::{human_bytes, human_count};

/// What one query may read, and what its scans said so far that they will. An extension of DataFusion's configuration.
#[derive(Debug, Default)]
pub struct Budget {
    max_bytes: Option<u64>,
    max_requests: Option<u64>,
    planned: Mutex<Cost>,
    turns: Mutex<HashMap<usize, Arc<tokio::sync::Mutex<()>>>>,
}

/// What scans of log files cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// LIST requests made, one for each page of 1,000 keys; folders opened of a local archive.
    pub list: u64,
    /// GET requests to come, one for each log file.
    pub get: u64,
    /// Stored bytes to be fetched.
    pub bytes: u64,
}

/// A query would read more than it may.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the query would {would}, and may {limit}")]
pub struct OverLimit {
    would: String,
    limit: String,
    /// The option that allows more.
    pub option: &'static str,
}

/// Dollars for each LIST and each GET request, as S3 Standard bills them in us-east-1.
///
/// Source: Amazon S3 pricing, "Requests & data retrievals": $0.005 and $0.0004 per 1,000.
const PRICES: (f64, f64) = (0.005 / 1e3, 0.0004 / 1e3);

impl Cost {
    /// An estimate of what S3 bills for the requests. Neither traffic nor storage classes are in it.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        self.list as f64 * PRICES.0 + self.get as f64 * PRICES.1
    }
}

impl Budget {
    /// Stored bytes that may be fetched, and requests that may be made. No limit where none is given.
    #[must_use]
    pub fn new(max_bytes: Option<u64>, max_requests: Option<u64>) -> Self {
        Self { max_bytes, max_requests, ..Self::default() }
    }

    /// What the scans will cost that were planned so far.
    #[must_use]
    pub fn planned(&self) -> Cost {
        *self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a scan will cost.
    ///
    /// # Errors
    /// When the query as a whole would then read more than it may.
    pub(super) fn spend(&self, cost: Cost) -> Result<(), OverLimit> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.list += cost.list;
        planned.get += cost.get;
        planned.bytes += cost.bytes;
        let Cost { list, get, bytes } = *planned;
        if let Some(most) = self.max_bytes.filter(|most| bytes > *most) {
            let would = format!("fetch {} in {} log files", human_bytes(bytes), human_count(get));
            let limit = format!("fetch {}", human_bytes(most));
            return Err(OverLimit { would, limit, option: "--max-bytes" });
        }
        if let Some(most) = self.max_requests.filter(|most| list + get > *most) {
            let would = format!(
                "make {} requests ({} LIST, {} GET)",
                human_count(list + get),
                human_count(list),
                human_count(get)
            );
            let limit = format!("make {}", human_count(most));
            return Err(OverLimit { would, limit, option: "--max-requests" });
        }
        Ok(())
    }

    /// Who holds this lists an archive alone, so that the requests counted meanwhile are its own.
    pub(super) fn turn(&self, archive: &Arc<Archive>) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(Arc::as_ptr(archive).addr()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: Cost = Cost { list: 2, get: 10, bytes: 1_000 };

    #[test]
    fn the_scans_of_a_query_share_its_limits() {
        let budget = Budget::new(Some(1_999), None);
        assert!(budget.spend(SCAN).is_ok());
        let over = budget.spend(SCAN).expect_err("2,000 bytes are more than 1,999");
        assert_eq!(over.to_string(), "the query would fetch 2.00 kB in 20 log files, and may fetch 2.00 kB");
        let budget = Budget::new(None, Some(12));
        assert!(budget.spend(SCAN).is_ok());
        let over = budget.spend(SCAN).expect_err("24 requests are more than 12");
        assert_eq!(over.to_string(), "the query would make 24 requests (4 LIST, 20 GET), and may make 12");
        assert!(Budget::default().spend(Cost { list: u64::MAX / 2, get: 1, bytes: u64::MAX }).is_ok());
    }

    #[test]
    fn requests_cost_what_s3_bills() {
        let cost = Cost { list: 1_000, get: 10_000, bytes: 0 };
        assert!((cost.dollars() - 0.009).abs() < 1e-9);
    }
}
