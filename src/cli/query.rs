//! `trailql query`: statements from the command line, from files, from stdin; their answers; leave.

use std::io::{IsTerminal, Read};
use std::path::Path;

use super::Exit;
use super::args::{OutputArgs, QueryArgs};
use crate::diag::Source;
use crate::output::{self, Format};
use crate::session::{Error, Language, Options, Session};
use crate::terminal::{Sink, Terminal};

/// Runs every statement in order. Stops at the first that fails, unless asked to go on.
pub(super) async fn run(args: &QueryArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let texts = texts(args)?;
    let format = format(&args.output)?;
    let session = Session::open(&args.archives, options).await?;
    let mut exit = Exit::Complete;
    let mut sink = sink(&args.output)?;
    let mut is_idle = true;
    for (source, language) in texts {
        let statements = match session.parse(&source, language) {
            Ok(statements) => statements,
            Err(error) if args.keep_going => {
                terminal.fail(&error);
                exit = exit.and(Exit::of_error(&error));
                is_idle = false;
                continue;
            }
            Err(error) => return Err(error),
        };
        for statement in statements {
            is_idle = false;
            let answered = match terminal.wait(session.run(statement)).await {
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
        return Err(no_query());
    }
    sink.keep()?;
    Ok(exit)
}

fn no_query() -> Error {
    Error::Usage {
        message: "no query was given".to_owned(),
        help: "give one with -c, a file with -f, or pipe one in; without `query` a shell opens".to_owned(),
    }
}

/// The texts to run and their languages, in the order given: `-c`, then `-f`, then stdin when there is neither.
fn texts(args: &QueryArgs) -> Result<Vec<(Source, Language)>, Error> {
    let named = args.lang.map(Language::from);
    let mut texts = Vec::new();
    for text in &args.command {
        texts.push((Source::new("query", text.as_str()), named.unwrap_or_else(|| Language::of_text(text))));
    }
    for path in &args.file {
        let text = if path == Path::new("-") { stdin()? } else { read(path)? };
        let name = path.display().to_string();
        let language = named.or_else(|| Language::of_file(&name)).unwrap_or_else(|| Language::of_text(&text));
        texts.push((Source::new(name, text), language));
    }
    if args.command.is_empty() && args.file.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(no_query());
        }
        let text = stdin()?;
        let language = named.unwrap_or_else(|| Language::of_text(&text));
        texts.push((Source::new("stdin", text), language));
    }
    Ok(texts)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::Usage {
        message: format!("cannot read the query file `{}`: {error}", path.display()),
        help: "give the path of a file with -f, or the query itself with -c".to_owned(),
    })
}

fn stdin() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| Error::Usage {
        message: format!("cannot read the query from stdin: {error}"),
        help: "queries are UTF-8 text".to_owned(),
    })?;
    Ok(text)
}

/// The format that was asked for, or that the output file's name tells.
pub(super) fn format(args: &OutputArgs) -> Result<Format, Error> {
    let of_file = args.out.as_ref().and_then(|path| Format::of_file(&path.to_string_lossy()));
    let format = args.output.or(of_file).unwrap_or_default();
    if !format.info().text && args.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Error::Usage {
            message: format!("`{format}` is no text for a terminal"),
            help: "name a file with --out, or redirect the output".to_owned(),
        });
    }
    Ok(format)
}

/// Where the rows go.
pub(super) fn sink(args: &OutputArgs) -> Result<Sink, Error> {
    match &args.out {
        Some(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let message = match folder {
                _ if path.is_dir() => format!("`{}` is a folder", path.display()),
                Some(folder) if !folder.is_dir() => format!("there is no folder `{}`", folder.display()),
                _ => return Sink::file(path.clone()).map_err(|error| Error::Output(output::Error::Write(error))),
            };
            Err(Error::Usage { message, help: "--out names a file, in a folder that is there".to_owned() })
        }
        None => Ok(Sink::stdout()),
    }
}
