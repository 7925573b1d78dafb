//! What stands below a name: members of a column, paths within JSON, columns of a table, tables of a schema.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::{DataType, FieldRef};

use super::World;
use super::code::Step;
use super::rank::Candidate;
use super::scope::{Columns, Scope};
use crate::repl::words::{ELEMENT, Tree};
use crate::schema::{Shape, Virtual, columns};
use crate::session::KnownTable;

/// A column as SQL writes it.
pub(super) fn column(name: &str) -> Candidate {
    let camel = columns::ALL.iter().find(|column| column.name == name).map(|column| column.json);
    Candidate { camel: camel.filter(|camel| !camel.is_empty()), ..member(name) }
}

/// A name whose capitals are its own, as SQL writes it.
pub(super) fn member(name: &str) -> Candidate {
    let key = name.trim_start_matches('$').to_owned();
    let written = if is_plain(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) };
    Candidate { key, ..Candidate::word(name) }.written(written).weighing(2)
}

/// Whether a name needs no quotes.
pub(super) fn is_plain(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(is_part) && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// A table as SQL writes it.
pub(super) fn table(table: &KnownTable) -> Candidate {
    column(&table.name)
}

/// What may follow a path and a dot in SQL. `events` are the names of events that the text asks for.
pub(super) fn below(
    path: &[Step],
    scope: &Scope,
    tables: &[KnownTable],
    world: &World<'_>,
    events: &[String],
) -> Vec<Candidate> {
    let Some((Step::Name(first), rest)) = path.split_first() else { return Vec::new() };
    if let Some(source) = scope.sources.iter().find(|source| source.name.eq_ignore_ascii_case(first)) {
        return match rest.split_first() {
            None => source.columns.names().iter().map(|name| column(name)).collect(),
            Some((Step::Name(name), rest)) => {
                below_column(name, rest, std::slice::from_ref(&source.columns), world, events)
            }
            Some(_) => Vec::new(),
        };
    }
    let sources: Vec<Columns> = scope.sources.iter().map(|source| source.columns.clone()).collect();
    let found = below_column(first, rest, &sources, world, events);
    if !found.is_empty() {
        return found;
    }
    let in_schema: Vec<_> = tables.iter().filter(|table| table.schema.eq_ignore_ascii_case(first)).collect();
    match rest {
        [] => in_schema.into_iter().map(table).collect(),
        [Step::Name(name)] => {
            let table = in_schema.into_iter().find(|table| table.name.eq_ignore_ascii_case(name));
            table
                .map(|table| table.columns.fields().iter().map(|field| column(field.name())).collect())
                .unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// What stands below a column, after the steps of a path.
fn below_column(
    name: &str,
    rest: &[Step],
    sources: &[Columns],
    world: &World<'_>,
    events: &[String],
) -> Vec<Candidate> {
    let known = sources.iter().find_map(|source| match source {
        Columns::Known(schema) => schema.fields().iter().find(|field| field.name().eq_ignore_ascii_case(name)),
        _ => None,
    });
    let of_records = columns::ALL.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    match (of_records, known) {
        (Some(record), _) => below_record(record, rest, world, events),
        (None, Some(field)) => below_field(field, rest),
        (None, None) => Vec::new(),
    }
}

fn below_record(record: &columns::Column, rest: &[Step], world: &World<'_>, events: &[String]) -> Vec<Candidate> {
    match reach(record, rest) {
        Reached::Members(members) => members.iter().map(|member| column(member.name)).collect(),
        Reached::Json(path) => {
            let tree = world.words.paths_of(events);
            let below = tree.at(path.iter().map(String::as_str));
            below.map(sql_members).unwrap_or_default()
        }
        Reached::Nothing => Vec::new(),
    }
}

/// Where a path leads.
pub(super) enum Reached {
    Members(&'static [columns::Column]),
    /// JSON, at this path within the record.
    Json(Vec<String>),
    Nothing,
}

/// Where a path below a column of records leads.
pub(super) fn reach(record: &columns::Column, rest: &[Step]) -> Reached {
    let mut path = vec![record.json.to_owned()];
    let mut shape = record.shape;
    let mut rest = rest.iter();
    loop {
        match shape {
            Shape::Json => {
                path.extend(rest.map(|step| match step {
                    Step::Name(name) => name.clone(),
                    Step::Element => ELEMENT.to_owned(),
                }));
                return Reached::Json(path);
            }
            Shape::Virtual(Virtual::EventJson) => {
                path.clear();
                shape = Shape::Json;
            }
            Shape::List(members) => match rest.clone().next() {
                Some(Step::Element) => {
                    rest.next();
                    shape = Shape::Struct(members);
                }
                _ => shape = Shape::Struct(members),
            },
            Shape::Struct(members) => match rest.next() {
                None => return Reached::Members(members),
                Some(Step::Element) => return Reached::Nothing,
                Some(Step::Name(name)) => {
                    let is_wanted = |member: &&columns::Column| member.name.eq_ignore_ascii_case(name);
                    let Some(member) = members.iter().find(is_wanted) else { return Reached::Nothing };
                    path.push(member.json.to_owned());
                    shape = member.shape;
                }
            },
            _ => return Reached::Nothing,
        }
    }
}

/// The members of JSON as SQL writes them after a dot.
fn sql_members(tree: &Tree) -> Vec<Candidate> {
    let names = tree.members.iter().filter(|(name, _)| &***name != ELEMENT);
    let written = names.flat_map(|(name, below)| {
        let member = member(name);
        let is_list = below.members.contains_key(ELEMENT);
        let element = is_list.then(|| {
            let text = format!("{}[0]", member.text);
            Candidate { display: text.clone(), ..member.clone() }.written(text)
        });
        [Some(member), element]
    });
    written.flatten().collect()
}

/// The members of a field of some other table.
fn below_field(field: &FieldRef, rest: &[Step]) -> Vec<Candidate> {
    let mut field = field;
    let mut rest = rest.iter().peekable();
    loop {
        match field.data_type() {
            DataType::List(element) | DataType::LargeList(element) => {
                rest.next_if(|step| **step == Step::Element);
                field = element;
            }
            DataType::Struct(members) => match rest.next() {
                None => return members.iter().map(|member| column(member.name())).collect(),
                Some(Step::Element) => return Vec::new(),
                Some(Step::Name(name)) => {
                    let member = members.iter().find(|member| member.name().eq_ignore_ascii_case(name));
                    let Some(member) = member else { return Vec::new() };
                    field = member;
                }
            },
            _ => return Vec::new(),
        }
    }
}

/// Columns of the tables of a query, or of every table when it names none yet.
pub(super) fn all(scope: &Scope, tables: &[KnownTable]) -> Vec<Candidate> {
    let mut names: BTreeSet<String> = scope.sources.iter().flat_map(|source| source.columns.names()).collect();
    let is_unknown = scope.sources.iter().any(|source| matches!(source.columns, Columns::Unknown));
    if scope.sources.is_empty() || is_unknown && names.is_empty() {
        let default = tables.iter().filter(|table| table.is_default);
        names.extend(default.flat_map(|table| table.columns.fields().iter().map(|field| field.name().clone())));
        names.extend(columns::ALL.iter().map(|column| column.name.to_owned()));
    }
    names.iter().map(|name| column(name)).collect()
}
