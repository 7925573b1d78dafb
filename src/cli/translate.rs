//! `trailql translate`: queries as SQL, for this program and for Athena.

use super::args::{Target, TranslateArgs};
use super::{Exit, texts};
use crate::session::{Error, Options, Session};
use crate::sql;
use crate::terminal::{Sink, Terminal};

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
