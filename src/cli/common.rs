//! Options of every command as typed, and what they mean: [`Common::options`] turns the one into the other, once.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use crate::archive::{S3Options, Slack};
use crate::record::Limits;
use crate::session::{Bound, Error, Options, bound};
use crate::table::{Proof, ScanOptions};
use crate::terminal::{Form, ShowProgress, Terminal};

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
    /// Form of everything on stderr: text for people, or a JSON object a line.
    #[arg(long, value_enum, value_name = "FORM", default_value_t, global = true, env = "TRAILQL_ERROR_FORMAT")]
    pub(super) error_format: Form,
    /// A configuration file, in place of the user's own and ./trailql.toml.
    #[arg(long, value_name = "FILE", global = true, env = "TRAILQL_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long, global = true, env = "TRAILQL_NO_INIT")]
    pub(super) no_init: bool,
}

impl Common {
    /// How to speak to whoever started the process.
    pub(super) fn terminal(&self) -> Terminal {
        let color = match self.color {
            Color::Auto => None,
            Color::Always => Some(true),
            Color::Never => Some(false),
        };
        Terminal::new(color, self.quiet, self.progress).with_form(self.error_format)
    }

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
                proof: Proof::default(),
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

pub(super) fn size(text: &str) -> Result<u64, String> {
    let is_unsigned = text.starts_with(|first: char| first.is_ascii_digit());
    let size = text.parse::<ByteSize>().ok().filter(|_| is_unsigned);
    size.map(|size| size.as_u64()).ok_or_else(|| format!("`{text}` is no size such as 500MB or 2GiB"))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| format!("`{text}` is no duration such as 30s or 5m"))
}

fn slack(text: &str) -> Result<Slack, String> {
    if text == "all" {
        return Ok(Slack::All);
    }
    let days = text.strip_suffix('d').unwrap_or(text);
    days.parse().map(Slack::Days).map_err(|_| format!("`{text}` is neither a number of days nor `all`"))
}
