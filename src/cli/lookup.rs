//! `trailql lookup`: the attributes and the output of `aws cloudtrail lookup-events`, over archives of any age.
//!
//! Unlike AWS it takes any number of attributes and all regions at once, and prints every event unless --max-results
//! says how many; there are no pages. Management events alone are looked up, as in AWS's event history, unless
//! --event-category asks for others or an id is given, which an event of any category may have.

use std::io::{self, BufWriter, Write};
use std::time::Instant;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use super::Exit;
use super::output::OutputArgs;
use super::proof::ProofArgs;
use crate::lookup::{self, Attribute, Event, Key, Lookup, Search};
use crate::output::summary::human_count;
use crate::output::{self, Format, Writer, Written, escape};
use crate::schema::tables::VIEWS;
use crate::session::{Error, Options, Outcome, Session, bound};
use crate::terminal::{Sink, Terminal};
use crate::verify::evidence::Asked;

/// `trailql lookup`.
#[derive(Debug, Args)]
pub(super) struct LookupArgs {
    /// Archives to ask: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// AttributeKey=KEY,AttributeValue=VALUE, or JSON: EventId, EventName, ReadOnly, Username, ResourceType,
    /// ResourceName, EventSource, AccessKeyId. Values are exact; all keys must hold, and one value of each.
    #[arg(long, value_name = "ATTRIBUTE", num_args = 1..)]
    pub(super) lookup_attributes: Vec<String>,
    /// As the attribute EventId; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) event_id: Vec<String>,
    /// As the attribute EventName; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) event_name: Vec<String>,
    /// As the attribute EventSource; may be repeated.
    #[arg(long, value_name = "SOURCE")]
    pub(super) event_source: Vec<String>,
    /// As the attribute Username; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) user: Vec<String>,
    /// As the attribute ResourceName; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) resource: Vec<String>,
    /// As the attribute AccessKeyId; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) access_key: Vec<String>,
    /// Earliest event, inclusive: as --since, or seconds since 1970.
    #[arg(long, value_name = "TIME")]
    pub(super) start_time: Option<String>,
    /// Latest event, inclusive: as --until, or seconds since 1970.
    #[arg(long, value_name = "TIME")]
    pub(super) end_time: Option<String>,
    /// At most this many events, the newest; all when not given.
    #[arg(long, visible_alias = "max-items", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) max_results: Option<u64>,
    /// Events of this category; management events when not given, for an id those of any.
    #[arg(long, value_enum, value_name = "CATEGORY")]
    pub(super) event_category: Option<EventCategory>,
    /// Where and how results are written; json, the default, is in AWS's shape.
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// What is known of log files, and what is kept of them.
    #[command(flatten)]
    pub(super) proof: ProofArgs,
}

/// A category of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EventCategory {
    /// Operations on resources, and sign-ins.
    Management,
    /// Operations on or in a resource.
    Data,
    /// Unusual rates of calls and errors.
    Insight,
    /// Calls through VPC endpoints.
    Network,
    /// All of them.
    Any,
}

impl EventCategory {
    /// The table that has such events.
    fn table(self) -> Option<&'static str> {
        let category = match self {
            Self::Management => "Management",
            Self::Data => "Data",
            Self::Insight => "Insight",
            Self::Network => "NetworkActivity",
            Self::Any => return None,
        };
        VIEWS.iter().find(|view| view.category == category).map(|view| view.name)
    }
}

/// Looks events up.
pub(super) async fn run(args: &LookupArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let format = format(args)?;
    let (wanted, archives) = wanted(args, options.now)?;
    let has_category = wanted.table.is_some();
    let (options, mut evidence) = args.proof.begin(options, args.output.out.as_deref())?;
    evidence.asked(|| Asked::text("lookup", &text_of(&wanted)));
    let session = Session::open(&archives, options).await?;
    let sink = args.output.sink()?;
    let started = Instant::now();
    let has_proof = session.options().verified.is_some();
    let mut listing = Listing::new(format, has_proof, terminal, &sink)?;
    let mut search = Search::new(wanted);
    let mut count = 0;
    let mut outcome = loop {
        let mut answer = terminal.wait(search.ask(&session)).await?;
        let take = |batch: &_| {
            let events = search.take(batch)?;
            count += events.len() as u64;
            listing.write(&events)
        };
        terminal.follow(&mut answer, take).await?;
        let outcome = answer.outcome();
        evidence.add(&outcome, 0);
        if !search.is_short() {
            break Outcome { unknown_fields: Vec::new(), ..outcome };
        }
    };
    let written = listing.finish()?;
    sink.keep()?;
    evidence.made(count);
    evidence.keep()?;
    let mut made = format!("{} event{}", human_count(count), if count == 1 { "" } else { "s" });
    if search.copies() > 0 {
        let copies = if search.copies() == 1 { "copy" } else { "copies" };
        made = format!("{made}, {} more {copies}", human_count(search.copies()));
    }
    if let Some(why) =
        outcome.why_empty.as_mut().filter(|_| count == 0 && args.event_category.is_none() && has_category)
    {
        why.push_str(
            "; other than management events are looked up with --event-category data, network, insight or any",
        );
    }
    terminal.report(Some(&made), &outcome, &written, started);
    Ok(Exit::of_outcome(&outcome))
}

