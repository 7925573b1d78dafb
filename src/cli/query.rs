//! `trailql query`: statements from the command line, from files, from stdin; their answers; leave.

use clap::Args;

use super::Exit;
use super::output::{OutputArgs, ViewArgs};
use super::proof::ProofArgs;
use super::texts::{self, TextArgs};
use crate::session::{Error, Options, Session};
use crate::terminal::Terminal;
use crate::verify::evidence::Asked;

/// `trailql query`.
#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    /// Archives to ask: folders, files, s3://bucket/prefix, or names of the configuration.
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
    /// How tables look.
    #[command(flatten)]
    pub(super) view: ViewArgs,
    /// What is known of log files, and what is kept of them.
    #[command(flatten)]
    pub(super) proof: ProofArgs,
}

/// Runs every statement in order. Stops at the first that fails, unless asked to go on.
pub(super) async fn run(args: &QueryArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let texts = texts::read(&args.texts)?;
    let view = args.view.view(&args.output)?;
    let (options, mut evidence) = args.proof.begin(options, args.output.out.as_deref())?;
    let session = Session::open(&args.archives, options).await?;
    let mut exit = Exit::Complete;
    let mut sink = args.output.sink()?;
    let mut is_idle = true;
    for (source, language) in texts {
        evidence.asked(|| Asked::text(language.name(), &source.text));
        // A text with an error in it is not begun, unless the rest of it is wanted all the same.
        let statements = match args.keep_going {
            true => session.parse_each(&source, language),
            false => session.parse(&source, language)?.into_iter().map(Ok).collect(),
        };
        for statement in statements {
            is_idle = false;
            let answered = async { terminal.wait(session.run(statement?)).await };
            let answered = match answered.await {
                Ok(answer) => terminal.show(answer, &view, &mut sink, &[]).await,
                Err(error) => Err(error),
            };
            exit = exit.and(match answered {
                Ok(shown) => {
                    evidence.add(&shown.outcome, shown.rows);
                    Exit::of_outcome(&shown.outcome)
                }
                Err(error) if args.keep_going => {
                    evidence.failed();
                    terminal.fail(&error);
                    Exit::of_error(&error)
                }
                Err(error) => return Err(error),
            });
        }
    }
    // An empty variable of a script must not look like an answered question.
    if is_idle {
        return Err(texts::none());
    }
    sink.keep()?;
    evidence.keep()?;
    Ok(exit)
}
