//! A hunt: the predicates of all rules go into one pass, its hits are sorted out by rule, and what a rule asks of
//! several events is answered from what came out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Int64Type, TimestampMillisecondType, UInt32Type};
use datafusion::functions::core::expr_fn::{coalesce, get_field};
use datafusion::logical_expr::Expr;
use datafusion::prelude::col;

use super::correlate::{Correlated, Event, History, correlate};
use super::header::DATA_EVENTS;
use super::{About, DataEvents, Finding, Findings, Hit, Rule, Step};
use crate::functions::time::timestamp_of;
use crate::output::{self, ValueStyle};
use crate::session::{Error, RULES, Session};
use crate::table::Texts;

/// The columns of a pass beside the rules: facts of every hit.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
enum Shown {
    Time,
    Account,
    Region,
    Actor,
    Address,
    EventSource,
    EventName,
    EventId,
    ErrorCode,
    Path,
    RecordIndex,
    Record,
}

/// The columns that a pass has to show for a hunt.
#[must_use]
pub fn shown() -> Vec<(&'static str, Expr)> {
    let identity = |names: &[&str]| names.iter().fold(col("useridentity"), |expr, name| get_field(expr, *name));
    vec![
        ("time", timestamp_of(col("eventtime"))),
        ("account", coalesce(vec![col("recipientaccountid"), identity(&["accountid"])])),
        ("region", col("awsregion")),
        (
            "actor",
            coalesce(vec![
                identity(&["arn"]),
                identity(&["sessioncontext", "sessionissuer", "arn"]),
                identity(&["invokedby"]),
                identity(&["username"]),
                identity(&["principalid"]),
                identity(&["accountid"]),
                identity(&["type"]),
            ]),
        ),
        ("address", col("sourceipaddress")),
        ("event_source", col("eventsource")),
        ("event_name", col("eventname")),
        ("event_id", col("eventid")),
        ("error_code", col("errorcode")),
        ("path", col("\"$path\"")),
        ("record_index", col("record_index")),
        ("record", col("eventjson")),
    ]
}

/// The records of the next rows of a pass, as text.
#[must_use]
pub fn records_of(batch: &RecordBatch) -> Vec<String> {
    let records = batch.column(Shown::Record as usize + 1).as_string::<i32>();
    records.iter().flatten().map(str::to_owned).collect()
}

/// Rules on their way through an archive.
pub struct Hunt {
    rules: Vec<Rule>,
    predicates: Vec<Expr>,
    /// For each predicate, the rules and steps that it is of.
    uses: Vec<Vec<Use>>,
    /// What was met, for each rule that asks something of several events.
    events: Vec<Vec<Event>>,
    findings: Findings,
    seen: HashSet<(u64, u64)>,
    copies: usize,
    paths: HashMap<String, Arc<str>>,
    earliest: Option<i64>,
}

struct Use {
    rule: usize,
    step: usize,
    /// What is shown of an event, the condition's columns first.
    names: Vec<String>,
    values: Option<Texts>,
}

/// More columns than these are the whole record, which is shown anyway.
const MOST_SHOWN: usize = 16;

impl Hunt {
    /// Gets these rules ready.
    ///
    /// # Errors
    /// [`Error::Bug`] when what a rule shows does not fit the table.
    pub fn new(session: &Session, rules: Vec<Rule>) -> Result<Self, Error> {
        let mut places: HashMap<Expr, usize> = HashMap::new();
        let (mut predicates, mut uses) = (Vec::new(), Vec::<Vec<Use>>::new());
        for (number, rule) in rules.iter().enumerate() {
            for (step, detection) in rule.steps.iter().enumerate() {
                let Step::Records(detection) = detection else { continue };
                let place = *places.entry(detection.predicate.clone()).or_insert_with(|| {
                    predicates.push(detection.predicate.clone());
                    uses.push(Vec::new());
                    predicates.len() - 1
                });
                let needed = rule.condition.as_ref().map(|condition| condition.columns()).unwrap_or_default();
                let find = |name: &&str| detection.columns.iter().find(|(known, _)| known == name).cloned();
                let mut columns: Vec<(String, Expr)> = needed.iter().filter_map(find).collect();
                let others = detection.columns.iter().filter(|(name, _)| !needed.contains(&name.as_str()));
                if detection.columns.len() <= MOST_SHOWN {
                    columns.extend(others.cloned());
                }
                let names = columns.iter().map(|(name, _)| name.clone()).collect();
                let values = (!columns.is_empty()).then(|| session.texts(&columns)).transpose()?;
                uses[place].push(Use { rule: number, step, names, values });
            }
        }
        let events = rules.iter().map(|_| Vec::new()).collect();
        let about = rules.iter().map(|rule| Arc::clone(&rule.about)).collect();
        Ok(Self {
            rules,
            predicates,
            uses,
            events,
            findings: Findings { rules: about, ..Findings::default() },
            seen: HashSet::new(),
            copies: 0,
            paths: HashMap::new(),
            earliest: None,
        })
    }

