//! What could not be judged, and why.

use std::sync::Arc;

use super::super::header::DATA_EVENTS;
use super::super::{About, DataEvents};
use super::Hunt;

impl Hunt<'_> {
    /// Says what was met more than once, or could not be found for want of data or history.
    pub(super) fn remark(&mut self, names_met: &[String], unjudged: &[String]) {
        let notices = &mut self.findings.notices;
        if self.copies > 0 {
            notices.push(format!("{} records were delivered more than once, and count once", self.copies));
        }
        for (kind, _, name, events) in DATA_EVENTS {
            let needs = |about: &&Arc<About>| about.data == Some(*kind);
            let rules: Vec<&str> = self.findings.rules.iter().filter(needs).map(|about| about.id.as_str()).collect();
            let is_met = match kind {
                DataEvents::Network => self.findings.list.iter().any(|finding| finding.about.data == Some(*kind)),
                _ => names_met.iter().any(|name| events.contains(&name.as_str())),
            };
            if !rules.is_empty() && !is_met {
                notices.push(format!(
                    "no {name} were met: {} can find nothing ({})",
                    plural(rules.len()),
                    rules.join(", ")
                ));
            }
        }
        if !unjudged.is_empty() {
            notices.push(format!(
                "{} met events that may be the first of their kind before the archive reaches back far enough to tell ({}); \
                 `--learn 1d` judges earlier",
                plural(unjudged.len()),
                unjudged.join(", ")
            ));
        }
    }
}

fn plural(count: usize) -> String {
    if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") }
}
