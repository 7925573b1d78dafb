//! What correlations refer to, and which of them are left out because it is not there.

use std::collections::HashMap;

use super::collection::{Collection, Skipped, Why};
use super::correlation::{Reference, Target};
use crate::diag::Diagnostic;

impl Collection {
    pub(super) fn target_of(&self, reference: &Reference, names: &HashMap<String, Target>) -> Option<Target> {
        match reference.target {
            // Parts of an old correlation are known from the beginning.
            Target::Rule(at) if at < self.rules.len() => Some(reference.target),
            _ => names.get(&reference.text).copied(),
        }
    }

    /// Finds what correlations refer to, and leaves those out that refer to nothing, or to themselves.
    pub(super) fn resolve(&mut self, names: &HashMap<String, Target>) {
        let mut left: Vec<Option<Left>> = Vec::new();
        for correlation in &self.correlations {
            let missing = correlation.rules.iter().find(|reference| self.target_of(reference, names).is_none());
            left.push(missing.map(|reference| self.missing(reference)));
        }
        for at in 0..self.correlations.len() {
            let mut references = std::mem::take(&mut self.correlations[at].rules);
            for reference in &mut references {
                if let Some(target) = self.target_of(reference, names) {
                    reference.target = target;
                }
            }
            self.correlations[at].rules = references;
        }
        let sound = self.sound(&mut left);
        let places: Vec<usize> = sound
            .iter()
            .scan(0, |next, sound| {
                let place = *next;
                *next += usize::from(*sound);
                Some(place)
            })
            .collect();
        for ((at, mut correlation), left) in std::mem::take(&mut self.correlations).into_iter().enumerate().zip(left) {
            match left {
                _ if sound[at] => {
                    for reference in &mut correlation.rules {
                        if let Target::Correlation(other) = &mut reference.target {
                            *other = places[*other];
                        }
                    }
                    self.correlations.push(correlation);
                }
                Some(Left::Skipped(why)) => self.skip(&correlation.header, why),
                Some(Left::Wrong(wrong)) => self.fail(&correlation.header.source.clone(), wrong),
                None => {
                    let wrong = Diagnostic::error("G012", "a correlation that is a part of itself");
                    self.fail(&correlation.header.source.clone(), wrong.at(correlation.header.span, "begins here"));
                }
            }
        }
    }

    /// Which correlations have all their parts. What has a part that was left out is left out for the same reason; what
    /// has no reason then is a circle.
    fn sound(&self, left: &mut [Option<Left>]) -> Vec<bool> {
        let parts = |at: usize| {
            self.correlations[at].rules.iter().filter_map(|reference| match reference.target {
                Target::Correlation(other) => Some((other, reference)),
                Target::Rule(_) => None,
            })
        };
        let mut sound = vec![false; left.len()];
        loop {
            let mut has_changed = false;
            for at in 0..left.len() {
                if sound[at] || left[at].is_some() {
                    continue;
                }
                let out = parts(at).find_map(|(other, reference)| Some((left[other].as_ref()?, reference)));
                if let Some((of, reference)) = out {
                    left[at] = Some(of.through(reference));
                    has_changed = true;
                } else if parts(at).all(|(other, _)| sound[other]) {
                    (sound[at], has_changed) = (true, true);
                }
            }
            if !has_changed {
                return sound;
            }
        }
    }

    fn missing(&self, reference: &Reference) -> Left {
        let text = &reference.text;
        let is_meant = |skipped: &&Skipped| [&skipped.id, &skipped.name].into_iter().flatten().any(|name| name == text);
        if self.skipped.iter().any(|skipped| is_meant(&skipped)) {
            return Left::Skipped(Why::Part(text.clone()));
        }
        let message = format!("no rule that was read has the id or name `{text}`");
        let error = Diagnostic::error("G012", message).at(reference.span, "");
        let names = self.rules.iter().filter_map(|rule| rule.header.name.as_deref());
        Left::Wrong(match crate::diag::closest(text, names) {
            Some(close) => error.help(format!("`{close}` has a similar name")),
            None => error.help("give the file of the rule as well; rules that failed are not there"),
        })
    }
}

/// Why a correlation is left out.
enum Left {
    Skipped(Why),
    Wrong(Diagnostic),
}

impl Left {
    /// The same for a correlation that refers to it.
    fn through(&self, reference: &Reference) -> Self {
        let text = &reference.text;
        match self {
            Self::Skipped(_) => Self::Skipped(Why::Part(text.clone())),
            Self::Wrong(_) => {
                let wrong = Diagnostic::error("G012", format!("the correlation `{text}` cannot be read"));
                Self::Wrong(wrong.at(reference.span, ""))
            }
        }
    }
}
