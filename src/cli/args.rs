//! The command line as typed, and what it means: [`Common::options`] turns the one into the other, once.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::hunt_format::HuntFormat;
use crate::archive::{S3Options, Slack};
use crate::output::Format;
use crate::record::Limits;
use crate::session::{Bound, Error, Language, Options, bound};
use crate::table::ScanOptions;
use crate::terminal::ShowProgress;

/// Ask questions of archived AWS CloudTrail trails, in SQL or in the language of CloudWatch Logs Insights.
#[derive(Debug, Parser)]
#[command(name = "trailql", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(super) struct Cli {
    /// What to do; without it, a shell opens.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Archives to ask in the shell: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// Options of every command.
    #[command(flatten)]
    pub(super) common: Common,
}

const AFTER_HELP: &str = "\
Exit codes: 0 complete · 1 bad news · 2 usage or query error · 3 incomplete · 4 no access · 5 a limit stopped it
            70 a bug in trailql · 130 interrupted";

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Answer queries and leave.
    Query(QueryArgs),
    /// Run saved queries.
    Hunt(HuntArgs),
    /// Write a query as SQL.
    Translate(TranslateArgs),
    /// Try out a metric-filter pattern, or have it explained.
    Filter(FilterArgs),
    /// Run CloudWatch alarms over the past.
    Alarm(AlarmArgs),
}

/// `trailql filter`.
#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) what: FilterCommand,
}

/// What to do with a pattern.
#[derive(Debug, Subcommand)]
pub(super) enum FilterCommand {
    /// Count the records that match, and show the first with the values of the pattern's selectors.
    Test(FilterTestArgs),
    /// Say in words what a pattern asks; with an archive, in SQL as well.
    Explain(FilterExplainArgs),
}

/// A pattern, and the archives to ask.
#[derive(Debug, Args)]
pub(super) struct PatternArgs {
    /// The pattern, then archives: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "PATTERN|ARCHIVE")]
    pub(super) words: Vec<String>,
    /// The pattern, where it is not the first argument.
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(super) pattern: Option<String>,
}

/// `trailql filter test`.
#[derive(Debug, Args)]
pub(super) struct FilterTestArgs {
    /// The pattern and the archives.
    #[command(flatten)]
    pub(super) pattern: PatternArgs,
    /// A file of events rather than an archive: one, a list, `{"Records": […]}`, or one a line; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Vec<PathBuf>,
    /// Where and how results are written.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// `trailql filter explain`.
#[derive(Debug, Args)]
pub(super) struct FilterExplainArgs {
    /// The pattern and the archives.
    #[command(flatten)]
    pub(super) pattern: PatternArgs,
}

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
}

/// A state that is bad news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AlarmState {
    /// ALARM.
    Alarm,
}

/// `trailql query`.
#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    /// Archives to ask: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// The queries.
    #[command(flatten)]
    pub(super) texts: TextArgs,
    /// Go on with the next statement after one that failed.
    #[arg(long)]
    pub(super) keep_going: bool,
    /// Where and how results are written.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// Queries, and where they come from.
#[derive(Debug, Args)]
pub(super) struct TextArgs {
    /// A query; may be repeated.
    // SQL may begin with a comment, and a comment with `--`.
    #[arg(short, long = "command", value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) command: Vec<String>,
    /// A file of queries (.sql, .insights, .cwli, .filter, .yml; - is stdin); may be repeated.
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Vec<PathBuf>,
    /// Language of the queries; told from the file's ending or the text when not given.
    #[arg(long, value_enum)]
    pub(super) lang: Option<Lang>,
}

/// `trailql translate`.
#[derive(Debug, Args)]
pub(super) struct TranslateArgs {
    /// Archives whose tables the queries name: folders, files, or s3://bucket/prefix. None of their files is read.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// The language to write.
    #[arg(long, value_enum, default_value = "sql")]
    pub(super) to: Target,
    /// The queries.
    #[command(flatten)]
    pub(super) texts: TextArgs,
}

/// A language that queries are translated into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// The SQL that trailql plans.
    Sql,
    /// SQL that Athena runs on the table of its documentation.
    Athena,
}

