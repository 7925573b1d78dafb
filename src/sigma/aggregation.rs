//! The old form of correlations, `selection | count() by field > 5` with a `timeframe`, as correlations.
//!
//! Obsolete since version 2 of the specification, and still found.

use super::Rule;
use super::condition::{self, Condition, Quantity};
use super::correlation::{Bound, Correlation, Kind, Operator, Reference, Target, timespan};
use super::detection::{Detection, Selection, Written};
use super::header::Header;
use crate::diag::{Diagnostic, Span};

/// What a written rule comes to.
#[derive(Debug)]
pub(super) enum Read {
    /// A rule of single records.
    Rule(Detection),
    /// Rules that are parts of a correlation, which refers to them by their place here.
    Correlated(Vec<Rule>, Box<Correlation>),
}

/// Reads the conditions of a rule, old forms included.
pub(super) fn read(header: &Header, written: Written, notices: &mut Vec<Diagnostic>) -> Result<Read, Diagnostic> {
    let Written { selections, conditions, timeframe } = written;
    let aggregated = conditions.iter().find(|(parsed, _)| parsed.aggregation.is_some());
    let plain = || conditions.iter().map(|(parsed, _)| parsed.condition.clone()).collect::<Vec<_>>();
    let Some((parsed, span)) = aggregated else {
        if let Some((frame, place)) = &timeframe {
            let together = match conditions.as_slice() {
                [(parsed, _)] => together(&parsed.condition, &selections),
                _ => None,
            };
            if let Some(names) = together {
                let timespan = span_of(Some(frame), *place)?;
                let parts = names.into_iter().map(Condition::Name).collect();
                return Ok(correlated(header, selections, parts, Kind::Temporal, timespan, notices, *place));
            }
            notices.push(Diagnostic::notice("G033", "a `timeframe` that nothing is counted in").at(*place, "not read"));
        }
        return Ok(Read::Rule(Detection { selections, conditions: plain() }));
    };
    let refused = |reason: &str| {
        Diagnostic::error("G013", format!("the old form of a correlation, {reason}"))
            .at(*span, "")
            .help("write it as a document of its own with `correlation`")
    };
    if conditions.len() > 1 {
        return Err(refused("among several conditions"));
    }
    let text = parsed.aggregation.as_deref().unwrap_or_default();
    let frame = timeframe.as_ref().map(|(frame, _)| frame);
    let timespan = span_of(frame, timeframe.as_ref().map_or(*span, |(_, place)| *place))?;
    if let Some(near) = strip_word(text, "near") {
        let near = condition::parse(near).map_err(|reason| refused(&format!("where {reason}")))?;
        let names = together(&near.condition, &selections).or(match near.condition {
            Condition::Name(name) if selections.iter().any(|selection| selection.name == name) => Some(vec![name]),
            _ => None,
        });
        let Some(names) = names.filter(|_| near.aggregation.is_none()) else {
            return Err(refused("with more than selections behind `near`"));
        };
        let parts = std::iter::once(parsed.condition.clone()).chain(names.into_iter().map(Condition::Name)).collect();
        return Ok(correlated(header, selections, parts, Kind::TemporalOrdered, timespan, notices, *span));
    }
    let Some(count) = Count::parse(text) else { return Err(refused(&format!("which `{text}` does not say clearly"))) };
    let kind = match (count.function.as_str(), &count.field) {
        ("count", None) => Kind::EventCount,
        ("count", Some(_)) => Kind::ValueCount,
        ("sum", Some(_)) => Kind::ValueSum,
        ("avg", Some(_)) => Kind::ValueAvg,
        (function, _) => return Err(refused(&format!("with `{function}`, which correlations do not have"))),
    };
    let parts = vec![parsed.condition.clone()];
    let Read::Correlated(rules, mut correlation) =
        correlated(header, selections, parts, kind, timespan, notices, *span)
    else {
        return Err(refused("which cannot be converted"));
    };
    correlation.group_by = count.by;
    correlation.fields = count.field.into_iter().collect();
    correlation.bounds = vec![Bound { operator: count.operator, number: count.number }];
    Ok(Read::Correlated(rules, correlation))
}

fn span_of(frame: Option<&String>, place: Span) -> Result<std::time::Duration, Diagnostic> {
    let Some(frame) = frame else {
        return Err(Diagnostic::error("G013", "the old form of a correlation, without a `timeframe`").at(place, ""));
    };
    timespan(frame).ok_or_else(|| {
        Diagnostic::error("G013", format!("`timeframe` is `{frame}`, not a number with a unit"))
            .at(place, "")
            .help("units are `s`, `m`, `h` and `d`: `15m`")
    })
}

