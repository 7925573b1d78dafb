//! The rewrites on the syntax tree, where names still have the spelling of the text.
//!
//! - Names have no case, quoted or not; an unknown table is the only archive ([`names`]).
//! - `requestparameters.instanceType` becomes `json_member(…)` ([`members`]); so does what stands below a lambda's
//!   parameter ([`lambdas`]).
//! - Columns are headed as Athena heads them ([`headings`]); `*` leaves out hidden columns ([`stars`]).
//! - Flags that stand where a condition must are compared with `'true'` ([`flags`]).
//! - `LIKE`, `IF`, `FETCH FIRST`, ranges of intervals and the like become what DataFusion has ([`like`],
//!   [`syntax`]); `UNNEST` is made ready for its planner ([`unnest`]).
//! - `:name` is `$name`, DataFusion's spelling of a placeholder.

mod build;
mod exists;
mod first_seen;
mod headings;
mod lambdas;
mod like;
mod members;
mod stars;
mod syntax;
mod unnest;

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Statement, TableAlias, TableFactor, Value,
    ValueWithSpan, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::names::{Catalog, FILES, Meaning};
use super::{flags, names, span};
use crate::diag::{Diagnostic, Source};
use build::{fold, fold_part};
pub use headings::Headings;
use stars::Relation;
pub(super) use unnest::is_unnest;

/// A statement as DataFusion plans it.
#[derive(Debug, Clone)]
pub struct Rewritten {
    /// The syntax tree.
    pub ast: Parsed,
    /// What the columns are headed with.
    pub headings: Headings,
    /// Remarks on what was read in another way than it was written.
    pub notices: Vec<Diagnostic>,
}

impl Rewritten {
    /// A statement that needs no rewriting.
    pub(super) fn plain(ast: Parsed) -> Self {
        Self { ast, headings: Headings::default(), notices: Vec::new() }
    }
}

/// Rewrites a statement for the tables there are.
pub(super) fn rewrite(ast: &Parsed, source: &Source, catalog: &Catalog) -> Rewritten {
    let mut rewritten = Rewritten { ast: ast.clone(), headings: Headings::default(), notices: Vec::new() };
    let mut statement = &mut rewritten.ast;
    while let Parsed::Explain(explain) = statement {
        statement = &mut explain.statement;
    }
    if let Parsed::Statement(statement) = statement {
        let (shadowed, written) = (Vec::new(), Vec::new());
        let mut rewriter = Rewriter {
            source,
            catalog,
            shadowed,
            headings: None,
            notices: Vec::new(),
            is_function: false,
            written,
            created: None,
        };
        if let Statement::CreateView(view) = statement.as_mut() {
            rewriter.created = Some(last(&view.name).to_lowercase());
        }
        let _ = statement.visit(&mut rewriter);
        rewritten.notices = rewriter.notices;
        let is_explained = matches!(ast, Parsed::Explain(_));
        rewritten.headings = rewriter.headings.filter(|_| !is_explained).unwrap_or_default();
    }
    rewritten
}

struct Rewriter<'a> {
    source: &'a Source,
    catalog: &'a Catalog,
    /// Names of common table expressions, which hide tables of the same name.
    shadowed: Vec<HashSet<String>>,
    /// The headings of the statement's own columns, once they are known.
    headings: Option<Headings>,
    notices: Vec<Diagnostic>,
    /// Whether the relation that comes next is a function.
    is_function: bool,
    /// The names of tables, as they are written.
    written: Vec<Vec<String>>,
    /// The table that the statement makes, whose name is not looked up.
    created: Option<String>,
}

