//! Which log files can still matter while a query runs.
//!
//! A sort with a limit, a greatest value, a join: they tell the scan what they have no more use for by filters that
//! change as rows arrive. Where such a filter bounds the event's time from below, files delivered before that hold
//! nothing of use. The other way round nothing is skipped: however late, an old event may still be delivered.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::DynamicFilterPhysicalExpr;
use datafusion::physical_expr_common::physical_expr::{snapshot_generation, snapshot_physical_expr};

use super::prune;
use crate::archive::{LogFile, Times};

/// See the file.
#[derive(Debug)]
pub(super) struct Horizon {
    /// Predicates over the table's schema that change.
    predicates: Vec<Arc<dyn PhysicalExpr>>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Of each predicate together; 0 before the first look.
    generation: u64,
    from: Option<DateTime<Utc>>,
}

impl Horizon {
    /// The horizon that these predicates of a scan make; none when none of them changes.
    pub(super) fn of(predicates: &[Arc<dyn PhysicalExpr>]) -> Option<Self> {
        let predicates: Vec<_> = predicates.iter().filter(|predicate| is_dynamic(predicate)).cloned().collect();
        (!predicates.is_empty()).then(|| Self { predicates, known: Mutex::default() })
    }

    /// Whether some filter that changes is about the event's time.
    pub(super) fn is_of_time(&self) -> bool {
        self.predicates.iter().any(prune::mentions_time)
    }

    /// Whether a log file may hold an event that still matters.
    pub(super) fn may_hold(&self, file: &LogFile) -> bool {
        let generation = self.predicates.iter().map(snapshot_generation).fold(1, u64::wrapping_add);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.generation != generation {
            *known = Known { generation, from: self.from() };
        }
        Times { from: known.from, ..Times::default() }.may_hold_file(file.delivered)
    }

    fn from(&self) -> Option<DateTime<Utc>> {
        let snapshots =
            self.predicates.iter().filter_map(|predicate| snapshot_physical_expr(Arc::clone(predicate)).ok());
        snapshots.filter_map(|snapshot| prune::times_of(&snapshot).from).max()
    }
}

fn is_dynamic(predicate: &Arc<dyn PhysicalExpr>) -> bool {
    let mut dynamic = false;
    // Never fails: the closure does not.
    let _ = predicate.apply(|expr| {
        dynamic |= expr.is::<DynamicFilterPhysicalExpr>();
        Ok(if dynamic { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    dynamic
}
