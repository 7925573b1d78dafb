//! Regular expressions.

use datafusion::logical_expr::Expr;

use super::Target;
use super::expr::{Writer, Writes};
use super::literal::text;

impl Writer<'_> {
    /// A regular expression: Rust names groups as Python does, Java otherwise.
    pub(super) fn pattern(&self, pattern: &Expr) -> Writes<String> {
        let Expr::Literal(value, _) = pattern else { return self.text(pattern) };
        let pattern = value.try_as_str().flatten().unwrap_or_default();
        let pattern = unescaped(pattern);
        Ok(match self.target {
            Target::Trailql => text(&pattern),
            Target::Athena => text(&pattern.replace("(?P<", "(?<")),
        })
    }
}

/// A pattern without the backslashes that nothing needs. Inside a class, or where blanks do not count, they mean more.
fn unescaped(pattern: &str) -> String {
    if pattern.contains('[') || pattern.strip_prefix("(?s)").unwrap_or(pattern).contains("(?") {
        return pattern.to_owned();
    }
    let mut written = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(next) if character == '\\' => {
                if !matches!(next, '-' | '#' | '&' | '/') {
                    written.push(character);
                }
                written.extend(characters.next());
            }
            _ => written.push(character),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_lose_the_backslashes_that_nothing_needs() {
        for (pattern, expected) in [
            (r"(?s)a\-b\.c\-d", r"(?s)a-b\.c-d"),
            (r"user\/(.*)", "user/(.*)"),
            (r"[a\-z]", r"[a\-z]"),
            (r"(?x)\#", r"(?x)\#"),
            (r"a\\-", r"a\\-"),
        ] {
            assert_eq!(unescaped(pattern), expected);
        }
    }
}