fn correlated(
    header: &Header,
    selections: Vec<Selection>,
    parts: Vec<Condition>,
    kind: Kind,
    timespan: std::time::Duration,
    notices: &mut Vec<Diagnostic>,
    span: Span,
) -> Read {
    let notice = Diagnostic::notice("G033", format!("the old form of a correlation, read as `{}`", kind.name()));
    notices.push(notice.at(span, ""));
    let mut rules = Vec::new();
    let mut references = Vec::new();
    for (at, condition) in parts.into_iter().enumerate() {
        let mut header = header.clone();
        let text = format!("{}#{}", header.key(), at + 1);
        (header.id, header.name) = (Some(text.clone()), None);
        header.title = format!("{}: {condition}", header.title);
        references.push(Reference { text, span, target: Target::Rule(at) });
        let detection = Detection { selections: selections.clone(), conditions: vec![condition] };
        rules.push(Rule { header, detection, filters: Vec::new() });
    }
    let correlation = Correlation {
        header: header.clone(),
        kind,
        rules: references,
        group_by: Vec::new(),
        timespan,
        bounds: Vec::new(),
        fields: Vec::new(),
        aliases: Vec::new(),
        generate: false,
    };
    Read::Correlated(rules, Box::new(correlation))
}

/// The selections that a condition wants together, two at least; none when it wants more than that.
fn together(condition: &Condition, selections: &[Selection]) -> Option<Vec<String>> {
    let parts = if let Condition::All(parts) = condition { parts.as_slice() } else { std::slice::from_ref(condition) };
    let mut names = Vec::new();
    for part in parts {
        match part {
            Condition::Name(name) => names.push(name.clone()),
            Condition::Of(Quantity::All, target) => {
                let meant = selections.iter().filter(|selection| target.takes(&selection.name));
                names.extend(meant.map(|selection| selection.name.clone()));
            }
            _ => return None,
        }
    }
    let is_known = names.iter().all(|name| selections.iter().any(|selection| selection.name == *name));
    (names.len() > 1 && is_known).then_some(names)
}

/// `count(field) by field, field > 5`
#[derive(Debug, PartialEq)]
struct Count {
    function: String,
    field: Option<String>,
    by: Vec<String>,
    operator: Operator,
    number: f64,
}

impl Count {
    fn parse(text: &str) -> Option<Self> {
        let (function, rest) = text.split_once('(')?;
        let (field, rest) = rest.split_once(')')?;
        let at = rest.find(['<', '>', '=', '!'])?;
        let (by, bound) = rest.split_at(at);
        let digits = bound.trim_start_matches(['<', '>', '=', '!']);
        let operator = Operator::named(&bound[..bound.len() - digits.len()])?;
        let by = match by.trim() {
            "" => Vec::new(),
            by => strip_word(by, "by")?.split(',').map(|field| field.trim().to_owned()).collect(),
        };
        let field = field.trim();
        if by.iter().any(|field| field.is_empty() || field.contains(char::is_whitespace)) {
            return None;
        }
        Some(Self {
            function: function.trim().to_lowercase(),
            field: (!field.is_empty() && field != "*").then(|| field.to_owned()),
            by,
            operator,
            number: digits.trim().parse().ok().filter(|number: &f64| number.is_finite())?,
        })
    }
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    first.eq_ignore_ascii_case(word).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_the_old_form_are_read() {
        let count = |field: Option<&str>, by: &[&str], operator, number| Count {
            function: "count".to_owned(),
            field: field.map(str::to_owned),
            by: by.iter().map(|field| (*field).to_owned()).collect(),
            operator,
            number,
        };
        for (text, expected) in [
            ("count() > 10", count(None, &[], Operator::Greater, 10.0)),
            ("count(*) by a.b >=5", count(None, &["a.b"], Operator::GreaterOrEqual, 5.0)),
            ("COUNT( x ) BY a, b < 3", count(Some("x"), &["a", "b"], Operator::Less, 3.0)),
            ("count() by a = 1", count(None, &["a"], Operator::Equal, 1.0)),
        ] {
            assert_eq!(Count::parse(text), Some(expected), "{text}");
        }
        for text in [
            "count",
            "count()",
            "count() > x",
            "count() of a > 5",
            "count() by > 5",
            "count() by a b > 5",
            "count() =< 5",
        ] {
            assert_eq!(Count::parse(text), None, "{text}");
        }
    }
}
