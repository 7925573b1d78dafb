//! The techniques of a rule in each numbering that reports show: the one place to add another.

use super::super::About;
use crate::schema::attack;

/// A numbering of MITRE ATT&CK's techniques.
pub(super) struct Numbering {
    /// The column of rows.
    pub(super) column: &'static str,
    /// What people call it.
    pub(super) heading: &'static str,
    /// The version that machines are told.
    pub(super) version: &'static str,
    /// The techniques of a rule.
    pub(super) of: fn(&About) -> Vec<String>,
}

/// Every numbering. Ids are the same in versions 16 to 18.
pub(super) const NUMBERINGS: &[Numbering] = &[
    Numbering {
        column: "technique",
        heading: "ATT&CK v16–18",
        version: "18.0",
        of: |about| about.attack.iter().map(|id| attack::both(id).0.into_owned()).collect(),
    },
    Numbering {
        column: "technique_v19",
        heading: "ATT&CK v19",
        version: "19.0",
        of: |about| about.attack.iter().map(|id| attack::both(id).1.into_owned()).collect(),
    },
];

/// The ids of a rule in every numbering, each once.
pub(super) fn every_id(about: &About) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in NUMBERINGS.iter().flat_map(|numbering| (numbering.of)(about)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
