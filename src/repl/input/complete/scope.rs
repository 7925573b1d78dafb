//! The tables whose columns can be named where the cursor stands in SQL.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;

use super::code::Code;
use super::keywords::is_keyword;
use crate::repl::input::tokens::Kind;
use crate::session::KnownTable;

/// A table of a query.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// What its columns can be qualified with.
    pub(super) name: String,
    pub(super) columns: Columns,
}

/// The columns of a table.
#[derive(Debug, Clone)]
pub(super) enum Columns {
    Known(SchemaRef),
    /// By name alone, as a query within the query gives them.
    Named(Vec<String>),
    Unknown,
}

/// What can be named in a query.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) sources: Vec<Source>,
    /// Names that the list of the query gives.
    pub(super) made: Vec<String>,
    /// Tables that `WITH` defines.
    pub(super) defined: Vec<String>,
}

/// How deep queries within queries are looked into.
const DEPTH: usize = 4;

/// The scope at the cursor.
pub(super) fn at_cursor(code: &Code, tables: &[KnownTable]) -> Scope {
    let reader = Reader { code, tables };
    let range = reader.query_around(code.at);
    let defined = reader.definitions().into_iter().map(|(name, _)| name).collect();
    Scope { sources: reader.sources(range.clone(), DEPTH), made: reader.names(range, 0), defined }
}

/// Reads the tables and lists of queries.
struct Reader<'a> {
    code: &'a Code,
    tables: &'a [KnownTable],
}

