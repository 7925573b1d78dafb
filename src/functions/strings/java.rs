//! What Java says of characters and formats, where Rust says otherwise.

use std::fmt;

use datafusion::common::{Result, exec_err};

/// `Character.isWhitespace`: no-break spaces are none, four control characters are.
pub(super) fn is_whitespace(character: char) -> bool {
    match character {
        '\u{1c}'..='\u{1f}' => true,
        '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}' => false,
        character => character.is_whitespace(),
    }
}

/// A part of a format.
#[derive(Debug)]
pub(super) enum Piece {
    Literal(String),
    Place(Place),
}

/// Where a value goes: `%[index$][flags][width][.precision]letter`.
#[derive(Debug)]
pub(super) struct Place {
    /// Which value, counted from 0; else the next one.
    pub(super) index: Option<usize>,
    flags: String,
    width: usize,
    precision: Option<usize>,
    pub(super) letter: Letter,
    is_upper: bool,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letter {
    Text,
    Flag,
    Character,
    Decimal,
    Hexadecimal,
    Octal,
    Fixed,
    Scientific,
}

/// A value to be written.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Missing,
    Integer(i64),
    Double(f64),
    Flag(bool),
    Text(&'a str),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("NULL"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Double(value) => write!(f, "{value:?}"),
            Self::Flag(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "`{value}`"),
        }
    }
}

