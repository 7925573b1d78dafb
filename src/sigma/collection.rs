//! Rules, filters and correlations of many files, and what was left out of them.

use std::collections::HashMap;
use std::fmt;

use super::aggregation::{self, Read};
use super::correlation::{Correlation, Reference, Target, references};
use super::detection::{Detection, written};
use super::header::{Header, Status};
use super::yaml::{self, Node};
use super::{Failed, Filter, Placeholders, Rule};
use crate::diag::{Diagnostic, Diagnostics, Source, Span};

/// What was read of some files.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// Rules of single records, those that are parts of old correlations included.
    pub rules: Vec<Rule>,
    /// Correlations of these rules, and of each other.
    pub correlations: Vec<Correlation>,
    /// What was not asked for, or cannot be used here.
    pub skipped: Vec<Skipped>,
    /// What is wrong, one entry for each document.
    pub failed: Vec<Diagnostics>,
    /// Remarks on what was read.
    pub notices: Vec<Diagnostics>,
}

/// A document that was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// The name of its file.
    pub source: String,
    /// Its title, or what else it is called.
    pub title: String,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// The name that correlations know it by, where it has one.
    pub name: Option<String>,
    /// The reason.
    pub why: Why,
}

/// Why a document was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It is for other logs.
    Logsource(String),
    /// Rules of this status were not asked for.
    Status(Status),
    /// A placeholder has no values.
    Placeholder(String),
    /// It is a correlation of a rule that was left out.
    Part(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logsource(logsource) => write!(f, "for other logs than CloudTrail's ({logsource})"),
            Self::Status(status) => write!(f, "of status `{status}`"),
            Self::Placeholder(name) => write!(f, "the placeholder `%{name}%` has no values"),
            Self::Part(rule) => write!(f, "a correlation of the rule `{rule}`, which was left out"),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Rules of these statuses, and those that name none.
    pub statuses: Vec<Status>,
    /// The values of placeholders.
    pub placeholders: Placeholders,
}

impl Default for Options {
    fn default() -> Self {
        let statuses = vec![Status::Stable, Status::Test, Status::Experimental];
        Self { statuses, placeholders: Placeholders::new() }
    }
}

/// A filter before it is known which rules it is for.
struct Unapplied {
    header: Header,
    rules: Option<Vec<Reference>>,
    detection: Detection,
}

/// What reads the documents of many files.
struct Loader<'a> {
    options: &'a Options,
    collection: Collection,
    filters: Vec<Unapplied>,
}

impl Collection {
    /// Reads all documents of these files. What is wrong with one does not keep the others out.
    #[must_use]
    pub fn load(sources: &[Source], options: &Options) -> Self {
        let mut loader = Loader { options, collection: Self::default(), filters: Vec::new() };
        for source in sources {
            for document in yaml::documents(source) {
                let mut notices = Vec::new();
                if let Err(wrong) = document.and_then(|document| loader.document(source, &document, &mut notices)) {
                    loader.collection.fail(source, wrong);
                }
                loader.collection.remark(source, notices);
            }
        }
        let Loader { mut collection, filters, .. } = loader;
        let names = collection.named();
        for filter in filters {
            collection.apply(filter, &names);
        }
        collection.resolve(&names);
        collection
    }

    /// Whether matches of a rule are reported by themselves: those of rules that correlations are made of are not,
    /// unless a correlation says so.
    #[must_use]
    pub fn reports(&self, rule: usize) -> bool {
        let mut of = self
            .correlations
            .iter()
            .filter(|correlation| correlation.rules.iter().any(|reference| reference.target == Target::Rule(rule)));
        let first = of.next();
        first.is_none_or(|first| first.generate || of.any(|other| other.generate))
    }

