//! Why a log file gives no rows.

/// What is wrong with one log file. Each sentence follows the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No bytes, or nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// The text does not begin as a document does.
    #[error("not JSON: expected `{{` or `[`, found {found}")]
    NotJson {
        /// The first byte, as a person reads it.
        found: String,
    },
    /// The text stops being JSON.
    #[error("broken JSON at line {line}, column {column}: expected {expected}")]
    Syntax {
        /// Byte position in the inflated text, after a byte order mark.
        offset: usize,
        /// Counted from 1.
        line: usize,
        /// Counted in characters, from 1.
        column: usize,
        /// What JSON would have had there.
        expected: &'static str,
    },
    /// The text ends inside a document.
    #[error("the JSON is cut off after {length} bytes")]
    CutOff {
        /// Bytes there are.
        length: usize,
    },
    /// The gzip stream ends early.
    #[error("the gzip data is cut off")]
    GzipCutOff,
    /// The gzip stream is not one, or fails its own checksum.
    #[error("the gzip data is corrupt")]
    GzipCorrupt,
    /// More text than [`Limits::inflated_bytes`](super::Limits::inflated_bytes), or a column beyond 2 GiB.
    #[error("the text is larger than {limit} bytes")]
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
    },
    /// More containers open at once than [`Limits::depth`](super::Limits::depth).
    #[error("the JSON is nested deeper than {limit} levels")]
    TooDeep {
        /// The bound, in containers.
        limit: usize,
    },
}

impl Error {
    /// The syntax error at a byte position of `text`.
    pub(super) fn syntax(text: &[u8], offset: usize, expected: &'static str) -> Self {
        let before = &text[..offset.min(text.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column = 1 + before[line_start..].iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Self::Syntax { offset, line, column, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_tells_line_and_column_in_characters() {
        let error = Error::syntax("{\n \"é\" 1}".as_bytes(), 8, "`:`");
        assert_eq!(error.to_string(), "broken JSON at line 2, column 6: expected `:`");
    }
}
