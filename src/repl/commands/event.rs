//! From a row to its record.

use datafusion::arrow::record_batch::RecordBatch;

use super::{Argument, Done, GO_ON, Meta, missing};
use crate::diag::Source;
use crate::lookup;
use crate::output::{self, ValueStyle, escape};
use crate::repl::shell::Shell;
use crate::schema::Shape;
use crate::schema::columns::{self, Virtual};
use crate::session::{Error, Language};
use crate::sql::literal;

pub(super) const ALL: &[Meta] = &[Meta {
    names: &[".event"],
    usage: ".event ID|ROW",
    summary: "the record with this eventID, or behind this row of the answer before",
    argument: Argument::Event,
    run: event,
}];

fn event(shell: &mut Shell<'_>, argument: &str) -> Done {
    let argument = argument.trim_matches(['\'', '"']);
    if argument.is_empty() {
        return Err(missing(".event ID|ROW"));
    }
    // An event id is a UUID, which is no number.
    let Ok(number) = argument.parse::<usize>() else {
        by_id(shell, argument)?;
        return GO_ON;
    };
    let rows = shell.rows().ok_or_else(|| Error::Usage {
        message: "there is no answer before this".to_owned(),
        help: "ask a query, then `.event 1` shows the record of its first row".to_owned(),
    })?;
    let row = rows.row(number).ok_or_else(|| no_row(number, rows.rows(), rows.is_whole()))?;
    match behind(&row)? {
        Behind::Record(text) => show(shell, &text)?,
        Behind::Id(id) => by_id(shell, &id)?,
        Behind::Conditions(conditions) => {
            let condition =
                conditions.iter().map(|(_, condition)| condition.as_str()).collect::<Vec<_>>().join(" AND ");
            let names: Vec<&str> = conditions.iter().map(|(name, _)| name.as_str()).collect();
            if find(shell, &condition)? {
                let names = names.join(", ");
                shell.terminal().note(&format!("the newest record that agrees with the row in {names}"));
            } else {
                shell.terminal().note(&format!("no record agrees with the row in {}", names.join(", ")));
            }
        }
    }
    GO_ON
}

fn no_row(number: usize, rows: usize, is_whole: bool) -> Error {
    Error::Usage {
        message: format!("the answer before has no row {number}"),
        help: if is_whole {
            format!("its rows are numbered from 1 to {rows}")
        } else {
            format!("its {rows} rows are too many to be kept; give an eventID, or ask for fewer rows")
        },
    }
}

/// What leads from a row to its record.
enum Behind {
    /// The record itself is a value of the row.
    Record(String),
    /// The row has the `eventID`.
    Id(String),
    /// Columns of records that the row has, each with a condition.
    Conditions(Vec<(String, String)>),
}