    /// How many documents were left out for each reason, most first.
    #[must_use]
    pub fn reasons(&self) -> Vec<(&Why, usize)> {
        let mut counts: HashMap<&Why, usize> = HashMap::new();
        for skipped in &self.skipped {
            *counts.entry(&skipped.why).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        counts
    }

    pub(super) fn skip(&mut self, header: &Header, why: Why) {
        let (source, title) = (header.source.name.to_string(), header.title.clone());
        self.skipped.push(Skipped { source, title, id: header.id.clone(), name: header.name.clone(), why });
    }

    pub(super) fn fail(&mut self, source: &Source, wrong: Diagnostic) {
        self.failed.push(Diagnostics { source: source.clone(), list: vec![wrong] });
    }

    fn remark(&mut self, source: &Source, list: Vec<Diagnostic>) {
        if !list.is_empty() {
            self.notices.push(Diagnostics { source: source.clone(), list });
        }
    }

    /// Everything by id and name. Of two with the same, the first; the other is remarked on.
    fn named(&mut self) -> HashMap<String, Target> {
        let mut names: HashMap<String, Target> = HashMap::new();
        let mut again = Vec::new();
        let rules = self.rules.iter().enumerate().map(|(at, rule)| (Target::Rule(at), &rule.header));
        let correlations = self.correlations.iter().enumerate();
        let correlations = correlations.map(|(at, correlation)| (Target::Correlation(at), &correlation.header));
        for (target, header) in rules.chain(correlations) {
            for (what, name) in [("id", &header.id), ("name", &header.name)] {
                let Some(name) = name else { continue };
                // Some rules have their id for a name.
                if names.get(name).is_some_and(|known| *known != target) {
                    let notice = Diagnostic::notice("G032", format!("another rule has the {what} `{name}`"));
                    let notice = notice.at(header.span, "").help("references mean the one that was read first");
                    again.push((header.source.clone(), notice));
                } else {
                    names.insert(name.clone(), target);
                }
            }
        }
        for (source, notice) in again {
            self.remark(&source, vec![notice]);
        }
        names
    }

    fn apply(&mut self, filter: Unapplied, names: &HashMap<String, Target>) {
        let Unapplied { header, rules, detection } = filter;
        let filter = Filter { title: header.title.clone(), detection };
        let Some(references) = rules else {
            self.rules.iter_mut().for_each(|rule| rule.filters.push(filter.clone()));
            return;
        };
        for reference in references {
            match names.get(&reference.text) {
                Some(Target::Rule(at)) if let Some(rule) = self.rules.get_mut(*at) => {
                    rule.filters.push(filter.clone());
                }
                Some(Target::Correlation(at)) => {
                    let parts = self.correlations.get(*at).map(|correlation| correlation.rules.clone());
                    for part in parts.unwrap_or_default() {
                        if let Some(Target::Rule(at)) = self.target_of(&part, names)
                            && let Some(rule) = self.rules.get_mut(at)
                        {
                            rule.filters.push(filter.clone());
                        }
                    }
                }
                _ => {
                    let notice = Diagnostic::notice("G034", format!("no rule that was read is `{}`", reference.text));
                    let notice = notice.at(reference.span, "filters nothing");
                    self.remark(&header.source, vec![notice]);
                }
            }
        }
    }
}

impl Loader<'_> {
    fn document(&mut self, source: &Source, document: &Node, notices: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
        let wrong = |message: &str, span: Span| Diagnostic::error("G003", message).at(span, "begins here");
        if let Some((key, _)) = document.entry("action") {
            return Err(Diagnostic::error("G003", "`action` joins documents, which rules no longer do")
                .at(key.span, "")
                .help("write each rule in full"));
        }
        let blocks = ["correlation", "filter", "detection"];
        let Some(block) = blocks.into_iter().find_map(|key| document.entry(key)) else {
            return Err(wrong("a document that is no rule: it has no `detection`", document.span));
        };
        let header = Header::read(source, document, notices);
        if block.0.text == "correlation" {
            let header = header?;
            if !self.skips_status(&header) {
                self.collection.correlations.push(Correlation::read(header, &block.1, notices)?);
            }
            return Ok(());
        }
        let header = match header {
            Err(error) if document.get("logsource").is_none() => return Err(error),
            header => header?,
        };
        if document.get("logsource").is_none() {
            return Err(wrong("a rule without a `logsource`", document.span)
                .help("write `logsource:` and below it `product: aws` and `service: cloudtrail`"));
        }
        if !header.logsource.is_cloudtrail() {
            self.skip(&header, Why::Logsource(header.logsource.to_string()));
            return Ok(());
        }
        if self.skips_status(&header) {
            return Ok(());
        }
        let is_filter = block.0.text == "filter";
        let read =
            if is_filter { self.filter(&header, &block.1, notices) } else { self.rule(&header, &block.1, notices) };
        match read {
            Ok(()) => Ok(()),
            Err(Failed::Wrong(wrong)) => Err(wrong),
            Err(Failed::Placeholder(name)) => {
                self.skip(&header, Why::Placeholder(name));
                Ok(())
            }
        }
    }