impl VisitorMut for Rewriter<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let names = query.with.iter_mut().flat_map(|with| &mut with.cte_tables).map(|cte| {
            fold(&mut cte.alias.name);
            cte.alias.columns.iter_mut().for_each(|column| fold(&mut column.name));
            cte.alias.name.value.to_lowercase()
        });
        self.shadowed.push(names.collect());
        syntax::fetch(query);
        syntax::order_by_position(query);
        let headings = self.selects(&mut query.body);
        if self.shadowed.len() == 1 && self.headings.is_none() {
            self.headings = Some(headings);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.shadowed.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        let is_file = relation.0.first().and_then(ObjectNamePart::as_ident).is_some_and(|first| first.value == FILES);
        if is_file || std::mem::take(&mut self.is_function) {
            return ControlFlow::Continue(());
        }
        relation.0.iter_mut().for_each(fold_part);
        if self.is_shadowed(relation) || self.created.as_deref() == Some(last(relation).to_lowercase().as_str()) {
            return ControlFlow::Continue(());
        }
        let table = match self.catalog.resolve(&parts(relation)) {
            Meaning::Table(table) => table,
            Meaning::Archive(table) => {
                let notice = Diagnostic::notice("S020", format!("`{relation}` is read as `{}`", table.name));
                let known = self.notices.iter().any(|known| known.message == notice.message);
                if !known {
                    let place = span::find_word(&self.source.text, last(relation));
                    self.notices.push(match place {
                        Some(place) => notice.at(place, ""),
                        None => notice,
                    });
                }
                table
            }
            Meaning::Partitions | Meaning::Unknown => return ControlFlow::Continue(()),
        };
        let mut names = vec![part(relation, &table.name)];
        if table.schema != self.catalog.default_schema {
            names.insert(0, part(relation, &table.schema));
        }
        relation.0 = names;
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        self.is_function = matches!(factor, TableFactor::Table { args: Some(_), .. });
        if let Some(file) = names::file(factor) {
            if let TableFactor::Table { name, alias, args, .. } = factor {
                *name = ObjectName::from([FILES, &file.path].map(|part| Ident::with_quote('"', part)).to_vec());
                *args = None;
                let stem = file.stem().to_lowercase();
                alias.get_or_insert_with(|| table_alias(&stem));
            }
        } else if let TableFactor::Table { name, alias, args: None, .. } = factor {
            if matches!(self.catalog.resolve(&parts(name)), Meaning::Partitions) && !self.is_shadowed(name) {
                if let Some(query) = self.partitions(name) {
                    let alias = alias.take();
                    *factor = TableFactor::Derived { lateral: false, subquery: Box::new(query), alias, sample: None };
                }
            } else if alias.is_none() && !self.is_shadowed(name) {
                // Columns may be qualified with the name as it was written.
                *alias = self.written_alias(name);
            }
        }
        if let TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. }
        | TableFactor::UNNEST { alias: Some(alias), .. } = factor
        {
            fold(&mut alias.name);
            alias.columns.iter_mut().for_each(|column| fold(&mut column.name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Lambda(lambda) = expr {
            lambdas::rewrite(lambda);
        }
        members::rewrite(expr);
        if self.shadowed.len() > 1 {
            members::of_outer(expr);
        }
        flags::rewrite(expr);
        like::rewrite(expr);
        match expr {
            Expr::Identifier(name) => fold(name),
            Expr::CompoundIdentifier(names) => {
                names.iter_mut().for_each(fold);
                self.strip_schema(names);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        members::extend(expr);
        syntax::rewrite(expr);
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        if let Value::Placeholder(name) = &mut value.value
            && let Some(rest) = name.strip_prefix(':')
        {
            *name = format!("${rest}");
        }
        ControlFlow::Continue(())
    }
}

impl Rewriter<'_> {
    /// The headings are those of the first select.
    fn selects(&mut self, body: &mut SetExpr) -> Headings {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::SetOperation { left, right, .. } => {
                let headings = self.selects(left);
                self.selects(right);
                headings
            }
            SetExpr::Values(values) => Headings::anonymous(values.rows.first().map_or(0, |row| row.content.len())),
            // A query in brackets is visited by itself.
            _ => Headings::default(),
        }
    }

    fn select(&mut self, select: &mut Select) -> Headings {
        first_seen::qualify(select);
        select.selection.iter_mut().chain(&mut select.having).for_each(flags::condition);
        let mut relations = Vec::new();
        for from in &select.from {
            let factors = std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation));
            self.written.extend(factors.filter_map(|factor| match factor {
                TableFactor::Table { name, .. } => Some(parts(name)),
                _ => None,
            }));
            self.relations(&from.relation, &mut relations);
            from.joins.iter().for_each(|join| self.relations(&join.relation, &mut relations));
        }
        let items = std::mem::take(&mut select.projection);
        select.projection = stars::without_hidden(items, &relations);
        unnest::nest(&mut select.from);
        select.projection.iter_mut().for_each(exists::rewrite);
        headings::head(&mut select.projection)
    }

    /// The relations of a table factor, in order.
    fn relations(&self, factor: &TableFactor, relations: &mut Vec<Relation>) {
        let named = |alias: &Ident| Some(ObjectName::from(vec![alias.clone()]));
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let hidden = match self.catalog.resolve(&parts(name)) {
                    Meaning::Table(table) | Meaning::Archive(table) if !self.is_shadowed(name) => table.hidden(),
                    _ => Vec::new(),
                };
                let name = match alias {
                    Some(alias) => named(&alias.name),
                    None => named(&Ident::with_quote('"', last(name).to_lowercase())),
                };
                relations.push(Relation { name, hidden });
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.relations(&table_with_joins.relation, relations);
                table_with_joins.joins.iter().for_each(|join| self.relations(&join.relation, relations));
            }
            TableFactor::Derived { alias, .. } | TableFactor::UNNEST { alias, .. } => {
                relations
                    .push(Relation { name: alias.as_ref().and_then(|alias| named(&alias.name)), hidden: Vec::new() });
            }
            _ => relations.push(Relation { name: None, hidden: Vec::new() }),
        }
    }

    /// `db.t.eventname` is `t.eventname` where the table was written with its schema.
    fn strip_schema(&self, names: &mut Vec<Ident>) {
        let is_before = |written: &Vec<String>| {
            written.len() > 1
                && written.len() < names.len()
                && written.iter().zip(names.iter()).all(|(part, name)| part.eq_ignore_ascii_case(&name.value))
        };
        if let Some(written) = self.written.iter().find(|written| is_before(written)) {
            names.drain(..written.len() - 1);
        }
    }

    /// The days, accounts and regions for which `t$partitions` has log files.
    fn partitions(&self, name: &ObjectName) -> Option<Query> {
        let mut parts = parts(name);
        let table = parts.pop()?;
        parts.push(table.trim_end_matches("$partitions").to_owned());
        let (Meaning::Table(table) | Meaning::Archive(table)) = self.catalog.resolve(&parts) else { return None };
        let text = format!(
            "SELECT DISTINCT account, region, substr(CAST(day AS VARCHAR), 1, 4) AS year, \
             substr(CAST(day AS VARCHAR), 6, 2) AS month, substr(CAST(day AS VARCHAR), 9, 2) AS day \
             FROM \"{}\".trail_files WHERE account IS NOT NULL",
            table.archive
        );
        Parser::new(&GenericDialect {}).try_with_sql(&text).ok()?.parse_query().ok().map(|query| *query)
    }

    fn is_shadowed(&self, name: &ObjectName) -> bool {
        let last = last(name).to_lowercase();
        name.0.len() == 1 && self.shadowed.iter().any(|names| names.contains(&last))
    }

    /// The name that a table was written with, where it stands for another one.
    fn written_alias(&self, name: &ObjectName) -> Option<TableAlias> {
        let written = last(name).to_lowercase();
        let differs = match self.catalog.resolve(&parts(name)) {
            Meaning::Table(table) | Meaning::Archive(table) => table.name != written,
            Meaning::Partitions | Meaning::Unknown => false,
        };
        differs.then(|| table_alias(&written))
    }
}