    /// The predicates for the pass.
    #[must_use]
    pub fn predicates(&self) -> &[Expr] {
        &self.predicates
    }

    /// Takes the next rows of the pass.
    ///
    /// # Errors
    /// When what a rule shows cannot be computed, or the records found cannot be kept.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let column = |shown: Shown| batch.column(shown as usize + 1);
        let text = |shown: Shown| column(shown).as_string::<i32>();
        let (rules, records) = (batch.column(0).as_list::<i32>(), text(Shown::Record));
        debug_assert_eq!(batch.schema().field(0).name(), RULES, "the rules come first");
        let times = column(Shown::Time).as_primitive::<TimestampMillisecondType>();
        let ordinals = column(Shown::RecordIndex).as_primitive::<Int64Type>();
        let mut rows_of: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for row in 0..batch.num_rows() {
            let value = |shown: Shown| optional(text(shown), row);
            let record = records.value(row);
            if self.is_copy(value(Shown::EventId).as_deref(), record) {
                self.copies += 1;
                continue;
            }
            let time = times.is_valid(row).then(|| times.value(row));
            self.earliest = self.earliest.into_iter().chain(time).min();
            let path = value(Shown::Path).unwrap_or_default();
            let path = Arc::clone(self.paths.entry(path).or_insert_with_key(|path| Arc::from(path.as_str())));
            let kept = self.findings.records.push(record);
            let hit = Hit {
                time,
                account: value(Shown::Account),
                region: value(Shown::Region),
                actor: value(Shown::Actor),
                address: value(Shown::Address),
                event_source: value(Shown::EventSource),
                event_name: value(Shown::EventName),
                event_id: value(Shown::EventId),
                error_code: value(Shown::ErrorCode),
                path,
                record_index: ordinals.value(row),
                text: kept
                    .map_err(|error| Error::Execution(format!("cannot keep a record that was found: {error}")))?,
            };
            self.findings.hits.push(hit);
            for place in rules.value(row).as_primitive::<UInt32Type>().values() {
                rows_of.entry(*place as usize).or_default().push((row, self.findings.hits.len() - 1));
            }
        }
        for (place, rows) in rows_of {
            let texts: Vec<&str> = rows.iter().map(|(row, _)| records.value(*row)).collect();
            for number in 0..self.uses[place].len() {
                self.note(place, number, &texts, &rows)?;
            }
        }
        Ok(())
    }

    /// Whether the same record was delivered before: by two trails, or in a copied file.
    fn is_copy(&mut self, event_id: Option<&str>, record: &str) -> bool {
        let Some(event_id) = event_id else { return false };
        let hash = |value: &str| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        !self.seen.insert((hash(event_id), hash(record)))
    }

    /// Notes the hits of one use of a predicate.
    fn note(&mut self, place: usize, number: usize, texts: &[&str], rows: &[(usize, usize)]) -> Result<(), Error> {
        let used = &self.uses[place][number];
        let rule = &self.rules[used.rule];
        let values = match &used.values {
            None => vec![Vec::new(); rows.len()],
            Some(columns) => {
                let failed = |message: String| Error::Execution(format!("`{}`: {message}", rule.about.id));
                let batch = columns.of(texts).map_err(|error| failed(error.strip_backtrace()))?;
                output::texts(&batch, ValueStyle::Sql).map_err(|error| failed(error.to_string()))?
            }
        };
        for ((_, hit), values) in rows.iter().zip(values) {
            match (&rule.condition, self.findings.hits[*hit].time) {
                (None, _) if rule.reports => self.findings.list.push(Finding {
                    about: Arc::clone(&rule.about),
                    events: vec![*hit],
                    details: details(&used.names, &values),
                }),
                (None, _) => {}
                (Some(_), Some(time)) => {
                    self.events[used.rule].push(Event { time, step: used.step, hit: *hit, values });
                }
                // An event without a time is before and after nothing.
                (Some(_), None) => {}
            }
        }
        Ok(())
    }

    /// The findings, once the pass has ended. `names_met` are the events it met, `start` is the beginning of the
    /// archive, `learn` how long after it a first sighting means something; in milliseconds.
    #[must_use]
    pub fn finish(mut self, names_met: &[String], start: Option<i64>, learn: Option<i64>) -> Findings {
        let start = self.earliest.into_iter().chain(start).min().unwrap_or_default();
        let mut unjudged: Vec<String> = Vec::new();
        for number in self.in_order() {
            let Some(condition) = self.rules[number].condition.clone() else { continue };
            let events = std::mem::take(&mut self.events[number]);
            let rule = &self.rules[number];
            let width = condition.columns().len();
            let mut shown: HashMap<(usize, usize), Vec<Option<String>>> = HashMap::new();
            let of_condition = events.into_iter().map(|mut event| {
                shown.insert((event.hit, event.step), event.values.clone());
                event.values.truncate(width);
                event
            });
            let steps = rule.steps.len();
            let correlated = correlate(&condition, steps, of_condition.collect(), History { start, learn });
            let Correlated { found, unjudged: count, .. } = correlated;
            if count > 0 {
                unjudged.push(rule.about.id.clone());
            }
            let details = |hit: usize| {
                let (step, values) = (0..steps).rev().find_map(|step| Some((step, shown.get(&(hit, step))?)))?;
                let used = self.uses.iter().flatten().find(|used| used.rule == number && used.step == step);
                let of_condition = || condition.columns().into_iter().map(str::to_owned).collect();
                Some(details(&used.map_or_else(of_condition, |used| used.names.clone()), values))
            };
            let about = &rule.about;
            let finding = |events: Vec<usize>| Finding {
                about: Arc::clone(about),
                details: events.last().and_then(|hit| details(*hit)).unwrap_or_default(),
                events,
            };
            let found: Vec<Finding> = found.into_iter().map(finding).collect();
            self.pass_on(number, &found);
            if self.rules[number].reports {
                self.findings.list.extend(found);
            }
        }
        self.remark(names_met, &unjudged);
        let Findings { list, hits, .. } = &mut self.findings;
        let key = |finding: &Finding| {
            let last = &hits[finding.events[finding.events.len() - 1]];
            let place = (Arc::clone(&last.path), last.record_index);
            (std::cmp::Reverse(finding.about.level), last.time, finding.about.id.clone(), place)
        };
        list.sort_by_cached_key(key);
        self.findings
    }

    /// The rules in an order in which those that others use come first.
    fn in_order(&self) -> Vec<usize> {
        let places: HashMap<&str, usize> =
            self.rules.iter().enumerate().map(|(place, rule)| (rule.about.id.as_str(), place)).collect();
        let (mut order, mut is_placed) = (Vec::new(), vec![false; self.rules.len()]);
        // What uses itself in a circle never gets its findings, and comes last.
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

    fn remark(&mut self, names_met: &[String], unjudged: &[String]) {
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

fn details(names: &[String], values: &[Option<String>]) -> Vec<(String, String)> {
    names.iter().zip(values).filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect()
}

fn optional(texts: &StringArray, row: usize) -> Option<String> {
    texts.is_valid(row).then(|| texts.value(row).to_owned())
}
