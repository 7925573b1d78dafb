//! Functions that queries call, one file per family, one list.

pub mod address;
pub mod json;
