//! Text → statements: DataFusion's parser, our rewrites, and errors with their place.

use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement as Parsed};
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::TokenWithSpan;

use super::catalog;
use super::command::{self, Command};
use super::dialect::Athena;
use super::names::{self, Catalog};
use super::rewrite::{self, Rewritten};
use super::{mend, span, tokens};
use crate::diag::{Diagnostic, Diagnostics, Source, closest};
use crate::schema::tables;

/// One statement, as it was parsed.
#[derive(Debug, Clone)]
pub struct Statement {
    kind: Kind,
    /// The statement as it was written.
    text: Arc<str>,
}

#[derive(Debug, Clone)]
enum Kind {
    /// What DataFusion plans, once it is rewritten.
    Planned(Box<Parsed>),
    /// What the session does.
    Command(Command),
}

/// A statement that is ready to be run.
#[derive(Debug)]
pub enum Prepared<'a> {
    /// For DataFusion.
    Query(Box<Rewritten>),
    /// For the session.
    Command(&'a Command),
}

impl Statement {
    /// The statement, over the tables there are now.
    #[must_use]
    pub fn prepare(&self, source: &Source, catalog: &Catalog) -> Prepared<'_> {
        match &self.kind {
            Kind::Planned(ast) => Prepared::Query(Box::new(rewrite::rewrite(ast, source, catalog))),
            Kind::Command(Command::Show(show)) => match catalog::answer(show, catalog) {
                Some(ast) => Prepared::Query(Box::new(Rewritten::plain(ast))),
                None => Prepared::Command(&NOTHING),
            },
            Kind::Command(command) => Prepared::Command(command),
        }
    }

    /// The statement as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names in quotes that stand for tables: `FROM 'allowlist.csv'`, `read_csv('allowlist.csv')`.
    #[must_use]
    pub fn files(&self) -> Vec<names::FileName> {
        match &self.kind {
            Kind::Planned(ast) => names::files(ast),
            Kind::Command(Command::CreateTableAs(written) | Command::Insert(written) | Command::Unload(written)) => {
                written.query.files()
            }
            Kind::Command(_) => Vec::new(),
        }
    }
}

const NOTHING: Command = Command::Nothing("there is nothing to show");

/// What a word out of place is compared with.
const KEYWORDS: &[&str] = &[
    "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "BETWEEN", "UNION", "EXPLAIN", "DESCRIBE", "WITH",
];

/// Statements may not nest deeper than this.
const DEEPEST: usize = 200;

/// Parses a text of statements, separated by `;`, each by itself.
///
/// # Errors
/// `S001` for a quote or a comment that never ends. In a statement: `S001` for what does not parse, `S006` for what
/// would change something outside the session, `S009` for a definition that cannot be read.
pub fn parse(source: &Source) -> Result<Vec<Result<Statement, Diagnostics>>, Diagnostics> {
    let failed = |diagnostic| Diagnostics { source: source.clone(), list: vec![diagnostic] };
    let statements = tokens::statements(&source.text)
        .map_err(|error| failed(syntax_error(&source.text, &DataFusionError::from(ParserError::from(error)))))?;
    Ok(statements.into_iter().map(|tokens| statement(tokens, &source.text).map_err(failed)).collect())
}

fn statement(tokens: Vec<TokenWithSpan>, text: &str) -> Result<Statement, Diagnostic> {
    match command::command(&tokens, text)? {
        Some(command) => Ok(Statement { text: written(&tokens, text), kind: Kind::Command(command) }),
        None => planned_statement(tokens, text),
    }
}

/// A statement that DataFusion's parser reads.
pub(super) fn planned_statement(tokens: Vec<TokenWithSpan>, text: &str) -> Result<Statement, Diagnostic> {
    let written = written(&tokens, text);
    let ast = planned(tokens).map_err(|error| syntax_error(text, &error))?;
    refuse_changes(&ast, text)?;
    Ok(Statement { text: written, kind: Kind::Planned(Box::new(ast)) })
}

/// The text that these tokens were.
fn written(tokens: &[TokenWithSpan], text: &str) -> Arc<str> {
    let place = |token: Option<&TokenWithSpan>| token.and_then(|token| span::convert(text, token.span));
    let says = |token: &&TokenWithSpan| !tokens::is_blank(token);
    match (place(tokens.iter().find(says)), place(tokens.iter().rfind(says))) {
        (Some(first), Some(last)) => text[first.to(last).range()].into(),
        _ => "".into(),
    }
}

fn planned(tokens: Vec<TokenWithSpan>) -> Result<Parsed, DataFusionError> {
    let mut parser =
        DFParserBuilder::new(mend::mend(tokens)).with_dialect(&Athena).with_recursion_limit(DEEPEST).build()?;
    let mut statements = parser.parse_statements()?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        _ => Err(ParserError::ParserError("Expected: one statement".to_owned()).into()),
    }
}

