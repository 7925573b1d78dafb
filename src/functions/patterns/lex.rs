//! Text that is no JSON, cut into words, values and what stands between them.
//!
//! White space and punctuation are between. A run without white space is first looked at as a whole, since ARNs, times
//! and addresses have punctuation inside; what is no such value is cut at its punctuation. What stands in quotes is a
//! value, and so is a list in brackets.

use super::class::Class;
use super::form::marked;

/// A piece of a text; together they are all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space and punctuation. No two of these follow each other.
    Gap,
    /// A word, which belongs to what is said.
    Word,
    /// A value, which is different the next time.
    Value(Class),
}

/// Words and values of a text; all after them is one value.
const MOST: usize = 512;

/// The longest value in quotes or brackets, in bytes.
const LONGEST: usize = 512;

/// Stands for a placeholder while the text of a pattern is cut. It is of Unicode's private use.
const HOLE: char = '\u{F8FF}';

/// Cuts a text into pieces, which replace those in `out`.
pub(super) fn lex(text: &str, out: &mut Vec<Lexeme>) {
    out.clear();
    Lexer { text, at: 0, values: 0, out }.run();
}

/// The text of a pattern with a character in place of each placeholder, and the classes of these.
///
/// Cutting it gives the pieces that the pattern was made of. `is_hole` tells which are placeholders.
pub(super) fn with_holes(pattern: &str) -> (String, Vec<Class>) {
    let mut text = String::with_capacity(pattern.len());
    let mut classes = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['<', HOLE]) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix(HOLE) {
            classes.push(Class::Token);
            text.push(HOLE);
            rest = after;
        } else if let Some((class, length)) = placeholder(rest) {
            classes.push(class);
            text.push(HOLE);
            rest = &rest[length..];
        } else {
            text.push('<');
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    (text, classes)
}

/// How many placeholders there are in a piece of such a text.
pub(super) fn holes(piece: &str) -> usize {
    piece.matches(HOLE).count()
}

/// The class of the placeholder with which a text begins, and its length.
pub(super) fn placeholder(text: &str) -> Option<(Class, usize)> {
    // The longest is `<AccountId-18446744073709551615>`.
    let end = text.bytes().take(40).position(|byte| byte == b'>')?;
    let (name, number) = text.get(1..end)?.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let class = Class::named(name).filter(|_| is_number && text.starts_with('<'))?;
    Some((class, end + 1))
}

struct Lexer<'a, 'o> {
    text: &'a str,
    at: usize,
    values: usize,
    out: &'o mut Vec<Lexeme>,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        while let Some(first) = self.text[self.at..].chars().next() {
            if self.values >= MOST {
                self.push(Kind::Value(Class::Token), self.text.len());
                return;
            }
            if first.is_whitespace() {
                self.push(Kind::Gap, self.at + first.len_utf8());
                continue;
            }
            if matches!(first, '"' | '\'' | '`' | '[') && self.is_opening() && self.enclosed(first) {
                continue;
            }
            let rest = &self.text[self.at..];
            let run = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
            let whole = run.trim_end_matches(is_closing);
            let is_cut = is_between(first);
            let may_be_whole = !is_cut || (matches!(first, '/' | ':') && self.is_opening());
            if may_be_whole
                && holes(whole) == 0
                && let Some(class) = self.class_of(whole)
            {
                self.push_value(whole.len(), class);
                continue;
            }
            if is_cut || whole.is_empty() {
                self.push(Kind::Gap, self.at + first.len_utf8());
                continue;
            }
            let part = &whole[..whole.find(is_between).unwrap_or(whole.len())];
            let trimmed = part.trim_end_matches(is_closing);
            let part = if trimmed.is_empty() { part } else { trimmed };
            match (part.find(HOLE), self.class_of(part)) {
                (Some(0), _) => self.push(Kind::Word, self.at + HOLE.len_utf8()),
                (Some(at), _) => self.push_name(part[..at].trim_end_matches(['-', '_']).len().max(1), at),
                (None, Some(class)) => self.push_value(part.len(), class),
                (None, None) => self.push(Kind::Word, self.at + part.len()),
            }
        }
    }

    /// Takes a value. An id with a name is that name and a value.
    fn push_value(&mut self, length: usize, class: Class) {
        let end = self.at + length;
        let named = if class == Class::Id { marked(&self.text[self.at..end]) } else { None };
        match named {
            Some((name, class)) => {
                self.push_name(name, name + 1);
                self.push(Kind::Value(class), end);
            }
            None => self.push(Kind::Value(class), end),
        }
    }

    /// Takes a word of one length, and what joins it to a value that begins after another.
    fn push_name(&mut self, name: usize, value: usize) {
        let start = self.at;
        self.push(Kind::Word, start + name);
        if name < value {
            self.push(Kind::Gap, start + value);
        }
    }

    /// The class of a piece that stands here. `Chrome/107.0.0.0` names no address.
    fn class_of(&self, piece: &str) -> Option<Class> {
        let class = Class::of(piece)?;
        let is_version = class == Class::Ipv4 && self.text[..self.at].ends_with('/');
        Some(if is_version { Class::Version } else { class })
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let start = self.at;
        self.at = end;
        match self.out.last_mut() {
            Some(last) if kind == Kind::Gap && last.kind == Kind::Gap => last.end = end,
            _ => {
                self.values += usize::from(kind != Kind::Gap);
                self.out.push(Lexeme { kind, start, end });
            }
        }
    }

    /// Whether a quote here begins something: an apostrophe stands inside a word.
    fn is_opening(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        before.is_none_or(|before| {
            before.is_whitespace() || matches!(before, '(' | '[' | '{' | '<' | '=' | ':' | ',' | ';' | '|')
        })
    }

    /// Takes what stands in quotes, or a list in brackets, if it ends.
    fn enclosed(&mut self, open: char) -> bool {
        let close = if open == '[' { ']' } else { open };
        let inside = self.at + open.len_utf8();
        let rest = &self.text[inside..];
        let mut found = None;
        for (at, character) in rest.char_indices().take_while(|(at, _)| *at <= LONGEST) {
            if character == '\n' || (open == '[' && character == '[') {
                break;
            }
            let is_last =
                || rest[at + character.len_utf8()..].chars().next().is_none_or(|next| !next.is_alphanumeric());
            if character == close && is_last() {
                found = Some(at);
                break;
            }
        }
        let Some(length) = found.filter(|length| *length > 0) else { return false };
        let class = match open {
            // The agents of S3 stand in brackets as a whole.
            '[' if self.at == 0 || !rest[..length].contains(',') => return false,
            '[' => Class::List,
            _ => Class::of(&rest[..length]).unwrap_or(Class::Token),
        };
        self.push(Kind::Gap, inside);
        self.push(Kind::Value(class), inside + length);
        self.push(Kind::Gap, inside + length + close.len_utf8());
        true
    }
}

