//! Rules that cannot match what CloudTrail writes, or match nearly all of it.

use super::clause::path_of;
use super::detection::Group;
use super::field::{FieldTest, Match};
use super::{Rule, Selection};
use crate::diag::{Diagnostic, closest};
use crate::functions::sigma::{Piece, pieces};
use crate::schema::{Column, Shape, columns, events};

/// What is doubtful about a rule, in the order of its text.
#[must_use]
pub fn lint(rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut asks_for_events = false;
    for selection in &rule.detection.selections {
        let tests = tests(selection);
        asks_for_events |= tests.iter().any(|test| test.field.as_deref() == Some("eventName"));
        let sources = texts(&tests, "eventSource");
        for test in &tests {
            fields(test, &mut found);
            values(test, &mut found);
            match test.field.as_deref() {
                Some("eventName") => found.extend(literals(test).iter().flat_map(|name| event(test, name, &sources))),
                Some("eventSource") => found.extend(literals(test).iter().filter_map(|name| source(test, name))),
                _ => {}
            }
        }
    }
    if !asks_for_events {
        let notice = Diagnostic::notice("G046", "a rule that does not ask for `eventName`");
        let notice = notice.at(rule.header.span, "reads every record");
        found.push(notice.help("it may match a large share of all records: look at its count"));
    }
    found.sort_by_key(|notice| notice.label.as_ref().map(|(span, _)| span.start));
    found.dedup();
    found
}

fn tests(selection: &Selection) -> Vec<&FieldTest> {
    fn collect<'a>(group: &'a Group, into: &mut Vec<&'a FieldTest>) {
        match group {
            Group::All(groups) | Group::Any(groups) => groups.iter().for_each(|group| collect(group, into)),
            Group::Test(test) => into.push(test),
        }
    }
    let mut tests = Vec::new();
    collect(&selection.group, &mut tests);
    tests
}

/// The values of a test without wildcards.
fn literals(test: &FieldTest) -> Vec<String> {
    let literal = |wanted: &Match| match wanted {
        Match::Pattern { pattern, .. } => match pieces(pattern).as_slice() {
            [Piece::Literal(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    if test.negated { Vec::new() } else { test.matches.iter().filter_map(literal).collect() }
}

fn texts(tests: &[&FieldTest], field: &str) -> Vec<String> {
    tests.iter().filter(|test| test.field.as_deref() == Some(field)).flat_map(|test| literals(test)).collect()
}

fn event(test: &FieldTest, name: &str, sources: &[String]) -> Option<Diagnostic> {
    let notice = |code, message: String| Diagnostic::notice(code, message).at(test.span, "");
    if let Some(event) = events::permission(name) {
        let notice = notice("G040", format!("no event is named `{name}`, which is a permission"));
        return Some(match event {
            Some(event) => notice.help(format!("the event is `{event}`")),
            None => notice.help("ask for the calls that make use of it"),
        });
    }
    let is_lambda = sources.iter().any(|source| source.eq_ignore_ascii_case("lambda.amazonaws.com"));
    if let Some(dated) = events::dated(name, is_lambda) {
        let notice = notice("G042", format!("`{name}` carries the date of its API in CloudTrail"));
        return Some(notice.help(format!("write `eventName|startswith: {name}`, or `{dated}`")));
    }
    let expected = events::source_of(name)?;
    if sources.is_empty() || sources.iter().any(|source| source.eq_ignore_ascii_case(&expected)) {
        return None;
    }
    // The right one may stand among several, each for other events.
    let shown = sources.iter().map(|source| format!("`{source}`")).collect::<Vec<_>>().join(", ");
    let notice = notice("G041", format!("`{name}` does not come from {shown}"));
    Some(notice.help(format!("its `eventSource` is `{expected}`")))
}

fn source(test: &FieldTest, name: &str) -> Option<Diagnostic> {
    let right = events::right_source(name)?;
    let notice = Diagnostic::notice("G041", format!("no event has the `eventSource` `{name}`")).at(test.span, "");
    Some(notice.help(format!("it is `{right}`")))
}

fn fields(test: &FieldTest, found: &mut Vec<Diagnostic>) {
    let others = test.matches.iter().filter_map(|wanted| match wanted {
        Match::Field { field, .. } => Some(field.as_str()),
        _ => None,
    });
    for field in test.field.as_deref().into_iter().chain(others) {
        found.extend(unknown(field).map(|(name, close)| {
            let notice = Diagnostic::notice("G043", format!("records have no field `{name}`")).at(test.span, "");
            match close {
                Some(close) => notice.help(format!("`{close}` has a similar name; names of fields have case")),
                None => notice.help("without it the test holds for null alone"),
            }
        }));
    }
}

/// The part of a path that CloudTrail does not document, and a name that is close to it.
fn unknown(field: &str) -> Option<(String, Option<String>)> {
    let path = path_of(field);
    let mut members: &[Column] = columns::ALL;
    for (at, key) in path.iter().enumerate() {
        let documented = || members.iter().filter(|column| !column.json.is_empty());
        let Some(column) = documented().find(|column| column.json == key.as_str()) else {
            let is_index = key.bytes().all(|byte| byte.is_ascii_digit());
            if is_index && at > 0 {
                continue;
            }
            let before = path[..at].iter().map(|key| format!("{key}.")).collect::<String>();
            let close = closest(key, documented().map(|column| column.json)).map(|close| format!("{before}{close}"));
            return Some((format!("{before}{key}"), close));
        };
        match column.shape {
            Shape::Struct(inner) | Shape::List(inner) => members = inner,
            Shape::Json => return None,
            // There is nothing inside of text.
            _ => return (at + 1 < path.len()).then(|| (field.to_owned(), None)),
        }
    }
    None
}

fn values(test: &FieldTest, found: &mut Vec<Diagnostic>) {
    for wanted in &test.matches {
        match wanted {
            Match::Pattern { pattern, .. } => {
                let text: Vec<String> = pieces(pattern)
                    .into_iter()
                    .filter_map(|piece| if let Piece::Literal(text) = piece { Some(text) } else { None })
                    .collect();
                if let [text] = text.as_slice()
                    && is_path(text)
                {
                    let notice =
                        Diagnostic::notice("G044", format!("the value `{text}` looks like a field")).at(test.span, "");
                    let with = test.key.split('|').nth(1).map(|modifier| format!("|{modifier}")).unwrap_or_default();
                    let name = test.field.as_deref().unwrap_or_default();
                    found
                        .push(notice.help(format!("to compare with the field, write `{name}{with}|fieldref: {text}`")));
                }
            }
            Match::Field { field, how: "equals", .. } => {
                let (Some(one), other) = (&test.field, field) else { continue };
                let is_arn = |field: &str| path_of(field).last().is_some_and(|key| key.eq_ignore_ascii_case("arn"));
                let is_name =
                    |field: &str| path_of(field).last().is_some_and(|key| key.to_lowercase().ends_with("name"));
                if is_arn(one) && is_name(other) {
                    let notice =
                        Diagnostic::notice("G045", format!("an ARN is never equal to a name, as `{other}` is"));
                    let notice = notice.at(test.span, "");
                    found.push(notice.help(format!("write `{one}|endswith|fieldref: {other}`")));
                }
            }
            _ => {}
        }
    }
}

/// Whether a text is a path of two keys or more into a record.
fn is_path(text: &str) -> bool {
    let mut keys = text.split('.');
    let begins = keys.next().is_some_and(|first| columns::ALL.iter().any(|column| column.json == first));
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|character| character.is_ascii_alphanumeric());
    let mut rest = keys.peekable();
    begins && rest.peek().is_some() && rest.all(is_key)
}
