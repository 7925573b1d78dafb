//! `trailql coverage`: which accounts, regions and days have deliveries, as a map, and where they are missing.

use std::time::Instant;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::Exit;
use super::output::OutputArgs;
use crate::archive::{DigestName, Partition, Slack, Times, Wanted};
use crate::coverage::{self, Counter, Coverage, DigestCounter, FINDING_TONES, Look, Range, Stops, What};
use crate::output::summary::{human_bytes, human_count};
use crate::output::{Format, Written};
use crate::session::{Error, Options, Outcome, Session};
use crate::terminal::{Sink, Terminal};

/// `trailql coverage`.
#[derive(Debug, Args)]
pub(super) struct CoverageArgs {
    /// Archives to list: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// Exit with 1 when deliveries are missing: a gap, a silence, or none at all.
    #[arg(long)]
    pub(super) fail_on_gap: bool,
    /// Look at digest files, too: days whose log files none is about, and gaps that are none. Only their names are
    /// looked at; `trailql verify` proves.
    #[arg(long)]
    pub(super) digests: bool,
    /// Do not read the last log files before a silence for the event that stopped the trail.
    #[arg(long)]
    pub(super) no_read: bool,
    /// Where and how results are written; a table has the map, other formats a row for each day.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// Columns of a map that goes to no terminal.
const WIDTH: usize = 120;

/// Shows the coverage.
pub(super) async fn run(args: &CoverageArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let format = args.output.format()?;
    if args.archives.is_empty() {
        return Err(Error::Usage {
            message: "there is no archive to list".to_owned(),
            help: "name one: `trailql coverage PATH_OR_URL`".to_owned(),
        });
    }
    let (started, now) = (Instant::now(), options.now);
    let counter = Counter::new(range(&options));
    // The session sees what it reads without the range: an event may be older than what is looked at.
    let unbounded = Options { since: None, until: None, regions: Vec::new(), ..options };
    let session = Session::open(&args.archives, unbounded).await?;
    let mut outcome = terminal.wait(listed(&session, &counter)).await?;
    let (range, streams, undated) = counter.finish();
    let mut coverage = Coverage::new(&range, streams, now.date_naive());
    let is_empty = coverage.streams.is_empty();
    if args.digests {
        coverage = with_digests(&session, coverage, &range, now, &mut outcome, terminal).await?;
    }
    if coverage.streams.is_empty() && outcome.unlisted.is_empty() {
        outcome.why_empty = Some(why_empty(&outcome, &args.archives.join(", ")));
    }
    if undated > 0 {
        let message = format!("{} log files tell no day, by folder or name, and are not shown", human_count(undated));
        terminal.caution(&message, "`trailql query` reads them all the same");
    }
    if !args.no_read {
        outcome = read(&session, &mut coverage, outcome, terminal).await?;
    }
    let mut sink = args.output.sink()?;
    let written = show(&coverage, format, args.output.limit, terminal, &mut sink)?;
    sink.keep()?;
    terminal.report(Some(&summary(&coverage)), &outcome, &written, started);
    let is_bad = args.fail_on_gap && (coverage.is_broken() || is_empty);
    Ok(Exit::of_outcome(&outcome).and(if is_bad { Exit::BadNews } else { Exit::Complete }))
}

fn range(options: &Options) -> Range {
    Range {
        since: options.since.map(|bound| bound.at),
        until: options.until.map(|bound| bound.at),
        accounts: options.accounts.clone(),
        regions: options.regions.clone(),
        organizations: options.organizations.clone(),
    }
}

/// Lists every archive, and counts.
async fn listed(session: &Session, counter: &Counter) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let (from, to) = (counter.range().since, counter.range().until);
    let times = Times { from, to, slack: Slack::Days(0) };
    for archive in session.archives() {
        let is_local = archive.is_local();
        // Counted, and not kept.
        let count = |file: &_| {
            counter.count(file, is_local);
            false
        };
        let wanted = Wanted { folder: &|partition, _| counter.range().may_hold(partition), file: &count, times };
        let listing = session.list(&archive, &wanted).await?;
        let location = archive.location().display();
        outcome.folders_pruned += listing.folders_pruned;
        let unlisted = listing.unlisted.iter().map(|(key, error)| (format!("{location}/{key}"), error.to_string()));
        outcome.unlisted.extend(unlisted);
        outcome.files_listed += listing.listed;
    }
    Ok(outcome)
}

