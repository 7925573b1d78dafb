//! The rewrites on the syntax tree, where names still have the spelling of the text.
//!
//! - Quoted names are folded to lower case: in Athena names have no case.
//! - `requestparameters.instanceType` and `requestparameters['instanceType'][0]` become `json_member(…)`;
//!   the keys keep their case.
//! - `useridentity.arn` in a select list is headed `arn`.
//! - `:name` is `$name`, DataFusion's spelling of a placeholder.
//! - `*` leaves out the hidden columns of `cloudtrail`.
//! - Flags that stand where a condition must are compared with `'true'` ([`flags`]).

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    self, AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    ObjectName, ObjectNamePart, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Subscript,
    TableFactor, Value, VisitMut, VisitorMut, WildcardAdditionalOptions,
};

use super::{catalog, flags};
use crate::schema::{Shape, columns, tables};

/// Rewrites a statement in place.
pub(super) fn rewrite(statement: &mut Parsed) {
    match statement {
        Parsed::Statement(statement) => {
            catalog::rewrite(statement);
            let _ = statement.visit(&mut Rewriter::default());
        }
        Parsed::Explain(explain) => rewrite(&mut explain.statement),
        _ => {}
    }
}

#[derive(Default)]
struct Rewriter {
    /// Names of common table expressions, which hide tables of the same name.
    shadowed: Vec<HashSet<String>>,
}

impl VisitorMut for Rewriter {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let names = query.with.iter_mut().flat_map(|with| &mut with.cte_tables).map(|cte| {
            fold(&mut cte.alias.name);
            cte.alias.name.value.to_lowercase()
        });
        self.shadowed.push(names.collect());
        self.selects(&mut query.body);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.shadowed.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        relation.0.iter_mut().for_each(fold_part);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } = factor
        {
            fold(&mut alias.name);
            alias.columns.iter_mut().for_each(|column| fold(&mut column.name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some(member) = json_member(expr) {
            *expr = member;
            return ControlFlow::Continue(());
        }
        flags::rewrite(expr);
        match expr {
            Expr::Identifier(name) => fold(name),
            Expr::CompoundIdentifier(names) => names.iter_mut().for_each(fold),
            Expr::CompoundFieldAccess { .. } => {
                if let Some((names, access)) = dotted(expr).filter(|(names, _)| names.len() > 1) {
                    let (root, access_chain) = (Box::new(Expr::CompoundIdentifier(names)), access.to_vec());
                    *expr = Expr::CompoundFieldAccess { root, access_chain };
                }
                if let Expr::CompoundFieldAccess { root, access_chain } = expr {
                    let has_members = is_of_members(root);
                    access_chain.iter_mut().for_each(|access| subscript(access, has_members));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &mut ast::ValueWithSpan) -> ControlFlow<()> {
        if let Value::Placeholder(name) = &mut value.value
            && let Some(rest) = name.strip_prefix(':')
        {
            *name = format!("${rest}");
        }
        ControlFlow::Continue(())
    }
}

/// `resources[1].arn` → `resources[1]['arn']`: a member of what is no plain name is planned by its subscript only.
/// Names of members have no case.
fn subscript(access: &mut AccessExpr, has_members: bool) {
    match access {
        AccessExpr::Dot(Expr::Identifier(name)) => {
            *access = AccessExpr::Subscript(Subscript::Index { index: text(&name.value.to_lowercase()) });
        }
        AccessExpr::Subscript(Subscript::Index { index }) if has_members => {
            if let Some(name) = text_of(index).filter(|name| name.parse::<usize>().is_err()) {
                *index = text(&name.to_lowercase());
            }
        }
        _ => {}
    }
}

/// Whether an expression is a column of structs, or a member of one.
fn is_of_members(root: &Expr) -> bool {
    let names = match root {
        Expr::Identifier(name) => std::slice::from_ref(name),
        Expr::CompoundIdentifier(names) => names,
        _ => return false,
    };
    names.iter().any(|name| {
        let column = columns::find(&name.value);
        column.is_some_and(|column| matches!(column.shape, Shape::Struct(_) | Shape::List(_)))
    })
}

impl Rewriter {
    fn selects(&self, body: &mut SetExpr) {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::SetOperation { left, right, .. } => {
                self.selects(left);
                self.selects(right);
            }
            // A query in brackets is visited by itself.
            _ => {}
        }
    }

    fn select(&self, select: &mut Select) {
        select.selection.iter_mut().chain(&mut select.having).for_each(flags::condition);
        let relations: Vec<Relation> = select
            .from
            .iter()
            .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)))
            .map(|factor| self.relation(factor))
            .collect();
        let mut items = Vec::with_capacity(select.projection.len());
        for item in std::mem::take(&mut select.projection) {
            match item {
                SelectItem::Wildcard(options) if plain(&options) => items.extend(visible(&relations, options)),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
                    if plain(&options) =>
                {
                    let hides = relations.iter().any(|relation| relation.hides && relation.is_named(&name));
                    items.push(qualified(name, options, hides));
                }
                item => items.push(item),
            }
        }
        select.projection = items;
        head_members(&mut select.projection);
    }

    fn relation(&self, factor: &TableFactor) -> Relation {
        let TableFactor::Table { name, alias, args: None, .. } = factor else {
            let alias = if let TableFactor::Derived { alias, .. } = factor { alias.as_ref() } else { None };
            return Relation { name: alias.map(|alias| ObjectName::from(vec![alias.name.clone()])), hides: false };
        };
        let last = last_name(name).to_lowercase();
        let shadowed = name.0.len() == 1 && self.shadowed.iter().any(|names| names.contains(&last));
        let name = alias.as_ref().map_or_else(|| name.clone(), |alias| ObjectName::from(vec![alias.name.clone()]));
        Relation { name: Some(name), hides: tables::holds_records(&last) && !shadowed }
    }
}