fn syntax_error(text: &str, error: &DataFusionError) -> Diagnostic {
    let sentence = match error.find_root() {
        DataFusionError::SQL(error, _) => match error.as_ref() {
            ParserError::TokenizerError(sentence) | ParserError::ParserError(sentence) => sentence.clone(),
            ParserError::RecursionLimitExceeded => format!("the query nests deeper than {DEEPEST} levels"),
        },
        other => other.strip_backtrace(),
    };
    let (sentence, place) = match sentence.rsplit_once(" at Line: ") {
        Some((sentence, place)) => (sentence, place.split_once(", Column: ")),
        None => (sentence.as_str(), None),
    };
    // sqlparser begins its sentences with a capital: `Expected: …, found: …`.
    let mut message: String = sentence.chars().take(1).flat_map(char::to_lowercase).collect();
    message.extend(sentence.chars().skip(1));
    let message = message.replace("expected: ", "expected ").replace(", found: ", ", found ");
    // What was found is the text's; what was expected is in sqlparser's words.
    let (message, found) = match message.split_once(", found ") {
        Some((expected, "EOF")) => (format!("{expected}, found the end of the text"), None),
        Some((expected, found)) => (format!("{expected}, found `{found}`"), Some(found)),
        None => (message, None),
    };
    let mut diagnostic = Diagnostic::error("S001", message);
    if let Some(close) = found
        .and_then(|found| closest(found, KEYWORDS.iter().copied()).filter(|close| !close.eq_ignore_ascii_case(found)))
    {
        diagnostic = diagnostic.help(format!("`{close}` has a similar name"));
    }
    let place = place.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    match place {
        Some((line, column)) if line > 0 => {
            let at = span::offset(text, line, column);
            let diagnostic = match misread(&text[..at]) {
                Some((word, keyword)) if found.is_some() && diagnostic.help.is_empty() => {
                    diagnostic.help(format!("`{word}` before it is read as a name; `{keyword}` is similar"))
                }
                _ => diagnostic,
            };
            diagnostic.at(span::word_at(text, at), "")
        }
        _ => diagnostic.at(span::word_at(text, text.trim_end().len()), ""),
    }
}

/// The last word of a text, where it is nearly a keyword: `WHER x` makes `WHER` an alias, and `x` the error.
fn misread(before: &str) -> Option<(&str, &'static str)> {
    let word = before.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().filter(|word| word.len() > 2)?;
    let keyword = closest(word, KEYWORDS.iter().copied())?;
    (!keyword.eq_ignore_ascii_case(word)).then_some((word, keyword))
}

/// trailql reads. What would write, anywhere, is refused before it is planned.
fn refuse_changes(statement: &Parsed, text: &str) -> Result<(), Diagnostic> {
    let refused = |what: &str| {
        let diagnostic = Diagnostic::error("S006", format!("`{what}` would change something; trailql only reads"))
            .help("write results to a file with `-o` and `--out`");
        let word = what.split(' ').next().unwrap_or(what);
        Err(match span::find_word(text, word) {
            Some(place) => diagnostic.at(place, ""),
            None => diagnostic,
        })
    };
    let is_of_archive = |name: &ast::ObjectName| {
        let last = name.0.last().and_then(ast::ObjectNamePart::as_ident).map(|name| name.value.to_lowercase());
        last.is_some_and(|name| name == tables::TRAIL_FILES || tables::holds_records(&name))
    };
    match statement {
        Parsed::CopyTo(_) => refused("COPY"),
        Parsed::CreateExternalTable(_) => refused("CREATE EXTERNAL TABLE"),
        Parsed::Explain(explain) => refuse_changes(&explain.statement, text),
        Parsed::Reset(_) => Ok(()),
        Parsed::Statement(statement) => match statement.as_ref() {
            ast::Statement::Insert(_) => refused("INSERT"),
            ast::Statement::Update(_) => refused("UPDATE"),
            ast::Statement::Delete(_) => refused("DELETE"),
            ast::Statement::Merge(_) => refused("MERGE"),
            ast::Statement::Truncate(_) => refused("TRUNCATE"),
            ast::Statement::Drop { object_type: ast::ObjectType::Schema | ast::ObjectType::Database, .. } => {
                refused("DROP SCHEMA")
            }
            ast::Statement::Drop { names, .. } if names.iter().any(is_of_archive) => refused("DROP"),
            ast::Statement::CreateView(view) if is_of_archive(&view.name) => refused("CREATE VIEW"),
            ast::Statement::CreateTable(table) if is_of_archive(&table.name) => refused("CREATE TABLE"),
            ast::Statement::Copy { .. } => refused("COPY"),
            _ => Ok(()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, place: &str, message: &str) {
        let parsed =
            parse(&Source::new("query", text)).and_then(|parsed| parsed.into_iter().collect::<Result<Vec<_>, _>>());
        let error = parsed.expect_err(text);
        let first = &error.list[0];
        assert_eq!(first.code, code, "{text}");
        assert!(first.message.contains(message), "{}", first.message);
        let marked = first.label.as_ref().map_or("", |(span, _)| &text[span.range()]);
        assert_eq!(marked, place, "{text}");
    }

    #[test]
    fn errors_name_their_place() {
        check("SELECT FROM", "S001", "", "expected");
        check("SELECT eventname\nFROM cloudtrail WHER eventname = 'x'", "S001", "eventname", "expected");
        check("SELECT 'x", "S001", "'", "nterminated");
        check("DELETE FROM cloudtrail", "S006", "DELETE", "DELETE");
        check("GRANT SELECT ON cloudtrail TO me", "S006", "GRANT", "GRANT");
        check("SELECT 1; copy cloudtrail TO 'x.parquet'", "S006", "copy", "COPY");
        check("CREATE OR REPLACE VIEW data_events AS SELECT 1", "S006", "CREATE", "CREATE VIEW");
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let text = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
        check(&text, "S001", "", "deeper");
    }
}
