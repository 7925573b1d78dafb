//! What may stand at the cursor in SQL.

use super::code::{Code, Cursor, Step};
use super::keywords::{self, cased};
use super::rank::Candidate;
use super::scope::{self, Columns, Scope};
use super::wanted::Wanted;
use super::{Found, World, files, members, values, wanted};
use crate::repl::input::calls;
use crate::repl::words::{ELEMENT, Tree};
use crate::schema::{Shape, columns};
use crate::session::{KnownTable, Language};

/// What may stand at the end of a statement's text; `rest` follows the cursor.
pub(super) fn find(statement: &str, rest: &str, world: &World<'_>) -> Option<Found> {
    let code = Code::new(statement, rest, Language::Sql);
    let query = Query { tables: world.around.tables(), code, world };
    match query.code.cursor {
        Cursor::Other => None,
        Cursor::Literal(start, '\'') => query.literal(statement, start, rest),
        Cursor::Literal(start, quote) => query.quoted(statement, start, quote, rest),
        Cursor::Word(start) => {
            let typed = statement.get(start..)?.to_owned();
            let candidates = query.word(&typed, statement, start);
            Some(Found { start, typed, candidates })
        }
    }
}

struct Query<'w> {
    code: Code,
    tables: Vec<KnownTable>,
    world: &'w World<'w>,
}