fn behind(row: &RecordBatch) -> Result<Behind, Error> {
    let values = output::texts(row, ValueStyle::Sql)?.pop().unwrap_or_default();
    let schema = row.schema();
    let named: Vec<(&str, Option<&str>)> =
        schema.fields().iter().zip(&values).map(|(field, value)| (field.name().as_str(), value.as_deref())).collect();
    let value_of = |names: &[&str]| {
        let mut found = named.iter().filter(|(name, _)| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
        found.find_map(|(_, value)| *value)
    };
    if let Some(record) = value_of(&["eventjson", "@message"]).filter(|text| text.starts_with('{')) {
        return Ok(Behind::Record(record.to_owned()));
    }
    if let Some(id) = value_of(&["eventid"]) {
        return Ok(Behind::Id(id.to_owned()));
    }
    let conditions: Vec<_> = named
        .iter()
        .filter_map(|(name, value)| {
            let place = place(name)?;
            let condition =
                value.map_or_else(|| format!("{place} IS NULL"), |value| format!("{place} = {}", literal(value)));
            Some(((*name).to_owned(), condition))
        })
        .collect();
    if conditions.is_empty() {
        return Err(Error::Usage {
            message: "no column of the row is one of a record".to_owned(),
            help: "add eventid to the query".to_owned(),
        });
    }
    Ok(Behind::Conditions(conditions))
}

/// What stands in a record under a heading: a column by its name, or a path as Logs Insights writes it.
fn place(heading: &str) -> Option<String> {
    let of_record = |name: &str| columns::ALL.iter().find(|column| column.json == name && !name.is_empty());
    let column = columns::ALL.iter().find(|column| column.name == heading);
    if let Some(column) = column.or_else(|| of_record(heading)).filter(|column| is_plain(column.shape)) {
        return Some(format!("\"{}\"", column.name));
    }
    let (first, _) = heading.split_once('.')?;
    of_record(first)?;
    let steps: String = heading.split('.').map(|step| format!("[\"{}\"]", step.replace('"', "\\\""))).collect();
    Some(format!("json_extract_scalar(eventjson, {})", literal(&format!("${steps}"))))
}

/// Whether a column's values are texts that can be compared.
fn is_plain(shape: Shape) -> bool {
    use Virtual as V;
    match shape {
        Shape::Text | Shape::Flag | Shape::Time => true,
        Shape::Virtual(from) => !matches!(from, V::EventJson | V::FileSize | V::FileModified | V::RecordIndex),
        Shape::Json | Shape::Struct(_) | Shape::List(_) => false,
    }
}

/// Shows the record with this id, or says that there is none.
fn by_id(shell: &Shell<'_>, id: &str) -> Result<(), Error> {
    let found = shell.wait(shell.terminal().wait(lookup::event(shell.session(), id)))?;
    match found {
        Some(Some(record)) => show(shell, &record),
        Some(None) => {
            shell.terminal().note(&format!("no record has the eventID `{id}`"));
            Ok(())
        }
        None => Ok(()),
    }
}

/// Shows the newest record that a condition holds for; false where there is none.
fn find(shell: &mut Shell<'_>, condition: &str) -> Result<bool, Error> {
    let text = format!("SELECT eventjson FROM cloudtrail WHERE {condition} ORDER BY eventtime DESC LIMIT 1");
    let session = std::sync::Arc::clone(shell.session());
    for statement in session.parse(&Source::new("query", text), Language::Sql)? {
        let work = async {
            let mut answer = shell.terminal().wait(session.run(statement)).await?;
            let mut record = None;
            let take = |batch: &RecordBatch| {
                let texts = output::texts(batch, ValueStyle::Sql)?;
                record = record.take().or_else(|| texts.into_iter().flatten().flatten().next());
                Ok(())
            };
            shell.terminal().follow(&mut answer, take).await?;
            Ok((record, answer.outcome().is_incomplete()))
        };
        let Some((record, is_incomplete)) = shell.wait(work)? else { return Ok(true) };
        shell.note_incomplete(is_incomplete);
        if let Some(record) = record {
            show(shell, &record)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// A record as JSON, a member a line.
fn show(shell: &Shell<'_>, record: &str) -> Result<(), Error> {
    let pretty = serde_json::from_str::<serde_json::Value>(record)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| record.to_owned());
    shell.answer(&escape::terminal_lines(&pretty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_stands_for_a_column_or_a_path() {
        let check = |heading: &str, place_: Option<&str>| assert_eq!(place(heading).as_deref(), place_, "{heading}");
        check("eventname", Some("\"eventname\""));
        check("eventName", Some("\"eventname\""));
        check("userIdentity.arn", Some("json_extract_scalar(eventjson, '$[\"userIdentity\"][\"arn\"]')"));
        check("requestParameters.it's", Some("json_extract_scalar(eventjson, '$[\"requestParameters\"][\"it''s\"]')"));
        check("_col1", None);
        check("count(*)", None);
        check("userIdentity", None);
        check("nothing.arn", None);
    }
}
