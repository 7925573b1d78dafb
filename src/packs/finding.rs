//! What a hunt finds: events, and why they are findings.

use std::sync::Arc;

use super::records::{Place, Records};
use super::{About, Level};
use crate::session::Error;

/// A record that some rule fits.
#[derive(Debug, Clone)]
pub struct Hit {
    /// When the event was; UTC milliseconds.
    pub time: Option<i64>,
    /// The account that received it.
    pub account: Option<String>,
    /// The region of the call.
    pub region: Option<String>,
    /// Who called: an ARN, or what else tells.
    pub actor: Option<String>,
    /// Where the call came from.
    pub address: Option<String>,
    /// The service.
    pub event_source: Option<String>,
    /// The action.
    pub event_name: Option<String>,
    /// The event's id.
    pub event_id: Option<String>,
    /// The service's error, when the call failed.
    pub error_code: Option<String>,
    /// The log file's key.
    pub path: Arc<str>,
    /// The record's number in it, from 0.
    pub record_index: i64,
    /// Whether its log file is proven unchanged, as a verification says.
    pub verified: Option<bool>,
    /// Why it is not.
    pub verified_reason: Option<Arc<str>>,
    pub(super) text: Place,
}

/// A finding: one event, or several that together are one.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub about: Arc<About>,
    /// The events, the earliest first, by their places among the hits. Never empty.
    pub events: Vec<usize>,
    /// What the rule shows of the last event, by column; without what is null.
    pub details: Vec<(String, String)>,
}

/// All that a hunt found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The findings: the worst first, then by time.
    pub list: Vec<Finding>,
    /// Every rule that was tried.
    pub rules: Vec<Arc<About>>,
    /// Remarks: what could not be judged, and why.
    pub notices: Vec<String>,
    /// Whether a verification was asked for.
    pub is_verified: bool,
    pub(super) hits: Vec<Hit>,
    pub(super) records: Records,
}

impl Findings {
    /// The event that a finding is shown by: the last of its events.
    #[must_use]
    pub fn event(&self, finding: &Finding) -> &Hit {
        &self.hits[finding.events[finding.events.len() - 1]]
    }

    /// The first event of a finding.
    #[must_use]
    pub fn first_event(&self, finding: &Finding) -> &Hit {
        &self.hits[finding.events[0]]
    }

    /// Every event of a finding, the earliest first.
    pub fn events<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = &'a Hit> {
        finding.events.iter().map(|place| &self.hits[*place])
    }

    /// Whether the log files of all of its events are proven unchanged, and why not; false if one of them is changed.
    #[must_use]
    pub fn verified<'a>(&'a self, finding: &'a Finding) -> (Option<bool>, Option<&'a str>) {
        let of = |wanted| self.events(finding).find(|event| event.verified == wanted);
        let unproven = of(Some(false)).or_else(|| of(None));
        unproven.map_or((Some(true), None), |event| (event.verified, event.verified_reason.as_deref()))
    }

    /// The record of an event, as it stands in its log file.
    ///
    /// # Errors
    /// When the temporary file that holds it cannot be read.
    pub fn record(&self, event: &Hit) -> Result<String, Error> {
        self.records.get(event.text).map_err(|error| Error::Execution(format!("cannot read back a record: {error}")))
    }

    /// How many findings there are of a level or worse.
    #[must_use]
    pub fn count_from(&self, level: Level) -> usize {
        self.list.iter().filter(|finding| finding.about.level >= level).count()
    }
}
