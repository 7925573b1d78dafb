//! A user's own settings for rules: values of parameters, other levels, exceptions with a reason.
//!
//! ```toml
//! [params]                                # of every rule that has a parameter of the name
//! known_accounts = ["111122223333"]
//!
//! [rules."ct.signin.bruteforce"]
//! level = "high"
//! params = { threshold = 10 }
//!
//! [rules."ct.recon.*"]
//! enabled = false
//!
//! [[except]]
//! rules = ["ct.iam.*"]                    # every rule when it is left out
//! where = "useridentity.arn LIKE '%:assumed-role/deploy/%'"
//! reason = "the deployment role, see its runbook"
//! until = "2027-01-31"                    # in force up to the end of that day; for good when it is left out
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::library::wrong;
use super::{Level, Param};
use crate::diag::{Diagnostics, Source, Span};
use crate::sql::Value;

/// See the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    #[serde(default)]
    params: BTreeMap<String, toml::Value>,
    #[serde(default)]
    rules: BTreeMap<String, OfRules>,
    #[serde(default)]
    except: Vec<Exception>,
    #[serde(skip)]
    given: Vec<(String, String)>,
    #[serde(skip)]
    source: Option<Source>,
}

/// Settings of the rules whose ids fit a pattern.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfRules {
    enabled: Option<bool>,
    level: Option<String>,
    #[serde(default)]
    params: BTreeMap<String, toml::Value>,
}

/// Events that are no findings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(default)]
    rules: Vec<String>,
    #[serde(rename = "where")]
    condition: String,
    reason: String,
    until: Option<String>,
}

impl Tuning {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or says something that has no meaning.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| wrong(&Source::new(name.clone(), ""), None, &format!("cannot be read: {error}")))?;
        Self::parse(Source::new(name, text))
    }

    fn parse(source: Source) -> Result<Self, Diagnostics> {
        let mut tuning: Self = toml::from_str(&source.text).map_err(|error| {
            wrong(&source, error.span().map(|span| Span::new(span.start, span.end)), error.message())
        })?;
        let place = |text: &str| source.text.find(text).map(|start| Span::new(start, start + text.len()));
        for rules in tuning.rules.values() {
            if let Some(level) = &rules.level {
                level.parse::<Level>().map_err(|message| wrong(&source, place(level), &message))?;
            }
        }
        for exception in &tuning.except {
            if exception.reason.trim().is_empty() {
                return Err(wrong(&source, place(&exception.condition), "an exception needs a reason"));
            }
            if let Some(until) = &exception.until
                && NaiveDate::parse_from_str(until, "%Y-%m-%d").is_err()
            {
                return Err(wrong(&source, place(until), &format!("`{until}` is no date; write 2027-01-31")));
            }
        }
        tuning.source = Some(source);
        Ok(tuning)
    }

    /// The same with the values of `--param`, which outrank those of the file.
    #[must_use]
    pub fn with_params(self, given: &[(String, String)]) -> Self {
        Self { given: given.to_vec(), ..self }
    }

    fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a OfRules> {
        self.rules.iter().filter(move |(pattern, _)| fits(pattern, id)).map(|(_, rules)| rules)
    }

    /// Whether a rule is to run.
    #[must_use]
    pub fn enables(&self, id: &str) -> bool {
        self.of(id).filter_map(|rules| rules.enabled).last().unwrap_or(true)
    }

    /// The level of a rule, where it is another than its own.
    #[must_use]
    pub fn level(&self, id: &str) -> Option<Level> {
        self.of(id).filter_map(|rules| rules.level.as_ref()?.parse().ok()).last()
    }

    /// The values of a rule's parameters.
    ///
    /// # Errors
    /// When one that is given is of another type.
    pub fn values(&self, id: &str, params: &[Param]) -> Result<Vec<(String, Value)>, Diagnostics> {
        params.iter().map(|param| Ok((param.name.clone(), self.value(id, param)?))).collect()
    }

    fn value(&self, id: &str, param: &Param) -> Result<Value, Diagnostics> {
        let (name, kind) = (&param.name, param.kind.name());
        if let Some((_, text)) = self.given.iter().rev().find(|(known, _)| known == name) {
            let given = Source::new("--param", format!("{name}={text}"));
            let place = Span::new(0, given.text.len());
            return param
                .kind
                .read(text)
                .map_err(|message| wrong(&given, Some(place), &format!("`{name}` of `{id}` is a {kind}: {message}")));
        }
        let of_rule = self.of(id).filter_map(|rules| rules.params.get(name)).last();
        let Some(value) = of_rule.or_else(|| self.params.get(name)) else { return Ok(param.default.clone()) };
        param.kind.of_toml(value).ok_or_else(|| {
            let source = self.source.clone().unwrap_or_else(|| Source::new("tuning", ""));
            let place = source.text.find(name.as_str()).map(|start| Span::new(start, start + name.len()));
            wrong(&source, place, &format!("`{name}` of `{id}` is a {kind}, not a {}", value.type_str()))
        })
    }

    /// The values that are lists of texts, or one text, for all rules; those of Sigma's placeholders.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        let texts = |value: &toml::Value| match value {
            toml::Value::String(text) => Some(vec![text.clone()]),
            toml::Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        self.params.iter().filter_map(move |(name, value)| Some((name.as_str(), texts(value)?)))
    }

    /// The conditions in SQL under which events are no findings of a rule.
    pub(super) fn exceptions(&self, id: &str, now: DateTime<Utc>) -> Vec<Source> {
        let is_in_force = |exception: &&Exception| {
            let until = exception.until.as_ref().and_then(|until| NaiveDate::parse_from_str(until, "%Y-%m-%d").ok());
            until.is_none_or(|until| now.date_naive() <= until)
        };
        let file = self.source.as_ref().map_or("tuning", |source| &source.name);
        self.except
            .iter()
            .filter(|exception| exception.rules.is_empty() || exception.rules.iter().any(|rule| fits(rule, id)))
            .filter(is_in_force)
            .map(|exception| Source::new(file, exception.condition.as_str()))
            .collect()
    }
}

