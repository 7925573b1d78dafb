//! `trailql query`: statements from the command line, from files, from stdin; their answers; leave.

use std::io::IsTerminal;
use std::path::Path;

use super::args::{OutputArgs, QueryArgs};
use super::{Exit, texts};
use crate::output::{self, Format};
use crate::session::{Error, Options, Session};
use crate::terminal::{Sink, Terminal};

/// Runs every statement in order. Stops at the first that fails, unless asked to go on.
pub(super) async fn run(args: &QueryArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let texts = texts::read(&args.texts)?;
    let format = format(&args.output)?;
    let session = Session::open(&args.archives, options).await?;
    let mut exit = Exit::Complete;
    let mut sink = sink(args.output.out.as_deref())?;
    let mut is_idle = true;
    for (source, language) in texts {
        // A text with an error in it is not begun, unless the rest of it is wanted all the same.
        let statements = match args.keep_going {
            true => session.parse_each(&source, language),
            false => session.parse(&source, language)?.into_iter().map(Ok).collect(),
        };
        for statement in statements {
            is_idle = false;
            let answered = async { terminal.wait(session.run(statement?)).await };
            let answered = match answered.await {
                Ok(answer) => terminal.show(answer, format, args.output.limit, &mut sink, &[]).await,
                Err(error) => Err(error),
            };
            exit = exit.and(match answered {
                Ok(shown) => Exit::of_outcome(&shown.outcome),
                Err(error) if args.keep_going => {
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
    Ok(exit)
}

/// The format that was asked for, or that the output file's name tells.
pub(super) fn format(args: &OutputArgs) -> Result<Format, Error> {
    let of_file = args.out.as_ref().and_then(|path| Format::of_file(&path.to_string_lossy()));
    check(args.output.or(of_file).unwrap_or_default(), args.out.as_deref())
}

/// The format, unless it would go to a terminal that cannot show it.
pub(super) fn check(format: Format, out: Option<&Path>) -> Result<Format, Error> {
    if !format.info().text && out.is_none() && std::io::stdout().is_terminal() {
        return Err(Error::Usage {
            message: format!("`{format}` is no text for a terminal"),
            help: "name a file with --out, or redirect the output".to_owned(),
        });
    }
    Ok(format)
}

/// Where the rows go.
pub(super) fn sink(out: Option<&Path>) -> Result<Sink, Error> {
    match out {
        Some(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let message = match folder {
                _ if path.is_dir() => format!("`{}` is a folder", path.display()),
                Some(folder) if !folder.is_dir() => format!("there is no folder `{}`", folder.display()),
                _ => return Sink::file(path.to_owned()).map_err(|error| Error::Output(output::Error::Write(error))),
            };
            Err(Error::Usage { message, help: "--out names a file, in a folder that is there".to_owned() })
        }
        None => Ok(Sink::stdout()),
    }
}
