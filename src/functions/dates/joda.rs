//! The letters of Joda-Time, which `format_datetime` and `parse_datetime` take.

use datafusion::common::{Result, exec_err};

use super::mysql::literal;
use super::pattern::{Item, Number, Word};

/// Reads a format. A quote that is not closed takes what follows as it stands.
///
/// # Errors
/// When a letter has no meaning.
pub(super) fn compile(format: &str) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            rest = quoted(&rest[1..], &mut items);
            continue;
        }
        let after = rest.trim_start_matches(letter);
        if !letter.is_ascii_alphabetic() {
            rest = &rest[letter.len_utf8()..];
            literal(&mut items, letter);
            continue;
        }
        let count = rest.len() - after.len();
        rest = after;
        let is_month = rest.starts_with('M') && !rest.starts_with("MMM");
        let is_before_number = is_month || rest.starts_with(|next: char| NUMBERS.contains(next));
        match item(letter, count, is_before_number) {
            Some(item) => items.push(item),
            None => return exec_err!("`{letter}` in the format `{format}` is not supported; text stands in quotes"),
        }
    }
    Ok(items)
}

/// Letters that stand for numbers, whatever their count; months are words from three letters on.
const NUMBERS: &str = "CYxweyDdKhHkmsS";

fn item(letter: char, count: usize, is_before_number: bool) -> Option<Item> {
    /// Longer runs of a letter are of no use.
    const LONGEST: usize = 30;
    if count > LONGEST {
        return None;
    }
    let number = |part, most: usize| Some(Item::Number { part, width: count, most: most.max(count) });
    let year = |part, short| match count {
        2 => Some(Item::Number { part: short, width: 2, most: 2 }),
        _ if is_before_number => Some(Item::Number { part, width: count, most: count }),
        _ => number(part, 9),
    };
    match letter {
        'G' => Some(Item::Word { part: Word::Era, is_short: true }),
        'C' => number(Number::Century, 9),
        'Y' | 'y' => year(Number::Year, Number::YearOfCentury),
        'x' => year(Number::WeekYear, Number::WeekYearOfCentury),
        'w' => number(Number::Week, 2),
        'e' => number(Number::DayOfWeek, 1),
        'E' => Some(Item::Word { part: Word::Weekday, is_short: count < 4 }),
        'D' => number(Number::DayOfYear, 3),
        'M' if count < 3 => number(Number::Month, 2),
        'M' => Some(Item::Word { part: Word::Month, is_short: count < 4 }),
        'd' => number(Number::Day, 2),
        'a' => Some(Item::Word { part: Word::HalfDay, is_short: false }),
        'K' => number(Number::Hour12From0, 2),
        'h' => number(Number::Hour12, 2),
        'H' => number(Number::Hour, 2),
        'k' => number(Number::HourFrom1, 2),
        'm' => number(Number::Minute, 2),
        's' => number(Number::Second, 2),
        'S' => Some(Item::Fraction { width: count, most: count }),
        'z' => Some(Item::Zone),
        'Z' if count > 2 => Some(Item::Zone),
        'Z' => Some(Item::Offset { has_colon: count == 2 }),
        _ => None,
    }
}

/// Takes text up to the next quote; two quotes are one. Gives what follows.
fn quoted<'a>(text: &'a str, items: &mut Vec<Item>) -> &'a str {
    if let Some(rest) = text.strip_prefix('\'') {
        literal(items, '\'');
        return rest;
    }
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        if character != '\'' {
            literal(items, character);
        } else if let Some(after) = rest.strip_prefix('\'') {
            literal(items, '\'');
            rest = after;
        } else {
            break;
        }
    }
    rest
}