/// What is looked up, as the options say it.
fn text_of(wanted: &Lookup) -> String {
    let name_of = |key: Key| lookup::KEYS.iter().find(|(_, known)| *known == key).map_or("", |(name, _)| *name);
    let attributes = wanted
        .attributes
        .iter()
        .map(|attribute| format!("AttributeKey={},AttributeValue={}", name_of(attribute.key), attribute.value));
    let moment = |option: &str, at: Option<DateTime<Utc>>| {
        at.map(|at| format!("{option} {}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
    };
    let others = [
        moment("--start-time", wanted.start),
        moment("--end-time", wanted.end),
        wanted.table.map(|table| format!("in {table}")),
        wanted.most.map(|most| format!("--max-results {most}")),
    ];
    attributes.chain(others.into_iter().flatten()).collect::<Vec<_>>().join(" ")
}

/// AWS's own shape, unless rows are asked for.
fn format(args: &LookupArgs) -> Result<Format, Error> {
    let of_file = args.output.out.as_ref().and_then(|path| Format::of_file(&path.to_string_lossy()));
    match (args.output.output, of_file) {
        (None, None) => Ok(Format::Json),
        _ => args.output.format(),
    }
}

/// What is looked up, and where.
fn wanted(args: &LookupArgs, now: DateTime<Utc>) -> Result<(Lookup, Vec<String>), Error> {
    let usage = |wrong: lookup::Wrong| Error::Usage { message: wrong.message, help: wrong.help };
    let mut archives = args.archives.clone();
    let mut attributes = Vec::new();
    for text in &args.lookup_attributes {
        // An option that takes several values takes the archives behind it, too.
        if is_archive(text) {
            archives.push(text.clone());
        } else {
            attributes.extend(lookup::parse(text).map_err(usage)?);
        }
    }
    if archives.len() > args.archives.len() && attributes.is_empty() {
        return Err(usage(lookup::parse(&archives[args.archives.len()]).err().unwrap_or_else(|| lookup::Wrong {
            message: "--lookup-attributes has no attribute".to_owned(),
            help: "write AttributeKey=EventName,AttributeValue=ConsoleLogin".to_owned(),
        })));
    }
    let by_option = [
        (Key::EventId, &args.event_id),
        (Key::EventName, &args.event_name),
        (Key::EventSource, &args.event_source),
        (Key::Username, &args.user),
        (Key::ResourceName, &args.resource),
        (Key::AccessKeyId, &args.access_key),
    ];
    for (key, values) in by_option {
        for value in values {
            attributes.push(Attribute::new(key, value).map_err(usage)?);
        }
    }
    let moment =
        |option: &str, text: &Option<String>| text.as_deref().map(|text| moment(option, text, now)).transpose();
    let (start, end) = (moment("--start-time", &args.start_time)?, moment("--end-time", &args.end_time)?);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        let shown = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
        return Err(Error::Usage {
            message: format!("the range ends ({}) before it begins ({})", shown(end), shown(start)),
            help: "give --start-time a time before --end-time".to_owned(),
        });
    }
    let has_id = attributes.iter().any(|attribute| attribute.key == Key::EventId);
    let category = args.event_category.unwrap_or(if has_id { EventCategory::Any } else { EventCategory::Management });
    let most = args.max_results.into_iter().chain(args.output.limit).min();
    let most = most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    Ok((Lookup { attributes, start, end, table: category.table(), most }, archives))
}

fn is_archive(text: &str) -> bool {
    !text.starts_with(['[', '{']) && (!text.contains('=') || text.starts_with("s3://") || text.starts_with(['/', '.']))
}

/// A time as `--since` takes it, or as the AWS CLI writes one: seconds since 1970.
fn moment(option: &str, text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    // Eight digits or fewer are more likely meant as a date.
    let seconds =
        text.parse::<f64>().ok().filter(|_| text.len() > 8 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'.')));
    // Times of day have no fractions finer than these.
    let at = seconds
        .filter(|seconds| *seconds < 1e12)
        .and_then(|seconds| DateTime::from_timestamp_millis((seconds * 1e3) as i64));
    at.map_or_else(|| bound(option, text, now).map(|bound| bound.at), Ok)
}

