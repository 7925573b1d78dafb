//! Words people bring from other languages, and what says the same here.

use super::parser::Parser;
use super::token::TokenKind;
use crate::diag::Diagnostic;

/// The remedy for a command of another language.
pub(super) fn command(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "where" | "search" | "having" => "write `filter`",
        "select" | "project" | "table" => "write `fields`, or `display` for the last choice of columns",
        "field" => "write `fields`",
        "group" | "groupby" | "summarize" | "summarise" | "aggregate" => "write `stats … by …`",
        "eval" | "extend" | "let" | "set" => "write `fields … as name`",
        "top" | "rare" => "write `stats count(*) by x | sort count(*) desc | limit 10`",
        "order" | "orderby" => "write `sort`",
        "take" => "write `limit`",
        "rex" | "extract" | "regex" => "write `parse`",
        "from" => "the archive is chosen outside the query; begin with `filter`, `fields` or `stats`",
        "distinct" | "uniq" => "write `dedup`, or `stats count(*) by …`",
        _ => return None,
    })
}

/// The remedy for a function of another language.
pub(super) fn function(word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let remedy = match word.as_str() {
        "contains" | "includes" => "`strcontains(text, part)`, or the operator `like`",
        "length" | "len" | "char_length" => "`strlen`",
        "lower" | "lcase" => "`tolower`",
        "upper" | "ucase" => "`toupper`",
        "substring" | "mid" | "left" => "`substr`, which counts from 0",
        "dc" | "distinct_count" | "approx_distinct" | "countdistinct" => "`count_distinct`",
        "median" => "`pct(x, 50)`",
        "percentile" | "quantile" => "`pct(x, 95)`",
        "isnull" => "`not ispresent(x)`",
        "exists" | "isnotnull" | "has" => "`ispresent`",
        "split" => "`parse`",
        "date_format" | "date_trunc" => "`datefloor`",
        "round" => "`floor(x + 0.5)`",
        "tonumber" | "to_number" | "cast" => "nothing: text that is a number counts as one wherever a number is wanted",
        "average" | "mean" => "`avg`",
        "first" => "`earliest`, or `sortsFirst`",
        "last" => "`latest`, or `sortsLast`",
        "ifnull" | "nvl" => "`coalesce`",
        "ln" => "`log`, which is natural",
        "startswith" | "starts_with" => "`like /^…/`",
        "endswith" | "ends_with" => "`like /…$/`",
        "regexp_like" | "matches" | "match" => "`like /…/`",
        _ => {
            let digits = word.strip_prefix('p').filter(|digits| digits.parse::<u8>().is_ok_and(|p| p <= 100))?;
            return Some(format!("write `pct(x, {digits})`"));
        }
    };
    Some(format!("write {remedy}"))
}

/// The error for an operator of another language at the cursor.
pub(super) fn operator(parser: &Parser<'_>) -> Option<Diagnostic> {
    let found = parser.token();
    let text = parser.slice(found.span);
    let error = |remedy: &str| {
        Some(
            Diagnostic::error("I015", format!("`{text}` is no operator"))
                .at(found.span, "not an operator")
                .help(remedy),
        )
    };
    match found.kind {
        TokenKind::Ampersands => error("write `and`"),
        TokenKind::Greater if found.span.start > 0 && found.span.start == parser.last_end() => {
            error("write `!=` for what differs, `>=` for at least")
        }
        TokenKind::Word if parser.after_operand() => match text.to_ascii_lowercase().as_str() {
            "exists" => error("write `ispresent(field)`"),
            "is" => error("write `ispresent(field)`, or `not ispresent(field)` for `is null`"),
            "contains" | "ilike" | "matches" | "rlike" | "regexp" | "startswith" | "endswith" => {
                error("write `like \"text\"` or `like /pattern/`, with `(?i)` for any case")
            }
            "between" => error("write `x >= a and x <= b`"),
            "eq" | "equals" => error("write `=`"),
            "group" => error("write `by` before the group's fields"),
            "where" => error("write `| filter`"),
            _ => None,
        },
        _ => None,
    }
}
