//! `trailql alarm replay`: metric filters over an archive in one pass, and the states of alarms that follow.

use std::path::PathBuf;
use std::time::Instant;

use chrono::DateTime;
use clap::{Args, Subcommand, ValueEnum};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::TimestampMillisecondType;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::logical_expr::{Expr, lit};

use super::Exit;
use super::filter::{rows, text_of};
use super::output::OutputArgs;
use super::proof::EvidenceArgs;
use crate::alarm::{self, Definitions, Filter, MetricId, MetricValue, Metrics, Plan, Transformation, Transition};
use crate::diag::Source;
use crate::filter_pattern;
use crate::functions::json::{record_scalar, record_time};
use crate::functions::number;
use crate::session::{Error, Options, Outcome, Session};
use crate::terminal::Terminal;
use crate::verify::evidence::Asked;

/// `trailql alarm`.
#[derive(Debug, Args)]
pub(super) struct AlarmArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) what: AlarmCommand,
}

/// What to do with alarms.
#[derive(Debug, Subcommand)]
pub(super) enum AlarmCommand {
    /// Tell when alarms would have changed their state, one row per change.
    Replay(AlarmReplayArgs),
}

/// `trailql alarm replay`.
#[derive(Debug, Args)]
pub(super) struct AlarmReplayArgs {
    /// Alarms and metric filters, as `aws cloudwatch describe-alarms` and `aws logs describe-metric-filters` print them.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Archives to read: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// More definitions, such as metric filters; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) filters: Vec<PathBuf>,
    /// Evaluate once a period, rather than every minute as CloudWatch does.
    #[arg(long)]
    pub(super) align: bool,
    /// Show every evaluation, not only changes.
    #[arg(long)]
    pub(super) trace: bool,
    /// Datapoints to look back at beyond those that decide, where some are missing.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(super) range: u32,
    /// Count records with one `eventID` once, as delivered by two trails; so it is unless --no-dedupe is given.
    #[arg(long, overrides_with = "no_dedupe")]
    pub(super) dedupe: bool,
    /// Count every copy of a record.
    #[arg(long)]
    pub(super) no_dedupe: bool,
    /// Exit with 1 when an alarm was in this state.
    #[arg(long, value_name = "STATE")]
    pub(super) fail_on: Option<AlarmState>,
    /// Where and how results are written.
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// What is kept of log files.
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

/// A state that is bad news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AlarmState {
    /// ALARM.
    Alarm,
}

/// Runs the subcommand.
pub(super) async fn run(command: &AlarmCommand, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let AlarmCommand::Replay(args) = command;
    replay(args, options, terminal).await
}

async fn replay(args: &AlarmReplayArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let format = args.output.format()?;
    let definitions = definitions(args)?;
    let wanted = wanted(&definitions);
    let used = used(&definitions, &wanted, terminal)?;
    let (since, until) = (options.since.map(second), options.until.map(second));
    let most = options.memory.unwrap_or(MOST_BYTES);
    let (options, mut evidence) = args.evidence.begin(options, args.output.out.as_deref())?;
    for file in std::iter::once(&args.file).chain(&args.filters) {
        evidence.asked(|| Asked::of_file("alarms", &file.display().to_string(), file));
    }
    let session = Session::open(&args.archives, options).await?;
    let sink = args.output.sink()?;
    let started = Instant::now();
    let pass = Pass::new(&used)?;
    let source = Source::new("alarms", "");
    let mut answer = terminal.wait(session.select(&source, pass.predicate.clone(), pass.row.clone())).await?;
    let mut metrics = Metrics::only(wanted);
    let mut untimed = 0;
    let take = |batch: &RecordBatch| {
        untimed += pass.take(batch, &used, !args.no_dedupe, &mut metrics);
        if metrics.bytes() as u64 > most { Err(too_much(most)) } else { Ok(()) }
    };
    terminal.follow(&mut answer, take).await?;
    let outcome = answer.outcome();
    drop(answer);
    if untimed > 0 {
        terminal.caution(&format!("{untimed} records have no time and were passed over"), "no alarm can take them in");
    }
    let transformations: Vec<Transformation> = used.iter().map(|used| used.transformation.clone()).collect();
    metrics.fill(&transformations);
    for number in metrics.crowded() {
        if let Some(used) = used.get(*number) {
            let message = format!(
                "the filter `{}` makes more than {} combinations of dimensions",
                used.filter.name,
                alarm::MOST_DIMENSIONS
            );
            terminal.caution(&message, "CloudWatch switches such a filter off");
        }
    }
    let natural = Plan::over(&definitions, metrics.span(), args.range);
    let from = since.or(natural.map(|(from, _)| from));
    let until = until.or(natural.map(|(_, until)| until));
    let replayed = match (from, until) {
        (Some(from), Some(until)) => {
            let plan = Plan { from, until, is_aligned: args.align, more: args.range, is_traced: args.trace };
            alarm::replay(&definitions, &metrics, plan).map_err(|message| Error::Usage {
                message,
                help: "name every alarm once, or bound the time with --since and --until".to_owned(),
            })?
        }
        _ => alarm::Replayed::default(),
    };
    let limit = args.output.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let written: Vec<_> = replayed.rows.iter().take(limit).map(row).collect();
    let names = ["alarm", "at", "from", "to", "reason", "datapoints"].map(str::to_owned);
    let rows = rows(names.to_vec(), &written)?;
    let written = terminal.write(&rows, format, None, &sink)?;
    terminal.report(None, &Outcome { rows: rows.num_rows() as u64, ..outcome.clone() }, &written, started);
    sink.keep()?;
    evidence.add(&outcome, rows.num_rows() as u64);
    evidence.keep()?;
    let is_bad = args.fail_on == Some(AlarmState::Alarm) && !replayed.alarmed.is_empty();
    Ok(Exit::of_outcome(&outcome).and(if is_bad { Exit::BadNews } else { Exit::Complete }))
}

