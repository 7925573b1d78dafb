//! One wanted leaf's column while it grows.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray, TimestampMillisecondArray};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use super::text::{Taken, append_compact, append_lossy, take, unescape};
use super::time::parse_time_bytes;
use super::tree::NodeId;
use super::walk::Raw;
use crate::schema::Kind;

/// One row per record up to the last that has a value; the rows behind it are null, and appended when they matter. Most
/// records have few of many wanted leaves.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) node: NodeId,
    kind: Kind,
    present: Present,
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
        Self { node, kind, present: Present::default(), values }
    }

    /// Appends row number `row`, of record number `ordinal`, whose value is `raw`. Gives the bytes of text added.
    ///
    /// `is_utf8` spares the look at UTF-8; it may be false for text that is.
    #[inline]
    pub(super) fn append(&mut self, row: usize, raw: Raw<'_>, is_utf8: bool, ordinal: i64) -> Result<usize, Overflow> {
        if raw.bytes.is_empty() {
            return Ok(0);
        }
        self.pad(row);
        let taken = take(raw.bytes, raw.escapes, self.kind);
        match &mut self.values {
            Values::Ordinal(numbers) => {
                numbers.push(ordinal);
                self.present.push(true);
                Ok(0)
            }
            Values::Time { ms, scratch } => {
                let time = match taken {
                    Taken::Raw(raw) => parse_time_bytes(raw),
                    taken => {
                        scratch.clear();
                        append(taken, is_utf8, scratch);
                        parse_time_bytes(scratch)
                    }
                };
                ms.push(time.unwrap_or_default());
                self.present.push(time.is_some());
                Ok(0)
            }
            Values::Text { bytes, ends } => {
                let before = bytes.len();
                append(taken, is_utf8, bytes);
                let Ok(end) = i32::try_from(bytes.len()) else {
                    bytes.truncate(before);
                    return Err(Overflow);
                };
                ends.push(end);
                self.present.push(taken != Taken::Null);
                Ok(bytes.len() - before)
            }
        }
    }

    /// Appends nulls until there are `rows` rows.
    #[inline]
    fn pad(&mut self, rows: usize) {
        if self.present.rows >= rows {
            return;
        }
        self.present.pad(rows);
        match &mut self.values {
            Values::Text { ends, .. } => {
                let end = ends.last().copied().unwrap_or_default();
                ends.resize(rows + 1, end);
            }
            Values::Time { ms: numbers, .. } | Values::Ordinal(numbers) => numbers.resize(rows, 0),
        }
    }

    /// Takes back all rows but the first `rows`. Gives the bytes of text dropped.
    pub(super) fn truncate(&mut self, rows: usize) -> usize {
        self.present.truncate(rows);
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

    /// So many rows as an array. The next rows find as much room as these took.
    pub(super) fn finish(&mut self, rows: usize) -> ArrayRef {
        self.pad(rows);
        let nulls = std::mem::take(&mut self.present).finish();
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
fn append(taken: Taken<'_>, is_utf8: bool, to: &mut Vec<u8>) {
    match taken {
        Taken::Null => {}
        Taken::Raw(raw) if is_utf8 => to.extend_from_slice(raw),
        Taken::Raw(raw) => append_lossy(raw, to),
        Taken::Escaped(inside) => unescape(inside, to),
        Taken::Spaced(raw) => append_compact(raw, to),
        Taken::Word(word) => to.extend_from_slice(word.as_bytes()),
    }
}

/// Which rows have a value.
#[derive(Debug, Default)]
struct Present {
    /// One bit per row, the lowest first.
    bits: Vec<u8>,
    rows: usize,
}

impl Present {
    #[inline(always)]
    fn push(&mut self, present: bool) {
        let bit = u8::from(present) << (self.rows % 8);
        match self.bits.last_mut() {
            Some(byte) if !self.rows.is_multiple_of(8) => *byte |= bit,
            _ => self.bits.push(bit),
        }
        self.rows += 1;
    }

    /// Appends rows without a value.
    fn pad(&mut self, rows: usize) {
        // Bits behind the last row are never set.
        self.bits.resize(rows.div_ceil(8), 0);
        self.rows = rows;
    }

    fn truncate(&mut self, rows: usize) {
        if rows < self.rows {
            self.rows = rows;
            self.bits.truncate(rows.div_ceil(8));
            if let Some(byte) = self.bits.last_mut()
                && !rows.is_multiple_of(8)
            {
                *byte &= (1 << (rows % 8)) - 1;
            }
        }
    }

    /// None when every row has a value.
    fn finish(self) -> Option<NullBuffer> {
        let nulls = NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(self.bits), 0, self.rows));
        (nulls.null_count() > 0).then_some(nulls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_taken_back_leave_no_trace() {
        for first in 0..20 {
            let mut column = Column::new(0, Kind::Text);
            let append = |column: &mut Column, row: usize, text: &str| {
                column.append(row, Raw { bytes: text.as_bytes(), escapes: true }, false, 0).expect("small");
            };
            // Rows without a value are left out, or null.
            (0..first).for_each(|row| append(&mut column, row, ["", "\"a\"", "null"][row % 3]));
            (0..5).for_each(|row| append(&mut column, first + row, "\"dropped\""));
            assert_eq!(column.truncate(first), 35);
            append(&mut column, first, "null");
            append(&mut column, first + 1, "1");
            let expected = (0..first).map(|row| (row % 3 == 1).then_some("a")).chain([None, Some("1"), None]);
            let array = column.finish(first + 3);
            assert_eq!(*array, StringArray::from_iter(expected));
            assert_eq!(column.finish(0).len(), 0);
        }
    }
}
