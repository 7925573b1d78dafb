//! `SOURCE`: which archives are read. It stands first; without it the first archive is meant.
//!
//! CloudWatch names log groups; here an archive has the name of its SQL schema. Selectors by prefix and account
//! choose as they do there; classes of log groups mean nothing in an archive.
//!
//! Source: CloudWatch Logs User Guide, "SOURCE".

use std::fmt;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span, closest};
use crate::insights::ast::{List, Text};
use crate::insights::lower::Lowers;
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::sources::Read;
use crate::insights::token::TokenKind;

pub(super) const ROW: Row = Row {
    name: "SOURCE",
    usage: "SOURCE 'archive', … or SOURCE logGroups(namePrefix: ['…'], accountIdentifiers: ['…'])",
    summary: "Chooses the archives that are read.",
    example: "SOURCE logGroups(accountIdentifiers: ['123456789012']) | stats count(*) by eventSource",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Source {
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// Archives by name.
    Named(Vec<Text>),
    /// `logGroups(…)`
    Groups { prefixes: Vec<Text>, accounts: Vec<Text>, classes: Vec<Text> },
    /// `dataSource([…])`
    Data(Vec<Text>),
}

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    if !parser.begins_query() {
        return Err(Diagnostic::error("I035", "`SOURCE` stands first in a query")
            .at(word, "not the first command")
            .help("move it to the beginning"));
    }
    let is_call = parser.ahead(1).kind == TokenKind::OpenParen;
    let what = if is_call && parser.is_word_ahead(0, "logGroups") {
        groups(parser)?
    } else if is_call && parser.is_word_ahead(0, "dataSource") {
        parser.bump();
        parser.bump();
        let names = parser.texts()?;
        parser.require(TokenKind::CloseParen)?;
        What::Data(names)
    } else {
        What::Named(parser.list(Parser::source_name)?)
    };
    Ok(Command::Source(Source { what }))
}

fn groups(parser: &mut Parser<'_>) -> Parsed<What> {
    parser.bump();
    parser.bump();
    let (mut prefixes, mut accounts, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    while parser.eat(TokenKind::CloseParen).is_none() {
        let key = parser.require(TokenKind::Word)?.span;
        let found = parser.slice(key);
        let list = match found.to_ascii_lowercase().as_str() {
            "nameprefix" | "nameprefixes" => &mut prefixes,
            "accountidentifiers" | "accountidentifier" => &mut accounts,
            "class" | "loggroupclass" => &mut classes,
            _ => {
                return Err(Diagnostic::error("I036", format!("`logGroups` has no argument `{found}`"))
                    .at(key, "not an argument")
                    .help("write `namePrefix`, `accountIdentifiers` or `class`"));
            }
        };
        parser.require(TokenKind::Colon)?;
        list.extend(parser.texts()?);
        if parser.eat(TokenKind::Comma).is_none() {
            parser.require(TokenKind::CloseParen)?;
            break;
        }
    }
    Ok(What::Groups { prefixes, accounts, classes })
}

impl Source {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let names: Vec<String> = rows.context.scope.archives.iter().map(|archive| archive.name.clone()).collect();
        let mut read = Read { archives: (0..names.len()).collect(), ..rows.read.clone() };
        match &self.what {
            What::Named(wanted) => {
                let found = |wanted: &Text| {
                    let place = names.iter().position(|name| name.eq_ignore_ascii_case(&wanted.text));
                    place.ok_or_else(|| unknown(wanted, &names))
                };
                read.archives = wanted.iter().map(found).collect::<Lowers<_>>()?;
                read.archives.sort_unstable();
                read.archives.dedup();
            }
            What::Groups { prefixes, accounts, .. } => {
                read.accounts = accounts.iter().map(|account| account.text.clone()).collect();
                if let Some(first) = prefixes.first() {
                    let fits = |name: &String| prefixes.iter().any(|prefix| name.starts_with(&prefix.text));
                    read.archives.retain(|at| names.get(*at).is_some_and(fits));
                    if read.archives.is_empty() {
                        read.archives = only(rows, first, &names)?;
                    }
                }
            }
            What::Data(_) => {}
        }
        rows.read_instead(read)
    }
}

/// A log group's prefix is CloudWatch's name for what may well be the only archive there is.
fn only(rows: &Rows, prefix: &Text, names: &[String]) -> Lowers<Vec<usize>> {
    let [name] = names else { return Err(unknown(prefix, names)) };
    let notice = Diagnostic::notice("I046", format!("no archive's name begins with `{}`", prefix.text));
    rows.context
        .notice(notice.at(prefix.span, "a name in CloudWatch").help(format!("the only archive is read: `{name}`")));
    Ok(vec![0])
}

fn unknown(wanted: &Text, names: &[String]) -> Diagnostic {
    let error =
        Diagnostic::error("I034", format!("no archive is named `{}`", wanted.text)).at(wanted.span, "not an archive");
    let all: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match closest(&wanted.text, names.iter().map(String::as_str)) {
        Some(name) => error.help(format!("`{name}` has a similar name")),
        None => error.help(format!("there is {}", all.join(", "))),
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Named(names) => write!(f, "SOURCE {}", List(names)),
            What::Data(names) => write!(f, "SOURCE dataSource([{}])", List(names)),
            What::Groups { prefixes, accounts, classes } => {
                let lists = [("namePrefix", prefixes), ("accountIdentifiers", accounts), ("class", classes)];
                let given = lists.iter().filter(|(_, list)| !list.is_empty());
                let given: Vec<_> = given.map(|(key, list)| format!("{key}: [{}]", List(list))).collect();
                write!(f, "SOURCE logGroups({})", given.join(", "))
            }
        }
    }
}