/// What metrics may hold when nobody said: 1 GiB, some ten million matching records.
const MOST_BYTES: u64 = 1 << 30;

fn too_much(most: u64) -> Error {
    Error::Limit {
        message: format!("the metrics hold more than {} of memory", crate::output::summary::human_bytes(most)),
        help: "narrow it by time, account or region, or allow more with --memory".to_owned(),
    }
}

fn second(bound: crate::session::Bound) -> i64 {
    bound.at.timestamp()
}

fn definitions(args: &AlarmReplayArgs) -> Result<Definitions, Error> {
    let mut definitions = Definitions::default();
    for path in std::iter::once(&args.file).chain(&args.filters) {
        alarm::read(&path.display().to_string(), &text_of(path)?, &mut definitions).map_err(|error| Error::Usage {
            message: error.to_string(),
            help: "a file holds what `aws cloudwatch describe-alarms` or `aws logs describe-metric-filters` prints"
                .to_owned(),
        })?;
    }
    Ok(definitions)
}

/// The metrics that alarms watch.
fn wanted(definitions: &Definitions) -> Vec<MetricId> {
    let metric = |alarm: &alarm::Alarm| MetricId {
        namespace: alarm.namespace.clone(),
        name: alarm.metric.clone(),
        dimensions: alarm.dimensions.clone(),
    };
    definitions.alarms.iter().map(metric).collect()
}

/// A transformation that an alarm needs, and its filter.
struct Used<'d> {
    filter: &'d Filter,
    transformation: &'d Transformation,
}

fn used<'d>(definitions: &'d Definitions, wanted: &[MetricId], terminal: &Terminal) -> Result<Vec<Used<'d>>, Error> {
    let names = |transformation: &Transformation| {
        let mut names: Vec<String> = transformation.dimensions.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    };
    let makes = |transformation: &Transformation, metric: &MetricId| {
        let dimensions = metric.dimensions.iter().map(|(name, _)| name);
        transformation.namespace == metric.namespace
            && transformation.name == metric.name
            && names(transformation).iter().eq(dimensions)
    };
    let all = definitions
        .filters
        .iter()
        .flat_map(|filter| filter.transformations.iter().map(move |transformation| Used { filter, transformation }));
    let used: Vec<Used<'_>> =
        all.filter(|used| wanted.iter().any(|metric| makes(used.transformation, metric))).collect();
    for (alarm, metric) in definitions.alarms.iter().zip(wanted) {
        if !used.iter().any(|used| makes(used.transformation, metric)) {
            let dimensions: Vec<_> = metric.dimensions.iter().map(|(name, _)| name.as_str()).collect();
            let with = if dimensions.is_empty() { String::new() } else { format!(" with {}", dimensions.join(", ")) };
            terminal.caution(
                &format!(
                    "no filter makes the metric `{}/{}`{with} of the alarm `{}`",
                    metric.namespace, metric.name, alarm.name
                ),
                "its datapoints are all missing; --filters FILE adds metric filters",
            );
        }
    }
    if used.is_empty() {
        return Err(Error::Usage {
            message: "no metric filter makes a metric of these alarms".to_owned(),
            help: "add metric filters with --filters FILE, or to the same file as `metricFilters`".to_owned(),
        });
    }
    Ok(used)
}

