//! The queries of a command line: from arguments, from files, from stdin.

use std::io::{IsTerminal, Read};
use std::path::Path;

use super::args::TextArgs;
use crate::diag::Source;
use crate::session::{Error, Language};

/// The error of a command that was given nothing to do.
pub(super) fn none() -> Error {
    Error::Usage {
        message: "no query was given".to_owned(),
        help: "give one with -c, a file with -f, or pipe one in; without `query` a shell opens".to_owned(),
    }
}

/// The texts to run and their languages, in the order given: `-c`, then `-f`, then stdin when there is neither.
pub(super) fn read(args: &TextArgs) -> Result<Vec<(Source, Language)>, Error> {
    let named = args.lang.map(Language::from);
    let mut texts = Vec::new();
    for text in &args.command {
        texts.push((Source::new("query", text.as_str()), named.unwrap_or_else(|| Language::of_text(text))));
    }
    for path in &args.file {
        let text = if path == Path::new("-") { stdin()? } else { file(path)? };
        let name = path.display().to_string();
        let language = named.or_else(|| Language::of_file(&name)).unwrap_or_else(|| Language::of_text(&text));
        texts.push((Source::new(name, text), language));
    }
    if args.command.is_empty() && args.file.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(none());
        }
        let text = stdin()?;
        let language = named.unwrap_or_else(|| Language::of_text(&text));
        texts.push((Source::new("stdin", text), language));
    }
    Ok(texts)
}

fn file(path: &Path) -> Result<String, Error> {
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