/// `trailql hunt`.
#[derive(Debug, Args)]
pub(super) struct HuntArgs {
    /// Archives to search: folders, files, or s3://bucket/prefix.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// A pack of ours by its name, or a folder of saved queries; may be repeated. All detections when not given.
    #[arg(long, value_name = "NAME|FOLDER")]
    pub(super) pack: Vec<String>,
    /// A Sigma rule, or a folder of them; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(super) sigma: Vec<PathBuf>,
    /// A rule by its id, in which * is any text; may be repeated.
    #[arg(long, value_name = "ID", alias = "query")]
    pub(super) rule: Vec<String>,
    /// Only rules of this level or worse.
    #[arg(long, value_name = "LEVEL")]
    pub(super) min_level: Option<crate::packs::Level>,
    /// Only rules of this technique of MITRE ATT&CK, in either numbering; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) technique: Vec<String>,
    /// Calls to look at, where a rule looks at those that succeeded.
    #[arg(long, value_enum)]
    pub(super) outcome: Option<crate::packs::Outcome>,
    /// Look at calls that services make, too.
    #[arg(long)]
    pub(super) include_services: bool,
    /// Run rules that have to look at nearly every record, too.
    #[arg(long)]
    pub(super) broad: bool,
    /// A file of parameters, levels and exceptions of your own (TOML).
    #[arg(long, value_name = "FILE")]
    pub(super) tuning: Option<PathBuf>,
    /// How long after the archive's beginning a first sighting means something; the rule's own time when not given.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) learn: Option<Duration>,
    /// List the rules and leave.
    #[arg(long, group = "asked")]
    pub(super) list: bool,
    /// Show what a rule says, and leave.
    #[arg(long, value_name = "ID", group = "asked")]
    pub(super) show: Option<String>,
    /// Check the rules and leave.
    #[arg(long, group = "asked")]
    pub(super) lint: bool,
    /// Run the rules over their own test records and leave.
    #[arg(long, group = "asked")]
    pub(super) test: bool,
    /// Show why each rule finds this event, or does not.
    #[arg(long, value_name = "EVENTID", group = "asked")]
    pub(super) why: Option<String>,
    /// Exit with 1 when there are findings of this level or worse.
    #[arg(long, value_name = "LEVEL")]
    pub(super) fail_on: Option<crate::packs::Level>,
    /// Where and how findings are written.
    #[command(flatten)]
    pub(super) output: HuntOutputArgs,
}

/// Where and how findings are written.
#[derive(Debug, Clone, Args)]
pub(super) struct HuntOutputArgs {
    /// Format: sarif, ocsf, html, or rows as table, csv, tsv, json, ndjson, line, markdown, parquet. Told from
    /// --out's ending when not given; a summary by rule without either.
    #[arg(short, long, value_name = "FORMAT", env = "TRAILQL_OUTPUT")]
    pub(super) output: Option<HuntFormat>,
    /// File to write findings to, whole or not at all: findings.sarif, .ocsf.json, .html, or a format of rows.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// At most this many findings, the worst first; of questions, rows.
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
}

/// Where and how results are written.
#[derive(Debug, Clone, Args)]
pub(super) struct OutputArgs {
    /// Format: table, csv, tsv, json, ndjson, line, markdown, parquet. Told from --out's ending when not given.
    #[arg(short, long, value_name = "FORMAT", env = "TRAILQL_OUTPUT")]
    pub(super) output: Option<Format>,
    /// File to write results to, whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// At most this many rows of each result.
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
}