/// Whether an id fits a pattern, in which `*` is any text.
#[must_use]
pub fn fits(pattern: &str, id: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == id };
    let Some(mut left) = id.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Tuning, String> {
        Tuning::parse(Source::new("tuning.toml", text)).map_err(|error| error.list[0].message.clone())
    }

    #[test]
    fn the_last_that_says_something_counts() {
        let tuning = parse(
            "[params]\nn = 1\n[rules.\"ct.*\"]\nlevel = \"low\"\n[rules.\"ct.a\"]\nenabled = false\nparams = { n = 2 }",
        )
        .expect("a tuning");
        let param = Param::parse("n number = 0 · what").expect("a parameter");
        let value =
            |tuning: &Tuning, id: &str| tuning.values(id, std::slice::from_ref(&param)).expect("values")[0].1.clone();
        assert_eq!((tuning.enables("ct.a"), tuning.enables("ct.b")), (false, true));
        assert_eq!((tuning.level("ct.b"), tuning.level("x")), (Some(Level::Low), None));
        assert_eq!((value(&tuning, "ct.a"), value(&tuning, "ct.b")), (Value::Number(2.0), Value::Number(1.0)));
        let given = tuning.with_params(&[("n".to_owned(), "7".to_owned())]);
        assert_eq!(value(&given, "ct.a"), Value::Number(7.0));
    }

    #[test]
    fn what_has_no_meaning_is_an_error() {
        assert!(parse("[rules.x]\nlevel = \"huge\"").expect_err("no level").contains("huge"));
        assert!(parse("[[except]]\nwhere = \"true\"\nreason = \"\"").expect_err("no reason").contains("reason"));
        assert!(
            parse("[[except]]\nwhere = \"true\"\nreason = \"x\"\nuntil = \"soon\"")
                .expect_err("no date")
                .contains("soon")
        );
        assert!(parse("[colour]\nx = 1").is_err());
        let tuning = parse("[params]\nn = \"many\"").expect("a tuning");
        let param = Param::parse("n number = 0 · what").expect("a parameter");
        let error = tuning.values("ct.a", &[param]).expect_err("another type");
        assert!(error.list[0].message.contains("is a number"), "{error}");
    }

    #[test]
    fn exceptions_end_when_their_day_has_passed() {
        let tuning =
            parse("[[except]]\nrules = [\"ct.iam.*\"]\nwhere = \"true\"\nreason = \"x\"\nuntil = \"2026-03-01\"")
                .expect("a tuning");
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        assert_eq!(tuning.exceptions("ct.iam.user", at("2026-03-01T23:00:00Z")).len(), 1);
        assert_eq!(tuning.exceptions("ct.iam.user", at("2026-03-02T00:00:00Z")).len(), 0);
        assert_eq!(tuning.exceptions("ct.s3.x", at("2026-03-01T00:00:00Z")).len(), 0);
    }

    #[test]
    fn patterns_of_ids_have_stars() {
        let check = |pattern, id, expected| assert_eq!(fits(pattern, id), expected, "{pattern} {id}");
        check("ct.a", "ct.a", true);
        check("ct.*", "ct.a.b", true);
        check("*.b", "ct.a.b", true);
        check("ct.*.b", "ct.a.b", true);
        check("ct.*.b", "ct.a.c", false);
        check("*", "", true);
        check("a*a", "a", false);
    }
}
