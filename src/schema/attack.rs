//! MITRE ATT&CK before and since version 19, which parted the tactic Defense Evasion and moved some of its techniques.
//!
//! Sources of rules carry either, and reports name both. Techniques that are not listed kept their ids.

use std::borrow::Cow;

/// Techniques as versions up to 18 call them, and as version 19 does.
const TECHNIQUES: &[(&str, &str)] = &[("T1562.001", "T1685"), ("T1562.007", "T1686.001"), ("T1562.008", "T1685.002")];

/// The tactic up to version 18.
const EVASION: &str = "defense-evasion";
/// What it was parted into.
const PARTS: &[&str] = &["stealth", "defense-impairment"];

/// A technique's id up to version 18, and since version 19; in capitals, however it is written.
#[must_use]
pub fn both(technique: &str) -> (Cow<'static, str>, Cow<'static, str>) {
    let id = technique.trim().to_uppercase();
    match TECHNIQUES.iter().find(|(old, new)| *old == id || *new == id) {
        Some((old, new)) => (Cow::Borrowed(old), Cow::Borrowed(new)),
        None => (Cow::Owned(id.clone()), Cow::Owned(id)),
    }
}

/// A tactic as versions up to 18 call it: lower case, with hyphens.
#[must_use]
pub fn old_tactic(tactic: &str) -> Cow<'static, str> {
    let tactic = plain(tactic);
    if PARTS.contains(&tactic.as_str()) { Cow::Borrowed(EVASION) } else { Cow::Owned(tactic) }
}

/// A tactic as version 19 calls it. Which part of Defense Evasion it is, the techniques beside it tell.
#[must_use]
pub fn new_tactic(tactic: &str, techniques: &[&str]) -> Cow<'static, str> {
    let tactic = plain(tactic);
    if tactic != EVASION {
        return Cow::Owned(tactic);
    }
    let impairs = techniques.iter().any(|technique| {
        let id = technique.trim().to_uppercase();
        ["T1562", "T1685", "T1686"].iter().any(|family| id.split('.').next() == Some(family))
    });
    Cow::Borrowed(PARTS[usize::from(impairs)])
}

fn plain(tactic: &str) -> String {
    tactic.trim().to_lowercase().replace(['_', ' '], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technique_has_an_id_before_and_since() {
        for (technique, old, new) in [
            ("T1562.001", "T1562.001", "T1685"),
            ("t1685.002", "T1562.008", "T1685.002"),
            ("t1686.001", "T1562.007", "T1686.001"),
            ("t1078.004", "T1078.004", "T1078.004"),
        ] {
            assert_eq!(both(technique), (old.into(), new.into()));
        }
    }

    #[test]
    fn a_tactic_was_parted_by_its_techniques() {
        assert_eq!(old_tactic("stealth"), "defense-evasion");
        assert_eq!(old_tactic("privilege_escalation"), "privilege-escalation");
        assert_eq!(new_tactic("defense_evasion", &["t1562.008"]), "defense-impairment");
        assert_eq!(new_tactic("defense-evasion", &["t1070"]), "stealth");
        assert_eq!(new_tactic("impact", &[]), "impact");
    }
}
