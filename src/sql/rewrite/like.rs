//! `LIKE`: Trino has no escape character unless the query names one; DataFusion's is the backslash.

use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use super::build::{call, text};

/// Gives a pattern the same meaning for DataFusion.
pub(super) fn rewrite(expr: &mut Expr) {
    let (Expr::Like { pattern, escape_char, .. } | Expr::ILike { pattern, escape_char, .. }) = expr else { return };
    let escape = escape_char.take().and_then(|value| character(&value));
    match pattern.as_mut() {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(pattern), .. }) => {
            *pattern = with_backslashes(pattern, escape);
        }
        // Every backslash stands for itself.
        pattern if escape.is_none() => {
            *pattern = call("replace", [pattern.clone(), text("\\"), text("\\\\")]);
        }
        pattern => {
            let escape = escape.map_or_else(String::new, String::from);
            *pattern = call("like_pattern", [pattern.clone(), text(&escape)]);
        }
    }
}

fn character(value: &ValueWithSpan) -> Option<char> {
    match &value.value {
        Value::SingleQuotedString(text) => text.chars().next(),
        _ => None,
    }
}

fn with_backslashes(pattern: &str, escape: Option<char>) -> String {
    let mut mended = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if Some(character) == escape {
            let Some(escaped) = characters.next() else { break };
            if matches!(escaped, '%' | '_' | '\\') {
                mended.push('\\');
            }
            mended.push(escaped);
        } else {
            if character == '\\' {
                mended.push('\\');
            }
            mended.push(character);
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_character_escapes() {
        let check = |pattern, escape, expected| assert_eq!(with_backslashes(pattern, escape), expected, "{pattern}");
        check(r"a\%", None, r"a\\%");
        check("a!_%", Some('!'), r"a\_%");
        check("a!!b", Some('!'), "a!b");
        check(r"a\_b\\", Some('\\'), r"a\_b\\");
        check("100$%", Some('$'), r"100\%");
    }
}
