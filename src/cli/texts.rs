//! The queries of a command line: from arguments, from files, from stdin.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::diag::Source;
use crate::session::{Error, Language};

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
