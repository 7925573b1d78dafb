//! A pattern as text again: one blank between parts, quotes around text, no parentheses that are not needed.

use std::fmt::{self, Display, Formatter};

use super::ast::{Comparison, Condition, Pattern, Piece, Term, Terms, Test, Text, Value};

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            // An empty text would look like a mistake.
            Self::Everything => f.write_str("\" \""),
            Self::Fields(condition) => write!(f, "{{ {condition} }}"),
            Self::Terms(terms) => terms.fmt(f),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, sign) = match self {
            Self::Compare(comparison) => return comparison.fmt(f),
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                f.write_str(sign)?;
            }
            let needs_parentheses = match part {
                Self::Compare(_) => false,
                Self::All(_) => matches!(self, Self::All(_)),
                Self::Any(_) => true,
            };
            if needs_parentheses { write!(f, "({part})")? } else { part.fmt(f)? }
        }
        Ok(())
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.selector, self.test)
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(value) => write!(f, "= {value}"),
            Self::Differs(value) => write!(f, "!= {value}"),
            Self::Order(order, number) => write!(f, "{} {}", order.symbol(), number.text()),
            Self::Null => f.write_str("IS NULL"),
            Self::True => f.write_str("IS TRUE"),
            Self::False => f.write_str("IS FALSE"),
            Self::Absent => f.write_str("NOT EXISTS"),
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Text(text) => text.fmt(f),
            Self::Number(number) => f.write_str(number.text()),
            Self::Regex(regex) => write!(f, "%{}%", regex.written()),
        }
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // Only text without quotes can end in a backslash, or have one before a wildcard.
        let is_bare = self.pieces().iter().any(|piece| matches!(piece, Piece::Exactly(text) if text.ends_with('\\')));
        let quote = if is_bare { "" } else { "\"" };
        f.write_str(quote)?;
        for piece in self.pieces() {
            match piece {
                Piece::Exactly(text) => f.write_str(&text.replace('"', "\\\"").replace('*', "\\*"))?,
                Piece::Any => f.write_str("*")?,
            }
        }
        f.write_str(quote)
    }
}

impl Display for Terms {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let each = [("", &self.required), ("?", &self.optional), ("-", &self.excluded)];
        let marked = each.into_iter().flat_map(|(mark, terms)| terms.iter().map(move |term| format!("{mark}{term}")));
        f.write_str(&marked.collect::<Vec<_>>().join(" "))
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                f.write_str(text)
            }
            Self::Text(text) => write!(f, "\"{}\"", text.replace('"', "\\\"")),
            Self::Regex(regex) => write!(f, "%{}%", regex.written()),
        }
    }
}
