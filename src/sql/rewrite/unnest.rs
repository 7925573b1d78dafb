//! `CROSS JOIN UNNEST(…)`: each such join is put in brackets with all that stands before it, so that the planner of
//! relations ([`unnest`](super::super::unnest)) sees both sides.

use datafusion::sql::sqlparser::ast::{
    Expr, Join, JoinConstraint, JoinOperator, TableFactor, TableWithJoins, Value, ValueWithSpan,
};

/// Brackets the joins of a `FROM`.
pub(super) fn nest(from: &mut Vec<TableWithJoins>) {
    // After a comma, an UNNEST sees every table before it.
    while let Some(at) = from.iter().skip(1).position(|entry| is_unnest(&entry.relation)) {
        let mut entries = from.drain(..=at + 1);
        let Some(mut joined) = entries.next() else { return };
        for entry in entries {
            let join_operator = JoinOperator::CrossJoin(JoinConstraint::None);
            joined.joins.push(Join { relation: entry.relation, global: false, join_operator });
            joined.joins.extend(entry.joins);
        }
        from.insert(0, joined);
    }
    for entry in from {
        let joins = std::mem::take(&mut entry.joins);
        for join in joins {
            let is_last = is_unnest(&join.relation) && is_row_by_row(&join.join_operator);
            entry.joins.push(join);
            if is_last {
                let inner =
                    TableWithJoins { relation: entry.relation.clone(), joins: std::mem::take(&mut entry.joins) };
                entry.relation = TableFactor::NestedJoin { table_with_joins: Box::new(inner), alias: None };
            }
        }
    }
}

/// Whether this is an `UNNEST`.
pub(in crate::sql) fn is_unnest(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::UNNEST { .. })
}

/// Whether a join with what each row unnests to needs no condition of its own.
fn is_row_by_row(operator: &JoinOperator) -> bool {
    match operator {
        JoinOperator::CrossJoin(_) => true,
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint) => matches!(
            constraint,
            JoinConstraint::None | JoinConstraint::On(Expr::Value(ValueWithSpan { value: Value::Boolean(true), .. }))
        ),
        _ => false,
    }
}
