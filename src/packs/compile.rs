//! From saved queries to rules that a pass can evaluate: predicates with values in place of parameters, without the
//! calls of services and without exceptions, for calls that ended as asked.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::common::{Column, ScalarValue};
use datafusion::functions::core::expr_fn::{coalesce, get_field};
use datafusion::logical_expr::{Expr, Operator, binary_expr};
use datafusion::prelude::{col, lit};

use super::condition::Test;
use super::library::wrong;
use super::sigma::{self, Loaded};
use super::{Condition, DataEvents, Level, Outcome, SavedQuery, Tuning, params};
use crate::diag::Source;
use crate::session::{Detection, Error, Language, Options, Session};

/// A rule that a pass can evaluate.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What it says of itself.
    pub about: Arc<About>,
    /// What it looks at: one kind of event, or one for each step of a sequence.
    pub steps: Vec<Step>,
    /// What makes findings of those; each event is one when there is none.
    pub condition: Option<Condition>,
    /// Whether its findings are reported, or only used by other rules.
    pub reports: bool,
}

/// What a rule looks at.
#[derive(Debug, Clone)]
pub enum Step {
    /// Records.
    Records(Detection),
    /// Findings of another rule.
    Findings {
        /// The id of the other rule.
        rule: String,
        /// For each column of the condition, its name in what the other rule shows.
        columns: Vec<String>,
    },
}

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Its id.
    pub id: String,
    /// The pack it is of.
    pub pack: String,
    /// What is found, in a few words.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Techniques of MITRE ATT&CK, by the ids of its versions 16 to 18.
    pub attack: Vec<String>,
    /// How bad a finding is.
    pub level: Level,
    /// What else it finds.
    pub noisy: String,
    /// Where the facts come from.
    pub source: String,
    /// The events it needs, where trails do not deliver them unless asked to.
    pub data: Option<DataEvents>,
    /// The file it stands in.
    pub file: String,
    /// What makes findings of events, in words.
    pub condition: Option<String>,
}

/// Makes rules of saved queries.
pub struct Compiler {
    session: Session,
    options: Options,
    tuning: Tuning,
    /// The outcome to look at in place of success.
    outcome: Option<Outcome>,
    with_services: bool,
}

impl Compiler {
    /// Rules as their authors and `tuning` have them.
    ///
    /// # Errors
    /// [`Error::Bug`] when the engine cannot be set up.
    pub fn new(options: Options, tuning: Tuning) -> Result<Self, Error> {
        // Values of parameters are the rules' own.
        let blank = Options { params: Vec::new(), ..options.clone() };
        Ok(Self { session: Session::blank(blank)?, options, tuning, outcome: None, with_services: false })
    }

    /// Looks at calls that ended so, where a rule looks at those that succeeded.
    #[must_use]
    pub fn with_outcome(self, outcome: Option<Outcome>) -> Self {
        Self { outcome, ..self }
    }

    /// Looks at the calls of services, too.
    #[must_use]
    pub fn with_services(self, with_services: bool) -> Self {
        Self { with_services, ..self }
    }

    /// Whether a rule is to run.
    #[must_use]
    pub fn enables(&self, id: &str) -> bool {
        self.tuning.enables(id)
    }