    fn rule(&mut self, header: &Header, block: &Node, notices: &mut Vec<Diagnostic>) -> Result<(), Failed> {
        let written = written("detection", block, &[], &self.options.placeholders, notices)?;
        let collection = &mut self.collection;
        match aggregation::read(header, written, notices)? {
            Read::Rule(detection) => {
                collection.rules.push(Rule { header: header.clone(), detection, filters: Vec::new() });
            }
            Read::Correlated(rules, mut correlation) => {
                let first = collection.rules.len();
                for (at, reference) in correlation.rules.iter_mut().enumerate() {
                    reference.target = Target::Rule(first + at);
                }
                collection.rules.extend(rules);
                collection.correlations.push(*correlation);
            }
        }
        Ok(())
    }

    fn filter(&mut self, header: &Header, block: &Node, notices: &mut Vec<Diagnostic>) -> Result<(), Failed> {
        let written = written("filter", block, &["rules"], &self.options.placeholders, notices)?;
        let wrong = |message: &str| Diagnostic::error("G004", message).at(block.span, "");
        let Read::Rule(detection) = aggregation::read(header, written, notices)? else {
            return Err(wrong("a filter that counts").into());
        };
        let Some(rules) = block.get("rules") else {
            return Err(wrong("a filter without `rules`").help("name the rules by id, or write `rules: any`").into());
        };
        let is_any = rules.text().is_some_and(|text| text.eq_ignore_ascii_case("any"));
        let rules = if is_any { None } else { Some(references(rules, "rules")?) };
        self.filters.push(Unapplied { header: header.clone(), rules, detection });
        Ok(())
    }

    fn skips_status(&mut self, header: &Header) -> bool {
        match header.status {
            Some(status) if !self.options.statuses.contains(&status) => {
                self.skip(header, Why::Status(status));
                true
            }
            _ => false,
        }
    }

    fn skip(&mut self, header: &Header, why: Why) {
        self.collection.skip(header, why);
    }
}

/// The rules of one file as queries, of any status, and the remarks on them.
///
/// # Errors
/// With everything that is wrong; also when a document is for other logs, or a correlation.
pub fn rules_of(source: &Source) -> Result<(Vec<Rule>, Vec<Diagnostic>), Diagnostics> {
    let statuses = vec![Status::Stable, Status::Test, Status::Experimental, Status::Deprecated, Status::Unsupported];
    let options = Options { statuses, placeholders: Placeholders::new() };
    let collection = Collection::load(std::slice::from_ref(source), &options);
    let mut list: Vec<Diagnostic> = collection.failed.into_iter().flat_map(|failed| failed.list).collect();
    let place = Span::new(0, 0);
    for skipped in &collection.skipped {
        let code = if matches!(skipped.why, Why::Placeholder(_)) { "G015" } else { "G014" };
        list.push(
            Diagnostic::error(code, format!("the rule `{}` cannot be asked: {}", skipped.title, skipped.why))
                .at(place, ""),
        );
    }
    for correlation in &collection.correlations {
        let title = &correlation.header.title;
        let error = Diagnostic::error("G016", format!("`{title}` is a correlation, which counts matches of rules"));
        list.push(error.at(correlation.header.span, "").help("`trailql hunt` runs correlations"));
    }
    if list.is_empty() && collection.rules.is_empty() {
        list.push(Diagnostic::error("G003", "no rule in this text").at(place, ""));
    }
    if list.is_empty() {
        return Ok((collection.rules, collection.notices.into_iter().flat_map(|notices| notices.list).collect()));
    }
    Err(Diagnostics { source: source.clone(), list })
}
