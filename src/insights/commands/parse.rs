//! `parse`: new fields from parts of a text, by `*` or by the groups of a pattern.
//!
//! The first match of a row counts; rows that do not match stay, with the new fields missing.

use std::fmt;

use datafusion::functions_nested::expr_fn::array_element;
use datafusion::logical_expr::lit;
use regex::Regex;

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::functions::capture::captures_of;
use crate::insights::ast::{Expr, ExprKind, List, Name, Path, Pattern, level};
use crate::insights::lower::{Lowers, column};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::token::TokenKind;
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "parse",
    usage: "parse field \"text * text\" as name, …",
    summary: "Takes new fields out of a text.",
    example: "parse userIdentity.arn \"arn:aws:sts::*:assumed-role/*/*\" as account, role, session",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Parse {
    /// What is searched; the whole record when there is none.
    pub(in crate::insights) subject: Option<Expr>,
    pub(in crate::insights) pattern: Pattern,
    /// The names after `as`.
    pub(in crate::insights) names: Vec<Name>,
    /// Which group of the pattern becomes which field.
    pub(in crate::insights) captures: Vec<(usize, Name)>,
}

fn parse(parser: &mut Parser<'_>, _: Span) -> Parsed<Command> {
    let is_pattern = matches!(parser.peek(), TokenKind::Text | TokenKind::Regex);
    let subject = if is_pattern { None } else { Some(parser.expr_at(level::ADD)?) };
    let token = parser.token();
    let pattern = parser.pattern()?;
    let names = if parser.eat_word("as").is_some() { parser.list(Parser::name)? } else { Vec::new() };
    let captures = match &pattern {
        Pattern::Text(glob) => glob_captures(glob, &names, token.span)?,
        Pattern::Regex(regex) => regex_captures(regex, &names, token.span)?,
    };
    Ok(Command::Parse(Parse { subject, pattern, names, captures }))
}

fn glob_captures(glob: &str, names: &[Name], span: Span) -> Parsed<Vec<(usize, Name)>> {
    if names.is_empty() {
        return Err(Diagnostic::error("I022", "`parse` needs `as` and a name for every `*`")
            .at(span, "expected `as` after this")
            .help("write `parse field \"a * b\" as name`"));
    }
    let stars = glob.matches('*').count();
    if stars != names.len() {
        return Err(miscount("wildcard", stars, names, span));
    }
    Ok((1..).zip(names.iter().cloned()).collect())
}

fn regex_captures(pattern: &str, names: &[Name], span: Span) -> Parsed<Vec<(usize, Name)>> {
    // A pattern that does not compile is reported already.
    let Ok(regex) = Regex::new(pattern) else { return Ok(Vec::new()) };
    let named: Vec<_> = (regex.capture_names().enumerate())
        .filter_map(|(group, name)| Some((group, Name { text: name?.to_owned(), span })))
        .collect();
    let unnamed: Vec<_> =
        (1..regex.captures_len()).filter(|group| named.iter().all(|(other, _)| other != group)).collect();
    if names.is_empty() {
        if named.is_empty() {
            return Err(Diagnostic::error("I021", "the pattern names no group")
                .at(span, "no `(?<name>…)` in it")
                .help("write `(?<name>…)` for what to keep, or `as` and a name for every group"));
        }
        return Ok(named);
    }
    if unnamed.len() != names.len() {
        return Err(miscount("unnamed group", unnamed.len(), names, span));
    }
    let mut captures: Vec<_> = unnamed.into_iter().zip(names.iter().cloned()).chain(named).collect();
    captures.sort_by_key(|(group, _)| *group);
    Ok(captures)
}

fn miscount(what: &str, count: usize, names: &[Name], span: Span) -> Diagnostic {
    let s = |count: usize| if count == 1 { "" } else { "s" };
    let found = format!("{count} {what}{}, {} name{}", s(count), names.len(), s(names.len()));
    Diagnostic::error("I020", found).at(span, "as many as there are names").help("give every one its name")
}

impl Parse {
    pub(in crate::insights) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let subject = match &self.subject {
            Some(subject) => rows.value(subject)?,
            None => rows.look_up(&Path::of("@message")).unwrap_or_else(Value::missing),
        };
        let pattern = match &self.pattern {
            Pattern::Text(glob) => glob_pattern(glob),
            Pattern::Regex(pattern) => pattern.clone(),
        };
        let groups = rows.fresh("parse");
        rows.add(vec![(groups.clone(), captures_of(subject.text(), &pattern))])?;
        for (group, name) in &self.captures {
            let place = i64::try_from(*group).unwrap_or(i64::MAX);
            let value = Value::text_of(array_element(column(&groups), lit(place)));
            rows.bind(&name.text, name.text.clone(), value);
        }
        Ok(())
    }
}

/// The pattern of a glob: a `*` takes as little as it can, at the end all there is; at the beginning it
/// takes from the beginning on.
fn glob_pattern(glob: &str) -> String {
    let parts: Vec<_> = glob.split('*').collect();
    let last = parts.len() - 1;
    let mut pattern = String::from(if parts[0].is_empty() { "(?s)^" } else { "(?s)" });
    for (index, part) in parts.iter().enumerate() {
        pattern.push_str(&regex::escape(part));
        if index + 1 < last || (index + 1 == last && !parts[last].is_empty()) {
            pattern.push_str("(.*?)");
        } else if index + 1 == last {
            pattern.push_str("(.*)");
        }
    }
    pattern
}

impl fmt::Display for Parse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parse ")?;
        if let Some(subject) = &self.subject {
            // Without parentheses a slash would open a pattern, and a string would be one.
            match subject.kind {
                ExprKind::Text(_) => write!(f, "({subject}) ")?,
                _ => {
                    subject.write(f, level::PRIMARY)?;
                    f.write_str(" ")?;
                }
            }
        }
        write!(f, "{}", self.pattern)?;
        if self.names.is_empty() { Ok(()) } else { write!(f, " as {}", List(&self.names)) }
    }
}
