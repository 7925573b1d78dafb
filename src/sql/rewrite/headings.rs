//! What columns are headed with: `arn` for `useridentity.arn`, `_col1` for `count(*)`, an alias as it was typed.
//!
//! No two columns of a plan may have one name, so a repeated one has a number there, and its own name in the answer.

use std::collections::HashSet;

use datafusion::sql::sqlparser::ast::{Expr, Ident, SelectItem};

use super::build::fold;
use super::members;

/// Headings that differ from the names in the plan, by position; none where they are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headings {
    /// Of the columns before the first `*`.
    pub front: Vec<Option<String>>,
    /// Of the columns after the last `*`, the last column first.
    pub back: Vec<Option<String>>,
}

impl Headings {
    /// Names by position, as the answer shows them.
    #[must_use]
    pub fn apply(&self, names: &[String]) -> Vec<String> {
        let mut shown = names.to_vec();
        let last = shown.len();
        let front = self.front.iter().enumerate();
        let back = self.back.iter().enumerate().filter_map(|(at, heading)| Some((last.checked_sub(at + 1)?, heading)));
        for (at, heading) in front.chain(back) {
            if let (Some(heading), Some(name)) = (heading, shown.get_mut(at)) {
                *name = match heading.strip_prefix(ANONYMOUS) {
                    Some("") => format!("{ANONYMOUS}{at}"),
                    _ => heading.clone(),
                };
            }
        }
        shown
    }

    /// Of this many columns that have no names.
    pub(super) fn anonymous(columns: usize) -> Self {
        Self { front: vec![Some(ANONYMOUS.to_owned()); columns], back: Vec::new() }
    }

    fn of(headings: Vec<Heading>) -> Self {
        let is_star = |heading: &Heading| matches!(heading, Heading::Star);
        let shown = |heading: &Heading| match heading {
            Heading::Own | Heading::Star => None,
            Heading::Shown(heading) => Some(heading.clone()),
        };
        let front = headings.iter().take_while(|heading| !is_star(heading)).map(shown).collect();
        let has_star = headings.iter().any(is_star);
        let back = headings.iter().rev().take_while(|heading| has_star && !is_star(heading)).map(shown).collect();
        Self { front, back }
    }
}

/// What a column without a name is headed with, before its position.
const ANONYMOUS: &str = "_col";

enum Heading {
    /// As in the plan.
    Own,
    /// Another one.
    Shown(String),
    /// Any number of columns.
    Star,
}

/// Names the columns of a select list for the plan, and tells how they are headed.
pub(super) fn head(items: &mut [SelectItem]) -> Headings {
    let mut names: HashSet<String> = HashSet::new();
    let mut headings: Vec<Heading> = Vec::with_capacity(items.len());
    // What has a name goes first, so that a member's does not take it away.
    let typed: Vec<Option<String>> = items.iter_mut().map(fold_alias).collect();
    let aliases: Vec<String> = items.iter().filter_map(alias).collect();
    for (item, typed) in items.iter_mut().zip(typed) {
        headings.push(match item {
            SelectItem::ExprWithAlias { expr, alias } => {
                let name = alias.value.to_lowercase();
                if names.insert(name.clone()) {
                    typed.map_or(Heading::Own, Heading::Shown)
                } else {
                    let alias = Ident::with_quote('"', numbered(&name, &mut names, &aliases));
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
                    Heading::Shown(typed.unwrap_or(name))
                }
            }
            SelectItem::UnnamedExpr(expr) => match name_of(expr) {
                Name::Column(name) if names.insert(name.clone()) => Heading::Shown(name),
                Name::Member(name) if !aliases.contains(&name) && names.insert(name.clone()) => {
                    let alias = Ident::with_quote('"', name);
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
                    Heading::Own
                }
                Name::Column(name) | Name::Member(name) => {
                    let alias = Ident::with_quote('"', numbered(&name, &mut names, &aliases));
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
                    Heading::Shown(name)
                }
                Name::Element => {
                    let alias = Ident::with_quote('"', numbered(ANONYMOUS, &mut names, &aliases));
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
                    Heading::Shown(ANONYMOUS.to_owned())
                }
                Name::None => {
                    // The plan names it by its text.
                    if !names.insert(format!("={expr}").to_lowercase()) {
                        let alias = Ident::with_quote('"', numbered(ANONYMOUS, &mut names, &aliases));
                        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
                    }
                    Heading::Shown(ANONYMOUS.to_owned())
                }
            },
            _ => Heading::Star,
        });
    }
    Headings::of(headings)
}

/// Folds an alias; gives it as it was typed, where quotes keep its case.
fn fold_alias(item: &mut SelectItem) -> Option<String> {
    let SelectItem::ExprWithAlias { alias, .. } = item else { return None };
    let typed = alias.value.clone();
    if alias.quote_style == Some('\'') {
        alias.quote_style = Some('"');
    }
    fold(alias);
    (alias.quote_style.is_some() && alias.value != typed).then_some(typed)
}

fn alias(item: &SelectItem) -> Option<String> {
    if let SelectItem::ExprWithAlias { alias, .. } = item { Some(alias.value.to_lowercase()) } else { None }
}

enum Name {
    /// A column's own.
    Column(String),
    /// That of a member, which the plan does not know.
    Member(String),
    /// An element's, which has a number and no name.
    Element,
    /// None at all.
    None,
}

fn name_of(expr: &Expr) -> Name {
    if let Some(names) = members::member_names(expr) {
        // The number of an element is no name.
        let last = names.last().filter(|name| name.parse::<usize>().is_err());
        return last.map_or(Name::Element, |name| Name::Member(name.to_lowercase()));
    }
    match expr {
        Expr::Identifier(name) => Name::Column(name.value.to_lowercase()),
        Expr::CompoundIdentifier(names) => {
            names.last().map_or(Name::None, |name| Name::Column(name.value.to_lowercase()))
        }
        Expr::Nested(inner) => match name_of(inner) {
            Name::Column(name) | Name::Member(name) => Name::Member(name),
            unnamed => unnamed,
        },
        _ => Name::None,
    }
}

/// `arn_2`, `arn_3` and so on: the first that no column has yet.
fn numbered(name: &str, names: &mut HashSet<String>, aliases: &[String]) -> String {
    let mut candidates = (2..).map(|number| format!("{name}_{number}"));
    candidates.find(|candidate| !aliases.contains(candidate) && names.insert(candidate.clone())).unwrap_or_default()
}