fn table_alias(name: &str) -> TableAlias {
    TableAlias { explicit: true, name: Ident::with_quote('"', name), columns: Vec::new(), at: None }
}

fn last(name: &ObjectName) -> &str {
    stars::last_name(name)
}

fn parts(name: &ObjectName) -> Vec<String> {
    name.0.iter().filter_map(ObjectNamePart::as_ident).map(|name| name.value.clone()).collect()
}

/// A quoted name at the place of the relation that it stands for.
fn part(relation: &ObjectName, name: &str) -> ObjectNamePart {
    let span = relation.0.last().and_then(ObjectNamePart::as_ident).map(|name| name.span);
    let mut name = Ident::with_quote('"', name);
    name.span = span.unwrap_or(name.span);
    ObjectNamePart::Identifier(name)
}

#[cfg(test)]
mod tests {
    use super::super::{Catalog, Prepared, Table, parse};
    use crate::diag::Source;
    use crate::schema::columns;

    /// A session with the tables `cloudtrail`, `t`, `x` and `other`.
    fn rewritten(text: &str) -> super::Rewritten {
        let table = |name: &str, columns| Table {
            schema: "trail".to_owned(),
            name: name.to_owned(),
            columns,
            archive: "trail".to_owned(),
        };
        let empty = std::sync::Arc::new(datafusion::arrow::datatypes::Schema::empty());
        let mut tables: Vec<Table> =
            ["t", "x", "other"].map(|name| table(name, std::sync::Arc::clone(&empty))).to_vec();
        tables.push(table("cloudtrail", columns::arrow_schema()));
        let catalog = Catalog { default_schema: "trail".to_owned(), tables, archives: 1, ..Catalog::default() };
        let source = Source::new("query", text);
        let statements = parse(&source).expect(text);
        match statements[0].as_ref().expect(text).prepare(&source, &catalog) {
            Prepared::Query(rewritten) => *rewritten,
            Prepared::Command(command) => panic!("{command:?}"),
        }
    }

