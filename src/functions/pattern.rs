//! A pattern of LIKE with another escape character, as DataFusion reads it.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::scalar::{Args, Scalar, Want, gives, takes};
use super::{Build, Function, Origin};

/// What SQL may call of this family.
pub(super) const PATTERN: &[Function] = &[Function {
    name: "like_pattern",
    aliases: &[],
    usage: "like_pattern(pattern, escape)",
    summary: "A pattern of LIKE whose escape character is the backslash; an empty escape means that there was none.",
    examples: &[(r"length(like_pattern('a!%', '!'))", "3"), (r"length(like_pattern('a\b', ''))", "4")],
    origin: Origin::Ours,
    build: Build::Scalar(|| {
        Scalar {
            name: "like_pattern",
            inputs: |types| takes("like_pattern", types, &[Want::Text, Want::Text], &[]),
            output: |_| Ok(gives(DataType::Utf8)),
            values: patterns,
        }
        .function()
    }),
}];

fn patterns(args: &Args<'_>) -> Result<ArrayRef> {
    let (patterns, escapes) = (args.texts(0)?, args.texts(1)?);
    let mended: StringArray = patterns
        .iter()
        .zip(&escapes)
        .map(|(pattern, escape)| Some(with_backslashes(pattern?, escape?.chars().next())))
        .collect();
    Ok(Arc::new(mended))
}

/// The pattern with backslashes where `escape` stood, and before every backslash that was a plain character.
#[must_use]
pub fn with_backslashes(pattern: &str, escape: Option<char>) -> String {
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
