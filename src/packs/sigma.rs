//! Sigma rules as rules of a hunt: rules of single records, correlations of them, and correlations of correlations.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::logical_expr::Expr;

use super::compile::with_conditions;
use super::condition::Test;
use super::{About, Bounds, Comparison, Condition, Figure, Level, Outcome, Rule, Step, Tuning};
use crate::diag::{Diagnostics, Source};
use crate::session::Detection;
use crate::sigma::{Collection, Correlation, Header, Kind, Operator, Options, Placeholders, Target, field};

/// What became of the files of some folders.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The rules.
    pub rules: Vec<Rule>,
    /// What is wrong with files that were left out.
    pub failed: Vec<Diagnostics>,
    /// Remarks on files that were read.
    pub notices: Vec<Diagnostics>,
    /// Why others were left out, and how many for each reason.
    pub skipped: Vec<(String, usize)>,
}

/// Reads every rule below these files and folders. They look at all calls, those of services included, unless an
/// outcome is asked for.
pub(super) fn load(paths: &[PathBuf], tuning: &Tuning, outcome: Option<Outcome>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut sources = Vec::new();
    for path in paths {
        files(path, &mut sources, &mut loaded.failed);
    }
    let options = Options { placeholders: placeholders(tuning), ..Options::default() };
    let collection = Collection::load(&sources, &options);
    loaded.rules = rules(&collection, tuning, outcome);
    loaded.skipped = collection.reasons().into_iter().map(|(why, count)| (why.to_string(), count)).collect();
    loaded.failed.extend(collection.failed);
    loaded.notices = collection.notices;
    loaded
}

/// The files below a path, in the order of their names.
fn files(path: &Path, sources: &mut Vec<Source>, failed: &mut Vec<Diagnostics>) {
    let name = path.display().to_string();
    let mut unreadable = |error: std::io::Error| {
        failed.push(super::library::wrong(&Source::new(name.clone(), ""), None, &format!("cannot be read: {error}")));
    };
    if !path.is_dir() {
        match std::fs::read(path) {
            // A rule that is no text is wrong where it is read, with its name.
            Ok(bytes) => sources.push(Source::new(name, String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) => unreadable(error),
        }
        return;
    }
    let mut inside: Vec<PathBuf> = match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => return unreadable(error),
    };
    inside.sort();
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let is_rule = |path: &Path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    for path in inside.into_iter().filter(|path| !is_hidden(path)) {
        // A link may lead back up.
        let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        if is_folder || is_rule(&path) {
            files(&path, sources, failed);
        }
    }
}

fn placeholders(tuning: &Tuning) -> Placeholders {
    tuning.lists().map(|(name, items)| (name.to_owned(), items)).collect()
}

fn rules(collection: &Collection, tuning: &Tuning, outcome: Option<Outcome>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (place, rule) in collection.rules.iter().enumerate() {
        if !collection.reports(place) || !tuning.enables(rule.header.key()) {
            continue;
        }
        let columns = rule.header.fields.iter().map(|name| (name.clone(), field(name))).collect();
        let step = detection(rule.predicate(), columns, outcome);
        let about = about(&rule.header, tuning, None);
        rules.push(Rule { about, steps: vec![Step::Records(step)], condition: None, reports: true });
    }
    let reports = |place: usize| {
        let uses = |other: &Correlation| other.rules.iter().any(|rule| rule.target == Target::Correlation(place));
        !collection.correlations.iter().any(|other| uses(other) && !other.generate)
    };
    for (place, correlation) in collection.correlations.iter().enumerate() {
        if tuning.enables(correlation.header.key()) {
            rules.push(correlated(correlation, collection, tuning, outcome, reports(place)));
        }
    }
    rules
}

fn correlated(
    correlation: &Correlation,
    collection: &Collection,
    tuning: &Tuning,
    outcome: Option<Outcome>,
    reports: bool,
) -> Rule {
    let condition = condition(correlation);
    let names: Vec<String> = condition.columns().into_iter().map(str::to_owned).collect();
    let mut steps = Vec::new();
    for reference in &correlation.rules {
        match reference.target {
            Target::Rule(place) => {
                let Some(rule) = collection.rules.get(place) else { continue };
                let column = |name: &String| (name.clone(), field(correlation.field_in(&rule.header, name)));
                let columns = names.iter().map(column).collect();
                steps.push(Step::Records(detection(rule.predicate(), columns, outcome)));
            }
            Target::Correlation(place) => {
                let Some(other) = collection.correlations.get(place) else { continue };
                let column = |name: &String| correlation.field_in(&other.header, name).to_owned();
                let columns = names.iter().map(column).collect();
                steps.push(Step::Findings { rule: other.header.key().to_owned(), columns });
            }
        }
    }
    let about = about(&correlation.header, tuning, Some(condition.to_string()));
    Rule { about, steps, condition: Some(condition), reports }
}

fn condition(correlation: &Correlation) -> Condition {
    let bounds = Bounds(correlation.bounds.iter().map(|bound| (comparison(bound.operator), bound.number)).collect());
    let figure = |figure| Test::Figure(figure, correlation.fields.first().cloned().unwrap_or_default(), bounds.clone());
    let sequence = |ordered| {
        let steps = (!correlation.bounds.is_empty()).then(|| bounds.clone());
        Test::Sequence { ordered, steps }
    };
    let test = match correlation.kind {
        Kind::EventCount => Test::Count(bounds.clone()),
        Kind::ValueCount => Test::Distinct(correlation.fields.clone(), bounds.clone()),
        Kind::ValueSum => figure(Figure::Sum),
        Kind::ValueAvg => figure(Figure::Average),
        Kind::ValuePercentile(percent) => figure(Figure::Percentile(percent)),
        Kind::Temporal => sequence(false),
        Kind::TemporalOrdered => sequence(true),
    };
    Condition { test, within: correlation.timespan, by: correlation.group_by.clone() }
}

fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::Greater => Comparison::MoreThan,
        Operator::GreaterOrEqual => Comparison::AtLeast,
        Operator::Less => Comparison::LessThan,
        Operator::LessOrEqual => Comparison::AtMost,
        Operator::Equal => Comparison::Equal,
        Operator::NotEqual => Comparison::Other,
    }
}

fn detection(predicate: Expr, columns: Vec<(String, Expr)>, outcome: Option<Outcome>) -> Detection {
    let outcome = outcome.unwrap_or(Outcome::Any);
    Detection { predicate: with_conditions(predicate, outcome, false), columns }
}

fn about(header: &Header, tuning: &Tuning, condition: Option<String>) -> Arc<About> {
    let id = header.key().to_owned();
    let technique = |tag: &String| {
        let id = tag.strip_prefix("attack.t")?;
        id.starts_with(|first: char| first.is_ascii_digit()).then(|| format!("T{id}"))
    };
    let own = header.level.and_then(|level| level.to_string().parse().ok());
    Arc::new(About {
        pack: "sigma".to_owned(),
        title: header.title.clone(),
        why: header.description.clone().unwrap_or_default(),
        attack: header.tags.iter().filter_map(technique).collect(),
        level: tuning.level(&id).or(own).unwrap_or(Level::Informational),
        noisy: header.falsepositives.join("; "),
        source: header.references.join(" "),
        data: None,
        file: header.source.name.to_string(),
        condition,
        id,
    })
}
