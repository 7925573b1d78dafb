//! `trailql hunt`: every detection in one pass over an archive, questions one after the other.

mod args;
mod format;

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::Exit;
use super::output::{check, sink};
use super::proof::Evidence;
use crate::output::{self, Format};
use crate::packs::{self, Compiler, Findings, Hunt, Level, Pack, Rule, SavedQuery, Tuning, report};
use crate::schema::attack;
use crate::session::{Error, Options, Outcome, Session};
use crate::terminal::{Sink, Terminal, View};
use crate::verify::evidence::Asked;
pub(super) use args::HuntArgs;
use args::HuntOutputArgs;
use format::{HuntFormat, Report};

/// Runs the rules that were asked for. One that is wrong does not keep the others from running.
pub(super) async fn run(args: &HuntArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let (packs, mut exit) = packs_of(args, terminal)?;
    let chosen = choose(&packs, args)?;
    let format = format(&args.output)?;
    let mut sink = sink(args.output.out.as_deref(), "--out")?;
    if args.list {
        terminal.write(&packs::list(&chosen)?, format.of_rows()?, Some(report::TONES), &sink)?;
        sink.keep()?;
        return Ok(exit);
    }
    if let Some(id) = &args.show {
        return show(&packs, id, sink).map(|shown| exit.and(shown));
    }
    if let (HuntFormat::Report(report), Some((pack, query))) = (format, chosen.iter().find(|(pack, _)| pack.asks)) {
        return Err(Error::Usage {
            message: format!(
                "`{}` of `{}` is a question, whose rows are no findings for `{}`",
                query.id,
                pack.name,
                report.name()
            ),
            help: "ask it by itself, in a format of rows such as table or csv".to_owned(),
        });
    }
    let tuning = args.tuning.as_deref().map_or_else(|| Ok(Tuning::default()), Tuning::read).map_err(Error::Query)?;
    let tuning = tuning.with_params(&options.params);
    let compiler =
        Compiler::new(options.clone(), tuning)?.with_outcome(args.outcome).with_services(args.include_services);
    let compiler = Arc::new(compiler);
    let mut rules = Vec::new();
    for rule in compiled(&compiler, &chosen) {
        match rule.await.map_err(|error| Error::Bug(error.to_string()))? {
            Ok(rule) => rules.push(rule),
            Err(error) => {
                terminal.fail(&error);
                exit = exit.and(Exit::of_error(&error));
            }
        }
    }
    if args.test || args.lint {
        let look = if args.test { test } else { lint };
        return Ok(exit.and(look(&chosen, &rules, options, terminal, sink)?));
    }
    let (since, until) = (options.since.map(|bound| bound.at), options.until.map(|bound| bound.at));
    let context = report::Context {
        archives: if args.archives.is_empty() { options.default_archives.clone() } else { args.archives.clone() },
        since,
        until,
        generated: options.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        outcome: Outcome::default(),
    };
    exit = exit.and(add_sigma(args, &compiler, &mut rules, options.scan.strict, terminal).await?);
    let (options, mut evidence) = args.proof.begin(options, args.output.out.as_deref())?;
    let session = Session::open(&args.archives, options).await?;
    if let Some(event_id) = &args.why {
        return Ok(exit.and(explain(&session, event_id, &rules, args, terminal, sink).await?));
    }
    // A report says that nothing ran, too.
    note(args, &chosen, &rules, &mut evidence);
    if !rules.is_empty() || matches!(format, HuntFormat::Report(_)) {
        exit = exit.and(hunt(&session, rules, args, context, terminal, &mut sink, &mut evidence).await?);
    }
    for (_, query) in chosen.iter().filter(|(pack, _)| pack.asks) {
        exit = exit.and(match ask(&session, query, args, terminal, &mut sink, &mut evidence).await {
            Ok(exit) => exit,
            Err(error) => {
                evidence.failed();
                terminal.fail(&error);
                Exit::of_error(&error)
            }
        });
    }
    sink.keep()?;
    evidence.keep()?;
    Ok(exit)
}

/// Notes every rule and question that is tried, with the hash of its text, and what tunes them.
fn note(args: &HuntArgs, chosen: &[(&Pack, &SavedQuery)], rules: &[Rule], evidence: &mut Evidence) {
    for rule in rules {
        evidence.asked(|| match chosen.iter().find(|(pack, query)| !pack.asks && query.id == rule.about.id) {
            Some((_, query)) => Asked::rule(query.language.name(), &rule.about.id, &query.source.text),
            None => Asked::of_file("sigma", &rule.about.id, Path::new(&rule.about.file)),
        });
    }
    for (_, query) in chosen.iter().filter(|(pack, _)| pack.asks) {
        evidence.asked(|| Asked::rule(query.language.name(), &query.id, &query.source.text));
    }
    if let Some(path) = &args.tuning {
        evidence.asked(|| Asked::of_file("tuning", &path.display().to_string(), path));
    }
}