/// A language, as `--lang` names it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    /// SQL.
    Sql,
    /// CloudWatch Logs Insights.
    #[value(alias = "cwli")]
    Insights,
    /// Sigma rules, in YAML.
    Sigma,
    /// Metric-filter patterns of CloudWatch Logs.
    Filter,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Sql => Self::Sql,
            Lang::Insights => Self::Insights,
            Lang::Sigma => Self::Sigma,
            Lang::Filter => Self::Filter,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    /// Value of `:NAME` or `$NAME` in SQL: bound, never pasted into the text; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", global = true, value_parser = param)]
    pub(super) param: Vec<(String, String)>,
    /// Earliest event: 2026-05-01, 2026-05-01T12:00:00Z, or how long ago: 24h, 7d.
    #[arg(long, value_name = "TIME", global = true, env = "TRAILQL_SINCE")]
    pub(super) since: Option<String>,
    /// Latest event; midnight is not part of the range that it ends.
    #[arg(long, value_name = "TIME", global = true, env = "TRAILQL_UNTIL")]
    pub(super) until: Option<String>,
    /// Only deliveries of this account; may be repeated.
    #[arg(long, value_name = "ID", global = true, env = "TRAILQL_ACCOUNT", value_delimiter = ',')]
    pub(super) account: Vec<String>,
    /// Only deliveries from this region; may be repeated.
    #[arg(long, value_name = "NAME", global = true, env = "TRAILQL_REGION", value_delimiter = ',')]
    pub(super) region: Vec<String>,
    /// Only deliveries of this organization; may be repeated.
    #[arg(long, value_name = "ID", global = true, env = "TRAILQL_ORG", value_delimiter = ',')]
    pub(super) org: Vec<String>,
    /// Days after an event in which its delivery is looked for, or `all`.
    #[arg(long, value_name = "DAYS", global = true, env = "TRAILQL_DELIVERY_SLACK", value_parser = slack)]
    pub(super) delivery_slack: Option<Slack>,
    /// Profile of the AWS configuration files.
    #[arg(long, value_name = "NAME", global = true, env = "TRAILQL_PROFILE")]
    pub(super) profile: Option<String>,
    /// Region of the bucket.
    #[arg(long, value_name = "NAME", global = true, env = "TRAILQL_AWS_REGION")]
    pub(super) aws_region: Option<String>,
    /// Another server that speaks S3.
    #[arg(long, value_name = "URL", global = true, env = "TRAILQL_ENDPOINT_URL")]
    pub(super) endpoint_url: Option<String>,
    /// Role to assume before asking.
    #[arg(long, value_name = "ARN", global = true, env = "TRAILQL_ROLE_ARN")]
    pub(super) role_arn: Option<String>,
    /// Ask without credentials.
    #[arg(long, global = true, env = "TRAILQL_NO_SIGN_REQUEST")]
    pub(super) no_sign_request: bool,
    /// Accept that the requester pays for S3 requests.
    #[arg(long, global = true, env = "TRAILQL_REQUEST_PAYER")]
    pub(super) request_payer: bool,
    /// Threads to work with.
    #[arg(long, value_name = "N", global = true, env = "TRAILQL_THREADS")]
    pub(super) threads: Option<usize>,
    /// Memory for sorts, groups and joins: 500MB, 2GiB; half of the machine's when not given. More goes to disk.
    #[arg(long, value_name = "SIZE", global = true, env = "TRAILQL_MEMORY", value_parser = size)]
    pub(super) memory: Option<u64>,
    /// Folder for what does not fit into --memory; the system's for temporary files when not given.
    #[arg(long, value_name = "FOLDER", global = true, env = "TRAILQL_TEMP_DIR")]
    pub(super) temp_dir: Option<PathBuf>,
    /// Longest time for each query: 30s, 5m.
    #[arg(long, value_name = "DURATION", global = true, env = "TRAILQL_TIMEOUT", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// Most stored bytes that each query may fetch: 500MB, 2GiB. Known before any is.
    #[arg(long, value_name = "SIZE", global = true, env = "TRAILQL_MAX_BYTES", value_parser = size)]
    pub(super) max_bytes: Option<u64>,
    /// Most requests, LIST and GET, that each query may make.
    #[arg(long, value_name = "N", global = true, env = "TRAILQL_MAX_REQUESTS")]
    pub(super) max_requests: Option<u64>,
    /// Most bytes that one log file may inflate to.
    #[arg(long, value_name = "SIZE", global = true, env = "TRAILQL_MAX_FILE_BYTES", value_parser = size)]
    pub(super) max_file_bytes: Option<u64>,
    /// Stop at the first log file that cannot be read.
    #[arg(long, global = true, env = "TRAILQL_STRICT")]
    pub(super) strict: bool,
    /// Say nothing but results and errors.
    #[arg(short, long, global = true, env = "TRAILQL_QUIET")]
    pub(super) quiet: bool,
    /// When to colour.
    #[arg(long, value_enum, default_value_t, global = true, env = "TRAILQL_COLOR")]
    pub(super) color: Color,
    /// When to say on stderr how far a query is.
    #[arg(long, value_enum, default_value_t, global = true, env = "TRAILQL_PROGRESS")]
    pub(super) progress: ShowProgress,
}

