//! Numbers in text: reading them where a number is wanted, writing them the shortest exact way.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::logical_expr::{Expr, ScalarUDF};

use super::Function;
use super::kernel::kernel;

/// What SQL may call of this family.
pub(super) const NUMBER: &[Function] = &[
    Function::ours(
        "to_number",
        "to_number(text)",
        "The number that a text as a whole is; NULL for other text.",
        &[("to_number('1e3')", "1000.0"), ("to_number('12ms')", "NULL")],
        to_number,
    ),
    Function::ours(
        "number_text",
        "number_text(number)",
        "A number as text: whole ones without decimals, others in their shortest form.",
        &[("number_text(8e0)", "8"), ("number_text(0.1e0)", "0.1")],
        number_text,
    ),
];

/// `to_number(text)`: the number a text is, null when the text as a whole is none.
#[must_use]
pub fn to_number() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("to_number", vec![DataType::Utf8], DataType::Float64, |texts, _| {
            let numbers: Float64Array = texts.as_string::<i32>().iter().map(|text| parse(text?)).collect();
            Ok(Arc::new(numbers) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// `number_text(number)`: whole numbers without decimals, others in their shortest exact form.
#[must_use]
pub fn number_text() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("number_text", vec![DataType::Float64], DataType::Utf8, |numbers, _| {
            let numbers = numbers.as_primitive::<Float64Type>();
            let texts: StringArray = numbers.iter().map(|number| Some(format(number?))).collect();
            Ok(Arc::new(texts) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// The number a text column holds, row by row.
#[must_use]
pub fn number_of(text: Expr) -> Expr {
    to_number().call(vec![text])
}

/// The number a text is. Words such as `inf` and `nan` are none, nor is a number among blanks.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    // Letters other than an exponent's would let words through.
    let could_be = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if could_be { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

/// A number as text: whole ones without decimals.
#[must_use]
pub fn format(number: f64) -> String {
    // The text of negative zero would have a sign.
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_is_a_number_as_a_whole_is_one() {
        for (text, expected) in [("12", 12.0), ("-1.5", -1.5), (".5", 0.5), ("1e3", 1000.0), ("000012", 12.0)] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in ["", " 1", "1 ", "inf", "NaN", "infinity", "0x1f", "1,000", "e", "-", "1e999", "12ms"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_no_decimals() {
        for (number, expected) in [(5.0, "5"), (-0.0, "0"), (0.1, "0.1"), (1e15, "1000000000000000")] {
            assert_eq!(format(number), expected);
        }
    }
}