/// Writes the text of a saved query.
fn show(packs: &[Pack], id: &str, mut sink: Sink) -> Result<Exit, Error> {
    let mut queries = packs.iter().flat_map(|pack| &pack.queries);
    let Some(query) = queries.find(|query| query.id == id) else {
        return Err(unknown("rule", id, packs.iter().flat_map(|pack| &pack.queries).map(|query| query.id.as_str())));
    };
    sink.heading(query.source.text.trim_end())?;
    sink.keep()?;
    Ok(Exit::Complete)
}

/// Detections as rules, made beside each other.
fn compiled(
    compiler: &Arc<Compiler>,
    chosen: &[(&Pack, &SavedQuery)],
) -> Vec<tokio::task::JoinHandle<Result<Rule, Error>>> {
    let detections = chosen.iter().filter(|(pack, query)| !pack.asks && compiler.enables(&query.id));
    detections
        .map(|(pack, query)| {
            let (compiler, pack, query) = (Arc::clone(compiler), pack.name.clone(), (*query).clone());
            tokio::spawn(async move { compiler.rule(&pack, &query).await })
        })
        .collect()
}

/// Adds the Sigma rules that were asked for, and says what became of their files.
async fn add_sigma(
    args: &HuntArgs,
    compiler: &Compiler,
    rules: &mut Vec<Rule>,
    is_strict: bool,
    terminal: &Terminal,
) -> Result<Exit, Error> {
    if args.sigma.is_empty() {
        return Ok(Exit::Complete);
    }
    let loaded = compiler.sigma(&args.sigma).await?;
    let mut exit = Exit::Complete;
    for failed in loaded.failed {
        terminal.fail(&Error::Query(failed));
        // Others wrote these rules: what is wrong with some is told, and ends nothing unless that is asked for.
        exit = if is_strict { Exit::Usage } else { exit };
    }
    for notice in &loaded.notices {
        terminal.remark(notice);
    }
    let wanted = loaded
        .rules
        .into_iter()
        .filter(|rule| args.rule.is_empty() || args.rule.iter().any(|id| packs::fits(id, &rule.about.id)));
    let before = rules.len();
    rules.extend(wanted.filter(|rule| is_wanted(&rule.about.attack, rule.about.level, args)));
    let skipped: Vec<_> = loaded.skipped.iter().map(|(why, count)| format!("{count} {why}")).collect();
    let skipped = if skipped.is_empty() { String::new() } else { format!("; left out: {}", skipped.join(", ")) };
    terminal.note(&format!("{} of Sigma{skipped}", rules_of(rules.len() - before)));
    Ok(exit)
}

