//! `trailql translate`: queries as SQL, for this program and for Athena.

use clap::{Args, ValueEnum};

use super::Exit;
use super::texts::{self, TextArgs};
use crate::session::{Error, Options, Session};
use crate::sql;
use crate::terminal::{Sink, Terminal};

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

/// Writes each statement in the language asked for. No log file is read.
pub(super) async fn run(args: &TranslateArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let target = match args.to {
        Target::Sql => sql::Target::Trailql,
        Target::Athena => sql::Target::Athena,
    };
    let session = Session::open(&args.archives, options).await?;
    let mut sink = Sink::stdout();
    for (source, language) in texts::read(&args.texts)? {
        for statement in session.parse(&source, language)? {
            let (text, notices) = session.translate(&statement, target).await?;
            terminal.remark(&notices);
            sink.heading(&format!("{text};"))?;
        }
    }
    Ok(Exit::Complete)
}
