//! A hunt: the predicates of all rules go into one pass, its hits are sorted out by rule, and what a rule asks of
//! several events is answered from what came out.

mod gather;
mod remarks;
mod shown;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::logical_expr::Expr;
use foldhash::fast::FixedState;

use super::correlate::{Correlated, Event, History, correlate};
use super::{Finding, Findings, Hit, Rule, Step};
use crate::session::{Error, Session};
use crate::table::Texts;

pub use shown::{records_of, shown};

use gather::Waiting;

/// Rules on their way through an archive.
pub struct Hunt<'a> {
    session: &'a Session,
    rules: Vec<Rule>,
    predicates: Vec<Expr>,
    /// For each predicate, the rules and steps that it is of.
    uses: Vec<Vec<Use>>,
    /// What was met, for each rule that asks something of several events.
    events: Vec<Vec<Event>>,
    findings: Findings,
    waiting: Waiting,
    /// Records that were met, by id and text, and their hits.
    seen: HashMap<(u64, u64), usize, FixedState>,
    hasher: FixedState,
    copies: usize,
    paths: HashSet<Arc<str>>,
    earliest: Option<i64>,
}

/// A step of a rule, whose predicate it may share with others.
struct Use {
    rule: usize,
    step: usize,
    /// What is shown of an event, the condition's columns first.
    columns: Vec<(String, Expr)>,
    /// The same, once an event was met.
    values: Option<Texts>,
}

/// More columns than these are the whole record, which is shown anyway.
const MOST_SHOWN: usize = 16;

impl<'a> Hunt<'a> {
    /// Gets these rules ready.
    #[must_use]
    pub fn new(session: &'a Session, rules: Vec<Rule>) -> Self {
        let mut places: HashMap<&Expr, usize> = HashMap::new();
        let (mut predicates, mut uses) = (Vec::new(), Vec::<Vec<Use>>::new());
        for (number, rule) in rules.iter().enumerate() {
            for (step, detection) in rule.steps.iter().enumerate() {
                let Step::Records(detection) = detection else { continue };
                let place = *places.entry(&detection.predicate).or_insert_with(|| {
                    predicates.push(detection.predicate.clone());
                    uses.push(Vec::new());
                    predicates.len() - 1
                });
                let needed = rule.condition.as_ref().map(|condition| condition.columns()).unwrap_or_default();
                let find = |name: &&str| detection.columns.iter().find(|(known, _)| known == name).cloned();
                let mut columns: Vec<(String, Expr)> = needed.iter().filter_map(find).collect();
                if detection.columns.len() <= MOST_SHOWN {
                    let others = detection.columns.iter().filter(|(name, _)| !needed.contains(&name.as_str()));
                    columns.extend(others.cloned());
                }
                uses[place].push(Use { rule: number, step, columns, values: None });
            }
        }
        let about = rules.iter().map(|rule| Arc::clone(&rule.about)).collect();
        Self {
            session,
            events: rules.iter().map(|_| Vec::new()).collect(),
            waiting: Waiting::new(predicates.len()),
            findings: Findings {
                rules: about,
                is_verified: session.options().verified.is_some(),
                ..Findings::default()
            },
            rules,
            predicates,
            uses,
            seen: HashMap::default(),
            hasher: FixedState::default(),
            copies: 0,
            paths: HashSet::new(),
            earliest: None,
        }
    }

    /// The predicates for the pass.
    #[must_use]
    pub fn predicates(&self) -> &[Expr] {
        &self.predicates
    }

    /// The findings, once the pass has ended. `names_met` are the events it met, `start` is the beginning of the
    /// archive, `learn` how long after it a first sighting means something; in milliseconds.
    ///
    /// # Errors
    /// When what a rule shows cannot be computed.
    pub fn finish(mut self, names_met: &[String], start: Option<i64>, learn: Option<i64>) -> Result<Findings, Error> {
        self.sort_out()?;
        let start = self.earliest.into_iter().chain(start).min().unwrap_or_default();
        self.sort_hits();
        let mut unjudged: Vec<String> = Vec::new();
        for number in self.in_order() {
            let (found, count) = self.correlated(number, History { start, learn });
            if count > 0 {
                unjudged.push(self.rules[number].about.id.clone());
            }
            self.pass_on(number, &found);
            if self.rules[number].reports {
                self.findings.list.extend(found);
            }
        }
        self.remark(names_met, &unjudged);
        // Hits are in time, and within it by their places.
        self.findings.list.sort_by(|a, b| {
            let key = |finding: &Finding| (Reverse(finding.about.level), finding.events.last().copied());
            key(a).cmp(&key(b)).then_with(|| a.about.id.cmp(&b.about.id))
        });
        Ok(self.findings)
    }

