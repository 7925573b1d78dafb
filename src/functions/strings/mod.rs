//! Functions of text.

pub(super) mod compare;
pub(super) mod cut;
pub(super) mod extremes;
pub(super) mod format;
mod java;
pub(super) mod join;
pub(super) mod shape;