/// One relation of a `FROM`.
struct Relation {
    /// How columns are qualified with it; none for what has no name.
    name: Option<ObjectName>,
    /// Whether it has columns that `*` leaves out.
    hides: bool,
}

impl Relation {
    fn is_named(&self, name: &ObjectName) -> bool {
        self.name.as_ref().is_some_and(|own| last_name(own).eq_ignore_ascii_case(last_name(name)))
    }
}

fn last_name(name: &ObjectName) -> &str {
    name.0.last().and_then(ObjectNamePart::as_ident).map_or("", |ident| &ident.value)
}

fn plain(options: &WildcardAdditionalOptions) -> bool {
    let WildcardAdditionalOptions { opt_ilike, opt_exclude, opt_except, opt_replace, opt_rename, .. } = options;
    opt_ilike.is_none()
        && opt_exclude.is_none()
        && opt_except.is_none()
        && opt_replace.is_none()
        && opt_rename.is_none()
}

/// `*` over these relations, without their hidden columns.
fn visible(relations: &[Relation], options: WildcardAdditionalOptions) -> Vec<SelectItem> {
    match relations {
        [only] => vec![SelectItem::Wildcard(if only.hides { without_hidden(options) } else { options })],
        many if many.iter().any(|relation| relation.hides) && many.iter().all(|relation| relation.name.is_some()) => {
            many.iter()
                .filter_map(|relation| Some(qualified(relation.name.clone()?, options.clone(), relation.hides)))
                .collect()
        }
        _ => vec![SelectItem::Wildcard(options)],
    }
}

fn qualified(name: ObjectName, options: WildcardAdditionalOptions, hides: bool) -> SelectItem {
    let options = if hides { without_hidden(options) } else { options };
    let mut name = name;
    name.0.iter_mut().for_each(fold_part);
    SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
}

