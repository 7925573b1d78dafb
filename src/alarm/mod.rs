//! CloudWatch alarms over the past: definitions, metrics made of events, states through time.
//!
//! Replaying is a pure function of definitions and events: [`Metrics`] takes events in any order, [`replay()`] gives
//! every change of every alarm's state. Which events match a filter, and what is read of them, is for other rooms.
//!
//! Source: CloudWatch User Guide, "Using Amazon CloudWatch alarms" and "Configuring how CloudWatch alarms treat
//! missing data".

mod composite;
mod definition;
mod evaluate;
mod json;
mod metric;
mod replay;
mod statistic;

pub use composite::Rule;
pub use definition::{
    Alarm, Comparison, Composite, Definitions, Filter, LowSample, MetricValue, Missing, Transformation, read,
};
pub use evaluate::{Point, State, Verdict, evaluate};
pub use json::Error;
pub use metric::{MOST_DIMENSIONS, MetricId, Metrics, Samples};
pub use replay::{MOST_TICKS, Plan, Replayed, Tick, Transition, replay};
pub use statistic::Statistic;