impl Common {
    /// What the options mean, at this moment.
    ///
    /// # Errors
    /// [`Error::Usage`] for a time that cannot be read, or a range that ends before it begins.
    pub(super) fn options(&self, now: DateTime<Utc>) -> Result<Options, Error> {
        let read =
            |option: &str, text: &Option<String>| text.as_deref().map(|text| bound(option, text, now)).transpose();
        let (since, until) = (read("--since", &self.since)?, read("--until", &self.until)?);
        if let (Some(since), Some(until)) = (since, until)
            && (since.at > until.at || until.is_midnight() && since.at == until.at)
        {
            return Err(empty_range(since, until));
        }
        if let Some(folder) = self.temp_dir.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(Error::Usage {
                message: format!("there is no folder `{}`", folder.display()),
                help: "--temp-dir names a folder that is there and can be written to".to_owned(),
            });
        }
        let limits = Limits::default();
        Ok(Options {
            since,
            until,
            accounts: self.account.clone(),
            regions: self.region.clone(),
            organizations: self.org.clone(),
            scan: ScanOptions {
                slack: self.delivery_slack.unwrap_or_default(),
                limits: Limits { inflated_bytes: self.max_file_bytes.unwrap_or(limits.inflated_bytes), ..limits },
                strict: self.strict,
                exhaustive: false,
            },
            s3: S3Options {
                profile: self.profile.clone(),
                region: self.aws_region.clone(),
                endpoint_url: self.endpoint_url.clone(),
                role_arn: self.role_arn.clone(),
                no_sign_request: self.no_sign_request,
                request_payer: self.request_payer,
            },
            threads: self.threads,
            memory: self.memory,
            timeout: self.timeout,
            max_bytes: self.max_bytes,
            max_requests: self.max_requests,
            temp_dir: self.temp_dir.clone(),
            params: self.param.clone(),
            ..Options::new(now)
        })
    }
}

fn empty_range(since: Bound, until: Bound) -> Error {
    let shown = |bound: Bound| bound.at.format("%Y-%m-%dT%H:%M:%SZ");
    if since.at > until.at {
        return Error::Usage {
            message: format!("the range ends ({}) before it begins ({})", shown(until), shown(since)),
            help: "give --since a time before --until".to_owned(),
        };
    }
    let next = (until.at + chrono::Duration::days(1)).format("%Y-%m-%d");
    Error::Usage {
        message: format!("the range is empty: a date of --until ends before its midnight, {}", shown(until)),
        help: format!("--until {next} takes that whole day in"),
    }
}

fn param(text: &str) -> Result<(String, String), String> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match text.split_once('=') {
        Some((name, value)) if is_name(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, a name of letters, digits and `_`".to_owned()),
    }
}

fn size(text: &str) -> Result<u64, String> {
    let is_unsigned = text.starts_with(|first: char| first.is_ascii_digit());
    let size = text.parse::<ByteSize>().ok().filter(|_| is_unsigned);
    size.map(|size| size.as_u64()).ok_or_else(|| format!("`{text}` is no size such as 500MB or 2GiB"))
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| format!("`{text}` is no duration such as 30s or 5m"))
}

fn slack(text: &str) -> Result<Slack, String> {
    if text == "all" {
        return Ok(Slack::All);
    }
    let days = text.strip_suffix('d').unwrap_or(text);
    days.parse().map(Slack::Days).map_err(|_| format!("`{text}` is neither a number of days nor `all`"))
}