/// Rules, each with the query it was made of and that query's pack.
fn with_queries<'c>(
    chosen: &'c [(&Pack, &SavedQuery)],
    rules: &'c [Rule],
) -> impl Iterator<Item = (&'c Pack, &'c SavedQuery, &'c Rule)> {
    rules.iter().filter_map(|rule| {
        let (pack, query) = chosen.iter().find(|(_, query)| query.id == rule.about.id)?;
        Some((*pack, *query, rule))
    })
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
    for (pack, query, rule) in with_queries(chosen, rules) {
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
    sink.heading(&format!("{} passed, {failed} failed", rules_of(passed)))?;
    sink.keep()?;
    Ok(if failed > 0 { Exit::BadNews } else { Exit::Complete })
}

/// Says what is likely wrong with the rules.
fn lint(
    chosen: &[(&Pack, &SavedQuery)],
    rules: &[Rule],
    options: Options,
    terminal: &Terminal,
    mut sink: Sink,
) -> Result<Exit, Error> {
    let session = Session::blank(options)?;
    let mut remarks = 0;
    for (pack, query, rule) in with_queries(chosen, rules) {
        if let Some(found) = packs::lint(&session, pack, query, rule)? {
            terminal.remark(&found);
            remarks += 1;
        }
    }
    sink.heading(&format!("{} looked at, remarks on {remarks}", rules_of(rules.len())))?;
    sink.keep()?;
    Ok(if remarks > 0 { Exit::BadNews } else { Exit::Complete })
}

/// Shows which clauses of each rule hold for an event.
async fn explain(
    session: &Session,
    event_id: &str,
    rules: &[Rule],
    args: &HuntArgs,
    terminal: &Terminal,
    sink: Sink,
) -> Result<Exit, Error> {
    let mut pass = terminal.wait(session.pass_for_event(event_id, &packs::shown())).await?;
    let mut records = Vec::new();
    terminal
        .follow(&mut pass.answer, |batch| {
            records.extend(packs::records_of(batch));
            Ok(())
        })
        .await?;
    let Some(record) = records.first() else {
        return Err(Error::Usage {
            message: format!("no event has the id `{event_id}`"),
            help: "`--why` takes the eventID of a record in the archive and the time asked for".to_owned(),
        });
    };
    let (batch, others) = packs::why(session, rules, record, !args.rule.is_empty())?;
    terminal.write(&batch, format(&args.output)?.of_rows()?, None, &sink)?;
    sink.keep()?;
    if records.len() > 1 {
        terminal.note(&format!("{} records have this id; the first is shown", records.len()));
    }
    if others > 0 {
        terminal.note(&format!("{others} rules are about other events; `--rule ID` shows one of them"));
    }
    Ok(Exit::of_outcome(&pass.answer.outcome()))
}

/// One pass for all detections.
async fn hunt(
    session: &Session,
    rules: Vec<Rule>,
    args: &HuntArgs,
    mut context: report::Context,
    terminal: &Terminal,
    sink: &mut Sink,
    evidence: &mut Evidence,
) -> Result<Exit, Error> {
    let started = Instant::now();
    let mut hunt = Hunt::new(session, rules);
    let mut pass = terminal.wait(session.pass(hunt.predicates(), &packs::shown())).await?;
    terminal.follow(&mut pass.answer, |batch| hunt.take(batch)).await?;
    let learn = args.learn.map(|learn| i64::try_from(learn.as_millis()).unwrap_or(i64::MAX));
    context.outcome = pass.answer.outcome();
    let start = context.outcome.earliest.map(|delivery| delivery.timestamp_millis());
    let mut findings = hunt.finish(&pass.names_met(), start, learn)?;
    let exit = exit_of(&findings, &context.outcome, args);
    evidence.add(&context.outcome, findings.list.len() as u64);
    let totals = report::totals(&findings);
    let limit = args.output.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    findings.list.truncate(limit);
    let written = match format(&args.output)? {
        HuntFormat::Rows(format) => write_rows(&findings, format, args, terminal, sink)?,
        HuntFormat::Report(report) => write_report(&findings, &context, report, sink)?,
    };
    for notice in &findings.notices {
        terminal.note(notice);
    }
    terminal.account(&totals, &context.outcome, &written, started);
    Ok(exit)
}

fn exit_of(findings: &Findings, outcome: &Outcome, args: &HuntArgs) -> Exit {
    let is_bad = args.fail_on.is_some_and(|least| findings.count_from(least) > 0);
    Exit::of_outcome(outcome).and(if is_bad { Exit::BadNews } else { Exit::Complete })
}

/// The format that was asked for, or that the output file's name tells.
fn format(args: &HuntOutputArgs) -> Result<HuntFormat, Error> {
    let of_file = args.out.as_ref().and_then(|path| HuntFormat::of_file(&path.to_string_lossy()));
    let format = args.output.or(of_file).unwrap_or(HuntFormat::Rows(Format::default()));
    if let HuntFormat::Rows(format) = format {
        check(format, args.out.as_deref())?;
    }
    Ok(format)
}

/// Writes findings as rows: a summary by rule, or each in the format asked for.
fn write_rows(
    findings: &Findings,
    format: Format,
    args: &HuntArgs,
    terminal: &Terminal,
    sink: &mut Sink,
) -> Result<output::Written, Error> {
    let is_summary = args.output.output.is_none() && args.output.out.is_none();
    let batch = if is_summary {
        report::summary(findings)?
    } else {
        report::rows(findings, &findings.list, is_for_people(format))?
    };
    terminal.write(&batch, format, Some(report::TONES), sink)
}

fn write_report(
    findings: &Findings,
    context: &report::Context,
    report: Report,
    sink: &mut Sink,
) -> Result<output::Written, Error> {
    let mut out = BufWriter::new(sink.writer());
    match report {
        Report::Sarif => report::sarif::write(findings, context, &mut out)?,
        Report::Ocsf => report::ocsf::write(findings, context, &mut out)?,
        Report::Html => report::html::write(findings, context, &mut out)?,
    }
    out.flush().map_err(|error| Error::Output(output::Error::Write(error)))?;
    Ok(output::Written { rows: findings.list.len() as u64, ..output::Written::default() })
}

fn is_for_people(format: Format) -> bool {
    matches!(format, Format::Table | Format::Line | Format::Markdown)
}

/// Answers a question as it stands.
async fn ask(
    session: &Session,
    query: &SavedQuery,
    args: &HuntArgs,
    terminal: &Terminal,
    sink: &mut Sink,
    evidence: &mut Evidence,
) -> Result<Exit, Error> {
    let HuntOutputArgs { limit, .. } = args.output;
    let HuntFormat::Rows(format) = format(&args.output)? else {
        return Err(Error::Bug("a report of rows".to_owned()));
    };
    let for_people = is_for_people(format);
    let level = query.header.level.to_string();
    let constants = [("query", query.id.as_str()), ("level", level.as_str())];
    let constants = if for_people { &[] } else { constants.as_slice() };
    if for_people {
        sink.heading(&format!("## {} · {level} · {}", query.id, query.header.title))?;
    }
    let view = View { limit, ..View::from(format) };
    let mut exit = Exit::Complete;
    for statement in session.parse(&query.source, query.language)? {
        let answer = terminal.wait(session.run(statement)).await?;
        let shown = terminal.show(answer, &view, sink, constants).await?;
        evidence.add(&shown.outcome, shown.rows);
        let is_bad = args.fail_on.is_some_and(|least| shown.rows > 0 && query.header.level >= least);
        exit = exit.and(Exit::of_outcome(&shown.outcome)).and(if is_bad { Exit::BadNews } else { Exit::Complete });
    }
    Ok(exit)
}

/// Our packs, or those of a folder, and whether all of them could be read.
fn packs_of(args: &HuntArgs, terminal: &Terminal) -> Result<(Vec<Pack>, Exit), Error> {
    let mut packs = packs::all().map_err(|error| Error::Bug(format!("{}: {error}", error.source.name)))?;
    let mut exit = Exit::Complete;
    let mut mistakes = Vec::new();
    for name in args.pack.iter().filter(|name| is_folder(name)) {
        let (pack, wrong) = packs::of_folder(Path::new(name)).map_err(Error::Query)?;
        packs.push(Pack { name: name.clone(), ..pack });
        mistakes.extend(wrong);
    }
    mistakes.extend(packs::without_duplicates(&mut packs));
    for mistake in mistakes {
        let error = Error::Query(mistake);
        terminal.fail(&error);
        exit = exit.and(Exit::of_error(&error));
    }
    Ok((packs, exit))
}

fn is_folder(name: &str) -> bool {
    name.contains('/') || name == "."
}

/// The queries of the packs, or by the ids, that were named; every detection when nothing was.
fn choose<'a>(packs: &'a [Pack], args: &HuntArgs) -> Result<Vec<(&'a Pack, &'a SavedQuery)>, Error> {
    if let Some(name) = args.pack.iter().find(|name| !packs.iter().any(|pack| pack.name == **name)) {
        return Err(unknown("pack", name, packs.iter().map(|pack| pack.name.as_str())));
    }
    let all: Vec<_> = packs
        .iter()
        .filter(|pack| args.pack.is_empty() || args.pack.contains(&pack.name))
        .flat_map(|pack| pack.queries.iter().map(move |query| (pack, query)))
        .collect();
    if args.sigma.is_empty()
        && let Some(id) = args.rule.iter().find(|id| !all.iter().any(|(_, query)| packs::fits(id, &query.id)))
    {
        return Err(unknown("rule", id, all.iter().map(|(_, query)| query.id.as_str())));
    }
    let is_named = |query: &SavedQuery| args.rule.iter().any(|id| packs::fits(id, &query.id));
    let is_chosen = |(pack, query): &(&Pack, &SavedQuery)| {
        let header = &query.header;
        let runs_unasked =
            (!pack.asks || !args.pack.is_empty() || args.list) && (!header.is_broad || args.broad || args.list);
        (if args.rule.is_empty() { runs_unasked } else { is_named(query) })
            && is_wanted(&header.attack, header.level, args)
    };
    Ok(all.into_iter().filter(is_chosen).collect())
}

fn rules_of(count: usize) -> String {
    if count == 1 { "1 rule".to_owned() } else { format!("{count} rules") }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let help = match crate::diag::closest(name, known) {
        Some(close) => format!("`{close}` has a similar name"),
        None => "`trailql hunt --list` names them".to_owned(),
    };
    Error::Usage { message: format!("no {what} is named `{name}`"), help }
}

/// Whether rules of these techniques and this level are asked for.
fn is_wanted(attack: &[String], level: Level, args: &HuntArgs) -> bool {
    let is_of = |wanted: &String| {
        let (old, new) = attack::both(wanted);
        // A technique stands for its parts, too.
        let fits =
            |id: &str, wanted: &str| id == wanted || id.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
        attack.iter().map(|id| attack::both(id)).any(|(before, since)| fits(&before, &old) || fits(&since, &new))
    };
    args.min_level.is_none_or(|least| level >= least) && (args.technique.is_empty() || args.technique.iter().any(is_of))
}
