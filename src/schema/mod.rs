//! The shape of a CloudTrail record: its columns, and the leaves a scan can be asked for.
//!
//! Both spellings of every name, Athena's `eventtime` and JSON's `eventTime`, live in one row of
//! [`columns`] and nowhere else. Where the bytes come from is for other rooms.

pub mod attack;
pub mod columns;
mod definition;
pub mod events;
mod leaf;
pub mod tables;

pub use columns::{Column, Shape, Virtual};
pub use definition::TableDefinition;
pub use leaf::{Kind, Leaf, Step, path_text};
