//! What a query says, with the place of every part.

use super::commands::Command;
use super::period::Period;
use crate::diag::{Diagnostic, Span};

/// A whole query: commands from top to bottom.
#[derive(Debug, Clone)]
pub struct Query {
    /// The commands, never empty.
    pub commands: Vec<Command>,
    /// Whether the plan is asked for, not the rows.
    pub explain: Option<Explain>,
    /// Remarks that the text alone gives rise to.
    pub notices: Vec<Diagnostic>,
}

/// `EXPLAIN` before a query, as in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explain {
    /// The plan.
    Plan,
    /// The plan and what running it took.
    Analyze,
}

/// A name somebody gave: after `as`, or of a function.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// Without backticks.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Span,
}

/// A text between quotes, or a name that stands for one.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Without quotes.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Span,
}

/// A field, or all whose names fit `a*`.
#[derive(Debug, Clone)]
pub(super) enum Glob {
    /// One field.
    One(Path),
    /// Text in which `*` stands for any characters.
    Many(String),
}

/// A field by its path.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// A single segment that holds dots was written in backticks as a whole.
    pub(super) segments: Vec<Segment>,
    /// Where it stands.
    pub(super) span: Span,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// A key, or the number of an element, without backticks.
    Name(String),
    /// `[*]`: any element.
    Each,
}

/// An expression and the name it is given.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The expression.
    pub(super) expr: Expr,
    /// Its text as written, blanks and comments squeezed: the column's name when it has no alias.
    pub(super) text: String,
    /// The name after `as`.
    pub(super) alias: Option<Name>,
}

/// A piece of an expression.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    /// What it is.
    pub(super) kind: ExprKind,
    /// Where it stands, parentheses around it left out.
    pub(super) span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub(super) enum ExprKind {
    /// A number, as written.
    Number(String),
    /// A string, escapes resolved.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// `null`
    Null,
    /// A field.
    Field(Path),
    /// A function call.
    Call(Call),
    /// A period, as an argument of a call.
    Period(Period),
    /// `-x`
    Negate(Box<Expr>),
    /// `not x`, `!x`
    Not(Box<Expr>),
    /// `a and b and …`
    All(Vec<Expr>),
    /// `a or b or …`
    Any(Vec<Expr>),
    /// Arithmetic and comparison.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `x like p`, `x =~ p`, `x not like p`
    Like {
        /// What is searched.
        subject: Box<Expr>,
        /// Whether `not` stands before `like`.
        negated: bool,
        /// What is looked for.
        pattern: Pattern,
    },
    /// `x in [a, b]`, `x not in [a, b]`
    In {
        /// What is looked for.
        subject: Box<Expr>,
        /// Whether `not` stands before `in`.
        negated: bool,
        /// Where it is looked for: numbers, strings and flags.
        list: Vec<Expr>,
    },
    /// `x in (SOURCE … | fields y)`, `x not in (…)`
    InQuery {
        /// What is looked for.
        subject: Box<Expr>,
        /// Whether `not` stands before `in`.
        negated: bool,
        /// What gives the one column it is looked for in.
        query: Box<Subquery>,
    },
}

/// A query in parentheses.
#[derive(Debug, Clone)]
pub(super) struct Subquery {
    /// The commands, never empty.
    pub(super) commands: Vec<Command>,
    /// Where it stands, parentheses included.
    pub(super) span: Span,
}

/// A function call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The function, as the table spells it.
    pub(super) name: Name,
    /// The arguments; `count(*)` has none.
    pub(super) args: Vec<Expr>,
}

/// What `like` and `parse` look for.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// Text as it is.
    Text(String),
    /// A regular expression, `\/` resolved.
    Regex(String),
}

/// Values with commas between them.
pub(super) struct List<'a, T>(pub(super) &'a [T]);

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// How tightly operators bind, loosest first.
pub(super) mod level {
    pub(in super::super) const OR: u8 = 1;
    pub(in super::super) const AND: u8 = 2;
    pub(in super::super) const NOT: u8 = 3;
    pub(in super::super) const COMPARE: u8 = 4;
    pub(in super::super) const ADD: u8 = 5;
    pub(in super::super) const MULTIPLY: u8 = 6;
    pub(in super::super) const POWER: u8 = 7;
    pub(in super::super) const NEGATE: u8 = 8;
    pub(in super::super) const PRIMARY: u8 = 9;
}

impl Operator {
    /// How tightly it binds.
    pub(super) fn level(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => level::ADD,
            Self::Multiply | Self::Divide | Self::Remainder => level::MULTIPLY,
            Self::Power => level::POWER,
            _ => level::COMPARE,
        }
    }

    /// How it is written.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
        }
    }
}

/// Words that cannot be a bare field.
pub(super) const RESERVED: &[&str] = &["and", "or", "not", "like", "in", "as", "by", "true", "false", "null"];

