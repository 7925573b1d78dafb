//! Joins → what a SELECT reads.

use datafusion::common::NullEquality;
use datafusion::logical_expr::{Expr, Join, JoinType, LogicalPlan, Operator, binary_expr};

use super::Refused;
use super::merge::Merged;
use super::select::{From, Parts, Select, has_window};

impl Parts {
    pub(super) fn join(&mut self, join: &Join) -> Merged<Select> {
        if !matches!(join.join_type, JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full) {
            return Err(Refused::construct(format!("a join of the kind `{}`", join.join_type)));
        }
        let left = self.side(&join.left, join.join_type)?;
        let right = self.side(&join.right, join.join_type)?;
        let columns: Vec<_> = left.columns.into_iter().chain(right.columns).collect();
        let mut select = Select::new(From::Nothing, columns);
        let mut on = Vec::new();
        for (left, right) in &join.on {
            let (left, right) = (select.resolve(left)?, select.resolve(right)?);
            on.push(match join.null_equality {
                NullEquality::NullEqualsNothing => left.eq(right),
                NullEquality::NullEqualsNull => binary_expr(left, Operator::IsNotDistinctFrom, right),
            });
        }
        if let Some(filter) = &join.filter {
            on.push(select.resolve(filter)?);
        }
        let (left_from, right_from) = (Box::new(left.from), Box::new(right.from));
        // The plan has the smaller table on the left; a person begins with the rows that all stay.
        select.from = match join.join_type {
            JoinType::Right => From::Join { left: right_from, right: left_from, kind: JoinType::Left, on },
            kind => From::Join { left: left_from, right: right_from, kind, on },
        };
        select.filters = left.filters.into_iter().chain(right.filters).collect();
        Ok(select)
    }

    /// A side of a join: a table or a part, by columns of its own.
    fn side(&mut self, plan: &LogicalPlan, kind: JoinType) -> Merged<Select> {
        let select = self.merge(plan)?;
        let is_bare = select.filters.is_empty()
            && select.group.is_none()
            && !select.is_distinct
            && !select.is_cut()
            && matches!(select.from, From::Table { .. } | From::Part(..))
            && !select.columns.iter().any(|(_, expr)| has_window(expr));
        // What an outer join leaves empty is null, whatever it would be computed as.
        let are_plain = select.columns.iter().all(|(_, expr)| matches!(expr, Expr::Column(_)));
        if is_bare && (kind == JoinType::Inner || are_plain) {
            let mut select = select;
            select.order.clear();
            return Ok(select);
        }
        Ok(self.close(select, plan.schema()))
    }
}