/// One pass over the archive: what is asked of it, and where the answers stand.
struct Pass {
    predicate: Expr,
    row: Vec<Expr>,
    /// By transformation: the columns of its match, its value and its dimensions.
    places: Vec<Place>,
    wants_all: bool,
}

struct Place {
    matches: usize,
    value: Option<usize>,
    dimensions: Vec<usize>,
}

impl Pass {
    fn new(used: &[Used<'_>]) -> Result<Self, Error> {
        let record = || datafusion::prelude::ident("eventjson");
        let mut row = vec![
            record_time().call(vec![record(), lit("eventTime")]),
            record_scalar().call(vec![record(), lit("eventID")]),
        ];
        let mut predicates = Vec::new();
        let mut places = Vec::new();
        for used in used {
            let name = format!("{}: {}", used.filter.file, used.filter.name);
            let source = Source::new(name.as_str(), used.filter.pattern.as_str());
            let parsed = filter_pattern::parse(&source).map_err(Error::Query)?;
            let predicate = filter_pattern::predicate(&parsed.pattern);
            let mut add = |expr: Expr| {
                row.push(expr);
                row.len() - 1
            };
            let selected = |selector: &str| {
                let source = Source::new(name.as_str(), selector);
                filter_pattern::parse_selector(&source)
                    .map(|selector| filter_pattern::text_of(&selector))
                    .map_err(Error::Query)
            };
            let matches = add(predicate.clone());
            let value = match &used.transformation.value {
                MetricValue::Number(_) => None,
                MetricValue::Selector(selector) => Some(add(selected(selector)?)),
            };
            let mut dimensions = Vec::new();
            for (_, selector) in &used.transformation.dimensions {
                dimensions.push(add(selected(selector)?));
            }
            predicates.push(predicate);
            places.push(Place { matches, value, dimensions });
        }
        let wants_all = used.iter().any(|used| used.transformation.default.is_some());
        let matched = predicates.into_iter().reduce(Expr::or);
        let predicate = matched.filter(|_| !wants_all).unwrap_or_else(|| lit(true));
        let row = row.into_iter().enumerate().map(|(at, expr)| expr.alias(format!("c{at}"))).collect();
        Ok(Self { predicate, row, places, wants_all })
    }

    /// Takes rows in. Gives how many of them have no time.
    fn take(&self, batch: &RecordBatch, used: &[Used<'_>], dedupes: bool, metrics: &mut Metrics) -> u64 {
        let columns = batch.columns();
        let times = columns.first().and_then(|column| column.as_primitive_opt::<TimestampMillisecondType>());
        let text = |at: usize, row: usize| {
            let texts = columns.get(at)?.as_string_opt::<i32>()?;
            texts.is_valid(row).then(|| texts.value(row))
        };
        let holds = |at: usize, row: usize| {
            let flags = columns.get(at).and_then(|column| column.as_boolean_opt());
            flags.is_some_and(|flags| flags.is_valid(row) && flags.value(row))
        };
        let mut untimed = 0;
        for row in 0..batch.num_rows() {
            let Some(time) = times.filter(|times| times.is_valid(row)).map(|times| times.value(row)) else {
                untimed += 1;
                continue;
            };
            let second = time.div_euclid(1000);
            // Of records that match nothing only the time counts, and copies have the same.
            let counts = dedupes && self.places.iter().any(|place| holds(place.matches, row));
            if !metrics.event(second, text(1, row).filter(|_| counts)) {
                continue;
            }
            if self.wants_all {
                metrics.arrived(second);
            }
            for (number, (place, used)) in self.places.iter().zip(used).enumerate() {
                if !holds(place.matches, row) {
                    continue;
                }
                let value = match (&used.transformation.value, place.value) {
                    (MetricValue::Number(number), _) => Some(*number),
                    (MetricValue::Selector(_), at) => at.and_then(|at| text(at, row)).and_then(number::parse),
                };
                let dimensions: Vec<Option<&str>> = place.dimensions.iter().map(|at| text(*at, row)).collect();
                // A match without a number keeps the default value away all the same.
                metrics.value(number, used.transformation, second, value.unwrap_or(f64::NAN), &dimensions);
            }
        }
        untimed
    }
}

fn row(transition: &Transition) -> Vec<Option<String>> {
    let Transition { alarm, at, from, to, reason, datapoints } = transition;
    let at = DateTime::from_timestamp(*at, 0).map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    let shown = datapoints.iter().map(|value| value.map_or_else(|| "null".to_owned(), number::format));
    let shown = (!datapoints.is_empty()).then(|| format!("[{}]", shown.collect::<Vec<_>>().join(",")));
    vec![Some(alarm.clone()), at, Some(from.to_string()), Some(to.to_string()), Some(reason.clone()), shown]
}