/// Lists the digest files of every archive, for the days that are shown and an hour on each side.
async fn with_digests(
    session: &Session,
    coverage: Coverage,
    range: &Range,
    now: DateTime<Utc>,
    outcome: &mut Outcome,
    terminal: &Terminal,
) -> Result<Coverage, Error> {
    let day = chrono::Duration::days(1);
    let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|midnight| midnight.and_utc());
    let first = range.since.or_else(|| midnight(coverage.span?.0)).and_then(|first| first.checked_sub_signed(day));
    let last = range.until.or_else(|| midnight(coverage.span?.1)).and_then(|last| last.checked_add_signed(day));
    let counter = DigestCounter::default();
    let wanted = Wanted {
        folder: &|partition, _| range.may_hold(partition),
        file: &|_| true,
        times: Times { from: first, to: last, slack: Slack::Days(0) },
    };
    let mut count = 0;
    for (place, archive) in session.archives().into_iter().enumerate() {
        let each = |partition: &Partition, name: DigestName<'_>| counter.count(place, partition, name);
        let listing = terminal.wait(session.list_digests(&archive, &wanted, &each)).await?;
        let location = archive.location().display();
        count += listing.listed;
        if listing.is_below {
            terminal.caution(
                &format!("the digest files of `{location}` stand beside it, and are not seen"),
                "name the folder of the account, or one above it",
            );
        }
        // What could not be listed for log files was told already.
        let unlisted = listing.unlisted.iter().map(|(key, error)| (format!("{location}/{key}"), error.to_string()));
        for one in unlisted {
            if !outcome.unlisted.contains(&one) {
                outcome.unlisted.push(one);
            }
        }
    }
    terminal.note(&format!("{} digest files by name; `trailql verify` proves what they say", human_count(count)));
    Ok(coverage.with_digests(counter.finish(), now))
}

fn why_empty(outcome: &Outcome, archives: &str) -> String {
    match (outcome.files_listed, outcome.folders_pruned) {
        (0, 0) => format!("no log files below {archives}"),
        _ => format!("no log file below {archives} is of the account, region and time asked for"),
    }
}

/// Looks for what stopped the trails of silent regions.
async fn read(
    session: &Session,
    coverage: &mut Coverage,
    listed: Outcome,
    terminal: &Terminal,
) -> Result<Outcome, Error> {
    let Some(mut stops) = Stops::of(coverage) else {
        if coverage.findings.iter().any(|finding| finding.what == What::Silent) {
            terminal.notice(
                "too many accounts are silent to look in each for what stopped its trail",
                "--account looks at a few",
            );
        }
        return Ok(listed);
    };
    let mut answer = terminal.wait(stops.ask(session)).await?;
    terminal.follow(&mut answer, |batch| stops.take(batch)).await?;
    let read = answer.outcome();
    stops.name(coverage);
    Ok(Outcome { failed: read.failed, malformed: read.malformed, ..listed })
}

fn show(
    coverage: &Coverage,
    format: Format,
    limit: Option<u64>,
    terminal: &Terminal,
    sink: &mut Sink,
) -> Result<Written, Error> {
    let bug = || Error::Bug("coverage that does not become rows".to_owned());
    let most = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if format == Format::Table {
        let look = Look {
            width: terminal.width(sink).unwrap_or(WIDTH),
            color: terminal.colors(sink),
            ascii: std::env::var("TERM").is_ok_and(|term| term == "dumb"),
        };
        for line in coverage::map(coverage, look, most) {
            sink.heading(&line)?;
        }
        if coverage.findings.is_empty() {
            return Ok(Written::default());
        }
        let told = &coverage.findings[..coverage.findings.len().min(most)];
        return terminal.write(&coverage::findings(told).ok_or_else(bug)?, format, Some(FINDING_TONES), sink);
    }
    let mut writer = terminal.writer(coverage::schema(coverage), format, None, sink)?;
    let mut left = most;
    for rows in coverage.streams.iter().flat_map(|stream| coverage::rows(coverage, stream)) {
        if left == 0 {
            break;
        }
        let rows = rows.ok_or_else(bug)?;
        let rows = rows.slice(0, rows.num_rows().min(left));
        left -= rows.num_rows();
        writer.write(&rows)?;
    }
    Ok(writer.finish()?)
}

/// What was seen, in a line.
fn summary(coverage: &Coverage) -> String {
    let plural =
        |count: u64, one: &str, many: &str| format!("{} {}", human_count(count), if count == 1 { one } else { many });
    let days = || coverage.streams.iter().flat_map(|stream| &stream.days);
    let delivered = coverage.streams.iter().filter(|stream| !stream.days.is_empty());
    let mut accounts: Vec<_> = delivered.map(|stream| &stream.key.account).collect();
    accounts.dedup();
    let mut parts = vec![
        plural(days().map(|day| u64::from(day.files)).sum(), "log file", "log files"),
        human_bytes(days().map(|day| day.bytes).fold(0, u64::saturating_add)),
        plural(accounts.len() as u64, "account", "accounts"),
    ];
    for (what, one, many) in [
        ("no digests", "time without digests", "times without digests"),
        ("part digests", "time with too few digests", "times with too few digests"),
        ("gap", "gap", "gaps"),
        ("silent", "silence", "silences"),
        ("pause", "pause", "pauses"),
        ("late", "late", "late"),
    ] {
        let count = coverage.findings.iter().filter(|finding| finding.what.name() == what).count() as u64;
        parts.extend((count > 0).then(|| plural(count, one, many)));
    }
    parts.join(" · ")
}
