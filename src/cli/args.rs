//! The command line as typed: the commands, each with the arguments that its own file declares.

use clap::{Parser, Subcommand};

use super::alarm::{AlarmArgs, AlarmCommand};
use super::common::Common;
use super::completions::CompletionsArgs;
use super::config::ConfigArgs;
use super::coverage::CoverageArgs;
use super::filter::FilterArgs;
use super::hunt::HuntArgs;
use super::lookup::LookupArgs;
use super::man::ManArgs;
use super::policy::PolicyArgs;
use super::public_keys::PublicKeysArgs;
use super::query::QueryArgs;
use super::shell::ShellArgs;
use super::translate::TranslateArgs;
use super::verify::VerifyArgs;

/// Ask questions of archived AWS CloudTrail trails, in SQL or in the language of CloudWatch Logs Insights.
#[derive(Debug, Parser)]
#[command(name = "trailql", version, override_usage = USAGE, after_help = AFTER_HELP)]
pub(super) struct Cli {
    /// What to do; without it, a shell opens.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Archives to ask in the shell: folders, files, s3://bucket/prefix, or names of the configuration; ./NAME is a
    /// folder.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// Options of the shell.
    #[command(flatten)]
    pub(super) shell: ShellArgs,
    /// Options of every command.
    #[command(flatten)]
    pub(super) common: Common,
}

const USAGE: &str = "\
trailql [OPTIONS] [ARCHIVE]...
       trailql [OPTIONS] <COMMAND>";

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
    /// Look events up by their attributes, as `aws cloudtrail lookup-events` does.
    Lookup(LookupArgs),
    /// Show which accounts, regions and days have deliveries, and where they are missing.
    Coverage(CoverageArgs),
    /// Verify that log files are those that CloudTrail delivered, by its signed digest files.
    #[command(alias = "validate-logs")]
    Verify(VerifyArgs),
    /// Write a query as SQL.
    Translate(TranslateArgs),
    /// Try out a metric-filter pattern, or have it explained.
    Filter(FilterArgs),
    /// Run CloudWatch alarms over the past.
    Alarm(AlarmArgs),
    /// Fetch the public keys that digest files are signed with.
    PublicKeys(PublicKeysArgs),
    /// Write the least IAM policy that reads an archive.
    Policy(PolicyArgs),
    /// Show the configuration, and where each part of it comes from.
    Config(ConfigArgs),
    /// Write a completion script for a shell.
    Completions(CompletionsArgs),
    /// Write the manual.
    Man(ManArgs),
}

impl Command {
    /// Takes these archives where none was named.
    pub(super) fn default_archives(&mut self, archives: Vec<String>) {
        let named = match self {
            Self::Query(args) => &mut args.archives,
            Self::Hunt(args) => &mut args.archives,
            Self::Translate(args) => &mut args.archives,
            Self::Alarm(args) => match &mut args.what {
                AlarmCommand::Replay(args) => &mut args.archives,
            },
            Self::Lookup(args) => &mut args.archives,
            Self::Coverage(args) => &mut args.archives,
            Self::Verify(args) => &mut args.archives,
            Self::Policy(args) => &mut args.archives,
            Self::Filter(args) => return args.default_archives(archives),
            Self::PublicKeys(_) | Self::Config(_) | Self::Completions(_) | Self::Man(_) => return,
        };
        if named.is_empty() {
            *named = archives;
        }
    }
}
