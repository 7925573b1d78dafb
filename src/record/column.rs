//! One wanted leaf's column while it grows.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, NullBufferBuilder, StringArray, TimestampMillisecondArray};
use datafusion::arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};

use super::text::{Taken, append_lossy, take, unescape};
use super::time::parse_time;
use super::tree::NodeId;
use super::walk::Raw;
use crate::schema::Kind;

/// One row per record so far.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) node: NodeId,
    kind: Kind,
    nulls: NullBufferBuilder,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Text {
        /// The rows one after the other, UTF-8.
        bytes: Vec<u8>,
        /// Where each row ends, after a first 0.
        ends: Vec<i32>,
    },
    Time {
        ms: Vec<i64>,
        /// One row's text while it is read.
        scratch: Vec<u8>,
    },
    Ordinal(Vec<i64>),
}

/// A column has grown beyond what 32-bit offsets can say.
#[derive(Debug)]
pub(super) struct Overflow;

impl Column {
    pub(super) fn new(node: NodeId, kind: Kind) -> Self {
        let values = match kind {
            Kind::Time => Values::Time { ms: Vec::new(), scratch: Vec::new() },
            Kind::Ordinal => Values::Ordinal(Vec::new()),
            _ => Values::Text { bytes: Vec::new(), ends: vec![0] },
        };
        Self { node, kind, nulls: NullBufferBuilder::new(0), values }
    }

    /// Appends the row of record number `ordinal` whose value is `raw`. Gives the bytes of text added.
    ///
    /// `is_ascii` spares the look at UTF-8; it may be false for text that is ASCII.
    #[inline]
    pub(super) fn append(&mut self, raw: Raw<'_>, is_ascii: bool, ordinal: i64) -> Result<usize, Overflow> {
        let taken = take(raw.bytes, raw.escapes, self.kind);
        match &mut self.values {
            Values::Ordinal(numbers) => {
                numbers.push(ordinal);
                self.nulls.append_non_null();
                Ok(0)
            }
            Values::Time { ms, scratch } => {
                scratch.clear();
                append(taken, is_ascii, scratch);
                let time = std::str::from_utf8(scratch).ok().and_then(parse_time);
                ms.push(time.unwrap_or_default());
                self.nulls.append(time.is_some());
                Ok(0)
            }
            Values::Text { bytes, ends } => {
                let before = bytes.len();
                append(taken, is_ascii, bytes);
                let Ok(end) = i32::try_from(bytes.len()) else {
                    bytes.truncate(before);
                    return Err(Overflow);
                };
                ends.push(end);
                self.nulls.append(taken != Taken::Null);
                Ok(bytes.len() - before)
            }
        }
    }

    /// Takes back all rows but the first `rows`. Gives the bytes of text dropped.
    pub(super) fn truncate(&mut self, rows: usize) -> usize {
        if rows < self.nulls.len() {
            self.nulls.truncate(rows);
        }
        match &mut self.values {
            Values::Text { bytes, ends } => {
                ends.truncate(rows + 1);
                let end = ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or_default();
                let dropped = bytes.len() - end;
                bytes.truncate(end);
                dropped
            }
            Values::Time { ms: numbers, .. } | Values::Ordinal(numbers) => {
                numbers.truncate(rows);
                0
            }
        }
    }

    /// The rows as an array. The next rows find as much room as these took.
    pub(super) fn finish(&mut self) -> ArrayRef {
        let nulls = self.nulls.finish();
        match &mut self.values {
            Values::Text { bytes, ends } => {
                let room = (Vec::with_capacity(bytes.len()), Vec::with_capacity(ends.len()));
                let bytes = std::mem::replace(bytes, room.0);
                let rows = OffsetBuffer::new(ScalarBuffer::from(std::mem::replace(ends, room.1)));
                ends.push(0);
                let array = StringArray::try_new(rows, Buffer::from_vec(bytes), nulls);
                Arc::new(array.expect("only whole texts of UTF-8 are appended"))
            }
            Values::Time { ms, .. } => {
                let room = Vec::with_capacity(ms.len());
                let times = TimestampMillisecondArray::new(std::mem::replace(ms, room).into(), nulls);
                Arc::new(times.with_timezone("UTC"))
            }
            Values::Ordinal(numbers) => {
                let room = Vec::with_capacity(numbers.len());
                Arc::new(Int64Array::new(std::mem::replace(numbers, room).into(), nulls))
            }
        }
    }
}

/// Appends what was taken, as UTF-8.
#[inline]
fn append(taken: Taken<'_>, is_ascii: bool, to: &mut Vec<u8>) {
    match taken {
        Taken::Null => {}
        Taken::Raw(raw) if is_ascii => to.extend_from_slice(raw),
        Taken::Raw(raw) => append_lossy(raw, to),
        Taken::Escaped(inside) => unescape(inside, to),
        Taken::Word(word) => to.extend_from_slice(word.as_bytes()),
    }
}