    fn check(text: &str, expected: &str) {
        let found = rewritten(text).ast.to_string();
        assert_eq!(found.replace(['"'], ""), expected.replace(['"'], ""), "{text}");
    }

    fn check_headings(text: &str, expected: &[Option<&str>]) {
        let headings = rewritten(text).headings;
        let expected: Vec<_> = expected.iter().map(|heading| heading.map(str::to_owned)).collect();
        assert_eq!(headings.front, expected, "{text}");
    }

    #[test]
    fn members_of_json_columns_are_reached_with_their_case() {
        check(
            "SELECT 1 FROM t WHERE requestParameters.instanceType = 'x'",
            "SELECT 1 FROM t WHERE json_member(requestParameters, 'instanceType') = 'x'",
        );
        check(
            "SELECT 1 FROM t WHERE c.requestparameters['a b'].c[0] IS NULL",
            "SELECT 1 FROM t WHERE json_member(c.requestparameters, 'a b', 'c', 0) IS NULL",
        );
    }

    #[test]
    fn columns_are_headed_as_athena_heads_them() {
        check(
            "SELECT useridentity.arn, useridentity.sessioncontext.sessionissuer.arn FROM t",
            "SELECT useridentity.arn AS arn, useridentity.sessioncontext.sessionissuer.arn AS arn_2 FROM t",
        );
        check_headings(
            "SELECT useridentity.arn, useridentity.sessioncontext.sessionissuer.arn FROM t",
            &[None, Some("arn")],
        );
        check("SELECT c.eventname FROM t AS c", "SELECT c.eventname FROM t AS c");
        check("SELECT resources[1].ARN FROM t", "SELECT resources[1]['arn'] AS arn FROM t");
        check_headings("SELECT a, A, count(*) FROM t", &[Some("a"), Some("a"), Some("_col")]);
        check_headings("SELECT a AS \"Total Count\", b AS N FROM t", &[Some("Total Count"), None]);
        let names = ["x", "y", "z"].map(str::to_owned);
        assert_eq!(rewritten("SELECT *, count(*) FROM t").headings.apply(&names), ["x", "y", "_col2"]);
    }