/// Events on their way out.
enum Listing {
    /// In AWS's shape.
    Aws(BufWriter<Box<dyn Write + Send>>, u64),
    /// As rows, with or without the records, and what a verification says.
    Rows(Box<Writer>, bool, bool),
}

impl Listing {
    fn new(format: Format, has_proof: bool, terminal: &Terminal, sink: &Sink) -> Result<Self, Error> {
        if format == Format::Json {
            return Ok(Self::Aws(BufWriter::new(sink.writer()), 0));
        }
        // Whole records leave no room for anything else in a table.
        let has_records = !matches!(format, Format::Table | Format::Markdown);
        let writer = terminal.writer(lookup::schema(has_records, has_proof), format, None, sink)?;
        Ok(Self::Rows(Box::new(writer), has_records, has_proof))
    }

    fn write(&mut self, events: &[Event]) -> Result<(), Error> {
        match self {
            Self::Aws(out, count) => {
                let mut write = || -> io::Result<()> {
                    for event in events {
                        out.write_all(if *count == 0 { b"{\n    \"Events\": [\n" } else { b",\n" })?;
                        out.write_all(in_shape(event)?.as_bytes())?;
                        *count += 1;
                    }
                    out.flush()
                };
                write().map_err(|error| Error::Output(output::Error::Write(error)))
            }
            Self::Rows(..) if events.is_empty() => Ok(()),
            Self::Rows(writer, has_records, has_proof) => {
                let rows = lookup::rows(events, *has_records, *has_proof);
                let rows = rows.ok_or_else(|| Error::Bug("events that do not become rows".to_owned()))?;
                Ok(writer.write(&rows)?)
            }
        }
    }

    fn finish(self) -> Result<Written, Error> {
        match self {
            Self::Aws(mut out, rows) => {
                let end = if rows == 0 { "{\n    \"Events\": []\n}\n" } else { "\n    ]\n}\n" };
                let written = out.write_all(end.as_bytes()).and_then(|()| out.flush());
                written.map_err(|error| Error::Output(output::Error::Write(error)))?;
                Ok(Written { rows, ..Written::default() })
            }
            Self::Rows(writer, ..) => Ok(writer.finish()?),
        }
    }
}

/// An event as the AWS CLI prints it within a list.
fn in_shape(event: &Event) -> io::Result<String> {
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"    ");
    event.json().serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    // Values hold no line breaks: JSON escapes them.
    let lines: Vec<String> = text.lines().map(|line| format!("        {line}")).collect();
    Ok(escape::json(&lines.join("\n")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_both_tools_write_them() {
        let now = DateTime::UNIX_EPOCH;
        let check = |text: &str, expected: &str| {
            let at = moment("--start-time", text, now).expect(text);
            assert_eq!(at.to_rfc3339(), expected, "{text}");
        };
        check("1778547751", "2026-05-12T01:02:31+00:00");
        check("1778547751.5", "2026-05-12T01:02:31.500+00:00");
        check("2026-05-12", "2026-05-12T00:00:00+00:00");
        for bad in ["20260512", "9999999999999999999", "1.2.3.4.5.6", "-1778547751", ""] {
            assert!(moment("--start-time", bad, now).is_err(), "{bad}");
        }
    }

    #[test]
    fn archives_behind_attributes_are_told_from_attributes() {
        for archive in ["examples/archive", "s3://bucket/a=b", "./a=b", "/tmp/x"] {
            assert!(is_archive(archive), "{archive}");
        }
        for attribute in ["AttributeKey=EventName,AttributeValue=s3://x", "AtributeKey=x", "[]", "{}"] {
            assert!(!is_archive(attribute), "{attribute}");
        }
    }
}
