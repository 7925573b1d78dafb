//! Functions of dates and times. Text that spells a time, such as `eventtime`, is one; other text is NULL.

pub(super) mod formats;
pub(super) mod instants;
mod iso;
mod joda;
mod mysql;
pub(super) mod parts;
mod pattern;
mod reading;
pub(super) mod shifts;
pub(super) mod spans;
mod times;
mod unit;
pub(super) mod zones;
