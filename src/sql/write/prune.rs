//! Parts without the columns that nobody reads.

use std::collections::HashSet;

use datafusion::common::Column;
use datafusion::logical_expr::Expr;

use super::select::{Body, From, Parts, Select};

/// Leaves out of every part what neither later parts nor the query read.
pub(super) fn prune(parts: &mut Parts, body: &mut Body) {
    if let Body::Select(select, exprs) = body {
        unnumber(select, exprs);
    }
    let mut read = HashSet::new();
    note_body(body, &mut read);
    for part in parts.list.iter_mut().rev() {
        let mut kept: Vec<bool> = part.columns.iter().map(|column| read.contains(&column.reference)).collect();
        let is_read = kept.contains(&true);
        if matches!(part.body, Body::Values(_)) || matches!(&part.body, Body::Select(select, _) if select.is_distinct) {
            kept.fill(true);
        }
        if let Some(first) = kept.first_mut().filter(|_| !is_read) {
            *first = true;
        }
        retain(&mut part.columns, &kept);
        match &mut part.body {
            Body::Select(select, exprs) => {
                retain(exprs, &kept);
                unnumber(select, exprs);
            }
            Body::Union(branches) => branches.iter_mut().for_each(|(_, exprs)| retain(exprs, &kept)),
            Body::Values(_) => {}
        }
        note_body(&part.body, &mut read);
    }
}

/// Leaves out the places of elements where nobody asks for them.
fn unnumber(select: &mut Select, exprs: &[Expr]) {
    let mut read = HashSet::new();
    note_select(select, exprs, &mut read);
    let mut from = &mut select.from;
    while let From::Unnest { from: below, alias, place, .. } = from {
        let is_it = |column: &Column| {
            let relation = column.relation.as_ref().map(|relation| relation.table());
            relation == Some(alias.as_str()) && place.as_ref() == Some(&column.name)
        };
        if !read.iter().any(is_it) {
            *place = None;
        }
        from = below;
    }
}

fn retain<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        kept.get(at - 1).copied().unwrap_or(true)
    });
}

fn note_body(body: &Body, read: &mut HashSet<Column>) {
    match body {
        Body::Select(select, exprs) => note_select(select, exprs, read),
        Body::Union(branches) => branches.iter().for_each(|(select, exprs)| note_select(select, exprs, read)),
        Body::Values(_) => {}
    }
}

fn note_select(select: &Select, exprs: &[Expr], read: &mut HashSet<Column>) {
    let of_groups = select.group.iter().flatten();
    let of_order = select.order.iter().map(|key| &key.expr);
    for expr in exprs.iter().chain(&select.filters).chain(&select.having).chain(of_groups).chain(of_order) {
        read.extend(expr.column_refs().into_iter().cloned());
    }
    note_from(&select.from, read);
}

fn note_from(from: &From, read: &mut HashSet<Column>) {
    match from {
        From::Join { left, right, on, .. } => {
            note_from(left, read);
            note_from(right, read);
            on.iter().for_each(|expr| read.extend(expr.column_refs().into_iter().cloned()));
        }
        From::Unnest { from, list, .. } => {
            note_from(from, read);
            read.extend(list.column_refs().into_iter().cloned());
        }
        From::Nothing | From::Table { .. } | From::Part(..) => {}
    }
}
