//! Values row by row: cells that may be missing go in, columns come out.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayAccessor, ArrayRef, BinaryBuilder, BooleanArray, Float64Array, Int64Array, ListBuilder, StringBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err};

/// What is in a row of a column.
pub(super) fn at<A: ArrayAccessor>(column: A, row: usize) -> Option<A::Item> {
    column.is_valid(row).then(|| column.value(row))
}

/// What is in a row of an argument that may be left out, which stands for `default` then.
pub(super) fn at_or<A: ArrayAccessor>(column: Option<A>, row: usize, default: A::Item) -> Option<A::Item> {
    column.map_or(Some(default), |column| at(column, row))
}

/// Integers, one for each row.
pub(super) fn integers(rows: usize, value: impl FnMut(usize) -> Option<Result<i64>>) -> Result<ArrayRef> {
    let mut value = value;
    let values: Int64Array = (0..rows).map(|row| value(row).transpose()).collect::<Result<_>>()?;
    Ok(Arc::new(values))
}

/// Doubles, one for each row.
pub(super) fn doubles(rows: usize, value: impl FnMut(usize) -> Option<f64>) -> Result<ArrayRef> {
    Ok(Arc::new((0..rows).map(value).collect::<Float64Array>()))
}

/// Truth, one for each row.
pub(super) fn booleans(rows: usize, value: impl FnMut(usize) -> Option<Result<bool>>) -> Result<ArrayRef> {
    let mut value = value;
    let values: BooleanArray = (0..rows).map(|row| value(row).transpose()).collect::<Result<_>>()?;
    Ok(Arc::new(values))
}

/// Texts, one for each row.
pub(super) fn texts<T: AsRef<str>>(rows: usize, value: impl FnMut(usize) -> Option<Result<T>>) -> Result<ArrayRef> {
    let mut value = value;
    let mut room = Room::default();
    let mut texts = StringBuilder::new();
    for row in 0..rows {
        let text = value(row).transpose()?;
        room.take(text.as_ref().map_or(0, |text| text.as_ref().len()))?;
        texts.append_option(text);
    }
    Ok(Arc::new(texts.finish()))
}

/// Bytes, one for each row.
pub(super) fn bytes<T: AsRef<[u8]>>(rows: usize, value: impl FnMut(usize) -> Option<Result<T>>) -> Result<ArrayRef> {
    let mut value = value;
    let mut room = Room::default();
    let mut bytes = BinaryBuilder::new();
    for row in 0..rows {
        let value = value(row).transpose()?;
        room.take(value.as_ref().map_or(0, |value| value.as_ref().len()))?;
        bytes.append_option(value);
    }
    Ok(Arc::new(bytes.finish()))
}

/// Arrays of texts, one for each row.
pub(super) fn lists<T: AsRef<str>>(
    rows: usize,
    value: impl FnMut(usize) -> Option<Result<Vec<Option<T>>>>,
) -> Result<ArrayRef> {
    let mut value = value;
    let mut room = Room::default();
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in 0..rows {
        let list = value(row).transpose()?;
        for text in list.iter().flatten() {
            room.take(text.as_ref().map_or(1, |text| text.as_ref().len() + 1))?;
            lists.values().append_option(text.as_ref());
        }
        lists.append(list.is_some());
    }
    Ok(Arc::new(lists.finish()))
}

/// The type of [`lists`].
pub(super) fn list_of_texts() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
}

/// What is left of the text that one batch may become: a column cannot hold more than 2 GiB.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { left: 1 << 30 }
    }
}

impl Room {
    /// Counts bytes before they are appended.
    pub(super) fn take(&mut self, bytes: usize) -> Result<()> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => exec_err!("a function makes more than 1 GiB of text from one batch of rows"),
        }
    }
}

/// What is made of a text, such as a pattern, made anew only when another text comes.
#[derive(Debug)]
pub(super) struct Compiled<T> {
    make: fn(&str) -> Result<T>,
    last: Option<(String, T)>,
}

impl<T> Compiled<T> {
    pub(super) fn new(make: fn(&str) -> Result<T>) -> Self {
        Self { make, last: None }
    }

    /// What is made of this text.
    pub(super) fn of(&mut self, text: &str) -> Result<&T> {
        let made = match self.last.take() {
            Some((key, made)) if key == text => (key, made),
            _ => (text.to_owned(), (self.make)(text)?),
        };
        Ok(&self.last.insert(made).1)
    }
}
