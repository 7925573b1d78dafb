//! Functions that queries call, one file per family.
//!
//! DataFusion's own functions are not repeated here; these are the ones it lacks.

pub mod address;
pub mod capture;
pub mod json;
mod kernel;
pub mod natural;
pub mod number;
pub mod period;
pub mod time;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

/// Every scalar function of ours that a query may name.
#[must_use]
pub fn scalar() -> Vec<Arc<ScalarUDF>> {
    [json::ALL, time::ALL].into_iter().flatten().map(|function| function()).collect()
}
