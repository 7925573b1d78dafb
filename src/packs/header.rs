//! The header of a saved query: `key: value` in the comments above it.

use super::Level;
use crate::session::Language;

/// What a saved query says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What is found, in a few words.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Techniques of MITRE ATT&CK.
    pub attack: Vec<String>,
    /// How bad a finding is.
    pub level: Level,
    /// What else it finds.
    pub noisy: String,
    /// Where the facts come from.
    pub source: String,
}

const KEYS: &[&str] = &["title", "why", "attack", "level", "noisy", "source"];

impl Header {
    /// Reads the comments at the beginning of a text.
    ///
    /// # Errors
    /// When a required key is missing, stands twice, or is none of ours.
    pub(super) fn parse(text: &str, language: Language) -> Result<Self, String> {
        let mark = match language {
            Language::Sql => "--",
            Language::Insights | Language::Filter => "#",
        };
        let mut values: Vec<(&str, String)> = Vec::new();
        for line in text.lines() {
            let Some(comment) = line.trim_start().strip_prefix(mark) else { break };
            for field in fields(comment) {
                let Some((key, value)) = field.split_once(':') else {
                    return Err(format!("`{field}` is no `key: value`"));
                };
                let known = KEYS.iter().find(|known| **known == key.trim());
                let key =
                    *known.ok_or_else(|| format!("`{key}` is no key of a header; there are {}", KEYS.join(", ")))?;
                if values.iter().any(|(known, _)| *known == key) {
                    return Err(format!("`{key}` stands twice in the header"));
                }
                values.push((key, value.trim().to_owned()));
            }
        }
        let take = |key: &str| {
            let found = values.iter().find(|(known, value)| *known == key && !value.is_empty());
            found.map(|(_, value)| value.clone()).ok_or_else(|| format!("the header has no `{key}`"))
        };
        Ok(Self {
            title: take("title")?,
            why: take("why")?,
            attack: take("attack")?.split(',').map(|technique| technique.trim().to_owned()).collect(),
            level: take("level")?.parse()?,
            noisy: take("noisy")?,
            source: take("source")?,
        })
    }
}

/// The fields of one line. It may hold several, set apart by blanks: `attack: T1110        level: low`.
fn fields(comment: &str) -> impl Iterator<Item = &str> {
    let is_key = |rest: &str| {
        KEYS.iter().any(|key| rest.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
    };
    let mut rest = Some(comment.trim());
    std::iter::from_fn(move || {
        let line = rest.take().filter(|line| !line.is_empty())?;
        let end = line.match_indices("  ").map(|(at, _)| at).find(|at| is_key(&line[*at..]));
        rest = end.map(|end| line[end..].trim());
        Some(line[..end.unwrap_or(line.len())].trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
-- title:  Root use
-- why:    It deserves a question.
-- attack: T1078.004, T1078        level: high
-- noisy:  during account setup
-- source: IAM User Guide
SELECT 1";

    #[test]
    fn a_header_is_read_from_the_comments() {
        let header = Header::parse(TEXT, Language::Sql).expect("a header");
        assert_eq!((header.title.as_str(), header.level), ("Root use", Level::High));
        assert_eq!(header.attack, ["T1078.004", "T1078"]);
    }

    #[test]
    fn values_may_stand_in_a_row_below_each_other() {
        let text = TEXT.replace("-- why: ", "-- why:       ");
        let header = Header::parse(&text, Language::Sql).expect("a header");
        assert_eq!(header.why, "It deserves a question.");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let check = |text: &str, message: &str| {
            let error = Header::parse(text, Language::Sql).expect_err(text);
            assert!(error.contains(message), "{error}");
        };
        check(&TEXT.replace("-- why:    It deserves a question.\n", ""), "`why`");
        check(&TEXT.replace("noisy", "noise"), "`noise`");
        check(&TEXT.replace("high", "huge"), "`huge`");
    }
}
