//! Conditions: `selection and not 1 of filter_*`.
//!
//! ```text
//! or    := and ("or" and)*
//! and   := not ("and" not)*
//! not   := "not" not | atom
//! atom  := "(" or ")" | ("any" | "all" | number) "of" (("them" | pattern) | "(" … ")") | name
//! ```
//!
//! Source: Sigma specification, "Condition".

use std::fmt;

/// A condition on selections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// One of them holds.
    Any(Vec<Self>),
    /// All of them hold.
    All(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// A selection, by its name.
    Name(String),
    /// So many of the selections hold.
    Of(Quantity, Target),
}

/// How many selections have to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// All of them.
    All,
    /// At least so many.
    AtLeast(usize),
}

/// Which selections are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All whose names do not begin with `_`.
    Them,
    /// Those whose names match, `*` standing for any run of characters.
    Pattern(String),
}

/// A condition, and what stands behind a `|` after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) condition: Condition,
    pub(super) aggregation: Option<String>,
}

/// How deep brackets and negations may be nested.
const DEEPEST: usize = 64;
/// How many words and brackets one condition may have.
const MOST_TOKENS: usize = 10_000;

/// Reads a condition.
///
/// # Errors
/// What was found, and what was expected.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let (condition, aggregation) = match text.split_once('|') {
        Some((condition, aggregation)) => (condition, Some(aggregation.trim().to_owned())),
        None => (text, None),
    };
    let tokens = tokens(condition);
    if tokens.len() > MOST_TOKENS {
        return Err(format!("more than {MOST_TOKENS} words"));
    }
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let condition = parser.any()?;
    match parser.peek() {
        None => Ok(Parsed { condition, aggregation }),
        Some(token) => Err(format!("expected `and`, `or` or the end, found `{token}`")),
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')']) {
            let (before, after) = rest.split_at(at);
            let (bracket, after) = after.split_at(1);
            tokens.extend((!before.is_empty()).then_some(before));
            tokens.push(bracket);
            rest = after;
        }
        tokens.extend((!rest.is_empty()).then_some(rest));
    }
    tokens
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.eq_ignore_ascii_case(word))
    }

    fn any(&mut self) -> Result<Condition, String> {
        self.joined("or", Self::all, Condition::Any)
    }

    fn all(&mut self) -> Result<Condition, String> {
        self.joined("and", Self::not, Condition::All)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Condition, String>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Condition, String> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.is(0, word) {
            self.at += 1;
            parts.push(part(self)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { join(parts) })
    }

    fn not(&mut self) -> Result<Condition, String> {
        if !self.is(0, "not") || self.is(1, "of") {
            return self.atom();
        }
        self.at += 1;
        self.deeper(Self::not).map(|inner| Condition::Not(Box::new(inner)))
    }

    fn deeper(&mut self, part: fn(&mut Self) -> Result<Condition, String>) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("nested more than {DEEPEST} deep"));
        }
        let inner = part(self);
        self.depth -= 1;
        inner
    }

    fn atom(&mut self) -> Result<Condition, String> {
        let Some(token) = self.peek() else { return Err("expected a selection, found the end".to_owned()) };
        if token == "(" {
            self.at += 1;
            let inner = self.deeper(Self::any)?;
            return self.closed(inner);
        }
        if self.is(1, "of") {
            return self.of(token);
        }
        let is_word = ["and", "or", "not", "of", ")"].iter().any(|word| self.is(0, word));
        if is_word {
            return Err(format!("expected a selection, found `{token}`"));
        }
        if token.contains('*') {
            return Err(format!("expected `1 of {token}` or `all of {token}`, found `{token}` alone"));
        }
        self.at += 1;
        Ok(Condition::Name(token.to_owned()))
    }

    fn of(&mut self, quantity: &str) -> Result<Condition, String> {
        let quantity = match quantity.to_ascii_lowercase().as_str() {
            "all" => Quantity::All,
            "any" => Quantity::AtLeast(1),
            number => match number.parse() {
                Ok(least) if least > 0 => Quantity::AtLeast(least),
                _ => return Err(format!("expected a number, `any` or `all` before `of`, found `{quantity}`")),
            },
        };
        self.at += 2;
        let is_bracketed = self.peek() == Some("(");
        self.at += usize::from(is_bracketed);
        let target = match self.peek() {
            None | Some("(" | ")") => return Err("expected `them` or a pattern after `of`".to_owned()),
            Some(word) if word.eq_ignore_ascii_case("them") => Target::Them,
            Some(pattern) => Target::Pattern(pattern.to_owned()),
        };
        self.at += 1;
        let of = Condition::Of(quantity, target);
        if is_bracketed { self.closed(of) } else { Ok(of) }
    }

    fn closed(&mut self, inner: Condition) -> Result<Condition, String> {
        match self.peek() {
            Some(")") => {
                self.at += 1;
                Ok(inner)
            }
            Some(token) => Err(format!("expected `and`, `or` or `)`, found `{token}`")),
            None => Err("expected `)`, found the end".to_owned()),
        }
    }
}

