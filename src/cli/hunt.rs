//! `trailql hunt`: saved queries over an archive, one after the other.

use super::Exit;
use super::args::{HuntArgs, OutputArgs};
use super::query::{format, sink};
use crate::output::Format;
use crate::packs::{self, Pack, SavedQuery};
use crate::session::{Error, Options, Session};
use crate::terminal::{Sink, Terminal};

/// Runs the queries that were asked for. A query that fails does not keep the others from running.
pub(super) async fn run(args: &HuntArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let packs = packs::all().map_err(|error| Error::Bug(error.to_string()))?;
    let chosen = choose(&packs, args)?;
    let mut sink = sink(&args.output)?;
    if args.list {
        for (pack, query) in chosen {
            let header = &query.header;
            sink.heading(&format!("{}/{}  [{}]  {}", pack.name, query.id, header.level, header.title))?;
        }
        sink.keep()?;
        return Ok(Exit::Complete);
    }
    let session = Session::open(&args.archives, options).await?;
    let mut exit = Exit::Complete;
    for (_, query) in chosen {
        exit = exit.and(match hunt(&session, query, args, terminal, &mut sink).await {
            Ok(exit) => exit,
            Err(error) => {
                terminal.fail(&error);
                Exit::of_error(&error)
            }
        });
    }
    sink.keep()?;
    Ok(exit)
}

async fn hunt(
    session: &Session,
    query: &SavedQuery,
    args: &HuntArgs,
    terminal: &Terminal,
    sink: &mut Sink,
) -> Result<Exit, Error> {
    let OutputArgs { limit, .. } = args.output;
    let format = format(&args.output)?;
    let for_people = matches!(format, Format::Table | Format::Line | Format::Markdown);
    let level = query.header.level.to_string();
    let constants = [("query", query.id.as_str()), ("level", level.as_str())];
    let constants = if for_people { &[] } else { constants.as_slice() };
    if for_people {
        sink.heading(&format!("## {} · {level} · {}", query.id, query.header.title))?;
    }
    let mut exit = Exit::Complete;
    for statement in session.parse(&query.source, query.language)? {
        let answer = terminal.wait(session.run(statement)).await?;
        let shown = terminal.show(answer, format, limit, sink, constants).await?;
        let is_bad = args.fail_on.is_some_and(|least| shown.rows > 0 && query.header.level >= least);
        exit = exit.and(Exit::of_outcome(&shown.outcome)).and(if is_bad { Exit::BadNews } else { Exit::Complete });
    }
    Ok(exit)
}

/// The queries of the packs, or by the ids, that were named; all when nothing was.
fn choose<'a>(packs: &'a [Pack], args: &HuntArgs) -> Result<Vec<(&'a Pack, &'a SavedQuery)>, Error> {
    let unknown = |what: &str, name: &str, known: Vec<&str>| {
        let help = match crate::diag::closest(name, known.iter().copied()) {
            Some(close) => format!("`{close}` has a similar name"),
            None => "`trailql hunt --list` names them".to_owned(),
        };
        Error::Usage { message: format!("no {what} is named `{name}`"), help }
    };
    if let Some(name) = args.pack.iter().find(|name| !packs.iter().any(|pack| pack.name == **name)) {
        return Err(unknown("pack", name, packs.iter().map(|pack| pack.name.as_str()).collect()));
    }
    let all: Vec<_> = packs
        .iter()
        .filter(|pack| args.pack.is_empty() || args.pack.contains(&pack.name))
        .flat_map(|pack| pack.queries.iter().map(move |query| (pack, query)))
        .collect();
    if let Some(id) = args.query.iter().find(|id| !all.iter().any(|(_, query)| query.id == **id)) {
        return Err(unknown("saved query", id, all.iter().map(|(_, query)| query.id.as_str()).collect()));
    }
    Ok(all.into_iter().filter(|(_, query)| args.query.is_empty() || args.query.contains(&query.id)).collect())
}
