//! The letters of MySQL's `date_format`, as Trino takes them.

use datafusion::common::{Result, exec_err};

use super::pattern::{Item, Number, Word};

/// Reads a format.
///
/// # Errors
/// When it has a letter that Trino does not support.
pub(super) fn compile(format: &str) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            literal(&mut items, character);
            continue;
        }
        let number = |part, width, most| Item::Number { part, width, most };
        let word = |part, is_short| Item::Word { part, is_short };
        let Some(letter) = characters.next() else {
            return exec_err!("the format `{format}` ends in a percent sign");
        };
        let item = match letter {
            'a' => word(Word::Weekday, true),
            'b' => word(Word::Month, true),
            'c' => number(Number::Month, 1, 2),
            'd' => number(Number::Day, 2, 2),
            'e' => number(Number::Day, 1, 2),
            'f' => Item::Fraction { width: 6, most: 9 },
            'H' => number(Number::Hour, 2, 2),
            'h' | 'I' => number(Number::Hour12, 2, 2),
            'i' => number(Number::Minute, 2, 2),
            'j' => number(Number::DayOfYear, 3, 3),
            'k' => number(Number::Hour, 1, 2),
            'l' => number(Number::Hour12, 1, 2),
            'M' => word(Word::Month, false),
            'm' => number(Number::Month, 2, 2),
            'p' => word(Word::HalfDay, false),
            'S' | 's' => number(Number::Second, 2, 2),
            'v' => number(Number::Week, 2, 2),
            'W' => word(Word::Weekday, false),
            'x' => number(Number::WeekYear, 4, 4),
            'Y' => number(Number::Year, 4, 4),
            'y' => number(Number::YearOfCentury, 2, 2),
            'r' => {
                items.extend(compile("%h:%i:%S %p")?);
                continue;
            }
            'T' => {
                items.extend(compile("%H:%i:%S")?);
                continue;
            }
            'D' | 'U' | 'u' | 'V' | 'w' | 'X' => {
                return exec_err!("`%{letter}` in the format `{format}` is not supported");
            }
            other => {
                literal(&mut items, other);
                continue;
            }
        };
        items.push(item);
    }
    Ok(items)
}

/// Appends a character to the text at the end.
pub(super) fn literal(items: &mut Vec<Item>, character: char) {
    if let Some(Item::Literal(text)) = items.last_mut() {
        text.push(character);
    } else {
        items.push(Item::Literal(character.to_string()));
    }
}
