//! A pattern as a tree.

use crate::diag::Span;
use crate::functions::selector::Part;

/// What a record is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Nothing: every record matches.
    Everything,
    /// `{ … }`: its fields.
    Fields(Condition),
    /// Its text.
    Terms(Terms),
}

/// A condition on fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `a && b && …`
    All(Vec<Condition>),
    /// `a || b || …`
    Any(Vec<Condition>),
    /// One comparison.
    Compare(Comparison),
}

/// `$.selector = value`. Two are equal wherever they stand.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Of what.
    pub selector: Selector,
    /// With what.
    pub test: Test,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Comparison {
    fn eq(&self, other: &Self) -> bool {
        (&self.selector, &self.test) == (&other.selector, &other.test)
    }
}

/// `$.a.b[0]`. Two are equal wherever they stand.
#[derive(Debug, Clone)]
pub struct Selector {
    /// The steps after the `$`; there is at least one.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

/// What a field is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `= value`
    Equal(Value),
    /// `!= value`
    Differs(Value),
    /// `> 5`
    Order(Order, Number),
    /// `IS NULL`
    Null,
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
    /// `NOT EXISTS`
    Absent,
}

/// How two numbers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Order {
    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// What `=` and `!=` compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `*`: any string, number or boolean.
    Any,
    /// Text, which may have wildcards.
    Text(Text),
    /// A number without quotes.
    Number(Number),
    /// `%…%`
    Regex(Regex),
}

/// A number as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(pub(super) String);

impl Number {
    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Text between wildcards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pub(super) pieces: Vec<Piece>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Exactly(String),
    /// `*`: any characters, or none.
    Any,
}

impl Text {
    /// Its parts: no two texts and no two wildcards stand side by side.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The whole text, where it has no wildcard.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Exactly(text)] => Some(text),
            _ => None,
        }
    }

    pub(super) fn push(&mut self, character: char) {
        match self.pieces.last_mut() {
            Some(Piece::Exactly(text)) => text.push(character),
            _ => self.pieces.push(Piece::Exactly(character.to_string())),
        }
    }

    pub(super) fn push_any(&mut self) {
        if self.pieces.last() != Some(&Piece::Any) {
            self.pieces.push(Piece::Any);
        }
    }
}

/// A regular expression, as CloudWatch has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    /// As it was written, without the `%`.
    pub(super) written: String,
    /// The same for the engine of this program.
    pub(super) translated: String,
}

impl Regex {
    /// As it was written, without the `%`.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }
}

/// Terms of a record's text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    /// All of them must be there.
    pub required: Vec<Term>,
    /// `?term`: one of them must be there, when nothing is required or excluded.
    pub optional: Vec<Term>,
    /// `-term`: none of them may be there.
    pub excluded: Vec<Term>,
}

/// A part of a record's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// These characters.
    Text(String),
    /// `%…%`
    Regex(Regex),
}

impl Pattern {
    /// Every selector, in the order in which they are written, each once.
    #[must_use]
    pub fn selectors(&self) -> Vec<&Selector> {
        let mut found = Vec::new();
        if let Self::Fields(condition) = self {
            condition.each(&mut |comparison| {
                if !found.contains(&&comparison.selector) {
                    found.push(&comparison.selector);
                }
            });
        }
        found
    }
}

impl Condition {
    pub(super) fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Comparison)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each(visit)),
            Self::Compare(comparison) => visit(comparison),
        }
    }
}
