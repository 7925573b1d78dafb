//! One row per rule that found something, the worst first.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::super::{Finding, Findings};
use super::rows::time;
use crate::session::Error;

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
        ("technique", text(&|group| Some(group[0].about.attack.join(", ")))),
        ("findings", count(&|group| group.len())),
        ("actors", count(&actors)),
        ("first_time", text(&|group| group.iter().filter_map(|one| time(findings.first_event(one))).min())),
        ("last_time", text(&|group| group.iter().filter_map(|one| time(findings.event(one))).max())),
    ];
    RecordBatch::try_from_iter(columns).map_err(|error| Error::Bug(error.to_string()))
}