impl Query<'_> {
    fn scope(&self) -> Scope {
        scope::at_cursor(&self.code, &self.tables)
    }

    fn events(&self) -> Vec<String> {
        self.code.equals("eventname")
    }

    /// Within single quotes: a value of a column, a path, a file.
    fn literal(&self, statement: &str, start: usize, rest: &str) -> Option<Found> {
        let at = self.code.at;
        let typed = statement.get(start..)?.to_owned();
        let close = if rest.starts_with('\'') { "" } else { "'" };
        let last = at.checked_sub(1)?;
        if self.code.is(last, "[") {
            let (path, _) = self.code.path_before(last)?;
            return Some(Found { start, typed, candidates: self.keys(&path, close) });
        }
        if self.code.is_word(last, &["from", "join"]) {
            return Some(Found { start, candidates: files(&typed), typed });
        }
        if self.code.is(last, ",")
            && let Some((path, first)) = self.code.path_before(last)
            && let Some(open) = first.checked_sub(1).filter(|&open| self.code.is(open, "("))
            && open.checked_sub(1).is_some_and(|name| self.code.of(name).to_lowercase().starts_with("json_"))
        {
            return self.json_path(&path, &typed, start, close);
        }
        let subject = self.code.subject(at)?;
        let found = values::of(&subject, self.world.words, &self.code.equals("eventsource"));
        // The pattern of `LIKE` may begin with anything.
        let skipped = typed.rfind('%').map_or(0, |percent| percent + 1);
        let candidates = found.into_iter().map(|value| {
            let written = format!("{}{close}", value.replace('\'', "''"));
            Candidate::word(value).written(written)
        });
        Some(Found {
            start: start + skipped,
            typed: typed.get(skipped..)?.to_owned(),
            candidates: candidates.collect(),
        })
    }

    /// The tree of JSON that a path of a column leads to.
    fn tree(&self, path: &[Step], further: &[Step]) -> Option<Tree> {
        let scope = self.scope();
        let is_alias = |name: &str| scope.sources.iter().any(|source| source.name.eq_ignore_ascii_case(name));
        let path = match path.split_first()? {
            (Step::Name(name), rest) if is_alias(name) && !rest.is_empty() => rest,
            _ => path,
        };
        let (Step::Name(column), rest) = path.split_first()? else { return None };
        let is_column = |column_of: &&columns::Column| column_of.name.eq_ignore_ascii_case(column);
        let column = columns::ALL.iter().find(is_column)?;
        let rest: Vec<Step> = rest.iter().chain(further).cloned().collect();
        let members::Reached::Json(path) = members::reach(column, &rest) else { return None };
        self.world.words.paths_of(&self.events()).at(path.iter().map(String::as_str)).cloned()
    }

    /// Keys within `['…']`.
    fn keys(&self, path: &[Step], close: &str) -> Vec<Candidate> {
        let Some(tree) = self.tree(path, &[]) else { return Vec::new() };
        let names = tree.members.keys().filter(|name| &***name != ELEMENT);
        let bracket = if close.is_empty() { "" } else { "]" };
        names.map(|name| Candidate::word(name.to_string()).written(format!("{name}{close}{bracket}"))).collect()
    }

    /// The last name of `'$.a.b'`.
    fn json_path(&self, path: &[Step], typed: &str, start: usize, close: &str) -> Option<Found> {
        let Some(inside) = typed.strip_prefix('$') else {
            let candidates = vec![Candidate::word("$.")];
            return Some(Found { start, typed: typed.to_owned(), candidates });
        };
        let dot = inside.rfind('.')?;
        let mut further = Vec::new();
        for part in inside.get(..dot)?.split('.').filter(|part| !part.is_empty()) {
            let (name, element) = part.split_once('[').map_or((part, false), |(name, _)| (name, true));
            if !name.is_empty() {
                further.push(Step::Name(name.to_owned()));
            }
            further.extend(element.then_some(Step::Element));
        }
        let tree = self.tree(path, &further)?;
        let typed = inside.get(dot + 1..)?.to_owned();
        let names = tree.members.iter().filter(|(name, _)| members::is_plain(name));
        let candidates = names.map(|(name, below)| {
            let element = if below.members.contains_key(ELEMENT) { "[0]" } else { "" };
            let end = if below.members.is_empty() { close } else { "" };
            Candidate::word(name.to_string()).written(format!("{name}{element}{end}"))
        });
        // `$`, and what stands before the last dot, stay.
        Some(Found { start: start + 1 + dot + 1, typed, candidates: candidates.collect() })
    }

    /// A name in quotes.
    fn quoted(&self, statement: &str, start: usize, quote: char, rest: &str) -> Option<Found> {
        let typed = statement.get(start..)?.to_owned();
        let close = if rest.starts_with(quote) { String::new() } else { quote.to_string() };
        let scope = self.scope();
        let dot = self.code.at.checked_sub(1).filter(|&dot| self.code.is(dot, "."));
        let found = match dot {
            Some(dot) => {
                let (path, _) = self.code.path_before(dot)?;
                members::below(&path, &scope, &self.tables, self.world, &self.events())
            }
            None if wanted::at_cursor(&self.code) == Wanted::Table => self.tables.iter().map(members::table).collect(),
            None => members::all(&scope, &self.tables),
        };
        let plain = found.into_iter().filter(|candidate| !candidate.text.ends_with(']')).map(|candidate| {
            let name = candidate.display.clone();
            Candidate { key: name.clone(), ..candidate }.written(format!("{name}{close}"))
        });
        Some(Found { start, typed, candidates: plain.collect() })
    }

    fn word(&self, typed: &str, statement: &str, start: usize) -> Vec<Candidate> {
        let scope = self.scope();
        let last = self.code.at.checked_sub(1);
        // A dot right before the word makes it a member.
        if let Some(dot) = last.filter(|&dot| self.code.is(dot, ".")) {
            let touches = self.code.tokens.get(dot).is_some_and(|dot| dot.end == start);
            let path = self.code.path_before(dot).filter(|_| touches);
            let below =
                |(path, _): (Vec<Step>, usize)| members::below(&path, &scope, &self.tables, self.world, &self.events());
            return path.map(below).unwrap_or_default();
        }
        let words = |words: &[&str]| cased(words, typed, statement);
        match wanted::at_cursor(&self.code) {
            Wanted::Statement => words(keywords::STATEMENTS),
            Wanted::Words(list) => words(list),
            Wanted::Type => words(keywords::TYPES),
            Wanted::Name => Vec::new(),
            Wanted::Table => self.table_names(&scope, &words),
            Wanted::Operator => self.operators(&words),
            Wanted::Value => self.values(typed, &scope, &words),
        }
    }

    fn table_names(&self, scope: &Scope, words: &dyn Fn(&[&str]) -> Vec<Candidate>) -> Vec<Candidate> {
        let mut found: Vec<_> = self.tables.iter().filter(|table| table.is_default).map(members::table).collect();
        found.extend(scope.defined.iter().map(|name| members::column(name)));
        let mut schemas: Vec<&str> = self.tables.iter().map(|table| table.schema.as_str()).collect();
        schemas.dedup();
        found.extend(schemas.into_iter().map(|schema| members::column(schema).weighing(1)));
        found.extend(words(&["UNNEST("]));
        found
    }

    fn values(&self, typed: &str, scope: &Scope, words: &dyn Fn(&[&str]) -> Vec<Candidate>) -> Vec<Candidate> {
        let mut found = members::all(scope, &self.tables);
        let made = scope.made.iter().filter(|_| matches!(wanted::clause(&self.code), "ORDER" | "GROUP" | "HAVING"));
        found.extend(made.map(|name| members::column(name)));
        found.extend(scope.sources.iter().filter(|source| !source.name.is_empty()).map(|source| {
            let weight = if matches!(source.columns, Columns::Unknown) { 2 } else { 1 };
            members::column(&source.name).weighing(weight)
        }));
        found.extend(calls::of(Language::Sql).iter().map(|(name, usage)| Candidate::function(name, usage)));
        found.extend(words(keywords::EXPRESSIONS));
        let last = self.code.at.checked_sub(1);
        if last.is_some_and(|at| self.code.is_word(at, &["select"]) || self.code.is(at, "(")) {
            found.extend(words(&["DISTINCT"]));
        }
        if last.is_some_and(|at| self.code.is(at, "(")) {
            found.extend(words(&["SELECT"]));
        }
        found.extend(self.deep(typed));
        found
    }

    /// Paths within JSON whose last name begins so.
    fn deep(&self, typed: &str) -> Vec<Candidate> {
        if typed.len() < 3 {
            return Vec::new();
        }
        let lower = typed.to_lowercase();
        let is_fit = |name: &str| name.get(..lower.len()).is_some_and(|start| start.eq_ignore_ascii_case(&lower));
        let tree = self.world.words.paths_of(&self.events());
        let mut found = Vec::new();
        for path in tree.find(&is_fit, 200) {
            let Some((first, rest)) = path.split_first().filter(|(_, rest)| !rest.is_empty()) else { continue };
            let column = columns::ALL.iter().find(|column| column.json == *first);
            let Some(column) = column.filter(|column| matches!(column.shape, Shape::Json)) else {
                continue;
            };
            let mut text = column.name.to_owned();
            for name in rest {
                if *name == ELEMENT {
                    text.push_str("[0]");
                } else {
                    text.push('.');
                    text.push_str(&members::member(name).text);
                }
            }
            let key = rest.last().map(|name| (*name).to_owned()).unwrap_or_default();
            found.push(Candidate { key, ..Candidate::word(text) }.weighing(0));
        }
        found
    }

    fn operators(&self, words: &dyn Fn(&[&str]) -> Vec<Candidate>) -> Vec<Candidate> {
        let mut found = keywords::after_clause(wanted::clause(&self.code));
        if wanted::clause(&self.code) != "FROM" {
            found.extend(keywords::OPERATORS);
        }
        if wanted::is_in_case(&self.code) {
            found.extend(["WHEN", "THEN", "ELSE", "END"]);
        }
        if wanted::call(&self.code).is_some_and(|name| self.code.is_word(name, &["cast", "try_cast"])) {
            found.push("AS");
        }
        words(&found)
    }
}
