//! One row per rule that found something, the worst first.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::super::{Finding, Findings, LEVELS};
use super::time;
use crate::output::summary::human_count;
use crate::output::{Tone, Tones};
use crate::schema::attack;
use crate::session::Error;

/// The tone of each level, where tables of findings have a column of that name.
pub const TONES: Tones = Tones {
    column: "level",
    values: &[
        ("critical", Tone::Alarm),
        ("high", Tone::Bad),
        ("medium", Tone::Warning),
        ("low", Tone::Notice),
        ("informational", Tone::Quiet),
    ],
};

/// What was found, in a line: `57 findings of 19 rules: 3 high, 54 low; 250 rules tried`.
#[must_use]
pub fn totals(findings: &Findings) -> String {
    let plural =
        |count: usize, one: &str| format!("{} {one}{}", human_count(count as u64), if count == 1 { "" } else { "s" });
    let tried = format!("{} tried", plural(findings.rules.len(), "rule"));
    if findings.list.is_empty() {
        return format!("no findings; {tried}");
    }
    let rules: HashSet<_> = findings.list.iter().map(|finding| Arc::as_ptr(&finding.about)).collect();
    let levels = LEVELS.iter().rev().filter_map(|(level, name)| {
        let count = findings.list.iter().filter(|finding| finding.about.level == *level).count();
        (count > 0).then(|| format!("{} {name}", human_count(count as u64)))
    });
    let levels: Vec<_> = levels.collect();
    format!(
        "{} of {}: {}; {tried}",
        plural(findings.list.len(), "finding"),
        plural(rules.len(), "rule"),
        levels.join(", ")
    )
}

/// How often each rule found something, the first and last time, and by how many actors.
///
/// # Errors
/// [`Error::Bug`] when columns do not fit each other.
pub fn summary(findings: &Findings) -> Result<RecordBatch, Error> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for rule in &findings.rules {
        let group: Vec<&Finding> = findings.list.iter().filter(|finding| Arc::ptr_eq(&finding.about, rule)).collect();
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups.sort_by(|a, b| {
        let (a, b) = (a[0].about.as_ref(), b[0].about.as_ref());
        b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id))
    });
    let text = |value: &dyn Fn(&[&Finding]) -> Option<String>| {
        Arc::new(groups.iter().map(|group| value(group)).collect::<StringArray>()) as ArrayRef
    };
    let count = |value: &dyn Fn(&[&Finding]) -> usize| {
        let counts = groups.iter().map(|group| Some(i64::try_from(value(group)).unwrap_or(i64::MAX)));
        Arc::new(counts.collect::<Int64Array>()) as ArrayRef
    };
    let actors = |group: &[&Finding]| {
        group.iter().filter_map(|finding| findings.event(finding).actor.as_deref()).collect::<HashSet<_>>().len()
    };
    let columns = [
        ("level", text(&|group| Some(group[0].about.level.to_string()))),
        ("rule", text(&|group| Some(group[0].about.id.clone()))),
        ("title", text(&|group| Some(group[0].about.title.clone()))),
        ("technique", text(&|group| Some(techniques(&group[0].about.attack)))),
        ("findings", count(&|group| group.len())),
        ("actors", count(&actors)),
        ("first_time", text(&|group| group.iter().filter_map(|one| time(findings.first_event(one))).min())),
        ("last_time", text(&|group| group.iter().filter_map(|one| time(findings.event(one))).max())),
    ];
    RecordBatch::try_from_iter(columns).map_err(|error| Error::Bug(error.to_string()))
}

/// Techniques, and where their ids have moved the new ones: `T1562.008 (T1685.002)`.
fn techniques(ids: &[String]) -> String {
    let written = ids.iter().map(|id| match attack::both(id) {
        (old, new) if old == new => old.into_owned(),
        (old, new) => format!("{old} ({new})"),
    });
    written.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn totals_say_how_many_of_which_level_and_what_was_tried() {
        let (mut findings, _) = sample::findings();
        assert_eq!(totals(&findings), "2 findings of 2 rules: 1 high, 1 low; 3 rules tried");
        findings.list.truncate(1);
        assert_eq!(totals(&findings), "1 finding of 1 rule: 1 high; 3 rules tried");
        findings.list.clear();
        assert_eq!(totals(&findings), "no findings; 3 rules tried");
    }

    #[test]
    fn every_level_has_a_tone() {
        assert!(LEVELS.iter().all(|(_, name)| TONES.values.iter().any(|(known, _)| known == name)));
    }
}
