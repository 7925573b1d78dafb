//! What is likely wrong with a saved query that can be run.

use super::{Pack, Rule, SavedQuery, Step};
use crate::diag::{Diagnostic, Diagnostics};
use crate::session::{Error, Session};

/// The most letters of a title.
const LONGEST_TITLE: usize = 80;

/// Remarks on a saved query; none when there is nothing to remark.
///
/// # Errors
/// [`Error::Bug`] when its predicate cannot be looked at.
pub fn lint(session: &Session, pack: &Pack, query: &SavedQuery, rule: &Rule) -> Result<Option<Diagnostics>, Error> {
    let header = &query.header;
    let mut list = Vec::new();
    let mut remark = |message: String, help: &str| list.push(Diagnostic::notice("K010", message).help(help));
    for technique in &header.attack {
        if !is_technique(technique) {
            remark(
                format!("`{technique}` is no technique of MITRE ATT&CK"),
                "techniques are written T1078 or T1078.004",
            );
        }
    }
    if header.title.chars().count() > LONGEST_TITLE {
        remark(format!("the title is longer than {LONGEST_TITLE} letters"), "say what is found, and the rest in `why`");
    }
    if query.tests.is_none() {
        remark(
            format!("`{}` has no tests", query.id),
            &format!(
                "put records that it finds and others that it ignores into `{}/tests/{}.json`",
                pack.name, query.id
            ),
        );
    }
    for param in &header.params {
        let used =
            [":", "$"].iter().any(|mark| query.source.text.matches(&format!("{mark}{}", param.name)).count() > 0);
        if !used {
            remark(format!("the parameter `{}` is not used", param.name), "take it out, or use it as `:name`");
        }
    }
    if !header.is_broad {
        for step in &rule.steps {
            if let Step::Records(detection) = step
                && session.looks_at_everything(&detection.predicate)?
            {
                remark(
                    "nothing tells which events it is about: it looks at every record".to_owned(),
                    "test `eventname`, or say `broad: yes` so that it runs only when it is asked for",
                );
            }
        }
    }
    Ok((!list.is_empty()).then(|| Diagnostics { source: query.source.clone(), list }))
}

fn is_technique(id: &str) -> bool {
    let is_number =
        |text: &str, digits: usize| text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    let Some(rest) = id.strip_prefix('T') else { return false };
    match rest.split_once('.') {
        Some((technique, part)) => is_number(technique, 4) && is_number(part, 3),
        None => is_number(rest, 4),
    }
}