    /// A saved query as a rule.
    ///
    /// # Errors
    /// [`Error::Query`] when it is wrong, or cannot be answered record by record.
    pub async fn rule(&self, pack: &str, query: &SavedQuery) -> Result<Rule, Error> {
        let SavedQuery { id, header, source, language, .. } = query;
        let values = self.tuning.values(id, &header.params).map_err(Error::Query)?;
        let value_of =
            |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| params::text_of(value));
        let refused = |message: String| Error::Query(wrong(source, None, &message));
        let condition = header.condition(value_of).map_err(refused)?;
        let mut steps = self.session.detections(source, *language, &values).await?;
        check(&steps, condition.as_ref()).map_err(refused)?;
        let outcome = match header.outcome {
            Outcome::Success => self.outcome.unwrap_or(Outcome::Success),
            outcome => outcome,
        };
        let without_services = header.without_services && !self.with_services;
        for step in &mut steps {
            step.predicate = with_conditions(step.predicate.clone(), outcome, without_services);
        }
        let mut steps = steps.into_iter().map(Step::Records).collect::<Vec<_>>();
        self.except(id, &mut steps).await?;
        let about = About {
            id: id.clone(),
            pack: pack.to_owned(),
            title: header.title.clone(),
            why: header.why.clone(),
            attack: header.attack.clone(),
            level: self.tuning.level(id).unwrap_or(header.level),
            noisy: header.noisy.clone(),
            source: header.source.clone(),
            data: header.data,
            file: source.name.to_string(),
            condition: condition.as_ref().map(ToString::to_string),
        };
        Ok(Rule { about: Arc::new(about), steps, condition, reports: true })
    }

    /// Takes the exceptions of a rule out of what it finds.
    ///
    /// # Errors
    /// [`Error::Query`] when the condition of one is wrong.
    async fn except(&self, id: &str, steps: &mut [Step]) -> Result<(), Error> {
        for exception in self.tuning.exceptions(id, self.options.now) {
            let condition = !coalesce(vec![self.exception(&exception).await?, lit(false)]);
            for step in &mut *steps {
                if let Step::Records(detection) = step {
                    detection.predicate = detection.predicate.clone().and(condition.clone());
                }
            }
        }
        Ok(())
    }

    /// The Sigma rules below these files and folders.
    ///
    /// # Errors
    /// [`Error::Query`] when an exception is wrong.
    pub async fn sigma(&self, paths: &[PathBuf]) -> Result<Loaded, Error> {
        let mut loaded = sigma::load(paths, &self.tuning, self.outcome);
        for rule in &mut loaded.rules {
            let id = rule.about.id.clone();
            self.except(&id, &mut rule.steps).await?;
        }
        Ok(loaded)
    }

    /// The condition of an exception.
    async fn exception(&self, condition: &Source) -> Result<Expr, Error> {
        let text = format!("SELECT eventid FROM cloudtrail WHERE ({}\n)", condition.text);
        let source = Source::new(Arc::clone(&condition.name), text);
        let mut detections = self.session.detections(&source, Language::Sql, &[]).await?;
        match (detections.pop(), detections.is_empty()) {
            (Some(detection), true) => Ok(detection.predicate),
            _ => Err(Error::Query(wrong(&source, None, "an exception is one condition"))),
        }
    }
}

/// Whether steps and condition fit each other.
fn check(steps: &[Detection], condition: Option<&Condition>) -> Result<(), String> {
    let is_sequence = matches!(condition, Some(Condition { test: Test::Sequence { .. }, .. }));
    match steps.len() {
        0 => return Err("there is no statement".to_owned()),
        1 if is_sequence => return Err("a sequence has several statements, each ended by `;`".to_owned()),
        1 => {}
        _ if is_sequence => {}
        count => return Err(format!("there are {count} statements; only a `sequence:` has more than one")),
    }
    for step in steps {
        // What a rule shows is read from the record alone, once it is found.
        let is_proof = |column: &&Column| matches!(column.name(), "verified" | "verified_reason");
        if let Some(proof) = step.columns.iter().flat_map(|(_, shown)| shown.column_refs()).find(is_proof) {
            return Err(format!("a rule cannot show `{}`; with --verified every finding has it", proof.name()));
        }
        let shown: Vec<&str> = step.columns.iter().map(|(name, _)| name.as_str()).collect();
        for column in condition.map(Condition::columns).unwrap_or_default() {
            if !shown.contains(&column) {
                return Err(format!(
                    "the header names `{column}`, which is not among the columns: {}",
                    shown.join(", ")
                ));
            }
        }
    }
    Ok(())
}

/// A predicate for calls that ended so, and perhaps for none that services make.
pub(super) fn with_conditions(predicate: Expr, outcome: Outcome, without_services: bool) -> Expr {
    let mut conditions = vec![predicate];
    match outcome {
        Outcome::Success => conditions.push(col("errorcode").is_null()),
        Outcome::Failure => conditions.push(col("errorcode").is_not_null()),
        Outcome::Any => {}
    }
    if without_services {
        let member = |name: &str| get_field(col("useridentity"), name);
        let service = lit(ScalarValue::Utf8(Some("AWSService".to_owned())));
        conditions.push(member("invokedby").is_null());
        conditions.push(binary_expr(member("type"), Operator::IsDistinctFrom, service));
    }
    conditions.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true))
}
