//! Selectors of CloudWatch's metric filters over JSON: what they lead to, and tests of that.
//!
//! Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters".

mod decimal;
mod path;

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::ScalarUDF;
use regex::Regex;

pub use decimal::Decimal;
pub use path::{Part, is_name, parse, write};

use super::Function;
use super::kernel::kernel;
use crate::record;
use crate::schema::Kind;

/// What SQL may call of this family.
pub(super) const SELECTOR: &[Function] = &[
    Function::ours(
        "selector_test",
        "selector_test(json, '$.selector', test, operand)",
        "Whether a value that a selector of CloudWatch leads to passes: `matches` or `differs` from a regular \
         expression, `exists`, `null`, `true`, `false`, `absent`, or `=` `!=` `<` `<=` `>` `>=` next to a number.",
        &[
            (r#"selector_test('[{"a":"x"},{"a":"y"}]', '$[*].a', 'matches', '^y$')"#, "true"),
            (r#"selector_test('{"a":25e1}', '$.a', '=', '250')"#, "true"),
            (r#"selector_test('{"a":"many"}', '$.a', '>', '5')"#, "false"),
            (r#"selector_test('{"a":true}', '$.a', 'matches', 'true')"#, "false"),
            (r#"selector_test('{"a":null}', '$.a', 'absent', '')"#, "false"),
        ],
        selector_test,
    ),
    Function::ours(
        "selector_text",
        "selector_text(json, '$.selector')",
        "The first string, number or boolean that a selector of CloudWatch leads to, as text.",
        &[(r#"selector_text('{"a":[{},{"b":7}]}', '$.a[*].b')"#, "7"), ("selector_text('{}', '$.a')", "NULL")],
        selector_text,
    ),
];

/// `selector_test(json, selector, test, operand)`: true or false, never null.
#[must_use]
pub fn selector_test() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("selector_test", vec![DataType::Utf8; 4], DataType::Boolean, |texts, constants| {
            let [selector, test, operand] = constants else { return exec_err!("`selector_test` takes four arguments") };
            let parts = parts(selector)?;
            let test = Test::new(text(test), text(operand))?;
            let passes = |json: &str| {
                let mut passes = |value: &str| test.passes(value);
                match test {
                    Test::Absent => !path::walk(json, &parts, &mut |_: &str| true),
                    _ => path::walk(json, &parts, &mut passes),
                }
            };
            let absent = matches!(test, Test::Absent);
            let each = texts.as_string::<i32>().iter().map(|json| Some(json.map_or(absent, passes)));
            Ok(Arc::new(each.collect::<BooleanArray>()) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// `selector_text(json, selector)`
#[must_use]
pub fn selector_text() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("selector_text", vec![DataType::Utf8; 2], DataType::Utf8, |texts, constants| {
            let [selector] = constants else { return exec_err!("`selector_text` takes two arguments") };
            let parts = parts(selector)?;
            let first = |json: &str| {
                let mut found = None;
                path::walk(json, &parts, &mut |value: &str| {
                    found = record::extract(value, &[], Kind::Scalar).map(|text| text.into_owned());
                    found.is_some()
                });
                found
            };
            let each = texts.as_string::<i32>().iter().map(|json| first(json?));
            Ok(Arc::new(each.collect::<StringArray>()) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

fn text(value: &ScalarValue) -> &str {
    value.try_as_str().flatten().unwrap_or_default()
}

fn parts(selector: &ScalarValue) -> Result<Vec<Part>> {
    let selector = text(selector);
    match parse(selector) {
        Some(parts) => Ok(parts),
        None => exec_err!("`{selector}` is no selector; expected one such as `$.resources[*].ARN`"),
    }
}

/// What a value is asked.
enum Test {
    Matches(Box<Regex>),
    Differs(Box<Regex>),
    Exists,
    Null,
    True,
    False,
    Absent,
    /// `=` or `!=`: the number, or its text.
    Equals(bool, Decimal, String),
    Order(fn(Ordering) -> bool, Decimal),
}

impl Test {
    fn new(test: &str, operand: &str) -> Result<Self> {
        let regex = || match Regex::new(operand) {
            Ok(regex) => Ok(Box::new(regex)),
            Err(error) => exec_err!("`{operand}` is no regular expression: {error}"),
        };
        let number = || match Decimal::parse(operand) {
            Some(number) => Ok(number),
            None => exec_err!("`{operand}` is no number"),
        };
        Ok(match test {
            "matches" => Self::Matches(regex()?),
            "differs" => Self::Differs(regex()?),
            "exists" => Self::Exists,
            "null" => Self::Null,
            "true" => Self::True,
            "false" => Self::False,
            "absent" => Self::Absent,
            "=" => Self::Equals(true, number()?, operand.to_owned()),
            "!=" => Self::Equals(false, number()?, operand.to_owned()),
            "<" => Self::Order(Ordering::is_lt, number()?),
            "<=" => Self::Order(Ordering::is_le, number()?),
            ">" => Self::Order(Ordering::is_gt, number()?),
            ">=" => Self::Order(Ordering::is_ge, number()?),
            _ => return exec_err!("`{test}` is no test of a selector"),
        })
    }

    /// Whether a value passes, given as raw JSON without white space around it.
    fn passes(&self, raw: &str) -> bool {
        let first = raw.as_bytes().first();
        let is_scalar = !matches!(first, None | Some(b'{' | b'[' | b'n'));
        // A boolean is never text.
        let is_text = is_scalar && !matches!(first, Some(b't' | b'f'));
        let text = || record::extract(raw, &[], Kind::Text).filter(|_| is_text);
        match self {
            Self::Matches(regex) => text().is_some_and(|text| regex.is_match(&text)),
            Self::Differs(regex) => is_scalar && !text().is_some_and(|text| regex.is_match(&text)),
            Self::Exists => is_scalar,
            Self::Null => raw == "null",
            Self::True => raw == "true",
            Self::False => raw == "false",
            Self::Absent => false,
            Self::Equals(wanted, number, written) => {
                let equal = match first {
                    Some(b'"') => text().is_some_and(|text| text == *written),
                    _ => Decimal::parse(raw).is_some_and(|found| found == *number),
                };
                is_scalar && equal == *wanted
            }
            Self::Order(fits, number) => Decimal::parse(raw).is_some_and(|found| fits(found.cmp(number))),
        }
    }
}
