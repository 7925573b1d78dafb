//! trailql: a query engine over archived AWS CloudTrail trails.
//!
//! ```text
//! stats count(*) by eventName        SELECT eventname, count(*) FROM …
//!       │ insights: lex, parse             │ sql: parse, rewrite Athena
//!       ▼                                  ▼
//! Query (AST with spans)               Statement
//!       └── lower ──────────┬──────────────┴── plan
//!                           ▼        names resolve through schema and functions
//!              LogicalPlan           DataFusion's own; the only form the languages share
//!                           ▼ optimizer
//!              table: scan(projection, filters, limit)         planning: opens no log file
//!                           │ archive: paths → partitions → log files, pruned
//!                           ▼ units of log files, one stream per group
//!              record: inflate ► skim ► sieve ► build ► RecordBatch
//!                           ▼ DataFusion operators
//!              output ─► stdout: table, csv, json …    stderr: diagnostics, warnings, summary
//! ```
//!
//! # The house
//!
//! A room uses rooms on lower floors. It does not know its neighbours or the floors above; a test sees to it.
//!
//! ```text
//! 7 cli/             arguments, one file per command, exit codes
//! 6 repl/            the shell: a prompt, history, one table of meta commands
//! 5 packs/           saved queries and rules: compiled, hunted in one pass, correlated, reported
//!   lookup/          events by their attributes, in the shape of `aws cloudtrail lookup-events`
//!   coverage/        which account, region and day has deliveries, from the listing alone
//!   terminal/        shows answers and messages: rows to stdout, everything else to stderr
//! 4 session/         owns the engine; text + language → plan → answer; the crate's Error
//! 3 sql/             Athena's dialect: parse, rewrite the tree, rules on the plan
//!   insights/        CloudWatch Logs Insights: lexer, parser, lowering, one file per command
//!   sigma/           Sigma rules: YAML, conditions, modifiers → predicates; collections, lint
//!   filter_pattern/  CloudWatch metric-filter patterns → predicates
//!   alarm/           CloudWatch alarms over the past: definitions, metrics, states
//!   table/           the DataFusion seam: provider, prune, leaves, source, opener, units
//! 2 functions/       one file per family
//!   verify/          log file integrity: digest files, hashes, signatures, report
//! 1 archive/         where log files are: location, layout, listing, bytes
//!   record/          bytes → columns: inflate, split, build
//!   output/          batches → text, one file per format; draws diagnostics
//!   config/          configuration files: settings and their places
//! 0 schema/          the columns of a record, the tables, the leaves of a scan
//!   diag/            spans, diagnostics, codes
//! ```
//!
//! # The paved road
//!
//! ```no_run
//! # async fn example() -> Result<(), trailql::Error> {
//! use trailql::{Language, Options, Session, Source};
//!
//! let session = Session::open(&["s3://bucket/prefix"], Options::new(chrono::Utc::now())).await?;
//! let query = Source::new("query", "stats count(*) by eventName");
//! for statement in session.parse(&query, Language::Insights)? {
//!     let mut answer = session.run(statement).await?;
//!     while let Some(batch) = answer.next().await? {
//!         assert!(batch.num_rows() > 0);
//!     }
//!     assert!(!answer.outcome().is_incomplete());
//! }
//! # Ok(())
//! # }
//! ```

pub mod alarm;
pub mod archive;
pub mod cli;
pub mod config;
pub mod coverage;
pub mod diag;
pub mod filter_pattern;
pub mod functions;
pub mod insights;
pub mod lookup;
pub mod output;
pub mod packs;
pub mod record;
pub mod repl;
pub mod schema;
pub mod session;
pub mod sigma;
pub mod sql;
pub mod table;
pub mod terminal;
pub mod verify;

pub use diag::Source;
pub use session::{Answer, Error, Language, Options, Outcome, Session, Statement};