    #[test]
    fn trinos_syntax_becomes_datafusions() {
        check("SELECT if(a, 1, 2) FROM t", "SELECT CASE WHEN a THEN 1 ELSE 2 END FROM t");
        check("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "SELECT a FROM t LIMIT 5");
        check("SELECT 1 FROM t WHERE a LIKE 'x\\%' ", "SELECT 1 FROM t WHERE a LIKE 'x\\\\%' ESCAPE '\\'");
        check("SELECT element_at(requestparameters, 'a') FROM t", "SELECT json_member(requestparameters, 'a') FROM t");
        check(
            "SELECT element_at(requestparameters.a, 'b').c FROM t",
            "SELECT json_member(requestparameters, 'a', 'b', 'c') FROM t",
        );
        check("SELECT filter(a, x -> x.b = 1) FROM t", "SELECT filter(a, x -> x['b'] = 1) FROM t");
        check("SELECT INTERVAL '1 2:03:04' DAY TO SECOND", "SELECT INTERVAL '1 days 2 hours 03 minutes 04 seconds'");
        check("SELECT 1 FROM t WHERE a = ?", "SELECT 1 FROM t WHERE a = $1");
    }

    #[test]
    fn tables_of_other_databases_are_the_only_archive() {
        let found = rewritten("SELECT l.eventname FROM \"Default\".cloudtrail_logs l");
        assert_eq!(found.ast.to_string(), "SELECT l.eventname FROM \"cloudtrail\" l");
        assert_eq!(found.notices[0].message, "`\"default\".cloudtrail_logs` is read as `cloudtrail`");
        check(
            "SELECT eventid FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691",
            "SELECT eventid FROM cloudtrail AS 5e2676f8-9fce-46ef-8142-3e36a94e6691",
        );
        check("SELECT db.logs.eventid FROM db.logs", "SELECT logs.eventid FROM cloudtrail AS logs");
        check("WITH logs AS (SELECT 1 AS n) SELECT n FROM logs", "WITH logs AS (SELECT 1 AS n) SELECT n FROM logs");
    }

    #[test]
    fn members_of_structs_have_no_case() {
        check(
            "SELECT 1 FROM t WHERE userIdentity['sessionContext'].sessionIssuer = 'x'",
            "SELECT 1 FROM t WHERE userIdentity['sessioncontext']['sessionissuer'] = 'x'",
        );
        check(
            "SELECT 1 FROM t AS c WHERE c.resources[1].ARN = c.useridentity['Arn']",
            "SELECT 1 FROM t AS c WHERE c.resources[1]['arn'] = c.useridentity['arn']",
        );
    }

    #[test]
    fn flags_are_conditions() {
        check("SELECT 1 FROM t WHERE readOnly", "SELECT 1 FROM t WHERE readOnly = 'true'");
        check(
            "SELECT 1 FROM t WHERE NOT (managementevent) AND c.readonly IS NOT TRUE",
            "SELECT 1 FROM t WHERE NOT (managementevent = 'true') AND c.readonly = 'true' IS NOT TRUE",
        );
        check("SELECT 1 FROM t WHERE readonly IN (true, NULL)", "SELECT 1 FROM t WHERE readonly IN ('true', NULL)");
        check("SELECT 1 FROM t WHERE eventname", "SELECT 1 FROM t WHERE eventname");
    }

    #[test]
    fn placeholders_have_one_spelling() {
        check("SELECT :a FROM t WHERE b = :b AND c > $c LIMIT :d", "SELECT $a FROM t WHERE b = $b AND c > $c LIMIT $d");
    }

    #[test]
    fn quoted_names_have_no_case() {
        check("SELECT \"eventName\" FROM \"Trail\".\"CloudTrail\"", "SELECT eventname FROM cloudtrail");
    }

    #[test]
    fn a_star_leaves_out_what_is_hidden() {
        let star = |text: &str| rewritten(text).ast.to_string();
        assert!(star("SELECT * FROM cloudtrail").contains("EXCEPT (\"eventjson\""));
        assert!(star("SELECT a.* FROM cloudtrail a JOIN x b ON true").contains("a.* EXCEPT"));
        assert!(star("SELECT * FROM cloudtrail a JOIN x b ON true").contains("a.* EXCEPT"));
        assert!(!star("SELECT * FROM other").contains("EXCEPT"));
        assert!(!star("WITH cloudtrail AS (SELECT 1 AS n) SELECT * FROM cloudtrail").contains("EXCEPT"));
    }
}