    /// Puts the hits into an order that does not depend on how they came: by time, log file and place in it.
    fn sort_hits(&mut self) {
        let hits = &self.findings.hits;
        let mut order: Vec<usize> = (0..hits.len()).collect();
        order.sort_by(|a, b| {
            let key = |hit: usize| (hits[hit].time, &hits[hit].path, hits[hit].record_index);
            key(*a).cmp(&key(*b))
        });
        let mut ranks = vec![0; order.len()];
        for (rank, hit) in order.iter().enumerate() {
            ranks[*hit] = rank;
        }
        let mut hits: Vec<Option<Hit>> = std::mem::take(&mut self.findings.hits).into_iter().map(Some).collect();
        self.findings.hits = order.iter().filter_map(|hit| hits[*hit].take()).collect();
        self.events.iter_mut().flatten().for_each(|event| event.hit = ranks[event.hit]);
        self.findings.list.iter_mut().flat_map(|finding| &mut finding.events).for_each(|hit| *hit = ranks[*hit]);
    }

    /// What a rule finds in the events it met, and how many it could not judge.
    fn correlated(&mut self, number: usize, history: History) -> (Vec<Finding>, usize) {
        let rule = &self.rules[number];
        let Some(condition) = &rule.condition else { return (Vec::new(), 0) };
        let width = condition.columns().len();
        let mut shown: HashMap<(usize, usize), Vec<Option<String>>> = HashMap::new();
        let events = std::mem::take(&mut self.events[number]).into_iter().map(|mut event| {
            let of_condition = event.values[..width].to_vec();
            shown.insert((event.hit, event.step), std::mem::replace(&mut event.values, of_condition));
            event
        });
        let Correlated { found, unjudged, .. } = correlate(condition, rule.steps.len(), events.collect(), history);
        let of_rule: Vec<&Use> = self.uses.iter().flatten().filter(|used| used.rule == number).collect();
        let last_shown = |hit: usize| {
            let (step, values) = (0..rule.steps.len()).rev().find_map(|step| Some((step, shown.get(&(hit, step))?)))?;
            Some(match of_rule.iter().find(|used| used.step == step) {
                Some(used) => details(used.columns.iter().map(|(name, _)| name.as_str()), values),
                None => details(condition.columns().into_iter(), values),
            })
        };
        let finding = |events: Vec<usize>| Finding {
            about: Arc::clone(&rule.about),
            details: events.last().and_then(|hit| last_shown(*hit)).unwrap_or_default(),
            events,
        };
        (found.into_iter().map(finding).collect(), unjudged)
    }

    /// The rules in an order in which those that others use come first.
    fn in_order(&self) -> Vec<usize> {
        let places: HashMap<&str, usize> =
            self.rules.iter().enumerate().map(|(place, rule)| (rule.about.id.as_str(), place)).collect();
        let (mut order, mut is_placed) = (Vec::new(), vec![false; self.rules.len()]);
        // What uses itself in a circle waits for its own findings, and has no place.
        for _ in 0..=self.rules.len() {
            let before = order.len();
            for (place, rule) in self.rules.iter().enumerate() {
                let waits = |step: &Step| match step {
                    Step::Records(_) => false,
                    Step::Findings { rule, .. } => places.get(rule.as_str()).is_some_and(|other| !is_placed[*other]),
                };
                if !is_placed[place] && !rule.steps.iter().any(waits) {
                    order.push(place);
                    is_placed[place] = true;
                }
            }
            if order.len() == before {
                break;
            }
        }
        order
    }

    /// Makes findings of a rule events of the rules that use it.
    fn pass_on(&mut self, number: usize, found: &[Finding]) {
        let id = &self.rules[number].about.id;
        for (user, rule) in self.rules.iter().enumerate() {
            for (step, used) in rule.steps.iter().enumerate() {
                let Step::Findings { rule, columns } = used else { continue };
                for finding in found.iter().filter(|_| rule == id) {
                    let Some(hit) = finding.events.last().copied() else { continue };
                    let Some(time) = self.findings.hits[hit].time else { continue };
                    let value = |name: &String| {
                        finding.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
                    };
                    let values = columns.iter().map(value).collect();
                    self.events[user].push(Event { time, step, hit, values });
                }
            }
        }
    }
}

fn details<'a>(names: impl Iterator<Item = &'a str>, values: &[Option<String>]) -> Vec<(String, String)> {
    names.zip(values).filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
}