impl Reader<'_> {
    /// The token after the bracket that closes the one at `open`; the end when none does.
    fn after(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for index in open..self.code.tokens.len() {
            if self.code.is(index, "(") {
                depth += 1;
            } else if self.code.is(index, ")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
        }
        self.code.tokens.len()
    }

    fn is_query(&self, open: usize) -> bool {
        self.code.is(open, "(") && self.code.is_word(open + 1, &["select", "with"])
    }

    fn query_around(&self, at: usize) -> Range<usize> {
        let mut open = open_brackets(self.code, at);
        while let Some(bracket) = open.pop() {
            if self.is_query(bracket) {
                let end = self.after(bracket);
                let is_closed = self.code.is(end.saturating_sub(1), ")");
                return bracket + 1..if is_closed { end.saturating_sub(1) } else { end };
            }
        }
        0..self.code.tokens.len()
    }

    /// The tokens of a range that no bracket within it encloses.
    fn level(&self, range: Range<usize>) -> Vec<usize> {
        let mut level = Vec::new();
        let mut at = range.start;
        while at < range.end {
            level.push(at);
            at = if self.code.is(at, "(") { self.after(at) } else { at + 1 };
        }
        level
    }

    /// The tables of `FROM`, `JOIN` and the like.
    fn sources(&self, range: Range<usize>, depth: usize) -> Vec<Source> {
        let mut sources = Vec::new();
        let mut is_from = false;
        for at in self.level(range.clone()) {
            if self.code.is_word(at, &["from", "join", "into", "update", "describe"]) {
                is_from = true;
            } else if self.code.is_word(at, &["where", "group", "having", "order", "limit", "select", "on", "set"]) {
                is_from = self.code.is_word(at, &["on"]) && is_from;
                continue;
            } else if !(is_from && self.code.is(at, ",")) {
                continue;
            }
            sources.extend(self.source(at + 1, range.end, depth));
        }
        sources
    }

    fn source(&self, start: usize, end: usize, depth: usize) -> Option<Source> {
        let code = self.code;
        let mut at = start;
        if code.is_word(at, &["lateral"]) {
            at += 1;
        }
        if at >= end {
            return None;
        }
        let mut source = Source { name: String::new(), columns: Columns::Unknown };
        if code.is(at, "(") {
            let after = self.after(at);
            if self.is_query(at) && depth > 0 {
                source.columns = Columns::Named(self.names(at + 1..after.saturating_sub(1), depth - 1));
            }
            at = after;
        } else if code.kind(at) == Some(Kind::Text) {
            at += 1;
        } else {
            let mut names = vec![code.name(at)?];
            if is_keyword(code.of(at)) && !code.is_word(at, &["unnest"]) {
                return None;
            }
            at += 1;
            while code.is(at, ".") && at < end {
                names.push(code.name(at + 1)?);
                at += 2;
            }
            if code.is(at, "(") {
                at = self.after(at);
            } else {
                source.columns = self.columns(&names, depth);
            }
            source.name = names.pop().unwrap_or_default();
        }
        if code.is_word(at, &["as"]) {
            at += 1;
        }
        if at < end
            && let Some(alias) =
                code.name(at).filter(|_| !(code.kind(at) == Some(Kind::Word) && is_keyword(code.of(at))))
        {
            source.name = alias;
            if code.is(at + 1, "(") {
                let inside = at + 2..self.after(at + 1).saturating_sub(1);
                source.columns = Columns::Named(inside.filter_map(|index| code.name(index)).collect());
            }
        }
        Some(source)
    }

    /// The columns of a table by its name, `WITH` included.
    fn columns(&self, names: &[String], depth: usize) -> Columns {
        let Some(name) = names.last() else { return Columns::Unknown };
        let schema = names.len().checked_sub(2).and_then(|at| names.get(at));
        if schema.is_none() && depth > 0 {
            let defined = self.definitions().into_iter().find(|(defined, _)| defined.eq_ignore_ascii_case(name));
            if let Some((_, range)) = defined {
                return Columns::Named(self.names(range, depth - 1));
            }
        }
        let is_wanted = |table: &&KnownTable| {
            let is_schema = schema.map_or(table.is_default, |schema| table.schema.eq_ignore_ascii_case(schema));
            is_schema && table.name.eq_ignore_ascii_case(name)
        };
        self.tables.iter().find(is_wanted).map_or(Columns::Unknown, |table| Columns::Known(Arc::clone(&table.columns)))
    }

    /// The tables that `WITH` defines, and the queries that make them.
    fn definitions(&self) -> Vec<(String, Range<usize>)> {
        let code = self.code;
        let mut found = Vec::new();
        for open in 0..code.tokens.len() {
            if !self.is_query(open) || !open.checked_sub(1).is_some_and(|at| code.is_word(at, &["as"])) {
                continue;
            }
            let Some(mut name) = open.checked_sub(2) else { continue };
            if code.is(name, ")") {
                let Some(before) = (0..name).rev().find(|&at| code.is(at, "(")).and_then(|at| at.checked_sub(1)) else {
                    continue;
                };
                name = before;
            }
            let is_of_with =
                name.checked_sub(1).is_some_and(|at| code.is_word(at, &["with", "recursive"]) || code.is(at, ","));
            if let Some(name) = code.name(name).filter(|_| is_of_with) {
                found.push((name, open + 1..self.after(open).saturating_sub(1)));
            }
        }
        found
    }

    /// The names of the columns that a query gives.
    fn names(&self, range: Range<usize>, depth: usize) -> Vec<String> {
        let code = self.code;
        let level = self.level(range.clone());
        let Some(first) = level.iter().position(|&at| code.is_word(at, &["select"])) else { return Vec::new() };
        let list = level.get(first + 1..).unwrap_or_default();
        let end = list.iter().position(|&at| code.is_word(at, &["from"])).unwrap_or(list.len());
        let list = list.get(..end).unwrap_or_default();
        let mut names = Vec::new();
        for item in list.split(|&at| code.is(at, ",")) {
            let Some(&last) = item.last() else { continue };
            if code.is(last, "*") && depth > 0 {
                for source in self.sources(range.clone(), depth - 1) {
                    names.extend(source.columns.names());
                }
            } else if !is_keyword(code.of(last)) || code.kind(last) == Some(Kind::Quoted) {
                names.extend(code.name(last));
            }
        }
        names
    }
}

/// The brackets that are open at a token, outermost first.
pub(super) fn open_brackets(code: &Code, at: usize) -> Vec<usize> {
    let mut open = Vec::new();
    for index in 0..at {
        if code.is(index, "(") {
            open.push(index);
        } else if code.is(index, ")") {
            open.pop();
        }
    }
    open
}

impl Columns {
    /// The names, as far as they are known.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Known(schema) => schema.fields().iter().map(|field| field.name().clone()).collect(),
            Self::Named(names) => names.clone(),
            Self::Unknown => Vec::new(),
        }
    }
}
