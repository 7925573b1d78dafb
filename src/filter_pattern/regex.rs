//! The regular expressions of CloudWatch, and how the engine of this program spells them.
//!
//! Source: CloudWatch Logs User Guide, "Supported regular expressions (regex) syntax".

use super::ast::Regex;
use super::cursor::{Cursor, Reads, error};
use crate::diag::{Diagnostic, Span};

/// Characters that stand for themselves, beside letters and digits.
const SYMBOLS: &str = ":_#=@/;,-";
/// Characters with a meaning.
const OPERATORS: &str = "^$?[]{}|\\*+.";
/// What the compiled form may take: linear time needs memory.
const COMPILED_BYTES: usize = 1 << 20;

/// Reads what stands between two `%`, the first of which is here.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Reads<Regex> {
    let start = cursor.at;
    cursor.next();
    let inside = cursor.at;
    let written = cursor.take(|character| character != '%');
    if !cursor.eat("%") {
        return Err(error("F002", "a regular expression never ends", cursor.span_from(start), "begins here")
            .help("it stands between two `%`: `%^Delete%`"));
    }
    if written.is_empty() {
        return Err(error("F006", "a regular expression is empty", cursor.span_from(start), "nothing between the `%`"));
    }
    let translated = translate(written, inside)?;
    let whole = cursor.span_from(start);
    match ::regex::RegexBuilder::new(&translated).size_limit(COMPILED_BYTES).build() {
        Ok(_) => Ok(Regex { written: written.to_owned(), translated }),
        Err(::regex::Error::CompiledTooBig(_)) => {
            Err(error("F006", "a regular expression is too large", whole, "too large")
                .help("smaller numbers in `{n,m}` make it smaller"))
        }
        Err(cause) => {
            let reason = cause.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(error("F006", format!("a regular expression does not parse: {reason}"), whole, "does not parse"))
        }
    }
}

/// The same for the engine: classes are those of ASCII, and brackets within brackets are plain.
fn translate(written: &str, start: usize) -> Reads<String> {
    let mut translated = String::with_capacity(written.len());
    let mut in_class = false;
    let mut characters = written.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let span = Span::new(start + at, start + at + character.len_utf8());
        match character {
            '\\' => {
                let Some((_, code)) = characters.next() else {
                    return Err(error("F006", "a backslash has nothing behind it", span, "nothing to escape"));
                };
                let span = Span::new(span.start, span.end + code.len_utf8());
                match code {
                    'd' => translated.push_str("[0-9]"),
                    'D' => translated.push_str("[^0-9]"),
                    'w' => translated.push_str("[0-9A-Za-z_]"),
                    'W' => translated.push_str("[^0-9A-Za-z_]"),
                    's' => translated.push_str("[\\t-\\r ]"),
                    'S' => translated.push_str("[^\\t-\\r ]"),
                    'x' => {
                        let digits: String = std::iter::from_fn(|| {
                            characters.next_if(|(_, next)| next.is_ascii_hexdigit()).map(|(_, next)| next)
                        })
                        .take(2)
                        .collect();
                        if digits.len() != 2 {
                            return Err(error("F006", "`\\x` takes two hexadecimal digits", span, "fewer than two"));
                        }
                        translated.push_str("\\x");
                        translated.push_str(&digits);
                    }
                    code if SYMBOLS.contains(code) || OPERATORS.contains(code) => {
                        translated.push_str(&::regex::escape(&code.to_string()));
                    }
                    code => {
                        return Err(error("F006", format!("`\\{}` is no escape of CloudWatch's", code.escape_debug()), span, "unknown")
                            .help("there are `\\d` `\\D` `\\w` `\\W` `\\s` `\\S`, `\\xhh`, and a backslash before an operator"));
                    }
                }
            }
            '[' if in_class => translated.push_str("\\["),
            // Two of them would mean what is left of a class without another.
            '-' if in_class && translated.ends_with('-') => translated.push_str("\\-"),
            character
                if character.is_ascii_alphanumeric()
                    || SYMBOLS.contains(character)
                    || OPERATORS.contains(character) =>
            {
                in_class = match character {
                    '[' => true,
                    // Right after the bracket it is one of the characters.
                    ']' if in_class && !translated.ends_with('[') && !translated.ends_with("[^") => false,
                    _ => in_class,
                };
                translated.push(character);
            }
            other => return Err(refused(other, span)),
        }
    }
    Ok(translated)
}

fn refused(character: char, span: Span) -> Diagnostic {
    let shown = character.escape_debug();
    let refused = error("F006", format!("a regular expression of CloudWatch has no `{shown}`"), span, "not taken");
    match character {
        '(' | ')' => refused.help("there are no groups: write the alternatives out, `%^Get|^List%`"),
        _ => refused.help(format!("it takes letters, digits, `{SYMBOLS}` and the operators `{OPERATORS}`")),
    }
}
