//! A pattern in words: what it asks, and what becomes of records without the field.

use super::ast::{Comparison, Condition, Order, Pattern, Term, Test, Value};
use super::{LONGEST, MOST_REGEXES, MOST_WILDCARDS};
use crate::functions::selector::Part;

/// The pattern as lines, the deeper the further in.
#[must_use]
pub fn explain(pattern: &Pattern) -> Vec<String> {
    let mut lines = Vec::new();
    match pattern {
        Pattern::Everything => lines.push("every record matches".to_owned()),
        Pattern::Fields(condition) => {
            lines.push("a record matches when".to_owned());
            tree(condition, 1, &mut lines);
            lines.push(quotas(pattern, condition));
        }
        Pattern::Terms(terms) => {
            let mut add = |what: &str, terms: &[Term]| {
                if !terms.is_empty() {
                    lines
                        .push(format!("  {what}: {}", terms.iter().map(Term::to_string).collect::<Vec<_>>().join(" ")));
                }
            };
            let is_alone = terms.required.is_empty() && terms.excluded.is_empty();
            add("all of these are in it", &terms.required);
            add(if is_alone { "one of these is in it" } else { "passed over next to other terms" }, &terms.optional);
            add("none of these is in it", &terms.excluded);
            lines.insert(0, "a record matches when, in its text, case included,".to_owned());
        }
    }
    lines
}

fn tree(condition: &Condition, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let (parts, word) = match condition {
        Condition::Compare(comparison) => return lines.push(format!("{indent}{}", sentence(comparison))),
        Condition::All(parts) => (parts, "all of"),
        Condition::Any(parts) => (parts, "any of"),
    };
    lines.push(format!("{indent}{word}"));
    parts.iter().for_each(|part| tree(part, depth + 1, lines));
}

fn sentence(comparison: &Comparison) -> String {
    let Comparison { selector, test, .. } = comparison;
    let is_many = selector.parts.iter().any(Part::is_wildcard);
    let subject = if is_many { format!("a value of `{selector}`") } else { format!("`{selector}`") };
    let asked = match test {
        Test::Equal(Value::Any) => "is there: a string, a number or a boolean".to_owned(),
        Test::Equal(Value::Text(text)) if text.exact().is_some() => format!("is {text}"),
        Test::Equal(Value::Text(text)) => format!("is like {text}"),
        Test::Equal(Value::Number(number)) => format!("is the number {0}, or the text \"{0}\"", number.text()),
        Test::Equal(Value::Regex(regex)) => format!("has a match of %{}%", regex.written()),
        Test::Differs(Value::Any) => return format!("never: nothing differs from `*` (`{selector}`)"),
        Test::Differs(Value::Text(text)) if text.exact().is_some() => format!("is there and is not {text}"),
        Test::Differs(Value::Text(text)) => format!("is there and is not like {text}"),
        Test::Differs(Value::Number(number)) => format!("is there and is not the number {}", number.text()),
        Test::Differs(Value::Regex(regex)) => format!("is there and has no match of %{}%", regex.written()),
        Test::Order(order, number) => {
            let word = match order {
                Order::Less => "less than",
                Order::AtMost => "at most",
                Order::Greater => "greater than",
                Order::AtLeast => "at least",
            };
            format!("is a number, {word} {}", number.text())
        }
        Test::Null => "is null".to_owned(),
        Test::True => "is true".to_owned(),
        Test::False => "is false".to_owned(),
        Test::Absent if is_many => return format!("`{selector}` leads to nothing"),
        Test::Absent => "is not there; null is there".to_owned(),
    };
    let absent = if matches!(test, Test::Absent) { "" } else { "  (no match where it is absent)" };
    format!("{subject} {asked}{absent}")
}

fn quotas(pattern: &Pattern, condition: &Condition) -> String {
    let (mut regexes, mut wildcards) = (0, 0);
    condition.each(&mut |comparison| {
        regexes +=
            usize::from(matches!(&comparison.test, Test::Equal(Value::Regex(_)) | Test::Differs(Value::Regex(_))));
        wildcards += usize::from(comparison.selector.parts.iter().any(Part::is_wildcard));
    });
    let length = pattern.to_string().chars().count();
    format!(
        "quotas of CloudWatch: {length} of {LONGEST} characters, {regexes} of {MOST_REGEXES} regular expressions, \
         {wildcards} of {MOST_WILDCARDS} selectors with a wildcard"
    )
}