fn without_hidden(options: WildcardAdditionalOptions) -> WildcardAdditionalOptions {
    let mut hidden = columns::ALL
        .iter()
        .filter(|column| matches!(column.shape, Shape::Virtual(_)))
        .map(|column| Ident::with_quote('"', column.name));
    let except = hidden
        .next()
        .map(|first_element| ast::ExceptSelectItem { first_element, additional_elements: hidden.collect() });
    WildcardAdditionalOptions { opt_except: except, ..options }
}

/// Heads members of structs, lists and JSON with their own name, as Athena does. No two columns may be headed alike, so a
/// second one has all of its path, and where that is taken too, a number.
fn head_members(items: &mut [SelectItem]) {
    let mut heads: HashSet<String> = HashSet::new();
    for item in items.iter_mut() {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => {
                fold(alias);
                heads.insert(alias.value.to_lowercase());
            }
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => {
                let head = name.value.to_lowercase();
                if !heads.insert(head.clone()) {
                    let alias = Ident::with_quote('"', numbered(&head, &mut heads));
                    *item = SelectItem::ExprWithAlias { expr: Expr::Identifier(name.clone()), alias };
                }
            }
            _ => {}
        }
    }
    for item in items {
        let SelectItem::UnnamedExpr(expr) = item else { continue };
        let Some(names) = member_names(expr) else { continue };
        let full = names.join(".").to_lowercase();
        // The number of an element is no name.
        let last = names.last().filter(|name| name.parse::<usize>().is_err()).map(|name| name.to_lowercase());
        let free = last.into_iter().chain([full.clone()]).find(|head| heads.insert(head.clone()));
        let head = free.unwrap_or_else(|| numbered(&full, &mut heads));
        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: Ident::with_quote('"', head) };
    }
}

/// `arn_2`, `arn_3` and so on: the first that no column is headed with yet.
fn numbered(head: &str, heads: &mut HashSet<String>) -> String {
    let mut candidates = (2..).map(|number| format!("{head}_{number}"));
    candidates.find(|candidate| heads.insert(candidate.clone())).unwrap_or_default()
}

/// The names of `useridentity.arn` or `requestparameters['a'].b`, from the column on; none for other expressions.
fn member_names(expr: &Expr) -> Option<Vec<String>> {
    let (names, access) = dotted(expr)?;
    let mut names: Vec<String> = names.into_iter().map(|name| name.value).collect();
    for access in access {
        names.push(match access {
            AccessExpr::Dot(Expr::Identifier(name)) => name.value.clone(),
            AccessExpr::Subscript(Subscript::Index { index }) => text_of(index)?,
            _ => return None,
        });
    }
    let at = names.iter().position(|name| is_nested(name))?;
    (at + 1 < names.len()).then(|| names[at..].to_vec())
}

fn is_nested(name: &str) -> bool {
    columns::ALL.iter().any(|column| {
        column.name.eq_ignore_ascii_case(name)
            && (holds_json(column) || matches!(column.shape, Shape::Struct(_) | Shape::List(_)))
    })
}

fn holds_json(column: &columns::Column) -> bool {
    matches!(column.shape, Shape::Json) || column.name == "eventjson"
}

/// `json_member(column, steps…)` for a path into a column that holds JSON; none for other expressions.
fn json_member(expr: &Expr) -> Option<Expr> {
    let (names, access) = dotted(expr)?;
    let is_json = |name: &Ident| {
        columns::ALL.iter().any(|column| holds_json(column) && column.name.eq_ignore_ascii_case(&name.value))
    };
    let at = names.iter().position(is_json)?;
    let mut steps: Vec<Expr> = names[at + 1..].iter().map(|name| text(&name.value)).collect();
    for access in access {
        steps.push(match access {
            AccessExpr::Dot(Expr::Identifier(name)) => text(&name.value),
            AccessExpr::Subscript(Subscript::Index { index }) => index.clone(),
            _ => return None,
        });
    }
    if steps.is_empty() {
        return None;
    }
    let mut column = names[..=at].to_vec();
    column.iter_mut().for_each(fold);
    let column = if column.len() == 1 { Expr::Identifier(column.remove(0)) } else { Expr::CompoundIdentifier(column) };
    Some(call("json_member", std::iter::once(column).chain(steps)))
}

