//! Members: `requestparameters.instanceType`, `useridentity['arn']`, `resources[1].arn`, `element_at(json, 'k')`.

use datafusion::sql::sqlparser::ast::{AccessExpr, Expr, Ident, Subscript};

use super::build::{arguments, call, fold, function_name, text, text_of};
use crate::schema::{Shape, columns};

/// Rewrites a path into a column of JSON or of structs; other expressions stay as they are.
///
/// Paths into JSON keep the case of their keys, members of structs have none.
pub(super) fn rewrite(expr: &mut Expr) {
    if let Some(member) = json_member(expr) {
        *expr = member;
        return;
    }
    if let Expr::CompoundFieldAccess { .. } = expr {
        if let Some((names, access)) = dotted(expr).filter(|(names, _)| names.len() > 1) {
            let (root, access_chain) = (Box::new(Expr::CompoundIdentifier(names)), access.to_vec());
            *expr = Expr::CompoundFieldAccess { root, access_chain };
        }
        if let Expr::CompoundFieldAccess { root, access_chain } = expr {
            let has_members = is_of_members(root);
            access_chain.iter_mut().for_each(|access| subscript(access, has_members));
        }
    }
}

/// `c.useridentity.arn` is `c.useridentity['arn']`, in a subquery: DataFusion finds no members of an outer query's
/// columns by their dots.
pub(super) fn of_outer(expr: &mut Expr) {
    if let Expr::CompoundIdentifier(names) = expr
        && let [relation, column, members @ ..] = names.as_slice()
        && !members.is_empty()
        && columns::find(&relation.value).is_none()
        && columns::find(&column.value).is_some_and(|column| matches!(column.shape, Shape::Struct(_)))
    {
        let member = |name: &Ident| AccessExpr::Subscript(Subscript::Index { index: text(&name.value.to_lowercase()) });
        let root = Box::new(Expr::CompoundIdentifier(vec![relation.clone(), column.clone()]));
        *expr = Expr::CompoundFieldAccess { root, access_chain: members.iter().map(member).collect() };
    }
}

/// Below a path into JSON that its arguments have become, the same path goes on: `element_at(requestparameters, 'k')`,
/// `element_at(requestparameters, 'a').b`.
pub(super) fn extend(expr: &mut Expr) {
    let (root, mut steps) = match expr {
        Expr::Function(function) if function_name(function).is_some_and(|name| name == "element_at") => {
            match arguments(function).as_deref() {
                Some([root, step]) if text_of(step).is_some() => ((*root).clone(), vec![(*step).clone()]),
                _ => return,
            }
        }
        Expr::CompoundFieldAccess { root, access_chain } => {
            let steps: Option<Vec<Expr>> = access_chain.iter().map(step).collect();
            match steps {
                Some(steps) => (root.as_ref().clone(), steps),
                None => return,
            }
        }
        _ => return,
    };
    let path = match &root {
        Expr::Function(function) if function_name(function).is_some_and(|name| name == "json_member") => {
            arguments(function).map(|args| args.into_iter().cloned().collect())
        }
        Expr::Identifier(name) if is_json(name) => Some(vec![root.clone()]),
        Expr::CompoundIdentifier(names) if names.last().is_some_and(is_json) => Some(vec![root.clone()]),
        _ => None,
    };
    if let Some(mut path) = path {
        path.append(&mut steps);
        *expr = call("json_member", path);
    }
}

/// The key or index of an access.
fn step(access: &AccessExpr) -> Option<Expr> {
    match access {
        AccessExpr::Dot(Expr::Identifier(name)) => Some(text(&name.value)),
        AccessExpr::Subscript(Subscript::Index { index }) => Some(index.clone()),
        _ => None,
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

/// The names of `useridentity.arn` or `requestparameters['a'].b`, from the column on; none for other expressions.
pub(super) fn member_names(expr: &Expr) -> Option<Vec<String>> {
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

/// Whether a name is that of a column of JSON.
fn is_json(name: &Ident) -> bool {
    columns::ALL.iter().any(|column| holds_json(column) && column.name.eq_ignore_ascii_case(&name.value))
}

/// `json_member(column, steps…)` for a path into a column that holds JSON; none for other expressions.
fn json_member(expr: &Expr) -> Option<Expr> {
    let (names, access) = dotted(expr)?;
    let at = names.iter().position(is_json)?;
    let mut steps: Vec<Expr> = names[at + 1..].iter().map(|name| text(&name.value)).collect();
    for access in access {
        steps.push(step(access)?);
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