impl Letter {
    fn of(letter: char) -> Option<Self> {
        Some(match letter.to_ascii_lowercase() {
            's' => Self::Text,
            'b' => Self::Flag,
            'c' => Self::Character,
            'd' => Self::Decimal,
            'x' => Self::Hexadecimal,
            'o' => Self::Octal,
            'f' => Self::Fixed,
            'e' => Self::Scientific,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> char {
        match self {
            Self::Text => 's',
            Self::Flag => 'b',
            Self::Character => 'c',
            Self::Decimal => 'd',
            Self::Hexadecimal => 'x',
            Self::Octal => 'o',
            Self::Fixed => 'f',
            Self::Scientific => 'e',
        }
    }
}

/// Reads a format.
///
/// # Errors
/// When a letter, a flag or a width is not known or too wide.
pub(super) fn pieces(format: &str) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Literal(rest[..at].to_owned()));
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            pieces.push(Piece::Literal("%".to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('n') {
            pieces.push(Piece::Literal("\n".to_owned()));
            rest = after;
        } else {
            let Some((place, after)) = place(rest) else {
                return exec_err!("`format` cannot read `%{rest}` in `{format}`");
            };
            pieces.push(Piece::Place(place));
            rest = after;
        }
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Ok(pieces)
}

/// What follows a percent sign, and the rest.
fn place(text: &str) -> Option<(Place, &str)> {
    let mut rest = text;
    let mut index = None;
    let (number, after) = digits(rest);
    if let (Some(number), Some(after)) = (number, after.strip_prefix('$')) {
        index = Some(number.checked_sub(1)?);
        rest = after;
    }
    let end = rest.find(|character| !"-+ 0,(#".contains(character))?;
    let flags = rest[..end].to_owned();
    let (width, after) = digits(&rest[end..]);
    rest = after;
    let mut precision = None;
    if let Some(after) = rest.strip_prefix('.') {
        let (number, after) = digits(after);
        precision = Some(number?);
        rest = after;
    }
    let letter = rest.chars().next()?;
    let width = width.unwrap_or(0);
    if width > WIDEST || precision.is_some_and(|precision| precision > WIDEST) {
        return None;
    }
    let is_upper = letter.is_ascii_uppercase();
    if is_upper && matches!(letter, 'D' | 'F' | 'O') {
        return None;
    }
    let place = Place { index, flags, width, precision, letter: Letter::of(letter)?, is_upper };
    Some((place, &rest[letter.len_utf8()..]))
}

/// The widest place, and the most digits.
const WIDEST: usize = 10_000;

fn digits(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse().ok(), &text[end..])
}

impl Place {
    /// The value as this place writes it; none if it cannot.
    pub(super) fn written(&self, value: &Value<'_>) -> Option<String> {
        let text = match (self.letter, value) {
            (Letter::Flag, Value::Missing) => "false".to_owned(),
            (_, Value::Missing) => "null".to_owned(),
            (Letter::Text, Value::Text(text)) => (*text).to_owned(),
            (Letter::Text, Value::Double(value)) => plain_double(*value),
            (Letter::Text, value) => value.to_string(),
            (Letter::Flag, Value::Flag(flag)) => flag.to_string(),
            (Letter::Flag, _) => "true".to_owned(),
            (Letter::Character, Value::Integer(code)) => char::from_u32(u32::try_from(*code).ok()?)?.to_string(),
            (Letter::Character, Value::Text(text)) if text.chars().count() == 1 => (*text).to_owned(),
            (Letter::Decimal, Value::Integer(value)) => {
                return Some(self.number(*value < 0, &value.unsigned_abs().to_string()));
            }
            (Letter::Hexadecimal, Value::Integer(value)) => {
                return Some(self.number(false, &self.prefixed("0x", &format!("{value:x}"))));
            }
            (Letter::Octal, Value::Integer(value)) => {
                return Some(self.number(false, &self.prefixed("0", &format!("{value:o}"))));
            }
            (Letter::Fixed | Letter::Scientific, Value::Double(value)) => return Some(self.double(*value)),
            _ => return None,
        };
        let cut = match self.precision {
            Some(precision) if matches!(self.letter, Letter::Text | Letter::Flag) => {
                text.chars().take(precision).collect()
            }
            _ => text,
        };
        Some(self.wide(cut))
    }

    fn prefixed(&self, prefix: &str, digits: &str) -> String {
        format!("{}{digits}", if self.has('#') { prefix } else { "" })
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn double(&self, value: f64) -> String {
        if !value.is_finite() {
            let name = if value.is_nan() { "NaN" } else { "Infinity" };
            let sign = if value < 0.0 { "-" } else { "" };
            return self.wide(format!("{sign}{name}"));
        }
        let precision = self.precision.unwrap_or(6);
        let digits = match self.letter {
            Letter::Scientific => scientific(value.abs(), precision),
            _ => fixed(value.abs(), precision),
        };
        self.number(value.is_sign_negative(), &digits)
    }

    /// Signs, groups of thousands and zeros in front.
    fn number(&self, is_negative: bool, digits: &str) -> String {
        let digits = if self.has(',') { grouped(digits) } else { digits.to_owned() };
        let (before, after) = match is_negative {
            true if self.has('(') => ("(", ")"),
            true => ("-", ""),
            false if self.has('+') => ("+", ""),
            false if self.has(' ') => (" ", ""),
            false => ("", ""),
        };
        let length = before.len() + digits.len() + after.len();
        let zeros = if self.has('0') { "0".repeat(self.width.saturating_sub(length)) } else { String::new() };
        self.wide(format!("{before}{zeros}{digits}{after}"))
    }

    fn wide(&self, text: String) -> String {
        let text = if self.is_upper { text.to_uppercase() } else { text };
        let blanks = " ".repeat(self.width.saturating_sub(text.chars().count()));
        if self.has('-') { text + &blanks } else { blanks + &text }
    }
}

/// A double as text: `1.0`, `1.0E10`.
fn plain_double(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() }
    } else if size == 0.0 || (1e-3..1e7).contains(&size) {
        format!("{value:?}")
    } else {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        format!("{digits}{}E{exponent}", if digits.contains('.') { "" } else { ".0" })
    }
}

/// The shortest digits that mean this number, and the place of the point: `d.ddd × 10^exponent`.
fn shortest(value: f64) -> (Vec<u8>, i32) {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    (digits, exponent.parse().unwrap_or(0))
}

/// Keeps so many digits; a half is rounded up. True if the number got one digit longer.
fn round(digits: &mut Vec<u8>, keep: usize) -> bool {
    if digits.len() <= keep {
        digits.resize(keep, 0);
        return false;
    }
    let is_up = digits[keep] >= 5;
    digits.truncate(keep);
    if !is_up {
        return false;
    }
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    true
}

fn fixed(value: f64, precision: usize) -> String {
    let (mut digits, exponent) = shortest(value);
    // Zeros in front, so that at least one digit stands before the point.
    let before = usize::try_from(exponent).map_or(1, |exponent| exponent + 1);
    if let Ok(zeros) = usize::try_from(-exponent) {
        digits.splice(0..0, std::iter::repeat_n(0, zeros));
    }
    let before = before + usize::from(round(&mut digits, before + precision));
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    if precision == 0 { text } else { format!("{}.{}", &text[..before], &text[before..]) }
}

fn scientific(value: f64, precision: usize) -> String {
    let (mut digits, mut exponent) = shortest(value);
    if round(&mut digits, precision + 1) {
        digits.pop();
        exponent += 1;
    }
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let point = if precision == 0 { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}{point}{}e{sign}{:02}", &text[..1], &text[1..], exponent.unsigned_abs())
}

/// With a comma before each three digits.
fn grouped(digits: &str) -> String {
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    let mut grouped = String::new();
    for (at, digit) in digits[..end].char_indices() {
        if at > 0 && (end - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + &digits[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, value: &Value<'_>, expected: &str) {
        let pieces = pieces(format).expect(format);
        let mut text = String::new();
        for piece in &pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Place(place) => text.push_str(&place.written(value).expect(format)),
            }
        }
        assert_eq!(text, expected, "{format} of {value}");
    }

    #[test]
    fn numbers_are_written_as_java_does() {
        for (format, value, expected) in [
            ("%f", 1.0, "1.000000"),
            ("%.2f", 1.005, "1.01"),
            ("%.0f", 0.5, "1"),
            ("%.1f", 99.95, "100.0"),
            ("%.3f", 0.0004, "0.000"),
            ("%.3f", 0.0005, "0.001"),
            ("%+,.1f", 1_234_567.0, "+1,234,567.0"),
            ("%e", 12345.678, "1.234568e+04"),
            ("%.0e", 9.6, "1e+01"),
            ("%.2E", 0.000_123, "1.23E-04"),
            ("%8.1f|", -2.25, "    -2.3|"),
            ("%08.1f", -2.25, "-00002.3"),
            ("%s", 1e7, "1.0E7"),
            ("%s", 0.5, "0.5"),
            ("%.1f", f64::INFINITY, "Infinity"),
        ] {
            check(format, &Value::Double(value), expected);
        }
        for (format, value, expected) in [
            ("%d", i64::MIN, "-9223372036854775808"),
            ("%,d", -1234, "-1,234"),
            ("%(d", -5, "(5)"),
            ("%05d", 42, "00042"),
            ("%-5d|", 42, "42   |"),
            ("%x", -1, "ffffffffffffffff"),
            ("%#X", 255, "0XFF"),
            ("%c", 233, "é"),
        ] {
            check(format, &Value::Integer(value), expected);
        }
        check("%5.2s|%S|100%%", &Value::Text("né"), "   né|NÉ|100%");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for format in ["%", "%y", "%99999d", "%.d", "%-", "%0$s"] {
            assert!(pieces(format).is_err(), "{format}");
        }
    }
}
