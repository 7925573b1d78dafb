//! `LIKE`: Trino has no escape character unless the query names one; DataFusion's is the backslash.

use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use super::build::{call, text};
use crate::functions::pattern::with_backslashes;

/// Gives a pattern the same meaning for DataFusion.
pub(super) fn rewrite(expr: &mut Expr) {
    let (Expr::Like { pattern, escape_char, .. } | Expr::ILike { pattern, escape_char, .. }) = expr else { return };
    let escape = escape_char.as_ref().and_then(character);
    // A computed pattern with this one is DataFusion's already.
    if escape == Some('\\') && !matches!(pattern.as_ref(), Expr::Value(_)) {
        return;
    }
    match pattern.as_mut() {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(pattern), .. }) => {
            if escape.is_none() && !pattern.contains('\\') {
                return;
            }
            *pattern = with_backslashes(pattern, escape);
        }
        pattern => {
            let escape = escape.map_or_else(String::new, String::from);
            *pattern = call("like_pattern", [pattern.clone(), text(&escape)]);
        }
    }
    *escape_char = Some(Value::SingleQuotedString("\\".to_owned()).with_empty_span());
}

fn character(value: &ValueWithSpan) -> Option<char> {
    match &value.value {
        Value::SingleQuotedString(text) => text.chars().next(),
        _ => None,
    }
}
