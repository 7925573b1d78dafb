//! Fields of records by JSON's own names, documented and learned, level by level.

use std::collections::BTreeMap;

use super::rank::Candidate;
use crate::insights;
use crate::repl::words::{ELEMENT, Tree};
use crate::schema::{Shape, columns};

/// Which names a language can write without quotes, and how it writes the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) quote: fn(&str) -> Option<String>,
    /// How an element of a list stands in a path.
    pub(super) element: &'static str,
}

/// What may be the last part of a path whose other parts are given.
pub(super) fn below(path: &[&str], learned: &Tree, style: Style) -> Vec<Candidate> {
    let mut names: BTreeMap<String, bool> = BTreeMap::new();
    if let Some(members) = documented(path) {
        names.extend(
            members.iter().filter(|member| !member.json.is_empty()).map(|member| (member.json.to_owned(), true)),
        );
    } else if is_list(path) {
        names.insert(ELEMENT.to_owned(), true);
    }
    if let Some(tree) = learned.at(path.iter().copied()) {
        for name in tree.members.keys().filter(|_| !is_list(path)) {
            names.entry(name.to_string()).or_insert(false);
        }
    }
    let mut found = Vec::new();
    for (name, is_documented) in names {
        let weight = if is_documented { 3 } else { 2 };
        let text = if name == ELEMENT { Some(style.element.to_owned()) } else { (style.quote)(&name) };
        found.extend(text.map(|text| Candidate::word(name).written(text).weighing(weight)));
    }
    if path.is_empty() {
        found.extend(insights::SYSTEM_FIELDS.iter().map(|name| Candidate::word(*name).weighing(2)));
    }
    found
}

/// Whole paths whose last name begins so.
pub(super) fn deep(typed: &str, learned: &Tree, style: Style) -> Vec<Candidate> {
    if typed.len() < 3 {
        return Vec::new();
    }
    let is_fit = |name: &str| name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let mut known: Vec<Vec<&'static str>> = Vec::new();
    documented_deep(columns::ALL, &is_fit, &mut Vec::new(), &mut known);
    let mut paths: Vec<Vec<&str>> = learned.find(&is_fit, 200);
    paths.extend(known);
    paths.retain(|path| path.len() > 1);
    let candidate = |path: Vec<&str>| {
        let key = (*path.last()?).to_owned();
        let part = |name: &&str| if *name == ELEMENT { Some(style.element.to_owned()) } else { (style.quote)(name) };
        let parts: Vec<String> = path.iter().map(part).collect::<Option<_>>()?;
        Some(Candidate { key, ..Candidate::word(parts.join(".").replace(".[", "[")) }.weighing(0))
    };
    paths.into_iter().filter_map(candidate).collect()
}

fn documented_deep(
    members: &'static [columns::Column],
    is_fit: &dyn Fn(&str) -> bool,
    path: &mut Vec<&'static str>,
    found: &mut Vec<Vec<&'static str>>,
) {
    for member in members.iter().filter(|member| !member.json.is_empty()) {
        path.push(member.json);
        if is_fit(member.json) {
            found.push(path.clone());
        }
        if let Shape::Struct(inner) = member.shape {
            documented_deep(inner, is_fit, path, found);
        }
        path.pop();
    }
}

/// The documented members at a path, where there are any.
fn documented(path: &[&str]) -> Option<&'static [columns::Column]> {
    let mut members = columns::ALL;
    let mut path = path.iter();
    while let Some(name) = path.next() {
        let member = members.iter().find(|member| member.json.eq_ignore_ascii_case(name) && !name.is_empty())?;
        members = match member.shape {
            Shape::Struct(inner) => inner,
            Shape::List(inner) => {
                path.next()?;
                inner
            }
            _ => return None,
        };
    }
    Some(members)
}

/// Whether a documented list is at a path.
fn is_list(path: &[&str]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    let members = documented(above).unwrap_or_default();
    members.iter().any(|member| member.json.eq_ignore_ascii_case(last) && matches!(member.shape, Shape::List(_)))
}
