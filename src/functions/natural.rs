//! Natural order: numbers by value, and digits inside text by value too.
//!
//! Source: CloudWatch Logs User Guide, "sort": what is no number comes before numbers; text is cut into runs of
//! digits and of other characters, the former compared by length and then by value, the latter by character.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, BinaryArray, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, ScalarUDF};

use super::kernel::kernel;
use super::{Function, number};

/// What SQL may call of this family.
pub(super) const NATURAL: &[Function] = &[
    Function::ours(
        "natural_key",
        "natural_key(text)",
        "What a text is ordered by in natural order: numbers by value, after other text; digits inside text by value too.",
        &[("natural_key('x9') < natural_key('x10')", "true"), ("natural_key('z') < natural_key('-5')", "true")],
        natural_key,
    ),
    Function::ours(
        "natural_text",
        "natural_text(key)",
        "The text that a natural key was made of.",
        &[("natural_text(natural_key('x10'))", "x10")],
        natural_text,
    ),
];

/// First byte of the key of text that is no number.
const TEXT: u8 = 0;
/// First byte of the key of a number.
const NUMBER: u8 = 1;

/// `natural_key(text)`: bytes that compare as the texts do in natural order.
#[must_use]
pub fn natural_key() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("natural_key", vec![DataType::Utf8], DataType::Binary, |texts, _| {
            let keys: BinaryArray = texts.as_string::<i32>().iter().map(|text| text.map(key)).collect();
            Ok(Arc::new(keys) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// `natural_text(key)`: the text a key was made of.
#[must_use]
pub fn natural_text() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("natural_text", vec![DataType::Binary], DataType::Utf8, |keys, _| {
            let texts: StringArray = keys.as_binary::<i32>().iter().map(|key| text(key?)).collect();
            Ok(Arc::new(texts) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// The key of a text column, row by row.
#[must_use]
pub fn key_of(text: Expr) -> Expr {
    natural_key().call(vec![text])
}

/// A number is its eight bytes in the order of values, then its text; other text is itself, with the length of
/// every run of digits written before it. That length stands after a `0`, so that a run compares with other
/// characters as a digit does.
fn key(text: &str) -> Vec<u8> {
    if let Some(number) = number::parse(text) {
        let mut key = Vec::with_capacity(9 + text.len());
        key.push(NUMBER);
        key.extend(ordered(number).to_be_bytes());
        key.extend(text.as_bytes());
        return key;
    }
    let mut key = Vec::with_capacity(text.len() + 8);
    key.push(TEXT);
    let mut rest = text.as_bytes();
    while let Some(byte) = rest.first() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            key.push(*byte);
            rest = &rest[1..];
            continue;
        }
        key.push(b'0');
        key.extend(u32::try_from(digits).unwrap_or(u32::MAX).to_be_bytes());
        key.extend(&rest[..digits]);
        rest = &rest[digits..];
    }
    key
}

/// Bits that compare as unsigned numbers the way the numbers do.
fn ordered(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 0 { bits | (1 << 63) } else { !bits }
}

fn text(key: &[u8]) -> Option<String> {
    let (kind, mut rest) = key.split_first()?;
    if *kind == NUMBER {
        return Some(String::from_utf8_lossy(rest.get(8..)?).into_owned());
    }
    let mut text = Vec::with_capacity(rest.len());
    while let Some(byte) = rest.first() {
        if *byte != b'0' {
            text.push(*byte);
            rest = &rest[1..];
            continue;
        }
        let length: [u8; 4] = rest.get(1..5)?.try_into().ok()?;
        let digits = rest.get(5..)?.get(..u32::from_be_bytes(length) as usize)?;
        text.extend(digits);
        rest = &rest[5 + digits.len()..];
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_comes_before_numbers_and_digits_count() {
        let ordered = [
            "", "7b", "40b", "900_", "a", "a1", "a01", "b", "x9", "x10", "x10a", "é", "-5", "0", "2", "9", "10", "1e3",
        ];
        for pair in ordered.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
        }
    }

    proptest! {
        #[test]
        fn a_key_keeps_its_text(value in "\\PC*|[0-9a-z.]*") {
            prop_assert_eq!(text(&key(&value)), Some(value));
        }

        #[test]
        fn numbers_compare_by_value(a in any::<i32>(), b in any::<f32>().prop_filter("finite", |b| b.is_finite())) {
            let b = f64::from(b);
            prop_assert_eq!(key(&a.to_string()) < key(&b.to_string()), f64::from(a) < b);
        }
    }
}