/// Whether a bare word is kept for the language.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

impl Query {
    /// The tables that the query looks things up in, each once, in the order of the text.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let mut tables = Vec::new();
        walk(&self.commands, &mut |command| {
            if let Command::Lookup(lookup) = command
                && !tables.contains(&lookup.table.text.as_str())
            {
                tables.push(lookup.table.text.as_str());
            }
        });
        tables
    }

    /// Whether a command says how many rows it wants.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, Command::Limit(_) | Command::Tail(_)))
    }

    /// Whether not the rows are asked for, but how much would be read for them.
    #[must_use]
    pub fn is_estimate(&self) -> bool {
        matches!(self.commands.last(), Some(Command::Estimate(_)))
    }
}

/// Visits commands, and those of the queries inside them.
fn walk<'a>(commands: &'a [Command], visit: &mut impl FnMut(&'a Command)) {
    for command in commands {
        visit(command);
        for query in command.queries() {
            walk(&query.commands, visit);
        }
    }
}

impl Path {
    /// The path of a name that no text holds.
    pub(super) fn of(name: &str) -> Self {
        Self { segments: vec![Segment::Name(name.to_owned())], span: Span::default() }
    }

    /// The path as one name: segments joined with dots.
    #[must_use]
    pub(super) fn text(&self) -> String {
        Segment::joined(&self.segments)
    }

    /// The segments as steps into a record: a single one that holds dots is a whole path.
    pub(super) fn steps(&self) -> Vec<Segment> {
        match self.segments.as_slice() {
            [Segment::Name(whole)] => whole.split('.').map(|name| Segment::Name(name.to_owned())).collect(),
            segments => segments.to_vec(),
        }
    }

    /// The path on the side of a join with this name.
    pub(super) fn within(&self, alias: &str) -> Self {
        let segments = std::iter::once(Segment::Name(alias.to_owned())).chain(self.steps()).collect();
        Self { segments, span: self.span }
    }
}

impl Segment {
    /// The key, or the number of an element.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Each => "[*]",
        }
    }

    /// Segments with dots between them.
    pub(super) fn joined(segments: &[Self]) -> String {
        let mut text = String::new();
        for segment in segments {
            if !text.is_empty() && *segment != Self::Each {
                text.push('.');
            }
            text.push_str(segment.name());
        }
        text
    }
}

impl Item {
    /// The column's name.
    #[must_use]
    pub(super) fn name(&self) -> &str {
        self.alias.as_ref().map_or(&self.text, |alias| &alias.text)
    }
}

impl Expr {
    /// The field of this name.
    pub(super) fn of(name: &Name) -> Self {
        let path = Path { span: name.span, ..Path::of(&name.text) };
        Self { kind: ExprKind::Field(path), span: name.span }
    }

    /// The conditions that must all hold.
    pub(super) fn conjuncts(&self) -> &[Self] {
        match &self.kind {
            ExprKind::All(parts) => parts,
            _ => std::slice::from_ref(self),
        }
    }

    /// The queries inside the expression.
    pub(super) fn queries(&self) -> Vec<&Subquery> {
        match &self.kind {
            ExprKind::InQuery { subject, query, .. } => {
                let mut queries = subject.queries();
                queries.push(query);
                queries
            }
            ExprKind::Negate(inner) | ExprKind::Not(inner) => inner.queries(),
            ExprKind::Like { subject, .. } | ExprKind::In { subject, .. } => subject.queries(),
            ExprKind::All(parts) | ExprKind::Any(parts) => parts.iter().flat_map(Self::queries).collect(),
            ExprKind::Call(call) => call.args.iter().flat_map(Self::queries).collect(),
            ExprKind::Binary(_, left, right) => [left.queries(), right.queries()].concat(),
            _ => Vec::new(),
        }
    }

    /// The text by which later commands find the column again: one spelling for all of one meaning.
    pub(super) fn key(&self) -> String {
        match &self.kind {
            ExprKind::Field(path) => path.text(),
            _ => self.to_string(),
        }
    }

    /// The field, when the expression is nothing else.
    pub(super) fn field(&self) -> Option<&Path> {
        match &self.kind {
            ExprKind::Field(path) => Some(path),
            _ => None,
        }
    }

    /// How tightly its parts hold together.
    pub(super) fn level(&self) -> u8 {
        match &self.kind {
            ExprKind::Any(_) => level::OR,
            ExprKind::All(_) => level::AND,
            ExprKind::Not(_) => level::NOT,
            ExprKind::Like { .. } | ExprKind::In { .. } | ExprKind::InQuery { .. } => level::COMPARE,
            ExprKind::Binary(operator, ..) => operator.level(),
            ExprKind::Negate(_) => level::NEGATE,
            _ => level::PRIMARY,
        }
    }
}
