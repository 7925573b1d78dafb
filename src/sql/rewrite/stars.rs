//! `*` leaves out hidden columns: partition columns, `"$path"` and the like are there for those who name them.

use datafusion::sql::sqlparser::ast::{
    ExceptSelectItem, Ident, ObjectName, ObjectNamePart, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};

use super::build::fold_part;

/// One relation of a `FROM`.
pub(super) struct Relation {
    /// How columns are qualified with it; none for what has no name.
    pub(super) name: Option<ObjectName>,
    /// Its columns that `*` leaves out.
    pub(super) hidden: Vec<String>,
}

impl Relation {
    fn is_named(&self, name: &ObjectName) -> bool {
        self.name.as_ref().is_some_and(|own| last_name(own).eq_ignore_ascii_case(last_name(name)))
    }
}

/// The last part of a dotted name.
pub(super) fn last_name(name: &ObjectName) -> &str {
    name.0.last().and_then(ObjectNamePart::as_ident).map_or("", |ident| &ident.value)
}

/// The items of a select list over these relations, every star without hidden columns.
pub(super) fn without_hidden(items: Vec<SelectItem>, relations: &[Relation]) -> Vec<SelectItem> {
    let mut visible = Vec::with_capacity(items.len());
    for item in items {
        match item {
            SelectItem::Wildcard(options) if is_plain(&options) => visible.extend(star(relations, options)),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
                if is_plain(&options) =>
            {
                let found = relations.iter().find(|relation| relation.is_named(&name));
                visible.push(qualified(name, options, found.map_or(&[], |relation| &relation.hidden)));
            }
            item => visible.push(item),
        }
    }
    visible
}

fn star(relations: &[Relation], options: WildcardAdditionalOptions) -> Vec<SelectItem> {
    match relations {
        [only] => vec![SelectItem::Wildcard(except(options, &only.hidden))],
        many if many.iter().any(|relation| !relation.hidden.is_empty())
            && many.iter().all(|relation| relation.name.is_some()) =>
        {
            many.iter()
                .filter_map(|relation| Some(qualified(relation.name.clone()?, options.clone(), &relation.hidden)))
                .collect()
        }
        _ => vec![SelectItem::Wildcard(options)],
    }
}

fn qualified(mut name: ObjectName, options: WildcardAdditionalOptions, hidden: &[String]) -> SelectItem {
    name.0.iter_mut().for_each(fold_part);
    SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), except(options, hidden))
}

fn except(options: WildcardAdditionalOptions, hidden: &[String]) -> WildcardAdditionalOptions {
    let mut names = hidden.iter().map(|name| Ident::with_quote('"', name));
    let opt_except =
        names.next().map(|first_element| ExceptSelectItem { first_element, additional_elements: names.collect() });
    WildcardAdditionalOptions { opt_except, ..options }
}

fn is_plain(options: &WildcardAdditionalOptions) -> bool {
    let WildcardAdditionalOptions { opt_ilike, opt_exclude, opt_except, opt_replace, opt_rename, .. } = options;
    opt_ilike.is_none()
        && opt_exclude.is_none()
        && opt_except.is_none()
        && opt_replace.is_none()
        && opt_rename.is_none()
}
