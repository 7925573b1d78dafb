//! The texts of records that were found: in memory while they are few, in a temporary file when they are many.

use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use tempfile::SpooledTempFile;

/// What is held in memory.
const IN_MEMORY: usize = 32 << 20;
/// What is written at once.
const AT_ONCE: usize = 1 << 20;

/// See the file.
#[derive(Debug)]
pub(super) struct Records {
    file: Mutex<BufWriter<SpooledTempFile>>,
    length: u64,
}

/// Where a text is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    start: u64,
    length: usize,
}

impl Place {
    /// Bytes of the text.
    pub(super) fn length(self) -> usize {
        self.length
    }
}

impl Default for Records {
    fn default() -> Self {
        let file = BufWriter::with_capacity(AT_ONCE, SpooledTempFile::new(IN_MEMORY));
        Self { file: Mutex::new(file), length: 0 }
    }
}

impl Records {
    pub(super) fn push(&mut self, text: &str) -> io::Result<Place> {
        let place = Place { start: self.length, length: text.len() };
        self.file.get_mut().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes())?;
        self.length += text.len() as u64;
        Ok(place)
    }

    pub(super) fn get(&self, place: Place) -> io::Result<String> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = vec![0; place.length];
        file.flush()?;
        let file = file.get_mut();
        file.seek(SeekFrom::Start(place.start))?;
        file.read_exact(&mut text)?;
        file.seek(SeekFrom::End(0))?;
        String::from_utf8(text).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_in_any_order() {
        let mut records = Records::default();
        let places: Vec<_> = ["one", "", "zwölf"].map(|text| records.push(text).expect("room")).into();
        let more = records.push("more").expect("room");
        let texts: Vec<_> = places.iter().rev().map(|place| records.get(*place).expect("a text")).collect();
        assert_eq!(texts, ["zwölf", "", "one"]);
        assert_eq!(records.get(more).expect("a text"), "more");
    }
}
