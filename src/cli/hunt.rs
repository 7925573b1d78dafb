//! `trailql hunt`: every detection in one pass over an archive, questions one after the other.

use std::path::Path;
use std::time::Instant;

use super::Exit;
use super::args::{HuntArgs, OutputArgs};
use super::query::{format, sink};
use crate::output::Format;
use crate::packs::{self, Compiler, Findings, Hunt, Pack, Rule, SavedQuery, Tuning, report};
use crate::session::{Error, Options, Outcome, Session};
use crate::terminal::{Sink, Terminal};

/// Runs the rules that were asked for. One that is wrong does not keep the others from running.
pub(super) async fn run(args: &HuntArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let (packs, mut exit) = packs_of(args, terminal)?;
    let chosen = choose(&packs, args)?;
    let mut sink = sink(&args.output)?;
    if args.list {
        for (pack, query) in chosen {
            let header = &query.header;
            sink.heading(&format!("{}/{}  [{}]  {}", pack.name, query.id, header.level, header.title))?;
        }
        sink.keep()?;
        return Ok(exit);
    }
    let tuning = args.tuning.as_deref().map_or_else(|| Ok(Tuning::default()), Tuning::read).map_err(Error::Query)?;
    let tuning = tuning.with_params(&options.params);
    let compiler =
        Compiler::new(options.clone(), tuning)?.with_outcome(args.outcome).with_services(args.include_services);
    let mut rules = Vec::new();
    for (pack, query) in chosen.iter().filter(|(pack, _)| !pack.asks) {
        match compiler.rule(pack, query).await {
            Ok(rule) => rules.push(rule),
            Err(error) => {
                terminal.fail(&error);
                exit = exit.and(Exit::of_error(&error));
            }
        }
    }
    if args.test {
        return Ok(exit.and(test(&chosen, &rules, options, terminal, sink)?));
    }
    let session = Session::open(&args.archives, options).await?;
    if !rules.is_empty() {
        exit = exit.and(hunt(&session, rules, args, terminal, &mut sink).await?);
    }
    for (_, query) in chosen.iter().filter(|(pack, _)| pack.asks) {
        exit = exit.and(match ask(&session, query, args, terminal, &mut sink).await {
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

/// Runs every rule over its own test records.
fn test(
    chosen: &[(&Pack, &SavedQuery)],
    rules: &[Rule],
    options: Options,
    terminal: &Terminal,
    mut sink: Sink,
) -> Result<Exit, Error> {
    let session = Session::blank(options)?;
    let (mut passed, mut failed) = (0, 0);
    for rule in rules {
        let Some((pack, query)) = chosen.iter().find(|(_, query)| query.id == rule.about.id) else { continue };
        let wrong = packs::check(&session, pack, query, rule)?;
        if wrong.is_empty() {
            passed += 1;
        } else {
            failed += 1;
        }
        for message in wrong {
            terminal.fail(&Error::Execution(format!("{}: {message}", rule.about.id)));
        }
    }
    sink.heading(&format!("{passed} rules pass their tests, {failed} fail"))?;
    sink.keep()?;
    Ok(if failed > 0 { Exit::BadNews } else { Exit::Complete })
}

/// One pass for all detections.
async fn hunt(
    session: &Session,
    rules: Vec<Rule>,
    args: &HuntArgs,
    terminal: &Terminal,
    sink: &mut Sink,
) -> Result<Exit, Error> {
    let started = Instant::now();
    let mut hunt = Hunt::new(session, rules)?;
    let mut pass = terminal.wait(session.pass(hunt.predicates(), &packs::shown())).await?;
    terminal.follow(&mut pass.answer, |batch| hunt.take(&batch)).await?;
    let learn = args.learn.map(|learn| i64::try_from(learn.as_millis()).unwrap_or(i64::MAX));
    let outcome = pass.answer.outcome();
    let findings = hunt.finish(&pass.names_met(), None, learn);
    write(&findings, args, terminal, sink)?;
    for notice in &findings.notices {
        terminal.note(notice);
    }
    terminal.account(&outcome, findings.list.len() as u64, started);
    Ok(exit_of(&findings, &outcome, args))
}

fn exit_of(findings: &Findings, outcome: &Outcome, args: &HuntArgs) -> Exit {
    let is_bad = args.fail_on.is_some_and(|least| findings.count_from(least) > 0);
    Exit::of_outcome(outcome).and(if is_bad { Exit::BadNews } else { Exit::Complete })
}

/// Writes findings: a summary by rule, or each in the format asked for.
fn write(findings: &Findings, args: &HuntArgs, terminal: &Terminal, sink: &mut Sink) -> Result<(), Error> {
    let is_summary = args.output.output.is_none() && args.output.out.is_none();
    let format = format(&args.output)?;
    let batch = if is_summary {
        report::summary(findings)?
    } else {
        let limit = args.output.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let list = &findings.list[..findings.list.len().min(limit)];
        report::rows(findings, list, matches!(format, Format::Table | Format::Line | Format::Markdown))?
    };
    terminal.write(&batch, format, sink)?;
    Ok(())
}

/// Answers a question as it stands.
async fn ask(
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

/// Our packs, or those of a folder, and whether all of them could be read.
fn packs_of(args: &HuntArgs, terminal: &Terminal) -> Result<(Vec<Pack>, Exit), Error> {
    let mut packs = packs::all().map_err(|error| Error::Bug(format!("{}: {error}", error.source.name)))?;
    let mut exit = Exit::Complete;
    for name in args.pack.iter().filter(|name| is_folder(name)) {
        let (pack, wrong) = packs::of_folder(Path::new(name)).map_err(Error::Query)?;
        packs.push(Pack { name: name.clone(), ..pack });
        for wrong in wrong {
            let error = Error::Query(wrong);
            terminal.fail(&error);
            exit = exit.and(Exit::of_error(&error));
        }
    }
    Ok((packs, exit))
}

fn is_folder(name: &str) -> bool {
    name.contains('/') || name == "."
}

/// The queries of the packs, or by the ids, that were named; every detection when nothing was.
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
    if let Some(id) = args.rule.iter().find(|id| !all.iter().any(|(_, query)| packs::fits(id, &query.id))) {
        return Err(unknown("rule", id, all.iter().map(|(_, query)| query.id.as_str()).collect()));
    }
    let is_named = |query: &SavedQuery| args.rule.iter().any(|id| packs::fits(id, &query.id));
    let is_wanted = |(pack, query): &(&Pack, &SavedQuery)| {
        let header = &query.header;
        let runs_unasked =
            (!pack.asks || !args.pack.is_empty() || args.list) && (!header.is_broad || args.broad || args.list);
        (if args.rule.is_empty() { runs_unasked } else { is_named(query) })
            && args.min_level.is_none_or(|least| header.level >= least)
            && (args.technique.is_empty() || args.technique.iter().any(|id| header.attack.contains(id)))
    };
    Ok(all.into_iter().filter(is_wanted).collect())
}