/// The names joined by dots at the beginning of an expression, and what is accessed below them.
///
/// `c.requestparameters['a']` is parsed as an access into `c`.
fn dotted(expr: &Expr) -> Option<(Vec<Ident>, &[AccessExpr])> {
    let (mut names, mut access) = match expr {
        Expr::CompoundIdentifier(names) => (names.clone(), [].as_slice()),
        Expr::CompoundFieldAccess { root, access_chain } => match root.as_ref() {
            Expr::Identifier(name) => (vec![name.clone()], access_chain.as_slice()),
            Expr::CompoundIdentifier(names) => (names.clone(), access_chain.as_slice()),
            _ => return None,
        },
        _ => return None,
    };
    while let [AccessExpr::Dot(Expr::Identifier(name)), rest @ ..] = access {
        names.push(name.clone());
        access = rest;
    }
    Some((names, access))
}

fn call(name: &str, args: impl Iterator<Item = Expr>) -> Expr {
    let args = args.map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

fn text(value: &str) -> Expr {
    Expr::value(Value::SingleQuotedString(value.to_owned()))
}

fn text_of(expr: &Expr) -> Option<String> {
    let Expr::Value(value) = expr else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text.clone()),
        Value::Number(number, _) => Some(number.to_string()),
        _ => None,
    }
}

fn fold(name: &mut Ident) {
    if name.quote_style.is_some() {
        name.value = name.value.to_lowercase();
    }
}

fn fold_part(part: &mut ObjectNamePart) {
    if let ObjectNamePart::Identifier(name) = part {
        fold(name);
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::diag::Source;

    fn check(text: &str, expected: &str) {
        let statements = parse(&Source::new("query", text)).expect(text);
        assert_eq!(statements[0].ast.to_string(), expected, "{text}");
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
    fn members_are_headed_by_their_own_name() {
        check(
            "SELECT useridentity.arn, useridentity.sessioncontext.sessionissuer.arn FROM t",
            "SELECT useridentity.arn AS \"arn\", \
             useridentity.sessioncontext.sessionissuer.arn AS \"useridentity.sessioncontext.sessionissuer.arn\" FROM t",
        );
        check("SELECT c.eventname FROM t AS c", "SELECT c.eventname FROM t AS c");
        check("SELECT resources[1].ARN FROM t", "SELECT resources[1]['arn'] AS \"arn\" FROM t");
        check("SELECT resources[1] FROM t", "SELECT resources[1] AS \"resources.1\" FROM t");
        check("SELECT a, A FROM t", "SELECT a, A AS \"a_2\" FROM t");
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
        check("SELECT \"eventName\" FROM \"Db\".\"CloudTrail\"", "SELECT \"eventname\" FROM \"db\".\"cloudtrail\"");
    }

    #[test]
    fn a_star_leaves_out_what_is_hidden() {
        let star = |text: &str| parse(&Source::new("query", text)).expect(text)[0].ast.to_string();
        assert!(star("SELECT * FROM cloudtrail").contains("EXCEPT (\"eventjson\""));
        assert!(star("SELECT a.* FROM cloudtrail a JOIN x b ON true").contains("a.* EXCEPT"));
        assert!(star("SELECT * FROM cloudtrail a JOIN x b ON true").contains("a.* EXCEPT"));
        assert!(!star("SELECT * FROM other").contains("EXCEPT"));
        assert!(!star("WITH cloudtrail AS (SELECT 1 AS n) SELECT * FROM cloudtrail").contains("EXCEPT"));
    }
}
