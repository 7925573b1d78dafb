//! What a query says, with the place of every part.

use std::fmt::{self, Write as _};

use super::commands::Command;
use super::functions;
use super::lexer::{is_word, is_word_start};
use super::period::Period;
use crate::diag::{Diagnostic, Span};

/// A whole query: commands from top to bottom.
#[derive(Debug, Clone)]
pub struct Query {
    /// The commands, never empty.
    pub commands: Vec<Command>,
    /// Remarks that the text alone gives rise to.
    pub notices: Vec<Diagnostic>,
}

/// A name somebody gave: after `as`, or of a function.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// Without backticks.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Span,
}

/// A field by its path.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Segments without backticks. A single one that holds dots was written in backticks as a whole.
    pub(super) segments: Vec<String>,
    /// Where it stands.
    pub(super) span: Span,
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

impl Path {
    /// The path as one name: segments joined with dots.
    #[must_use]
    pub(super) fn text(&self) -> String {
        self.segments.join(".")
    }

    /// The segments as steps into a record: a single one that holds dots is a whole path.
    pub(super) fn steps(&self) -> Vec<&str> {
        match self.segments.as_slice() {
            [whole] => whole.split('.').collect(),
            segments => segments.iter().map(String::as_str).collect(),
        }
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

    fn level(&self) -> u8 {
        match &self.kind {
            ExprKind::Any(_) => level::OR,
            ExprKind::All(_) => level::AND,
            ExprKind::Not(_) => level::NOT,
            ExprKind::Like { .. } | ExprKind::In { .. } => level::COMPARE,
            ExprKind::Binary(operator, ..) => operator.level(),
            ExprKind::Negate(_) => level::NEGATE,
            _ => level::PRIMARY,
        }
    }

    /// Writes the expression, in parentheses when it binds more loosely than `least`.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        if self.level() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Query {
    /// The canonical text: one command per line, one spelling for everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                f.write_str("\n| ")?;
            }
            write!(f, "{command}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(text) => f.write_str(text),
            ExprKind::Text(text) => write_text(f, text),
            ExprKind::Flag(flag) => write!(f, "{flag}"),
            ExprKind::Null => f.write_str("null"),
            ExprKind::Field(path) => write!(f, "{path}"),
            ExprKind::Call(call) if call.args.is_empty() && functions::counts_rows(&call.name.text) => {
                write!(f, "{}(*)", call.name.text)
            }
            ExprKind::Call(call) => write!(f, "{}({})", call.name.text, List(&call.args)),
            ExprKind::Period(period) => write!(f, "{period}"),
            ExprKind::Negate(operand) => {
                // Two minus signs in a row would read as a comment.
                let least = if matches!(operand.kind, ExprKind::Negate(_)) { level::PRIMARY } else { level::NEGATE };
                f.write_char('-')?;
                operand.write(f, least)
            }
            ExprKind::Not(operand) => {
                f.write_str("not ")?;
                operand.write(f, level::NOT)
            }
            ExprKind::All(operands) => write_chain(f, operands, " and ", level::NOT),
            ExprKind::Any(operands) => write_chain(f, operands, " or ", level::AND),
            ExprKind::Binary(operator, left, right) => {
                let level = operator.level();
                let (left_least, right_least) = match operator {
                    Operator::Power => (level::NEGATE, level::POWER),
                    _ if level == level::COMPARE => (level::ADD, level::ADD),
                    _ => (level, level + 1),
                };
                left.write(f, left_least)?;
                write!(f, " {} ", operator.text())?;
                right.write(f, right_least)
            }
            ExprKind::Like { subject, negated, pattern } => {
                subject.write(f, level::ADD)?;
                f.write_str(if *negated { " not like " } else { " like " })?;
                write!(f, "{pattern}")
            }
            ExprKind::In { subject, negated, list } => {
                subject.write(f, level::ADD)?;
                f.write_str(if *negated { " not in " } else { " in " })?;
                write!(f, "[{}]", List(list))
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_text(f, text),
            Self::Regex(pattern) => {
                f.write_char('/')?;
                let mut escaped = false;
                for c in pattern.chars() {
                    if c == '/' && !escaped {
                        f.write_char('\\')?;
                    }
                    escaped = c == '\\' && !escaped;
                    f.write_char(c)?;
                }
                f.write_char('/')
            }
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 {
                f.write_char('.')?;
            }
            let bare = if index == 0 {
                segment.starts_with(is_word_start) && !(self.segments.len() == 1 && is_reserved(segment))
            } else {
                !segment.is_empty()
            };
            if bare && segment.chars().all(|c| is_word(c) && c != '.') {
                f.write_str(segment)?;
            } else {
                write_quoted(f, segment)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        let bare = text.starts_with(is_word_start)
            && text.chars().all(is_word)
            && text.split('.').all(|segment| !segment.is_empty())
            && !is_reserved(text);
        if bare { f.write_str(text) } else { write_quoted(f, text) }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expr)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, " as {alias}"))
    }
}

/// Values with commas between them.
pub(super) struct List<'a, T>(pub(super) &'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{value}")?;
        }
        Ok(())
    }
}

fn write_chain(f: &mut fmt::Formatter<'_>, operands: &[Expr], word: &str, least: u8) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        operand.write(f, least)?;
    }
    Ok(())
}

pub(super) fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn write_quoted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write!(f, "`{}`", name.replace('`', "\\`"))
}