impl Target {
    /// Whether a selection of this name is meant. Names that begin with `_` are meant by patterns that do so too.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        match self {
            Self::Them => !name.starts_with('_'),
            Self::Pattern(pattern) => (pattern.starts_with('_') || !name.starts_with('_')) && is_like(pattern, name),
        }
    }
}

fn is_like(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').map_or((None, rest), |(middle, end)| (Some(middle), end));
    for part in middle.into_iter().flat_map(|middle| middle.split('*')) {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(end)
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Self::Any(_) | Self::All(_) => write!(f, "({part})")?,
                    part => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Any(parts) => joined(f, parts, "or"),
            Self::All(parts) => joined(f, parts, "and"),
            Self::Not(inner) => {
                f.write_str("not ")?;
                joined(f, std::slice::from_ref(inner), "")
            }
            Self::Name(name) => f.write_str(name),
            Self::Of(Quantity::All, target) => write!(f, "all of {target}"),
            Self::Of(Quantity::AtLeast(least), target) => write!(f, "{least} of {target}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if let Self::Pattern(pattern) = self { pattern } else { "them" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).map(|parsed| parsed.condition.to_string()), Ok(expected.to_owned()), "{text}");
    }

    #[test]
    fn not_binds_closest_and_or_loosest() {
        check("a or b and not c", "a or (b and not c)");
        check("not a or b", "not a or b");
        check("(a or b) and c", "(a or b) and c");
        check("a AND NOT(b OR c)", "a and not (b or c)");
        check("not not a", "not not a");
        check("((a))", "a");
        check("sel\n  and\n\tfilter", "sel and filter");
    }

    #[test]
    fn selections_are_counted() {
        check("1 of them", "1 of them");
        check("any of sel*", "1 of sel*");
        check("ALL OF them", "all of them");
        check("selection and not 1 of filter_*", "selection and not 1 of filter_*");
        check("2 of (sel_*)", "2 of sel_*");
        check("not all of a-1*", "not all of a-1*");
        check("all and 1", "all and 1");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("", "expected a selection, found the end"),
            ("a b", "expected `and`, `or` or the end, found `b`"),
            ("a and", "expected a selection, found the end"),
            ("and a", "expected a selection, found `and`"),
            ("(a or b", "expected `)`, found the end"),
            ("a)", "expected `and`, `or` or the end, found `)`"),
            ("sel*", "expected `1 of sel*` or `all of sel*`, found `sel*` alone"),
            ("0 of them", "expected a number, `any` or `all` before `of`, found `0`"),
            ("some of them", "expected a number, `any` or `all` before `of`, found `some`"),
            ("1 of", "expected `them` or a pattern after `of`"),
        ] {
            assert_eq!(parse(text), Err(message.to_owned()), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"not ".repeat(1000)).is_err());
    }

    #[test]
    fn hidden_selections_are_left_out_of_patterns() {
        let pattern = |text: &str| Target::Pattern(text.to_owned());
        assert!(Target::Them.takes("a") && !Target::Them.takes("_a"));
        assert!(pattern("sel*").takes("selection_1") && !pattern("sel*").takes("filter"));
        assert!(!pattern("*").takes("_a") && pattern("_*").takes("_a"));
        assert!(pattern("*_aws_*").takes("filter_aws_x") && !pattern("*_aws_*").takes("aws_x"));
        assert!(pattern("a*a").takes("aba") && !pattern("a*a").takes("a"));
    }

    fn condition() -> impl Strategy<Value = Condition> {
        let of = (0..4_usize, "(them|[a-z]{1,3}\\*)").prop_map(|(least, target)| {
            let quantity = if least == 0 { Quantity::All } else { Quantity::AtLeast(least) };
            let target = if target == "them" { Target::Them } else { Target::Pattern(target) };
            Condition::Of(quantity, target)
        });
        let leaf = prop_oneof![3 => "s[a-z0-9_-]{0,5}".prop_map(Condition::Name), 1 => of];
        leaf.prop_recursive(5, 32, 4, |inner| {
            let parts = || proptest::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                parts().prop_map(Condition::Any),
                parts().prop_map(Condition::All),
                inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_written_condition_is_read_as_it_was(condition in condition()) {
            let read = parse(&condition.to_string()).map(|parsed| parsed.condition);
            prop_assert_eq!(read, Ok(condition));
        }

        #[test]
        fn no_text_is_too_much(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