/// Punctuation at which a run is cut.
fn is_between(character: char) -> bool {
    matches!(
        character,
        '/' | '='
            | ':'
            | ','
            | ';'
            | '|'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '<'
            | '>'
            | '"'
            | '\''
            | '`'
            | '&'
            | '?'
            | '#'
            | '@'
            | '!'
            | '\\'
    )
}

/// Punctuation that ends a run without being part of it.
fn is_closing(character: char) -> bool {
    matches!(character, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '>' | '"' | '\'' | '`')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words as they are, values as their class, gaps left out.
    fn pieces(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        lex(text, &mut out);
        out.iter()
            .filter_map(|lexeme| match lexeme.kind {
                Kind::Gap => None,
                Kind::Word => Some(text[lexeme.start..lexeme.end].to_owned()),
                Kind::Value(class) => Some(format!("<{}>", class.name())),
            })
            .collect()
    }

    #[test]
    fn a_message_of_iam_is_words_and_values() {
        let found = pieces(
            "User: arn:aws:iam::123456789012:user/al is not authorized to perform: ec2:RunInstances on resource: *.",
        );
        let expected = ["User", "<Arn>", "is", "not", "authorized", "to", "perform", "<Action>", "on", "resource", "*"];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_user_agent_is_names_and_versions() {
        assert_eq!(
            pieces("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/107.0.0.0"),
            ["Mozilla", "<Number>", "Macintosh", "Intel", "Mac", "OS", "X", "<Version>", "Chrome", "<Version>"]
        );
    }

    #[test]
    fn what_is_in_quotes_is_a_value_and_an_apostrophe_is_none() {
        assert_eq!(pieces("The key 'my own' doesn't exist"), ["The", "key", "<Token>", "doesn", "t", "exist"]);
        assert_eq!(pieces(r#"name="a b", id=i-0123456789abcdef0"#), ["name", "<Token>", "id", "i", "<Hex>"]);
        assert_eq!(pieces("one of: [a, b c]"), ["one", "of", "<List>"]);
        assert_eq!(pieces("[ERROR] 'open"), ["ERROR", "open"]);
        assert_eq!(pieces("[a, b]"), ["a", "b"]);
    }

    #[test]
    fn a_pattern_is_cut_as_its_texts_are() {
        let (named, _) = with_holes("red-team_<Uuid-1>, i-<Hex-2>");
        assert_eq!(pieces(&named), ["red-team", "\u{F8FF}", "i", "\u{F8FF}"]);
        let (text, classes) = with_holes("Value '<Token-1>' at <Path-2>: <b> <Token-x>");
        assert_eq!(text, "Value '\u{F8FF}' at \u{F8FF}: <b> <Token-x>");
        assert_eq!(classes, [Class::Token, Class::Path]);
        assert_eq!(placeholder("<IPv4-12> x"), Some((Class::Ipv4, 9)));
        assert_eq!(placeholder("<IPv4->"), None);
    }

    proptest! {
        #[test]
        fn pieces_are_all_of_a_text(text in "\\PC{0,60}|[a-c0-9 '\"\\[\\],.:/@-]{0,60}|[\u{F8FF}<>a '-]{0,30}") {
            let mut out = Vec::new();
            lex(&text, &mut out);
            let together: String = out.iter().map(|lexeme| &text[lexeme.start..lexeme.end]).collect();
            prop_assert_eq!(together, text);
        }
    }
}
