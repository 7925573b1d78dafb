//! The languages a question can be asked in, and how to tell which one a text is in.

use crate::insights::commands;
use crate::output::ValueStyle;

/// A language that questions are asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// SQL, as for Athena.
    Sql,
    /// CloudWatch Logs Insights.
    Insights,
    /// Metric-filter patterns of CloudWatch Logs.
    Filter,
    /// Sigma rules.
    Sigma,
}

/// What a statement of SQL begins with.
const SQL_WORDS: &[&str] = &[
    "select",
    "with",
    "show",
    "describe",
    "desc",
    "explain",
    "create",
    "drop",
    "alter",
    "values",
    "table",
    "set",
    "reset",
    "prepare",
    "execute",
    "deallocate",
    "insert",
    "update",
    "delete",
    "merge",
    "copy",
    "truncate",
    "msck",
    "unload",
];

impl Language {
    /// By the name of `--lang`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "sql" => Some(Self::Sql),
            "insights" | "cwli" => Some(Self::Insights),
            "filter" => Some(Self::Filter),
            "sigma" | "yml" | "yaml" => Some(Self::Sigma),
            _ => None,
        }
    }

    /// The name of `--lang`, which is also the ending of a file that holds such a query.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Insights => "insights",
            Self::Filter => "filter",
            Self::Sigma => "yml",
        }
    }

    /// By the ending of a file's name.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        Self::named(name.rsplit_once('.')?.1)
    }

    /// By the text itself: its first word, and where that says nothing, whether it has a pipe.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let begins = |key: &str| text.lines().any(|line| line.starts_with(key));
        if begins("detection:") && (begins("logsource:") || begins("title:")) {
            return Self::Sigma;
        }
        let mut rest = text.trim_start();
        // Comments of either language may stand first.
        loop {
            let after = match rest {
                _ if rest.starts_with("--") || rest.starts_with('#') => rest.find('\n').map(|end| &rest[end..]),
                _ if rest.starts_with("/*") => rest.find("*/").map(|end| &rest[end + 2..]),
                _ => break,
            };
            rest = after.unwrap_or_default().trim_start();
        }
        // Nothing but a pattern begins with a brace.
        if rest.starts_with('{') {
            return Self::Filter;
        }
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        let mut words = rest.split(|c| !is_letter(c)).filter(|word| !word.is_empty()).map(str::to_lowercase);
        let mut word = words.next().unwrap_or_default();
        let explains = word == "explain";
        while matches!(word.as_str(), "explain" | "analyze") {
            word = words.next().unwrap_or_default();
        }
        let is_command = commands::ALL.iter().any(|row| row.name.eq_ignore_ascii_case(&word));
        if explains && !is_command || rest.starts_with('(') || SQL_WORDS.contains(&word.as_str()) {
            Self::Sql
        } else if is_command || rest.contains('|') {
            Self::Insights
        } else {
            Self::Sql
        }
    }

    /// What begins a comment that ends with its line.
    #[must_use]
    pub fn comment(self) -> &'static str {
        match self {
            Self::Sql => "--",
            Self::Insights | Self::Filter | Self::Sigma => "#",
        }
    }

    /// How values of its answers become text.
    #[must_use]
    pub fn style(self) -> ValueStyle {
        match self {
            Self::Sql | Self::Filter | Self::Sigma => ValueStyle::Sql,
            Self::Insights => ValueStyle::Insights,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_its_language() {
        let check = |text, expected| assert_eq!(Language::of_text(text), expected, "{text}");
        check("SELECT 1", Language::Sql);
        check("-- why\nWITH x AS (SELECT 1) SELECT * FROM x", Language::Sql);
        check("# why\nfilter eventName = 'x'", Language::Insights);
        check("| stats count(*)", Language::Insights);
        check("stat count(*) | limit 1", Language::Insights);
        check("fields @timestamp", Language::Insights);
        check("SELEC 1", Language::Sql);
        check("EXPLAIN SELECT 'a|b'", Language::Sql);
        check("explain analyze filter eventName = 'x'", Language::Insights);
        assert_eq!(Language::of_file("a/b.cwli"), Some(Language::Insights));
        check("{ $.eventName = \"x\" || $.a = 1 }", Language::Filter);
        check("# why\n{($.a = 1)}", Language::Filter);
        assert_eq!(Language::of_file("a/b.filter"), Some(Language::Filter));
        assert_eq!(Language::of_file("a/b.sql"), Some(Language::Sql));
        check("title: x\nlogsource:\n  product: aws\ndetection:\n  a: b\n", Language::Sigma);
        assert_eq!(Language::of_file("a/b.yml"), Some(Language::Sigma));
        assert_eq!(Language::of_file("b.txt"), None);
    }
}
